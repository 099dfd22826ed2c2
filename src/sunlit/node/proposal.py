"""What somebody is about to say, before it is signed: the claim, about what, in whose log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sunlit.claims.base import Claim
from sunlit.node.acts import SUBMIT, Act, Told, prepare
from sunlit.node.people import Person
from sunlit.statement.intoto import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A claim to be signed. `log` names the organisation whose log takes it (None: one's own).

    `title` says what it is, `consequence` what follows once it is in the log.
    """

    claim: Claim
    subjects: tuple[Subject, ...]
    title: str
    consequence: str
    back: str
    log: str | None = None
    then: str = SUBMIT
    context: Mapping[str, str] = field(default_factory=dict)

    def act(self, person: Person, at: datetime) -> Act:
        """Return the act by which a person signs this."""
        told = Told(
            title=self.title, consequence=self.consequence, back=self.back, then=self.then,
            context=self.context,
        )  # fmt: skip
        return prepare(person, self.claim, self.subjects, told, at, log=self.log)
