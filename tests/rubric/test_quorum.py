"""What a rubric asks of a board beyond the trust file's threshold: data, never less."""

from datetime import timedelta

import pytest

from sunlit.capabilities.risk.rules import risk_code_published
from sunlit.claims.risk import RiskCode
from sunlit.rubric import Outcome
from sunlit.rubric.finding import Verdict
from sunlit.rubric.quorum import Quorum, no_session, sessions, too_few
from sunlit.testing.authority import BOARD, named_key
from tests.rubric.risks import session
from tests.rubric.story import Story


def asked(said: Story, **parameters: str) -> Verdict:
    """Ask the rule with parameters as a rubric writes them."""
    given = {name.replace("_", "-"): value for name, value in parameters.items()}
    return risk_code_published(said.evidence(), given)


def test_without_parameters_the_threshold_is_all() -> None:
    """As before: the trust file's k of n."""
    assert asked(Story().complete()).outcome is Outcome.HOLDS
    assert Quorum.read({}) == Quorum()


def test_enough_members_have_to_vote() -> None:
    """A dissent counts as having voted."""
    said = Story().complete()
    lacking = asked(said, min_votes="3")
    said.voted(3, dissent="the target is cover, not need")

    assert lacking.outcome is Outcome.UNKNOWN
    assert "2 members voted, and the rubric asks for 3" in lacking.reason
    assert asked(said, min_votes="3").outcome is Outcome.HOLDS


def test_a_session_is_asked_for() -> None:
    """One that a member opened, before the code."""
    said = Story().complete()
    lacking = asked(said, needs_session="1")
    said.say(session(), said.maintainer)
    by_stranger = asked(said, needs_session="1")
    said.say(session(use="other"), named_key(f"{BOARD}/1"))
    other = asked(said, needs_session="1")
    said.say(session(), named_key(f"{BOARD}/1"))

    assert "none was opened" in lacking.reason
    assert lacking.mend is not None
    assert {by_stranger.outcome, other.outcome} == {Outcome.UNKNOWN}
    assert asked(said, needs_session="1").outcome is Outcome.HOLDS


@pytest.mark.parametrize(("days", "outcome"), [("2", Outcome.HOLDS), ("4", Outcome.UNKNOWN)])
def test_it_has_to_be_open_for_some_days(days: str, outcome: Outcome) -> None:
    """From its opening to the code's entry; the first session counts."""
    said = Story()
    early = said.world.now
    said.say(session(opened_on=early), named_key(f"{BOARD}/1"))
    said.say(session(opened_on=early + timedelta(hours=1)), named_key(f"{BOARD}/2"))
    said.world.now = early + timedelta(days=3)
    said.complete()

    found = asked(said, min_days_open=days)

    assert found.outcome is outcome
    assert len(sessions(said.evidence(), BOARD)) == 2


def test_what_is_asked_before_publishing_is_the_same() -> None:
    """The command asks these two before it says the code."""
    said = Story().complete()
    evidence, quorum = said.evidence(), Quorum(min_votes=3, needs_session=True)

    assert no_session(evidence, BOARD, quorum, evidence.at) is not None
    assert too_few(evidence, BOARD, quorum) is not None
    assert too_few(evidence, "other.example", quorum) is not None
    assert any(isinstance(one.claim, RiskCode) for one in said.said)
