from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sunlit.capabilities.assurance.admission import admit
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import (
    ChangePlan,
    CounterEvidence,
    Effort,
    Reply,
    WeightBinding,
    Withdrawal,
)
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.rubric import Outcome
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import LABS, LATER, Story


def enters(said: Story, entry: Admitted, history: Sequence[Admitted] = ()) -> bool:
    """Tell whether the entry may enter after the history."""
    return admit(entry, history, said.world.directory).outcome is Outcome.HOLDS


def test_maintainers_and_assessors_test() -> None:
    """A deployer's operator key does not."""
    said = Story()

    assert enters(said, said.say(story.tested(), said.maintainer))
    assert enters(said, said.say(story.tested(), said.labs[0].key(Role.ASSESSOR)))
    assert not enters(said, said.say(story.tested(), said.city.operator))


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"assessor": LABS[1]}, False),
        ({"scope": ()}, False),
        ({"valid_until": START}, False),
        ({"assessed_on": LATER}, False),
    ],
)
def test_an_assessor_attests_in_its_own_name(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """To a scope, within its dates."""
    said = Story()

    assert enters(said, said.attested(0, **changes)) is admitted


def plan(named: str, **changes: object) -> ChangePlan:
    """Return a change plan."""
    base = ChangePlan(
        assessor=LABS[0], attestation=named, permitted=("retrain",), may_change=("*",),
        retests=("performance",), valid_until=LATER,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"attestation": "00" * 32}, False),
        ({"assessor": LABS[1]}, False),
        ({"retests": ()}, False),
        ({"valid_until": START}, False),
    ],
)
def test_a_change_plan_starts_from_an_attestation_of_ones_own(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """That this log holds, and with something to retest."""
    said = Story()
    first = said.attested(0)
    entry = said.say(plan(first.statement_id, **changes), said.labs[0].key(Role.ASSESSOR))

    assert enters(said, entry, [first]) is admitted


def test_whoever_said_it_takes_it_back() -> None:
    """Any key of that organisation; nobody else; nothing that is not there."""
    said = Story()
    first = said.attested(0)
    claim = Withdrawal(statement=first.statement_id, reason="an error")
    own = said.say(claim, said.labs[0].operator)
    other = said.say(claim, said.maintainer)

    assert enters(said, own, [other, first])
    assert not enters(said, other, [first])
    assert not enters(said, own)


def test_each_of_those_who_said_it_may_take_it_back() -> None:
    """Others may have signed the same statement before them, in an entry of its own."""
    said = Story()
    copied = said.say(story.tested(), said.maintainer)
    own = said.say(story.tested(), said.labs[0].key(Role.ASSESSOR))
    claim = Withdrawal(statement=own.statement_id, reason="an error")
    back = said.say(claim, said.labs[0].operator)

    assert copied.statement_id == own.statement_id
    assert enters(said, back, [copied, own])
    assert not enters(said, said.say(claim, said.labs[1].operator), [copied, own])


LATE = START + timedelta(days=300)
BINDING = WeightBinding(endpoint="chat", method="m", bound_by=LABS[0], bound_from=START,
                        valid_until=LATER)  # fmt: skip
COUNTER = CounterEvidence(statement="", assessor=LABS[0], scope="performance", finding="No.",
                          found_on=START)  # fmt: skip
REPLY = Reply(organisation=LABS[0], text="x", control="assu-2", replied_on=START)
EFFORT = Effort(organisation=LABS[0], activity="red-team", started_on=START, ended_on=LATE)


@pytest.mark.parametrize(
    ("claim", "admitted"),
    [
        (BINDING, True),
        (replace(BINDING, valid_until=START), False),
        (replace(BINDING, bound_by=LABS[1]), False),
        (COUNTER, True),
        (replace(COUNTER, statement="00" * 32), False),
        (replace(COUNTER, found_on=LATER), False),
        (replace(COUNTER, assessor=LABS[1]), False),
        (REPLY, True),
        (replace(REPLY, control=None), False),
        (replace(REPLY, organisation=LABS[1]), False),
        (EFFORT, True),
        (replace(EFFORT, person_days=Decimal("2.5"), cost=Decimal(0), currency="GBP"), True),
        (replace(EFFORT, ended_on=START, started_on=LATE), False),
        (replace(EFFORT, person_days=Decimal(-1)), False),
        (replace(EFFORT, cost=Decimal(1)), False),
        (replace(EFFORT, currency="GBP"), False),
        (replace(EFFORT, organisation=LABS[1]), False),
    ],
)
def test_anybody_known_says_these_in_their_own_name(
    claim: Claim,
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Where it makes sense: a time to bind for, a statement to be against, a cost's currency."""
    said = Story()
    first = said.say(story.tested(), said.maintainer)
    if isinstance(claim, CounterEvidence) and not claim.statement:
        claim = replace(claim, statement=first.statement_id)
    entry = said.say(claim, said.labs[0].operator)

    assert enters(said, entry, [first]) is admitted


def test_a_room_answers_for_its_own_claims_only() -> None:
    """A component belongs to provenance."""
    said = Story()

    assert not enters(said, said.say(story.component(), said.maintainer))
