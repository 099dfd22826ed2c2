from dataclasses import replace

import pytest

from sunlit.claims.openness import Licence
from sunlit.rubric import Outcome
from tests.rubric import story
from tests.rubric.story import Story


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.HOLDS),
        ({"osi_approved": False}, Outcome.FAILS),
        ({"expression": None}, Outcome.FAILS),
        ({"expression": None, "declared": None}, Outcome.FAILS),
        ({"osi_approved": None}, Outcome.UNKNOWN),
        ({"unknown_terms": ("LicenseRef-x",)}, Outcome.UNKNOWN),
        ({"covers": "dataset"}, Outcome.UNKNOWN),
    ],
)
def test_the_component_has_an_open_licence(changes: dict[str, object], outcome: Outcome) -> None:
    """SPDX, approved by the OSI, known to a list."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(replace(story.licence(), **changes), said.maintainer)  # type: ignore[arg-type]

    assert said.finding("open-1").outcome is outcome


def test_one_closed_part_closes_the_whole() -> None:
    """Each licence found has to be open."""
    said = Story().made()
    said.say(replace(story.licence(), osi_approved=False), said.maintainer)

    assert said.finding("open-1").outcome is Outcome.FAILS


def test_a_strangers_word_opens_nothing() -> None:
    """Only drafts and the keeper's statements speak of the files."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(story.licence(), said.city.operator)

    assert said.finding("open-1").outcome is Outcome.UNKNOWN


def data(**changes: object) -> Story:
    """Return a story in which the training data is described so."""
    said = Story().made()
    said.said = [it for it in said.said if it.claim != story.dataset()]
    said.say(replace(story.dataset(), **changes), said.maintainer, about=story.DATA)  # type: ignore[arg-type]
    return said


def test_data_without_terms_fails() -> None:
    """The dataset is named in the reason."""
    found = data(licence=None).finding("open-2")

    assert found.outcome is Outcome.FAILS
    assert "census" in found.reason


def test_data_used_for_something_else_is_not_asked_about() -> None:
    """Unless a training run names it."""
    said = data(used_for=("testing",), licence=None)
    assert said.finding("open-2").outcome is Outcome.FAILS

    said.said = [it for it in said.said if it.claim != story.run()]
    assert said.finding("open-2").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("about", [story.DATA, story.RELEASE])
def test_a_licence_statement_states_the_terms_too(about: str) -> None:
    """On the data itself, or on the release in whose folder it lies."""
    said = data(licence=None)
    said.say(Licence(covers="dataset", declared="OGL"), said.maintainer, about=about)

    assert said.finding("open-2").outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    "claim",
    [Licence(covers="dataset"), Licence(covers="component", declared="MIT")],
)
def test_a_licence_of_nothing_or_of_something_else_states_no_terms(claim: Licence) -> None:
    """A looked-for and not found licence is not stated."""
    said = data(licence=None)
    said.say(claim, said.maintainer, about=story.DATA)

    assert said.finding("open-2").outcome is Outcome.FAILS


def test_a_draft_may_state_the_terms() -> None:
    """Anyone can read the licence file again."""
    said = data(licence=None)
    said.draft(Licence(covers="dataset", expression="CC0-1.0"), about=story.DATA)

    assert said.finding("open-2").outcome is Outcome.HOLDS
