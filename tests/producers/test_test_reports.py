"""Reports count for the bytes they tested, and by their figures, not by their word."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from sunlit.claims.assurance import Result, TestResult
from sunlit.producers.test_reports import TestReportsProducer
from sunlit.registry.producing import ComponentFolder
from tests.producers.folders import claims, codes, written

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "spec/schemas/test-report.schema.json").read_text())
MODEL = b"tree\n"


def report(digest: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return a report about one model file."""
    whole: dict[str, Any] = {
        "format": "sunlit-test-report/1",
        "kind": "performance",
        "tested": [{"name": "model.txt", "digest": {"sha256": digest}}],
        "data": [{"name": "test", "digest": {"sha256": "1" * 64}}],
        "tool": "evaluate.py",
        "testedOn": "2026-01-01T00:00:00Z",
        "result": "PASSED",
        "metrics": [
            {"name": "auc", "value": 0.9, "threshold": "0.8", "better": "higher", "rows": 5}
        ],
    }
    return whole | changes


def folder_with(tmp_path: Path, **changes: Any) -> ComponentFolder:  # noqa: ANN401 - any JSON
    """Return a folder with a model and one report about it."""
    digest = written(tmp_path, {"model.txt": MODEL}).manifest.files[0].sha256
    return written(tmp_path, {"sunlit-tests/p.json": json.dumps(report(digest, **changes))})


def test_a_report_about_these_bytes_counts(tmp_path: Path) -> None:
    """With its data, its tool and its date."""
    folder = folder_with(tmp_path, limits="one year", validUntil="2027-01-01T00:00:00Z")

    produced = TestReportsProducer().produce(folder)

    (claim,) = claims(produced, TestResult)
    assert claim.result is Result.PASSED
    assert claim.passed_tests == ("auc",)
    assert claim.configuration[0].digest == {"sha256": "1" * 64}
    assert claim.extra["sunlit_limits"] == "one year"
    assert codes(produced) == []
    document = json.loads((tmp_path / "sunlit-tests/p.json").read_text())
    jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize(
    ("metric", "claimed", "result"),
    [
        ({"value": "0.7", "threshold": "0.8"}, "PASSED", Result.FAILED),
        ({"value": "0.7", "threshold": "0.8", "better": "lower"}, "PASSED", Result.PASSED),
        ({"value": "0.9", "threshold": "0.8", "better": "lower"}, "PASSED", Result.FAILED),
        ({"value": "0.8", "threshold": "0.8"}, "PASSED", Result.PASSED),
        ({"value": "0.9", "threshold": "0.8"}, "FAILED", Result.FAILED),
        ({"value": "0.9", "threshold": "0.8"}, "WARNED", Result.WARNED),
        ({"value": "0.9"}, "PASSED", Result.WARNED),
        ({"value": None, "threshold": "0.8", "why": "too few"}, "PASSED", Result.WARNED),
        ({"threshold": "0.8", "group": "SEX=1"}, None, Result.WARNED),
    ],
)
def test_figures_decide(
    tmp_path: Path, metric: dict[str, Any], claimed: str | None, result: Result
) -> None:
    """A claim of PASSED is not believed; a claim of FAILED is."""
    folder = folder_with(tmp_path, metrics=[{"name": "auc", **metric}], result=claimed)

    produced = TestReportsProducer().produce(folder)

    (claim,) = claims(produced, TestResult)
    assert claim.result is result
    disagrees = claimed == "PASSED" and result is not Result.PASSED
    assert codes(produced) == (["producer.report-disagrees"] if disagrees else [])


def test_a_report_about_other_bytes_does_not_count(tmp_path: Path) -> None:
    """Nor one about a file that holds no weights."""
    folder = folder_with(tmp_path, tested=[{"digest": {"sha256": "2" * 64}}])
    produced = TestReportsProducer().produce(folder)
    assert (produced.drafts, codes(produced)) == ((), ["producer.other-model"])

    readme = written(tmp_path, {"README": "x"}).entry("README")
    assert readme is not None
    produced = TestReportsProducer().produce(
        folder_with(tmp_path, tested=[{"digest": {"sha256": readme.sha256}}])
    )
    assert codes(produced) == ["producer.other-model"]


def test_a_report_beside_the_release_may_name_the_release(tmp_path: Path) -> None:
    """Below `.sunlit` it is no part of what it names."""
    release = written(tmp_path, {"model.txt": MODEL}).release
    folder = written(tmp_path, {".sunlit/tests/p.json": json.dumps(report(release))})

    produced = TestReportsProducer().produce(folder)

    assert folder.release == release
    assert len(produced.drafts) == 1
    assert TestReportsProducer().inputs(folder) == [".sunlit/tests/p.json"]


def test_without_a_report_nothing_is_known(tmp_path: Path) -> None:
    """The note says where one would be looked for."""
    produced = TestReportsProducer().produce(written(tmp_path, {"model.txt": MODEL}))

    assert codes(produced) == ["producer.no-report"]


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "other/1"},
        {"tested": []},
        {"tested": [{"name": "m"}]},
        {"metrics": []},
        {"metrics": [{"name": "auc", "value": "high"}]},
        {"metrics": [{"name": "auc", "value": 1, "better": "bigger"}]},
        {"kind": None},
        {"result": "GREAT"},
    ],
    ids=str,
)
def test_a_malformed_report_is_noted(tmp_path: Path, changes: dict[str, Any]) -> None:
    """It says nothing, rather than something else."""
    produced = TestReportsProducer().produce(folder_with(tmp_path, **changes))

    assert (produced.drafts, codes(produced)) == ((), ["producer.bad-report"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(report("0" * 64, **changes), SCHEMA)
