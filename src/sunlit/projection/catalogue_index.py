"""Which cards have which value of a facet, as bits in this process's memory: counting is an AND.

Counting 100,000 rows in a database takes a tenth of a second; a page has some milliseconds. The
bits follow the cards: a number that grows with every change says which ones to read again.
"""

import json
import threading
from collections.abc import Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row, select

from sunlit.projection.cards import OWN
from sunlit.projection.catalogue_filter import NONE, due_of, status_of
from sunlit.projection.tables import CARD, MADE, META

_COLUMNS: Final = (
    CARD.c.id, CARD.c.changed, CARD.c.source, CARD.c.register, CARD.c.status, CARD.c.until,
    CARD.c.tier, CARD.c.next_review, CARD.c.kind, CARD.c.areas, CARD.c.used_by,
)  # fmt: skip
_MINUTE: Final = 16  # characters of a time, to its minute: counts are as of that
_TIMED: Final = ("status", "due")


class FacetIndex:
    """The bits of every facet's values, as of a minute. To be used under `lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._made, self._changed, self._minute = "", 0, ""
        self._bits: dict[str, dict[str, bytearray]] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._values: dict[int, tuple[tuple[str, str], ...]] = {}
        self._times: dict[int, tuple[str, str, str]] = {}

    def follow(self, connection: Connection, at: str) -> None:
        """Read what changed since, and move on to another minute."""
        made = str(connection.execute(select(META.c.value).where(META.c.name == MADE)).scalar())
        if made != self._made:  # made anew, or some cards are gone
            self._made, self._changed = made, 0
            self._bits, self._numbers = {}, {}
            self._values, self._times = {}, {}
        if at[:_MINUTE] != self._minute:
            self._minute = at[:_MINUTE]
            for number in self._times:
                self._put(number, self._untimed(number))
        rows = connection.execute(select(*_COLUMNS).where(CARD.c.changed > self._changed))
        for row in rows:
            self._changed = max(self._changed, row.changed)
            self._times[row.id] = (row.status, row.until, row.next_review)
            self._put(row.id, _values(row))

    def values(self, facet: str) -> Iterable[str]:
        """Return the values that cards have of a facet."""
        return self._bits.get(facet, {}).keys()

    def having(self, facet: str, value: str) -> int:
        """Return the cards that have a value, as bits of a number."""
        key = (facet, value)
        if key not in self._numbers:
            bits = self._bits.get(facet, {}).get(value, b"")
            self._numbers[key] = int.from_bytes(bits, "little")
        return self._numbers[key]

    def _untimed(self, number: int) -> tuple[tuple[str, str], ...]:
        return tuple(one for one in self._values[number] if one[0] not in _TIMED)

    def _put(self, number: int, untimed: tuple[tuple[str, str], ...]) -> None:
        status, until, review = self._times[number]
        at = f"{self._minute}:00Z"
        new = (*untimed, ("status", status_of(status, until, at)), ("due", due_of(review, at)))
        old = self._values.get(number, ())
        if new == old:
            return
        self._values[number] = new
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


def bits_of(numbers: Iterable[int]) -> int:
    """Return a number whose bits are these."""
    found = bytearray()
    for number in numbers:
        if len(found) <= number >> 3:
            found.extend(bytes((number >> 3) + 1024 - len(found)))
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def index_of(engine: Engine) -> FacetIndex:
    """Return the index of a database, one a process."""
    with _LOCK:
        return _INDEXES.setdefault(engine, FacetIndex())


_LOCK: Final = threading.Lock()
_INDEXES: Final[WeakKeyDictionary[Engine, FacetIndex]] = WeakKeyDictionary()


def _values(row: Row[*tuple[Any, ...]]) -> tuple[tuple[str, str], ...]:
    found = [
        ("all", ""), ("source", OWN if row.source == OWN else row.register or NONE),
        ("tier", row.tier or NONE), ("kind", row.kind or NONE),
    ]  # fmt: skip
    found += [("area", area) for area in row.areas.split()]
    found += [("used_by", name) for name in dict.fromkeys(json.loads(row.used_by))]
    return tuple(found)
