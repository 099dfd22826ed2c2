"""Three answers, and what each rests on. Only HOLDS passes; silence is not consent."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sunlit.base.errors import COULD_NOT_FIND_OUT, DOES_NOT_HOLD
from sunlit.base.errors import HOLDS as EXIT_HOLDS


class Outcome(StrEnum):
    """The answer to one control."""

    HOLDS = "HOLDS"
    FAILS = "FAILS"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule answers.

    `reason` is a plain sentence; `rests_on` the ids of the statements that decided;
    `expires` the earliest time at which one of them stops counting; `mend` a command that is
    more exact than the control's own, where the rule knows one. `evidences` is False where
    the control holds because nothing was asked: then no practice is shown.
    """

    outcome: Outcome
    reason: str
    rests_on: tuple[str, ...] = ()
    expires: str | None = None
    mend: str | None = None
    evidences: bool = True

    @classmethod
    def holds(
        cls,
        reason: str,
        rests_on: Iterable[str] = (),
        *,
        expires: str | None = None,
        evidences: bool = True,
    ) -> "Verdict":
        """Return a HOLDS; it must rest on something."""
        return cls(
            outcome=Outcome.HOLDS,
            reason=reason,
            rests_on=tuple(rests_on),
            expires=expires,
            evidences=evidences,
        )

    @classmethod
    def fails(
        cls, reason: str, rests_on: Iterable[str] = (), *, mend: str | None = None
    ) -> "Verdict":
        """Return a FAILS."""
        return cls(outcome=Outcome.FAILS, reason=reason, rests_on=tuple(rests_on), mend=mend)

    @classmethod
    def unknown(
        cls, reason: str, rests_on: Iterable[str] = (), *, mend: str | None = None
    ) -> "Verdict":
        """Return an UNKNOWN: nobody said, or nobody said so with a signature that counts."""
        return cls(outcome=Outcome.UNKNOWN, reason=reason, rests_on=tuple(rests_on), mend=mend)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer to one control of a rubric, with the way to mend it."""

    control: str
    title: str
    outcome: Outcome
    reason: str
    rests_on: tuple[str, ...] = ()
    expires: str | None = None
    mend: str | None = None
    practices: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the finding for `--json`; blanks are null, so that they show."""
        return {
            "control": self.control,
            "title": self.title,
            "outcome": str(self.outcome),
            "reason": self.reason,
            "restsOn": list(self.rests_on),
            "expires": self.expires,
            "mend": self.mend,
            "practices": list(self.practices),
        }


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 1 if any FAILS, else 3 if any is UNKNOWN (or there are none), else 0."""
    outcomes = {finding.outcome for finding in findings}
    if Outcome.FAILS in outcomes:
        return DOES_NOT_HOLD
    if Outcome.UNKNOWN in outcomes or not outcomes:
        return COULD_NOT_FIND_OUT
    return EXIT_HOLDS
