"""A guard's decision log in real processes: killed under load, and grown to a million records."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.long.guard import kill_under_load


def grow(where: Path, count: int) -> dict[str, float]:
    """Grow a log in a process of its own, so that its memory is nobody else's."""
    command = [sys.executable, "-m", "tests.crash.long.million", str(where), str(count)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(said)
    return found


def test_kills_of_a_guard_lose_no_decision(tmp_path: Path) -> None:
    """A handful of kills; `make check-long` does five hundred."""
    outcome = kill_under_load(tmp_path / "store", 5)

    assert outcome.broken == []
    assert outcome.acknowledged > 0


def test_a_grown_log_starts_at_once(tmp_path: Path) -> None:
    """Some thousand records; `make check-long` writes a million."""
    found = grow(tmp_path, 9_600)

    assert found["records"] == 9_600 + 2_000
    assert found["startCpuSeconds"] < 2


@pytest.mark.long
def test_five_hundred_kills_of_a_guard_lose_no_decision(tmp_path: Path) -> None:
    """At random moments of six threads that never rest."""
    outcome = kill_under_load(tmp_path / "store", 500)

    assert outcome.broken == []
    assert outcome.slowest_start < 2


@pytest.mark.long
def test_a_million_records_neither_fill_the_memory_nor_slow_the_start(tmp_path: Path) -> None:
    """Nothing grows with the data, and no start reads it all."""
    found = grow(tmp_path, 1_000_000)

    assert found["startCpuSeconds"] < 2
    assert found["memoryMost"] < found["memoryAfterTenth"] + 16 * 1024 * 1024
