"""Which reported problems stand, and in what state each is. Pure.

A problem is the first statement of its number that an operator of an organisation said; what is
done about it counts when the same organisation says so, about the same subject.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.base.marking import N_
from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.incident import SETTLED, Problem, ProblemState, ProblemUpdate
from sunlit.claims.names import named_digest
from sunlit.statement.intoto import Subject

# The short list of what may be wrong, each as it is asked on the form.
KINDS: Final = {
    "wrong-result": N_("It gave a wrong or unsafe result"),
    "unfair": N_("It treats some people worse than others"),
    "not-as-described": N_("It is not what its page says, or is used for something else"),
    "privacy": N_("It uses or shows personal information that it should not"),
    "security": N_("It can be misused or broken into"),
    "no-human": N_("Nobody looked at the decision, or nobody would"),
    "page": N_("This website is wrong or does not work"),
    "other": N_("Something else"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A problem with what was done about it, in the order of the log, as of a time."""

    said: Admitted
    claim: Problem
    organisation: str
    updates: tuple[tuple[Admitted, ProblemUpdate], ...] = ()

    @property
    def state(self) -> ProblemState | None:
        """The latest state; None where nobody has answered."""
        return self.updates[-1][1].state if self.updates else None

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to be done about it."""
        return self.state not in SETTLED

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether its reporter was promised an answer by now and none was given."""
        return not self.updates and self.claim.answer_by is not None and self.claim.answer_by < at


def problem_subject(component: str, release: str | None = None) -> Subject:
    """Return what is said about a problem is about: the release, else the component's name."""
    name = bare(component)
    return Subject(name, {"sha256": release or named_digest("component", name)})


def receivers(said: Admitted, directory: Directory) -> frozenset[str]:
    """Return the organisations whose operators said this, as of its entry."""
    if said.admitted_at is None:
        return frozenset()
    at = said.admitted_at
    return frozenset(
        one
        for one in directory.organisations(said)
        if directory.may(said, Role.OPERATOR, organisation=one, at=at).allowed
    )


def problems(said: Iterable[Admitted], directory: Directory) -> tuple[Standing, ...]:
    """Return the problems that count, in the order in which they were logged."""
    found: dict[tuple[str, str], Standing] = {}
    for one in said:
        claim = one.claim
        if isinstance(claim, Problem):
            for organisation in sorted(receivers(one, directory)):
                found.setdefault(
                    (organisation, claim.number),
                    Standing(said=one, claim=claim, organisation=organisation),
                )
        elif isinstance(claim, ProblemUpdate):
            for organisation in receivers(one, directory):
                _take(found, (organisation, claim.number), one, claim)
    return tuple(found.values())


def _take(
    found: dict[tuple[str, str], Standing], name: tuple[str, str], said: Admitted,
    claim: ProblemUpdate,
) -> None:  # fmt: skip
    known = found.get(name)
    if known is None or not same_subject(known.said, said):
        return
    found[name] = Standing(
        said=known.said, claim=known.claim, organisation=known.organisation,
        updates=(*known.updates, (said, claim)),
    )  # fmt: skip


def same_subject(one: Admitted, other: Admitted) -> bool:
    """Tell whether two statements are about one and the same digest."""
    digests = [it.digest.get("sha256") for it in one.subjects]
    return len(digests) == 1 and [it.digest.get("sha256") for it in other.subjects] == digests
