"""The whole catalogue, or what a search finds of it, as one document."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.slugs import slug
from sunlit.capabilities.lifecycle.queries import CatalogueRow
from sunlit.formats import mldcat, omb_write
from sunlit.formats.losses import Exported, Facts
from sunlit.node.exporting import catalogue, facts_of
from sunlit.node.permission import Action
from sunlit.projection.cards import OWN
from sunlit.views.export_facts import record_facts
from sunlit.web.api.answers import PREFIX, READ, document, problems
from sunlit.web.api.catalogue import DOCUMENTS, Narrowed
from sunlit.web.api.records import found_record
from sunlit.web.guarding import may
from sunlit.web.once import Once
from sunlit.web.pages import etag, site_of, unchanged
from sunlit.web.public.catalogue_files import KINDS, file_of
from sunlit.web.public.catalogue_read import open_catalogue
from sunlit.web.public.desks import desk_of

router = APIRouter(prefix=PREFIX, tags=["components"], dependencies=[may(Action.READ_PUBLIC)])
FORMATS: Final = (mldcat.FORMAT, omb_write.FORMAT)
MOST_JUDGED: Final = 200  # each is judged anew, from its statements


@router.get(
    "/components/export/{form}", response_class=Response,
    responses={**READ, **problems(404, 409), **DOCUMENTS},
)  # fmt: skip
def export(request: Request, form: str, search: Annotated[Narrowed, Query()]) -> Response:
    """Return what a search finds, all of it where nothing is looked for.

    As rows of the catalogue (`csv`, `json`); as a catalogue in the words of MLDCAT-AP (`mldcat-ap`)
    or as rows of the US federal inventory (`omb`), for 200 things at most.
    """
    if form in KINDS:
        return file_of(request, form, search.query())
    if form not in FORMATS:
        raise UnavailableError(
            "export.no-such-format", "nothing here writes a catalogue in this format",
            expected="one of " + ", ".join((*KINDS, *FORMATS)), mend="choose one of these",
        )  # fmt: skip
    if (same := unchanged(request)) is not None:
        return same
    kept: Once[Exported] = request.app.state.exports
    tag = etag(request)
    found = kept.get(tag, tag, lambda: _made(request, form, search))
    return document(request, found.data, found.media_type, tag=tag)


def _made(request: Request, form: str, search: Narrowed) -> Exported:
    with open_catalogue(request) as known:
        rows = [row for some in known.pages(search.query(), MOST_JUDGED + 1) for row in some]
    if len(rows) > MOST_JUDGED:
        raise VerificationError(
            "export.too-many", "the catalogue is too large for one document",
            expected=f"at most {MOST_JUDGED}", mend="narrow it by a facet, such as used_by",
        )  # fmt: skip
    node = site_of(request).node
    views = tuple(_facts(request, rows, known.at))
    return catalogue(form, views, publisher=node.operator, uri=f"{node.url}/components")


def _facts(request: Request, rows: list[CatalogueRow], at: datetime) -> Iterator[Facts]:
    desk = desk_of(request)
    for row in rows:
        if row.source == OWN:
            yield facts_of(desk, row.key, at)
        else:
            register = row.register or ""
            name = row.component.removeprefix(f"{register}#")
            said, claim = found_record(request, slug(register), slug(name))
            yield record_facts(said, claim, at)
