"""What is withheld explains a blank, and tells nothing more."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.claims.openness import Opened, Withheld
from sunlit.rubric import Outcome
from sunlit.rubric.closed import closed_note
from sunlit.testing.authority import named_key
from tests.rubric import story
from tests.rubric.story import Story

CLOSED = Withheld(
    commitment="ab" * 32, ground="ongoing investigation.", approved_by="legal office",
    expires_at=datetime(2026, 9, 1, tzinfo=UTC), audiences=("court",),
)  # fmt: skip
NOTE = (
    "A statement about this release is withheld until 2026-09-01T00:00:00Z on the ground: "
    "ongoing investigation."
)


def test_a_blank_says_that_something_is_withheld() -> None:
    """Every UNKNOWN does; what holds and what fails stays as it is."""
    said = Story().made()
    said.say(replace(story.licence(), osi_approved=False), said.maintainer)
    before = said.conformity()
    said.say(CLOSED, said.city.operator)

    after = said.conformity()

    assert {one.outcome for one in after.findings} == set(Outcome)
    for old, new in zip(before.findings, after.findings, strict=True):
        blank = old.outcome is Outcome.UNKNOWN
        assert new.reason == (f"{old.reason} {NOTE}" if blank else old.reason)
        assert new.rests_on == old.rests_on


@pytest.mark.parametrize("about", [story.RELEASE, story.MODEL])
def test_a_statement_about_a_file_counts_too(about: str) -> None:
    """Whether the release or a file of it is named; each ground is said once."""
    said = Story()
    said.say(CLOSED, said.city.operator, about=about)
    said.say(replace(CLOSED, commitment="cd" * 32), said.city.operator, about=about)

    assert closed_note(said.evidence()) == NOTE


def test_a_lapsed_ground_is_not_a_ground() -> None:
    """It is said that the statement should be open by now."""
    said = Story()
    said.say(CLOSED, said.city.operator)

    note = closed_note(said.evidence(at=CLOSED.expires_at))

    assert note == (
        "A statement about this release is still closed; its ground lapsed on 2026-09-01T00:00:00Z."
    )


def test_what_counts_for_nothing_explains_nothing() -> None:
    """Of another release, by nobody known, a draft, malformed, or opened."""
    said = Story()
    said.say(CLOSED, said.city.operator, about="99" * 32)
    said.say(CLOSED, named_key("nobody"))
    said.draft(CLOSED)
    said.say(replace(CLOSED, ground="x\x1b[2J"), said.city.operator)
    one = said.say(CLOSED, said.maintainer)
    said.say(Opened(statement="00", salt="00", supersedes=one.statement_id), said.maintainer)

    assert closed_note(said.evidence()) == ""
