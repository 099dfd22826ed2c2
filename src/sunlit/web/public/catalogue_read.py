"""Reading the catalogue: a search, and the tag by which an answer to it is kept.

A tag rests on the cards and on the last moment at which one became something else by itself, not
on the minute: a catalogue that nobody changes stays the same until a permission ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection

from sunlit import __version__
from sunlit.capabilities.lifecycle.queries import (
    MAX_LIMIT,
    CatalogueQuery,
    CatalogueResult,
    CatalogueRow,
    catalogue,
    catalogue_state,
)
from sunlit.projection.engine import reading
from sunlit.web.guarding import actor_of
from sunlit.web.pages import same, site_of, tag_of


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The catalogue in one state, as of a time. `tag` is None for somebody who is signed in."""

    connection: Connection
    at: datetime
    tag: str | None

    def search(self, asked: CatalogueQuery) -> CatalogueResult:
        """Search it.

        Raises:
            MalformedError: `projection.bad-query`.
        """
        return catalogue(self.connection, asked, self.at)

    def pages(self, asked: CatalogueQuery, most: int) -> Iterator[tuple[CatalogueRow, ...]]:
        """Yield what a search finds, page by page, at most so many rows.

        Raises:
            MalformedError: `projection.bad-query`.
        """
        left, after = most, None
        while left > 0:
            found = self.search(replace(asked, after=after, limit=min(MAX_LIMIT, left)))
            yield found.rows
            left, after = left - len(found.rows), found.next
            if after is None:
                return

    def kept(self, request: Request) -> Response | None:
        """Return "not modified" where the visitor has the answer; the tag is older than no row."""
        return None if self.tag is None else same(request, self.tag)


@contextmanager
def open_catalogue(request: Request) -> Iterator[Catalogue]:
    """Give the catalogue as it is now.

    Raises:
        UnavailableError: `projection.unavailable`.
    """
    site = site_of(request)
    at, node = site.clock.now(), site.node
    with reading(site.projections) as connection:
        tag = None
        if not actor_of(request).signed_in:
            # Ages are said in days. What stands in every page's header and footer is the node's.
            tag = tag_of(
                request, __version__, node.name, node.operator, node.contact, site.dev,
                catalogue_state(connection, at), at.date(),
            )  # fmt: skip
        yield Catalogue(connection, at, tag)
