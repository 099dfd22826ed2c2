"""People for the web's tests: signed in without a provider, with a passkey that the log knows.

officer = sign_in(client, site, "agency.example", Role.OFFICER)
answer = client.post("/work/...", data=officer.form(label="x"))
"""

import json
from dataclasses import dataclass
from typing import Final

from starlette.testclient import TestClient

from sunlit.adapters.sql.people import SqlPeople
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.authority.statements import sign_claim
from sunlit.bootstrap.site import Site
from sunlit.node.enrolment import enrol, roles_of
from sunlit.node.people import Passkey, Person, new_secret, person_id
from sunlit.node.permission import Role
from sunlit.registry.keys import key_claim
from sunlit.statement.encoding import decode_base64, encode_base64url
from sunlit.testing.webauthn import FakePasskey
from sunlit.web import csrf
from sunlit.web.sessions import COOKIE

ISSUER: Final = "https://idp.example"


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in with a client."""

    person: Person
    secret: str

    def form(self, **fields: object) -> dict[str, object]:
        """Return a form's fields with the session's token."""
        return {csrf.FIELD: csrf.token(self.secret), **fields}


def somebody(site: Site, organisation: str, *roles: Role, name: str = "") -> Person:
    """Keep a person with roles in an organisation."""
    known = person_id(ISSUER, f"{organisation} {name} {' '.join(sorted(roles))}")
    person = Person(
        id=known, organisation=organisation, roles=frozenset(roles),
        label=name or ", ".join(sorted(roles)), since=site.clock.now(),
    )  # fmt: skip
    SqlPeople(site.private).add(person)
    return person


def sign_in(
    client: TestClient, site: Site, organisation: str, *roles: Role, name: str = ""
) -> SignedIn:
    """Sign somebody in with this client; whoever was signed in with it before is not any more."""
    return sign_in_as(client, site, somebody(site, organisation, *roles, name=name))


def sign_in_as(client: TestClient, site: Site, person: Person) -> SignedIn:
    """Sign a known person in with this client."""
    secret = new_secret()
    SqlSessions(site.private).start(secret, person.id, site.clock.now())
    client.cookies.clear()
    client.cookies.set(COOKIE, secret, domain=client.base_url.host)
    return SignedIn(person, secret)


def sign_out(client: TestClient) -> None:
    """Let the client be nobody again."""
    client.cookies.clear()


def with_passkey(site: Site, person: Person, *, known: bool = True) -> tuple[Passkey, FakePasskey]:
    """Give a person a passkey; `known`: their organisation's log knows it already."""
    host = site.node.url.removeprefix("https://")
    fake = FakePasskey(rp_id=host, origins=(site.node.url,))
    claim = key_claim(person.organisation, fake.public, roles_of(person))
    kept = Passkey(
        credential=encode_base64url(fake.public.key_id[:16].encode()), person=person.id,
        key=fake.public, label="Test passkey", since=site.clock.now(),
        registration=sign_claim(claim, [fake]).to_bytes(),
    )  # fmt: skip
    people = SqlPeople(site.private)
    people.add_passkey(kept)
    if known:
        enrol(people, [site.home(person.organisation)], site.clock)
    found = people.passkey(kept.credential)
    assert found is not None
    return found, fake


def answer(passkey: Passkey, fake: FakePasskey, message: bytes, **client: object) -> str:
    """Return what a browser sends of an assertion over `message`, as `passkey.js` writes it."""
    parts = json.loads(fake.assertion(message, **client))  # type: ignore[arg-type]
    response = {
        name: encode_base64url(decode_base64(parts[name], "x", name))
        for name in ("authenticatorData", "clientDataJSON", "signature")
    }
    document = {
        "id": passkey.credential, "rawId": passkey.credential, "type": "public-key",
        "response": response,
    }  # fmt: skip
    return json.dumps(document)
