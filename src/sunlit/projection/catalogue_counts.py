"""Which cards a search finds, and how many of them there are of each facet's values."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.sql.elements import ColumnElement

from sunlit.projection.cards import IMPORTED, OWN
from sunlit.projection.catalogue_bits import bits_of, numbers_of
from sunlit.projection.catalogue_filter import FACETS, Asked, numbers_with
from sunlit.projection.catalogue_index import FacetIndex, index_of
from sunlit.projection.tables import CARD

MOST_VALUES: Final = 50
FEW: Final = 200  # cards that are counted one by one
MOST_COUNTED: Final = 500  # answers that are kept


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many cards have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """Cards that stand together in an order: `bits`, among `out_of` that meet `where`."""

    bits: int
    out_of: int
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search finds. `attention`: the same cards, the most urgent part first.

    A facet's own choice is left out of its counts.
    """

    cards: Part
    attention: tuple[Part, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]


def state(connection: Connection, at: str) -> str:
    """Return what is another text whenever any search may find or count something else."""
    index = index_of(connection.engine)
    with index.lock:
        index.follow(connection, at)
        return index.state


def find(connection: Connection, asked: Asked) -> Found:
    """Find cards, and count them."""
    index = index_of(connection.engine)
    with index.lock:
        version = index.follow(connection, asked.at)
        words = index.kept(asked.terms) if asked.has_words else None
    if asked.has_words and words is None:
        words = bits_of(numbers_with(connection, asked.terms))
        with index.lock:
            index.keep(asked.terms, words, version)
    with index.lock:
        return _found(index, asked, words)


def _found(index: FacetIndex, asked: Asked, words: int | None) -> Found:
    everything = index.having("all", "")
    found = everything if words is None else everything & words
    chosen = {facet: _any(index, facet, values)
              for facet, values in asked.facets.items() if values}  # fmt: skip
    total = found
    for bits in chosen.values():
        total &= bits
    facets = {}
    for facet in FACETS:
        among = found
        for other, bits in chosen.items():
            among &= bits if other != facet else -1
        facets[facet] = _values(index, facet, among)
    whole = Part(total, everything.bit_count())
    return Found(whole, _attention(index, whole), facets)


def _any(index: FacetIndex, facet: str, values: Iterable[str]) -> int:
    found = 0
    for value in values:
        found |= index.having(facet, value)
    return found


def _attention(index: FacetIndex, whole: Part) -> tuple[Part, ...]:
    """Part cards into the suspended, then what is late, then the other own ones, then records."""
    suspended, own = index.having("status", "suspended"), index.having("source", OWN)
    late = index.having("status", "expired") | index.having("due", "overdue")
    rest, records = whole.bits & ~suspended & ~late, whole.out_of - own.bit_count()
    # No record is suspended or late: nobody here may say so of it.
    return (
        Part(whole.bits & suspended, suspended.bit_count(), (CARD.c.status == "suspended",)),
        Part(whole.bits & late & ~suspended, whole.out_of),
        Part(rest & own, own.bit_count(), (CARD.c.source == OWN,)),
        Part(rest & ~own, records, (CARD.c.source == IMPORTED,)),
    )


def _values(index: FacetIndex, facet: str, among: int) -> tuple[FacetValue, ...]:
    key = (facet, among)
    found: tuple[FacetValue, ...] | None = index.counted.get(key)
    if found is None:
        counted = sorted((-count, value) for value, count in _counts(index, facet, among) if count)
        found = tuple(FacetValue(value, -count) for count, value in counted[:MOST_VALUES])
        if len(index.counted) >= MOST_COUNTED:
            index.counted.clear()
        index.counted[key] = found
    return found


def _counts(index: FacetIndex, facet: str, among: int) -> Iterable[tuple[str, int]]:
    if among.bit_count() > FEW:
        return ((value, (index.having(facet, value) & among).bit_count())
                for value in index.values(facet))  # fmt: skip
    return Counter(
        value
        for number in numbers_of(among)
        for name, value in index.values_of(number)
        if name == facet
    ).items()
