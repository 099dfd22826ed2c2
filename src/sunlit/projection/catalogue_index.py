"""Which cards have which value of a facet, as bits in this process's memory: counting is an AND.

Counting 100,000 rows in a database takes a tenth of a second; a page has some milliseconds. The
bits follow the cards: a number that grows with every change says which ones to read again, and
cards whose time has come are looked at again when it has.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, select

from sunlit.projection.cards import OWN
from sunlit.projection.catalogue_bits import bits_of
from sunlit.projection.catalogue_filter import DUE, NONE, STATUSES, Edges
from sunlit.projection.catalogue_times import Calm, calm_at, changing, edges_of
from sunlit.projection.tables import CARD, CHANGED, MADE, META

MOST_KEPT: Final = 256  # searches of words whose cards are kept
MOST_READ: Final = 500  # changed cards that are looked through for those words
_COLUMNS: Final = (
    CARD.c.id, CARD.c.status, CARD.c.until, CARD.c.next_review,
    CARD.c.source, CARD.c.register, CARD.c.tier, CARD.c.kind, CARD.c.areas, CARD.c.used_by,
)  # fmt: skip
_SINCE: Final = CARD.c.changed > bindparam("since")
# All of them once: some at a time, not all rows side by side in memory.
_CARDS: Final = select(*_COLUMNS).where(_SINCE).execution_options(yield_per=5_000)
_WORDS: Final = select(CARD.c.id, CARD.c.search).where(_SINCE).limit(MOST_READ + 1)
_STATE: Final = select(META.c.name, META.c.value).where(META.c.name.in_((MADE, CHANGED)))
Terms = tuple[str, ...]
Value = tuple[str, str]  # a facet, and one of its values
Version = tuple[str, int]  # what names all cards as they were made, and how often they changed
# Cards share them: they have few different ones.
_STATUS: Final[Mapping[str, Value]] = {one: ("status", one) for one in STATUSES}
_DUE: Final[Mapping[str, Value]] = {one: ("due", one) for one in DUE}


class FacetIndex:
    """The bits of every facet's values, as of a time. To be used under `lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counted: dict[tuple[str, int], Any] = {}  # emptied whenever a card has other values
        self._forget("")

    def _forget(self, made: str) -> None:
        self._made, self._changed = made, 0  # how often cards had changed when it read them
        self._edges, self._calm = Edges("", ()), Calm("", "")
        self._bits: dict[str, dict[str, bytearray]] = {}
        self._numbers: dict[Value, int] = {}
        self._values: dict[int, tuple[Value, ...]] = {}
        self._kept: OrderedDict[Terms, int] = OrderedDict()
        self.counted.clear()

    def follow(self, connection: Connection, at: str) -> Version:
        """Read what changed since, and move on to another time; return what the connection sees.

        One that began before somebody else's, which was followed already, changes nothing: what
        its cards were must not be put over what they are.
        """
        told = {str(name): str(value) for name, value in connection.execute(_STATE)}
        made, changed = told[MADE], int(told[CHANGED])
        if made != self._made:  # made anew, or some cards are gone
            self._forget(made)
        if changed < self._changed:
            return made, changed
        if not self._edges.at:
            self._edges, self._calm = Edges.of(at), calm_at(connection, at)
        if changed > self._changed:
            self._read(connection)
            self._changed = changed
        if not self._calm.holds(at):
            self._move(connection, at)
        return made, changed

    @property
    def state(self) -> str:
        """What is another text whenever any card may be another, or have other values."""
        return f"{self._made} {self._changed} {self._calm.since}"

    def values(self, facet: str) -> Iterable[str]:
        """Return the values that cards have of a facet."""
        return self._bits.get(facet, {}).keys()

    def values_of(self, number: int) -> tuple[Value, ...]:
        """Return the values that one card has."""
        return self._values.get(number, ())

    def having(self, facet: str, value: str) -> int:
        """Return the cards that have a value, as bits of a number."""
        key = (facet, value)
        if key not in self._numbers:
            if (bits := self._bits.get(facet, {}).get(value)) is None:
                return 0  # and nothing is kept: visitors ask for whatever they like
            self._numbers[key] = int.from_bytes(bits, "little")
        return self._numbers[key]

    def kept(self, terms: Terms) -> int | None:
        """Return the cards that have words beginning with these, if that is known."""
        if terms in self._kept:
            self._kept.move_to_end(terms)
        return self._kept.get(terms)

    def keep(self, terms: Terms, found: int, version: Version) -> None:
        """Keep which cards were found for words, where it follows the version they are of."""
        if version == (self._made, self._changed):
            self._kept[terms] = found
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _read(self, connection: Connection) -> None:
        since = {"since": self._changed}
        if self._kept:
            self._look_through(connection, since)
        edges: list[str] = []
        with connection.execute(_CARDS, since) as rows:  # it ends in the server, too
            for number, status, until, review, *said in rows:
                self._put(number, _values(*said), (status, until, review))
                if len(edges) < MOST_READ:
                    edges += edges_of(status, until, review)
        # Of many the database knows the nearest sooner.
        few, at = len(edges) < MOST_READ, self._edges.at
        self._calm = self._calm.with_edges(edges, at) if few else calm_at(connection, at)

    def _look_through(self, connection: Connection, since: dict[str, int]) -> None:
        """Look through cards that changed for the words that were searched before."""
        rows = [(int(number), f" {words}") for number, words in connection.execute(_WORDS, since)]
        if len(rows) > MOST_READ:
            self._kept.clear()
            return
        others = ~bits_of([number for number, _ in rows])
        for terms, bits in self._kept.items():
            found = [number for number, words in rows
                     if terms and all(f" {term}" in words for term in terms)]  # fmt: skip
            self._kept[terms] = bits & others | bits_of(found)

    def _move(self, connection: Connection, at: str) -> None:
        touched = changing(connection, self._edges.at, at)
        self._edges, self._calm = Edges.of(at), calm_at(connection, at)
        for number, *times in touched:
            self._put(number, self._values.get(number, ())[:-2], times)

    def _put(self, number: int, untimed: tuple[Value, ...], times: Sequence[str]) -> None:
        """Put a card where it stands now; `times` are its status, that's end, the next review."""
        status, until, review = times
        edges = self._edges
        new = (*untimed, _STATUS[edges.status(status, until)], _DUE[edges.due(review)])
        old = self._values.get(number, ())
        if new == old:
            return
        self._values[number] = new
        self.counted.clear()
        place, bit = number >> 3, 1 << (number & 7)
        for facet, value in old:
            self._bits[facet][value][place] &= ~bit
            self._numbers.pop((facet, value), None)
        for facet, value in new:
            bits = self._bits.setdefault(facet, {}).setdefault(value, bytearray())
            if len(bits) <= place:
                bits.extend(bytes(place + 1024 - len(bits)))
            bits[place] |= bit
            self._numbers.pop((facet, value), None)


def index_of(engine: Engine) -> FacetIndex:
    """Return the index of a database, one a process."""
    with _LOCK:
        return _INDEXES.setdefault(engine, FacetIndex())


_LOCK: Final = threading.Lock()
_INDEXES: Final[WeakKeyDictionary[Engine, FacetIndex]] = WeakKeyDictionary()


@lru_cache(maxsize=20_000)
def _values(
    source: str, register: str | None, tier: str, kind: str | None, areas: str, used_by: str
) -> tuple[Value, ...]:
    found = [
        ("all", ""), ("source", OWN if source == OWN else register or NONE),
        ("tier", tier or NONE), ("kind", kind or NONE),
    ]  # fmt: skip
    found += [("area", area) for area in areas.split()]
    found += [("used_by", name) for name in dict.fromkeys(json.loads(used_by))]
    return tuple(found)
