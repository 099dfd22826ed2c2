"""What a verification found, step by step, in words that a non-specialist can act on."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sunlit.base.errors import (
    COULD_NOT_FIND_OUT,
    DOES_NOT_HOLD,
    HOLDS,
    SunlitError,
    UnavailableError,
)
from sunlit.base.times import format_time
from sunlit.runtime.statuslist import StatusListToken
from sunlit.runtime.token import SafetyToken


class StepOutcome(StrEnum):
    """What one step found. NOT_ASKED: the caller gave nothing to compare with."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    UNKNOWN = "UNKNOWN"
    NOT_ASKED = "NOT ASKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step. `code` is documented in docs/reference/errors.md."""

    number: int
    name: str
    outcome: StepOutcome
    words: str
    code: str | None = None
    mend: str | None = None

    @classmethod
    def of_error(cls, number: int, name: str, error: SunlitError) -> "Step":
        """Return the step that an error ends: UNKNOWN when it could not be found out."""
        missing = isinstance(error, UnavailableError)
        said = str(error)
        return cls(
            number=number, name=name, words=f"{said[:1].upper()}{said[1:]}.",
            code=error.code, mend=error.mend,
            outcome=StepOutcome.UNKNOWN if missing else StepOutcome.FAILS,
        )  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """Return the step for `--json`."""
        return {
            "number": self.number,
            "name": self.name,
            "outcome": str(self.outcome),
            "words": self.words,
            "code": self.code,
            "mend": self.mend,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All steps of one verification, and what was verified as far as it got."""

    at: datetime
    trust_version: int
    steps: tuple[Step, ...]
    token: SafetyToken | None = None
    status_list: StatusListToken | None = None

    @property
    def holds(self) -> bool:
        """Tell whether everything that was asked holds."""
        accepted = (StepOutcome.HOLDS, StepOutcome.NOT_ASKED)
        return all(step.outcome in accepted for step in self.steps)

    @property
    def first_failure(self) -> Step | None:
        """The first step that does not hold."""
        accepted = (StepOutcome.HOLDS, StepOutcome.NOT_ASKED)
        return next((step for step in self.steps if step.outcome not in accepted), None)

    @property
    def exit_code(self) -> int:
        """0 holds, 1 does not hold, 3 could not find out."""
        failure = self.first_failure
        if failure is None:
            return HOLDS
        fails = any(step.outcome is StepOutcome.FAILS for step in self.steps)
        return DOES_NOT_HOLD if fails else COULD_NOT_FIND_OUT

    def to_json(self) -> dict[str, object]:
        """Return the verification for `--json`."""
        token = self.token
        return {
            "holds": self.holds,
            "at": format_time(self.at),
            "trustVersion": self.trust_version,
            "grant": token.grant_id if token else None,
            "release": token.claims.release if token else None,
            "statusListIssued": format_time(self.status_list.issued_at)
            if self.status_list
            else None,
            "steps": [step.to_json() for step in self.steps],
        }
