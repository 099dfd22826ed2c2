"""What the numbered checks of a bundle found, in words that a non-specialist can act on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sunlit.base.errors import COULD_NOT_FIND_OUT, DOES_NOT_HOLD, HOLDS, SunlitError


class Outcome(StrEnum):
    """What one check found. Only Passed passes: what could not be checked is Not done."""

    PASSED = "Passed"
    FAILED = "Failed"
    NOT_DONE = "Not done"


# Number and name are the same in the command, in verify.html and on index.html (spec/bundle.md).
NAMES: Final = (
    "files", "trust", "registration", "record", "anchors", "opening", "token", "use", "human",
    "statements", "findings",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One numbered check. `code` is documented in docs/reference/errors.md."""

    number: int
    name: str
    outcome: Outcome
    words: str
    code: str | None = None
    mend: str | None = None

    @classmethod
    def passed(cls, name: str, words: str) -> "Check":
        """Return a check that passed."""
        return cls(number=number_of(name), name=name, outcome=Outcome.PASSED, words=words)

    @classmethod
    def failed(cls, name: str, error: SunlitError) -> "Check":
        """Return the check that an error failed."""
        return cls._ended(name, Outcome.FAILED, error)

    @classmethod
    def not_done(cls, name: str, words: str, *, mend: str | None = None) -> "Check":
        """Return a check for which something is missing."""
        return cls(
            number=number_of(name), name=name, outcome=Outcome.NOT_DONE, words=words, mend=mend
        )

    @classmethod
    def unavailable(cls, name: str, error: SunlitError) -> "Check":
        """Return the check that an error kept from being done."""
        return cls._ended(name, Outcome.NOT_DONE, error)

    @classmethod
    def _ended(cls, name: str, outcome: Outcome, error: SunlitError) -> "Check":
        said = str(error)
        return cls(
            number=number_of(name), name=name, outcome=outcome,
            words=f"{said[:1].upper()}{said[1:]}.", code=error.code, mend=error.mend,
        )  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """Return the check for `--json`."""
        return {
            "number": self.number,
            "name": self.name,
            "outcome": str(self.outcome),
            "words": self.words,
            "code": self.code,
            "mend": self.mend,
        }


def number_of(name: str) -> int:
    """Return the number under which a check is known."""
    return NAMES.index(name) + 1


def exit_code(checks: tuple[Check, ...]) -> int:
    """Return 1 if any check failed, else 3 if any was not done, else 0."""
    found = {check.outcome for check in checks}
    if Outcome.FAILED in found:
        return DOES_NOT_HOLD
    return COULD_NOT_FIND_OUT if Outcome.NOT_DONE in found else HOLDS
