"""How many cards there are of each facet's values, among those that a search finds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, String, case, func, literal, select

from sunlit.projection.cards import NEVER, OWN
from sunlit.projection.catalogue_filter import DUE, NONE, Asked, conditions
from sunlit.projection.tables import CARD, CARD_FACET

MOST_VALUES: Final = 50
_SINGLE: Final = ("source", "status", "tier", "due", "kind")
_MANY: Final = ("area", "used_by")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many cards have it."""

    value: str
    count: int


def counts(
    connection: Connection, asked: Asked
) -> tuple[int, Mapping[str, tuple[FacetValue, ...]]]:
    """Return how many cards are found, and how many of each value of each facet.

    A facet's own choice is left out of its counts.

    Raises:
        MalformedError: `projection.bad-query`.
    """
    total, found = _single(connection, asked)
    for facet in _SINGLE:
        if asked.facets.get(facet):
            found[facet] = _single(connection, asked.without(facet))[1][facet]
    for facet in _MANY:
        found[facet] = _many(connection, asked.without(facet), facet)
    return total, {facet: _sorted(values) for facet, values in found.items()}


def _single(connection: Connection, asked: Asked) -> tuple[int, dict[str, Counter[str]]]:
    columns = {
        "source": case((CARD.c.source == OWN, OWN), else_=CARD.c.register),
        "status": case(
            ((CARD.c.status == "valid") & (CARD.c.until <= asked.at), "expired"),
            else_=CARD.c.status,
        ),
        "tier": CARD.c.tier, "due": _due(asked), "kind": func.coalesce(CARD.c.kind, ""),
    }  # fmt: skip
    named = [column.label(f"f_{name}") for name, column in columns.items()]
    query = select(*named, func.count()).where(*conditions(connection, asked)).group_by(*named)
    found: dict[str, Counter[str]] = {name: Counter() for name in columns}
    total = 0
    for *values, count in connection.execute(query):
        total += count
        for name, value in zip(columns, values, strict=True):
            found[name][value or NONE] += count
    return total, found


def _due(asked: Asked) -> ColumnElement[str]:
    review = CARD.c.next_review
    edges = (asked.at, asked.days(30), asked.days(90), NEVER)
    return case(
        *((review < edge, literal(name, String)) for name, edge in zip(DUE, edges, strict=False)),
        else_=NONE,
    )


def _many(connection: Connection, asked: Asked, facet: str) -> Counter[str]:
    query = select(CARD_FACET.c.value, func.count()).where(CARD_FACET.c.facet == facet)
    where = conditions(connection, asked)
    if where:
        query = query.where(CARD_FACET.c.id.in_(select(CARD.c.id).where(*where)))
    rows = connection.execute(query.group_by(CARD_FACET.c.value))
    return Counter({str(value): int(count) for value, count in rows})


def _sorted(values: Counter[str]) -> tuple[FacetValue, ...]:
    ordered = sorted(values.items(), key=lambda it: (-it[1], it[0]))
    return tuple(FacetValue(value, count) for value, count in ordered[:MOST_VALUES])
