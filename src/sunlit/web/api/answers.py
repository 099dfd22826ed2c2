"""How the API answers: documents with ETags, and every status that may come, in the schema."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from sunlit.web.api.models import Problem
from sunlit.web.errors import PROBLEM
from sunlit.web.guarding import actor_of
from sunlit.web.pages import PRIVATE, PUBLIC, etag, unchanged

PREFIX: Final = "/api/v1"
Responses = dict[int | str, dict[str, Any]]
_SCHEMA: Final = Problem.model_json_schema()
_WORDS: Final = {
    400: "The request is malformed, or its Host is not this node's.",
    403: "You may not do this.",
    404: "There is no such thing here.",
    408: "The request came too slowly.",
    409: "It does not hold: the log refuses it, or the format cannot say it. `code` tells why.",
    413: "The request is too large.",
    414: "The address is too long.",
    415: "The body is of another type.",
    422: "A field, or the statement, is not what it should be.",
    429: "Too much at once: try again after `Retry-After` seconds.",
    431: "The headers are too large.",
    500: "A mistake of ours: `reference` names it in the node's log.",
    503: "It cannot be found out now: try again after `Retry-After` seconds.",
}
_RETRY: Final = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}
ALWAYS: Final = (400, 403, 408, 413, 414, 422, 429, 431, 503)


def problems(*statuses: int) -> Responses:
    """Return the documentation of problems: those that any route may answer, and these."""
    return {status: _problem(status) for status in sorted({*ALWAYS, *statuses})}


def _problem(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": _WORDS[status], "content": {PROBLEM: {"schema": _SCHEMA}},
    }  # fmt: skip
    return found | ({"headers": _RETRY} if status in (429, 503) else {})


READ: Final[Responses] = {
    **problems(404),
    304: {"description": "Unchanged since the ETag that you sent in `If-None-Match`."},
}


def answered(request: Request, make: Callable[[], BaseModel], *rests_on: object) -> Response:
    """Return a document, or "not modified" before anything is read."""
    if (kept := unchanged(request, rests_on)) is not None:
        return kept
    return document(request, make().model_dump_json(by_alias=True).encode(), rests_on=rests_on)


def document(
    request: Request, data: bytes, kind: str = "application/json",
    rests_on: tuple[object, ...] = (), tag: str | None = None,
) -> Response:  # fmt: skip
    """Return bytes with an ETag; nobody keeps what somebody who is signed in was given."""
    headers = {"Vary": "Cookie, Accept-Encoding", "Cache-Control": PRIVATE}
    if not actor_of(request).signed_in:
        headers |= {"Cache-Control": PUBLIC, "ETag": tag or etag(request, rests_on)}
    return Response(data, 200, headers, kind)
