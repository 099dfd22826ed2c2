"""Every route says which action it is: `may(Action...)`, a dependency that lets in or refuses.

It also finds out who asks (the session), and refuses forged requests (`sunlit.web.csrf`), so a
route that names its action has both. What a page is about (whose, made by whom) is known to its
own use case, which asks `demand`.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from sunlit.base.errors import VerificationError
from sunlit.base.wording import fixed, text
from sunlit.node.permission import ANYTHING, PUBLIC, Action, Actor, Role, Subject, can
from sunlit.web import csrf, sessions
from sunlit.web.paths import sign_in_path

LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
PROXIED: Final = ("x-forwarded-for", "forwarded", "via")


class SignInNeeded(Exception):  # noqa: N818 - it is no error: the answer is where to sign in
    """Nobody is signed in who might be allowed to. `typed`: what was typed has been kept."""

    def __init__(self, *, typed: bool = False) -> None:
        super().__init__("sign in first")
        self.typed = typed


def actor_of(request: Request) -> Actor:
    """Return who asks, as the guard of the route found out."""
    actor = getattr(request.state, "actor", PUBLIC)
    return actor if isinstance(actor, Actor) else PUBLIC


def demand(request: Request, action: Action, subject: Subject = ANYTHING) -> Actor:
    """Return who asks, if they may do this to that.

    Raises:
        VerificationError: `permission.refused`.
        SignInNeeded: where nobody is signed in.
    """
    actor = actor_of(request)
    answer = can(actor, action, subject)
    if answer:
        return actor
    if not actor.signed_in:
        raise SignInNeeded
    raise VerificationError(
        "permission.refused", text("You may not do this: %(why)s", why=fixed(answer.reason))
    )


@dataclass(frozen=True)
class Guard:
    """The dependency of one route. `organisation` names the path's part that says whose it is."""

    action: Action
    organisation: str | None = None

    async def __call__(self, request: Request) -> Actor:
        """Let in or refuse.

        Raises:
            VerificationError: `permission.refused`, `csrf.other-site`, `csrf.token`.
            SignInNeeded: where nobody is signed in.
        """
        visit = await _find_out(request)
        request.state.action = self.action
        if request.method not in csrf.SAFE:
            await _expect_honest(request, visit, needs_somebody=not can(PUBLIC, self.action))
        name = self.organisation
        whose = request.path_params.get(name) if name is not None else None
        subject = Subject(organisation=str(whose)) if whose is not None else ANYTHING
        return demand(request, self.action, subject)


def may(action: Action, *, organisation: str | None = None) -> Any:  # noqa: ANN401 (as Depends)
    """Return what lets a request through only if whoever asks may do `action`.

    `organisation` names the part of the path that holds the id of whose it is.
    """
    return Depends(Guard(action, organisation))


async def _find_out(request: Request) -> sessions.Visit | None:
    secret = sessions.secret_of(request)
    visit = await run_in_threadpool(sessions.look, request, secret) if secret else None
    actor = visit.person.actor if visit is not None and visit.live else PUBLIC
    if _is_local(request):
        actor = replace(actor, roles=actor.roles | {Role.SCRAPER})
    request.state.visit, request.state.actor = visit, actor
    return visit


def _is_local(request: Request) -> bool:
    # What a proxy on this machine passes on is not from this machine.
    client = request.client.host if request.client is not None else ""
    return client in LOOPBACK and not any(name in request.headers for name in PROXIED)


async def _expect_honest(
    request: Request, visit: sessions.Visit | None, *, needs_somebody: bool
) -> None:
    csrf.check_source(request)
    if visit is None:
        return
    if visit.live:
        await csrf.check_token(request, visit.secret)
        if csrf.KEPT in dict(await csrf.typed(request)):
            await run_in_threadpool(sessions.sessions(request).forget, visit.person.id)
    elif needs_somebody:
        # The session ended while somebody was typing: it stays theirs, whoever is here now.
        await csrf.check_token(request, visit.secret)
        fields = await csrf.typed(request)
        kept = await run_in_threadpool(sessions.keep_typed, request, visit, fields)
        raise SignInNeeded(typed=kept)


def install(app: FastAPI) -> None:
    """Answer `SignInNeeded`: pages lead to the sign-in page, the API says 401."""
    app.add_exception_handler(SignInNeeded, _lead_to_sign_in)


def _lead_to_sign_in(request: Request, error: Exception) -> Response:
    route = request.scope.get("route")
    if getattr(route, "include_in_schema", False):
        return JSONResponse(
            {"type": "about:blank", "title": "Sign in first", "status": 401,
             "code": "permission.refused"},
            401, {"WWW-Authenticate": "Cookie", "Cache-Control": "no-store"},
            media_type="application/problem+json",
        )  # fmt: skip
    typed = isinstance(error, SignInNeeded) and error.typed
    where = sign_in_path(request, typed=typed)
    return RedirectResponse(where, 303, {"Cache-Control": "no-store"})
