"""Problems that somebody reported with a component, and where each stands."""

from dataclasses import dataclass
from datetime import datetime

from sunlit.base.purl import bare
from sunlit.capabilities.incident import standing
from sunlit.claims.incident import SETTLED, ProblemState, ProblemUpdate
from sunlit.claims.incident import Problem as Reported
from sunlit.rubric.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reported problem: its public number, kind, and what was said of it last."""

    number: str
    kind: str
    received_on: datetime
    statement: str
    organisation: str
    state: ProblemState | None = None
    note: str | None = None
    updated_on: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has said that it is settled."""
        return self.state not in SETTLED


def problems(evidence: Evidence) -> tuple[Problem, ...]:
    """Return the problems with the component, newest first; only who received one updates it."""
    said = [one for kind in (Reported, ProblemUpdate) for one, _ in evidence.current(kind)]
    found = [
        _problem(one)
        for one in standing.problems(said, evidence.directory)
        if bare(one.claim.component) == bare(evidence.component or "")
    ]
    return tuple(sorted(found, key=lambda one: (one.received_on, one.number), reverse=True))


def open_problems(evidence: Evidence) -> tuple[Problem, ...]:
    """Return those that nobody has settled."""
    return tuple(one for one in problems(evidence) if one.is_open)


def _problem(one: standing.Standing) -> Problem:
    update = one.updates[-1][1] if one.updates else None
    return Problem(
        number=one.claim.number, kind=one.claim.kind, received_on=one.claim.received_on,
        statement=one.said.statement_id, organisation=one.organisation, state=one.state,
        note=update.note if update else None, updated_on=update.updated_on if update else None,
    )  # fmt: skip
