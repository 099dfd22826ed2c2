"""Call the command line in this process: what it prints, and the code it ends with."""

from dataclasses import dataclass

import pytest

from sunlit.cli.main import main


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Door:
    """Calls commands and captures what they print."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: object) -> Ended:
        """Run `sunlit` with these words."""
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as done:
            code = done.code if isinstance(done.code, int) else 0
        printed = self.capture.readouterr()
        return Ended(code, printed.out, printed.err)
