"""What the public pages share: the logs as they are known, times and downloads."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.bootstrap.logs import open_known
from sunlit.node.known import Known
from sunlit.views.register import Register, register
from sunlit.web.pages import site_of

EARLIEST: Final = date(2000, 1, 1)


def known_of(request: Request) -> Known:
    """Return the logs of this node; what was judged is kept for the process."""
    found: Known | None = getattr(request.app.state, "known", None)
    if found is None:
        found = request.app.state.known = open_known(site_of(request))
    return found


def asked_time(request: Request) -> datetime:
    """Return the end of the day that `?at=` names, or now; a later day is now.

    Raises:
        HTTPException: 404, where it is no day.
    """
    now, asked = site_of(request).clock.now(), request.query_params.get("at")
    if not asked:
        return now
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise HTTPException(404) from error
    if day < EARLIEST or len(asked) != len("2000-01-01"):
        raise HTTPException(404)
    return min(now, datetime.combine(day, time(), UTC) + timedelta(days=1, seconds=-1))


def register_of(request: Request, organisation: str | None, at: datetime) -> Register:
    """Return the register of every use on this node, or of those of one deployer."""
    site, known = site_of(request), known_of(request)
    past = request.query_params.get("at")
    found = known.lines(at) if past else (case.line for case in known.cases(at))
    lines = [one for one in found if organisation in (None, one.deployer)]
    return register(at, organisation or site.node.name, site.rubric.digest, lines)


def download(data: bytes, name: str, kind: str) -> Response:
    """Return a file to keep; its name is ours."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache",
    }  # fmt: skip
    return Response(data, 200, headers, kind)
