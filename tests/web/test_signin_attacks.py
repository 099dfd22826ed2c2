"""What somebody tries at the door: old invitations, other people's keys, old proofs, plain http."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
import pytest
from starlette.testclient import TestClient

from sunlit.adapters.clock import SystemClock
from sunlit.adapters.oidc import Begun, Identity
from sunlit.adapters.sql.people import SqlPeople
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.base.times import Clock
from sunlit.bootstrap.site import Site
from sunlit.cli.main import main
from sunlit.cli.node_invite import ROLES
from sunlit.node.people import GIVABLE, RECENT, Invitation, new_secret, person_id
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from sunlit.web.sessions import COOKIE, DEV_COOKIE
from tests.rubric.story import DEPLOYER
from tests.web.nodes import site_at
from tests.web.people import SignedIn, answer, sign_in, sign_in_as, somebody, with_passkey

PRESENCE = b"sunlit-presence-v1\x00"


@dataclass
class Vouching:
    """A provider that vouches for whom it is told, and notes what it was asked."""

    clock: Clock
    subject: str = "x"
    since: datetime | None = None
    asked: list[bool] = field(default_factory=list)

    def begin(self, redirect: str, *, again: bool = False) -> Begun:
        """Begin."""
        self.asked.append(again)
        state = new_secret()
        return Begun(url=f"{redirect}?state={state}", state=state, nonce="n", verifier="v")

    def finish(self, begun: Begun, answer: Mapping[str, str], redirect: str) -> Identity:
        """Vouch."""
        assert (answer["state"], redirect) == (begun.state, f"{URL}/sign-in/return")
        since = None if self.since is None else int(self.since.timestamp())
        return Identity("https://idp.example", self.subject, since)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Site]]:
    """Open one node for all tests that only add people of their own and sign in as them."""
    found = site_at(tmp_path_factory.mktemp("node"))
    with TestClient(create_app(found), base_url=URL, follow_redirects=False) as client:
        yield client, found
    found.close()


@pytest.fixture
def provider(site: Site) -> Vouching:
    """Make a provider."""
    return Vouching(site.clock)


@pytest.fixture
def door(site: Site, provider: Vouching) -> Iterator[TestClient]:
    """Open a node whose people sign in with that provider."""
    app = create_app(site)
    app.state.identity = provider
    with TestClient(app, base_url=URL, follow_redirects=False) as client:
        yield client


def _through(door: TestClient, query: str = "") -> httpx.Response:
    found: httpx.Response = door.get(door.get(f"/sign-in/start?{query}").headers["location"])
    return found


def _known(site: Site, *roles: Role) -> str:
    person = somebody(site, ISSUER, *roles)
    return person.id


# --- Invitations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["ended", "admin no more", "still admin", "the operator"])
def test_an_invitation_ends_with_the_administrator_who_made_it(site: Site, left: str) -> None:
    """Whoever leaves lets nobody in afterwards; what the operator made does not depend on them."""
    store, at = SqlPeople(site.private), site.clock.now()
    maker = _known(site, Role.ADMIN)
    made_by = "operator" if left == "the operator" else maker
    invitation = Invitation(
        organisation=ISSUER, roles=frozenset({Role.ADMIN}), label="Friend", made_by=made_by,
        expires=at + timedelta(days=1),
    )  # fmt: skip
    store.invite("the-code", invitation)
    if left == "admin no more":
        store.set_roles(maker, {Role.OFFICER})
    elif left != "still admin":
        store.end(maker, at)

    joined = store.redeem("the-code", person_id("i", "friend"), at)

    assert (joined is not None) is (left in {"still admin", "the operator"})


def test_the_first_administrator_is_invited_on_the_machine_of_the_node(
    door: TestClient, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new node knows nobody: its operator makes the first code, and it works once."""
    words = ["node", "invite", ISSUER, "--office", "Administrator", "--at", str(site.node.root)]
    with pytest.raises(SystemExit) as ended:
        main(words)
    code = capsys.readouterr().out.splitlines()[0].rsplit(" ", 1)[-1]
    assert isinstance(site.clock, SetClock)
    site.clock.at = SystemClock().now()

    sent = door.post("/sign-in/invitation", data={"code": code})
    start = sent.text.split('href="/sign-in/start?')[1].split('"')[0].replace("&amp;", "&")
    joined = _through(door, start)

    assert (ended.value.code, joined.status_code) == (0, 303)
    person = SqlPeople(site.private).person(person_id("https://idp.example", "x"))
    assert person is not None
    assert (person.organisation, set(person.roles)) == (ISSUER, {Role.ADMIN})
    assert code not in door.get("/account/audit").text
    assert SqlPeople(site.private).redeem(code, "f" * 32, site.clock.now()) is None


def test_nobody_is_invited_to_an_organisation_that_is_not_here(site: Site) -> None:
    """And the roles of the command line are those of the website."""
    words = ["node", "invite", "none.example", "--office", "x", "--at", str(site.node.root)]

    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 3
    assert set(ROLES) == {str(one) for one in GIVABLE}


# --- Signing in -----------------------------------------------------------------------------------


def test_whoever_left_while_they_signed_in_is_not_let_in(
    door: TestClient, site: Site, provider: Vouching
) -> None:
    """Their access ended between the way there and the way back."""
    person = somebody(site, ISSUER, Role.OFFICER)
    provider.subject = f"{ISSUER}  officer"
    back = door.get("/sign-in/start").headers["location"]
    SqlPeople(site.private).end(person.id, site.clock.now())

    found = door.get(back)

    assert "signin.ended" in found.text
    assert COOKIE not in door.cookies


def test_a_silent_sign_in_is_no_step_up(door: TestClient, site: Site, provider: Vouching) -> None:
    """Who sits down at an open browser is known to the provider; it says since when."""
    somebody(site, ISSUER, Role.ADMIN)
    provider.subject = f"{ISSUER}  admin"
    provider.since = site.clock.now() - timedelta(hours=2)
    _through(door, "again=1")
    asked = _invited(door, site)
    provider.since = site.clock.now()
    _through(door, "again=1")

    assert provider.asked == [True, True]
    assert asked.headers["location"].startswith("/account/confirm")
    assert "Invitation code" in _invited(door, site).text


def _invited(door: TestClient, site: Site) -> httpx.Response:
    person = SqlPeople(site.private).of(ISSUER)[0]
    who = SignedIn(person, door.cookies[COOKIE])
    sent: httpx.Response = door.post(
        "/account/people/invite", data=who.form(label="x", roles="officer")
    )
    return sent


def test_a_session_counts_over_https_only(here: tuple[TestClient, Site]) -> None:
    """A cookie that came over http, which others can read and plant, is nobody's."""
    client, site = here
    who = sign_in(client, site, ISSUER, Role.OFFICER)
    with TestClient(
        client.app, base_url=URL.replace("https", "http"), follow_redirects=False
    ) as plain:
        for name in (COOKIE, DEV_COOKIE):
            plain.cookies.set(name, who.secret)
        found = plain.get("/account")

    assert found.status_code == 303
    assert "/sign-in?" in found.headers["location"]
    assert client.get("/account").status_code == 200


def test_an_administrator_without_another_role_registers_no_key_in_a_log(
    here: tuple[TestClient, Site],
) -> None:
    """They sign nothing: their passkey shows that it is them, and a log never hears of it."""
    client, site = here
    admin = sign_in(client, site, DEPLOYER, Role.ADMIN)
    key, _ = with_passkey(site, admin.person, known=False)

    found = client.post(f"/account/passkeys/{key.credential}/register", data=admin.form())

    assert found.headers["location"] == "/account/passkeys"
    assert client.get("/account/passkeys").status_code == 200


# --- Step-up --------------------------------------------------------------------------------------


def _state(client: TestClient) -> str:
    page: str = client.get("/account/confirm").text
    return page.split('name="state" value="')[1].split('"', maxsplit=1)[0]


def test_a_colleagues_passkey_shows_not_that_it_is_you(here: tuple[TestClient, Site]) -> None:
    """Neither with their own key in your session, nor with your question answered in theirs."""
    client, site = here
    me, other = (somebody(site, DEPLOYER, Role.ADMIN, name=name) for name in ("me", "other"))
    with_passkey(site, me, known=False)
    key, fake = with_passkey(site, other, known=False)
    mine = sign_in_as(client, site, me)
    state = _state(client)
    sent = answer(key, fake, PRESENCE + state.encode())

    in_mine = client.post("/account/confirm", data=mine.form(state=state, answer=sent))
    again = _state(client)
    theirs = sign_in_as(client, site, other)
    sent = answer(key, fake, PRESENCE + again.encode())
    in_theirs = client.post("/account/confirm", data=theirs.form(state=again, answer=sent))

    for found in (in_mine, in_theirs):
        assert found.status_code == 403
        assert "passkey.not-you" in found.text


@pytest.mark.parametrize(
    ("rp_id", "origin"),
    [
        ("node.example", "https://evil.example"), ("node.example", "http://node.example"),
        ("node.example", "https://node.example.evil.example"),
        ("node.example", "https://sub.node.example"), ("evil.example", "https://node.example"),
        ("example", "https://node.example"),
    ],
)  # fmt: skip
def test_a_passkey_used_on_another_site_shows_nothing(
    here: tuple[TestClient, Site], rp_id: str, origin: str
) -> None:
    """The site that asked is in what is signed: by its name, and by its origin in full."""
    client, site = here
    me = sign_in(client, site, DEPLOYER, Role.ADMIN, name=origin + rp_id)
    key, fake = with_passkey(site, me.person, known=False)
    state = _state(client)
    sent = answer(key, fake, PRESENCE + state.encode(), rp_id=rp_id, origin=origin)

    found = client.post("/account/confirm", data=me.form(state=state, answer=sent))

    assert found.status_code in {400, 403, 409}
    assert client.cookies[COOKIE] == me.secret


def test_an_answer_that_comes_late_shows_nothing(client: TestClient, site: Site) -> None:
    """A question holds ten minutes, then it has to be asked again."""
    me = sign_in(client, site, DEPLOYER, Role.ADMIN)
    key, fake = with_passkey(site, me.person, known=False)
    state = _state(client)
    assert isinstance(site.clock, SetClock)
    site.clock.at += timedelta(minutes=10)
    sent = answer(key, fake, PRESENCE + state.encode())

    found = client.post("/account/confirm", data=me.form(state=state, answer=sent))

    assert "passkey.not-you" in found.text


@pytest.mark.parametrize("late", [False, True])
def test_what_takes_a_step_up_takes_a_recent_one(
    client: TestClient, site: Site, *, late: bool
) -> None:
    """Each of them, to the second: five minutes later it is asked again who is there."""
    other = somebody(site, DEPLOYER, Role.OFFICER, name="other")
    me = sign_in(client, site, DEPLOYER, Role.ADMIN)
    with_passkey(site, me.person, known=False)
    assert isinstance(site.clock, SetClock)
    site.clock.at += RECENT if late else RECENT - timedelta(seconds=1)
    where = f"/account/people/{other.id}"
    sent = [
        client.post("/account/people/invite", data=me.form(label="x", roles="officer")),
        client.post(f"{where}/roles", data=me.form(roles="auditor")),
        client.post(f"{where}/end", data=me.form()),
        client.post("/account/keys", data=me.form(label="x"), files={"file": b"{}"}),
    ]

    asked = [one.headers.get("location", "").startswith("/account/confirm") for one in sent]
    assert asked == [late] * len(sent)
    kept = SqlPeople(site.private).person(other.id)
    assert kept is not None
    assert (kept.ended is None) is late


def test_a_token_of_somebody_elses_session_is_refused(here: tuple[TestClient, Site]) -> None:
    """What one person's page holds sends nothing for another."""
    client, site = here
    theirs = sign_in(client, site, ISSUER, Role.ADMIN)
    sign_in(client, site, ISSUER, Role.OFFICER)

    found = client.post("/account/sign-out-everywhere", data=theirs.form())

    assert found.status_code == 403
    assert SqlSessions(site.private).find(theirs.secret) is not None
