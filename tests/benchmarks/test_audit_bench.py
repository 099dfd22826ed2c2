"""What `make bench-audit` rests on: made data, rows with targets, peers that are not there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import pytest

from benchmarks import audit, audit_made, audit_speed, contender
from benchmarks.contender import MissingError, Run
from benchmarks.parts import OURS

FACTS: Final = {"replicate": 2.0, "groups": 140, "controls": 65, "statements": 24}


def ran(cpu: float) -> Run:
    """Return what a process said of a work that took `cpu` seconds."""
    return Run(wall=cpu, cpu=cpu, peak=2**30, before=0, facts=FACTS)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let our side take a second, fairlearn ten, and let no other peer be there."""

    def here(module: str, *words: object) -> Run:
        return ran(10.0 if module == "audit_fairlearn" else 1.0)

    def beside(name: str, *words: object) -> Run:
        raise MissingError(f"{name} is not installed: make bench-audit")

    @contextmanager
    def stub() -> Iterator[str]:
        yield "http://127.0.0.1:1/v1"

    monkeypatch.setattr(contender, "here", here)
    monkeypatch.setattr(contender, "beside", beside)
    monkeypatch.setattr(audit_speed, "_stub", stub)
    for sizes in (audit_speed.PEOPLE, audit_speed.ROWS):
        monkeypatch.setitem(sizes, "full", 100)


@pytest.mark.parametrize("make", [audit_made.decisions, audit_made.sample])
def test_made_data_is_the_same_for_the_same_seed(make: Callable[..., Any], tmp_path: Path) -> None:
    """Contenders and later runs are given the same."""
    for name in ("one", "two"):
        make(tmp_path / name, 300)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_every_third_column_of_a_moved_sample_moves(tmp_path: Path) -> None:
    """There is drift to be found, and not in every column."""
    audit_made.sample(tmp_path / "then", 4_000)
    audit_made.sample(tmp_path / "now", 4_000, moved=0.5)
    then, now = (pq.read_table(tmp_path / name).to_pandas() for name in ("then", "now"))
    assert len(then.columns) == 20
    assert now["n0"].mean() - then["n0"].mean() == pytest.approx(0.5, abs=0.1)
    assert now["n1"].mean() - then["n1"].mean() == pytest.approx(0, abs=0.1)


def test_people_have_the_attributes_that_are_audited(tmp_path: Path) -> None:
    """Four of them, in 140 groups at most, with a prediction and an outcome of 0 or 1."""
    audit_made.decisions(tmp_path / "d", 2_000)
    held = pq.read_table(tmp_path / "d").to_pydict()
    assert {name: len(set(held[name])) for name in audit_made.GROUPS} == audit_made.GROUPS
    assert set(held["predicted"]) == set(held["outcome"]) == {0, 1}


def test_what_fairlearn_would_take_is_extrapolated_and_said_to_be(
    processes: None, tmp_path: Path
) -> None:
    """One pass measured, and 15 combinations of 1,000 replicates at 2 seconds each."""
    part = audit_speed.bias(tmp_path, "full")
    assert part.rows[0].samples["fairlearn, extrapolated"] == [10 + 15 * 1_000 * 2]
    assert part.rows[0].target is not None
    assert part.rows[0].target.is_met
    assert "**Its intervals are extrapolated**" in part.text


@pytest.mark.parametrize("name", ["drift", "redteam"])
def test_our_side_is_measured_where_no_peer_is_there(
    processes: None, tmp_path: Path, name: str
) -> None:
    """Nothing is compared with nobody, and the page says who is missing."""
    part = audit_speed.WORKS[name](tmp_path, "full")
    assert all(list(row.samples) == [OURS] for row in part.rows)
    assert all(row.target is None for row in part.rows)
    assert "not installed" in part.notes[0]


def test_targets_are_judged_at_full_scale_only(processes: None, tmp_path: Path) -> None:
    """A small run is too small to be believed."""
    assert audit_speed.rubric(tmp_path, "quick").rows[0].target is None
    full = audit_speed.rubric(tmp_path, "full").rows[0].target
    assert full is not None
    assert full.is_met


def test_every_part_of_the_page_is_measured() -> None:
    """A name that nobody measures would be found out after twenty minutes."""
    assert {words for _, words in audit.SUITE.parts.values()} == set(audit_speed.WORKS)
