"""People at work on the test node: each signs what a page proposed, and the log takes it."""

from dataclasses import dataclass

from starlette.testclient import TestClient

from sunlit.adapters.sql.acts import SqlActs
from sunlit.adapters.sql.people import SqlPeople
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import worker
from sunlit.node.people import Passkey, PasskeyState
from sunlit.node.permission import Role
from sunlit.registry.admit import open_ledger
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.keys import PrivateKey
from sunlit.testing.webauthn import FakePasskey
from tests.web.people import SignedIn, answer, sign_in, with_passkey


@dataclass
class Worker:
    """Somebody with a key, who can sign in again and again with one client."""

    client: TestClient
    site: Site
    organisation: str
    roles: tuple[Role, ...]
    name: str
    passkey: tuple[Passkey, FakePasskey] | None = None
    key: PrivateKey | None = None
    here: SignedIn | None = None

    def arrives(self) -> "Worker":
        """Sign in; whoever was there before is not any more."""
        self.here = sign_in(self.client, self.site, self.organisation, *self.roles, name=self.name)
        return self

    @property
    def person(self) -> SignedIn:
        """Who is signed in."""
        assert self.here is not None
        return self.here

    def gets(self, path: str, status: int = 200, /) -> str:
        """Open a page."""
        found = self.client.get(path)
        assert found.status_code == status, (path, found.status_code, found.text[-3000:])
        return str(found.text)

    def sends(self, path: str, status: int = 303, /, **fields: object) -> str:
        """Send a form; return where it leads, or the page that came."""
        found = self.client.post(path, data=self.person.form(**fields))
        assert found.status_code == status, (path, found.status_code, found.text[-3000:])
        return str(found.headers["location"] if status == 303 else found.text)

    def signs(self, where: str, *, status: int = 303) -> str:
        """Sign what was proposed, as this person can; return the receipt after the log took it."""
        act = SqlActs(self.site.private).get(where.rsplit("/", 1)[-1], self.person.person.id)
        assert act is not None, where
        if self.passkey is not None:
            data = self.person.form(answer=answer(*self.passkey, act.message))
            found = self.client.post(where, data=data)
        else:
            assert self.key is not None
            envelope = sign(act.payload, [self.key]).to_bytes()
            found = self.client.post(
                where, data=self.person.form(), files={"envelope": ("signed.json", envelope)}
            )
        assert found.status_code == status, found.text[-3000:]
        if status != 303:
            return str(found.text)
        worker(self.site).once()
        return self.gets(found.headers["location"])


def with_known_key(
    client: TestClient, site: Site, organisation: str, key: PrivateKey, *roles: Role
) -> Worker:
    """Return somebody whose key of the command line the logs know already."""
    found = Worker(client, site, organisation, roles, "Keyholder", key=key).arrives()
    SqlPeople(site.private).add_passkey(Passkey(
        credential=f"file-{key.public.key_id[:16]}", person=found.person.person.id,
        key=key.public, label="Key file", since=site.clock.now(), state=PasskeyState.KNOWN,
    ))  # fmt: skip
    return found


def with_a_passkey(
    client: TestClient, site: Site, organisation: str, name: str, *roles: Role,
    told: tuple[str, ...] = (),
) -> Worker:  # fmt: skip
    """Return somebody whose passkey the log of their organisation knows, and those of `told`."""
    found = Worker(client, site, organisation, roles, name).arrives()
    found.passkey = with_passkey(site, found.person.person)
    for other in told:
        with open_ledger(site.home(other), site.clock) as ledger:
            ledger.admit(Envelope.parse(found.passkey[0].registration))
    return found


def day(name: str, value: str) -> dict[str, str]:
    """Return the three fields of a date that is written year-month-day."""
    year, month, number = value.split("-")
    return {f"{name}-year": year, f"{name}-month": month, f"{name}-day": number}
