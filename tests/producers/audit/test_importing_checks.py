"""Reports of other tools become claims of security or drift, bounded, with the file's digest."""

import json
from hashlib import sha256

import pytest

from sunlit.base.canonical import encode
from sunlit.claims.assurance import Result
from sunlit.producers.audit.importing import Asked, Imported, Raw, import_report
from tests.architecture.project import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "checks"


def imported(name: str, document: object = None) -> Imported:
    data = (FOLDER / name).read_bytes() if document is None else json.dumps(document).encode()
    found = import_report(Raw(name, data), Asked())
    assert found.claim.sunlit_report is not None
    assert found.claim.sunlit_report.digest == {"sha256": sha256(data).hexdigest()}
    assert len(encode(found.claim.to_predicate())) < 40_000  # fits into an entry of a log
    return found


@pytest.mark.parametrize(
    ("name", "kind", "result"),
    [
        ("bandit-1.9.4.sarif", "security", Result.WARNED),
        ("ruff-0.17.5.sarif", "security", Result.PASSED),
        ("evidently-0.7.23.json", "drift", Result.WARNED),
        ("evidently-0.7.23-tests.json", "drift", Result.FAILED),
    ],
)
def test_real_reports_become_claims(name: str, kind: str, result: Result) -> None:
    """Of real runs; the result is worked out here."""
    claim = imported(name).claim

    assert (claim.sunlit_kind, claim.result) == (kind, result)
    assert claim.sunlit_tool


def result_of(rule: str, level: str = "error", **more: object) -> dict[str, object]:
    return {"ruleId": rule, "level": level, **more}


def sarif(*results: dict[str, object], ended: bool = True) -> dict[str, object]:
    run = {
        "tool": {"driver": {"name": "t", "version": "1"}}, "results": [*results],
        "invocations": [{"executionSuccessful": ended}],
    }  # fmt: skip
    return {"version": "2.1.0", "runs": [run]}


def test_grave_findings_fail_and_are_named() -> None:
    """Each rule with how often it was found."""
    found = imported("a.sarif", sarif(result_of("R1"), result_of("R1"), result_of("R2", "note")))

    by_level = {one.extra["level"]: one for one in found.claim.sunlit_metrics}
    assert found.claim.result is Result.FAILED
    assert found.claim.failed_tests == ("R1",)
    assert found.claim.warned_tests == ("R2",)
    assert (by_level["error"].count, by_level["error"].extra["rules"]) == (2, {"R1": 2})
    assert found.guarded


def test_a_scan_that_ended_early_never_passes() -> None:
    """And says that it is not complete."""
    claim = imported("a.sarif", sarif(ended=False)).claim

    assert (claim.result, claim.sunlit_complete) == (Result.WARNED, False)


def test_suppressed_findings_are_told() -> None:
    """As not tested: somebody chose to pass over them."""
    document = sarif(result_of("R1", suppressions=[{"kind": "inSource"}]))
    claim = imported("a.sarif", document).claim

    assert claim.result is Result.PASSED
    assert claim.sunlit_not_tested[0].what == "1 findings"


def test_a_thousand_rules_fit_into_a_claim() -> None:
    """They are counted, and at most a hundred of a level are named."""
    many = [result_of(f"RULE-{at:06d}") for at in range(1000)]
    claim = imported("a.sarif", sarif(*many)).claim

    assert len(claim.failed_tests) == 200
    assert next(one for one in claim.sunlit_metrics if one.extra["level"] == "error").count == 1000


def vex(*states: str) -> dict[str, object]:
    listed = [{"id": f"CVE-{at}", "analysis": {"state": state}} for at, state in enumerate(states)]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "vulnerabilities": listed}


@pytest.mark.parametrize(
    ("states", "result"),
    [
        (("resolved",), Result.PASSED),
        (("resolved", "in_triage"), Result.WARNED),
        (("resolved", "in_triage", "exploitable"), Result.FAILED),
    ],
)
def test_a_vex_document_answers_for_ids(states: tuple[str, ...], result: Result) -> None:
    """Settled, in triage, exploitable."""
    claim = imported("vex.json", vex(*states)).claim

    assert claim.result is result
    assert claim.passed_tests == ("CVE-0",)
    assert {one.name for one in claim.sunlit_metrics} == {"vex-answers"}


@pytest.mark.parametrize(
    ("checks", "result"),
    [
        ({"Maintained": 9, "Dangerous-Workflow": 10}, Result.PASSED),
        ({"Maintained": 3, "Dangerous-Workflow": 10}, Result.WARNED),
        ({"Maintained": 9, "Dangerous-Workflow": -1}, Result.WARNED),
        ({"Maintained": 9, "Dangerous-Workflow": 0}, Result.FAILED),
    ],
)
def test_a_critical_check_of_scorecard_fails(checks: dict[str, int], result: Result) -> None:
    """Others warn; what Scorecard could not tell is not known."""
    document = {
        "date": "2026-11-01", "repo": {"name": "example.org/r", "commit": "a"}, "score": 8.1,
        "scorecard": {"version": "v5.1.1"},
        "checks": [{"name": name, "score": score} for name, score in checks.items()],
    }  # fmt: skip
    claim = imported("scorecard.json", document).claim

    assert claim.result is result
    assert claim.sunlit_tool_version == "v5.1.1"
    assert len({*claim.passed_tests, *claim.warned_tests, *claim.failed_tests}) == len(checks)
