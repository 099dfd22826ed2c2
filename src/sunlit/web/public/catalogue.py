"""The catalogue: everything that this node knows, searched, filtered, paged; also as a file."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.base.slugs import slug
from sunlit.capabilities.lifecycle.queries import (
    SORTS,
    CatalogueQuery,
    CatalogueResult,
    CatalogueRow,
)
from sunlit.node.permission import Action
from sunlit.web.guarding import may
from sunlit.web.language import language_of
from sunlit.web.pages import link, page
from sunlit.web.public.catalogue_choices import FACETS, choices
from sunlit.web.public.catalogue_files import KINDS, file_of
from sunlit.web.public.catalogue_read import open_catalogue
from sunlit.web.public.catalogue_words import (
    ago,
    day_words,
    sort_words,
    status_tags,
    taken_over,
    users,
)
from sunlit.web.public.components_words import kind_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])
MAX_TEXT: Final = 200  # characters that are searched for
LIMIT: Final = 25


@router.get("/components", name="components")
def components(request: Request) -> Response:
    """Show the catalogue."""
    asked = query_of(request)
    with open_catalogue(request) as known:
        if (kept := known.kept(request)) is not None:
            return kept
        found = known.search(asked)
    return page(
        request, "components/list.html", tag=known.tag, result=found, asked=asked, rows=found.rows,
        facets=choices(request, found, asked), sorts=sort_words(request),
        tags=status_tags(request), kinds=_kinds(request, found),
        components=f"{link(request, '/components')}/", records=link(request, "/records"),
        record=_record, next=_address(request, asked, found.next) if found.next else "",
        first=_address(request, asked, None) if asked.after else "",
        files={kind: _address(request, asked, None, f"/components.{kind}") for kind in KINDS},
        narrowed=bool(asked.text or any(asked.facets.values())),
        **_row_words(request, found, known.at),
    )  # fmt: skip


@router.get("/components.{kind}", name="components-file")
def components_file(request: Request, kind: str) -> Response:
    """Give what was found as CSV or JSON: all of it, up to a bound that the file's size has."""
    if kind not in KINDS:
        raise HTTPException(404)
    return file_of(request, kind, query_of(request))


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


def _kinds(request: Request, found: CatalogueResult) -> dict[str | None, str]:
    return {kind: kind_of(request, kind) for kind in {row.kind for row in found.rows}}


def _row_words(request: Request, found: CatalogueResult, at: datetime) -> dict[str, Any]:
    """Return what rows say alike, each sentence looked up once."""
    days = {
        row.key: max(0, (at.date() - date.fromisoformat(row.updated[:10])).days)
        if row.updated
        else None
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
    """Return the address of an imported record, below `/records`."""
    register = row.register or ""
    return f"/{slug(register)}/{slug(row.component.removeprefix(f'{register}#'))}"


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
