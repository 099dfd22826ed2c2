"""What a search of the catalogue asks for: words, values of facets; and what time does to cards."""

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from sys import byteorder
from typing import Final

from sqlalchemy import Connection, text

from sunlit.base import wording
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, parse_time
from sunlit.projection.cards import NEVER, words_of
from sunlit.projection.dialect import is_postgresql

MAX_TERMS: Final = 8  # words that are looked for
MAX_VALUES: Final = 50  # values of one facet
DUE: Final = ("overdue", "30-days", "90-days", "later", "none")
AHEAD: Final = (0, 30, 90)  # days to the edges between them
STATUSES: Final = ("suspended", "valid", "expired", "invalid", "none")
FACETS: Final = ("source", "status", "tier", "due", "kind", "area", "used_by")
NONE: Final = "none"
# One value for all: thousands of rows are slower to fetch than to find.
_IN_FTS: Final = text("SELECT json_group_array(rowid) FROM card_text WHERE card_text MATCH :match")
_IN_GIN: Final = text(
    "SELECT string_agg(int4send(id), '') FROM card_words WHERE doc @@ to_tsquery('simple', :match)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The words and values of facets that are looked for, as of a time (RFC 3339)."""

    text: str
    facets: Mapping[str, tuple[str, ...]]
    at: str
    terms: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the words as cards' words are.

        Raises:
            MalformedError: `projection.bad-query`.
        """
        terms = tuple(sorted(dict.fromkeys(words_of(self.text[:1000]))))[:MAX_TERMS]
        object.__setattr__(self, "terms", terms)
        for facet, values in self.facets.items():
            if facet not in FACETS or len(values) > MAX_VALUES:
                raise bad_query(wording.text("a facet"), ", ".join(FACETS))

    @property
    def has_words(self) -> bool:
        """Tell whether something is looked for that is no blank."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Edges:
    """A time, and the times so many days (AHEAD) after it."""

    at: str
    ahead: tuple[str, ...]

    @classmethod
    def of(cls, at: str) -> "Edges":
        """Return the edges as of a time."""
        start = parse_time(at)
        return cls(at, tuple(format_time(start + timedelta(days=days)) for days in AHEAD))

    def status(self, status: str, until: str) -> str:
        """Return a card's status: what was valid may have expired."""
        return "expired" if status == "valid" and until <= self.at else status

    def due(self, next_review: str) -> str:
        """Return when the next review is due, as the facet says it."""
        if next_review == NEVER:
            return NONE
        return next((due for due, edge in zip(DUE, self.ahead, strict=False)
                     if next_review < edge), "later")  # fmt: skip


def numbers_with(connection: Connection, terms: Sequence[str]) -> Sequence[int]:
    """Return the ids of the cards that have words beginning with each of these."""
    # Terms are letters and digits only: nothing in them means anything to either database.
    if not terms:
        return ()
    if is_postgresql(connection):
        match = " & ".join(f"'{term}':*" for term in terms)
        packed = connection.execute(_IN_GIN, {"match": match}).scalar()
        found = array("i", packed or b"")
        if byteorder == "little":
            found.byteswap()
        return found
    match = " AND ".join(f'"{term}"*' for term in terms)
    listed: list[int] = json.loads(connection.execute(_IN_FTS, {"match": match}).scalar_one())
    return listed


def bad_query(what: wording.Text, expected: str) -> MalformedError:
    """Return the error for what cannot be searched by."""
    return MalformedError(
        "projection.bad-query",
        wording.text(
            "the address asks the catalogue for %(what)s that it does not have", what=what
        ),
        expected=expected,
    )
