"""What went wrong: a problem that somebody reported, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sunlit.claims.base import Claim, of_type


class ProblemState(StrEnum):
    """Where a reported problem stands."""

    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    FIXED = "fixed"
    NOT_A_FAULT = "not-a-fault"
    CLOSED = "closed"


# Nothing is left to be done about a problem of which one of these was said last.
SETTLED: Final = frozenset({ProblemState.FIXED, ProblemState.NOT_A_FAULT, ProblemState.CLOSED})


@of_type("urn:sunlit:incident:problem:v1", family="incident")
@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Claim):
    """Somebody reported a problem with a component. What they wrote is not here.

    `number` is the public number; `kind` is of a short list; `commitment` (hex SHA-256, salted)
    stands for the text, which the organisation keeps. `answer_by` is what the reporter was told.
    Said by the operator of the organisation that received it.
    Subject: the release where it is known, else `named_digest("component", purl)`.
    """

    number: str
    component: str
    release: str | None = None
    deployer: str | None = None
    kind: str
    received_on: datetime
    answer_by: datetime | None = None
    commitment: str


@of_type("urn:sunlit:incident:problem-update:v1", family="incident")
@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemUpdate(Claim):
    """What was done about a problem. Subject: as the problem's. `note` names no person."""

    number: str
    state: ProblemState
    note: str
    updated_on: datetime
