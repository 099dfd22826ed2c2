"""Every route x every role x own and another organisation: what is let in, what is refused.

A route that names no action fails here, and so does one that is not in the tables below. The
requests are really sent: whoever is refused must not reach the handler.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.bootstrap.site import Site
from sunlit.node.people import ABSOLUTE
from sunlit.node.permission import PUBLIC, Action, Actor, Role, Subject, can
from sunlit.testing.authority import BOARD, ISSUER
from sunlit.testing.site import URL
from sunlit.web import csrf
from sunlit.web.app import create_app
from sunlit.web.guarding import Guard
from sunlit.web.sessions import COOKIE
from tests.rubric.story import DEPLOYER, MAKER
from tests.web.people import SignedIn, sign_in, sign_in_as, sign_out
from tests.web.subjects import Things, things

# Which roles an action is for: written out again here, so that neither table changes alone.
ANYBODY: Final = {
    Action.READ_PUBLIC, Action.REPORT_PROBLEM, Action.CHECK_DECISION, Action.SUBMIT_STATEMENT,
    Action.SIGN_IN,
}  # fmt: skip
ANY_ROLE: Final = {Action.READ_TASKS, Action.OWN_ACCOUNT, Action.SIGN}
ROLES: Final[dict[Action, str]] = {
    Action.REGISTER_COMPONENT: "officer publisher",
    Action.PUBLISH: "publisher",
    Action.SUSPEND: "publisher chair",
    Action.ASSESS_USE: "officer",
    Action.REQUEST_EXEMPTION: "officer",
    Action.GRANT_EXEMPTION: "chair",
    Action.EDIT_RISK: "officer",
    Action.HANDLE_PROBLEM: "officer",
    Action.IMPORT_RECORDS: "admin",
    Action.EXPORT_AS_OF: "officer auditor",
    Action.REVIEW: "assessor",
    Action.ATTEST: "assessor",
    Action.VOTE: "board-member chair",
    Action.CLOSE_VOTE: "chair",
    Action.READ_GUARDED: "auditor assessor board-member chair",
    Action.READ_AUDIT: "auditor admin",
    Action.MANAGE_PEOPLE: "admin",
    Action.LEAVE_NODE: "admin",
    Action.MANAGE_NODE: "admin",
    Action.READ_METRICS: "admin",
}
PEOPLE: Final = tuple(role for role in Role if role not in {Role.PUBLIC, Role.SCRAPER})
WHO: Final = tuple((organisation, role) for organisation in (ISSUER, DEPLOYER) for role in PEOPLE)
# What fills the parts of an address: nothing of that name is there.
FILL: Final = "none-such"


def _routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif isinstance(inner := getattr(route, "original_router", None), APIRouter):
            yield from _routes(inner.routes)


def _guards(dependant: Dependant) -> Iterator[Guard]:
    for one in dependant.dependencies:
        if isinstance(one.call, Guard):
            yield one.call
        yield from _guards(one)


@pytest.fixture(scope="module")
def app(shared_site: Site) -> FastAPI:
    """The website, as it is served, by an operator whose key is at hand."""
    node = replace(shared_site.node, operator=DEPLOYER)
    return create_app(replace(shared_site, node=node))


@pytest.fixture(scope="module")
def visitor(app: FastAPI) -> Iterator[TestClient]:
    """Visit it; an error of ours is a 500 here, not an exception."""
    with TestClient(
        app, base_url=URL, follow_redirects=False, raise_server_exceptions=False
    ) as found:
        yield found


@pytest.fixture(scope="module")
def routes(app: FastAPI) -> list[tuple[str, str, tuple[Guard, ...]]]:
    """Return every (method, path, guards) of the app."""
    return [
        (method, route.path, tuple(_guards(route.dependant)))
        for route in _routes(app.routes)
        for method in sorted(route.methods or ())
    ]


def test_every_action_has_its_row() -> None:
    """An action that is in no table is one that nobody thought about."""
    assert set(Action) == ANYBODY | ANY_ROLE | set(ROLES)


def test_every_route_names_its_action(
    app: FastAPI, routes: list[tuple[str, str, tuple[Guard, ...]]]
) -> None:
    """`may(Action...)` is on each; what is no route of ours is the API's description only."""
    silent = [(method, path) for method, path, guards in routes if not guards]
    others = {
        getattr(route, "path", "") for route in app.routes
        if not isinstance(route, APIRoute) and not hasattr(route, "original_router")
    }  # fmt: skip

    assert len(routes) > 20
    assert not silent
    assert others <= {"/api/v1/openapi.json", ""}


def _expected(actor: Actor, guards: tuple[Guard, ...], organisation: str | None = None) -> bool:
    return all(_one(actor, guard, organisation) for guard in guards)


def _one(actor: Actor, guard: Guard, organisation: str | None) -> bool:
    if guard.action in ANYBODY:
        return True
    if guard.action in ANY_ROLE:
        return actor.signed_in
    named = set(ROLES[guard.action].split())
    own = guard.organisation is None or organisation == actor.organisation
    return bool(named & {str(role) for role in actor.roles}) and own


def _path(path: str, guards: tuple[Guard, ...], organisation: str) -> str:
    whose = {guard.organisation for guard in guards if guard.organisation}
    filled = path.replace(":path}", "}")
    for part in [one.split("}")[0] for one in filled.split("{")[1:]]:
        name = part.split(":")[0]
        filled = filled.replace("{" + part + "}", organisation if name in whose else FILL)
    return filled


@pytest.mark.parametrize("of", [ISSUER, DEPLOYER])
@pytest.mark.parametrize("role", [None, *PEOPLE], ids=str)
def test_whoever_is_refused_never_gets_in(
    visitor: TestClient, shared_site: Site, role: Role | None,
    routes: list[tuple[str, str, tuple[Guard, ...]]], of: str,
) -> None:  # fmt: skip
    """Nobody is led to sign in (or told 401), the wrong role gets 403; no handler of theirs runs.

    `of` is whose things are asked for where an address says so: the person is of the issuer.
    """
    sign_out(visitor)
    who = sign_in(visitor, shared_site, ISSUER, role) if role is not None else None
    actor = who.person.actor if who is not None else PUBLIC

    for method, path, guards in routes:
        if _expected(actor, guards, of):
            continue
        found = _send(visitor, method, _path(path, guards, of), who)
        led = found.status_code == 303 and "/sign-in?" in found.headers["location"]
        refused = found.status_code == 403 or (who is None and (led or found.status_code == 401))
        assert refused, (method, path, role, found.status_code)


def _send(visitor: TestClient, method: str, path: str, who: SignedIn | None) -> httpx.Response:
    if method in {"GET", "HEAD"}:
        read: httpx.Response = visitor.request(method, path)
        return read
    data = {csrf.FIELD: csrf.token(who.secret)} if who is not None else {}
    data |= {"purpose": "Repeat the audit of it"} if "/work/guarded/" in path else {}
    found: httpx.Response = visitor.request(method, path, data=data)
    return found


# --- whose thing it is ----------------------------------------------------------------------------

# Whose things a route asks for: which organisations are let in, of those whose role allows its
# action. The told node has two: DEPLOYER, whose everything is that these ask for, and ISSUER. MAKER
# maintains what DEPLOYER uses, and BOARD votes on it: people of theirs work on this node too.
OWN: Final = frozenset({DEPLOYER})
OUTSIDE: Final = frozenset({ISSUER, BOARD, "lab.example"})  # neither make it nor use it
OWNER: Final = "the owner"  # nobody else, of whatever organisation
WHOSE: Final[dict[str, frozenset[str] | str]] = {
    "/work/components/{draft}": OWN,
    "/work/components/{draft}/hand-on": OWN,
    "/work/components/{draft}/take-back": OWN,
    "/work/components/{draft}/discard": OWN,
    "/work/components/{draft}/decide": OWN,
    "/work/drafts/{draft}": OWN,
    "/work/uses/{use}/assess": OWN,
    "/work/uses/{use}/assess/{part}": OWN,
    "/work/uses/{use}/sign-assessment": OWN,
    "/work/risk/{use}/{practice}": OWN,
    "/work/reviews/{use}/attest": OUTSIDE,
    "/work/votes/{use}": frozenset({BOARD}),
    "/work/votes/{use}/recuse": frozenset({BOARD}),
    "/work/votes/{use}/open": frozenset({BOARD}),
    "/work/votes/{use}/publish": frozenset({BOARD}),
    "/work/problems/{number}": OWN,
    "/work/guarded/{kind}/{digest}": OWN,  # of those who are no auditors: anybody's, see below
    "/account/sign/{act}": OWNER,
    "/account/sign/{act}/statement": OWNER,
    "/account/sign/{act}/receipt": OWNER,
    "/account/sign/{act}/receipt/{part}": OWNER,
    "/account/passkeys/{credential}/register": OWNER,
    "/account/passkeys/{credential}/end": OWNER,
    "/account/sessions/{session}/end": OWNER,
    "/account/people/{person}": OWN,
    "/account/people/{person}/roles": OWN,
    "/account/people/{person}/end": OWN,
}
# Parts of addresses that anybody may read: what stands behind them is public, or there is nothing.
PUBLIC_PARTS: Final = {
    "chart", "control", "digest", "form", "id_", "index", "key", "kind", "log", "name", "number",
    "organisation", "origin", "part", "practice", "quarter", "record", "register", "release",
    "statement", "submission", "ticket", "use",
}  # fmt: skip


def _parts(path: str) -> set[str]:
    return {one.split("}")[0].split(":")[0] for one in path.split("{")[1:]}


def _is_public(guards: tuple[Guard, ...]) -> bool:
    return {guard.action for guard in guards} <= ANYBODY


def test_every_route_with_a_subject_says_whose(
    routes: list[tuple[str, str, tuple[Guard, ...]]],
) -> None:
    """A route that names a thing is in the table; a public one names nothing that is not public."""
    named = {path for _, path, guards in routes if _parts(path) and not _is_public(guards)}
    public = {part for _, path, guards in routes if _is_public(guards) for part in _parts(path)}

    assert named == set(WHOSE)
    assert public <= PUBLIC_PARTS


def _let_in(path: str, actor: Actor, things: Things, roles: set[str]) -> bool:
    whose = WHOSE[path]
    if whose == OWNER:
        return actor.person == things.owner.id
    if path == "/work/guarded/{kind}/{digest}" and roles - {"auditor"}:
        return True
    return actor.organisation in whose


def _seen(found: httpx.Response) -> str:
    """Return what came of it: in, out (403 or nothing of that name), or to the sign-in page."""
    if found.status_code == 401 or "/sign-in?" in found.headers.get("location", ""):
        return "sign-in"
    # `draft-go` leads to the list where there is no such draft of one's own: it says nothing.
    return "out" if found.status_code in {403, 404} else "in"


@pytest.mark.parametrize("organisation", [DEPLOYER, ISSUER, BOARD, MAKER, "lab.example"])
@pytest.mark.parametrize("role", PEOPLE, ids=str)
def test_what_is_anothers_is_refused(
    visitor: TestClient, shared_site: Site, role: Role, organisation: str,
    routes: list[tuple[str, str, tuple[Guard, ...]]],
) -> None:  # fmt: skip
    """Each thing that is there, asked for by everybody whose role allows it somewhere."""
    wrong = []
    for method, path, guards in _with_things(routes):
        roles = _named(guards)
        if roles is not None and str(role) not in roles:
            continue  # refused before anybody looks whose it is: see above
        made = things(shared_site)
        who = sign_in(visitor, shared_site, organisation, role)
        found = _send(visitor, method, made.at(path), who)
        seen = _seen(found)
        let = _let_in(path, who.person.actor, made, {str(role)})
        if path == "/work/drafts/{draft}":
            let = True
            assert found.headers["location"].endswith("/work/uses")
        if seen != ("in" if let else "out"):
            wrong.append((method, path, found.status_code))
    assert not wrong


def _with_things(
    routes: list[tuple[str, str, tuple[Guard, ...]]],
) -> list[tuple[str, str, tuple[Guard, ...]]]:
    return [one for one in routes if one[1] in WHOSE and one[0] != "HEAD"]


def _named(guards: tuple[Guard, ...]) -> set[str] | None:
    found = [set(ROLES[one.action].split()) for one in guards if one.action in ROLES]
    return set.intersection(*found) if found else None


def test_an_owner_gets_what_is_theirs(
    visitor: TestClient, shared_site: Site, routes: list[tuple[str, str, tuple[Guard, ...]]]
) -> None:
    """Else the test above would pass where nobody is let in at all."""
    for method, path, _ in _with_things(routes):
        if WHOSE[path] != OWNER:
            continue
        made = things(shared_site)
        who = sign_in_as(visitor, shared_site, made.owner)
        found = _send(visitor, method, made.at(path), who)
        assert _seen(found) == "in", (method, path, found.status_code)


@pytest.mark.parametrize("over", [False, True], ids=["nobody", "a session that is over"])
def test_nobody_gets_what_is_there(
    visitor: TestClient, shared_site: Site, routes: list[tuple[str, str, tuple[Guard, ...]]],
    over: bool,  # noqa: FBT001 - a parameter of a test
) -> None:  # fmt: skip
    """Whoever is not signed in, or not any more, is led to the sign-in page, whatever is there."""
    made = things(shared_site)
    who = sign_in_as(visitor, shared_site, made.owner)
    if over:
        start = shared_site.clock.now() - ABSOLUTE
        SqlSessions(shared_site.private).start(who.secret + "x", made.owner.id, start)
        visitor.cookies.clear()
        visitor.cookies.set(COOKIE, who.secret + "x", domain=visitor.base_url.host)
        who = replace(who, secret=who.secret + "x")
    else:
        sign_out(visitor)

    for method, path, _ in _with_things(routes):
        found = _send(visitor, method, made.at(path), who if over else None)
        assert _seen(found) == "sign-in", (method, path, found.status_code)


@pytest.mark.parametrize("role", [None, *PEOPLE], ids=str)
def test_whoever_is_let_in_is_never_told_that_they_may_not(
    visitor: TestClient, shared_site: Site, role: Role | None,
    routes: list[tuple[str, str, tuple[Guard, ...]]],
) -> None:  # fmt: skip
    """Reading pages as each role that may: an answer, or nothing of that name, and no 5xx."""
    sign_out(visitor)
    actor = sign_in(visitor, shared_site, ISSUER, role).person.actor if role else PUBLIC

    for method, path, guards in routes:
        # What anybody may read is asked once: it does not look at who asks.
        again = role is not None and {guard.action for guard in guards} <= ANYBODY
        if method != "GET" or again or not _expected(actor, guards, ISSUER):
            continue
        found = visitor.get(_path(path, guards, ISSUER))
        assert found.status_code < 500 or found.status_code == 503, (path, role, found.status_code)
        assert not found.headers.get("location", "").startswith("/sign-in?"), (path, role)


def test_a_form_without_its_token_is_refused_on_every_route(
    visitor: TestClient, shared_site: Site, routes: list[tuple[str, str, tuple[Guard, ...]]]
) -> None:
    """Whoever is signed in cannot be made to send anything: no route forgets to ask."""
    sign_out(visitor)
    sign_in(visitor, shared_site, ISSUER, *PEOPLE)

    for method, path, guards in routes:
        if method in {"GET", "HEAD"}:
            continue
        found = visitor.request(method, _path(path, guards, ISSUER), data={"x": "y"})
        assert found.status_code == 403, (method, path, found.status_code)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_the_rules_are_those_of_the_table(action: Action, role: Role) -> None:
    """`can` says of each action and role what is written out here."""
    actor = PUBLIC if role is Role.PUBLIC else Actor(
        person="p" if role is not Role.SCRAPER else None, organisation=ISSUER,
        roles=frozenset({Role.PUBLIC, role}),
    )  # fmt: skip
    expected = _one(actor, Guard(action), ISSUER)
    if role is Role.SCRAPER:
        expected = action in ANYBODY | {Action.READ_METRICS}

    assert bool(can(actor, action, Subject())) is expected
