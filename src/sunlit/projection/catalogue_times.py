"""When cards become something else without anybody saying so: permissions end, reviews fall due.

Between two such moments nothing in the catalogue changes by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, or_, select
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import ScalarSelect

from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, parse_time
from sunlit.projection.cards import NEVER
from sunlit.projection.catalogue_filter import AHEAD, Edges
from sunlit.projection.tables import CARD

_valid: Final = CARD.c.status == "valid"
_review: Final = CARD.c.next_review


@dataclass(frozen=True, slots=True)
class Calm:
    """The time in which nothing changes by itself: from `since` on, before `until`."""

    since: str = ""
    until: str = NEVER

    def holds(self, at: str) -> bool:
        """Tell whether this is the time."""
        return self.since <= at < self.until

    def with_edges(self, edges: Iterable[str], at: str) -> "Calm":
        """Return what is left of it around a time where there are these edges too."""
        since, until = self.since, self.until
        for edge in edges:
            if edge <= at:
                since = max(since, edge)
            else:
                until = min(until, edge)
        return Calm(since, until)


def edges_of(status: str, until: str, next_review: str) -> Iterator[str]:
    """Yield the moments from which on a card is something else."""
    if status == "valid" and until:
        yield until
    if next_review != NEVER:
        yield from _review_edges(next_review)


def calm_at(connection: Connection, at: str) -> Calm:
    """Return the calm around a time."""
    edges = Edges.of(at)
    values = {f"ahead{days}": edge for days, edge in zip(AHEAD, edges.ahead, strict=True)}
    row = connection.execute(_AROUND, values | {"at": at}).one()
    untils = [one for one in row[:2] if one]
    reviews = (edge for one in row[2:] if one for edge in _review_edges(one))
    return Calm().with_edges([*untils, *reviews], at)


def changing(connection: Connection, one: str, other: str) -> list[tuple[int, str, str, str]]:
    """Return the cards that may be something else at one time than at another.

    Of each its id, its status, when that ends, and its next review.
    """
    start, end = sorted((one, other))
    first, last = Edges.of(start).ahead, Edges.of(end).ahead
    expiring = and_(_valid, CARD.c.until >= start, CARD.c.until <= end)
    between = [and_(_review >= low, _review <= high) for low, high in zip(first, last, strict=True)]
    asked = select(CARD.c.id, CARD.c.status, CARD.c.until, CARD.c.next_review)
    rows = connection.execute(asked.where(or_(expiring, *between)))
    return [(number, status, until, review) for number, status, until, review in rows]


def _review_edges(next_review: str) -> Iterator[str]:
    """Yield the first seconds in which a review is overdue, within 30 days, within 90."""
    try:
        after = parse_time(next_review) + timedelta(seconds=1)
        edges = [format_time(after - timedelta(days=days)) for days in AHEAD]
    except (MalformedError, OverflowError):  # before all time: it is overdue for good
        return
    yield from edges


def _around(days: int) -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """Return questions for the reviews next to a time on both sides; an index answers each."""
    at: BindParameter[str] = bindparam(f"ahead{days}")
    return (
        select(func.max(_review)).where(_review < at).scalar_subquery(),
        select(func.min(_review)).where(_review >= at, _review != NEVER).scalar_subquery(),
    )


_at: Final[BindParameter[str]] = bindparam("at")
_AROUND: Final = select(
    select(func.max(CARD.c.until)).where(_valid, CARD.c.until <= _at).scalar_subquery(),
    select(func.min(CARD.c.until)).where(_valid, CARD.c.until > _at).scalar_subquery(),
    *(one for days in AHEAD for one in _around(days)),
)  # fmt: skip
