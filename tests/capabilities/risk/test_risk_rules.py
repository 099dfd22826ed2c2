from dataclasses import replace

import pytest

from sunlit.claims.assurance import Result
from sunlit.claims.authority import Role
from sunlit.rubric import Outcome
from tests.rubric import story
from tests.rubric.story import LABS, USE, Story

LOW = {"area": 9, "impact_raw": 0, "autonomy_level": 1}


def used(**changes: object) -> Story:
    """Return a story in which the use is declared so."""
    said = Story().made()
    said.declared(**changes)
    return said


def coded(said: Story, **vote: object) -> Story:
    """Let the board publish a code."""
    said.voted(1, 2, **vote)
    said.published()
    return said


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.HOLDS),
        ({"affected": None}, Outcome.FAILS),
        ({"description": " "}, Outcome.FAILS),
        ({"area": 0}, Outcome.FAILS),
        ({"id": "other"}, Outcome.UNKNOWN),
    ],
)
def test_the_use_is_declared(changes: dict[str, object], outcome: Outcome) -> None:
    """What for, in which area, and who is affected."""
    assert used(**changes).finding("risk-1").outcome is outcome


def test_only_the_deployer_declares_its_use() -> None:
    """A maintainer cannot say what somebody else uses the component for."""
    said = Story().made()
    said.say(story.use(), said.maintainer)

    for control in ("risk-1", "risk-2", "risk-3", "risk-6"):
        found = said.finding(control)
        assert found.outcome is Outcome.UNKNOWN
        assert found.mend == f"sunlit use declare . --id {USE} --from FILE --home HOME"


def test_a_prohibited_use_fails_even_as_a_draft() -> None:
    """And no mending command makes it lawful."""
    said = used()
    assert said.finding("risk-2").outcome is Outcome.HOLDS

    said.draft(replace(story.use(), prohibited_practice="c"))
    found = said.finding("risk-2")

    assert found.outcome is Outcome.FAILS
    assert (found.mend or "").startswith("Do not use it for this.")


@pytest.mark.parametrize(
    "changes", [{"need": None}, {"target": ""}, {"target_fits": None}, {"target": "need"}]
)
def test_the_target_is_argued_for(changes: dict[str, object]) -> None:
    """Need, target and why; the target is the one that the component names."""
    assert used(**changes).finding("risk-3").outcome is Outcome.FAILS


def test_a_component_that_names_no_target_leaves_it_to_the_use() -> None:
    """There is nothing to differ from."""
    said = Story()
    said.say(replace(story.component(), target=None), said.maintainer)
    said.declared()
    coded(said, **LOW)

    assert said.finding("risk-3").outcome is Outcome.HOLDS


def test_above_tier_low_somebody_independent_judges_the_target() -> None:
    """An attestation of performance is none of target validity."""
    said = used()
    assert "hangs on the tier" in said.finding("risk-3").reason

    coded(said)
    said.attested(0, scope=("performance",))
    assert said.finding("risk-3").outcome is Outcome.UNKNOWN

    said.attested(1)
    assert said.finding("risk-3").outcome is Outcome.HOLDS


def test_tier_low_needs_the_argument_only() -> None:
    """Proportion."""
    assert coded(used(), **LOW).finding("risk-3").outcome is Outcome.HOLDS


def test_an_assessor_who_says_it_is_the_wrong_target_fails_it() -> None:
    """Whatever others attest."""
    said = coded(used())
    said.attested(0)
    said.attested(1, result=Result.FAILED)

    found = said.finding("risk-3")

    assert found.outcome is Outcome.FAILS
    assert LABS[1] in found.reason


def test_the_board_speaks_through_its_code() -> None:
    """Without one, code and ceiling are UNKNOWN with the command to vote."""
    said = used()
    assert said.finding("risk-4").outcome is Outcome.UNKNOWN
    assert said.finding("risk-5").outcome is Outcome.UNKNOWN
    assert "sunlit board vote" in (said.finding("risk-5").mend or "")

    coded(said)
    assert said.finding("risk-4").outcome is Outcome.HOLDS
    assert said.finding("risk-5").outcome is Outcome.FAILS


@pytest.mark.parametrize("changes", [{"oversight": None}, {"fallback": None}])
def test_oversight_and_fallback_are_stated(changes: dict[str, object]) -> None:
    """Both, or it fails."""
    assert used(**changes).finding("risk-6").outcome is Outcome.FAILS


def test_without_oversight_only_tier_low_holds() -> None:
    """Not before the board has said that it is low."""
    said = used(oversight="none")
    assert said.finding("risk-6").outcome is Outcome.FAILS

    assert coded(said, **LOW).finding("risk-6").outcome is Outcome.HOLDS
    assert coded(used(oversight="none")).finding("risk-6").outcome is Outcome.FAILS
    assert Role.BOARD
