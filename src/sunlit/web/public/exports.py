"""A component in another format, to keep; and what that format loses of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.formats.cyclonedx import written
from sunlit.formats.losses import Exported
from sunlit.node.exporting import exporter, facts_of
from sunlit.node.permission import Action
from sunlit.web.guarding import may
from sunlit.web.public.desks import asked_time, desk_of
from sunlit.web.public.reading import download

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/components/{key}/export/{form}", name="component-export")
def export(request: Request, key: str, form: str) -> Response:
    """Give a component in a format."""
    found = exported(request, key, form)
    return download(found.data, found.name, found.media_type)


@router.get("/components/{key}/export/{form}/losses", name="component-export-losses")
def losses(request: Request, key: str, form: str) -> Response:
    """Give what the format loses of this component, and what it asks that nobody said."""
    found = exported(request, key, form)
    return download(written(found.to_json()), f"{found.name}.losses.json", "application/json")


def exported(request: Request, key: str, form: str) -> Exported:
    """Return a component in a format, as of the asked time.

    Raises:
        UnavailableError: `export.no-such-format`, `desk.no-such-component`.
        VerificationError: `export.lacks`.
    """
    write = exporter(form)
    return write(facts_of(desk_of(request), key, asked_time(request)))
