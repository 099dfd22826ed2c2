from dataclasses import replace

import pytest

from sunlit.rubric import Outcome
from sunlit.rubric.mitigations import Gap, mitigation_gap
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import LATER, SOON, Story


def gap(said: Story) -> Gap:
    """Return D4 as the control that comes last sees it."""
    found = said.conformity().findings
    evidence = said.evidence()
    return mitigation_gap(
        replace(evidence, findings=tuple(it for it in found if it.control != "risk-5"))
    )


def test_nothing_assessed_is_0() -> None:
    """0 is not the best digit: it says that nobody looked."""
    assert mitigation_gap(Story().evidence()).digit == 0
    assert mitigation_gap(Story().made().evidence(use=None)).digit == 0
    assert mitigation_gap(Story().made().evidence(deployer=None)).digit == 0


def test_nothing_evidenced_is_9() -> None:
    """1 + all eight."""
    said = Story()
    said.declared(oversight=None)

    assert gap(said).digit == 9
    assert gap(said).lacking == ("M1", "M2", "M3", "M4", "M5", "M6", "M7", "M8")
    assert gap(said).expires is None


def test_all_evidenced_is_1() -> None:
    """Findings evidence what controls ask for, statements the rest."""
    found = gap(Story().complete())

    assert found.digit == 1
    assert found.lacking == ()
    assert found.expires is not None
    assert found.rests_on


def test_a_statement_does_not_stand_in_for_a_control() -> None:
    """Where a control asks, saying that it was done is not enough."""
    said = Story().complete()
    said.said = [it for it in said.said if it.claim != story.tested()]
    said.mitigated("M1")

    assert gap(said).lacking == ("M1",)


def test_a_legal_ground_settles_a_practice() -> None:
    """Not needed takes a ground, signed by the deployer."""
    said = Story().complete()
    said.said = [it for it in said.said if it.claim != story.tested()]
    ground = replace(story.mitigation("M1"), evidence=None, not_needed_ground="Art 2(6)")
    said.say(ground, said.city.operator)

    assert gap(said).digit == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"practice": "M9"},
        {"use": "other"},
        {"deployer": "other.example"},
        {"valid_until": START},
        {"evidence": " "},
        {"evidence": None},
    ],
)
def test_a_mitigation_that_does_not_count(changes: dict[str, object]) -> None:
    """Another use, an expired or an empty word."""
    said = Story().complete()
    said.said = [it for it in said.said if it.claim != story.mitigation("M4")]
    said.say(replace(story.mitigation("M4"), **changes), said.city.operator)  # type: ignore[arg-type]

    assert gap(said).lacking == ("M4",)


def test_a_maintainer_evidences_but_does_not_say_what_the_law_asks() -> None:
    """The deployer answers for the use."""
    said = Story().complete()
    said.said = [it for it in said.said if it.claim != story.mitigation("M4")]
    said.say(replace(story.mitigation("M4"), not_needed_ground="x", evidence=None),
             said.maintainer)  # fmt: skip
    assert gap(said).lacking == ("M4",)

    said.say(story.mitigation("M4"), said.maintainer)
    assert gap(said).lacking == ()


def test_a_draft_mitigates_nothing() -> None:
    """Nor does a stranger."""
    said = Story().complete()
    said.said = [it for it in said.said if it.claim != story.mitigation("M4")]
    said.draft(story.mitigation("M4"))

    assert gap(said).lacking == ("M4",)


def test_the_gap_grows_when_evidence_expires() -> None:
    """Nobody types anything: above the ceiling, the control fails."""
    said = Story().complete()
    for practice in ("M4", "M5", "M7"):
        said.said = [it for it in said.said if it.claim != story.mitigation(practice)]
        said.say(replace(story.mitigation(practice), valid_until=SOON), said.city.operator)

    assert said.finding("risk-5").outcome is Outcome.HOLDS
    assert said.finding("risk-5").expires == "2026-06-01T00:00:00Z"

    late = said.finding("risk-5", at=SOON)
    assert late.outcome is Outcome.FAILS
    assert "The gap is 4, above the ceiling 3: M4, M5, M7" in late.reason
    assert late.mend is not None
    assert "--practice M4" in late.mend
    assert LATER > SOON
