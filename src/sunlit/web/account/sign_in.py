"""Signing in with the organisation's identity provider, and out again.

The browser is bound to the sign-in that it began by a cookie with the `state`; what belongs to it
(nonce, PKCE verifier, where to go back to) stays in the private store and is good once.
"""

import json
import os
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from sunlit.adapters.oidc import Begun, Identity, Provider, Settings
from sunlit.adapters.reach import transport
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.node.people import RECENT, SKEW, Person, new_secret, person_id, take_up
from sunlit.node.permission import Action
from sunlit.web import sessions
from sunlit.web.account import noting
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.limits import client_of
from sunlit.web.logs import LOGGER
from sunlit.web.pages import link, page, redirect
from sunlit.web.paths import safe_path

router = APIRouter(include_in_schema=False)

COOKIE: Final = "__Host-sunlit-sign-in"
DEV_COOKIE: Final = "sunlit-dev-sign-in"
LASTS: Final = 600  # seconds
WINDOW: Final = timedelta(minutes=10)
# From one address in a window. Only what does not end in a sign-in counts in the end: a whole
# office may be behind one address.
TRIES: Final = 30  # answers of the provider
CODES: Final = 10  # invitation codes
STARTS: Final = 300  # each asks the provider something, so these count whatever comes of them
MAX_CODE: Final = 64  # characters


@router.get("/sign-in", name="sign_in", dependencies=[may(Action.SIGN_IN)])
def sign_in(request: Request, back: str = "/work", kept: str = "") -> Response:
    """The sign-in page."""
    return _asked(request, safe_path(back, "/work"), kept=bool(kept))


def _asked(
    request: Request, back: str, *, kept: bool = False, typed: str = "", wrong: str = ""
) -> Response:
    problems = {"code": wrong} if wrong else {}
    return page(
        request, "account/sign_in.html", public=False, back=back, kept=kept,
        start=link(request, "/sign-in/start", back=back), typed={"code": typed},
        problems=problems, status=422 if wrong else 200,
    )  # fmt: skip


@router.post("/sign-in/invitation", name="invited", dependencies=[may(Action.SIGN_IN)])
def invited(request: Request, code: Annotated[str, Form()] = "") -> Response:
    """Take an invitation code; it is tried once the provider says who signs in.

    The answer is a page with a link: the policy's `form-action` lets no form lead to the provider.
    """
    _ = gettext_of(request)
    code = code.strip()
    if not code or len(code) > MAX_CODE:  # no guess, so it does not count as one
        wrong = _("Enter your invitation code") if not code else _("Check the code: it is too long")
        return _asked(request, "/work", typed=code, wrong=wrong)
    _expect_patience(request, "code", CODES)
    ticket = new_secret()
    kept = json.dumps({"invitation": code})
    sessions.sessions(request).begin(ticket, kept, sessions.now(request))
    start = link(request, "/sign-in/start", back="/account/passkeys", invitation="1")
    response = page(request, "account/invited.html", public=False, start=start)
    _bind(request, response, ticket)
    return response


@router.get("/sign-in/start", name="sign_in_start", dependencies=[may(Action.SIGN_IN)])
def start(request: Request, back: str = "/work", invitation: str = "", again: str = "") -> Response:
    """Send the browser to the identity provider; `again`: to show there who is here once more."""
    # Fetch Metadata: a picture or a frame on somebody's website signs nobody in, and counts not.
    if request.headers.get("sec-fetch-dest", "document") != "document":
        raise HTTPException(403)
    _expect_patience(request, "start", STARTS)
    store, at = sessions.sessions(request), sessions.now(request)
    code = _invitation(request) if invitation else None
    begun = provider_of(request).begin(_return_address(request), again=bool(again))
    kept = {
        "nonce": begun.nonce, "verifier": begun.verifier, "back": safe_path(back, "/work"),
        "code": code or "",
    }  # fmt: skip
    store.begin(begun.state, json.dumps(kept), at)
    response = RedirectResponse(begun.url, 303, {"Cache-Control": "no-store"})
    _bind(request, response, begun.state)
    return response


def _invitation(request: Request) -> str | None:
    """Return the code that was typed in this browser, once.

    No link holds it: else anybody could make a colleague elsewhere join their organisation.
    """
    return _begun(request).get("invitation")


def _begun(request: Request) -> dict[str, str]:
    """Return what was begun in this browser, once; nothing where nothing was, or too long ago."""
    state = request.cookies.get(_cookie(request), "")
    text = sessions.sessions(request).took(state, sessions.now(request)) if state else None
    found: dict[str, str] = json.loads(text) if text else {}
    return found


def _bind(request: Request, response: Response, state: str) -> None:
    response.set_cookie(
        _cookie(request), state, max_age=LASTS, path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


@router.get("/sign-in/return", name="sign_in_return", dependencies=[may(Action.SIGN_IN)])
def returned(request: Request) -> Response:
    """Take the provider's answer, and sign in whoever it vouches for."""
    state, kept = request.cookies.get(_cookie(request), ""), _begun(request)
    if "nonce" not in kept:
        raise VerificationError(
            "signin.bad-answer", "this sign-in was not begun in this browser, or too long ago",
            mend="sign in again, from the sign-in page",
        )  # fmt: skip
    # Not before: any website can have a browser in the office ask for this address.
    _expect_patience(request, "return", TRIES)
    begun = Begun(url="", state=state, nonce=kept["nonce"], verifier=kept["verifier"])
    answer = dict(request.query_params)
    provider = provider_of(request)
    identity = provider.finish(begun, answer, _return_address(request))
    person = take_up(
        sessions.people(request), person_id(identity.issuer, identity.subject),
        kept["code"] or None, sessions.now(request),
    )  # fmt: skip
    if kept["code"]:
        noting.note(request, person, "joined", {"roles": " ".join(sorted(person.roles))})
    _forgive(request, "return", *(["code"] if kept["code"] else []))
    return _welcome(request, person, kept["back"], lately=_is_lately(provider, identity))


def _is_lately(provider: Provider, identity: Identity) -> bool:
    """Tell whether somebody showed the provider lately who they are; where it says nothing, yes."""
    if identity.since is None:
        return True
    at = provider.clock.now().timestamp()  # by which its tokens are judged, too
    return at - RECENT.total_seconds() < identity.since <= at + SKEW.total_seconds()


def _welcome(request: Request, person: Person, back: str, *, lately: bool) -> Response:
    sessions.audit(request).note(
        "signed-in", (person.id, person.organisation), sessions.now(request), {}
    )
    typed = sessions.sessions(request).kept(person.id) is not None
    where = link(request, "/account/typed") if typed else safe_path(back, "/work")
    response = RedirectResponse(where, 303, {"Cache-Control": "no-store"})
    response.delete_cookie(
        _cookie(request), path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    sessions.start(request, response, person, confirmed=lately)
    return response


@router.post("/sign-out", name="sign_out", dependencies=[may(Action.SIGN_IN)])
def sign_out(request: Request) -> Response:
    """Sign this browser out."""
    response = redirect(request, "signed_out")
    sessions.sign_out(request, response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.post(
    "/account/sign-out-everywhere", name="sign_out_everywhere",
    dependencies=[may(Action.OWN_ACCOUNT)],
)  # fmt: skip
def sign_out_everywhere(request: Request) -> Response:
    """End all of one's own sessions."""
    response = redirect(request, "signed_out")
    sessions.sign_out(request, response, everywhere=True)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.get("/sign-out", name="signed_out", dependencies=[may(Action.SIGN_IN)])
def signed_out(request: Request) -> Response:
    """Say that nobody is signed in here; or offer to sign out, as a link cannot."""
    return page(request, "account/signed_out.html", public=False)


def provider_of(request: Request) -> Provider:
    """Return the identity provider: the one that `serve` gave, or the environment's.

    Raises:
        UnavailableError: `signin.not-set-up`.
        MalformedError: `signin.settings`, `reach.malformed`.
    """
    given: Provider | None = getattr(request.app.state, "identity", None)
    if given is not None:
        return given
    settings = Settings.from_environment(os.environ)
    if settings is None:
        # What to set is for whoever runs the node, and for nobody who visits it.
        LOGGER.warning("signin.not-set-up", needs="SUNLIT_OIDC_ISSUER and SUNLIT_OIDC_CLIENT_ID")
        raise UnavailableError(
            "signin.not-set-up", "signing in is not set up on this website yet",
            mend="ask whoever runs it; everything that is public can be read without signing in",
        )  # fmt: skip
    return Provider(
        settings=settings, clock=sessions.site_of(request).clock, transport=transport(os.environ)
    )


def _cookie(request: Request) -> str:
    return COOKIE if request.url.scheme == "https" else DEV_COOKIE


def _return_address(request: Request) -> str:
    # The node's own address, whatever the request says its host is.
    return sessions.site_of(request).node.url + "/sign-in/return"


def _expect_patience(request: Request, what: str, most: int) -> None:
    who = f"{what} {client_of(request.scope)}"
    times = sessions.sessions(request).tried(who, sessions.now(request), WINDOW)
    if times > most:
        raise UnavailableError(
            "signin.too-often", "somebody tried to sign in from here too often",
            mend="wait ten minutes, then try again",
        )  # fmt: skip


def _forgive(request: Request, *whats: str) -> None:
    for what in whats:
        who = f"{what} {client_of(request.scope)}"
        sessions.sessions(request).forgave(who, sessions.now(request), WINDOW)
