from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.claims.authority import Role
from sunlit.claims.names import named_digest
from sunlit.claims.risk import RiskCode, Tier
from sunlit.rubric.published import Published, published_code, tier_of
from sunlit.rubric.votes import NotYet, publishable
from sunlit.testing.authority import BOARD, named_key
from tests.rubric import story
from tests.rubric.story import DEPLOYER, LATER, SOON, USE, Story


def count(said: Story) -> RiskCode | NotYet:
    """Return what the board's votes come to now."""
    return publishable(said.evidence(), said.world.trust.boards[0])


def code(said: Story) -> RiskCode:
    """Return the code that the votes carry."""
    found = count(said)
    assert isinstance(found, RiskCode), found
    return found


def not_yet(said: Story) -> NotYet:
    """Return why there is no code."""
    found = count(said)
    assert isinstance(found, NotYet), found
    return found


def test_k_of_n_make_a_code() -> None:
    """Two of three agree: their digits, ceiling, tier and the earliest end."""
    said = Story()
    said.voted(1)
    said.voted(3, valid_until=SOON)

    found = code(said)

    assert (found.digits, found.ceiling, found.tier) == ("544", 3, Tier.HIGH)
    assert found.valid_until == SOON
    assert len(found.votes) == 2
    assert found.dissents == ()


def test_one_member_is_not_two() -> None:
    """Voting twice, or in one envelope with the same key, counts once."""
    said = Story()
    said.voted(1, 1)

    assert not_yet(said).agreeing == 1
    assert not_yet(said).needed == 2


def test_two_members_may_sign_one_vote() -> None:
    """Each key counts for itself."""
    said = Story()
    said.say(story.vote(), named_key(f"{BOARD}/1"), named_key(f"{BOARD}/2"))

    assert code(said).digits == "544"


def test_the_latest_vote_of_a_member_counts() -> None:
    """A member may change their mind until the code is out, and after."""
    said = Story()
    said.voted(1, 2)
    said.voted(2, ceiling=2)
    assert not_yet(said).agreeing == 1

    said.voted(1, ceiling=2)
    assert code(said).ceiling == 2


def test_the_latest_vote_is_the_one_of_the_latest_time() -> None:
    """A mirror that took logs over in another order counts the same votes."""
    said = Story()
    now = said.world.now
    said.voted(1, 2, voted_on=now - timedelta(days=1))
    said.voted(1, 2, ceiling=2, voted_on=now)
    assert code(said).ceiling == 2

    said.said.reverse()
    assert code(said).ceiling == 2


def test_a_vote_of_no_time_is_of_its_entry() -> None:
    """Nor is any vote later than its entry, whatever it says."""
    said = Story()
    said.voted(1, 2, voted_on=LATER)
    said.voted(1, 2, ceiling=2)

    assert code(said).ceiling == 2


def test_of_two_votes_in_one_second_the_later_entry_counts() -> None:
    """Times are whole seconds."""
    said = Story()
    now = said.world.now
    said.voted(1, 2, voted_on=now)
    said.voted(1, 2, ceiling=2, voted_on=now)

    assert code(said).ceiling == 2


def test_an_expired_vote_does_not_bring_back_an_earlier_one() -> None:
    """Whoever voted anew let go of the old vote."""
    said = Story()
    said.voted(1, 2)
    said.voted(2, valid_until=said.world.now + timedelta(minutes=5))

    assert not_yet(said).agreeing == 1


def test_a_dissent_is_published_and_is_no_agreement() -> None:
    """Even one with the same digits."""
    said = Story()
    said.voted(1, 2)
    said.voted(3, dissent="the target is cover, not need")

    assert len(code(said).dissents) == 1

    said.voted(2, dissent="changed my mind")
    assert not_yet(said).agreeing == 1


def test_a_split_board_publishes_nothing() -> None:
    """With k of at most half the members, two codes could have enough votes."""
    said = Story()
    said.voted(1)
    said.voted(2, ceiling=5)
    board = replace(said.world.trust.boards[0], threshold=1)

    found = publishable(said.evidence(), board)

    assert isinstance(found, NotYet)
    assert "split" in found.reason


def test_nobody_votes_on_what_they_assessed() -> None:
    """A member key that signed a test recuses its whole board: the organisation assessed."""
    said = Story()
    said.say(story.tested(), said.maintainer, named_key(f"{BOARD}/1"))
    said.voted(1, 2, 3)

    assert not_yet(said).agreeing == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "other"},
        {"deployer": "other.example"},
        {"scheme": "other/1"},
        {"impact_max": 200},
        {"ceiling": 0},
        {"ceiling": 10},
        {"area": 0},
        {"impact_raw": 168},
        {"board": "other.example"},
    ],
)
def test_a_vote_on_something_else_does_not_count(changes: dict[str, object]) -> None:
    """Release, use, deployer, scheme and scales have to be these."""
    said = Story()
    said.voted(1, 2, **changes)

    assert not_yet(said).agreeing == 0


def test_others_do_not_vote() -> None:
    """A maintainer's vote and a draft count for nothing."""
    said = Story()
    said.voted(1)
    said.say(story.vote(), said.maintainer)
    said.draft(story.vote())

    assert not_yet(said).agreeing == 1


def test_a_prohibited_use_gets_no_code() -> None:
    """Whatever the board votes."""
    said = Story()
    said.voted(1, 2)
    said.declared(prohibited_practice="c")

    assert "prohibited" in not_yet(said).reason


# --- published codes --------------------------------------------------------------------------


def published(said: Story) -> Published:
    """Return the code in force."""
    found = published_code(said.evidence())
    assert isinstance(found, Published), found
    return found


def voted() -> Story:
    """Return a story in which the board has voted."""
    said = Story()
    said.voted(1, 2)
    return said


def test_a_published_code_is_recounted() -> None:
    """It rests on the votes, not on whoever published it."""
    said = voted()
    said.published()

    assert published(said).code.digits == "544"
    assert tier_of(said.evidence()) is Tier.HIGH
    assert tier_of(voted().evidence()) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"board": "other.example"}, "no board"),
        ({"valid_until": SOON - timedelta(days=300)}, "expired"),
        ({"scheme_digest": "00" * 32}, "another scheme"),
        ({"digits": "111"}, "not the one"),
        ({"ceiling": 9}, "not the one"),
        ({"tier": Tier.LOW}, "not the one"),
        ({"valid_until": LATER + timedelta(days=1)}, "not the one"),
        ({"use": "other"}, "No board has published"),
    ],
)
def test_a_code_that_the_votes_do_not_carry_is_none(changes: dict[str, object], why: str) -> None:
    """Somebody who may sign for the board still cannot invent a code."""
    said = voted()
    said.published(**changes)

    found = published_code(said.evidence())

    assert isinstance(found, str)
    assert why in found


def test_a_code_ends_when_its_votes_no_longer_carry_it() -> None:
    """A member who changes their vote takes the code with it."""
    said = voted()
    said.published()
    said.voted(1, ceiling=1)

    assert "do not carry" in str(published_code(said.evidence()))


def test_a_draft_is_no_published_code() -> None:
    """Nor is one that is about another release."""
    said = voted()
    claim = code(said)
    said.draft(claim)
    said.say(claim, named_key(f"{BOARD}/1"), about="12" * 32)

    assert isinstance(published_code(said.evidence()), str)


def test_without_a_trust_file_there_is_no_board() -> None:
    """Whoever trusts nobody sees no code."""
    said = voted()
    said.published()

    evidence = said.evidence(directory=replace(said.world.directory, trust=None))

    assert "names no board" in str(published_code(evidence))


def test_the_stricter_of_two_codes_counts() -> None:
    """Two statements of one code are the same code; the choice is stable."""
    said = voted()
    said.published()
    said.published(valid_until=LATER - timedelta(days=1))

    assert published(said).code.ceiling == 3


def test_a_use_is_matched_by_deployer_and_component() -> None:
    """Another deployer's use of the same name is another use."""
    said = voted()
    other = replace(story.use(), deployer="other.example", prohibited_practice="c")
    said.say(other, said.city.operator, about=named_digest("use", f"other.example#{USE}"))
    elsewhere = replace(story.use(), component="pkg:generic/other", prohibited_practice="c")
    said.say(elsewhere, said.city.operator, about=named_digest("use", f"{DEPLOYER}#{USE}"))

    assert code(said).digits == "544"


def test_an_assessor_key_is_no_member_key() -> None:
    """Roles do not spill over."""
    said = Story()
    said.voted(1)
    said.say(story.vote(), said.labs[0].key(Role.ASSESSOR))

    assert not_yet(said).agreeing == 1
