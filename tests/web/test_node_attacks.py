"""What strangers, colleagues and bad luck try on a node, and what it answers."""

import re
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import yaml
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from sunlit.adapters.clock import SystemClock
from sunlit.adapters.oidc import Provider, Settings
from sunlit.adapters.sql.acts import SqlActs
from sunlit.adapters.sql.people import SqlPeople
from sunlit.authority.statements import sign_claim
from sunlit.base.errors import VerificationError
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.claims.assurance import Attestation
from sunlit.claims.lifecycle import Publication
from sunlit.node.acts import Act
from sunlit.node.enrolment import enrol
from sunlit.node.known import use_key
from sunlit.node.people import Invitation, Passkey, PasskeyState, person_id
from sunlit.node.permission import Role
from sunlit.node.submit import Bound, Ticket, queue_full
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.testing.authority import BOARD, named_key
from sunlit.testing.webauthn import FakePasskey
from sunlit.web import acts as web_acts
from sunlit.web.dev_idp import DemoPerson, provider_app
from sunlit.web.serving import OPTIONS
from tests.rubric.story import DEPLOYER, USE
from tests.web.office import Worker, day, with_a_passkey, with_known_key
from tests.web.people import sign_in, somebody, with_passkey
from tests.web.test_workbench_registering import PURL

# The provider for trying things out was written for an older authlib, which says so.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*")

DEPLOY = Path(__file__).parents[2] / "deploy"
IDP = "http://localhost"
API = "/api/v1/statements"
KIND = {"Content-Type": "application/vnd.dsse.envelope.v1+json"}
BUNDLE = {"Content-Type": "application/vnd.in-toto.bundle"}


# --- behind the proxy of deploy/ -----------------------------------------------------------------


@dataclass
class Seen:
    """An app that notes who is said to ask, and how."""

    scopes: list[Scope] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the request."""
        del receive, send
        self.scopes.append(scope)


async def _nothing() -> Any:  # noqa: ANN401 - a message
    return {}


async def _nowhere(message: object) -> None:
    del message


def test_behind_the_proxy_each_visitor_is_seen_and_https_is_https(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else nobody could sign in there, and all visitors would share one limit."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    told = compose["services"]["web"]["environment"]
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    seen = Seen()
    config = uvicorn.Config(seen, **{**OPTIONS, "lifespan": "off"})
    config.load()
    headers = [(b"x-forwarded-for", b"192.0.2.7"), (b"x-forwarded-proto", b"https")]
    scope: Scope = {
        "type": "http", "scheme": "http", "client": ("172.20.0.5", 40000), "headers": headers,
    }  # fmt: skip

    call = config.loaded_app(scope, _nothing, _nowhere)
    with pytest.raises(StopIteration):
        call.send(None)  # it awaits nothing: no loop is needed

    (found,) = seen.scopes
    assert found["client"][0] == "192.0.2.7"
    assert found["scheme"] == "https"


def test_a_page_never_links_to_another_site_in_another_language(client: TestClient) -> None:
    """`//host` in an address would be another site to a browser."""
    for path in ("/cy//evil.example/x", "/nl//evil.example", "/cy///evil.example"):
        found = client.get(path)
        assert found.status_code == 404
        assert not re.findall(r'(?:href|action)="(?://|/\\)', found.text)


# --- invitations ---------------------------------------------------------------------------------


@pytest.fixture
def door(client: TestClient, site: Site) -> httpx.WSGITransport:
    """Give the client's node an identity provider that vouches for two people."""
    people = [DemoPerson(one, DEPLOYER, one, frozenset({Role.OFFICER})) for one in ("amy", "bob")]
    idp = httpx.WSGITransport(app=provider_app(tuple(people)))
    settings = Settings(issuer=IDP, client_id="node", client_secret="secret")
    app: Any = client.app
    app.state.identity = Provider(settings=settings, clock=SystemClock(), transport=idp)
    del site
    return idp


def _invite(site: Site, code: str, by: str = "0" * 32) -> None:
    at = site.clock.now() + timedelta(days=1)
    SqlPeople(site.private).invite(code, Invitation(
        organisation=DEPLOYER, roles=frozenset({Role.PUBLISHER}), label="x", made_by=by, expires=at,
    ))  # fmt: skip


def _through(client: TestClient, idp: httpx.WSGITransport, start: str, subject: str) -> Any:  # noqa: ANN401
    asked = client.get(start).headers["location"]
    with httpx.Client(transport=idp) as browser:
        back = browser.post(asked, data={"sub": subject}).headers["location"]
    return client.get(back)


def _start_of(client: TestClient, code: str) -> str:
    text: str = client.post("/sign-in/invitation", data={"code": code}).text
    start: str = re.findall(r'href="(/sign-in/start[^"]*)"', text)[0]
    return start.replace("&amp;", "&")


def test_no_link_makes_somebody_join_an_organisation(
    client: TestClient, site: Site, door: httpx.WSGITransport
) -> None:
    """Whoever types a code somewhere cannot have another browser use it up."""
    _invite(site, "the-code")
    link = _start_of(client, "the-code")
    client.cookies.clear()  # the victim's browser, which follows the link

    found = _through(client, door, link, "amy")

    assert found.status_code == 403
    assert "signin.not-invited" in found.text
    assert SqlPeople(site.private).person(person_id(IDP, "amy")) is None


def test_nobody_gives_themselves_roles(
    client: TestClient, site: Site, door: httpx.WSGITransport
) -> None:
    """An administrator's invitation is for others: their own roles another one changes."""
    admin = person_id(IDP, "bob")
    known = somebody(site, DEPLOYER, Role.ADMIN)
    SqlPeople(site.private).add(
        type(known)(
            id=admin, organisation=DEPLOYER, roles=known.roles, label="x", since=known.since
        )
    )
    _invite(site, "mine", by=admin)

    found = _through(client, door, _start_of(client, "mine"), "bob")

    assert found.status_code == 403
    after = SqlPeople(site.private).person(admin)
    assert after is not None
    assert after.roles == {Role.ADMIN}


def test_what_is_typed_as_a_code_is_taken_for_nothing_else(
    client: TestClient, site: Site, door: httpx.WSGITransport
) -> None:
    """Neither for a sign-in that was begun, nor for a passkey's ceremony."""
    del door
    for code in ("abc", "[]", '{"nonce":"","verifier":"","back":"/","code":""}'):
        client.post("/sign-in/invitation", data={"code": code})
        found = client.get("/sign-in/return?code=x&state=y")
        assert found.status_code == 403
        assert "signin.bad-answer" in found.text
    del site


# --- roles and keys ------------------------------------------------------------------------------


def test_a_role_that_was_taken_away_signs_nothing_more(client: TestClient, site: Site) -> None:
    """Not what was prepared before either: the organisation's key is not added to it."""
    officer = with_a_passkey(client, site, DEPLOYER, "was", Role.OFFICER)
    act = _proposed(officer)
    SqlPeople(site.private).set_roles(officer.person.person.id, [Role.AUDITOR])

    page = officer.signs(f"/account/sign/{act}", status=403)

    assert "permission.refused" in page
    kept = SqlActs(site.private).get(act, officer.person.person.id)
    assert kept is not None
    assert kept.envelope is None


def _proposed(officer: Worker) -> str:
    """Hand a registration on up to its signature; return the act."""
    where = officer.sends("/work/components/new", source="form", text="")
    hand = officer.sends(
        where, component=PURL, name="Letters", kind="model", description="Sorts letters",
        version="1", then="submit",
    )  # fmt: skip
    return officer.sends(hand).rsplit("/", 1)[-1]


def test_a_key_is_not_enrolled_for_a_role_that_is_gone(site: Site) -> None:
    """What somebody asked for while they were an assessor waits; nothing enters the log."""
    person = somebody(site, DEPLOYER, Role.ASSESSOR)
    kept, _ = with_passkey(site, person, known=False)
    people = SqlPeople(site.private)
    people.set_roles(person.id, [Role.OFFICER])
    before = site.home(DEPLOYER).reader().size

    assert enrol(people, [site.home(DEPLOYER)], site.clock) == ()
    assert site.home(DEPLOYER).reader().size == before
    found = people.passkey(kept.credential)
    assert found is not None
    assert found.state is PasskeyState.WAITING


def test_nobody_takes_a_colleagues_key_for_theirs(site: Site) -> None:
    """Its request is public once it is logged; under another name it is still the same key."""
    amy, bob = (somebody(site, DEPLOYER, Role.OFFICER, name=name) for name in ("amy", "bob"))
    kept, _ = with_passkey(site, amy, known=False)
    claimed = Passkey(
        credential=kept.key.key_id, person=bob.id, key=kept.key, label="x", since=kept.since,
        registration=kept.registration,
    )  # fmt: skip

    with pytest.raises(VerificationError, match=r"known here already"):
        SqlPeople(site.private).add_passkey(claimed)


def test_one_person_with_two_passkeys_publishes_nothing_alone(
    client: TestClient, site: Site
) -> None:
    """The log knows keys; the node knows whose they are, and asks that it be another person."""
    both = with_a_passkey(client, site, DEPLOYER, "both", Role.OFFICER, Role.PUBLISHER)
    other = with_a_passkey(client, site, DEPLOYER, "other", Role.OFFICER, Role.PUBLISHER)
    both.arrives()
    _, second = with_passkey(site, both.person.person)
    act = _proposed(both)
    prepared = SqlActs(site.private).get(act, both.person.person.id)
    assert prepared is not None
    assert both.passkey is not None
    assert other.passkey is not None
    signed = sign(prepared.payload, [both.passkey[1]]).to_bytes()
    client.cookies.clear()  # whoever hands it in needs no session
    taken = client.post(API, content=signed, headers=KIND, params={"wait": 0})
    early = _handed_in(client, _published(prepared, second))
    worker(site).once()
    alone = _handed_in(client, _published(prepared, second))
    by_another = _handed_in(client, _published(prepared, other.passkey[1]))

    assert taken.status_code == 202, taken.text
    assert [early.status_code, alone.status_code] == [403, 403]
    assert alone.json()["code"] == "permission.refused"
    assert by_another.status_code == 202, by_another.text


def test_nobody_votes_on_what_they_judged_with_another_key(client: TestClient, site: Site) -> None:
    """Nor with a key that they ended in between: it is the same person."""
    member = with_known_key(client, site, BOARD, named_key(f"{BOARD}/2"), Role.BOARD_MEMBER)
    told = {"area": "5", "impact": "70", "autonomy": "4", "ceiling": "2", "dissents": "no"}
    vote = {**told, **day("valid_until", "2026-06-01")}
    where = f"/work/votes/{use_key(DEPLOYER, USE)}"
    act = SqlActs(site.private).get(
        member.sends(where, **vote).rsplit("/", 1)[-1], member.person.person.id
    )
    assert act is not None
    assert member.key is not None
    history = site.homes[0].history(site.clock.now())
    judge = next(one for one in history.statements if isinstance(one.claim, Attestation))
    other = named_key(f"{BOARD}/3")
    SqlPeople(site.private).add_passkey(Passkey(
        credential="other", person=member.person.person.id, key=other.public, label="Other",
        since=site.clock.now(), state=PasskeyState.ENDED,
    ))  # fmt: skip
    assessed = sign_claim(judge.claim, [other], list(judge.subjects))
    lines = b"\n".join(one.to_bytes() for one in (assessed, sign(act.payload, [member.key])))
    stranger = TestClient(client.app, str(client.base_url))
    together = stranger.post(f"{API}?wait=0", content=lines, headers=BUNDLE)
    record = history.directory.key(judge.signers[0])
    assert record is not None
    SqlPeople(site.private).add_passkey(Passkey(
        credential="before", person=member.person.person.id, key=record.key, label="Before",
        since=site.clock.now(), state=PasskeyState.ENDED,
    ))  # fmt: skip

    page = member.sends(where, 403, **vote)
    client.cookies.clear()
    handed_in = _handed_in(client, sign(act.payload, [member.key]))

    assert together.status_code == 403
    assert "does not vote on what they assessed" in together.text
    assert "does not vote on what they assessed" in page
    assert handed_in.status_code == 403
    assert "does not vote on what they assessed" in handed_in.text


def _published(act: Act, key: FakePasskey) -> Envelope:
    subjects: list[Subject] = list(Statement.parse(act.payload).subjects)
    claim = Publication(
        organisation=DEPLOYER, statement=act.statement, decision="publish", reason=None
    )
    return sign_claim(claim, [key], subjects)


def _handed_in(client: TestClient, envelope: Envelope) -> Any:  # noqa: ANN401 - a response
    return client.post(API, content=envelope.to_bytes(), headers=KIND, params={"wait": 0})


# --- bad luck ------------------------------------------------------------------------------------


def test_what_a_full_queue_refused_can_be_signed_again(client: TestClient, site: Site) -> None:
    """It is not said to be kept while it is not."""
    officer = with_a_passkey(client, site, DEPLOYER, "unlucky", Role.OFFICER)
    act = _proposed(officer)
    tried: list[str] = []
    before = web_acts._THEN["workbench.submitted"]

    @web_acts.then("workbench.submitted")
    def full(request: Any, found: Act, envelope: Envelope) -> Ticket | None:  # noqa: ANN401
        tried.append(found.id)
        if len(tried) == 1:
            raise queue_full(Bound(1))
        return before(request, found, envelope)

    try:
        refused = officer.signs(f"/account/sign/{act}", status=429)
        again = officer.signs(f"/account/sign/{act}")
    finally:
        web_acts.then("workbench.submitted")(before)

    assert "submit.queue-full" in refused
    assert "Your signature is kept" in again


def test_a_manifest_of_one_endless_key_is_refused_at_once(client: TestClient, site: Site) -> None:
    """Python's reader takes time quadratic in the parts of a key: a minute for a file we take."""
    officer = sign_in(client, site, DEPLOYER, Role.OFFICER)
    text = "a." * 30_000 + "b = 1"
    began = time.process_time()

    found = client.post("/work/components/new", data=officer.form(source="manifest", text=text))

    assert found.status_code == 422
    assert time.process_time() - began < 2
