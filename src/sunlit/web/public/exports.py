"""A component in another format, to keep; and what that format loses of it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.formats.cyclonedx import written
from sunlit.node.permission import Action
from sunlit.web.api.catalogue import exported
from sunlit.web.guarding import may
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
