"""Who stands aside never votes, and votes count alike in whatever order they stand."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import RiskCode
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.votes import NotYet, publishable, recused
from sunlit.testing.authority import BOARD, START, named_key
from tests.rubric import story
from tests.rubric.risks import recusal
from tests.rubric.story import Story


def count(said: Story) -> RiskCode | NotYet:
    """Return what the board's votes come to now."""
    return publishable(said.evidence(), said.world.trust.boards[0])


def test_a_recused_members_vote_never_counts_whichever_came_first() -> None:
    """Before the vote or after it."""
    after, before = Story(), Story()
    after.voted(1, 2)
    after.say(recusal(), named_key(f"{BOARD}/2"))
    before.say(recusal(), named_key(f"{BOARD}/2"))
    before.voted(1, 2)

    for said in (after, before):
        found = count(said)
        assert isinstance(found, NotYet)
        assert found.agreeing == 1


def test_a_recusal_takes_down_a_code_that_was_published() -> None:
    """Whoever reads it counts again."""
    said = Story().complete()
    assert isinstance(published_code(said.evidence()), Published)

    said.say(recusal(), named_key(f"{BOARD}/1"))

    assert "do not carry the code" in str(published_code(said.evidence()))


def test_a_recusal_is_the_members_own_and_for_good() -> None:
    """For this board, release, use and deployer; nobody takes it back; a draft is none."""
    said = Story()
    first = said.say(recusal(), named_key(f"{BOARD}/1"))
    said.say(recusal(reason="x", supersedes=first.statement_id), named_key(f"{BOARD}/2"))
    said.say(recusal(use="other"), named_key(f"{BOARD}/3"))
    said.say(recusal(board="other.example"), named_key(f"{BOARD}/3"))
    said.draft(recusal())

    keys = {named_key(f"{BOARD}/{n}").public.key_id for n in (1, 2)}
    assert recused(said.evidence(), BOARD) == keys


def told() -> Story:
    """Return a story of nine words of three members, some of which replace earlier ones."""
    said = Story()
    words: list[tuple[int, dict[str, object]]] = [
        (1, {}), (2, {"ceiling": 2}), (1, {"ceiling": 2}), (3, {"dissent": "too soon"}),
        (3, {}), (2, {"voted_on": START}), (1, {"ceiling": 2}),
    ]  # fmt: skip
    for hour, (member, changes) in enumerate(words):
        said.voted(member, **{"impact_raw": 60 + hour % 2, **changes})
    return said


TOLD = told()


@settings(max_examples=30)
@given(st.permutations(TOLD.said), st.sampled_from([0, 1, 2, 3]))
def test_votes_count_alike_in_any_order(order: list[Admitted], aside: int) -> None:
    """And with any member recused: the same code, or the same reason."""
    extra = [Admitted(claim=recusal(), statement_id="f" * 64, subjects=TOLD.said[0].subjects,
                      signers=(named_key(f"{BOARD}/{aside}").public.key_id,), index=99,
                      admitted_at=START)]  # fmt: skip
    board = TOLD.world.trust.boards[0]
    evidence = TOLD.evidence()

    one = publishable(replace(evidence, statements=(*TOLD.said, *extra)), board)
    other = publishable(replace(evidence, statements=(*extra, *order)), board)

    assert one == other


def test_two_votes_of_one_second_count_alike_in_any_order() -> None:
    """Within a log the later entry counts."""
    said = Story()
    now = said.world.now
    said.voted(1, 2, voted_on=now)
    said.voted(1, 2, ceiling=2, voted_on=now)
    last = [replace(one, admitted_at=said.world.now) for one in said.said]
    board = said.world.trust.boards[0]

    for order in (last, last[::-1]):
        found = publishable(said.evidence(statements=tuple(order)), board)
        assert isinstance(found, RiskCode)
        assert found.ceiling == 2
    assert story.vote().ceiling == 3
