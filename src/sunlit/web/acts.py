"""Signed acts: one page that says what will be signed, one button, one receipt.

    return acts.propose(request, site, person, claim, subject,
                        title=_("Vote on Case triage 2.3.1"), consequence=_("..."), back="/work")

What becomes of the signed envelope is `then`: the log of the person's organisation (SUBMIT), the
same with the signature of the organisation's operator key added (COSIGN: uses, risk assessments
and what else a deployer says need it), or what an area does with it, registered with
`@acts.then("name")` and given the act with its `context`.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.wording import told as told_in
from sunlit.bootstrap.site import Site
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.node.acts import (
    COSIGN,
    KEYS,
    SUBMIT,
    Act,
    Told,
    by_envelope,
    by_passkey,
    expect_open,
    mine,
    prepare,
    settle,
)
from sunlit.node.people import Passkey, PasskeyState, Person
from sunlit.node.permission import Action
from sunlit.node.submit import Outcome, State, Ticket
from sunlit.registry.keys import cosign
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject
from sunlit.web import passkeys, sessions
from sunlit.web.act_words import Named, folded, rows_of
from sunlit.web.guarding import demand, may
from sunlit.web.language import language_of
from sunlit.web.pages import page, redirect
from sunlit.web.public.reading import known_of

router = APIRouter(include_in_schema=False)
SIGN = [may(Action.SIGN)]
MAX_ENVELOPE: Final = 128 * 1024  # bytes; the log takes entries below 64 KiB
PATIENCE: Final = 3.0  # seconds that a page waits for the log

Then = Callable[[Request, Act, Envelope], Ticket | None]
_THEN: dict[str, Then] = {}


def then(name: str) -> Callable[[Then], Then]:
    """Register what takes the signed envelope of acts that were proposed with `then=name`."""

    def keep(function: Then) -> Then:
        _THEN[name] = function
        return function

    return keep


def propose(  # noqa: PLR0913 - one act, told whole
    request: Request, site: Site, person: Person, claim: Claim, *subjects: Subject, title: str,
    consequence: str, back: str, then: str = SUBMIT, context: Mapping[str, str] | None = None,
    log: str | None = None,
) -> Response:  # fmt: skip
    """Prepare the statement of a claim and lead to the page where it is signed.

    `log` is the organisation whose log takes it; the person's own unless named.
    """
    words = partial(told_in, language=language_of(request))
    told = Told(
        title=words(title), consequence=words(consequence), back=back, then=then,
        context=context or {}, needs=request.state.action,
    )  # fmt: skip
    act = prepare(person, claim, subjects, told, site.clock.now(), log=log)
    sessions.acts_store(request).put(act)
    return redirect(request, "act", act=act.id)


@router.get("/account/sign/{act}", name="act", dependencies=SIGN)
def show(request: Request, act: str) -> Response:
    """Say what will be signed, in words, and ask for the passkey."""
    found = _mine(request, act)
    if found.envelope is not None:
        return redirect(request, "act_receipt", act=act)
    keys = _usable(request, found)
    rows, answers = folded(rows_of(found.payload, _names(request, found)))
    return page(
        request, "acts/sign.html", public=False, act=found, rows=rows, answers=answers, keys=keys,
        waits=any(one.registration for one in sessions.people(request).passkeys(found.person)),
        asked=passkeys.assertion_options(request, found.challenge, keys),
        payload=found.payload.decode(), seat=KEYS in found.told.context,
    )  # fmt: skip


@router.get("/account/sign/{act}/statement", name="act_statement", dependencies=SIGN)
def statement(request: Request, act: str) -> Response:
    """Hand out the bytes to be signed elsewhere."""
    found = _mine(request, act)
    return _download(found.payload, f"statement-{found.statement[:16]}.json", "application/json")


@router.post("/account/sign/{act}", name="act_signed", dependencies=SIGN)
def signed(
    request: Request, act: str, answer: Annotated[str, Form()] = "",
    envelope: UploadFile | None = None,
) -> Response:  # fmt: skip
    """Take the signature, check it, and hand the statement on."""
    found, at = _mine(request, act), sessions.now(request)
    expect_open(found)
    if found.told.needs is not None:  # a role may be gone since it was prepared
        demand(request, Action(found.told.needs))
    if answer:
        credential, parts = passkeys.read_answer(answer)
        key = next((one for one in _usable(request, found) if one.credential == credential), None)
        made = by_passkey(found, key, parts, at)
    else:
        keys = [one.key for one in _usable(request, found)]
        made = by_envelope(found, _uploaded(envelope), keys, at)
    store = sessions.acts_store(request)
    # First it is taken, then it is done: what a full queue refuses can be signed again, and what
    # is taken twice after a crash enters the log once.
    ticket = _THEN[found.told.then](request, found, made)
    settle(store, found, made)
    if ticket is not None:
        kept = {"id": ticket.id, "organisation": ticket.organisation}
        store.ticketed(found.id, json.dumps(kept))
    return redirect(request, "act_receipt", act=act)


@router.get("/account/sign/{act}/receipt", name="act_receipt", dependencies=SIGN)
def receipt(request: Request, act: str) -> Response:
    """Say what came of it: in the log under this number, waiting, or refused and why."""
    found = _mine(request, act)
    if found.envelope is None:
        return redirect(request, "act", act=act)
    outcome = _outcome(request, found)
    return page(
        request, "acts/receipt.html", public=False, act=found, outcome=outcome,
        signed_only=found.ticket is None, key=_registered(request, found),
    )  # fmt: skip


@router.get("/account/sign/{act}/receipt/{part}", name="act_part", dependencies=SIGN)
def part(request: Request, act: str, part: str) -> Response:
    """Hand out the signed statement, or the proof that the log holds it."""
    found = _mine(request, act)
    outcome = _outcome(request, found)
    short = found.statement[:16]
    if part == "proof" and outcome is not None and outcome.receipt is not None:
        return _download(outcome.receipt, f"receipt-{short}.tlog-proof", "text/plain")
    if part == "statement" and found.envelope is not None:
        return _download(found.envelope, f"statement-{short}.dsse.json", "application/json")
    return redirect(request, "act_receipt", act=act)


@then(SUBMIT)
def _submit(request: Request, act: Act, envelope: Envelope) -> Ticket:
    queue = sessions.site_of(request).submissions
    return queue.put(act.organisation, envelope.to_bytes())


@then(COSIGN)
def _cosign(request: Request, act: Act, envelope: Envelope) -> Ticket:
    # Added, never substituted: what is cosigned was prepared here and signed by the person.
    site = sessions.site_of(request)
    operator = site.home(act.organisation).signer(Role.OPERATOR)
    return site.submissions.put(act.organisation, cosign(envelope, [operator]).to_bytes())


def _names(request: Request, act: Act) -> Named:
    """Return what names organisations as the log that takes the act knows them."""
    try:
        _, log = known_of(request).of(act.organisation)
        directory = log.directory()
    except UnavailableError:  # ids are exact, only less kind
        return lambda _: None

    def named(organisation: str) -> str | None:
        said = directory.organisation(organisation)
        return said.name if said else None

    return named


def _mine(request: Request, act: str) -> Act:
    person = sessions.signed_in(request).person
    return mine(sessions.acts_store(request), act, person.id)


def _usable(request: Request, act: Act) -> tuple[Passkey, ...]:
    # The log refuses keys that it does not know yet; only their own registration is signed so.
    only, may = act.told.context.get("credential"), act.told.context.get(KEYS)
    return tuple(
        one
        for one in sessions.people(request).passkeys(act.person)
        if (one.credential == only if only else one.state is PasskeyState.KNOWN)
        and (may is None or one.key.key_id in may.split())
    )


def _registered(request: Request, act: Act) -> Passkey | None:
    """Return the key that an act registered, as it is now; None where it is about anything else."""
    asked = act.told.context.get("credential")
    keys = sessions.people(request).passkeys(act.person) if asked else ()
    return next((one for one in keys if one.credential == asked), None)


def _uploaded(envelope: UploadFile | None) -> bytes:
    data = envelope.file.read(MAX_ENVELOPE + 1) if envelope is not None else b""
    if not 0 < len(data) <= MAX_ENVELOPE:
        raise MalformedError(
            "act.no-signature", "there is no signed statement in what you sent",
            expected=f"a file of at most {MAX_ENVELOPE // 1024} KiB that `sunlit key sign` wrote",
            mend="sign with your passkey, or choose the signed file, then send it again",
        )  # fmt: skip
    return data


def _outcome(request: Request, act: Act) -> Outcome | None:
    if act.ticket is None:
        return None
    kept = json.loads(act.ticket)
    ticket = Ticket(id=kept["id"], organisation=kept["organisation"], state=State.WAITING)
    return sessions.site_of(request).submissions.wait(ticket, PATIENCE)


def _download(data: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, 200, headers, kind)
