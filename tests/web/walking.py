"""Walks a served node by its links, as each of several people: what every page's test looks at.

`walked(url, site)` returns the pages, one or two of each route, each with who saw it; `unseen`
tells which routes no link led to.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.base.slugs import component_key, slug
from sunlit.bootstrap.site import Site
from sunlit.node.known import use_key
from sunlit.node.people import new_secret
from sunlit.node.permission import Role
from sunlit.testing.authority import BOARD
from sunlit.web import csrf
from sunlit.web.routers import routers
from sunlit.web.sessions import DEV_COOKIE
from tests.rubric.story import DEPLOYER, LABS, PURL, USE
from tests.web.people import somebody

KEY: Final = use_key(DEPLOYER, USE)
HOME: Final = f"/components/{component_key(PURL)}"
LOG: Final = f"/log/{slug('city.example/log')}/compare"
NOBODY: Final = "nobody"
OFFICER: Final = "officer"
PEOPLE: Final = {
    NOBODY: None, OFFICER: (DEPLOYER, (Role.OFFICER, Role.PUBLISHER, Role.ADMIN, Role.AUDITOR)),
    "assessor": (LABS[2], (Role.ASSESSOR,)), "chair": (BOARD, (Role.CHAIR,)),
}  # fmt: skip
STARTS: Final = {
    NOBODY: ("/", "/nowhere", "/cy/", "/nl/privacy", "/components?text=nothing-like-it",
             "/components?sort=none", "/components?source=omb&sort=name", "/log?q=1",
             "/register?gaps=1", "/figures/2020-q1",
             "/work", "/figures/x", "/problems?number=none", f"{LOG}?from=2", f"{LOG}?from=x",
             f"/log/{slug('issuer.example/log')}?before=20", "/log?q=nothing-like-it",
             f"/nl{HOME}", "/cy/figures", "/cy/register", "/nl/decisions/check",
             f"{HOME}/compare"),
    OFFICER: ("/work", "/account", "/account/confirm", "/account/typed",
              "/account/audit", "/account/people", "/account/sessions", "/account/still-here",
              "/work/calendar", "/work/components/new", "/work/leave", "/work/suspend",
              "/work/votes", f"/work/risk/{KEY}/M5"),
    "assessor": ("/work", f"/work/reviews/{KEY}/attest"),
    "chair": ("/work", f"/work/votes/{KEY}"),
}  # fmt: skip
AT_MOST: Final = 2  # pages of one route and person
SKIPPED: Final = re.compile(r"/(static|api|logs|healthz|metrics|cy|nl|favicon)\b|/sign-out")
LINK: Final = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page as it was got: its address, who asked, its answer. `form` was sent, if any."""

    path: str
    who: str
    status: int
    text: str
    form: tuple[tuple[str, str], ...] | None = None

    @property
    def name(self) -> str:
        """Its name in messages and of pictures."""
        return f"{self.who} {self.path}{' sent' if self.form is not None else ''}"


@dataclass(slots=True)
class Walk:
    """All pages that were seen, and the routes that were."""

    url: str
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    pages: list[Seen] = field(default_factory=list[Seen])
    routes: set[str] = field(default_factory=set[str])

    @property
    def unseen(self) -> set[str]:
        """The routes for people that nothing led to."""
        return {route.path for route in page_routes()} - self.routes


def page_routes() -> list[APIRoute]:
    """Return every route that is asked with GET, and is no machine's."""
    return [
        one for one in _routes(routers())
        if "GET" in (one.methods or ()) and not SKIPPED.match(one.path)
    ]  # fmt: skip


def _routes(of: tuple[APIRouter, ...]) -> Iterator[APIRoute]:
    for router in of:
        found: list[BaseRoute] = router.routes
        yield from (one for one in found if isinstance(one, APIRoute))


def route_of(path: str, routes: list[APIRoute]) -> str:
    """Return the route that answers an address; empty where none does."""
    bare = urlsplit(path).path
    return next((one.path for one in routes if one.path_regex.match(bare)), "")


def walked(url: str, site: Site) -> Walk:
    """Walk the node at `url` as everybody, then send the forms that show what is wrong."""
    walk = Walk(url)
    for who, person in PEOPLE.items():
        with httpx.Client(base_url=url, timeout=60) as client:
            if person is not None:
                secret = walk.secrets[who] = new_secret()
                somebody_here = somebody(site, person[0], *person[1], name="walking")
                SqlSessions(site.private).start(secret, somebody_here.id, site.clock.now())
                client.cookies.set(DEV_COOKIE, secret)
            _follow(walk, client, who)
            _send(walk, client, who)
    return walk


def as_anybody(url: str) -> Walk:
    """Walk the public pages of a node that is served somewhere, and send nothing."""
    walk = Walk(url)
    with httpx.Client(base_url=url, timeout=60) as client:
        _follow(walk, client, NOBODY)
    return walk


def _follow(walk: Walk, client: httpx.Client, who: str, *more: str) -> None:
    routes, seen = page_routes(), {one.path for one in walk.pages if one.who == who}
    count: Counter[str] = Counter()
    todo = list(more or STARTS[who])
    explicit = set(todo)
    while todo:
        path = todo.pop(0)
        route = route_of(path, routes)
        if path in seen or (path not in explicit and (not route or count[route] >= AT_MOST)):
            continue
        if who != NOBODY and path not in explicit and not route.startswith(("/work", "/account")):
            continue  # the public pages were seen already
        seen.add(path)
        count[route] += 1
        found = client.get(path, follow_redirects=False)
        walk.routes.add(route)
        if found.is_redirect:
            todo.append(_local(walk.url, path, found.headers["location"]))
        elif found.headers.get("content-type", "").startswith("text/html"):
            walk.pages.append(Seen(path=path, who=who, status=found.status_code, text=found.text))
            links = (_local(walk.url, path, unescape(one)) for one in LINK.findall(found.text))
            todo += [one for one in links if one and not SKIPPED.match(one)]


def _local(url: str, base: str, link: str) -> str:
    parts = urlsplit(urljoin(url + base, link))
    if parts.netloc != urlsplit(url).netloc or parts.scheme not in ("http", "https"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


FORMS: Final = {
    NOBODY: (
        ("/decisions/check", {}), ("/decisions/check", {"code": "x", "day-day": "99"}),
        ("/problems/report", {}), ("/problems/report", {"kind": "other", "text": "It went wrong."}),
    ),
    OFFICER: (
        (f"/work/risk/{KEY}/M5", {}), ("/work/components/new", {}),
        ("/work/components/new", {"source": "hosted"}), (f"/work/uses/{KEY}/assess", {}),
    ),
    "assessor": ((f"/work/reviews/{KEY}/attest", {}),),
    "chair": ((f"/work/votes/{KEY}", {}),),
}  # fmt: skip


def _send(walk: Walk, client: httpx.Client, who: str) -> None:
    for path, fields in FORMS[who]:
        sent = dict(fields)
        if who in walk.secrets:
            sent[csrf.FIELD] = csrf.token(walk.secrets[who])
        else:
            client.get(path)  # it gives whoever is not signed in a cookie to tie the form to
            sent |= _hidden(client.get(path).text)
        found = client.post(path, data=sent, follow_redirects=False)
        if found.is_redirect:
            where = _local(walk.url, path, found.headers["location"])
            _follow(walk, client, who, where, *_deeper(where))
        elif found.headers.get("content-type", "").startswith("text/html"):
            form = tuple(fields.items())
            walk.pages.append(Seen(path=path, who=who, status=found.status_code, text=found.text,
                                   form=form))  # fmt: skip


def _hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def _deeper(where: str) -> tuple[str, ...]:
    """Return the pages behind a draft that nothing leads to before it is complete."""
    if re.fullmatch(r"/work/components/[^/]+", where):
        return f"{where}/hand-on", f"{where}/decide"
    return ()
