"""The catalogue: own components and imported records in one list, searched, counted, paged.

What a card says is what was said last; `at` decides what has expired and what is overdue.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, RowMapping, Select, select

from sunlit.base.times import format_time
from sunlit.projection.cards import NEVER
from sunlit.projection.catalogue_counts import FacetValue, find, state
from sunlit.projection.catalogue_filter import Asked, Edges
from sunlit.projection.catalogue_order import SORTS, page
from sunlit.projection.tables import CARD

MAX_LIMIT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueQuery:
    """What is looked for. `facets` maps a facet to values, any of which fits.

    Facets: `area` ("1" to "9"), `used_by`, `status`, `tier`, `source` ("own", or a register),
    `due`, `kind`. `sort` is `attention`, `name`, `newest` or `review`; `after` is a `next`.
    """

    text: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "attention"
    after: str | None = None
    limit: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """One thing in the catalogue. Blanks are None, or empty; `areas` are numbers 1 to 9.

    `permitted` and `prohibited` say what it may be used for and what not, as its permissions list
    it, else as those who use it declared. `status` is `valid`, `suspended`, `expired`, `invalid`
    or `none`; `source` is `own` or `imported`, then with its `register`. `key` stands in its
    address.
    """

    key: str
    component: str
    name: str
    version: str | None
    summary: str | None
    kind: str | None
    owner: str | None
    source: str
    register: str | None
    used_by: tuple[str, ...]
    areas: tuple[int, ...]
    status: str
    kind_of_token: str | None
    valid_until: str | None
    tier: str | None
    code: str | None
    next_review: str | None
    due: str
    open_problems: int
    blanks: int
    updated: str
    permitted: tuple[str, ...] = ()
    prohibited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueResult:
    """A page of rows, how many there are in all, counts by facet, and where the next page begins.

    The counts of a facet leave its own choice out, so that others of its values can be added.
    """

    rows: tuple[CatalogueRow, ...]
    total: int
    facets: Mapping[str, tuple[FacetValue, ...]]
    next: str | None


def catalogue(connection: Connection, query: CatalogueQuery, at: datetime) -> CatalogueResult:
    """Search the catalogue as of a time.

    Raises:
        MalformedError: `projection.bad-query` for a facet, sort or cursor that there is not.
    """
    asked = Asked(text=query.text, facets=query.facets, at=format_time(at))
    found = find(connection, asked)
    limit = max(1, min(query.limit, MAX_LIMIT))
    some = page(connection, found, query.sort, query.after, limit)
    edges = Edges.of(asked.at)
    return CatalogueResult(
        rows=tuple(_row(one, edges) for one in some.rows), facets=found.facets, next=some.next,
        total=found.cards.bits.bit_count(),
    )  # fmt: skip


def catalogue_state(connection: Connection, at: datetime) -> str:
    """Return what is another text whenever a search as of a time may be answered otherwise.

    It changes with any card, and when a permission ends or a review falls due.
    """
    return state(connection, format_time(at))


def component(connection: Connection, key: str, at: datetime) -> CatalogueRow | None:
    """Return the row of the component or record with this key; None where there is none."""
    query: Select[tuple[object, ...]] = select(*CARD.columns).where(CARD.c.key == key)
    found = connection.execute(query).mappings().one_or_none()
    return None if found is None else _row(found, Edges.of(format_time(at)))


def _row(card: RowMapping, edges: Edges) -> CatalogueRow:
    return CatalogueRow(
        key=card["key"], component=card["component"], name=card["name"],
        version=card["version"], summary=card["summary"], kind=card["kind"],
        owner=card["owner"], source=card["source"], register=card["register"],
        used_by=tuple(json.loads(card["used_by"])),
        areas=tuple(int(area) for area in card["areas"].split()),
        status=edges.status(card["status"], card["until"]), kind_of_token=card["token_kind"],
        valid_until=card["until"] or None, tier=card["tier"] or None, code=card["code"],
        next_review=None if card["next_review"] == NEVER else card["next_review"],
        due=edges.due(card["next_review"]), open_problems=card["open_problems"],
        blanks=card["blanks"], updated=card["updated"],
        permitted=tuple(json.loads(card["permitted"])),
        prohibited=tuple(json.loads(card["prohibited"])),
    )  # fmt: skip


__all__ = [
    "MAX_LIMIT", "SORTS", "CatalogueQuery", "CatalogueResult", "CatalogueRow", "FacetValue",
    "catalogue", "catalogue_state", "component",
]  # fmt: skip
