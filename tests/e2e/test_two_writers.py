"""Two processes admit to one log at once: one waits its turn, and nothing is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.base.errors import SunlitError
from sunlit.registry import admit
from sunlit.registry.home import Home
from tests.e2e.played import USE, Town

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo

HOLD: Final = """
import sys
from pathlib import Path
from sunlit.adapters.clock import SystemClock
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
with open_ledger(Home.open(Path(sys.argv[1])), SystemClock()):
    print("open", flush=True)
    sys.stdin.read()
"""


def start(*words: str) -> subprocess.Popen[str]:
    """Start a Python process of its own."""
    return subprocess.Popen(
        [sys.executable, *words], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip


def mitigation(town: Town, evidence: str) -> Sequence[str]:
    """Return the words that say something new at the council's home."""
    return ("use", "mitigate", str(town.model), *USE, "--practice", "M4", "--evidence", evidence,
            "--home", str(town.root / "council"), "--json")  # fmt: skip


def size(town: Town) -> int:
    """Return how many entries the council's log has."""
    return int(town.json("log", "checkpoint", at="council")["size"])


def test_a_second_writer_is_refused_and_the_first_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`log.writer-busy`, exit 3: nothing was written, and it can be said again."""
    monkeypatch.setattr(admit, "TRIES", 1)
    before = size(town)
    first = start("-c", HOLD, str(town.root / "council"))
    assert first.stdout is not None
    assert first.stdout.readline() == "open\n"

    second = town.sunlit(*mitigation(town, "once"))
    during = size(town)
    first.communicate()
    again = town.sunlit(*mitigation(town, "once"))

    assert second.code == 3
    assert json.loads(second.out)["error"]["code"] == "log.writer-busy"
    assert (during, first.returncode) == (before, 0)
    assert again.code == 0
    assert size(town) == before + 1


def test_a_second_writer_waits_its_turn(town: Town) -> None:
    """It asks again a moment later, and writes once the first has gone."""
    first = start("-c", HOLD, str(town.root / "council"))
    assert first.stdout is not None
    first.stdout.readline()
    naps = list[float]()

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            first.communicate()

    with admit.open_ledger(Home.open(town.root / "council"), SystemClock(), nap) as ledger:
        assert ledger.log.size == size(town)

    assert naps == [admit.POLL] * 3


def test_a_second_writer_does_not_wait_for_ever(town: Town) -> None:
    """Five seconds, no more."""
    first = start("-c", HOLD, str(town.root / "council"))
    assert first.stdout is not None
    first.stdout.readline()
    naps = list[float]()

    with pytest.raises(SunlitError) as caught:
        admit.writing(Home.open(town.root / "council"), SystemClock(), naps.append)
    first.communicate()

    assert caught.value.code == "log.writer-busy"
    assert sum(naps) == pytest.approx(5)


def test_writers_in_a_crowd_lose_nothing(town: Town) -> None:
    """Each waits its turn and is acknowledged; what was acknowledged is there."""
    before = size(town)

    crowd = [start("-m", "sunlit", *mitigation(town, f"number {n}")) for n in range(4)]
    said = [(*one.communicate(), one.returncode) for one in crowd]

    accepted = [json.loads(out) for out, _, code in said if code == 0]
    assert [json.loads(out)["error"] for out, _, code in said if code != 0] == []
    assert size(town) == before + len(accepted)
    held = {row["statement"] for row in town.json("log", "show", at="council")}
    assert {one["statement"] for one in accepted} <= held
    town("log", "fsck", at="council")


def test_a_killed_writer_leaves_the_log_open_to_the_next(town: Town) -> None:
    """The operating system takes the lock back; nobody has to clear anything away."""
    first = start("-c", HOLD, str(town.root / "council"))
    assert first.stdout is not None
    first.stdout.readline()
    first.kill()
    first.communicate()

    assert town.sunlit(*mitigation(town, "after")).code == 0
    town("log", "fsck", at="council")
