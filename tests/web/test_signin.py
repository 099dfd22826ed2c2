"""Signing in: the code flow with a provider, who is invited, what is refused."""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.testclient import TestClient

from sunlit.adapters.clock import SystemClock
from sunlit.adapters.oidc import Begun, Provider, Settings
from sunlit.adapters.sql.people import SqlPeople
from sunlit.authority.trust_parts import TrustedKey
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.bootstrap.site import Site
from sunlit.node.people import Invitation, PasskeyState, person_id
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER as AGENCY
from sunlit.testing.authority import named_key
from sunlit.testing.site import URL
from sunlit.web.account.sign_in import TRIES
from sunlit.web.app import create_app
from sunlit.web.dev_idp import DemoPerson, four_people, provider_app, running, welcome
from sunlit.web.sessions import COOKIE
from sunlit.web.trying_out import seated
from tests.web.nodes import site_at
from tests.web.people import sign_in, somebody, with_passkey

# The provider for trying things out was written for an older authlib, which says so.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib.*")

ISSUER: Final = "http://localhost"
BACK: Final = f"{URL}/sign-in/return"
PEOPLE: Final = (
    DemoPerson(
        "officer", AGENCY, "Case officer", frozenset({Role.OFFICER}), "open your tasks"
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def idp() -> httpx.WSGITransport:
    """Run the provider for trying things out, without a socket."""
    return httpx.WSGITransport(app=provider_app(PEOPLE))


@dataclass
class Door:
    """A client of a node with that provider."""

    client: TestClient
    site: Site
    idp: httpx.WSGITransport

    def through(self, subject: str, start: str = "/sign-in/start?back=/account") -> httpx.Response:
        """Go to the provider and come back as `subject`."""
        asked = self.client.get(start).headers["location"]
        found: httpx.Response = self.client.get(self.answer_to(asked, subject))
        return found

    def answer_to(self, asked: str, subject: str) -> str:
        """Sign in at the provider; return where it sends the browser."""
        with httpx.Client(transport=self.idp) as browser:
            return browser.post(asked, data={"sub": subject}).headers["location"]


@pytest.fixture
def door(site: Site, idp: httpx.WSGITransport) -> Iterator[Door]:
    """Open a node whose people sign in with the provider."""
    app = create_app(site)
    settings = Settings(issuer=ISSUER, client_id="node", client_secret="secret")
    app.state.identity = Provider(settings=settings, clock=SystemClock(), transport=idp)
    with TestClient(app, base_url=URL, follow_redirects=False) as client:
        yield Door(client, site, idp)


def _invite(site: Site, code: str, organisation: str = AGENCY, *, days: int = 7) -> None:
    invitation = Invitation(
        organisation=organisation, roles=frozenset({Role.OFFICER}), label="Case officer",
        made_by="0" * 32, expires=site.clock.now() + timedelta(days=days),
    )  # fmt: skip
    SqlPeople(site.private).invite(code, invitation)


def _with_code(door: Door, code: str, subject: str = "officer") -> httpx.Response:
    door.client.cookies.clear()
    page = door.client.post("/sign-in/invitation", data={"code": code}).text
    start = page.split('href="/sign-in/start?')[1].split('"')[0].replace("&amp;", "&")
    return door.through(subject, "/sign-in/start?" + start)


def test_whoever_was_invited_signs_in_with_their_code_once(door: Door) -> None:
    """The code binds who the provider vouches for to an organisation and roles."""
    _invite(door.site, "the-code")

    first = _with_code(door, "the-code")
    stranger = _with_code(door, "the-code", "stranger")

    assert first.headers["location"] == "/account/passkeys"
    person = SqlPeople(door.site.private).person(person_id(ISSUER, "officer"))
    assert person is not None
    assert person.roles == {Role.OFFICER}
    assert stranger.status_code == 403
    assert "signin.bad-invitation" in stranger.text


def test_whoever_is_known_signs_in_without_a_code(door: Door) -> None:
    """The session's cookie is this host's only, and scripts cannot read it."""
    _invite(door.site, "the-code")
    _with_code(door, "the-code")
    door.client.cookies.clear()

    found = door.through("officer")

    assert found.headers["location"] == "/account"
    cookie = next(
        one for one in found.headers.get_list("set-cookie") if one.startswith(COOKIE + "=")
    )
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Case officer" in door.client.get("/account").text


def test_whoever_was_not_invited_is_not_let_in(door: Door) -> None:
    """To be known to the provider is not enough."""
    found = door.through("stranger")

    assert found.status_code == 403
    assert "signin.not-invited" in found.text
    assert COOKIE not in door.client.cookies


def test_whoever_has_left_is_not_let_in(door: Door) -> None:
    """An ended access stays ended, with a new invitation too."""
    _invite(door.site, "one")
    _with_code(door, "one")
    store = SqlPeople(door.site.private)
    store.end(person_id(ISSUER, "officer"), door.site.clock.now())
    _invite(door.site, "two")

    assert "signin.ended" in door.through("officer").text
    assert "signin.bad-invitation" in _with_code(door, "two").text


@pytest.mark.parametrize("organisation", [AGENCY, "city.example"])
def test_an_old_code_or_one_of_another_organisation_is_no_good(
    door: Door, organisation: str
) -> None:
    """A code ends after a week; one person speaks for one organisation."""
    _invite(door.site, "first")
    _with_code(door, "first")
    _invite(door.site, "other", organisation, days=0 if organisation == AGENCY else 7)

    assert "signin.bad-invitation" in _with_code(door, "other").text


def test_an_answer_is_taken_once_and_in_the_browser_that_asked(door: Door) -> None:
    """`state` is bound to a cookie; the provider's answer cannot be replayed or planted."""
    _invite(door.site, "the-code")
    _with_code(door, "the-code")
    answer = door.answer_to(door.client.get("/sign-in/start").headers["location"], "officer")
    cookies = dict(door.client.cookies)
    door.client.cookies.clear()

    planted = door.client.get(answer)
    door.client.cookies.update(cookies)
    taken = door.client.get(answer)
    replayed = door.client.get(answer)

    assert planted.status_code == 403
    assert taken.status_code == 303
    assert replayed.status_code == 403


def test_another_state_is_refused(door: Door) -> None:
    """An answer to somebody else's sign-in does not go through in this browser."""
    asked = door.client.get("/sign-in/start").headers["location"]
    answer = httpx.URL(door.answer_to(asked, "officer"))

    found = door.client.get(str(answer.copy_set_param("state", "x" * 43)))

    assert "signin.bad-answer" in found.text


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil", "/a\tb", ""])
def test_nobody_is_led_to_another_site(door: Door, back: str) -> None:
    """Where to go back to is a path here, whatever a link says."""
    _invite(door.site, "the-code")
    _with_code(door, "the-code")
    start = httpx.URL("/sign-in/start").copy_set_param("back", back)

    assert door.through("officer", str(start)).headers["location"] == "/work"


def test_too_many_tries_have_to_wait(door: Door) -> None:
    """Invitation codes are not guessed here."""
    found = [door.client.post("/sign-in/invitation", data={"code": "x"}) for _ in range(11)]

    assert [one.status_code for one in found[-2:]] == [200, 429]
    assert "Retry-After" in found[-1].headers


def test_an_office_behind_one_address_signs_in(door: Door) -> None:
    """Forty people are no attack: what ends in a sign-in is not counted."""
    _invite(door.site, "the-code")
    assert _with_code(door, "the-code").status_code == 303

    found = [door.through("officer").status_code for _ in range(TRIES + 2)]
    guessed = [_guess(door).status_code for _ in range(TRIES + 1)]

    assert set(found) == {303}
    assert guessed == [403] * TRIES + [429]


def _guess(door: Door) -> httpx.Response:
    door.client.get("/sign-in/start")
    found: httpx.Response = door.client.get("/sign-in/return?state=x")
    return found


def test_no_website_keeps_an_office_from_signing_in(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pictures and frames ask for our addresses from browsers in that office."""
    for name in ("STARTS", "TRIES"):
        monkeypatch.setattr(f"sunlit.web.account.sign_in.{name}", 3)
    _invite(door.site, "the-code")
    frames = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "iframe"}
    found = [door.client.get("/sign-in/return?state=x", headers=frames) for _ in range(4)]
    begun = [door.client.get("/sign-in/start", headers=frames) for _ in range(4)]

    assert {one.status_code for one in (*found, *begun)} == {403}
    assert _with_code(door, "the-code").status_code == 303


def test_nobody_signs_in_without_encryption(site: Site, idp: httpx.WSGITransport) -> None:
    """Over http only a node for trying things out lets people in, with a cookie that says so."""
    dev = replace(site, dev=True)
    for node, cookies in ((site, []), (dev, ["sunlit-dev-session"])):
        app = create_app(node)
        settings = Settings(issuer=ISSUER, client_id="node", client_secret="secret")
        app.state.identity = Provider(settings=settings, clock=SystemClock(), transport=idp)
        welcome(dev, ISSUER, PEOPLE)
        with TestClient(app, base_url="http://node.example", follow_redirects=False) as client:
            answer = Door(client, node, idp).answer_to(
                client.get("/sign-in/start").headers["location"], "officer"
            )
            client.get(answer.replace("https:", "http:"))
            held = [name for name in client.cookies if name == "sunlit-dev-session"]
        assert held == cookies


def test_without_a_provider_nobody_can_sign_in(client: TestClient) -> None:
    """The page says what is missing; it is no mistake of the visitor."""
    found = client.get("/sign-in/start")

    assert found.status_code == 503
    assert "signin.not-set-up" in found.text
    assert "SUNLIT_" not in found.text, "the names of settings are nothing for a visitor"
    assert "Try again in a minute" not in found.text


def test_settings_come_from_the_environment() -> None:
    """An issuer over https and a client id; on this machine http will do."""
    whole = {"SUNLIT_OIDC_ISSUER": "https://idp.example", "SUNLIT_OIDC_CLIENT_ID": "node"}

    assert Settings.from_environment({}) is None
    assert Settings.from_environment(whole) == Settings(
        issuer="https://idp.example", client_id="node"
    )
    for wrong in ({"SUNLIT_OIDC_ISSUER": "http://idp.example"}, {"SUNLIT_OIDC_CLIENT_ID": ""}):
        with pytest.raises(MalformedError, match="settings"):
            Settings.from_environment(whole | wrong)


# --- The ID token, claim by claim, from a provider of our own -------------------------------------

KEY: Final = RSAKey.generate_key(2048, {"kid": "1"})
OTHER: Final = RSAKey.generate_key(2048, {"kid": "1"})
GOOD: Final = {"iss": "https://idp.example", "aud": "node", "sub": "x", "nonce": "n" * 43}


SENDS_ISSUER: Final = {"authorization_response_iss_parameter_supported": True}


def _provider(token: object, **metadata: object) -> Provider:
    def answer(request: httpx.Request) -> httpx.Response:
        documents: dict[str, object] = {
            "/.well-known/openid-configuration": {
                "issuer": "https://idp.example",
                "authorization_endpoint": "https://idp.example/a",
                "token_endpoint": "https://idp.example/t",
                "jwks_uri": "https://idp.example/k",
                **metadata,
            },
            "/t": token if isinstance(token, dict) else {"id_token": token},
            "/k": KeySet([KEY]).as_dict(private=False),
        }
        found = documents.get(request.url.path)
        if isinstance(found, dict) and "status" in found:
            return httpx.Response(int(str(found["status"])), text="no json")
        return httpx.Response(200, json=found)

    settings = Settings(issuer="https://idp.example", client_id="node")
    return Provider(settings=settings, clock=SystemClock(), transport=httpx.MockTransport(answer))


def _token(key: RSAKey = KEY, alg: str = "RS256", **changes: object) -> str:
    now = int(SystemClock().now().timestamp())
    claims = {**GOOD, "iat": now, "exp": now + 60, **changes}
    return jwt.encode(
        {"alg": alg, "kid": "1"}, {k: v for k, v in claims.items() if v is not None}, key
    )


def _finish(provider: Provider, **answer: str) -> object:
    begun = Begun(url="", state="s", nonce="n" * 43, verifier="v" * 43)
    return provider.finish(begun, {"state": "s", "code": "c", **answer}, BACK)


def test_a_whole_token_names_a_person() -> None:
    """Issuer and subject are all that is read of it."""
    found = _finish(_provider(_token(aud=["node", "other"], azp="node")), iss="https://idp.example")

    assert found.subject == "x"  # type: ignore[attr-defined]


def test_a_provider_that_names_itself_is_held_to_it() -> None:
    """Where it says that its answers say who they are from, one that does is taken (RFC 9207)."""
    found = _finish(_provider(_token(), **SENDS_ISSUER), iss="https://idp.example")

    assert found.subject == "x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("told", "since"), [(None, None), (7, 7), ("7", None), (True, None), (7.5, 7)]
)
def test_a_token_may_say_since_when_somebody_is_known(told: object, since: int | None) -> None:
    """In seconds, and parts of one; anything else says nothing."""
    found = _finish(_provider(_token(auth_time=told)))

    assert found.since == since  # type: ignore[attr-defined]


def test_a_step_up_asks_the_provider_to_ask_again() -> None:
    """Somebody whom it knows already has to show it once more; an ordinary sign-in does not."""
    provider = _provider(_token())

    again = httpx.URL(provider.begin(BACK, again=True).url).params
    plain = httpx.URL(provider.begin(BACK).url).params

    assert (again["prompt"], again["max_age"]) == ("login", "0")
    assert not {"prompt", "max_age"} & set(plain)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"aud": ["node", "other"]},
        {"azp": "other"},
        {"nonce": "m" * 43},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=repr,
)
def test_a_token_that_lacks_something_is_refused(changes: dict[str, object]) -> None:
    """Issuer, audience, authorised party, nonce, times and subject: each of them counts."""
    with pytest.raises(VerificationError) as caught:
        _finish(_provider(_token(KEY, "RS256", **changes)))

    assert caught.value.code == "signin.bad-answer"


def _unsigned() -> str:
    head, body, _ = _token().split(".")
    return f"eyJhbGciOiJub25lIn0.{body}." if head else ""


@pytest.mark.parametrize(
    "token", [_token(OTHER), _unsigned(), "x.y.z", 7, None],
    ids=["by another key", "by no key", "no token", "a number", "nothing"],
)  # fmt: skip
def test_a_token_that_the_provider_did_not_sign_is_refused(token: object) -> None:
    """Another key, no signature, no token."""
    with pytest.raises(VerificationError) as caught:
        _finish(_provider(token))

    assert caught.value.code == "signin.bad-answer"


@pytest.mark.parametrize(
    ("provider", "answer", "code"),
    [
        (_provider(_token()), {"iss": "https://evil.example"}, "signin.bad-answer"),
        (_provider(_token(), **SENDS_ISSUER), {}, "signin.bad-answer"),
        (_provider(_token()), {"state": "other"}, "signin.bad-answer"),
        (_provider(_token()), {"error": "access_denied"}, "signin.refused"),
        (_provider(_token()), {"code": ""}, "signin.refused"),
        (_provider({"status": 400}), {}, "signin.bad-answer"),
        (_provider({"status": 500}), {}, "signin.provider"),
        (_provider(_token(), issuer="https://evil.example"), {}, "signin.provider"),
        (_provider(_token(), token_endpoint=None), {}, "signin.provider"),
        (_provider(_token(), jwks_uri="http://idp.example/k"), {}, "signin.provider"),
        (_provider(_token(), jwks_uri="https://idp.example/t?"), {}, "signin.bad-answer"),
        (_provider(_token(), jwks_uri="https://idp.example/none"), {}, "signin.provider"),
    ],
)  # fmt: skip
def test_an_answer_or_a_provider_that_is_not_whole_is_refused(
    provider: Provider, answer: dict[str, str], code: str
) -> None:
    """Each check has its own refusal; nobody is signed in by what is left."""
    with pytest.raises(SunlitError) as caught:
        _finish(provider, **answer)

    assert caught.value.code == code


def test_a_provider_that_does_not_answer_is_unavailable() -> None:
    """It is no mistake of whoever wants to sign in."""

    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    provider = replace(_provider(""), transport=httpx.MockTransport(silent))

    with pytest.raises(UnavailableError, match="cannot be used"):
        provider.begin(BACK)


# --- The provider for trying things out -----------------------------------------------------------


def test_the_provider_for_trying_out_stays_on_this_machine() -> None:
    """Bound to another address it would let anyone in as anyone."""
    with pytest.raises(MalformedError, match="anyone"), running(PEOPLE, "0.0.0.0"):  # noqa: S104
        pass


def test_the_people_of_the_demo_stay_on_nodes_for_trying_out(site: Site) -> None:
    """On a node that people use nobody gets in without an invitation."""
    with pytest.raises(MalformedError, match="anyone"):
        welcome(site, ISSUER, PEOPLE)


@pytest.mark.enable_socket
def test_the_provider_for_trying_out_runs_on_loopback() -> None:
    """It says who it is, and its debugger is off."""
    with running(PEOPLE) as settings, httpx.Client() as client:
        found = client.get(settings.issuer + "/.well-known/openid-configuration").json()
        console = client.get(settings.issuer + "/console")

    assert found["issuer"] == settings.issuer
    assert console.status_code == 404


def test_the_provider_for_trying_out_asks_in_words_and_nobody_else(door: Door) -> None:
    """Each person by their office and what to try first; no style or script of another host."""
    asked = door.client.get("/sign-in/start").headers["location"]
    with httpx.Client(transport=door.idp) as browser:
        page = browser.get(asked).text

    assert "Case officer" in page
    assert "Try first: open your tasks" in page
    assert "//" not in page.replace("<!doctype", "")


def test_the_provider_for_trying_out_is_loaded_without_complaints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What its library warns of is nothing that who tries a node out can mend."""
    for name in [it for it in sys.modules if it.startswith(("oidc_provider_mock", "authlib"))]:
        monkeypatch.delitem(sys.modules, name)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        provider_app(PEOPLE)

    assert not [it for it in heard if "authlib" in str(it.category).lower()]


def test_one_person_has_one_seat_and_none_with_an_ended_key(site: Site) -> None:
    """A second passkey is no second vote; a lost one leaves its seat to the next."""
    member = somebody(site, AGENCY, Role.BOARD_MEMBER)
    first, _ = with_passkey(site, member, known=False)
    second, _ = with_passkey(site, member, known=False)
    people = SqlPeople(site.private)
    other = TrustedKey(key=named_key("another").public.to_json())
    seats = seated(people, [other], [first.key])

    assert [one.public for one in seated(people, seats, [second.key])] == [other.public, first.key]

    people.move(first.credential, PasskeyState.ENDED)
    assert [one.public for one in seated(people, seats, [second.key])] == [other.public, second.key]


def test_four_people_have_different_roles() -> None:
    """One journey each: officer, publisher, assessor, board member."""
    found = four_people("office", ["office", "north-lab", "south-lab", "council"], ["council"])

    assert [one.organisation for one in found] == ["office", "office", "north-lab", "council"]
    assert len({one.roles for one in found}) == 4
    assert four_people("office", ["office"])[3].organisation == "office"
    assert four_people("city", ["city", "lab", "maker"], ["city"])[3].organisation == "city"


def test_signing_in_again_ends_the_session_before(door: Door) -> None:
    """A cookie that was there before (planted, or of somebody else) is no session afterwards."""
    _invite(door.site, "the-code")
    _with_code(door, "the-code")
    door.client.cookies.clear()
    before = sign_in(door.client, door.site, AGENCY, Role.AUDITOR)
    door.through("officer")
    door.client.cookies.clear()
    door.client.cookies.set(COOKIE, before.secret)

    assert door.client.get("/account").status_code == 303


def test_the_told_node_is_not_for_trying_out() -> None:
    """What the fixtures open is a node as people use it, unless a test says otherwise."""
    assert site_at.__kwdefaults__ == {"url": URL, "dev": False}
