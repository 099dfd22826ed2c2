import json
from typing import Any

from sunlit.base import canonical
from sunlit.formats.oscal_results import to_assessment_results
from sunlit.formats.vsa import PREDICATE_TYPE, to_vsa
from sunlit.rubric import Conformity
from sunlit.statement.intoto import Statement
from tests.rubric.story import PURL, RELEASE, USE, Story

VERIFIER = "https://node.example"


def vsa(found: Conformity) -> dict[str, Any]:
    """Return the predicate as a reader of the statement gets it."""
    read = Statement.parse(to_vsa(found, verifier=VERIFIER).to_payload())
    assert read.predicate_type == PREDICATE_TYPE
    assert read.subjects[0].digest == {"sha256": RELEASE}
    predicate: dict[str, Any] = json.loads(canonical.encode(read.predicate))
    return predicate


def results(found: Conformity) -> dict[str, Any]:
    """Return the one result of the OSCAL document."""
    document: dict[str, Any] = to_assessment_results(found)
    (result,) = document["assessment-results"]["results"]
    return dict(result)


def test_a_release_that_holds_passes() -> None:
    """Every field that SLSA requires, and the rubric's digest as the policy."""
    found = Story().complete().conformity()

    predicate = vsa(found)

    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["SUNLIT_ALL_CONTROLS_HOLD"]
    assert predicate["resourceUri"] == PURL
    assert predicate["verifier"]["id"] == VERIFIER
    assert predicate["policy"]["digest"] == {"sha256": found.rubric}
    assert predicate["sunlit_use"] == USE


def test_unknown_is_failed_with_detail() -> None:
    """A VSA has no third answer; the findings say which it was."""
    predicate = vsa(Story().conformity(component=None))

    assert predicate["verificationResult"] == "FAILED"
    assert predicate["verifiedLevels"] == ["FAILED"]
    assert predicate["sunlit_outcome"] == "UNKNOWN"
    assert predicate["resourceUri"] == f"urn:sunlit:release:{RELEASE}"
    assert {item["outcome"] for item in predicate["sunlit_findings"]} == {"UNKNOWN"}


def test_a_rubric_may_have_an_address() -> None:
    """For readers who want to fetch it."""
    found = Story().conformity()

    statement = to_vsa(found, verifier=VERIFIER, rubric_uri="https://agency.example/rubric")

    assert statement.predicate["policy"]["uri"] == "https://agency.example/rubric"  # type: ignore[index]


def test_findings_are_oscal_findings() -> None:
    """Satisfied, not satisfied, and why."""
    found = Story().complete().conformity()

    result = results(found)

    assert len(result["findings"]) == len(found.findings)
    status = result["findings"][0]["target"]["status"]
    assert status == {"state": "satisfied", "reason": "pass"}
    assert any("expires" in item for item in result["observations"])


def test_unknown_is_not_satisfied_for_another_reason() -> None:
    """Without statements there are no observations, and OSCAL wants no empty list."""
    result = results(Story().conformity())

    assert "observations" not in result
    assert {item["target"]["status"]["reason"] for item in result["findings"]} == {"other"}
    assert all(item["remarks"].startswith("To mend: ") for item in result["findings"])


def test_the_same_answer_is_the_same_document() -> None:
    """Its uuids derive from the conformity's digest."""
    said = Story().complete()

    assert to_assessment_results(said.conformity()) == to_assessment_results(said.conformity())


def test_an_empty_rubric_makes_a_document_without_findings() -> None:
    """OSCAL wants no empty list."""
    found = Conformity(
        release=RELEASE, component=None, use=None, deployer=None, rubric="00" * 32, engine="x",
        at=Story().world.now, findings=(),
    )  # fmt: skip

    assert "findings" not in results(found)
