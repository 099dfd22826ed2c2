"""A node's log in which a use is at work, for tests of the workbench."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sunlit.claims.names import named_digest
from sunlit.claims.risk import BoardSession, Use
from sunlit.node.known import Known, use_key
from sunlit.node.permission import Actor, Role
from sunlit.registry.saying import Said, say
from sunlit.registry.use import declare_use
from sunlit.rubric.risk_code import scheme
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import BOARD, named_key
from tests.node.logs import known_of
from tests.registry.telling import CITY, Telling, telling
from tests.rubric.story import DEPLOYER, LABS, LATER, USE, use

KEY = use_key(DEPLOYER, USE)
BLANK = use_key(DEPLOYER, "blank")


def actor(organisation: str, *roles: Role, person: str = "ann") -> Actor:
    """Return somebody who is signed in."""
    return Actor(person=person, organisation=organisation, roles=frozenset(roles))


OFFICER = actor(DEPLOYER, Role.OFFICER)
MEMBER = actor(BOARD, Role.BOARD_MEMBER)
CHAIR = actor(BOARD, Role.CHAIR)
ASSESSOR = actor(LABS[2], Role.ASSESSOR)


def member_key(number: int) -> PrivateKey:
    """Return the key of a member of the board."""
    return named_key(f"{BOARD}/{number}")


@dataclass
class Working:
    """A telling with what the node knows of it."""

    told: Telling
    known: Known

    @property
    def at(self) -> datetime:
        """Now."""
        return self.told.clock.at

    def opened(self, **changes: object) -> Said:
        """Open a session of the board on the use."""
        ledger, component = self.told.ledger, self.told.component
        claim = BoardSession(
            board=BOARD, release=component.release, use=USE, deployer=DEPLOYER,
            scheme=scheme().id, opened_on=ledger.now(), closes_on=self.at + timedelta(hours=5),
        )  # fmt: skip
        claim = replace(claim, **changes)  # type: ignore[arg-type]
        return say(ledger, claim, component.subject(), member_key(1))

    def declared(self, name: str, **changes: object) -> Use:
        """Declare another use."""
        claim = replace(use(), id=name, **changes)  # type: ignore[arg-type]
        declare_use(self.told.ledger, claim, CITY)
        return claim


@contextmanager
def working(root: Path) -> Iterator[Working]:
    """Tell everything but the board's votes, and let a node read it."""
    with telling(root) as told:
        told.registered().made().declared()
        told.attested(0)
        home = told.ledger.home
        known = known_of(root, (home,), told.clock.at)
        found = Working(told, known)
        found.declared("blank", component="pkg:generic/x.example/other")
        yield found


def subject_of(name: str) -> Subject:
    """Return the subject of a use."""
    whole = f"{DEPLOYER}#{name}"
    return Subject(whole, {"sha256": named_digest("use", whole)})


__all__ = ["LATER", "Working", "actor", "member_key", "subject_of", "working"]
