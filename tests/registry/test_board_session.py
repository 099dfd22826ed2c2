"""A board sits in public: it opens, votes, dissents, stands aside; its code's moves are told."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import VerificationError
from sunlit.claims.assurance import Attestation
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Status, TokenKind
from sunlit.claims.risk import BoardSession, Vote
from sunlit.registry.assessment import assess
from sunlit.registry.assessment_form import Form
from sunlit.registry.assure import judge
from sunlit.registry.blobs import read_blob
from sunlit.registry.board import Judgement, publish, standing, vote
from sunlit.registry.board_history import board_history
from sunlit.registry.board_session import open_session, recuse
from sunlit.registry.reconsider import reconsider, suspend
from sunlit.registry.saying import say
from sunlit.registry.status import status_of
from sunlit.registry.token import Terms, issue
from sunlit.registry.use import Done, accept_risk, declare_measure, declare_use, mitigate
from sunlit.rubric.control import Parameter, Rubric, Stricter
from sunlit.rubric.core import core_rubric
from sunlit.testing.authority import BOARD, named_key
from sunlit.views.register_explain import explained
from tests.registry.telling import CITY, ISSUER_KEY, Telling, telling
from tests.rubric.risks import answers
from tests.rubric.story import DEPLOYER, LATER, USE, use

WHOLE = Form(area=5, autonomy_level=4, row="UC05", answers=answers())
MEMBER = named_key(f"{BOARD}/1")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """An issuer's ledger in which nothing was said yet."""
    with telling(tmp_path) as found:
        yield found


def strict(rubric: Rubric, **asked: int) -> Rubric:
    """Return the rubric with parameters of the board's control set."""
    more = tuple(
        Parameter(id=f"risk-4.{name}", name=name.replace("_", "-"), values=(str(value),),
                  stricter=Stricter.HIGHER)
        for name, value in asked.items()
    )  # fmt: skip
    return replace(rubric, controls=tuple(
        replace(it, parameters=more) if it.id == "risk-4" else it for it in rubric.controls
    ))  # fmt: skip


def test_a_session_names_what_the_members_are_given(told: Telling, tmp_path: Path) -> None:
    """Conformity, assessment, attestations and a file: by digest, and kept."""
    told.registered().made().declared()
    assess(told.ledger, use(), WHOLE, valid_until=LATER, signer=CITY)
    word = told.attested(0)
    assert isinstance(word.claim, Attestation)
    key = told.story.labs[0].key(Role.ASSESSOR)
    say(told.ledger, replace(word.claim, use="other"), told.component.subject(), key)
    paper = tmp_path / "minutes.txt"
    paper.write_bytes(b"What was said before.")

    said = open_session(
        told.ledger, told.component, told.question, BOARD, closes_on=LATER, signer=MEMBER,
        documents=[paper],
    )  # fmt: skip

    assert isinstance(said.claim, BoardSession)
    names = [str(it.name) for it in said.claim.documents]
    assert names == ["conformity", "assessment", "attestation by lab-a.example", "minutes.txt"]
    assert read_blob(told.ledger.home, str(said.claim.documents[3].digest["sha256"]))
    assert read_blob(told.ledger.home, str(said.claim.documents[0].digest["sha256"]))


def test_a_vote_takes_its_scores_from_the_assessment(told: Telling) -> None:
    """Unless the member names others; without an assessment they have to."""
    told.registered().made()
    declare_use(told.ledger, use(), CITY)
    blank = Judgement(impact_raw=None, autonomy_level=None, ceiling=3, valid_until=LATER)
    with pytest.raises(VerificationError) as caught:
        vote(told.ledger, told.component, use(), BOARD, blank, MEMBER)
    assess(told.ledger, use(), WHOLE, valid_until=LATER, signer=CITY)

    said = vote(told.ledger, told.component, use(), BOARD, blank, MEMBER)
    other = vote(told.ledger, told.component, use(), BOARD, replace(blank, impact_raw=99), MEMBER)

    assert caught.value.code == "board.no-assessment"
    assert isinstance(said.claim, Vote)
    assert isinstance(other.claim, Vote)
    assert (said.claim.impact_raw, said.claim.autonomy_level) == (WHOLE.score.raw, 4)
    assert (other.claim.impact_raw, other.claim.autonomy_level) == (99, 4)


def test_a_code_waits_for_what_the_rubric_asks(told: Telling) -> None:
    """A session, its days, enough members: before anything is said."""
    told.registered().made().declared()
    told.voted(1)
    told.voted(2)
    asked = strict(core_rubric(), needs_session=1, min_days_open=7)
    question = replace(told.question, rubric=asked)

    with pytest.raises(VerificationError) as caught:
        publish(told.ledger, told.component, question, BOARD, MEMBER)
    assert caught.value.code == "board.no-quorum"
    open_session(told.ledger, told.component, question, BOARD, closes_on=LATER, signer=MEMBER)
    told.clock.at += timedelta(days=7)
    question = replace(question, at=told.clock.at)

    publish(told.ledger, told.component, question, BOARD, MEMBER)
    found = standing(told.ledger.history, told.component, question, BOARD)
    assert found.code.startswith("544")
    assert found.to_json()["sessions"]


def test_who_stands_aside_is_shown_and_cannot_vote(told: Telling) -> None:
    """A later vote is refused, an earlier one counts no more."""
    told.registered().made().declared()
    told.voted(1)
    recuse(told.ledger, told.component, use(), BOARD, "I advised the maker", MEMBER)

    with pytest.raises(VerificationError, match="does not vote"):
        told.voted(1, ceiling=4)
    found = standing(told.ledger.history, told.component, told.question, BOARD)
    assert found.ballots == ()
    assert [it.reason for it in found.recusals] == ["I advised the maker"]


def test_digit_4_moves_with_time(told: Telling) -> None:
    """Nobody types anything: at one second all is in place, at the next it has ended."""
    told.complete()
    before = standing(told.ledger.history, told.component, told.question, BOARD)
    told.clock.at = LATER - timedelta(seconds=1)
    still = standing(told.ledger.history, told.component, told.question, BOARD)
    told.clock.at = LATER
    after = standing(told.ledger.history, told.component, told.question, BOARD)

    assert (before.code, still.code, after.code) == ("5441", "5441", "0008")
    assert before.gap.expires is not None


def test_an_attestation_that_ends_takes_d4_over_the_ceiling_and_suspends_the_token(
    told: Telling,
) -> None:
    """An assessor shortens its word after the token was given: when it ends, the token rests.

    Without that a token ends no later than what it rests on, so its own end comes first.
    """
    told.registered().made().declared()
    word = told.attested(0)
    told.attested(1)
    told.voted(1, ceiling=1)
    told.voted(2, ceiling=1)
    told.published()
    told.mitigated()
    terms = Terms(kind=TokenKind.FULL, use=USE, deployer=DEPLOYER, days=300)
    done = issue(told.ledger, told.component, core_rubric(), terms, signer=ISSUER_KEY,
                 at=told.clock.at)  # fmt: skip
    ends = told.clock.at + timedelta(days=30)
    assert isinstance(word.claim, Attestation)
    shorter = replace(word.claim, valid_until=ends, supersedes=word.statement_id)
    say(told.ledger, shorter, told.component.subject(), told.story.labs[0].key(Role.ASSESSOR))

    told.clock.at = ends - timedelta(seconds=1)
    (still,) = reconsider(told.ledger, [core_rubric()], told.clock.at)
    told.clock.at = ends
    found = reconsider(told.ledger, [core_rubric()], told.clock.at)
    suspend(told.ledger, found, ISSUER_KEY)

    assert still.against == ()
    assert "the last digit of the risk code is 2, and may be 1 at most" in found[0].reason
    assert status_of(told.ledger.history.statements, done.said.statement_id) is Status.SUSPENDED


def test_history_tells_each_move_and_why(told: Telling) -> None:
    """Votes, dissents with reasons, the code, and evidence that ended by itself."""
    told.complete()
    told.clock.at += timedelta(days=1)
    told.voted(3, dissent="the target is cover, not need")
    done = Done(practice="M4", owner="IT office", due=LATER)
    mitigate(told.ledger, told.component, (USE, DEPLOYER), done, valid_until=LATER, signer=CITY)
    question = replace(told.question, at=LATER + timedelta(days=1))

    moves = board_history(told.ledger.history, told.component, question, use())

    told_of = [reason for move in moves for reason in move.why]
    assert any(
        re.match(r"Member [1-9] dissented: the target is cover", reason) for reason in told_of
    )
    assert any(reason.startswith(f"{BOARD} published 544") for reason in told_of)
    ended = next(move for move in moves if move.at == LATER)
    assert ended.code == "0008"
    assert any(
        reason.startswith("M5, ") and "from “In place” to “Missing”" in reason
        for reason in ended.why
    )
    assert not any("Not answered" in reason for reason in ended.why)
    assert [move.at for move in moves] == sorted(move.at for move in moves)
    assert ended.to_json()["code"] == "0008"
    early = board_history(told.ledger.history, told.component,
                          replace(question, at=told.clock.at), use())  # fmt: skip
    assert early == tuple(move for move in moves if move.at <= told.clock.at)


def test_a_code_is_explained(told: Telling) -> None:
    """Each digit, its source and statements; what would lower D4; what lapses next."""
    told.registered().made().declared()
    blank = judge(told.component, (), (), told.ledger.history, told.question)
    none = explained(blank.evidence, blank.conformity)
    assess(told.ledger, use(), WHOLE, valid_until=LATER, signer=CITY)
    told.attested(0)
    told.voted(1)
    told.voted(2)
    told.published()
    mitigate(told.ledger, told.component, (USE, DEPLOYER),
             Done(practice="M5", owner="HR", due=LATER - timedelta(days=9)),
             valid_until=LATER, signer=CITY)  # fmt: skip
    found = judge(told.component, (), (), told.ledger.history, told.question)

    made = explained(found.evidence, found.conformity, "model")
    document = made.to_json()

    assert none.code.startswith("000")
    assert none.tier is None
    assert [digit.value for digit in made.digits] == list(made.code)
    assert "the deployer assessed" in made.digits[1].because
    assert made.tier_why
    assert made.lower["M7"] == (
        "sunlit use mitigate model --use outreach --practice M7 --evidence TEXT --home HOME",
    )
    assert any("the promise of M5 by HR" in what for _, what in made.lapses)
    assert len(made.lapses) <= 5
    assert document["code"] == made.code


def test_a_measure_keeps_its_document_and_an_acceptance_is_shown(told: Telling) -> None:
    """By digest; both by the deployer."""
    told.registered().made().declared()
    with_paper = declare_measure(
        told.ledger, (USE, DEPLOYER), topic="logging", text="Kept", owner="IT",
        document=("order.txt", b"We keep logs."), valid_until=LATER, signer=CITY,
    )  # fmt: skip
    without = declare_measure(
        told.ledger, (USE, DEPLOYER), topic="notice", text="Told", owner=None, document=None,
        valid_until=LATER, signer=CITY,
    )  # fmt: skip
    accepted = accept_risk(
        told.ledger, told.component, (USE, DEPLOYER), what="M5", reason="May", owner="Director",
        valid_until=LATER, signer=CITY,
    )  # fmt: skip

    digest = with_paper.claim.to_predicate()["evidence"]
    assert isinstance(digest, dict)
    assert read_blob(told.ledger.home, digest["digest"]["sha256"]) == b"We keep logs."
    assert without.claim.to_predicate().get("evidence") is None
    assert accepted.index > without.index
