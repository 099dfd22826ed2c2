import pytest

from sunlit.capabilities.openness.admission import admit as admit_licence
from sunlit.capabilities.provenance.admission import admit
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.rubric import Outcome
from tests.rubric import story
from tests.rubric.story import Story

CLAIMS = [story.component(), story.dataset(), story.model_card(), story.run()]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_maintainer_says_what_it_is_made_from(claim: Claim) -> None:
    """Nobody else: an assessor's key has no say in it."""
    said = Story()
    ours = said.say(claim, said.maintainer)
    theirs = said.say(claim, said.labs[0].key(Role.ASSESSOR))

    assert admit(ours, [], said.world.directory).outcome is Outcome.HOLDS
    assert admit(theirs, [], said.world.directory).outcome is Outcome.FAILS


def test_a_taken_name_does_not_enter() -> None:
    """The first to use a name in a log keeps it."""
    said = Story()
    first = said.say(story.component(), said.maintainer)
    squatter = said.world.organisation("squatter.example", Role.MAINTAINER)
    second = said.say(story.component(), squatter.key(Role.MAINTAINER))

    assert admit(second, [first], said.world.directory).outcome is Outcome.FAILS


def test_a_room_answers_for_its_own_claims_only() -> None:
    """A licence belongs to openness."""
    said = Story()
    entry = said.say(story.licence(), said.maintainer)

    assert admit(entry, [], said.world.directory).outcome is Outcome.FAILS
    assert admit_licence(entry, [], said.world.directory).outcome is Outcome.HOLDS
