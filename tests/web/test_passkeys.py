"""Keys of people: made, brought, lost, ended; people invited, changed and ended."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from sunlit.adapters.passkeys import registered
from sunlit.adapters.sql.people import SqlPeople
from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.bootstrap.site import Site
from sunlit.claims import authority
from sunlit.cli.main import main
from sunlit.node.enrolment import check_request, enrol, roles_of
from sunlit.node.people import PasskeyState
from sunlit.node.permission import Role
from sunlit.registry.keys import key_claim, person_key
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.dsse import Envelope
from sunlit.statement.keys import PrivateKey, generate
from sunlit.statement.webauthn import RelyingParty
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.testing.site import URL
from sunlit.testing.webauthn import FakePasskey
from tests.rubric.story import DEPLOYER
from tests.web.people import SignedIn, answer, sign_in, somebody, with_passkey


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


def read(page: str) -> str:
    """Return a page as a reader sees and copies it: without its tags."""
    return re.sub("<[^>]+>", "", page)


@pytest.fixture
def officer(client: TestClient, site: Site) -> SignedIn:
    """Sign an officer of the city in."""
    return sign_in(client, site, DEPLOYER, Role.OFFICER)


def test_a_brought_key_waits_for_the_operator_and_then_signs(
    client: TestClient, site: Site, officer: SignedIn, tmp_path: Path
) -> None:
    """Made with `sunlit key new --out`; the node gets the public half, the log the registration."""
    roles = roles_of(officer.person)
    _, envelope = person_key(tmp_path / "k.pem", DEPLOYER, roles, "case officer")

    done = client.post(
        "/account/keys", data=officer.form(label="My key"),
        files={"file": ("k.pem.dsse.json", envelope.to_bytes())},
    )  # fmt: skip
    waiting = client.get("/account/passkeys").text
    (enrolled,) = enrol(SqlPeople(site.private), [site.home(DEPLOYER)], site.clock)

    assert done.headers["location"] == "/account/passkeys"
    assert "Waits for your operator" in waiting
    assert "Ready" in client.get("/account/passkeys").text
    assert not enrolled.board
    directory = site.home(DEPLOYER).history(site.clock.now()).directory
    record = directory.key(enrolled.key.key_id)
    assert record is not None
    assert record.roles == {authority.Role.MAINTAINER}


@pytest.mark.parametrize("wrong", ["organisation", "role", "signature", "claim", "junk"])
def test_a_key_that_asks_for_more_is_refused(site: Site, wrong: str) -> None:
    """Another organisation's, another role's, one that somebody else holds, no key at all."""
    person = somebody(site, DEPLOYER, Role.OFFICER)
    key, other = generate(), generate()
    role = authority.Role.BOARD if wrong == "role" else authority.Role.MAINTAINER
    claim: object = key_claim(ISSUER if wrong == "organisation" else DEPLOYER, key.public, [role])
    if wrong == "claim":
        claim = authority.Revocation(key_id=key.public.key_id, reason="x")
    signer: PrivateKey = other if wrong == "signature" else key
    data = sign_claim(claim, [signer]).to_bytes()  # type: ignore[arg-type]

    with pytest.raises((MalformedError, VerificationError)) as caught:
        check_request(b"{}" if wrong == "junk" else data, person)

    assert caught.value.code.startswith(("enrol.", "statement."))


def test_a_new_passkey_asks_for_what_the_log_can_verify(
    client: TestClient, officer: SignedIn
) -> None:
    """ES256, a check of who is there, this host, and no attestation that tells the device."""
    text = client.get("/account/passkeys").text
    found = re.search(r'data-passkey="create" data-options="([^"]+)"', text)
    assert found is not None
    options = json.loads(found[1].replace("&#34;", '"'))

    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7]
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "node.example"
    assert options["attestation"] == "none"


@pytest.mark.parametrize(
    "text", ["{}", "not json", '{"id":"x","rawId":"x","response":{},"type":"y"}']
)
def test_what_is_no_passkey_is_not_kept(
    client: TestClient, site: Site, officer: SignedIn, text: str
) -> None:
    """Whatever is wrong with the answer, it is one refusal, and the ceremony is over."""
    page = client.get("/account/passkeys").text
    state = page.split('name="state" value="')[1].split('"')[0]
    form = officer.form(state=state, label="My laptop", answer=text)

    first, again = (client.post("/account/passkeys", data=form) for _ in range(2))

    assert "could not be checked" in first.text
    assert "too long ago" in again.text
    for found in (first, again):
        assert found.status_code == 422
        assert 'href="#make"' in found.text
        assert 'value="My laptop"' in found.text
    assert SqlPeople(site.private).passkeys(officer.person.id) == ()
    with pytest.raises(VerificationError):
        registered(text, b"x", RelyingParty("node.example", ("https://node.example",)))


def test_a_key_that_is_not_taken_is_asked_for_again_under_its_name(
    client: TestClient, officer: SignedIn
) -> None:
    """The form again, beside the file why, and the name that was typed; a key is taken once."""
    key, role = generate(), authority.Role.MAINTAINER
    good, other = (
        sign_claim(key_claim(name, key.public, [role]), [key]).to_bytes()
        for name in (DEPLOYER, ISSUER)
    )
    words = []
    for data in (b"junk", other, good, good):
        form = officer.form(label="My terminal")
        found = client.post("/account/keys", data=form, files={"file": ("x", data)})
        words.append(found.text)

    for found, why in ((0, "does not ask for a key"), (1, "other roles"), (3, "is here already")):
        assert 'href="#file"' in words[found]
        assert 'value="My terminal"' in words[found]
        assert why in words[found]
    again = client.get("/account/passkeys").text
    assert again.count(">My terminal<") == 1
    assert 'value="My device"' in again


def test_a_second_passkey_is_called_the_second(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """Nobody has to tell two by the day on which they were made."""
    key, _ = with_passkey(site, officer.person, known=False)
    people = SqlPeople(site.private)
    people.move(key.credential, PasskeyState.ENDED)
    for name in ("My device", "My device 2"):
        fresh = FakePasskey(rp_id="node.example", origins=(URL,))
        kept = replace(key, key=fresh.public, credential=fresh.public.key_id[:32], label=name)
        people.add_passkey(replace(kept, state=PasskeyState.WAITING))

    assert 'value="My device 3"' in client.get("/account/passkeys").text


def test_a_registration_that_was_broken_off_can_be_signed_later(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """The key signs for itself; then it waits for the operator."""
    key, fake = with_passkey(site, officer.person, known=False)
    asked = client.post(f"/account/passkeys/{key.credential}/register", data=officer.form())
    where = asked.headers["location"]
    shown = client.get(where)
    message = client.get(where + "/statement").content
    pae = Envelope("application/vnd.in-toto+json", message, ()).signed_bytes

    done = client.post(where, data=officer.form(answer=answer(key, fake, pae)))

    assert "Register your passkey" in shown.text
    assert "waiting for your operator" in client.get(done.headers["location"]).text
    (waiting,) = SqlPeople(site.private).waiting(DEPLOYER)
    assert Envelope.parse(waiting.registration).payload == message


def test_a_lost_key_is_ended_and_the_operator_told_how(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """The page explains before, and gives the line for the operator after."""
    key, _ = with_passkey(site, officer.person)
    where = f"/account/passkeys/{key.credential}/end"

    before = client.get(where).text
    after = client.post(where, data=officer.form()).text

    assert "stolen" in before
    assert f"sunlit key revoke {key.key.key_id} --reason lost" in read(after)
    assert SqlPeople(site.private).passkeys(officer.person.id) == ()
    assert client.get(where).status_code == 404
    assert client.get("/account/lost-passkey").status_code == 200


def test_staff_who_leave_are_out_at_once(client: TestClient, site: Site, officer: SignedIn) -> None:
    """Sessions end, keys end here, and the operator gets what to revoke in the log."""
    key, _ = with_passkey(site, officer.person)
    leaver = officer.secret
    admin = sign_in(client, site, DEPLOYER, Role.ADMIN)
    where = f"/account/people/{officer.person.id}"
    assert officer.person.label in client.get("/account/people").text

    done = client.post(f"{where}/end", data=admin.form())

    assert f"sunlit key revoke {key.key.key_id} --reason left" in read(done.text)
    assert "Ended on" in client.get(where).text
    found = SqlPeople(site.private).passkey(key.credential)
    assert found is not None
    assert found.state is PasskeyState.ENDED
    client.cookies.clear()
    client.cookies.set("__Host-sunlit", leaver)
    assert client.get("/account").status_code == 303


def test_an_administrator_changes_roles_of_others_only(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """Their own, another organisation's, or roles that nobody can give: refused."""
    stranger = somebody(site, ISSUER, Role.OFFICER)
    admin = sign_in(client, site, DEPLOYER, Role.ADMIN)
    change = f"/account/people/{officer.person.id}/roles"

    done = client.post(change, data=admin.form(roles=["officer", "publisher"]))
    assert done.status_code == 303
    changed = SqlPeople(site.private).person(officer.person.id)
    assert changed is not None
    assert changed.roles == {Role.OFFICER, Role.PUBLISHER}
    for roles in ([], ["public"], ["officer", "king"]):
        assert client.post(change, data=admin.form(roles=roles)).status_code == 422
    own = client.post(f"/account/people/{admin.person.id}/end", data=admin.form())
    assert "people.not-yourself" in own.text
    for id_ in (stranger.id, "0" * 32):
        for found in (
            client.get(f"/account/people/{id_}"),
            client.post(f"/account/people/{id_}/end", data=admin.form()),
        ):
            assert found.status_code == 404
            assert "people.no-such" in found.text


def test_whoever_loses_a_role_has_a_key_that_is_to_be_revoked(
    client: TestClient, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log knows keys, not people: the page gives the line that takes the key back there."""
    person = somebody(site, DEPLOYER, Role.ASSESSOR, Role.AUDITOR)
    kept, _ = with_passkey(site, person)
    admin = sign_in(client, site, DEPLOYER, Role.ADMIN)
    change = f"/account/people/{person.id}/roles"

    less = client.post(change, data=admin.form(roles=["auditor", "officer"]))
    home = site.home(DEPLOYER)
    line = f"sunlit key revoke {kept.key.key_id} --reason role-ended --home HOME"
    words = line.replace("HOME", str(home.root)).split()[1:]
    code, said = _run(capsys, *words)
    more = client.post(change, data=admin.form(roles=["auditor", "officer", "admin"]))

    assert line in read(less.text)
    assert code == 0, said
    (claim,) = [
        one.claim for one in home.history(site.clock.now() + timedelta(days=1_300)).statements
        if isinstance(one.claim, authority.Revocation)
    ]  # fmt: skip
    assert claim.key_id == kept.key.key_id
    assert more.status_code == 303


def test_the_audit_shows_ones_own_organisation_only(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """Who invited whom to what; no other organisation's rows."""
    admin = sign_in(client, site, DEPLOYER, Role.ADMIN)
    client.post("/account/people/invite", data=admin.form(label="x", roles="auditor"))
    assert "Invited" in client.get("/account/audit").text

    sign_in(client, site, ISSUER, Role.AUDITOR)

    assert "Invited" not in client.get("/account/audit").text


def test_the_audit_names_keys_and_roles_as_people_do(
    client: TestClient, site: Site, officer: SignedIn
) -> None:
    """A key by its name, ended too, with its id to copy; roles in words; the code's way in."""
    key, _ = with_passkey(site, officer.person, known=False)
    client.post(f"/account/passkeys/{key.credential}/end", data=officer.form())
    admin = sign_in(client, site, DEPLOYER, Role.ADMIN)
    form = admin.form(label="x", roles=["auditor", "board-member"])

    invitation = client.post("/account/people/invite", data=form).text
    page = client.get("/account/audit").text

    assert f"Open {URL}/sign-in<" in invitation
    assert "works once, and until" in invitation
    assert "Ended a passkey or signing key" in page
    assert f"Test passkey <code>{key.key.key_id[:8]}</code>" in page
    assert f"hidden>{key.key.key_id}</span>" in page
    assert "Auditor, Board member" in page
    assert "key-ended" not in page


def test_the_operator_enrols_from_the_command_line(
    site: Site, officer: SignedIn, capsys: pytest.CaptureFixture[str]
) -> None:
    """First look, then agree; a board's key needs the trust file besides."""
    with_passkey(site, officer.person, known=False)
    words = ("node", "enrol", DEPLOYER, "--at", str(site.node.root))

    looked = _run(capsys, *words, "--dry-run")
    waits = len(SqlPeople(site.private).waiting(DEPLOYER))
    done = _run(capsys, *words)
    again = _run(capsys, *words)

    assert looked[0] == 0
    assert "Test passkey" in looked[1]
    assert waits == 1
    assert "Test passkey" in done[1]
    assert "Nothing waits" in again[1]


def test_a_prepared_statement_is_signed_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`sunlit key sign` signs a statement as it is, and nothing else."""
    key = generate()
    write_key_file(tmp_path / "k.pem", key)
    claim = authority.Revocation(key_id="ab" * 32, reason="left")
    payload = sign_claim(claim, [key]).payload
    file = tmp_path / "statement.json"
    file.write_bytes(payload)
    words = ("key", "sign", str(file), "--key", f"file:{tmp_path / 'k.pem'}")

    done = _run(capsys, *words)
    signed = Envelope.parse((tmp_path / "statement.json.dsse.json").read_bytes())
    file.write_bytes(b'{"not": "a statement"}')
    refused = _run(capsys, *words)

    assert done[0] == 0, done[1]
    assert signed.payload == payload
    key.public.verify(signed.signed_bytes, signed.signatures[0].sig)
    assert refused[0] == 2


def test_a_second_key_takes_a_step_up(client: TestClient, site: Site, officer: SignedIn) -> None:
    """Whoever finds an open browser cannot add a key of their own beside one that is there."""
    with_passkey(site, officer.person)
    assert isinstance(site.clock, SetClock)
    site.clock.at += timedelta(minutes=6)

    page = client.get("/account/passkeys").text
    state = page.split('name="state" value="')[1].split('"')[0]
    made = client.post("/account/passkeys", data=officer.form(state=state, label="x", answer="{}"))
    brought = client.post(
        "/account/keys", data=officer.form(label="x"), files={"file": ("x", b"{}")}
    )

    for found in (made, brought):
        assert found.headers["location"] == "/account/confirm?back=%2Faccount%2Fpasskeys"
