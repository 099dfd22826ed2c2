"""The catalogue as a file: sent a page at a time, so that its size costs no memory."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from sunlit.capabilities.lifecycle.queries import MAX_LIMIT, CatalogueQuery, CatalogueRow
from sunlit.views.catalogue import as_csv, as_json
from sunlit.web.pages import headers_of
from sunlit.web.public.catalogue_read import open_catalogue

MOST: Final = 100_000  # rows of a file
KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
Rows = tuple[CatalogueRow, ...]


def file_of(request: Request, kind: str, asked: CatalogueQuery) -> Response:
    """Return what a search finds as CSV or JSON, all of it up to MOST rows.

    A slow reader holds no connection to the database: each page is asked for by itself. What
    changes meanwhile may be in it, or not yet; the tag is that of the beginning.

    Raises:
        MalformedError: `projection.bad-query`.
    """
    with open_catalogue(request) as known:
        if (kept := known.kept(request)) is not None:
            return kept
        first = known.search(replace(asked, after=None, limit=1))
    pages = _pages(request, asked)
    data = as_csv(pages) if kind == "csv" else as_json(pages, total=first.total, at=known.at)
    headers = {
        "Content-Disposition": f'attachment; filename="components-{known.at:%Y-%m-%d}.{kind}"',
        **headers_of(known.tag),
    }
    return StreamingResponse(data, 200, headers, KINDS[kind])


def _pages(request: Request, asked: CatalogueQuery) -> Iterator[Rows]:
    left, after = MOST, None
    while left > 0:
        with open_catalogue(request) as known:
            found = known.search(replace(asked, after=after, limit=min(MAX_LIMIT, left)))
        yield found.rows
        left, after = left - len(found.rows), found.next
        if after is None:
            return
