"""What a search of the catalogue asks for, as conditions on cards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, and_, false, literal_column, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, parse_time
from sunlit.projection.cards import NEVER, OWN, words_of
from sunlit.projection.dialect import among, is_postgresql
from sunlit.projection.tables import CARD, CARD_FACET

MAX_TERMS: Final = 8  # words that are looked for
FEW: Final = 2000  # ids of cards
MAX_VALUES: Final = 50  # values of one facet
DUE: Final = ("overdue", "30-days", "90-days", "later", "none")
STATUSES: Final = ("suspended", "valid", "expired", "invalid", "none")
FACETS: Final = ("source", "status", "tier", "due", "kind", "area", "used_by")
NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words and values of facets that are looked for, as of a time (RFC 3339).

    `found` are the ids of the cards that have the words; None where there are none to look for.
    """

    text: str
    facets: Mapping[str, tuple[str, ...]]
    at: str
    found: tuple[int, ...] | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """The words that are looked for, folded as cards' words are."""
        return tuple(dict.fromkeys(words_of(self.text[:1000])))[:MAX_TERMS]

    def days(self, days: int) -> str:
        """Return the time so many days on."""
        return format_time(parse_time(self.at) + timedelta(days=days))


def ask(connection: Connection, text: str, facets: Mapping[str, tuple[str, ...]], at: str) -> Asked:
    """Look the words up, once for everything that follows."""
    asked = Asked(text=text, facets=facets, at=at)
    if not text.strip():
        return asked
    rows = connection.execute(select(CARD.c.id).where(_matches(connection, asked.terms)))
    return replace(asked, found=tuple(rows.scalars()))


def conditions(connection: Connection, asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions that a card must meet.

    Raises:
        MalformedError: `projection.bad-query`.
    """
    found = []
    if asked.found is not None:
        # Few are named; of many the database keeps a better list than we could send.
        few = len(asked.found) <= FEW
        found.append(
            among(connection, CARD.c.id, asked.found) if few else _matches(connection, asked.terms)
        )
    for facet, values in sorted(asked.facets.items()):
        if facet not in _CONDITIONS or len(values) > MAX_VALUES:
            raise bad_query("a facet", ", ".join(FACETS))
        if values:
            found.append(or_(*(_CONDITIONS[facet](value, asked) for value in values)))
    return found


def status_of(status: str, until: str, at: str) -> str:
    """Return a card's status at a time: what was valid may have expired."""
    return "expired" if status == "valid" and until <= at else status


def due_of(next_review: str, at: str) -> str:
    """Return when the next review is due, as the facet says it."""
    asked = Asked(text="", facets={}, at=at)
    if next_review == NEVER:
        return NONE
    if next_review < at:
        return "overdue"
    if next_review < asked.days(30):
        return "30-days"
    return "90-days" if next_review < asked.days(90) else "later"


def bad_query(what: str, expected: str) -> MalformedError:
    """Return the error for what cannot be searched by."""
    return MalformedError(
        "projection.bad-query", f"the catalogue has no such thing: {what}", expected=expected
    )


def _matches(connection: Connection, terms: Sequence[str]) -> ColumnElement[bool]:
    # Terms are letters and digits only: nothing in them means anything to either database.
    if not terms:
        return false()
    if is_postgresql(connection):
        match = " & ".join(f"'{term}':*" for term in terms)
        doc: ColumnElement[bool] = literal_column("doc")
        return doc.op("@@")(text("to_tsquery('simple', :match)").bindparams(match=match))
    match = " AND ".join(f'"{term}"*' for term in terms)
    found = text("SELECT rowid FROM card_text WHERE card_text MATCH :match").bindparams(match=match)
    return CARD.c.id.in_(found.columns(literal_column("rowid")).scalar_subquery())


def _source(value: str, _asked: Asked) -> ColumnElement[bool]:
    return CARD.c.source == OWN if value == OWN else CARD.c.register == value


def _status(value: str, asked: Asked) -> ColumnElement[bool]:
    if value == "expired":
        return and_(CARD.c.status == "valid", CARD.c.until <= asked.at)
    if value == "valid":
        return and_(CARD.c.status == "valid", CARD.c.until > asked.at)
    return CARD.c.status == value


def _tier(value: str, _asked: Asked) -> ColumnElement[bool]:
    return CARD.c.tier == ("" if value == NONE else value)


def _kind(value: str, _asked: Asked) -> ColumnElement[bool]:
    return CARD.c.kind.is_(None) if value == NONE else CARD.c.kind == value


def _due(value: str, asked: Asked) -> ColumnElement[bool]:
    review = CARD.c.next_review
    edges = {
        "overdue": ("", asked.at), "30-days": (asked.at, asked.days(30)),
        "90-days": (asked.days(30), asked.days(90)), "later": (asked.days(90), NEVER),
    }  # fmt: skip
    if value not in edges:
        return review == NEVER
    start, end = edges[value]
    return and_(review >= start, review < end)


def _among(facet: str) -> "_Condition":
    def condition(value: str, _asked: Asked) -> ColumnElement[bool]:
        return CARD.c.id.in_(
            select(CARD_FACET.c.id).where(CARD_FACET.c.facet == facet, CARD_FACET.c.value == value)
        )

    return condition


_Condition = Callable[[str, Asked], ColumnElement[bool]]
_CONDITIONS: Final[Mapping[str, _Condition]] = {
    "source": _source, "status": _status, "tier": _tier, "due": _due, "kind": _kind,
    "area": _among("area"), "used_by": _among("used_by"),
}  # fmt: skip
