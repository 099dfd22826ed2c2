from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.capabilities.risk.admission import admit
from sunlit.claims.admitted import Admitted
from sunlit.claims.names import named_digest
from sunlit.claims.risk import RiskCode
from sunlit.rubric import Outcome
from sunlit.rubric.votes import publishable
from sunlit.testing.authority import BOARD, START, named_key
from tests.rubric import story
from tests.rubric.story import DEPLOYER, LATER, USE, Story


def enters(said: Story, entry: Admitted, history: Sequence[Admitted] = ()) -> bool:
    """Tell whether the entry may enter after the history."""
    return admit(entry, history, said.world.directory).outcome is Outcome.HOLDS


def test_a_deployer_declares_its_own_use() -> None:
    """About exactly that use, in areas that exist."""
    said = Story()
    about = named_digest("use", f"{DEPLOYER}#{USE}")
    claim = story.use()

    assert enters(said, said.say(claim, said.city.operator, about=about))
    assert not enters(said, said.say(claim, said.maintainer, about=about))
    assert not enters(said, said.say(claim, said.city.operator, about="12" * 32))
    odd = replace(claim, further_areas=(10,))
    assert not enters(said, said.say(odd, said.city.operator, about=about))


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"scheme": "other/1"}, False),
        ({"ceiling": 10}, False),
        ({"valid_until": START}, False),
        ({"voted_on": START}, True),
        ({"voted_on": LATER - timedelta(days=1)}, False),
        ({"board": "other.example"}, False),
    ],
)
def test_a_member_votes(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """For their board, under this scheme, within its scales."""
    said = Story()
    entry = said.say(replace(story.vote(), **changes), named_key(f"{BOARD}/1"))  # type: ignore[arg-type]

    assert enters(said, entry) is admitted


def test_others_do_not_vote() -> None:
    """Nor does a member together with somebody else, or about another release."""
    said = Story()
    member = named_key(f"{BOARD}/1")

    assert not enters(said, said.say(story.vote(), said.maintainer))
    assert not enters(said, said.say(replace(story.vote(), ceiling=2), member, said.maintainer))
    assert not enters(said, said.say(story.vote(), member, about="12" * 32))


def test_nobody_votes_on_what_they_tested() -> None:
    """The log's own history recuses."""
    said = Story()
    member = named_key(f"{BOARD}/1")
    test = said.say(story.tested(), said.maintainer, member)

    assert not enters(said, said.say(story.vote(), member), [test])


def code(said: Story, **changes: object) -> Admitted:
    """Publish what two votes carry, with changes."""
    said.voted(1, 2)
    agreed = publishable(said.evidence(), said.world.trust.boards[0])
    assert isinstance(agreed, RiskCode)
    claim = replace(agreed, **changes)  # type: ignore[arg-type]
    return said.say(claim, named_key(f"{BOARD}/1"))


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"digits": "111"}, False),
        ({"votes": ()}, False),
        ({"dissents": ("00" * 32,)}, False),
        ({"valid_until": LATER.replace(year=2029)}, False),
        ({"release": "12" * 32}, False),
    ],
)
def test_a_code_enters_when_the_votes_carry_it(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Exactly the one that they carry."""
    said = Story()
    entry = code(said, **changes)

    assert enters(said, entry, said.said[:-1]) is admitted


def test_without_the_votes_there_is_no_code() -> None:
    """One vote is not two, and a maintainer publishes nothing."""
    said = Story()
    entry = code(said)
    theirs = said.say(entry.claim, said.maintainer)

    assert not enters(said, entry, said.said[:1])
    assert not enters(said, theirs, said.said[:2])


def test_without_a_trust_file_there_is_no_board() -> None:
    """Whoever trusts nobody admits nothing."""
    said = Story()
    entry = code(said)
    nobody = replace(said.world.directory, trust=None)

    assert admit(entry, said.said, nobody).outcome is Outcome.FAILS


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"practice": "M9"}, False),
        ({"evidence": None}, False),
        ({"evidence": None, "not_needed_ground": "Art 2(6)"}, True),
        ({"deployer": "other.example"}, False),
    ],
)
def test_the_deployer_says_what_was_done(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """One of the eight practices, with evidence or a legal ground."""
    said = Story()
    claim = replace(story.mitigation("M4"), **changes)  # type: ignore[arg-type]

    assert enters(said, said.say(claim, said.city.operator)) is admitted


def test_a_maintainer_may_evidence_but_not_excuse() -> None:
    """What the law asks for is for the deployer to say."""
    said = Story()
    excuse = replace(story.mitigation("M4"), not_needed_ground="Art 2(6)")

    assert enters(said, said.say(story.mitigation("M4"), said.maintainer))
    assert not enters(said, said.say(excuse, said.maintainer))


def test_a_room_answers_for_its_own_claims_only() -> None:
    """A component belongs to provenance."""
    said = Story()

    assert not enters(said, said.say(story.component(), said.maintainer))
