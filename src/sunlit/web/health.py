"""Is it alive, is it ready, and how is it doing."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sunlit.node.permission import Action
from sunlit.web.guarding import may
from sunlit.web.pages import site_of

router = APIRouter(include_in_schema=False)
NEVER_KEPT = {"Cache-Control": "no-store"}


@router.get("/healthz/live", dependencies=[may(Action.READ_PUBLIC)])
def live() -> Response:
    """The process answers."""
    return JSONResponse({"live": True}, headers=NEVER_KEPT)


@router.get("/healthz", dependencies=[may(Action.READ_PUBLIC)])
@router.get("/healthz/ready", dependencies=[may(Action.READ_PUBLIC)])
def ready(request: Request) -> Response:
    """The databases answer and the logs can be read."""
    site = site_of(request)
    found = {"private": True, "projections": True, "logs": True}
    for name, engine in (("private", site.private), ("projections", site.projections)):
        try:
            engine.connect().close()
        except site.lost:
            found[name] = False
    found["logs"] = all((home.log_directory / "checkpoint").is_file() for home in site.homes)
    good = all(found.values())
    return JSONResponse({"ready": good, **found}, 200 if good else 503, NEVER_KEPT)
