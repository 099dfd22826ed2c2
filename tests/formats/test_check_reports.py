"""SARIF, VEX, Scorecard and evidently: what real tools wrote, and what hostile hands might."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.formats import evidently as evidently_format
from sunlit.formats import sarif as sarif_format
from sunlit.formats import scorecard as scorecard_format
from sunlit.formats import vex as vex_format
from sunlit.formats.evidently import is_evidently, read_evidently
from sunlit.formats.sarif import is_sarif, read_sarif
from sunlit.formats.scorecard import is_scorecard, read_scorecard
from sunlit.formats.vex import is_vex, read_vex
from tests.architecture.project import ROOT

FOLDER = ROOT / "tests" / "fixtures" / "checks"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def real(name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_what_bandit_found_is_counted_by_level_and_rule() -> None:
    """A real run; level and rule as bandit wrote them."""
    found = read_sarif(real("bandit-1.9.4.sarif"))

    assert found.tools == (("Bandit", "1.9.4"),)
    assert found.is_whole
    assert found.count("error") == 0
    assert found.open["note"]["B101"] == 3
    assert found.count("warning") == found.open["warning"]["B704"]


def test_ruff_found_nothing() -> None:
    """A run without results is a whole run."""
    found = read_sarif(real("ruff-0.17.5.sarif"))

    assert found.tools[0][0] == "ruff"
    assert not found.open
    assert found.is_whole


def sarif(*results: Mapping[str, object], **run: object) -> dict[str, object]:
    rules = [
        {"id": "R0", "defaultConfiguration": {"level": "error"}},
        {"id": "R1", "properties": {"security-severity": "9.8"}},
        {"id": "R2", "properties": {"security-severity": "7.1"}},
    ]
    driver = {"name": "t", "rules": rules}
    return {
        "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": [*results], **run}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("result", "level"),
    [
        ({"ruleId": "R0"}, "error"),
        ({"ruleId": "R0", "level": "note"}, "note"),
        ({"ruleIndex": 1}, "critical"),
        ({"ruleId": "R2", "level": "note"}, "error"),
        ({"ruleId": "other"}, "warning"),
        ({"ruleId": "other", "level": "none"}, "note"),
        ({"ruleIndex": 99, "level": "error"}, "error"),
        ({}, "warning"),
    ],
)
def test_a_level_is_the_results_else_the_rules_else_warning(
    result: dict[str, object], level: str
) -> None:
    """SARIF 2.1.0, 3.27.10; a grave security-severity raises it."""
    assert read_sarif(sarif(result)).count(level) == 1


@pytest.mark.parametrize(
    ("result", "is_open", "suppressed"),
    [
        ({"kind": "pass"}, 0, 0),
        ({"baselineState": "absent"}, 0, 0),
        ({"suppressions": []}, 1, 0),
        ({"suppressions": [{"kind": "inSource"}]}, 0, 1),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, 1, 0),
        ({"suppressions": [{}, {"status": "rejected"}]}, 1, 0),
    ],
)
def test_what_is_passed_over_is_counted_apart(
    result: dict[str, object], is_open: int, suppressed: int
) -> None:
    """Somebody's choice, which the claim tells."""
    found = read_sarif(sarif(result))

    assert (found.count("warning"), found.suppressed) == (is_open, suppressed)


@pytest.mark.parametrize(
    "run", [{"invocations": [{"executionSuccessful": False}]}, {"results": None}]
)
def test_a_run_that_failed_is_not_whole(run: dict[str, object]) -> None:
    """It shows nothing but what it found."""
    assert not read_sarif(sarif(**run)).is_whole


def vex(*vulnerabilities: Mapping[str, object], **more: object) -> dict[str, object]:
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [*vulnerabilities],
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("analysis", "state"),
    [
        ({"state": "resolved"}, "settled"),
        ({"state": "resolved_with_pedigree"}, "settled"),
        ({"state": "not_affected", "justification": "code_not_reachable"}, "settled"),
        ({"state": "not_affected"}, "in-triage"),
        ({"state": "false_positive", "detail": "another library"}, "settled"),
        ({"state": "false_positive"}, "in-triage"),
        ({"state": "in_triage"}, "in-triage"),
        ({"state": "exploitable"}, "exploitable"),
        ({}, "in-triage"),
        (None, "in-triage"),
    ],
)
def test_an_answer_without_a_reason_is_none(analysis: object, state: str) -> None:
    """The states of CycloneDX 1.6, `vulnerabilities[].analysis.state`."""
    found = read_vex(vex({"id": "CVE-1", "analysis": analysis}))

    assert found.states == {"CVE-1": state}


def test_the_worst_of_several_answers_counts() -> None:
    """In whatever order they stand."""
    first = {"id": "CVE-1", "analysis": {"state": "resolved"}}
    second = {"id": "CVE-1", "analysis": {"state": "exploitable"}}

    assert read_vex(vex(first, second)).states == read_vex(vex(second, first)).states
    assert read_vex(vex(first, second)).ids("exploitable") == ("CVE-1",)


@pytest.mark.parametrize(
    "tools", [[{"name": "dep", "version": "1"}], {"components": [{"name": "dep", "version": "1"}]}]
)
def test_who_wrote_it_is_found_in_either_form(tools: object) -> None:
    """A list until 1.4, components from 1.5 on."""
    assert read_vex(vex(metadata={"tools": tools})).tool == "dep 1"
    assert read_vex(vex()).tool == ""


def card(*checks: tuple[str, object], **more: object) -> dict[str, object]:
    return {
        "date": "2026-11-01", "repo": {"name": "example.org/repo", "commit": "ab" * 20},
        "scorecard": {"version": "v5.1.1", "commit": "x"}, "score": 7.3, "metadata": [],
        "checks": [{"name": name, "score": score} for name, score in checks], **more,
    }  # fmt: skip


def test_a_scorecard_is_read() -> None:
    """Repository, commit, score, and each check's; -1 is not known."""
    found = read_scorecard(card(("Maintained", 10), ("Fuzzing", -1)))

    assert (found.repository, str(found.score)) == ("example.org/repo", "7.3")
    assert found.checks == {"Maintained": 10, "Fuzzing": -1}
    assert read_scorecard(card(("Maintained", 1), score=-1)).score is None


def test_evidently_says_which_columns_drifted() -> None:
    """A p-value drifts below its threshold, a distance from it on."""
    plain = read_evidently(real("evidently-0.7.23.json"))
    with_tests = read_evidently(real("evidently-0.7.23-tests.json"))

    assert {one.column: one.drifted for one in plain.columns} == {
        "age": False, "income": True, "area": False,
    }  # fmt: skip
    assert (plain.count, plain.share_limit, plain.others) == (1, 0.5, 0)
    assert {one.method.lower() for one in with_tests.columns} == {"psi"}
    assert {status for _, status in with_tests.tests} == {"SUCCESS", "FAIL"}


def drift(value: object = 0.1, **config: object) -> dict[str, object]:
    named = {"type": "evidently:metric_v2:ValueDrift", "column": "a", "method": "psi", **config}
    return {"metrics": [{"config": named, "value": value}], "tests": []}


def test_without_a_threshold_nothing_drifted_or_not() -> None:
    """And metrics that are not read are counted."""
    other = {"config": {"type": "evidently:metric_v2:MeanValue"}, "value": 1}
    document = drift()
    found = read_evidently({**document, "metrics": [*document["metrics"], other]})  # type: ignore[misc]

    assert [one.drifted for one in found.columns] == [None]
    assert found.others == 1


REFUSED = [
    pytest.param(read_sarif, {"version": "2.0.0", "runs": [{}]}, "unknown-version", id="sarif2"),
    pytest.param(read_sarif, {"version": "2.1.0", "runs": []}, "malformed", id="no-run"),
    pytest.param(read_sarif, {"version": "2.1.0", "runs": [1]}, "malformed", id="run"),
    pytest.param(read_sarif, {"version": "2.1.0", "runs": [{}]}, "malformed", id="no-tool"),
    pytest.param(read_sarif, sarif(1), "malformed", id="result"),  # type: ignore[arg-type]
    pytest.param(read_vex, vex(specVersion="1.3"), "unknown-version", id="cyclonedx-1.3"),
    pytest.param(read_vex, vex(specVersion="1.7"), "unknown-version", id="cyclonedx-1.7"),
    pytest.param(read_vex, vex({}), "malformed", id="no-id"),
    pytest.param(
        read_scorecard, card(("a", 1), scorecard={"version": "v6.0"}), "unknown-version", id="v6"
    ),
    pytest.param(read_scorecard, card(), "too-large", id="no-checks"),
    pytest.param(read_scorecard, card(("a", 11)), "malformed", id="eleven"),
    pytest.param(read_scorecard, card(("a", True)), "malformed", id="score"),
    pytest.param(read_evidently, {"metrics": [{"metric": "x"}]}, "unknown-version", id="old"),
    pytest.param(read_evidently, drift("x"), "malformed", id="no-value"),
    pytest.param(read_evidently, {**drift(), "tests": [{}]}, "malformed", id="test"),
]


@pytest.mark.parametrize(("read", "document", "code"), REFUSED)
def test_what_is_not_known_is_refused(
    read: Callable[[Any], object], document: dict[str, object], code: str
) -> None:
    """No version is guessed, and nothing is left out without a word."""
    with pytest.raises(MalformedError) as caught:
        read(document)

    assert caught.value.code == f"foreign.{code}"


@pytest.mark.parametrize(
    ("module", "bound", "read", "document"),
    [
        (sarif_format, "MAX_RESULTS", read_sarif, sarif({}, {})),
        (vex_format, "MAX_VULNERABILITIES", read_vex, vex({"id": "a"}, {"id": "b"})),
        (scorecard_format, "MAX_CHECKS", read_scorecard, card(("a", 1), ("b", 1))),
        (
            evidently_format, "MAX_METRICS", read_evidently,
            {**drift(), "tests": [{"name": "a", "status": "FAIL"}] * 2},
        ),
    ],
    ids=["sarif", "vex", "scorecard", "evidently"],
)  # fmt: skip
def test_a_document_beyond_its_bound_is_refused(
    module: object, bound: str, read: Callable[[Any], object], document: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Before anything of it is kept."""
    monkeypatch.setattr(module, bound, 1)

    with pytest.raises(MalformedError) as caught:
        read(document)

    assert caught.value.code == "foreign.too-large"


@pytest.mark.parametrize("read", [read_sarif, read_vex, read_scorecard, read_evidently])
@settings(max_examples=20)
@given(document=st.dictionaries(
    st.sampled_from(["version", "runs", "specVersion", "vulnerabilities", "checks", "scorecard",
                     "metrics", "tests", "metadata", "repo"]), JSON))  # fmt: skip
def test_any_object_is_read_or_refused(
    read: Callable[[Any], object], document: dict[str, object]
) -> None:
    """Never another kind of error."""
    for fixed in ({}, {"version": "2.1.0", "specVersion": "1.6", "scorecard": {"version": "v5"}}):
        try:
            read({**document, **fixed})
        except MalformedError as error:
            assert error.code.startswith("foreign.")  # noqa: PT017 - either is right


def test_each_knows_its_own_and_no_other() -> None:
    """By what stands in the document."""
    documents = {
        "sarif": real("bandit-1.9.4.sarif"), "vex": vex(), "scorecard": card(),
        "evidently": real("evidently-0.7.23.json"), "older": {"suite": {}, "metrics": []},
        "nothing": {},
    }  # fmt: skip
    known = {"sarif": is_sarif, "vex": is_vex, "scorecard": is_scorecard, "evidently": is_evidently}

    found = {name: [k for k, one in known.items() if one(it)] for name, it in documents.items()}

    assert found == {
        "sarif": ["sarif"], "vex": ["vex"], "scorecard": ["scorecard"],
        "evidently": ["evidently"], "older": ["evidently"], "nothing": [],
    }  # fmt: skip
