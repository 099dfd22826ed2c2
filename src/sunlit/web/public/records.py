"""Records of other registers, as what they are: found somewhere, signed by nobody."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.base.slugs import unslug
from sunlit.node.permission import Action
from sunlit.views.catalogue_record import field_name
from sunlit.web.guarding import may
from sunlit.web.pages import page, unchanged
from sunlit.web.public.catalogue_words import facet_words
from sunlit.web.public.desks import asked_time, desk_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/records/{register}/{record}", name="record")
def record(request: Request, register: str, record: str) -> Response:
    """Show one record, field by field, blanks as blanks."""
    if (kept := unchanged(request)) is not None:
        return kept
    # What is no slug names no record: the desk says so.
    names = unslug(register) or "", unslug(record) or ""
    found = desk_of(request).record(*names, asked_time(request))
    known = facet_words(request, "register")
    return page(
        request, "records/record.html", record=found,
        register=known.get(found.register, found.register), field_name=field_name,
        safe_source=found.source.startswith(("https://", "http://")),
    )  # fmt: skip
