"""One's signing keys: passkeys made here, keys brought from the command line, lost ones.

A key counts once the log knows it: the key signs its own registration, then the operator of the
organisation adds a signature (`sunlit node enrol`). The node keeps the public halves only.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from sunlit.adapters.passkeys import creation_options, registered
from sunlit.authority.statements import subject_of
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.node.acts import Act
from sunlit.node.enrolment import check_request, roles_of
from sunlit.node.people import Passkey, PasskeyState, new_secret
from sunlit.node.permission import Action
from sunlit.node.submit import Ticket
from sunlit.registry.keys import key_claim
from sunlit.statement.dsse import Envelope
from sunlit.statement.encoding import decode_base64
from sunlit.statement.keys import WEBAUTHN_ES256
from sunlit.web import acts, passkeys, sessions
from sunlit.web.account import noting, words
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.pages import link, page, redirect

router = APIRouter(include_in_schema=False)
OWN = [may(Action.OWN_ACCOUNT)]
ENROL: Final = "enrol"
MAX_REQUEST: Final = 16 * 1024  # bytes
MAX_LABEL: Final = 60  # characters
Label = Annotated[str, Form()]


@router.get("/account/passkeys", name="passkeys", dependencies=OWN)
def list_(request: Request) -> Response:
    """Your keys, and a button to make a passkey."""
    return _mine(request)


def _mine(
    request: Request, typed: Mapping[str, str] = {},
    problems: Mapping[str, str] = {},
) -> Response:  # fmt: skip
    visit, _ = sessions.signed_in(request), gettext_of(request)
    keys = sessions.people(request).passkeys(visit.person.id)
    taken, state = {one.label for one in keys}, new_secret()
    suggested = {
        "label": words.free_name(_("My device"), taken),
        "key-label": words.free_name(_("Command line"), taken),
    }
    kept = json.dumps({"person": visit.person.id})
    sessions.sessions(request).begin(state, kept, sessions.now(request))
    options = creation_options(
        passkeys.party(request), sessions.site_of(request).node.name, visit.person.id,
        visit.person.label, state.encode(),
        [decode_base64(one.credential, "passkey.malformed", "id") for one in keys
         if passkeys.is_passkey(one)],
    )  # fmt: skip
    return page(
        request, "account/passkeys.html", public=False, keys=keys, options=options, state=state,
        is_passkey=passkeys.is_passkey, can_sign=bool(roles_of(visit.person)),
        key_roles=roles_of(visit.person),
        typed={**suggested, **typed},
        problems=problems, status=422 if problems else 200,
    )  # fmt: skip


@router.post("/account/passkeys", name="passkey_made", dependencies=OWN)
def made(
    request: Request, state: Annotated[str, Form()] = "", label: Label = "",
    answer: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Keep a new passkey, then have it sign its own registration."""
    visit, label, _ = sessions.signed_in(request), label.strip(), gettext_of(request)
    wrong = words.name_problem(request, label, MAX_LABEL)
    if not answer:
        wrong["make"] = _("No passkey was made. Try again.")
    if wrong:
        return _mine(request, {"label": label}, wrong)
    if visit.person.id != _ceremony(request, state).get("person"):
        late = _("This passkey was asked for too long ago, so it was not kept. Try again.")
        return _mine(request, {"label": label}, {"make": late})
    if sessions.people(request).passkeys(visit.person.id) and not _is_confirmed(request, visit):
        return redirect_to_confirm(request, "/account/passkeys")
    try:
        found = registered(answer, state.encode(), passkeys.party(request))
        new = Passkey(
            credential=found.credential, person=visit.person.id, key=found.key, label=label,
            since=sessions.now(request),
        )  # fmt: skip
        sessions.people(request).add_passkey(new)
    except VerificationError as error:
        wrong = {"make": words.passkey_problem(request, error)}
        return _mine(request, {"label": label}, wrong)
    _note(request, visit, "passkey-made", new)
    return _register(request, visit, new)


@router.post("/account/passkeys/{credential}/register", name="passkey_register", dependencies=OWN)
def register(request: Request, credential: str) -> Response:
    """Sign a passkey's registration, where that was broken off before."""
    visit = sessions.signed_in(request)
    return _register(request, visit, _own(request, visit, credential))


@router.post("/account/keys", name="key_brought", dependencies=OWN)
def brought(request: Request, file: UploadFile | None = None, label: Label = "") -> Response:
    """Take the public half of a key that was made with `sunlit key new --out`."""
    visit, label, _ = sessions.signed_in(request), label.strip(), gettext_of(request)
    wrong = words.name_problem(request, label, MAX_LABEL, "key-label")
    if file is None:
        wrong["file"] = _("Choose the file that asks for the key")
    if wrong or file is None:
        return _mine(request, {"key-label": label}, wrong)
    if sessions.people(request).passkeys(visit.person.id) and not _is_confirmed(request, visit):
        return redirect_to_confirm(request, "/account/passkeys")
    try:
        envelope, key = check_request(file.file.read(MAX_REQUEST), visit.person)
        new = Passkey(
            credential=key.key_id, person=visit.person.id, key=key, label=label,
            since=sessions.now(request), registration=envelope.to_bytes(),
        )  # fmt: skip
        sessions.people(request).add_passkey(new)
    except (MalformedError, VerificationError) as error:
        wrong = {"file": words.file_problem(request, error)}
        return _mine(request, {"key-label": label}, wrong)
    _note(request, visit, "key-brought", new)
    return redirect(request, "passkeys")


@router.get("/account/passkeys/{credential}/end", name="passkey_end", dependencies=OWN)
def end_page(request: Request, credential: str) -> Response:
    """Say what happens when a key is ended or lost."""
    visit = sessions.signed_in(request)
    return page(
        request, "account/key_end.html", public=False, key=_own(request, visit, credential),
        organisation=visit.person.organisation,
    )  # fmt: skip


@router.post("/account/passkeys/{credential}/end", name="passkey_ended", dependencies=OWN)
def ended(request: Request, credential: str) -> Response:
    """End a key: from now on this node takes nothing that it signs."""
    visit = sessions.signed_in(request)
    key = _own(request, visit, credential)
    sessions.people(request).move(key.credential, PasskeyState.ENDED)
    _note(request, visit, "key-ended", key)
    return page(
        request, "account/key_ended.html", public=False, key=key,
        organisation=visit.person.organisation,
    )  # fmt: skip


@router.get("/account/lost-passkey", name="lost_passkey", dependencies=[may(Action.READ_PUBLIC)])
def lost(request: Request) -> Response:
    """Say what to do about a lost passkey; nobody needs to be signed in to read it."""
    return page(request, "account/lost.html")


@acts.then(ENROL)
def _enrol(request: Request, act: Act, envelope: Envelope) -> Ticket | None:
    credential = act.told.context["credential"]
    sessions.people(request).move(credential, PasskeyState.WAITING, envelope.to_bytes())
    enrol = getattr(request.app.state, "enrol", None)  # what `serve --dev` gave: keys of a demo
    if enrol is not None:
        with suppress(SunlitError):  # it waits for the operator, as on any other node
            enrol(act.organisation)
    return None


def redirect_to_confirm(
    request: Request, back: str, typed: Sequence[tuple[str, str]] = ()
) -> Response:
    """Lead to the page that asks who is there; what was `typed` can be sent after that."""
    if typed and sessions.keep_typed(request, sessions.signed_in(request), tuple(typed)):
        back = "/account/typed"
    response = redirect(request, "confirm")
    response.headers["Location"] = link(request, "/account/confirm", back=back)
    return response


def _register(request: Request, visit: sessions.Visit, key: Passkey) -> Response:
    if not roles_of(visit.person):  # who signs nothing has no key in a log, only to step up
        return redirect(request, "passkeys")
    _ = gettext_of(request)
    claim = key_claim(visit.person.organisation, key.key, roles_of(visit.person))
    return acts.propose(
        request, sessions.site_of(request), visit.person, claim, subject_of(claim),
        title=_("Register your passkey"),
        consequence=_(
            "Your passkey signs that it asks to be a key of your organisation. It counts once "
            "the operator of your organisation has agreed. It names your office, never you."
        ),
        back="/account/passkeys", then=ENROL, context={"credential": key.credential},
    )  # fmt: skip


def _ceremony(request: Request, state: str) -> dict[str, str]:
    kept = sessions.sessions(request).took(state, sessions.now(request))
    found: dict[str, str] = json.loads(kept or "{}")
    return found


def _is_confirmed(request: Request, visit: sessions.Visit) -> bool:
    return visit.session.is_confirmed(sessions.now(request))


def _own(request: Request, visit: sessions.Visit, credential: str) -> Passkey:
    found = sessions.people(request).passkeys(visit.person.id)
    key = next((one for one in found if one.credential == credential), None)
    if key is None:
        raise UnavailableError("passkey.no-such", "you have no such key")
    return key


def _note(request: Request, visit: sessions.Visit, what: str, key: Passkey) -> None:
    kind = str(key.key.kind == WEBAUTHN_ES256).lower()
    noting.note(request, visit.person, what, {"key": key.key.key_id, "passkey": kind})
