"""A log's public files, as C2SP tlog-tiles lays them out: any monitor and witness can follow."""

import re
from hashlib import sha256
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.log.files import DirectoryFiles
from sunlit.node.permission import Action
from sunlit.web.guarding import may
from sunlit.web.pages import site_of

# https://c2sp.org/tlog-tiles: tile/<L>/<N>[.p/<W>] and tile/entries/<N>[.p/<W>]; N in groups of
# three digits, all but the last with an `x`. Nothing else of a home has an address.
NUMBER: Final = r"(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
TILE: Final = re.compile(rf"tile/(?:[0-9]|[1-5][0-9]|6[0-3]|entries)/{NUMBER}")
KEPT: Final = re.compile(r"checkpoints/[0-9]{1,20}")  # ours: earlier checkpoints, with cosignatures
FOREVER: Final = "public, max-age=31536000, immutable"
SHORT: Final = "public, max-age=5"

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


@router.get("/logs/{origin}/{name:path}", name="log-file")
def log_file(request: Request, origin: str, name: str) -> Response:
    """Answer with one file of a log's public directory."""
    home = site_of(request).by_slug.get(origin)
    kind = _kind(name)
    data = DirectoryFiles(home.log_directory).get(name) if home and kind else None
    if data is None or kind is None:
        raise HTTPException(404)
    tag = f'"{sha256(data).hexdigest()[:32]}"'
    keep = SHORT if name == "checkpoint" else FOREVER
    headers = {"ETag": tag, "Cache-Control": keep, "Access-Control-Allow-Origin": "*",
               "Cross-Origin-Resource-Policy": "cross-origin"}  # fmt: skip
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(data, 200, headers, kind)


def _kind(name: str) -> str | None:
    if name == "checkpoint" or KEPT.fullmatch(name):
        return "text/plain; charset=utf-8"
    return "application/octet-stream" if TILE.fullmatch(name) else None
