"""Nobody votes on what they assessed, by whichever of their keys: asked of people, not of keys."""

from collections.abc import Callable, Collection

from sunlit.claims.risk import RiskCode
from sunlit.rubric.finding import Outcome
from sunlit.rubric.own_work import votes_apart
from sunlit.rubric.votes import publishable
from sunlit.testing.authority import BOARD, named_key
from tests.rubric import story
from tests.rubric.story import Story


def agreed(said: Story) -> RiskCode:
    """Return the code that the votes carry by the keys alone."""
    found = publishable(said.evidence(), said.world.trust.boards[0])
    assert isinstance(found, RiskCode), found
    return found


def held(**people: Collection[str]) -> Callable[[Collection[str]], frozenset[str]]:
    """Return what tells who holds keys, from the key ids of each person."""
    return lambda keys: frozenset(who for who, own in people.items() if set(own) & set(keys))


def seat(number: int) -> str:
    """Return the id of a board member's key."""
    return named_key(f"{BOARD}/{number}").public.key_id


def voted_and_tested() -> tuple[Story, str]:
    """Return a release with a test and two votes, and the id of the tester's key."""
    said = Story()
    said.say(story.tested(), said.maintainer)
    said.voted(1)
    said.voted(2, valid_until=story.SOON)
    return said, said.maintainer.public.key_id


def test_a_vote_and_an_assessment_of_one_person_fail_whatever_the_keys() -> None:
    """The keys differ, so the votes count; the person is one, so no code is made of them."""
    said, tester = voted_and_tested()
    code = agreed(said)

    found = votes_apart(said.evidence(), code, held(ann={seat(1)}, bob={seat(2), tester}))

    assert found.outcome is Outcome.FAILS
    vote, own = found.rests_on
    assert vote in code.votes
    assert own not in code.votes
    assert "stands aside" in (found.mend or "")


def test_votes_of_people_who_judged_nothing_hold() -> None:
    """It rests on the votes; who tested may be anybody else."""
    said, tester = voted_and_tested()
    code = agreed(said)

    found = votes_apart(said.evidence(), code, held(ann={seat(1)}, bob={seat(2)}, eve={tester}))

    assert found.outcome is Outcome.HOLDS
    assert set(found.rests_on) == set(code.votes)


def test_whose_keys_nobody_knows_is_unknown() -> None:
    """Silence is no answer: it names the votes that it cannot tell of."""
    said, _ = voted_and_tested()
    code = agreed(said)

    found = votes_apart(said.evidence(), code, held(ann={seat(1)}))

    assert found.outcome is Outcome.UNKNOWN
    assert len(found.rests_on) == 1
    assert set(found.rests_on) < set(code.votes)
    assert found.mend


def test_a_code_of_votes_that_are_not_here_is_unknown() -> None:
    """Nothing was seen, so nothing is said of it."""
    said, _ = voted_and_tested()
    code = agreed(said)

    assert votes_apart(Story().evidence(), code, held()).outcome is Outcome.UNKNOWN


def test_a_dissent_does_not_carry_a_code() -> None:
    """Who judged and dissents is named beside the code, and does not stop the others."""
    said, tester = voted_and_tested()
    said.voted(3, dissent="It harms the poorest")

    people = held(ann={seat(1)}, bob={seat(2)}, eve={seat(3), tester})

    assert votes_apart(said.evidence(), agreed(said), people).outcome is Outcome.HOLDS
