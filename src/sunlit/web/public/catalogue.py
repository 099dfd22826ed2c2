"""The catalogue: everything that this node knows, searched, filtered, paged; also as a file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.base.slugs import slug
from sunlit.base.times import parse_time
from sunlit.capabilities.lifecycle.queries import (
    MAX_LIMIT,
    SORTS,
    CatalogueQuery,
    CatalogueResult,
    CatalogueRow,
    catalogue,
)
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.views.catalogue import as_csv, as_json
from sunlit.web.guarding import may
from sunlit.web.language import language_of
from sunlit.web.pages import link, page, site_of, unchanged
from sunlit.web.public.catalogue_words import (
    ago,
    day_words,
    facet_titles,
    facet_words,
    sort_words,
    status_tags,
    taken_over,
    users,
)
from sunlit.web.public.components_words import kind_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])
FACETS: Final = ("status", "due", "source", "used_by", "area", "tier", "kind")
MAX_TEXT: Final = 200  # characters that are searched for
LIMIT: Final = 25
MOST: Final = 10_000  # rows of a file
KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@router.get("/components", name="components")
def components(request: Request) -> Response:
    """Show the catalogue."""
    if (kept := unchanged(request)) is not None:
        return kept
    at, asked = site_of(request).clock.now(), query_of(request)
    found = _found(request, asked, at)
    return page(
        request, "components/list.html", result=found, asked=asked, at=at, rows=found.rows,
        facets=[
            (name, facet_titles(request)[name], _choices(request, name, found, asked))
            for name in FACETS
        ],
        sorts=sort_words(request), tags=status_tags(request),
        kinds={row.kind: kind_of(request, row.kind) for row in found.rows}, record=_record,
        next=_address(request, asked, found.next) if found.next else "",
        first=_address(request, asked, None) if asked.after else "",
        files={kind: _address(request, asked, None, f"/components.{kind}") for kind in KINDS},
        narrowed=bool(asked.text or any(asked.facets.values())), **_row_words(request, found, at),
    )  # fmt: skip


@router.get("/components.{kind}", name="components-file")
def components_file(request: Request, kind: str) -> Response:
    """Give what was found as CSV or JSON: all of it, up to a bound that the file's size has."""
    if kind not in KINDS:
        raise HTTPException(404)
    at, asked = site_of(request).clock.now(), query_of(request)
    rows, total = _all(request, asked, at)
    data = as_csv(rows) if kind == "csv" else as_json(rows, total=total, at=at)
    name = f'attachment; filename="components-{at:%Y-%m-%d}.{kind}"'
    return Response(
        data, 200, {"Content-Disposition": name, "Cache-Control": "no-cache"}, KINDS[kind]
    )


def query_of(request: Request) -> CatalogueQuery:
    """Return what the address asks for; what it does not name is not narrowed."""
    told = request.query_params
    facets = {name: tuple(one for one in told.getlist(name) if one) for name in FACETS}
    sort = told.get("sort") or SORTS[0]
    return CatalogueQuery(
        text=(told.get("text") or "")[:MAX_TEXT],
        facets={name: values for name, values in facets.items() if values},
        sort=sort, after=told.get("after") or None, limit=LIMIT,
    )  # fmt: skip


def _found(request: Request, asked: CatalogueQuery, at: datetime) -> CatalogueResult:
    with reading(site_of(request).projections) as connection:
        return catalogue(connection, asked, at)


def _all(request: Request, asked: CatalogueQuery, at: datetime) -> tuple[list[CatalogueRow], int]:
    asked = replace(asked, limit=MAX_LIMIT, after=None)
    rows: list[CatalogueRow] = []
    with reading(site_of(request).projections) as connection:
        while True:
            found = catalogue(connection, asked, at)
            rows += found.rows
            if found.next is None or len(rows) >= MOST:
                return rows[:MOST], found.total
            asked = replace(asked, after=found.next)


def _choices(
    request: Request, name: str, found: CatalogueResult, asked: CatalogueQuery
) -> list[tuple[str, str, int, bool]]:
    """Return a facet's values: value, words, count, whether chosen; also chosen ones of no row."""
    chosen = asked.facets.get(name, ())
    told = facet_words(request, name)
    values = {one.value: one.count for one in found.facets.get(name, ())}
    values.update({one: 0 for one in chosen if one not in values})
    return [
        (value, told.get(value, value), count, value in chosen) for value, count in values.items()
    ]


def _row_words(request: Request, found: CatalogueResult, at: datetime) -> dict[str, Any]:
    """Return what rows say alike, each sentence looked up once."""
    days = {
        row.key: max(0, (at - parse_time(row.updated)).days) if row.updated else None
        for row in found.rows
    }
    told = {one: ago(request, one) for one in set(days.values())}
    reviews = {row.next_review[:10] for row in found.rows if row.next_review}
    return {
        "reviews": {one: day_words(one, language_of(request)) for one in reviews},
        "ages": {key: told[one] for key, one in days.items()},
        "users": {one: users(request, one) for one in {len(row.used_by) for row in found.rows}},
        "takenover": {one: taken_over(request, one) for one in {it.register for it in found.rows}},
    }


def _record(row: CatalogueRow) -> str:
    """Return the address of an imported record."""
    register = row.register or ""
    return f"/records/{slug(register)}/{slug(row.component.removeprefix(f'{register}#'))}"


def _address(
    request: Request, asked: CatalogueQuery, after: str | None, path: str = "/components"
) -> str:
    """Return the address of the same search, after a cursor."""
    query = urlencode(list(_parts(asked, after)))
    return link(request, path) + (f"?{query}" if query else "")


def _parts(asked: CatalogueQuery, after: str | None) -> Iterator[tuple[str, str]]:
    if asked.text:
        yield "text", asked.text
    for name, values in asked.facets.items():
        yield from ((name, value) for value in values)
    if asked.sort != SORTS[0]:
        yield "sort", asked.sort
    if after:
        yield "after", after
