"""States that no link of a fresh node leads to: each as a page's text, for the checkers to look at.

A permission that ended or was stopped, a component that nobody may use yet, an act before and
after it was signed, a key to be ended, a report that an officer answers, a question for a purpose,
and what says that something is wrong with the site itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from sunlit.adapters.sql.acts import SqlActs
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.claims.names import named_digest
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Mitigation
from sunlit.node.acts import COSIGN, Told, prepare
from sunlit.node.permission import Role
from sunlit.registry.admit import open_ledger
from sunlit.registry.blobs import keep_guarded
from sunlit.registry.saying import say
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import ISSUER, named_key
from sunlit.testing.clock import SetClock
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from tests.rubric.story import DEPLOYER, MAKER, RELEASE, USE
from tests.web.hostile import said_more
from tests.web.nodes import site_at
from tests.web.office import Worker, with_a_passkey
from tests.web.people import somebody, with_passkey
from tests.web.test_problems_pages import sent

HOME: Final = "/components/generic~maker.example~outreach"
BARE: Final = "pkg:generic/maker.example/bare"
LATER: Final = timedelta(days=3 * 365)
ERRORS: Final = (400, 403, 404, 405, 408, 409, 413, 414, 415, 422, 429, 431, 500, 503)


def states(root: Path) -> dict[str, str]:
    """Return pages by their names; `root` is an empty folder."""
    site = site_at(root / "node")
    node = replace(site.node, operator=DEPLOYER)
    node.save()
    mine = replace(site, node=node)
    app = create_app(mine)

    @app.get("/broken/{status}")
    def broken(status: int) -> None:
        if status == 500:
            raise RuntimeError
        raise HTTPException(status)

    # The site's own pages come first; this one was added after them, and what is not found last.
    app.router.routes.insert(0, app.router.routes.pop())
    try:
        with TestClient(
            app, base_url=URL, follow_redirects=False, raise_server_exceptions=False
        ) as client:
            return dict(_states(client, mine))
    finally:
        site.close()


def _states(client: TestClient, site: Site) -> Iterator[tuple[str, str]]:
    for status in ERRORS:
        found = client.get(f"/broken/{status}")
        assert found.status_code == status, (status, found.status_code)
        yield f"error {status}", found.text
    _bare(site)
    yield "component without a label", _page(client, "/components/generic~maker.example~bare")
    officer = with_a_passkey(client, site, DEPLOYER, "officer", Role.OFFICER, Role.AUDITOR)
    yield from _signing(officer)
    yield from _answering(officer)
    yield from _leaving(client, site)
    digest = keep_guarded(site.home(DEPLOYER), b"weights")
    yield "question for a purpose", officer.arrives().gets(f"/work/guarded/weights/{digest}")
    client.cookies.clear()
    said_more(site)
    yield "permission stopped", _page(client, HOME)
    yield "evidence of two uses", _page(client, f"{HOME}/evidence")
    assert isinstance(site.clock, SetClock)
    site.clock.at += LATER
    yield "permission ended", _page(client, HOME)
    yield "register after evidence ended", _page(client, "/register?gaps=1")
    yield "figures without news", _page(client, "/figures")


def _page(client: TestClient, path: str) -> str:
    found = client.get(path)
    assert found.status_code == 200, (path, found.status_code)
    return str(found.text)


def _bare(site: Site) -> None:
    """Say that there is a component, and nothing else about it."""
    claim = Component(purl=BARE, version="0.1", kind="model", files=1, bytes=10, maintainer=MAKER)
    with open_ledger(site.home(ISSUER), site.clock) as ledger:
        digest = named_digest("component", BARE)
        say(ledger, claim, Subject(None, {"sha256": digest}), named_key(f"{MAKER}/maintainer"))
    site.project()


def _signing(officer: Worker) -> Iterator[tuple[str, str]]:
    told = Told(
        title="Sign what is said of M5 for outreach", consequence="It enters the public log.",
        back="/work", then=COSIGN,
    )  # fmt: skip
    at = officer.site.clock.now()
    claim = Mitigation(
        practice="M5", use=USE, deployer=DEPLOYER, evidence="All <b>case workers</b> were trained.",
        valid_until=at + LATER / 3, owner="Training office",
    )  # fmt: skip
    subject = Subject("pkg:generic/maker.example/outreach", {"sha256": RELEASE})
    act = prepare(officer.person.person, claim, [subject], told, at)
    SqlActs(officer.site.private).put(act)
    yield "act to be signed", officer.gets(f"/account/sign/{act.id}")
    officer.signs(f"/account/sign/{act.id}")
    yield "receipt of an act", officer.gets(f"/account/sign/{act.id}/receipt")
    assert officer.passkey is not None
    end = f"/account/passkeys/{officer.passkey[0].credential}/end"
    yield "passkey to be ended", officer.gets(end)


def _leaving(client: TestClient, site: Site) -> Iterator[tuple[str, str]]:
    client.cookies.clear()
    admin = Worker(client, site, DEPLOYER, (Role.ADMIN,), "administrator").arrives()
    leaver = somebody(site, DEPLOYER, Role.OFFICER, name="Office that closes")
    with_passkey(site, leaver)
    yield "person who leaves", admin.gets(f"/account/people/{leaver.id}")
    end = f"/account/people/{leaver.id}/end"
    yield "access to be ended", admin.gets(end)
    yield "access ended", admin.sends(end, 200)
    client.cookies.clear()


def _answering(officer: Worker) -> Iterator[tuple[str, str]]:
    officer.client.cookies.clear()
    number = sent(officer.client)
    for _ in range(2):
        worker(officer.site).once()
    yield "report that waits", officer.arrives().gets(f"/work/problems/{number}")
    officer.client.cookies.clear()
    yield "report as anybody sees it", _page(officer.client, f"/problems/{number}")
