"""Handing in signed statements: the signature is the authentication.

What is handed in is checked here, kept, and admitted by the worker that writes to the log.
Whoever hands it in waits a moment for the receipt, or asks for it later. The same handed in again
is the same submission.
"""

import re
from asyncio import wrap_future
from base64 import b64encode
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.log.entry import Entry
from sunlit.log.tiles import MAX_ENTRY
from sunlit.node.permission import Action
from sunlit.node.submit import MAX_GROUP, Outcome, Place, Refusal, State, Ticket
from sunlit.statement.dsse import Envelope
from sunlit.web import errors
from sunlit.web.api import models
from sunlit.web.api.answers import PREFIX, READ, Responses, problems
from sunlit.web.api.taking import bundled, taken, taken_by_hint
from sunlit.web.guarding import Guard, may
from sunlit.web.pages import PRIVATE, site_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
# A query that has nothing to be decoded and nothing to be refused; the last one counts.
USUAL: Final = re.compile(
    rb"(?:(?:wait=(?P<wait>\d|10)|organisation=(?P<organisation>[\w.-]{1,200}))(?:&|$))*", re.ASCII
)


class Soon(APIRoute):
    """A route that hands the usual request on at once; any other goes the framework's way.

    To find out what is asked, and to check each value, costs the framework as much as verifying
    a signature does. The guard and what is answered are the same.
    """

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        always = super().get_route_handler()
        return partial(_soon, always) if "POST" in (self.methods or ()) else always


async def _soon(always: Handler, request: Request) -> Response:
    usual = USUAL.fullmatch(request.scope["query_string"])
    if usual is None:
        return await always(request)
    await GUARD(request)
    whose, wait = usual["organisation"], usual["wait"]
    return await submit(
        request, None if whose is None else whose.decode(), WAIT if wait is None else int(wait)
    )


router = APIRouter(prefix=PREFIX, tags=["statements"], route_class=Soon)
GUARD: Final = Guard(Action.SUBMIT_STATEMENT)
WAIT: Final = 2  # seconds
MAX_BODY: Final = 2 * MAX_ENTRY  # spaces between members are not counted in an entry
MAX_BUNDLE: Final = 8 * MAX_BODY
BUNDLE: Final = "application/vnd.in-toto.bundle"
KINDS: Final = ("application/vnd.dsse.envelope.v1+json", "application/json")
ENVELOPE: Final = {
    "type": "object", "required": ["payload", "payloadType", "signatures"],
    "properties": {
        "payload": {"type": "string", "format": "byte"},
        "payloadType": {"type": "string"},
        "signatures": {
            "type": "array", "minItems": 1,
            "items": {
                "type": "object", "required": ["sig"],
                "properties": {"keyid": {"type": "string"},
                               "sig": {"type": "string", "format": "byte"}},
            },
        },
    },
}  # fmt: skip
BODY: Final = {
    "requestBody": {
        "required": True,
        "description": (
            "A DSSE envelope with an in-toto Statement v1; or an in-toto bundle, at most "
            f"{MAX_GROUP} of them, a line each, which enter together in this order or not at all."
        ),
        "content": {kind: {"schema": ENVELOPE} for kind in KINDS}
        | {BUNDLE: {"schema": {"type": "string"}}},
    }
}
_PLACE: Final = {"Location": {"schema": {"type": "string"}, "description": "Ask there."}}
_TAKEN: Final[Responses] = {
    200: {"model": models.Submission, "description": "It was admitted before: the same receipt."},
    201: {"model": models.Submission, "description": "Admitted, with its receipt."},
    202: {
        "model": models.Submission, "headers": _PLACE,
        "description": "Kept, and not admitted yet: ask for it at `Location`.",
    },
}  # fmt: skip


@router.post(
    "/statements", status_code=201, response_model=models.Submission, openapi_extra=BODY,
    responses={**problems(404, 409, 415), **_TAKEN}, dependencies=[Depends(GUARD)],
)  # fmt: skip
async def submit(
    request: Request,
    organisation: Annotated[
        str | None, Query(max_length=200, description="Whose log; the signer's unless given.")
    ] = None,
    wait: Annotated[int, Query(ge=0, le=10, description="Seconds to wait for it.")] = WAIT,
) -> Response:
    """Hand in a signed statement, or several; receipts are in the answer, or come soon."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (*KINDS, BUNDLE):
        raise HTTPException(415)
    body = await _read(request, MAX_BUNDLE if kind == BUNDLE else MAX_BODY)
    try:
        envelopes = bundled(body) if kind == BUNDLE else [Envelope.parse(body)]
        group = taken_by_hint(request, envelopes, organisation)
        if group is None:
            group = await run_in_threadpool(taken, request, envelopes, organisation)
    except MalformedError as error:
        return errors.answer(request, 422, error)
    ticket, found = await wrap_future(site_of(request).door.hand_in(group, wait))
    return _told(request, ticket, found, group.statements)


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise HTTPException(413)
    return bytes(body)


@router.get(
    "/submissions/{submission}", response_model=models.Submission,
    responses={key: one for key, one in READ.items() if key != 304},
    dependencies=[may(Action.SUBMIT_STATEMENT)],
)  # fmt: skip
def submission(
    request: Request, submission: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
) -> Response:
    """Return what has become of a submission; ask again while it waits."""
    found = site_of(request).submissions.outcome(submission)
    return _json(_state(submission, found, [_statement(place) for place in found.places]), 200)


def _told(
    request: Request, ticket: Ticket, found: Outcome, statements: Sequence[str]
) -> Response:  # fmt: skip
    if found.error is not None:
        return _refused(request, found.error)
    told = _state(ticket.id, found, statements)
    if found.state is State.WAITING:
        place = f"{PREFIX}/submissions/{ticket.id}"
        return _json(told, 202, {"Location": place, "Retry-After": "1"})
    return _json(told, 200 if ticket.state is State.ADMITTED else 201)


def _refused(request: Request, refusal: Refusal) -> Response:
    family: type[SunlitError] = MalformedError if refusal.is_malformed else VerificationError
    error = family(
        refusal.code, refusal.what, expected=refusal.expected, got=refusal.got, mend=refusal.mend
    )
    return errors.answer(request, 422 if refusal.is_malformed else 409, error)


def _state(ticket: str, found: Outcome, statements: Sequence[str]) -> models.Submission:
    receipts = [
        _receipt(ticket, found, *one) for one in zip(found.places, statements, strict=False)
    ]
    return models.Submission(
        submission=ticket, state=str(found.state), receipt=receipts[-1] if receipts else None,
        receipts=receipts[:-1], refusal=found.error.to_json() if found.error else None,
    )  # fmt: skip


def _receipt(ticket: str, found: Outcome, place: Place, statement: str) -> models.Receipt:
    return models.Receipt(
        submission=ticket, state=str(found.state), statement=statement, log=found.origin or "",
        index=place.index, entry=b64encode(place.entry).decode(),
        proof=b64encode(place.receipt).decode(),
    )  # fmt: skip


def _statement(place: Place) -> str:
    return Envelope.from_json(Entry.parse(place.entry).envelope).statement_id


def _json(told: models.Submission, status: int, more: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": PRIVATE} | (more or {})
    return Response(told.model_dump_json(by_alias=True), status, headers, "application/json")
