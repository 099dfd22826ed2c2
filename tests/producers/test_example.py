"""The example trains, tests and is described the same way every time."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sunlit.claims.assurance import Result, TestResult
from sunlit.producers.test_reports import TestReportsProducer
from sunlit.registry.producing import ComponentFolder
from tests.producers.folders import claims, codes

pytest.importorskip("lightgbm")
EXAMPLE = Path(__file__).parents[2] / "examples" / "benefits-outreach"


def python(folder: Path, *arguments: str) -> int:
    """Run a program of the example and return its exit code."""
    done = subprocess.run(
        [sys.executable, "-B", *arguments], cwd=folder, check=False, capture_output=True
    )
    return done.returncode


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the example as it is committed."""
    copy = tmp_path_factory.mktemp("example") / "benefits-outreach"
    made = shutil.ignore_patterns("model.txt", "cut.json", "sunlit-tests", "story", "__pycache__")
    shutil.copytree(EXAMPLE, copy, ignore=made)
    return copy


def test_the_usual_cut_fails_people_with_a_disability_and_the_chosen_one_does_not(
    folder: Path,
) -> None:
    """That is the story, and the figures of the card are the figures of the test."""
    assert python(folder, "train.py", "--cut", "0.5") == 0
    assert python(folder, "evaluate.py") == 1
    produced = TestReportsProducer().produce(ComponentFolder.read(folder))
    fairness = next(one for one in claims(produced, TestResult) if one.sunlit_kind == "fairness")
    assert fairness.failed_tests == ("recall of people without cover [DIS=1 (with a disability)]",)

    assert python(folder, "train.py") == 0
    assert codes(TestReportsProducer().produce(ComponentFolder.read(folder))) == [
        "producer.other-model", "producer.other-model",
    ]  # fmt: skip
    assert python(folder, "evaluate.py") == 0
    produced = TestReportsProducer().produce(ComponentFolder.read(folder))
    results = {one.sunlit_kind: one.result for one in claims(produced, TestResult)}
    assert results == {"fairness": Result.WARNED, "performance": Result.PASSED}
    card = (folder / "README.md").read_text()
    report = json.loads((folder / "sunlit-tests" / "performance.json").read_text())
    by_name = {one["name"]: round(float(one["value"]), 3) for one in report["metrics"]}
    assert f"| AUC | {by_name['auc']:.3f} |" in card
    assert f"| Share of people who get a letter | {by_name['share of people who get a letter']:.3f} |" in card  # fmt: skip # noqa: E501


def test_the_story_says_what_the_copy_lacks() -> None:
    """The demo takes these lines out: each must stand there once."""
    toml = (EXAMPLE / "sunlit.toml").read_text().splitlines()

    assert sum(line.startswith("contact = ") for line in toml) == 1
