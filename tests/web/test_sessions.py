"""Sessions end, rotate and are kept apart; forged forms are refused; nothing typed is lost."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.bootstrap.site import Site
from sunlit.node.people import ABSOLUTE, IDLE, digest
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.web import csrf
from sunlit.web.sessions import COOKIE
from tests.rubric.story import DEPLOYER
from tests.web.people import SignedIn, answer, sign_in, sign_in_as, with_passkey


def _later(site: Site, by: timedelta) -> None:
    assert isinstance(site.clock, SetClock)
    site.clock.at += by


@pytest.fixture
def admin(client: TestClient, site: Site) -> SignedIn:
    """Sign an administrator of the issuer in."""
    return sign_in(client, site, ISSUER, Role.ADMIN)


def test_a_session_ends_when_nothing_is_done(
    client: TestClient, site: Site, admin: SignedIn
) -> None:
    """Half an hour after its last use; using it in between keeps it."""
    for _ in range(3):
        _later(site, IDLE - timedelta(seconds=1))
        assert client.get("/account/still-here").status_code == 200
    _later(site, IDLE)

    assert client.get("/account").headers["location"] == "/sign-in?back=%2Faccount"


def test_a_session_ends_after_a_working_day(
    client: TestClient, site: Site, admin: SignedIn
) -> None:
    """Eight hours after it began, however much it is used."""
    for _ in range(int(ABSOLUTE / IDLE) * 2 - 1):
        _later(site, IDLE / 2)
        assert client.get("/account").status_code == 200
    _later(site, IDLE / 2)

    assert client.get("/account").status_code == 303


def test_each_page_says_when_the_session_ends(
    client: TestClient, site: Site, admin: SignedIn
) -> None:
    """Without JavaScript: the time in words, and a way to stay that leaves the form alone."""
    text = client.get("/").text

    assert "if you do nothing" in text
    assert 'href="/account/still-here" target="_blank"' in text


def test_the_secret_is_stored_as_a_digest_only(site: Site, admin: SignedIn) -> None:
    """Whoever reads the database cannot sign in with what they find."""
    found = SqlSessions(site.private).find(admin.secret)

    assert found is not None
    assert found.id == digest(admin.secret, "session") != admin.secret
    assert SqlSessions(site.private).find(found.id) is None


@pytest.mark.parametrize("where", ["/sign-out", "/account/sign-out-everywhere"])
def test_signing_out_ends_the_session_on_the_node(
    client: TestClient, site: Site, admin: SignedIn, where: str
) -> None:
    """The cookie is good for nothing afterwards; everywhere means other browsers too."""
    first = admin.secret
    second = sign_in_as(client, site, admin.person)

    done = client.post(where, data=second.form())
    left = SqlSessions(site.private).find(first) is not None

    assert done.headers["location"] == "/sign-out"
    assert "Clear-Site-Data" in done.headers
    assert SqlSessions(site.private).find(second.secret) is None
    assert left is (where == "/sign-out")
    assert "You are signed out" in client.get("/sign-out").text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "ftp://node.example"},
    ],
    ids=repr,
)
def test_a_form_from_elsewhere_is_refused(
    client: TestClient, admin: SignedIn, headers: dict[str, str]
) -> None:
    """Whatever token it has; what the browser says of where it comes from counts."""
    found = client.post("/account/typed/forget", data=admin.form(), headers=headers)

    assert found.status_code == 403
    assert "csrf.other-site" in found.text


def test_a_form_from_elsewhere_is_refused_to_nobody_too(client: TestClient) -> None:
    """Other sites do not make visitors send anything, signed in or not."""
    found = client.post("/sign-in/invitation", data={"code": "x"}, headers={"origin": "null"})

    assert found.status_code == 403


@pytest.mark.parametrize("token", ["", "x", "\u00e9"])
def test_a_form_without_the_sessions_token_is_refused(
    client: TestClient, admin: SignedIn, token: str
) -> None:
    """A wrong token, none, or somebody else's."""
    found = client.post("/account/typed/forget", data={csrf.FIELD: token})

    assert "csrf.token" in found.text


def test_a_script_of_ours_sends_the_token_as_a_header(client: TestClient, admin: SignedIn) -> None:
    """JSON has no fields to hide a token in."""
    headers = {csrf.HEADER: csrf.token(admin.secret), "origin": "https://node.example"}

    assert client.post("/account/typed/forget", headers=headers).status_code == 303


def test_what_was_typed_when_the_session_ended_is_kept(
    client: TestClient, site: Site, admin: SignedIn
) -> None:
    """It waits for the same person, is shown to them, and is sent again with one button."""
    _later(site, IDLE)
    typed = admin.form(label="A <b>new</b> office", roles="officer")
    where = {"referer": "https://node.example/account/people?x=1"}
    late = client.post("/account/people/invite", data=typed, headers=where)
    assert late.headers["location"] == "/sign-in?back=%2Faccount%2Fpeople%3Fx%3D1&kept=1"
    assert "What you typed is kept" in client.get(late.headers["location"]).text

    sign_in(client, site, ISSUER, Role.ADMIN, name="somebody else")
    assert "There is nothing here" in client.get("/account/typed").text

    again = sign_in_as(client, site, admin.person)
    shown = client.get("/account/typed").text
    assert "A &lt;b&gt;new&lt;/b&gt; office" in shown
    assert 'action="/account/people/invite"' in shown
    sent = client.post(
        "/account/people/invite",
        data=again.form(**{csrf.KEPT: "1", "label": "A new office", "roles": "officer"}),
    )
    assert "Invitation code for A new office" in sent.text
    assert SqlSessions(site.private).kept(admin.person.id) is None


def test_what_was_typed_can_be_thrown_away(client: TestClient, site: Site, admin: SignedIn) -> None:
    """Nobody has to send it; too much of it is not kept at all."""
    _later(site, IDLE)
    huge = client.post("/account/people/invite", data=admin.form(label="x" * 70_000))
    assert "kept" not in huge.headers["location"]
    client.post("/account/people/invite", data=admin.form(label="x"))
    again = sign_in_as(client, site, admin.person)

    client.post("/account/typed/forget", data=again.form())

    assert SqlSessions(site.private).kept(admin.person.id) is None


def test_a_forged_form_to_an_ended_session_keeps_nothing(
    client: TestClient, site: Site, admin: SignedIn
) -> None:
    """Else another site could plant what somebody then sends by their own hand."""
    _later(site, IDLE)
    found = client.post("/account/people/invite", data={"label": "planted"})

    assert found.status_code == 403
    assert SqlSessions(site.private).kept(admin.person.id) is None


def test_showing_that_it_is_you_changes_the_cookie(client: TestClient, site: Site) -> None:
    """A step-up holds five minutes, takes one's own passkey, and ends the secret before."""
    someone = sign_in(client, site, DEPLOYER, Role.ADMIN, Role.OFFICER)
    key, fake = with_passkey(site, someone.person)
    _later(site, timedelta(minutes=6))
    asked = client.post("/account/people/invite", data=someone.form(label="x", roles="officer"))
    assert asked.headers["location"] == "/account/confirm?back=%2Faccount%2Ftyped"

    page = client.get(asked.headers["location"]).text
    state = page.split('name="state" value="')[1].split('"')[0]
    sent = answer(key, fake, b"sunlit-presence-v1\x00" + state.encode())
    done = client.post("/account/confirm", data=someone.form(state=state, answer=sent))

    assert done.headers["location"] == "/account/typed"
    new = client.cookies[COOKIE]
    assert new != someone.secret
    assert SqlSessions(site.private).find(someone.secret) is None
    now = SignedIn(someone.person, new)
    made = client.post("/account/people/invite", data=now.form(label="x", roles="officer"))
    assert "Invitation code" in made.text
    again = client.post("/account/confirm", data=now.form(state=state, answer=sent))
    assert "passkey.not-you" in again.text


def test_a_signature_over_a_statement_shows_no_presence(client: TestClient, site: Site) -> None:
    """What was signed for the log cannot be used to step up, nor the other way."""
    someone = sign_in(client, site, DEPLOYER, Role.OFFICER)
    key, fake = with_passkey(site, someone.person)
    page = client.get("/account/confirm").text
    state = page.split('name="state" value="')[1].split('"')[0]

    found = client.post(
        "/account/confirm",
        data=someone.form(state=state, answer=answer(key, fake, state.encode())),
    )

    assert "key.bad-signature" in found.text
