from dataclasses import replace

import pytest

from sunlit.rubric import Outcome
from tests.rubric import story
from tests.rubric.story import Story


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.HOLDS),
        ({"sunlit_rollback": "12" * 32}, Outcome.HOLDS),
        ({"sunlit_changelog": " "}, Outcome.FAILS),
        ({"sunlit_rollback": None}, Outcome.FAILS),
        ({"sunlit_rollback": "none: "}, Outcome.FAILS),
        ({"sunlit_rollback": "the one before"}, Outcome.FAILS),
        ({"sunlit_rollback": story.RELEASE}, Outcome.FAILS),
    ],
)
def test_a_release_says_what_changed_and_how_to_go_back(
    changes: dict[str, object], outcome: Outcome
) -> None:
    """A digest, or why there is none; never itself."""
    said = Story()
    said.say(replace(story.released(), **changes), said.maintainer)  # type: ignore[arg-type]

    assert said.finding("life-1").outcome is outcome


def test_others_release_nothing() -> None:
    """A deployer's release statement is not the maintainer's."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(story.released(), said.city.operator)

    assert said.finding("life-1").outcome is Outcome.UNKNOWN


def test_everything_that_counts_is_signed() -> None:
    """One draft is enough to leave it open."""
    said = Story()
    assert said.finding("life-2").outcome is Outcome.UNKNOWN

    said.say(story.component(), said.maintainer)
    assert said.finding("life-2").outcome is Outcome.HOLDS

    said.draft(story.model_card())
    assert said.finding("life-2").outcome is Outcome.UNKNOWN
