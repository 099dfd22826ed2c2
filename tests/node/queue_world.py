"""A home whose log takes registrations, for the tests of the queue and the sequencer."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Engine

from sunlit.adapters.sql.leases import SqlLeases
from sunlit.adapters.sql.queue import SqlSubmissions
from sunlit.authority.statements import sign_claim
from sunlit.base.times import Clock
from sunlit.claims.authority import Key, Organisation, Role
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.names import named_digest
from sunlit.node.bell import Bell
from sunlit.node.sequence import Sequencer
from sunlit.node.submit import MEBIBYTE, Bound, Ticket
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import give_trust, home_at, trust_for

AGENCY = "agency.example"
OPERATOR = named_key(f"{AGENCY}/operator")
MAINTAINER = named_key(f"{AGENCY}/maintainer")


def home_with_agency(root: Path, clock: Clock | None = None) -> Home:
    """Make a home whose log knows an agency's operator and maintainer: three entries."""
    clock = clock or SetClock(START)
    home = home_at(root, ROOT, clock, [Role.OPERATOR])
    give_trust(trust_for(home), home)
    root_key = named_key(f"{ROOT}/operator")
    with open_ledger(home, clock) as ledger:
        ledger.admit(sign_claim(Organisation(id=AGENCY, name=AGENCY), [root_key]))
        for key, role in ((OPERATOR, Role.OPERATOR), (MAINTAINER, Role.MAINTAINER)):
            claim = Key(organisation=AGENCY, key=key.public.to_json(), roles=(role,))
            ledger.admit(sign_claim(claim, [root_key, key]))
    return home


def subject(component: str) -> Subject:
    """Return what a registration of a component is about."""
    return Subject("component", {"sha256": named_digest("component", component)})


def registration(number: int, *, kind: str = "code") -> Envelope:
    """Return the agency's registration of its component of that number."""
    component = f"pkg:generic/{AGENCY}/c{number}"
    claim = Registration(
        organisation=AGENCY, component=component, kind=kind, name=f"Component {number}",
        description="What it does", source="form",
    )  # fmt: skip
    return sign_claim(claim, [OPERATOR], [subject(component)])


def publication(number: int, *, key: str = "maintainer") -> Envelope:
    """Return the word of the agency's second person that the registration is published."""
    claim = Publication(
        organisation=AGENCY, statement=registration(number).statement_id, decision="publish"
    )
    signer = named_key(f"{AGENCY}/{key}")
    return sign_claim(claim, [signer], [subject(f"pkg:generic/{AGENCY}/c{number}")])


def submissions(
    engine: Engine, clock: Clock, *, bound: int = 100, size: int = MEBIBYTE
) -> SqlSubmissions:
    """Return the queue in a store; it does not sleep."""
    return SqlSubmissions(
        engine=engine, clock=clock, bound=Bound(bound, size), sleep=lambda _: None
    )


class Silent(Bell):
    """A bell that nobody rings, and that nobody waits for; notes for how long one would have."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wait(self, seconds: float | None) -> bool:
        """Note it."""
        self.waited.append(seconds or 0)
        return False


def sequencer(home: Home, queue: SqlSubmissions, holder: str = "worker") -> Sequencer:
    """Return a worker for one home, whatever organisation it is asked for."""
    leases = SqlLeases(engine=queue.engine, clock=queue.clock)
    return Sequencer(
        home=lambda _: home, backlog=queue, leases=leases, clock=queue.clock, holder=holder,
        bell=Silent(),
    )  # fmt: skip


def put(queue: SqlSubmissions, envelopes: Iterable[Envelope]) -> list[Ticket]:
    """Put envelopes one by one."""
    return [queue.put(AGENCY, envelope.to_bytes()) for envelope in envelopes]
