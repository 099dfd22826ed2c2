"""A prepared statement is signed by its person, once, as it is; everything else is refused."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.sql.acts import SqlActs
from sunlit.adapters.sql.people import SqlPeople
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Use
from sunlit.node.acts import COSIGN, SUBMIT, Act, Told, prepare
from sunlit.node.people import Passkey, PasskeyState
from sunlit.node.permission import Role
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import generate
from sunlit.testing.webauthn import FakePasskey
from sunlit.web import acts as web_acts
from tests.rubric.story import DEPLOYER
from tests.web.people import SignedIn, answer, sign_in, somebody, with_passkey

CLAIM = Use(
    id="sorting", deployer=DEPLOYER, component="pkg:generic/triage", area=9,
    description="Sorts <b>letters</b>", jurisdictions=("GB",),
)  # fmt: skip
SUBJECT = Subject("sorting", {"sha256": named_digest("use", f"{DEPLOYER}#sorting")})


@pytest.fixture
def officer(client: TestClient, site: Site) -> SignedIn:
    """Sign an officer of the city in."""
    return sign_in(client, site, DEPLOYER, Role.OFFICER)


@pytest.fixture
def key(site: Site, officer: SignedIn) -> tuple[Passkey, FakePasskey]:
    """Give the officer a passkey that the city's log knows."""
    return with_passkey(site, officer.person)


def _act(site: Site, officer: SignedIn, then: str = COSIGN) -> Act:
    told = Told(title="Declare a use", consequence="It is public.", back="/work", then=then)
    act = prepare(officer.person, CLAIM, [SUBJECT], told, site.clock.now())
    SqlActs(site.private).put(act)
    return act


def test_what_is_signed_is_shown_and_enters_the_log(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """The page says every field; the passkey's answer leads to an entry with its receipt."""
    act = _act(site, officer)
    shown = client.get(f"/account/sign/{act.id}")
    assert "Sorts &lt;b&gt;letters&lt;/b&gt;" in shown.text
    assert act.challenge in shown.text

    done = client.post(
        f"/account/sign/{act.id}", data=officer.form(answer=answer(*key, act.message))
    )
    worker(site).once()
    receipt = client.get(done.headers["location"])

    assert done.status_code == 303
    assert "Signed and in the log" in receipt.text
    assert act.statement in receipt.text
    proof = client.get(f"/account/sign/{act.id}/receipt/proof")
    assert proof.text.startswith("c2sp.org/tlog-proof@v1")
    signed = Envelope.parse(client.get(f"/account/sign/{act.id}/receipt/statement").content)
    assert signed.payload == act.payload


def test_a_statement_is_signed_once(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """A replay of the same answer, or another one, is refused."""
    act = _act(site, officer)
    where = f"/account/sign/{act.id}"
    client.post(where, data=officer.form(answer=answer(*key, act.message)))

    again = client.post(where, data=officer.form(answer=answer(*key, act.message)))

    assert again.status_code == 409
    assert "act.done-already" in again.text
    assert client.get(where).headers["location"].endswith("/receipt")


def test_an_answer_for_another_statement_is_refused(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """Each challenge is of one statement's bytes."""
    one, two = _act(site, officer), _act(site, officer, SUBMIT)
    other = replace(two, payload=two.payload.replace(b"letters", b"lettres"))

    found = client.post(
        f"/account/sign/{one.id}", data=officer.form(answer=answer(*key, other.message))
    )

    assert found.status_code == 409
    assert "key.bad-signature" in found.text


@pytest.mark.parametrize(
    "client_data", [{"origin": "https://evil.example"}, {"type": "webauthn.create"}],
)  # fmt: skip
def test_an_answer_from_elsewhere_is_refused(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey],
    client_data: dict[str, str],
) -> None:  # fmt: skip
    """Another origin, or another ceremony, signs nothing here."""
    act = _act(site, officer)

    found = client.post(
        f"/account/sign/{act.id}",
        data=officer.form(answer=answer(key[0], key[1], act.message, **client_data)),
    )

    assert "key.bad-signature" in found.text


def test_nobody_signs_for_somebody_else(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """Another person's passkey is no key of this person, and their act is none of mine."""
    colleague = somebody(site, DEPLOYER, Role.OFFICER, name="another")
    theirs = with_passkey(site, colleague)
    act = _act(site, officer)
    of_colleague = _act(site, SignedIn(colleague, ""))

    found = client.post(
        f"/account/sign/{act.id}", data=officer.form(answer=answer(*theirs, act.message))
    )

    assert found.status_code == 409
    assert "act.not-your-key" in found.text
    assert client.get(f"/account/sign/{of_colleague.id}").status_code == 404


@pytest.mark.parametrize("state", [PasskeyState.WAITING, PasskeyState.ENDED])
def test_a_key_that_the_log_does_not_know_signs_nothing(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey],
    state: PasskeyState,
) -> None:  # fmt: skip
    """A passkey that waits for the operator, or that was ended, is not asked and not taken."""
    SqlPeople(site.private).move(key[0].credential, state)
    act = _act(site, officer)

    assert key[0].credential not in client.get(f"/account/sign/{act.id}").text
    found = client.post(
        f"/account/sign/{act.id}", data=officer.form(answer=answer(*key, act.message))
    )
    assert "act.not-your-key" in found.text


def test_a_page_left_open_for_long_is_prepared_anew(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """What a statement rests on may have changed after an hour."""
    told = Told(title="x", consequence="x", back="/work")
    at = site.clock.now() - timedelta(hours=2)
    act = prepare(officer.person, CLAIM, [SUBJECT], told, at)
    SqlActs(site.private).put(act)

    found = client.post(
        f"/account/sign/{act.id}", data=officer.form(answer=answer(*key, act.message))
    )

    assert "act.too-late" in found.text


def test_what_was_signed_elsewhere_can_be_handed_in(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """Without JavaScript: download the very bytes, sign them, send the envelope back."""
    act = _act(site, officer)
    payload = client.get(f"/account/sign/{act.id}/statement").content
    envelope = sign(payload, [key[1]])

    done = client.post(
        f"/account/sign/{act.id}", data=officer.form(),
        files={"envelope": ("x.dsse.json", envelope.to_bytes())},
    )  # fmt: skip

    assert done.status_code == 303
    assert "waiting for the log" in client.get(done.headers["location"]).text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("payload", "act.changed"),
        ("key", "act.not-your-key"),
        ("nothing", "act.no-signature"),
        ("garbage", "json"),
    ],
)
def test_a_file_that_is_not_what_was_prepared_is_refused(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey],
    change: str, code: str,
) -> None:  # fmt: skip
    """A changed statement, another key, no file, no envelope."""
    act = _act(site, officer)
    data = {
        "payload": sign(act.payload.replace(b"letters", b"lettres"), [key[1]]).to_bytes(),
        "key": sign(act.payload, [generate()]).to_bytes(),
        "nothing": b"",
        "garbage": b"not an envelope",
    }[change]

    found = client.post(
        f"/account/sign/{act.id}", data=officer.form(), files={"envelope": ("x.json", data)}
    )

    assert found.status_code in {400, 409}
    assert code in found.text
    assert SqlActs(site.private).get(act.id, officer.person.id).envelope is None  # type: ignore[union-attr]


def test_what_the_log_refuses_is_said(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """A deployer's word without the operator's signature does not enter; the page says so."""
    act = _act(site, officer, SUBMIT)

    done = client.post(
        f"/account/sign/{act.id}", data=officer.form(answer=answer(*key, act.message))
    )
    worker(site).once()

    shown = client.get(done.headers["location"]).text
    assert "The log did not take it" in shown
    assert "admit.refused" in shown


def test_an_area_can_take_the_signed_statement_itself(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """What is kept until a second person acts is signed and not submitted."""
    taken: list[str] = []

    @web_acts.then("test-keep")
    def keep(request: object, act: Act, envelope: Envelope) -> None:
        taken.append(envelope.statement_id)

    act = _act(site, officer, "test-keep")
    done = client.post(
        f"/account/sign/{act.id}", data=officer.form(answer=answer(*key, act.message))
    )

    assert taken == [act.statement]
    assert "Your signature is kept" in client.get(done.headers["location"]).text
    gone = client.get(f"/account/sign/{act.id}/receipt/proof")
    assert gone.headers["location"].endswith("/receipt")


@pytest.mark.parametrize(
    "sent", ["{}", "[]", '{"id":1,"response":{}}', '{"id":"x","response":{}}', "\x00"]
)
def test_nonsense_from_an_authenticator_is_refused(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey], sent: str
) -> None:
    """What no browser sends is malformed, and nothing is kept of it."""
    act = _act(site, officer)

    found = client.post(f"/account/sign/{act.id}", data=officer.form(answer=sent))

    assert found.status_code == 400


def test_the_receipt_of_what_is_not_signed_leads_to_signing(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """There is no receipt before there is a signature; without a key the page says what to do."""
    act = _act(site, officer)

    found = client.get(f"/account/sign/{act.id}/receipt")

    assert found.headers["location"].endswith(act.id)
    assert "You need a passkey to sign" in client.get(f"/account/sign/{act.id}").text


def test_options_name_only_keys_of_this_person(
    client: TestClient, site: Site, officer: SignedIn, key: tuple[Passkey, FakePasskey]
) -> None:
    """The browser is told the challenge, the host and one's own passkeys, and must verify."""
    act = _act(site, officer)
    text = client.get(f"/account/sign/{act.id}").text
    found = re.search(r'data-options="([^"]+)"', text)
    assert found is not None

    options = json.loads(found[1].replace("&#34;", '"'))

    assert options["rpId"] == "node.example"
    assert options["userVerification"] == "required"
    assert [one["id"] for one in options["allowCredentials"]] == [key[0].credential]
