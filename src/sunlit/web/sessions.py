"""Sessions in the browser: one cookie, 256 random bits; everything else stays on the node."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from sunlit.adapters.sql.acts import SqlActs, SqlAudit
from sunlit.adapters.sql.people import SqlPeople
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.base.errors import VerificationError
from sunlit.bootstrap.site import Site
from sunlit.node.acts import Acts, Audit
from sunlit.node.people import ABSOLUTE, People, Person, Session, Sessions, Typed, new_secret
from sunlit.web import csrf

COOKIE: Final = "__Host-sunlit"
# Browsers take a __Host- cookie over https only. On loopback a node may speak http.
DEV_COOKIE: Final = "sunlit-dev-session"
MAX_TYPED: Final = 64 * 1024  # characters
MAX_SECRET: Final = 64  # characters; ours have 43


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with a session: whose, and whether it still counts."""

    secret: str
    session: Session
    person: Person
    live: bool

    @property
    def token(self) -> str:
        """What forms send back."""
        return csrf.token(self.secret)


def site_of(request: Request) -> Site:
    """Return the site that is served."""
    site: Site = request.app.state.site
    return site


def people(request: Request) -> People:
    """Return the store of people."""
    return SqlPeople(site_of(request).private)


def sessions(request: Request) -> Sessions:
    """Return the store of sessions."""
    return SqlSessions(site_of(request).private)


def acts_store(request: Request) -> Acts:
    """Return the store of prepared acts."""
    return SqlActs(site_of(request).private)


def audit(request: Request) -> Audit:
    """Return the audit."""
    return SqlAudit(site_of(request).private)


def now(request: Request) -> datetime:
    """Return the time."""
    return site_of(request).clock.now()


def cookie_name(request: Request) -> str:
    """Return the name of the session's cookie: another one where there is no https."""
    return COOKIE if request.url.scheme == "https" else DEV_COOKIE


def secret_of(request: Request) -> str | None:
    """Return the session's secret that the browser sent, if it could be one.

    None over http, where the node's own address is https: others can read and write that cookie.
    """
    if not _is_private(request):
        return None
    secret = request.cookies.get(cookie_name(request), "")
    return secret if 0 < len(secret) <= MAX_SECRET else None


def visit_of(request: Request) -> Visit | None:
    """Return the visit that the guard of the route found."""
    visit = getattr(request.state, "visit", None)
    return visit if isinstance(visit, Visit) else None


def look(request: Request, secret: str) -> Visit | None:
    """Look a session up, and note that it was used."""
    session = sessions(request).find(secret)
    person = people(request).person(session.person) if session is not None else None
    if session is None or person is None or person.ended is not None:
        return None
    at = now(request)
    if not session.is_live(at):
        return Visit(secret, session, person, live=False)
    sessions(request).touch(session, at)
    return Visit(secret, replace(session, seen=at), person, live=True)


def signed_in(request: Request) -> Visit:
    """Return the visit of whoever is signed in.

    Raises:
        VerificationError: `permission.refused`.
    """
    visit = visit_of(request)
    if visit is None or not visit.live:
        raise VerificationError("permission.refused", "You may not do this: sign in first")
    return visit


def start(request: Request, response: Response, person: Person, *, confirmed: bool = True) -> None:
    """Sign a person in: a new session, whatever the browser had before.

    `confirmed`: it counts as having shown who they are, for a while.
    """
    _expect_private_way(request)
    if (before := secret_of(request)) and (old := sessions(request).find(before)):
        sessions(request).stop(old)
    secret = new_secret()
    sessions(request).start(secret, person.id, now(request), confirmed=confirmed)
    _set(request, response, secret)


def confirm(request: Request, response: Response, visit: Visit) -> None:
    """Note that the person showed again who they are, and give the session another secret."""
    secret = new_secret()
    sessions(request).rotate(visit.session, secret, confirmed=now(request))
    _set(request, response, secret)


def sign_out(request: Request, response: Response, *, everywhere: bool = False) -> None:
    """End the session, or all of this person's."""
    visit = visit_of(request)
    if visit is not None and everywhere:
        sessions(request).stop_all(visit.person.id)
    elif visit is not None:
        sessions(request).stop(visit.session)
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def keep_typed(request: Request, visit: Visit, fields: tuple[tuple[str, str], ...]) -> bool:
    """Keep what was typed into a form whose session had ended. False if it is too much."""
    kept = tuple((name, value) for name, value in fields if name not in (csrf.FIELD, csrf.KEPT))
    if not kept or sum(len(name) + len(value) for name, value in kept) > MAX_TYPED:
        return False
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    sessions(request).keep(visit.person.id, Typed(path, kept), now(request))
    return True


def _set(request: Request, response: Response, secret: str) -> None:
    response.set_cookie(
        cookie_name(request), secret, max_age=int(ABSOLUTE.total_seconds()), path="/",
        secure=request.url.scheme == "https", httponly=True, samesite="lax",
    )  # fmt: skip


def _expect_private_way(request: Request) -> None:
    if not _is_private(request):
        raise VerificationError(
            "signin.no-https", "nobody can sign in over a connection that others can read",
            mend="open this node by its https address",
        )  # fmt: skip


def _is_private(request: Request) -> bool:
    site = site_of(request)
    return request.url.scheme == "https" or site.dev or site.node.url.startswith("http:")
