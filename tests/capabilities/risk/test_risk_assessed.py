"""The assessment of a use: recomputed, current, and no vote below it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.capabilities.risk.admission import admit
from sunlit.capabilities.risk.assessed import impact_assessed
from sunlit.claims.base import Claim
from sunlit.claims.risk import RiskAssessment
from sunlit.rubric import Outcome
from sunlit.rubric.aia_assessed import assessment as current
from sunlit.rubric.finding import Verdict
from sunlit.testing.authority import START, named_key
from tests.rubric.risks import USE_DIGEST, answers, assessment
from tests.rubric.story import LATER, SOON, Story


def asked(said: Story, **changes: object) -> Verdict:
    """Ask the rule as the catalog does."""
    return impact_assessed(said.evidence(**changes), {"max-age-days": "365"})


def told(*claims: Claim, votes: dict[str, object] | None = None) -> Story:
    """Return a story with a published code, and what the deployer says of its use."""
    said = Story().made()
    said.declared()
    said.voted(1, 2, **(votes or {}))
    said.published()
    for claim in claims:
        said.say(claim, said.city.operator, about=USE_DIGEST)
    return said


def test_a_whole_current_assessment_holds() -> None:
    """It rests on the assessment and on the code whose votes were compared; it ends with it."""
    said = told(assessment())
    found = asked(said)

    assert found.outcome is Outcome.HOLDS
    assert said.said[-1].statement_id in found.rests_on
    assert len(found.rests_on) == 3  # two members signed the same words
    assert found.expires == "2027-01-01T00:00:00Z"


def test_it_holds_before_there_is_a_code() -> None:
    """Assessing comes first."""
    said = Story().made()
    said.declared()
    said.say(assessment(), said.city.operator, about=USE_DIGEST)

    assert asked(said).outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ([], "has signed no assessment"),
        ([assessment(valid_until=SOON)], "has ended"),
        ([assessment(use="other")], "has signed no assessment"),
        ([assessment(component="pkg:generic/x.example/other")], "has signed no assessment"),
    ],
)
def test_nobody_knows_without_a_current_one(claims: list[Claim], reason: str) -> None:
    """None, an ended one, one of another use or component."""
    found = asked(told(*claims), at=SOON)

    assert found.outcome is Outcome.UNKNOWN
    assert reason in found.reason
    assert found.mend is not None


def test_an_assessment_by_somebody_else_is_none() -> None:
    """The maintainer does not assess the deployer's use."""
    said = told()
    said.say(assessment(), said.maintainer, about=USE_DIGEST)
    said.draft(assessment(), about=USE_DIGEST)

    assert asked(said).outcome is Outcome.UNKNOWN


def test_it_may_be_too_old() -> None:
    """A year, unless the rubric says less; a date in the future does not make it younger."""
    said = told(assessment(assessed_on=LATER, valid_until=LATER + timedelta(days=800)))

    found = asked(said, at=START + timedelta(days=366))

    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, "The assessment is too old.")
    assert asked(said, at=SOON).outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"impact_raw": 166}, "it says 166 of 167"),
        ({"impact_max": 100}, "of 100"),
        ({"answers": {}}, "questions unanswered"),
        ({"answers": {"nobody": "item1-0"}}, "cannot be read"),
        ({"questions": "00" * 32}, "another set of questions"),
        ({"area": 3}, "the use declares area 5"),
        ({"autonomy_level": 11}, "out of range"),
        ({"row": "UC13"}, "does not have"),
        ({"facts": {"personal-data": "perhaps"}}, "yes or no"),
    ],
)
def test_what_does_not_follow_from_the_answers_fails(
    changes: dict[str, object], reason: str
) -> None:
    """Everything is computed again; admission refuses what is wrong by itself."""
    found = asked(told(assessment(**changes)))

    assert found.outcome is Outcome.FAILS
    assert reason in found.reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"impact_raw": 3}, "uses the impact score 3"),
        ({"autonomy_level": 3}, "uses the autonomy level 3"),
        ({"area": 9}, "is about area 9"),
    ],
)
def test_a_board_goes_no_lower_than_what_was_assessed(
    changes: dict[str, object], reason: str
) -> None:
    """Higher is its right."""
    found = asked(told(assessment(), votes=changes))

    assert found.outcome is Outcome.FAILS
    assert reason in found.reason
    assert len(found.rests_on) == 3  # two members signed the same words


def test_the_latest_assessment_counts_and_an_ended_one_brings_nothing_back() -> None:
    """By its date, in whatever order logs are read."""
    later = assessment(autonomy_level=2, assessed_on=START + timedelta(hours=1))
    ended = replace(later, valid_until=SOON)
    for claims in ([assessment(), later], [later, assessment()]):
        found = current(told(*claims).evidence())
        assert found is not None
        assert found.claim.autonomy_level == 2

    assert current(told(assessment(), ended).evidence(at=SOON)) is None


def enters(claim: RiskAssessment, about: str = USE_DIGEST, *, by: str | None = None) -> Verdict:
    """Ask whether it may enter."""
    said = Story()
    entry = said.say(claim, named_key(by) if by else said.city.operator, about=about)
    return admit(entry, (), said.world.directory)


def test_a_whole_assessment_enters_by_the_deployer() -> None:
    """About the use that it names."""
    assert enters(assessment()).outcome is Outcome.HOLDS
    assert enters(assessment(), "12" * 32).outcome is Outcome.FAILS
    assert enters(assessment(), by="maker.example/maintainer").outcome is Outcome.FAILS


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"impact_raw": 1}, "Its answers score"),
        ({"assessed_on": LATER}, "dated in the future"),
        ({"valid_until": START}, "ended already"),
        ({"answers": {**answers(), "businessDrivers5": ""}}, "leaves 1 of"),
    ],
)
def test_an_unfinished_or_wrong_assessment_stays_outside(
    changes: dict[str, object], reason: str
) -> None:
    """A blank is never signed as an answer."""
    found = enters(assessment(**changes))

    assert found.outcome is Outcome.FAILS
    assert reason in found.reason
