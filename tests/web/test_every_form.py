"""Every form, sent empty or with far too much: the page again in words, with all that was typed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.people import SqlPeople
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.bootstrap.site import Site
from sunlit.node.people import RECENT
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from tests.rubric.story import DEPLOYER
from tests.web.people import SignedIn, sign_in, sign_in_as, sign_out, somebody, with_passkey
from tests.web.subjects import Things, things
from tests.web.test_every_route import PEOPLE, _routes

LONG: Final = "long " * 2_000
# Nothing is typed into these, or it is typed elsewhere first.
BUTTONS: Final = {
    "/sign-out", "/account/sign-out-everywhere", "/account/typed/forget",
    "/account/sessions/end-others", "/work/leave",
}  # fmt: skip
SUMMARY: Final = "govuk-error-summary__list"


@pytest.fixture(scope="module")
def everybody(shared_site: Site) -> Iterator[tuple[TestClient, SignedIn, Things]]:
    """Sign somebody in who may do everything, with a thing of each kind."""
    site = replace(shared_site, node=replace(shared_site.node, operator=DEPLOYER))
    made = things(shared_site)
    with TestClient(create_app(site), base_url=URL, follow_redirects=False) as client:
        person = replace(made.owner, roles=frozenset(PEOPLE))
        SqlPeople(shared_site.private).add(person)
        yield client, sign_in_as(client, shared_site, person), made


def _paths(client: TestClient) -> list[str]:
    return [
        route.path for route in _routes(client.app.routes)  # type: ignore[attr-defined]
        if "POST" in (route.methods or ()) and not route.path.startswith("/api/")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", LONG], ids=["nothing", "far too much"])
def test_no_form_ends_on_a_page_that_says_nothing(
    everybody: tuple[TestClient, SignedIn, Things], shared_site: Site, text: str
) -> None:
    """An error summary and the form, or words; never "something is missing"."""
    client, who, made = everybody
    names = ("code", "label", "purpose", "state", "answer", "roles", "number", "kind")
    typed = dict.fromkeys(names, text) if text else {}

    for path in set(_paths(client)) - BUTTONS:
        now = sign_in_as(client, shared_site, who.person)
        found = client.post(made.at(path), data=now.form(**typed))
        page = found.text
        assert found.status_code < 500, (path, found.status_code)
        assert "Something is missing" not in page, path
        if found.status_code == 422:
            assert SUMMARY in page, path
        elif found.status_code == 400:
            assert "Code of this error" in page, path


def _again(page: str) -> bool:
    return SUMMARY in page and "<title>Error: " in page and 'class="govuk-error-message"' in page


@pytest.mark.parametrize("code", ["", " ", LONG], ids=["nothing", "a space", "too much"])
@pytest.mark.parametrize(("language", "words"), [("", "problem"), ("/cy", "broblem"), ("/nl", "")])
def test_an_invitation_code_that_is_none_is_asked_for_again(
    client: TestClient, code: str, language: str, words: str
) -> None:
    """The sign-in page, the error at its field, in three languages; it counts as no guess."""
    for _ in range(12):
        found = client.post(f"{language}/sign-in/invitation", data={"code": code})

    assert found.status_code == 422
    assert SUMMARY in found.text
    assert words in found.text
    assert '<a href="#code">' in found.text
    assert 'aria-describedby="code-hint code-error"' in found.text
    assert code.strip() in found.text
    assert client.post("/sign-in/invitation", data={"code": "a-guess"}).status_code == 200


def test_an_invitation_form_without_its_field_is_asked_for_again(client: TestClient) -> None:
    """As a browser that sends nothing at all."""
    assert _again(client.post("/sign-in/invitation").text)


def test_an_invitation_that_lacks_something_keeps_what_was_typed(
    client: TestClient, site: Site
) -> None:
    """Without a role the office stays; without an office the roles do."""
    admin = sign_in(client, site, ISSUER, Role.ADMIN)
    no_role = client.post("/account/people/invite", data=admin.form(label="A <b>desk</b>"))
    no_label = client.post("/account/people/invite", data=admin.form(label=" ", roles="officer"))
    long = client.post("/account/people/invite", data=admin.form(label=LONG, roles="officer"))
    invented = client.post("/account/people/invite", data=admin.form(label="x", roles="scraper"))

    assert {one.status_code for one in (no_role, no_label, long, invented)} == {422}
    assert all(_again(one.text) for one in (no_role, no_label, long, invented))
    assert 'value="A &lt;b&gt;desk&lt;/b&gt;"' in no_role.text
    assert 'value="officer" aria-describedby="invite-officer-hint" checked' in no_label.text
    assert LONG.strip() in long.text


def test_a_step_up_loses_nothing_that_was_typed(client: TestClient, site: Site) -> None:
    """Whoever has to show that it is them finds the form again, and sends it with one button."""
    admin = sign_in(client, site, ISSUER, Role.ADMIN)
    assert isinstance(site.clock, SetClock)
    site.clock.at += RECENT

    asked = client.post("/account/people/invite", data=admin.form(label="A desk", roles="officer"))

    assert asked.headers["location"] == "/account/confirm?back=%2Faccount%2Ftyped"
    kept = SqlSessions(site.private).kept(admin.person.id)
    assert kept is not None
    assert kept.fields == (("label", "A desk"), ("roles", "officer"))
    assert 'value="A desk"' in client.get("/account/typed").text


def test_the_forms_for_keys_keep_what_was_typed(client: TestClient, site: Site) -> None:
    """A passkey without an answer, a key without its file, a name that is none."""
    officer = sign_in(client, site, ISSUER, Role.OFFICER)
    sent = {
        "made": client.post("/account/passkeys", data=officer.form(label="My laptop")),
        "brought": client.post("/account/keys", data=officer.form(label="My terminal")),
        "nameless": client.post("/account/keys", data=officer.form(), files={"file": b"{}"}),
    }

    assert {one.status_code for one in sent.values()} == {422}
    assert all(SUMMARY in one.text for one in sent.values())
    assert 'value="My laptop"' in sent["made"].text
    assert 'href="#make"' in sent["made"].text
    assert 'value="My terminal"' in sent["brought"].text
    assert 'href="#file"' in sent["brought"].text
    assert 'href="#key-label"' in sent["nameless"].text


def test_somebody_keeps_a_role_whatever_is_sent(client: TestClient, site: Site) -> None:
    """No box ticked: the page says so, and nothing changed."""
    other = somebody(site, ISSUER, Role.OFFICER, name="other")
    admin = sign_in(client, site, ISSUER, Role.ADMIN)

    found = client.post(f"/account/people/{other.id}/roles", data=admin.form())

    assert found.status_code == 422
    assert _again(found.text)
    kept = SqlPeople(site.private).person(other.id)
    assert kept is not None
    assert kept.roles == {Role.OFFICER}


def test_a_step_up_without_an_answer_is_asked_for_again(client: TestClient, site: Site) -> None:
    """The question comes anew and still knows where to go back to."""
    officer = sign_in(client, site, DEPLOYER, Role.OFFICER)
    with_passkey(site, officer.person)
    page = client.get("/account/confirm?back=/account/passkeys").text
    state = page.split('name="state" value="')[1].split('"')[0]

    found = client.post("/account/confirm", data=officer.form(state=state))

    assert found.status_code == 422
    assert SUMMARY in found.text
    assert 'href="#use-passkey"' in found.text
    assert "back=%2Faccount%2Fpasskeys" in found.text


@pytest.mark.parametrize("purpose", ["", "short", LONG], ids=["nothing", "a word", "too much"])
def test_a_purpose_that_is_none_is_asked_for_again(
    client: TestClient, site: Site, purpose: str
) -> None:
    """Nothing is handed out, nothing enters a log, what was typed stays."""
    where = things(site).at("/work/guarded/{kind}/{digest}")
    auditor = sign_in(client, site, DEPLOYER, Role.AUDITOR)

    found = client.post(where, data=auditor.form(purpose=purpose))

    assert found.status_code == 422
    assert _again(found.text)
    assert purpose in found.text


def test_a_guarded_thing_stays_shut_to_whoever_may_not_whatever_they_type(
    client: TestClient, site: Site
) -> None:
    """Who is refused learns that first, not how to fill the form in."""
    where = things(site).at("/work/guarded/{kind}/{digest}")
    auditor = sign_in(client, site, ISSUER, Role.AUDITOR)

    assert client.post(where, data=auditor.form()).status_code == 403
    sign_out(client)
