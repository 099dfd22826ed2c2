"""How many cards there are of each facet's values, among those that a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from sunlit.projection.catalogue_filter import FACETS, Asked, conditions
from sunlit.projection.catalogue_index import FacetIndex, bits_of, index_of

MOST_VALUES: Final = 50


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many cards have it."""

    value: str
    count: int


def counts(
    connection: Connection, asked: Asked
) -> tuple[int, Mapping[str, tuple[FacetValue, ...]]]:
    """Return how many cards are found, and how many of each value of each facet.

    A facet's own choice is left out of its counts. They are as of the minute.

    Raises:
        MalformedError: `projection.bad-query`.
    """
    conditions(connection, asked)  # what there is not is refused here too
    index = index_of(connection.engine)
    with index.lock:
        index.follow(connection, asked.at)
        found = index.having("all", "")
        if asked.found is not None:
            found &= bits_of(asked.found)
        chosen = {facet: _chosen(index, facet, asked) for facet in asked.facets}
        total = found
        for bits in chosen.values():
            total &= bits
        facets = {}
        for facet in FACETS:
            among = found
            for other, bits in chosen.items():
                among &= bits if other != facet else -1
            facets[facet] = _values(index, facet, among)
        return total.bit_count(), facets


def _chosen(index: FacetIndex, facet: str, asked: Asked) -> int:
    if not asked.facets[facet]:
        return index.having("all", "")
    found = 0
    for value in asked.facets[facet]:
        found |= index.having(facet, value)
    return found


def _values(index: FacetIndex, facet: str, among: int) -> tuple[FacetValue, ...]:
    counted = ((value, (index.having(facet, value) & among).bit_count())
               for value in index.values(facet))  # fmt: skip
    ordered = sorted(((-count, value) for value, count in counted if count))
    return tuple(FacetValue(value, -count) for count, value in ordered[:MOST_VALUES])
