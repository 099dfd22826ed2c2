"""One's own account: what you are here, how long you stay signed in, what you had typed."""

import json
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from sunlit.base.errors import UnavailableError
from sunlit.node.people import new_secret
from sunlit.node.permission import Action
from sunlit.statement import webauthn
from sunlit.web import passkeys, sessions
from sunlit.web.account import noting
from sunlit.web.guarding import may
from sunlit.web.pages import page, redirect
from sunlit.web.paths import safe_path

router = APIRouter(include_in_schema=False)
OWN = [may(Action.OWN_ACCOUNT)]


def context(request: Request) -> dict[str, object]:
    """Give every page the session's token and when it ends."""
    visit = sessions.visit_of(request)
    if visit is None or not visit.live:
        return {"csrf": "", "session_ends": None, "me": None}
    return {"csrf": visit.token, "session_ends": visit.session.ends(), "me": visit.person}


@router.get("/account", name="account", dependencies=OWN)
def account(request: Request) -> Response:
    """What you are on this node."""
    visit = sessions.signed_in(request)
    keys = sessions.people(request).passkeys(visit.person.id)
    return page(
        request, "account/account.html", public=False, person=visit.person, keys=keys,
        lately=noting.lately(request, visit.person),
    )  # fmt: skip


@router.get("/account/sessions", name="own_sessions", dependencies=OWN)
def own_sessions(request: Request) -> Response:
    """Where you are signed in: when it began, when it was last used; no device, no address."""
    visit = sessions.signed_in(request)
    found = sessions.sessions(request).of(visit.person.id, sessions.now(request))
    return page(request, "account/sessions.html", public=False, found=found, here=visit.session.id)


@router.post("/account/sessions/end-others", name="sessions_ended", dependencies=OWN)
def sessions_ended(request: Request) -> Response:
    """End all of one's sessions but this one."""
    visit = sessions.signed_in(request)
    sessions.sessions(request).stop_all(visit.person.id, but=visit.session.id)
    return redirect(request, "own_sessions")


@router.post("/account/sessions/{session}/end", name="session_ended", dependencies=OWN)
def session_ended(request: Request, session: str) -> Response:
    """End one of one's sessions."""
    visit = sessions.signed_in(request)
    if session == visit.session.id:
        response = redirect(request, "signed_out")
        sessions.sign_out(request, response)
        return response
    mine = sessions.sessions(request).of(visit.person.id, sessions.now(request))
    found = next((one for one in mine if one.id == session), None)
    if found is None:  # over by now, or somebody else's: nobody learns which
        raise UnavailableError("session.no-such", "you have no such session")
    sessions.sessions(request).stop(found)
    return redirect(request, "own_sessions")


@router.get("/account/still-here", name="still_here", dependencies=OWN)
def still_here(request: Request) -> Response:
    """Stay signed in: asking is using. It opens beside a form, so that nothing typed is lost."""
    return page(request, "account/still_here.html", public=False)


@router.get("/account/typed", name="typed", dependencies=OWN)
def typed(request: Request) -> Response:
    """Show what was typed into a form before the session ended, ready to be sent."""
    visit = sessions.signed_in(request)
    kept = sessions.sessions(request).kept(visit.person.id)
    return page(request, "account/typed.html", public=False, kept=kept)


@router.post("/account/typed/forget", name="typed_forget", dependencies=OWN)
def typed_forget(request: Request) -> Response:
    """Throw away what was typed."""
    visit = sessions.signed_in(request)
    sessions.sessions(request).forget(visit.person.id)
    return redirect(request, "account")


@router.get("/account/confirm", name="confirm", dependencies=OWN)
def confirm_page(request: Request, back: str = "/account") -> Response:
    """Ask to show again who is here, before something that matters."""
    return _ask_presence(request, back)


def _ask_presence(request: Request, back: str, *, failed: bool = False) -> Response:
    visit = sessions.signed_in(request)
    keys = sessions.people(request).passkeys(visit.person.id)
    state = new_secret()
    challenge = webauthn.challenge_for(passkeys.presence(state))
    kept = {"back": safe_path(back, "/account"), "person": visit.person.id}
    sessions.sessions(request).begin(state, json.dumps(kept), sessions.now(request))
    return page(
        request, "account/confirm.html", public=False, back=kept["back"], state=state,
        asked=passkeys.assertion_options(request, challenge, keys), keys=keys, failed=failed,
        status=422 if failed else 200,
    )  # fmt: skip


@router.post("/account/confirm", name="confirmed", dependencies=OWN)
def confirmed(
    request: Request,
    state: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
) -> Response:
    """Take the passkey's answer; the session gets another cookie."""
    visit = sessions.signed_in(request)
    kept = json.loads(sessions.sessions(request).took(state, sessions.now(request)) or "{}")
    if not answer:  # the passkey said nothing, or there is no JavaScript
        return _ask_presence(request, kept.get("back", "/account"), failed=True)
    passkeys.expect_presence(request, visit, state, kept, answer)
    response = RedirectResponse(kept.get("back", "/account"), 303, {"Cache-Control": "no-store"})
    sessions.confirm(request, response, visit)
    return response
