"""Is it alive, is it ready, and how is it doing."""

import hmac
from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from sunlit.bootstrap.growing import Growing
from sunlit.node.permission import Action, Actor, Role
from sunlit.web.guarding import Guard, demand, may
from sunlit.web.measures import TEXT, Measures
from sunlit.web.pages import site_of

router = APIRouter(include_in_schema=False)
NEVER_KEPT: Final = {"Cache-Control": "no-store"}


@router.get("/healthz/live", dependencies=[may(Action.READ_PUBLIC)])
def live() -> Response:
    """Answer: the process runs."""
    return JSONResponse({"live": True}, headers=NEVER_KEPT)


@router.get("/healthz", dependencies=[may(Action.READ_PUBLIC)])
@router.get("/healthz/ready", dependencies=[may(Action.READ_PUBLIC)])
def ready(request: Request) -> Response:
    """Answer whether the databases answer, the logs can be read, and the threads beside go on.

    `warm` tells whether the catalogue's counts are in memory; without them it is ready as well.
    """
    site = site_of(request)
    growing: Growing | None = request.app.state.growing
    found = {"private": True, "projections": True, "logs": True}
    for name, engine in (("private", site.private), ("projections", site.projections)):
        try:
            engine.connect().close()
        except site.lost:
            found[name] = False
    found["logs"] = all((home.log_directory / "checkpoint").is_file() for home in site.homes)
    found["growing"] = growing is None or growing.lives
    good = all(found.values())
    # It answers before that, the first search some moments later.
    found["warm"] = growing is None or growing.warm.is_set()
    return JSONResponse({"ready": good, **found}, 200 if good else 503, NEVER_KEPT)


class Scraper(Guard):
    """Lets in whoever collects figures: by the node's token, or as `Guard` does, from loopback."""

    async def __call__(self, request: Request) -> Actor:
        """Let in or refuse; see `Guard`."""
        token: str | None = request.app.state.metrics_token
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and hmac.compare_digest(given.encode(), token.encode()):
            request.state.actor = Actor(roles=frozenset({Role.SCRAPER}))
            return demand(request, self.action)
        return await super().__call__(request)


@router.get("/metrics", dependencies=[Depends(Scraper(Action.READ_METRICS))])
def metrics(request: Request) -> Response:
    """Answer with this process's counts, for Prometheus."""
    measures: Measures = request.app.state.measures
    return Response(measures.text(), 200, NEVER_KEPT, TEXT)
