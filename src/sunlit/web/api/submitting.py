"""Handing in signed statements: the signature is the authentication.

A statement is checked here, kept, and admitted by the worker that writes to the log. Whoever
hands it in waits a moment for the receipt, or asks for it later. The same statement handed in
again is the same submission.
"""

from base64 import b64encode
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.authority.history import read_envelope
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.claims.lifecycle import Publication
from sunlit.log.entry import Entry
from sunlit.log.tiles import MAX_ENTRY
from sunlit.node.people import expect_another_person
from sunlit.node.permission import Action
from sunlit.node.submit import Outcome, Refusal, State, Ticket
from sunlit.statement.dsse import Envelope
from sunlit.web import errors, sessions
from sunlit.web.api import models
from sunlit.web.api.answers import PREFIX, READ, Responses, problems
from sunlit.web.guarding import may
from sunlit.web.pages import PRIVATE, site_of
from sunlit.web.public.reading import known_of

router = APIRouter(prefix=PREFIX, tags=["statements"])
MAX_BODY: Final = 2 * MAX_ENTRY  # spaces between members are not counted in an entry
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
        "description": "A DSSE envelope with an in-toto Statement v1.",
        "content": {kind: {"schema": ENVELOPE} for kind in KINDS},
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
    responses={**problems(409, 415), **_TAKEN}, dependencies=[may(Action.SUBMIT_STATEMENT)],
)  # fmt: skip
async def submit(
    request: Request,
    organisation: Annotated[
        str | None, Query(max_length=200, description="Whose log; the signer's unless given.")
    ] = None,
    wait: Annotated[int, Query(ge=0, le=10, description="Seconds to wait for it.")] = 2,
) -> Response:
    """Hand in a signed statement; its receipt is in the answer, or comes soon."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise HTTPException(415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise HTTPException(413)
    return await run_in_threadpool(_submitted, request, bytes(body), organisation, wait)


def _submitted(request: Request, body: bytes, organisation: str | None, wait: int) -> Response:
    site = site_of(request)
    try:
        envelope = Envelope.parse(body)
        whose = organisation or _signer(request, envelope) or site.node.operator
        _expect_known_signer(request, envelope, whose)
        ticket = site.submissions.put(whose, body)
    except MalformedError as error:
        return errors.answer(request, 422, error)
    known = ticket.state is State.ADMITTED
    return _told(request, ticket, site.submissions.wait(ticket, wait), known=known)


def _signer(request: Request, envelope: Envelope) -> str | None:
    """Return the organisation of the first signature whose log is on this node."""
    site = site_of(request)
    for _, history in known_of(request).histories(site.clock.now()):
        for signature in envelope.signatures:
            found = history.directory.organisation_of(signature.keyid or "")
            if found in site.node.homes:
                return found
    return None


def _expect_known_signer(request: Request, envelope: Envelope, whose: str) -> None:
    """Refuse what nobody known signed before it takes a place in the queue.

    Raises:
        VerificationError: `admit.unknown-signer`, `permission.refused`.
        UnavailableError: `node.no-such-organisation`.
        MalformedError: as reading a statement raises.
    """
    history = known_of(request).history(whose, site_of(request).clock.now())
    said = read_envelope(envelope, history.directory)
    if isinstance(said.claim, Publication):
        expect_another_person(sessions.people(request), said, said.claim, history.statements)
    if not said.signers:
        raise VerificationError(
            "admit.unknown-signer", "no signature on it is by a key that this log knows",
            mend="register the key first, or name the log that knows it with ?organisation=",
        )  # fmt: skip


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
    return _json(_state(submission, found), 200)


def _told(request: Request, ticket: Ticket, found: Outcome, *, known: bool) -> Response:
    if found.error is not None:
        return _refused(request, found.error)
    told = _state(ticket.id, found)
    if found.state is State.WAITING:
        place = f"{PREFIX}/submissions/{ticket.id}"
        return _json(told, 202, {"Location": place, "Retry-After": "1"})
    return _json(told, 200 if known else 201)


def _refused(request: Request, refusal: Refusal) -> Response:
    family: type[SunlitError] = MalformedError if refusal.is_malformed else VerificationError
    error = family(
        refusal.code, refusal.what, expected=refusal.expected, got=refusal.got, mend=refusal.mend
    )
    return errors.answer(request, 422 if refusal.is_malformed else 409, error)


def _state(ticket: str, found: Outcome) -> models.Submission:
    return models.Submission(
        submission=ticket, state=str(found.state), receipt=_receipt(ticket, found),
        refusal=found.error.to_json() if found.error else None,
    )  # fmt: skip


def _receipt(ticket: str, found: Outcome) -> models.Receipt | None:
    if found.entry is None or found.receipt is None or found.index is None:
        return None
    statement = Envelope.from_json(Entry.parse(found.entry).envelope).statement_id
    return models.Receipt(
        submission=ticket, state=str(found.state), statement=statement, log=found.origin or "",
        index=found.index, entry=b64encode(found.entry).decode(),
        proof=b64encode(found.receipt).decode(),
    )  # fmt: skip


def _json(told: models.Submission, status: int, more: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": PRIVATE} | (more or {})
    return Response(told.model_dump_json(by_alias=True), status, headers, "application/json")
