"""The demo, played once for all tests, and copies of where it ends."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.cli.doors import Door, Ended

COUNCIL: Final = "riverside.example"
MAKER: Final = "benefits.example"
LABS: Final = ("north-lab", "south-lab")
SCOPES: Final = ("performance", "fairness", "target-validity")
USE: Final = ("--use", "outreach")
ATTESTED: Final = "assu-4"
ROOT: Final = Path(__file__).parents[2]
# Where `make check` plays it, beside other work, and the file that holds its exit code once it
# ended. Read here: tests see no variable of Sunlit's.
PLAYED: Final = os.environ.get("SUNLIT_PLAYED_DEMO")
ENDED: Final = os.environ.get("SUNLIT_PLAYED_ENDED")


def play(directory: Path) -> Path:
    """Play the demo below `directory`, unless it was played for this run; return where it lies."""
    if PLAYED:
        _wait()
        return Path(PLAYED)
    demo = directory / "demo"
    with (directory / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "demo.done").exists():
            shutil.rmtree(demo, ignore_errors=True)
            _run_demo(demo)
            (directory / "demo.done").touch()
    return demo


def _wait() -> None:
    """Return when the demo has ended that another process plays, or the test has timed out."""
    if ENDED is None:
        return
    file, said = Path(ENDED), ""
    while not said.strip():
        said = file.read_text() if file.exists() else ""
        time.sleep(0.2)
    assert said.strip() == "0", "the demo failed: `make check` shows what it said"


def _run_demo(demo: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sunlit", "demo", "--in", str(demo)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


@dataclass(frozen=True)
class Town:
    """A copy of where the demo ends; each command runs in this process, at somebody's home."""

    root: Path
    sunlit: Door

    def __call__(self, *words: object, at: str | None = None, expect: int | None = 0) -> Ended:
        """Run a command, at a home where one is named; it has to end as expected."""
        home = ("--home", self.root / at) if at else ()
        ended = self.sunlit(*words, *home)
        assert expect in (None, ended.code), f"{words}: {ended.code}: {ended.out}{ended.err}"
        return ended

    def json(self, *words: object, at: str | None = None, expect: int | None = 0) -> Any:  # noqa: ANN401 - whatever it printed
        """Run a command and read what it printed."""
        return json.loads(self(*words, "--json", at=at, expect=expect).out)

    @property
    def model(self) -> Path:
        """The maker's folder."""
        return self.root / "model"

    @property
    def trust(self) -> Path:
        """The trust file that a stranger has."""
        return self.root / "trust.json"

    @property
    def token(self) -> Path:
        """The folder of the one token that was issued."""
        (found,) = (self.root / "council" / "tokens").glob("*.token")
        return found

    def brought(self, *homes: str, to: str = "council") -> None:
        """Let a home take over the logs of others."""
        for home in homes:
            self("log", "import", self.root / home / "log", at=to)

    def assured(self, *more: object) -> dict[str, Any]:
        """Assure the model for the council's use; return what it printed."""
        words = ("assure", self.model, *USE, "--deployer", COUNCIL, *more)
        found = self.json(*words, at="council", expect=None)
        assert isinstance(found, dict)
        return found

    def finding(self, control: str, *more: object) -> Mapping[str, Any]:
        """Assure the model and return the finding of one control."""
        findings = self.assured(*more)["findings"]
        found = next(one for one in findings if one["control"] == control)
        assert isinstance(found, dict)
        return found

    def key_of(self, home: str, name: str) -> str:
        """Return the id of a home's key."""
        return str(self.json("key", "show", name, at=home)["keyId"])

    def said(self, kind: str, *, by: str) -> str:
        """Return the id of the latest statement of a kind that an assessor made."""
        rows = self.json("log", "show", at=by)
        return str([row for row in rows if kind in str(row)][-1]["statement"])
