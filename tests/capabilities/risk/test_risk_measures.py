"""Measures, promises, acceptances, sessions and recusals: who may say them, and what counts."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from sunlit.capabilities.risk.admission import admit
from sunlit.capabilities.risk.measures import measure_in_place
from sunlit.claims.base import Claim
from sunlit.claims.provenance import Resource
from sunlit.rubric import Outcome
from sunlit.rubric.finding import Verdict
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import BOARD, START, named_key
from tests.rubric import story
from tests.rubric.risks import USE_DIGEST, acceptance, measure, promise, recusal, session
from tests.rubric.story import EARLY, LATER, RELEASE, SOON, Story

NOTHING = sha256(b"").hexdigest()


def asked(*claims: Claim, topic: str = "logging", days: str = "", **changes: object) -> Verdict:
    """Ask the rule after the deployer said these of its use."""
    said = Story()
    for claim in claims:
        said.say(claim, said.city.operator, about=USE_DIGEST)
    given = {"topic": topic, "max-age-days": days}
    return measure_in_place(said.evidence(**changes), given)


def test_a_measure_with_its_document_holds_until_it_ends() -> None:
    """The one that lasts longest."""
    found = asked(measure(valid_until=SOON), measure(text="And for longer."))

    assert found.outcome is Outcome.HOLDS
    assert found.expires == "2027-01-01T00:00:00Z"
    assert asked(measure(), days="100").expires == "2026-04-11T00:00:00Z"
    assert asked(measure(), days="0").outcome is Outcome.UNKNOWN  # the strictest, not no limit


def test_every_topic_is_asked_for() -> None:
    """A control may name several, one a line; an agency may add."""
    both = [measure(), measure("notice")]

    assert asked(*both, topic="logging\nnotice").outcome is Outcome.HOLDS
    lacking = asked(measure(), topic="logging\nnotice")
    assert lacking.outcome is Outcome.UNKNOWN
    assert "--topic notice" in str(lacking.mend)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (measure("other"), "has signed no measure"),
        (measure(use="other"), "has signed no measure"),
        (measure(decided_on=LATER), "has signed no measure"),
        (measure(valid_until=SOON), "has ended"),
        (measure(evidence=None), "names no document"),
        (measure(evidence=Resource(name="x", digest={"sha1": "0"})), "names no document"),
        (measure(evidence=Resource(name="x", digest={"sha256": "0"})), "names no document"),
        (measure(evidence=Resource(digest={"sha256": NOTHING})), "names no document"),
        (measure(text=" "), "names no document"),
    ],
)
def test_nobody_knows_without_a_measure_that_counts(claim: Claim, reason: str) -> None:
    """Another topic or use, from the future, ended, or without its document."""
    found = asked(claim, at=SOON)

    assert found.outcome is Outcome.UNKNOWN
    assert reason in found.reason


def test_a_measure_may_be_too_old_and_a_control_may_name_no_topic() -> None:
    """Neither holds."""
    assert "has ended" in asked(measure(), days="90", at=SOON).reason
    assert asked(measure(), topic=" ").outcome is Outcome.UNKNOWN


def test_a_stranger_s_measure_is_none() -> None:
    """The deployer answers for the duty."""
    said = Story()
    said.say(measure(), said.maintainer, about=USE_DIGEST)
    said.draft(measure(), about=USE_DIGEST)

    found = measure_in_place(said.evidence(), {"topic": "logging"})

    assert found.outcome is Outcome.UNKNOWN


MEMBER = named_key(f"{BOARD}/1")
CITY = named_key("city.example/operator")
MAKER = named_key("maker.example/maintainer")


@pytest.mark.parametrize(
    ("claim", "key", "about", "reason"),
    [
        (measure(), CITY, USE_DIGEST, None),
        (measure(), MAKER, USE_DIGEST, ""),
        (measure(), CITY, RELEASE, "not the use"),
        (measure(" "), CITY, USE_DIGEST, "does not name a topic"),
        (measure(text=""), CITY, USE_DIGEST, "does not name what was done"),
        (measure(valid_until=START), CITY, USE_DIGEST, "ended already"),
        (acceptance(), CITY, RELEASE, None),
        (acceptance(), MAKER, RELEASE, ""),
        (acceptance(owner=""), CITY, RELEASE, "does not name an owner"),
        (acceptance(accepted_on=LATER), CITY, RELEASE, "dated in the future"),
        (session(), MEMBER, RELEASE, None),
        (session(), CITY, RELEASE, ""),
        (session(), MEMBER, USE_DIGEST, "not the release"),
        (session(scheme="other/1"), MEMBER, RELEASE, "another scheme"),
        (session(closes_on=EARLY), MEMBER, RELEASE, "before it opens"),
        (session(opened_on=SOON), MEMBER, RELEASE, "dated in the future"),
        (recusal(), MEMBER, RELEASE, None),
        (recusal(), CITY, RELEASE, ""),
        (recusal(reason=" "), MEMBER, RELEASE, "does not name a reason"),
        (promise("M4"), CITY, RELEASE, None),
        (promise("M4", owner=" "), CITY, RELEASE, "promises nothing"),
        (promise("M4", due=None), CITY, RELEASE, "promises nothing"),
        (replace(story.vote(), dissent=" "), MEMBER, RELEASE, "carries its reason"),
    ],
)
def test_who_may_say_what(claim: Claim, key: PrivateKey, about: str, reason: str | None) -> None:
    """By the right office, about the right thing, well formed, in force."""
    said = Story()
    found = admit(said.say(claim, key, about=about), (), said.world.directory)

    assert found.outcome is (Outcome.HOLDS if reason is None else Outcome.FAILS)
    assert (reason or "") in found.reason


def test_who_stood_aside_does_not_vote() -> None:
    """A vote that would never count does not enter."""
    said = Story()
    aside = said.say(recusal(), MEMBER)
    vote = said.say(story.vote(), MEMBER)
    other = said.say(story.vote(), named_key(f"{BOARD}/2"))

    assert "does not vote" in admit(vote, [aside], said.world.directory).reason
    assert admit(other, [aside], said.world.directory).outcome is Outcome.HOLDS


def test_an_acceptance_turns_no_finding() -> None:
    """It is shown beside it."""
    said = Story().complete()
    said.said = [one for one in said.said if one.claim != story.mitigation("M5")]
    before = said.conformity().findings
    said.say(acceptance(valid_until=LATER + timedelta(days=1)), said.city.operator)

    assert [(it.control, it.outcome) for it in said.conformity().findings] == [
        (it.control, it.outcome) for it in before
    ]
