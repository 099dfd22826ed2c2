"""The benchmarks' page says what was measured, and what limits a target that is missed."""

import json
import os
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks import machine, process, render, run
from benchmarks.parts import OURS, Part, Row, Target, ratio, rotated


def part(measured: float, *, name: str = "append") -> Part:
    """Return a part with one row whose target is a rate of at least 1."""
    target = Target(
        name=name, text="at least the peer's rate", measured=measured, bound=1.0, at_least=True
    )
    row = Row(
        what="256 a commit", unit="appends/s", samples={OURS: [1.0, 3.0, 2.0], "peer": [20.0]},
        ratio=f"{measured} of the peer's rate", target=target,
    )  # fmt: skip
    return Part(name="append", title="Appends", text="Words.", rows=[row], versions={"peer": "1"})


def test_a_cell_is_the_median_with_the_least_and_the_greatest() -> None:
    """One sample stands alone; none is an empty cell."""
    page = render.part(part(2.0))

    assert "| **2.00** (1.00 to 3.00) | 20.0 |" in page
    assert render.cell([]) == ""
    assert render.cell([12_345.6]) == "12,346"


def test_a_target_that_is_met_says_no_limit() -> None:
    """The text of limits.toml is for targets that are missed."""
    page = render.part(part(1.0))

    assert "| yes |" in page
    assert "Missed" not in page


def test_a_missed_target_says_what_limits_it() -> None:
    """In the table, below it, and in the summary."""
    page = run.report({"CPU": "some"}, [part(0.5)])

    assert "| **no** |" in page
    assert "measured 0.500). What limits it" in page
    assert "**0 of 1 targets met.** Missed: Appends: 256 a commit." in page


def test_a_missed_target_that_nobody_profiled_says_so() -> None:
    """No text is made up."""
    assert render.NOT_SAID in render.part(part(0.5, name="no-such-target"))


def test_a_benchmark_that_did_not_run_is_said() -> None:
    """The others' results stand all the same."""
    page = run.report({}, [part(2.0), run.Failed("proofs", "no module named pymerkle")])

    assert "## proofs\n\nDid not run: no module named pymerkle" in page
    assert "**1 of 1 targets met.**" in page


def test_a_part_survives_json() -> None:
    """Benchmarks hand their results to the runner as JSON, with `met` beside each target."""
    found = part(0.5)
    plain = json.loads(json.dumps(found.to_json()))

    assert plain["rows"][0]["target"]["met"] is False
    assert Part.from_json(plain) == found


def test_limits_are_only_of_targets_that_exist() -> None:
    """A key that no target has would never be printed."""
    names = {"append", "proofs-inclusion", "proofs-consistency", "hashing-wall", "hashing-cpu",
             "token", "startup", "assure", "decision-cost", "decision-mlflow", "decision-rate",
             "decision-lost", "data-text", "data-table", "data-table-seconds", "data-risk",
             "data-mask", "data-growth", "audit-bias", "audit-bias-wall", "audit-drift",
             "audit-redteam", "audit-rubric", "node-registry", "node-search", "node-pages-kept",
             "node-pages-new", "node-projection", "node-projection-memory"}  # fmt: skip

    assert set(tomllib.loads(render.LIMITS.read_text(encoding="utf-8"))) <= names


def test_the_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """A slow round slows both sides and changes little."""
    assert ratio([2.0, 0.2, 2.0], [1.0, 0.1, 4.0]) == 2.0
    assert [rotated("abc", number)[0] for number in range(4)] == ["a", "b", "c", "a"]


def test_a_process_is_timed_or_its_failure_told() -> None:
    """Exit codes that were not expected end the measurement."""
    took = process.timed([sys.executable, "-c", "pass"])

    assert took.wall > 0
    assert took.cpu > 0
    with pytest.raises(RuntimeError, match="ended with 4"):
        process.timed([sys.executable, "-c", "raise SystemExit(4)"])


def test_the_machine_is_described_without_its_name(tmp_path: Path) -> None:
    """Nothing in RESULTS.md says whose machine it was."""
    said = machine.describe(tmp_path)

    assert {"CPU", "cores", "memory", "kernel", "Python", "file system"} <= said.keys()
    assert os.uname().nodename not in [str(value) for value in said.values()]
    assert not any(str(tmp_path) in str(value) for value in said.values())
