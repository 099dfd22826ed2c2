"""What is shown beside a finding: who speaks against it, who answers, under which contract."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sunlit.claims.assurance import CounterEvidence, Reply, Withdrawal
from sunlit.claims.authority import Role
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome
from sunlit.testing.authority import START
from sunlit.views.findings_beside import Remark, beside, taken_back
from tests.rubric import story
from tests.rubric.story import DEPLOYER, LABS, MAKER, Story

CONTROL = "assu-x"


def conformity(evidence: Evidence, *rests_on: str) -> Conformity:
    """Return a conformity with one finding that rests on some statements."""
    finding = Finding(control=CONTROL, title="x", outcome=Outcome.HOLDS, reason="x",
                      rests_on=rests_on)  # fmt: skip
    return Conformity(
        release=evidence.release, component=None, use=None, deployer=None, rubric="00" * 32,
        engine="e", at=evidence.at, findings=(finding,),
    )  # fmt: skip


@pytest.fixture
def said() -> Story:
    """A release, tested by its maker, attested by lab-a under a contract."""
    told = Story().made()
    told.declared()
    told.attested(0, contract="C-7\x1b[2J")
    return told


def shown(said: Story, *rests_on: str) -> Sequence[Remark]:
    """Return what stands beside the finding."""
    evidence = said.evidence()
    return beside(conformity(evidence, *rests_on), evidence).get(CONTROL, ())


def test_counter_evidence_a_reply_to_it_and_a_contract_stand_beside(said: Story) -> None:
    """In this order; somebody's words are printable, whatever they hold."""
    attested = said.said[-1]
    against = CounterEvidence(
        statement=attested.statement_id, assessor=LABS[2], scope="performance",
        finding="Not so.\nAt all.", found_on=START,
    )  # fmt: skip
    entry = said.say(against, said.labs[2].key(Role.ASSESSOR))
    answer = Reply(organisation=MAKER, text="It is.", statements=(entry.statement_id,),
                   replied_on=START)  # fmt: skip
    said.say(answer, said.maintainer)
    remarks = shown(said, attested.statement_id)
    assert [one.kind for one in remarks] == ["counter-evidence", "reply", "contract"]
    assert [one.stands for one in remarks] == [True, None, None]
    assert [one.line for one in remarks] == [
        "counter-evidence of lab-c.example, 2026-01-01: Not so. At all. [stands]",
        "reply of maker.example, 2026-01-01: It is.",
        "contract C-7 [2J (lab-a.example)",
    ]
    assert remarks[0].to_json()["saidOn"] == "2026-01-01T00:00:00Z"
    assert shown(said) == ()


def test_counter_evidence_that_does_not_stand_is_shown_with_the_reason(said: Story) -> None:
    """Anybody known may bring it."""
    test = next(it for it in said.said if it.claim == story.tested())
    against = CounterEvidence(
        statement=test.statement_id, assessor=DEPLOYER, scope="performance", finding="No.",
        found_on=START,
    )  # fmt: skip
    said.say(against, said.city.operator)
    (one,) = shown(said, test.statement_id)
    assert one.stands is False
    assert "[It is shown only: the key is not registered as assessor.]" in one.line


@pytest.mark.parametrize(("who", "count"), [("maker", 1), ("city", 1), ("lab-b", 0)])
def test_who_was_assessed_replies_and_nobody_else(said: Story, who: str, count: int) -> None:
    """To a control by its name; the words of others stand in the log, not beside the finding."""
    keys = {
        "maker": (MAKER, said.maintainer), "city": (DEPLOYER, said.city.operator),
        "lab-b": (LABS[1], said.labs[1].operator),
    }  # fmt: skip
    organisation, key = keys[who]
    reply = Reply(organisation=organisation, text="x", control=CONTROL, replied_on=START)
    said.say(reply, key)
    said.say(replace(reply, organisation=MAKER, text="forged"), said.labs[1].operator)
    assert len(shown(said)) == count


def test_whoever_is_answered_replies_too(said: Story) -> None:
    """A laboratory whose attestation is contested."""
    attested = said.said[-1]
    reply = Reply(organisation=LABS[0], text="x", statements=(attested.statement_id,),
                  replied_on=START)  # fmt: skip
    said.say(reply, said.labs[0].operator)
    assert [one.kind for one in shown(said, attested.statement_id)] == ["reply", "contract"]


def test_what_was_taken_back_is_listed_with_the_reason(said: Story) -> None:
    """Only by those who said it, and only what tests and attests."""
    attested, other = said.said[-1], said.said[0]
    back = Withdrawal(statement=attested.statement_id, reason="Wrong data.")
    said.say(back, said.maintainer)
    assert taken_back(said.evidence()) == ()
    said.say(back, said.labs[0].key(Role.ASSESSOR))
    said.say(Withdrawal(statement=other.statement_id, reason="x"), said.maintainer)
    said.say(Withdrawal(statement="00" * 32, reason="x"), said.maintainer)
    (one,) = taken_back(said.evidence())
    assert one.statement == attested.statement_id
    assert one.line == "withdrawal of lab-a.example, 2026-01-01: an attestation: Wrong data."
