"""`sunlit data risk`: what it prints, writes and ends with."""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from sunlit.base.errors import UnavailableError
from sunlit.cli import data_risk
from sunlit.recognise.plan_read import load_plan


@pytest.fixture
def ages(tmp_path: Path) -> Path:
    path = tmp_path / "ages.parquet"
    rows = {"age": [i % 70 for i in range(500)], "area": [i % 13 for i in range(500)]}
    parquet.write_table(pa.table({**rows, "sex": ["f", "m"] * 250}), path)
    return path


def _run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(data_risk.command, [*map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_over_the_limit_it_says_what_to_change_and_ends_with_1(ages: Path) -> None:
    """A person reads the verdict, the sources and the plan."""
    code, said = _run(ages, "--profile", "controlled-training", "--sensitive", "sex")

    assert code == 1
    assert "OVER 0.2" in said
    assert "cell size of five" in said
    assert "What to change, one at a time" in said
    assert "t-equal of sex" in said


def test_within_the_limits_it_ends_with_0(ages: Path) -> None:
    """And there is nothing to change."""
    code, said = _run(ages, "--profile", "controlled-training", "--quasi", "sex")

    assert code == 0
    assert "within the 20 % of controlled-training" in said
    assert "What to change" not in said


def test_a_plan_is_written_and_updated(ages: Path, tmp_path: Path) -> None:
    """The second time the plan that is there is read first."""
    plan = tmp_path / "plan.toml"

    first = _run(ages, "--profile", "public-release", "--plan", plan)
    made = load_plan(plan)
    again = _run(ages, "--profile", "public-release", "--plan", plan)

    assert (first[0], again[0]) == (1, 1)
    assert f"Plan: {plan}" in first[1]
    assert made == load_plan(plan)
    assert made.columns


def test_json_and_reports(ages: Path, tmp_path: Path) -> None:
    """One document on standard output: the report that is kept, with the claim and its place."""
    out = tmp_path / "reports"
    out.mkdir()

    code, said = _run(ages, "--profile", "public-release", "--json", "--out", out)

    assert code == 1
    assert json.loads(said)["format"] == "sunlit-data-risk/1"
    report = json.loads((out / "risk.json").read_text())
    assert {name: json.loads(said)[name] for name in report} == report
    assert f"Report: {out / 'risk.json'}" in json.loads(said)["kept"]


def test_without_the_extra_it_says_what_to_install(
    ages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3: it could not be found out."""
    monkeypatch.setitem(sys.modules, "sunlit.producers.data.risk", None)

    with pytest.raises(UnavailableError) as caught:
        _run(ages, "--profile", "public-release")

    assert caught.value.mend == "pip install 'sunlit[data]'"
