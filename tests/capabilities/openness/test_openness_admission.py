from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.capabilities.openness.admission import admit
from sunlit.claims.base import Claim
from sunlit.claims.openness import GuardedRead, Opened, Withheld
from sunlit.rubric import Outcome
from sunlit.testing.authority import named_key
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


CLOSED = Withheld(
    commitment="ab" * 32, ground="ongoing investigation", approved_by="legal office",
    expires_at=datetime(2030, 1, 1, tzinfo=UTC), audiences=("court",),
)  # fmt: skip


def outcome(said: Story, claim: Claim, *, by: str = "city") -> Outcome:
    """Return whether a claim enters after what was said."""
    keys = {"city": said.city.operator, "maker": said.maintainer, "nobody": named_key("nobody")}
    one = said.say(claim, keys[by])
    return admit(one, said.said[:-1], said.world.directory).outcome


def test_any_known_organisation_withholds_until_a_time() -> None:
    """A key in force signed it and the ground has not lapsed; a draft stands in no log."""
    said = Story()
    past = replace(CLOSED, expires_at=datetime(2025, 1, 1, tzinfo=UTC))

    assert outcome(said, CLOSED) is Outcome.HOLDS
    assert outcome(said, CLOSED, by="nobody") is Outcome.FAILS
    assert outcome(said, past) is Outcome.FAILS
    assert admit(said.draft(CLOSED), [], said.world.directory).outcome is Outcome.FAILS


@pytest.mark.parametrize(
    "changes",
    [
        {"commitment": "AB" * 32},
        {"commitment": "ab" * 31},
        {"ground": ""},
        {"ground": "  "},
        {"ground": "x\x1b[2J"},
        {"approved_by": "x" * 513},
        {"audiences": ("x",) * 17},
        {"audiences": ("",)},
    ],
)
def test_a_malformed_closed_form_does_not_enter(changes: dict[str, object]) -> None:
    """Nothing is withheld without commitment, ground, office and readers."""
    closed = replace(CLOSED, **changes)  # type: ignore[arg-type]

    assert closed.flaw() is not None
    assert outcome(Story(), closed) is Outcome.FAILS


def test_who_withheld_a_statement_opens_it() -> None:
    """The same organisation, a closed form of this log, and a statement that it holds."""
    said = Story()
    closed = said.say(CLOSED, said.city.operator)
    content = said.say(story.component(), said.maintainer)
    opened = Opened(statement=content.statement_id, salt="00" * 32, supersedes=closed.statement_id)

    assert outcome(said, opened) is Outcome.HOLDS
    assert outcome(said, opened, by="maker") is Outcome.FAILS
    assert outcome(said, replace(opened, statement="00" * 32)) is Outcome.FAILS
    assert outcome(said, replace(opened, supersedes=None)) is Outcome.FAILS
    assert outcome(said, replace(opened, supersedes=content.statement_id)) is Outcome.FAILS


READ = GuardedRead(
    artefact="ab" * 32, organisation="lab.example", role="assessor",
    purpose="Check the training code", read_on=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "about", "by", "expected"),
    [
        ({}, "ab" * 32, "city", Outcome.HOLDS),
        ({}, "ab" * 32, "maker", Outcome.FAILS),
        ({}, "ab" * 32, "nobody", Outcome.FAILS),
        ({}, "cd" * 32, "city", Outcome.FAILS),
        ({"artefact": "AB" * 32}, "ab" * 32, "city", Outcome.FAILS),
        ({"purpose": ""}, "ab" * 32, "city", Outcome.FAILS),
        ({"role": "x\x1b[2J"}, "ab" * 32, "city", Outcome.FAILS),
        ({"organisation": "x" * 513}, "ab" * 32, "city", Outcome.FAILS),
    ],
)
def test_an_operator_says_what_was_read(
    changes: dict[str, str], about: str, by: str, expected: Outcome
) -> None:
    """About the very thing, in texts that can be shown; nobody else may say it."""
    said = Story()
    keys = {"city": said.city.operator, "maker": said.maintainer, "nobody": named_key("nobody")}
    one = said.say(replace(READ, **changes), keys[by], about=about)  # type: ignore[arg-type]

    assert admit(one, [], said.world.directory).outcome is expected
