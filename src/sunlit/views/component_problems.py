"""Problems that somebody reported with a component, and where each stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.incident import Problem as Reported
from sunlit.claims.incident import ProblemState, ProblemUpdate
from sunlit.rubric.evidence import Evidence

CLOSED: Final = frozenset({ProblemState.FIXED, ProblemState.NOT_A_FAULT, ProblemState.CLOSED})


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
        return self.state not in CLOSED


def problems(evidence: Evidence) -> tuple[Problem, ...]:
    """Return the problems with the component, newest first; only who received one updates it."""
    found = []
    for said, claim in evidence.current(Reported):
        own = evidence.organisations(said)
        if not own or bare(claim.component) != bare(evidence.component or ""):
            continue
        last = _last(evidence, claim.number, own)
        update = last.claim if last else None
        told = update if isinstance(update, ProblemUpdate) else None
        found.append(Problem(
            number=claim.number, kind=claim.kind, received_on=claim.received_on,
            statement=said.statement_id, organisation=", ".join(sorted(own)),
            state=told.state if told else None, note=told.note if told else None,
            updated_on=told.updated_on if told else None,
        ))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.received_on, one.number), reverse=True))


def open_problems(evidence: Evidence) -> tuple[Problem, ...]:
    """Return those that nobody has settled."""
    return tuple(one for one in problems(evidence) if one.is_open)


def _last(evidence: Evidence, number: str, own: frozenset[str]) -> Admitted | None:
    said = [
        one
        for one, claim in evidence.current(ProblemUpdate)
        if claim.number == number and evidence.organisations(one) & own
    ]
    return said[-1] if said else None
