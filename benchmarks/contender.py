"""Start a contender in an environment of its own and read what it measured.

`make bench-data` and `make bench-audit` make `.venv-presidio`, `.venv-nannyml` and the others;
PRESIDIO_PYTHON and the like name other interpreters. A contender that is missing is left out,
which is said. None may call home: what switches telemetry off is set for all.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sunlit.producers.quiet import quiet

ROOT: Final = Path(__file__).parent.parent
LONGEST: Final = 1_500  # seconds
PRESIDIO: Final = "presidio"
PYCANON: Final = "pycanon"


class MissingError(RuntimeError):
    """A contender's environment is not there."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process measured; bytes of memory, seconds of CPU and wall."""

    wall: float
    cpu: float
    peak: int
    before: int
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def versions(self) -> dict[str, str]:
        """The versions of the packages that did the work."""
        return dict(self.facts.get("versions", {}))


def python_of(name: str) -> str:
    """Return the interpreter of a contender's environment.

    Raises:
        MissingError: There is none.
    """
    said = os.environ.get(f"{name.upper()}_PYTHON")
    place = Path(said) if said else ROOT / f".venv-{name}" / "bin" / "python"
    if not place.exists():
        raise MissingError(f"{place} is not there: `make bench-data bench-audit` makes it")
    return str(place)


def ours(*arguments: str | Path) -> Run:
    """Run our own side of `benchmarks.data`."""
    return here("data_ours", *arguments)


def here(module: str, *arguments: str | Path) -> Run:
    """Run a module of this folder in this environment."""
    return _run([sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)])


def beside(name: str, module: str, *arguments: str | Path) -> Run:
    """Run a module of this folder in a contender's environment."""
    return _run([python_of(name), "-m", f"benchmarks.{module}", *map(str, arguments)])


def presidio(*arguments: str | Path) -> Run:
    """Run Presidio's side."""
    return beside(PRESIDIO, "data_presidio", *arguments)


def pycanon(*arguments: str | Path) -> Run:
    """Run pyCANON's side."""
    return beside(PYCANON, "data_pycanon", *arguments)


def _run(command: Sequence[str]) -> Run:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=LONGEST, cwd=ROOT,
        env=quiet(),
    )  # fmt: skip
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-8:])
        raise RuntimeError(f"{' '.join(command[2:5])} ended with {done.returncode}:\n{last}")
    # Whatever a library prints comes before: the measurement is the last line.
    found = json.loads(done.stdout.splitlines()[-1])
    took = {name: found.pop(name) for name in ("wall", "cpu", "peak", "before")}
    return Run(**took, facts=found)
