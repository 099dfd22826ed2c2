"""Where somebody is signed in, and who is told when an account changes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from sunlit.adapters.mail import SmtpMailer
from sunlit.adapters.sql.acts import SqlAudit
from sunlit.adapters.sql.outbox import SqlOutbox
from sunlit.adapters.sql.people import SqlPeople
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.adapters.sql.tables import JOB
from sunlit.bootstrap.handlers import handlers_of
from sunlit.bootstrap.site import Site
from sunlit.node.notify import ACCOUNT, NOTIFY_FILE, Letter, Smtp
from sunlit.node.outbox import work_off
from sunlit.node.people import IDLE, new_secret
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.web import csrf
from tests.web.people import SignedIn, sign_in, sign_in_as, somebody, with_passkey


@pytest.fixture
def officer(client: TestClient, site: Site) -> SignedIn:
    """Sign an officer in."""
    return sign_in(client, site, ISSUER, Role.OFFICER)


def _elsewhere(site: Site, who: SignedIn) -> str:
    """Sign the same person in with another browser; return its session's id."""
    return SqlSessions(site.private).start(new_secret(), who.person.id, site.clock.now()).id


def test_all_sessions_are_seen_and_one_is_this(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """When each began and was last used; none that is over, none of anybody else."""
    assert isinstance(site.clock, SetClock)
    _elsewhere(site, officer)
    site.clock.at += IDLE - timedelta(seconds=1)
    client.get("/account/still-here")
    site.clock.at += timedelta(minutes=1)
    open_ = _elsewhere(site, officer)
    SqlSessions(site.private).start(
        new_secret(), somebody(site, ISSUER, Role.ADMIN).id, site.clock.now()
    )

    text = client.get("/account/sessions").text

    assert text.count('<th scope="row"') == 2
    assert text.count("This browser") == 1
    assert text.count('/end"') == 1
    assert f"/account/sessions/{open_}/end" in text
    assert officer.secret not in text


def test_one_session_is_ended_and_the_others_stay(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """By its own button."""
    first, second = _elsewhere(site, officer), _elsewhere(site, officer)

    done = client.post(f"/account/sessions/{first}/end", data=officer.form())

    assert done.headers["location"] == "/account/sessions"
    left = {one.id for one in SqlSessions(site.private).of(officer.person.id, site.clock.now())}
    assert first not in left
    assert second in left
    assert client.get("/account").status_code == 200


def test_all_other_sessions_are_ended_at_once(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """This browser stays signed in, and whoever else is signed in too."""
    _elsewhere(site, officer)
    another = somebody(site, ISSUER, Role.ADMIN)
    theirs = SqlSessions(site.private).start(new_secret(), another.id, site.clock.now())

    client.post("/account/sessions/end-others", data=officer.form())

    store, at = SqlSessions(site.private), site.clock.now()
    assert len(store.of(officer.person.id, at)) == 1
    assert client.get("/account").status_code == 200
    assert store.of(another.id, at) == (theirs,)


def test_ending_this_session_is_signing_out(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """Whoever sends the address of their own session is nobody afterwards."""
    here = SqlSessions(site.private).find(officer.secret)
    assert here is not None

    done = client.post(f"/account/sessions/{here.id}/end", data=officer.form())

    assert done.headers["location"] == "/sign-out"
    assert SqlSessions(site.private).find(officer.secret) is None


def test_other_peoples_sessions_are_nothing_of_that_name(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """Somebody else's, of one's own organisation too, is as one that never was."""
    admin = somebody(site, ISSUER, Role.ADMIN)
    theirs = SqlSessions(site.private).start(new_secret(), admin.id, site.clock.now())
    sent = [
        client.post(f"/account/sessions/{name}/end", data=officer.form())
        for name in (theirs.id, "none-such")
    ]

    assert [one.status_code for one in sent] == [404, 404]
    assert sent[0].text.split("<main")[1] == sent[1].text.split("<main")[1]
    assert SqlSessions(site.private).of(admin.id, site.clock.now()) == (theirs,)


def test_a_token_of_another_session_of_ones_own_is_refused(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """A token belongs to one session, not to a person: one that leaked ends with its session."""
    elsewhere = new_secret()
    SqlSessions(site.private).start(elsewhere, officer.person.id, site.clock.now())

    found = client.post(
        "/account/sessions/end-others", data={csrf.FIELD: csrf.token(elsewhere)}
    )  # fmt: skip

    assert found.status_code == 403
    assert "csrf.token" in found.text


# --- Who is told ----------------------------------------------------------------------------------


class Post:
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> None:
        """Keep it."""
        self.sent.append(letter)


@pytest.fixture
def post(site: Site) -> Post:
    """Have the issuer's account notices go to one address."""
    (site.node.root / NOTIFY_FILE).write_text(json.dumps({"mail": {ISSUER: ["ai@a.example"]}}))
    return Post()


def _delivered(site: Site, post: Post) -> list[Letter]:
    outbox = SqlOutbox(engine=site.private, clock=site.clock)
    handlers = replace(handlers_of(site, outbox), mailer=post)
    for _ in range(2):
        work_off(outbox, handlers.all(), site.clock, "worker", 100)
    return post.sent


def _jobs(site: Site) -> list[Mapping[str, object]]:
    with site.private.connect() as connection:
        return [json.loads(one) for one in connection.execute(select(JOB.c.payload)).scalars()]


def test_each_change_of_an_account_is_told_to_its_organisation(
    client: TestClient, site: Site, post: Post
) -> None:
    """A key ended, roles changed, access ended: a letter each, without a name or a secret."""
    other = somebody(site, ISSUER, Role.OFFICER, name="Case officer")
    member = sign_in_as(client, site, other)
    key, _ = with_passkey(site, other, known=False)
    client.post(f"/account/passkeys/{key.credential}/end", data=member.form())
    admin = sign_in(client, site, ISSUER, Role.ADMIN)
    where = f"/account/people/{other.id}"
    client.post(f"{where}/roles", data=admin.form(roles="board-member"))
    assert "End their access" in client.get(f"{where}/end").text
    client.post(f"{where}/end", data=admin.form())
    assert client.get(f"{where}/end", follow_redirects=False).headers["location"] == where

    letters = _delivered(site, post)

    assert [one.notice for one in letters] == ["key-ended", "roles-changed", "ended"]
    assert {one.to for one in letters} == {"ai@a.example"}
    assert {one.link for one in letters} == {f"{site.node.url}/account/audit"}
    told = json.dumps(_jobs(site))
    for private in (other.id, other.label, key.credential, admin.person.id):
        assert private not in told


def test_an_ordinary_sign_in_and_a_refused_change_are_told_to_nobody(
    client: TestClient, site: Site, post: Post, officer: SignedIn
) -> None:
    """Notices that come for nothing are not read."""
    client.post(f"/account/people/{officer.person.id}/roles", data=officer.form(roles="admin"))
    client.get("/account")

    assert _delivered(site, post) == []


@pytest.mark.parametrize("notice", [*ACCOUNT, "of-a-newer-version"])
def test_a_notice_says_what_to_do_if_it_was_not_you(notice: str) -> None:
    """What happened, where to look, three steps; nothing that anybody typed."""
    smtp = Smtp(host="h", port=25, sender="node@node.example")
    letter = Letter(id="x", to="a@b.example", link="https://n.example/account/audit", notice=notice)

    message: EmailMessage = SmtpMailer(smtp, "AI register", lambda _: "").message(letter)

    text = message.get_content()
    assert message["Subject"] == "An account of your organisation changed"
    assert ACCOUNT.get(notice, "Something changed at an account.") in text
    assert "If nobody of your organisation did this" in text
    assert letter.link in text


def test_a_person_sees_what_changed_at_their_account(client: TestClient, site: Site) -> None:
    """What others did to it too, for 30 days; nothing of anybody else's."""
    other = somebody(site, ISSUER, Role.OFFICER)
    admin = sign_in(client, site, ISSUER, Role.ADMIN)
    client.post(f"/account/people/{other.id}/roles", data=admin.form(roles="publisher"))
    kept = SqlPeople(site.private).person(other.id)
    assert kept is not None

    mine = client.get("/account").text
    sign_in_as(client, site, kept)
    theirs = client.get("/account").text
    assert isinstance(site.clock, SetClock)
    site.clock.at += timedelta(days=31)
    sign_in_as(client, site, kept)
    later = client.get("/account").text

    said = "An administrator changed what you may do"
    assert said not in mine
    assert said in theirs
    assert "If this was not you" in theirs
    assert said not in later


def test_the_audit_of_one_person_is_of_that_person_only(site: Site) -> None:
    """An id that is the beginning of another, or stands elsewhere in a row, finds nothing."""
    audit, at = SqlAudit(site.private), site.clock.now()
    audit.note("roles-changed", ("a" * 32, ISSUER), at, {"whom": "b" * 32, "roles": "c" * 32})

    def found(person: str) -> int:
        return len(audit.about(person, ("roles-changed",), at))

    assert [found(one * 32) for one in "abc%"] == [0, 1, 0, 0]
