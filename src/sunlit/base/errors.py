"""One error root, three families that a caller can act on.

Every error carries a stable `code` (documented in docs/reference/errors.md, compared by a
test) and a message that says what, expected, got, and how to mend it.
"""

from functools import partial
from typing import ClassVar, Final

from sunlit.base.marking import N_
from sunlit.base.wording import ENGLISH, fixed, joined, text, told

HOLDS: Final = 0
DOES_NOT_HOLD: Final = 1
WRONG_USAGE: Final = 2
COULD_NOT_FIND_OUT: Final = 3


class SunlitError(Exception):
    """The root of every error that Sunlit raises on purpose.

    `code` is `<area>.<what>` in lower case, for example `log.checkpoint-signature`.
    """

    exit_code: ClassVar[int] = WRONG_USAGE

    def __init__(
        self,
        code: str,
        what: str,
        *,
        expected: str | None = None,
        got: str | None = None,
        mend: str | None = None,
    ) -> None:
        self.code = code
        self.what = what
        self.expected = expected
        self.got = got
        self.mend = mend
        super().__init__(self.told())

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error travel from another process whole: its parts are keywords."""
        parts = {"expected": self.expected, "got": self.got, "mend": self.mend}
        return partial(type(self), self.code, self.what, **parts), ()

    def told(self, language: str = ENGLISH) -> str:
        """Return what, expected and got in a language; `told(error.mend, ...)` says how to mend."""
        parts = [
            text(what, words=fixed(words)) for what, words in self._beside() if words is not None
        ]
        sentence = [fixed(self.what), *([joined(parts, ", ")] if parts else [])]
        return told(joined(sentence, ": "), language)

    def _beside(self) -> tuple[tuple[str, str | None], ...]:
        return (N_("expected %(words)s"), self.expected), (N_("got %(words)s"), self.got)

    def to_json(self) -> dict[str, str]:
        """Return the parts that are known, for `--json` and problem documents."""
        known = {
            "code": self.code,
            "what": self.what,
            "expected": self.expected,
            "got": self.got,
            "mend": self.mend,
        }
        return {name: value for name, value in known.items() if value is not None}


class MalformedError(SunlitError):
    """The input is not what it claims to be; nothing was checked or written."""

    exit_code = WRONG_USAGE


class VerificationError(SunlitError):
    """The input is well formed and does not hold: a signature, proof, digest or rule fails."""

    exit_code = DOES_NOT_HOLD


class UnavailableError(SunlitError):
    """The answer could not be found out now: a file, lock, disk or peer is missing or busy."""

    exit_code = COULD_NOT_FIND_OUT
