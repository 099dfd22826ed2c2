from dataclasses import replace

from sunlit.capabilities.openness.admission import admit
from sunlit.rubric import Outcome
from tests.rubric import story
from tests.rubric.story import Story


def test_a_maintainer_says_under_which_licence() -> None:
    """Of the component or of a dataset, nothing else."""
    said = Story()
    good = said.say(story.licence(), said.maintainer)
    odd = said.say(replace(story.licence(), covers="logo"), said.maintainer)
    theirs = said.say(story.licence(), said.city.operator)
    other = said.say(story.component(), said.maintainer)

    outcomes = [admit(it, [], said.world.directory).outcome for it in (good, odd, theirs, other)]

    assert outcomes == [Outcome.HOLDS, Outcome.FAILS, Outcome.FAILS, Outcome.FAILS]
