from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.claims.authority import Role as KeyRole
from sunlit.claims.risk import BoardSession, Mitigation, RiskCode, Tier
from sunlit.node.permission import Role
from sunlit.node.proposal import Proposal
from sunlit.node.review_queue import (
    Typed as Attested,
)
from sunlit.node.review_queue import (
    independent,
    may_attest,
    queue,
    to_attest,
    to_declare,
)
from sunlit.node.review_queue import (
    problems as wrong_attestation,
)
from sunlit.node.risk_edit import Choice, cell_of, expect_unchanged, still, version
from sunlit.node.risk_edit import Typed as Edited
from sunlit.node.risk_edit import problems as wrong_cell
from sunlit.node.risk_edit import to_sign as sign_cell
from sunlit.node.voting import (
    Typed,
    is_chair,
    material,
    may_vote,
    problems,
    sits,
    suggested,
    to_open,
    to_publish,
    to_recuse,
    to_vote,
    why_not_yet,
)
from sunlit.registry.saying import Said, say
from sunlit.rubric.core import core_rubric
from sunlit.rubric.finding import Outcome
from sunlit.rubric.mitigations import State
from sunlit.rubric.published import Published
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import BOARD
from sunlit.views.tasks import Case
from tests.node.working import BLANK, CHAIR, KEY, MEMBER, Working, member_key, working
from tests.registry.telling import CITY
from tests.rubric.story import DEPLOYER, LABS, LATER, MAKER

VOTE = Typed(impact=60, autonomy=4, area=5, ceiling=3, valid_until=LATER - timedelta(days=40))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    """A log that no test changes."""
    with working(tmp_path_factory.mktemp("voting")) as found:
        found.opened()
        yield found


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Working]:
    """A log of the test's own."""
    with working(tmp_path) as found:
        yield found


def nobody(keys: Collection[str]) -> frozenset[str]:
    """Return who holds keys where nobody signs in."""
    del keys
    return frozenset()


def case_of(work: Working, key: str = KEY) -> Case:
    """Return a use as it stands now, whatever was known."""
    return work.known.case(key, work.at)


def sign(work: Working, proposal: Proposal, key: PrivateKey) -> Said:
    """Sign what was proposed and let the log admit it."""
    return say(work.told.ledger, proposal.claim, proposal.subjects[0], key)


def keys(number: int) -> frozenset[str]:
    """Return the key ids of a member."""
    return frozenset({member_key(number).public.key_id})


# --- the board --------------------------------------------------------------------------------


def test_a_board_opens_votes_and_publishes(work: Working) -> None:
    """Each proposal is what the log admits; at the end there is a code in force."""
    opened = to_open(case_of(work), sits(case_of(work), BOARD), LATER, work.at, "Please read")
    assert isinstance(opened.claim, BoardSession)
    assert {it.name for it in opened.claim.documents} >= {"conformity", "assessment"}
    sign(work, opened, member_key(1))
    case = case_of(work)
    assert sits(case, BOARD).is_open
    for number in (1, 2):
        assert may_vote(case, sits(case, BOARD), keys(number))
        sign(work, to_vote(case, sits(case, BOARD), VOTE, work.at), member_key(number))
    dissent = replace(VOTE, ceiling=1, dissents=True, dissent="It harms the poorest")
    sign(work, to_vote(case, sits(case, BOARD), dissent, work.at), member_key(3))

    case = case_of(work)
    code = to_publish(case, sits(case, BOARD), core_rubric(), nobody)
    assert isinstance(code.claim, RiskCode)
    assert len(code.claim.dissents) == 1
    sign(work, code, member_key(1))
    settled = sits(case_of(work), BOARD)
    assert settled.is_settled
    assert not settled.is_open


def test_no_code_is_published_before_enough_agree(read: Working) -> None:
    """The reason is the one that the rubric gives."""
    case = case_of(read)
    assert why_not_yet(case, sits(case, BOARD), core_rubric(), nobody).outcome is Outcome.FAILS
    with pytest.raises(VerificationError, match="members"):
        to_publish(case, sits(case, BOARD), core_rubric(), nobody)


def test_who_stands_aside_does_not_vote(work: Working) -> None:
    """For good; and it takes a reason."""
    case = case_of(work)
    with pytest.raises(MalformedError, match="reason"):
        to_recuse(case, sits(case, BOARD), "  ", work.at)
    sign(work, to_recuse(case, sits(case, BOARD), "My sister works there", work.at), member_key(2))

    case = case_of(work)
    answer = may_vote(case, sits(case, BOARD), keys(2))
    assert "stood aside" in answer.reason
    assert sits(case, BOARD).missing == ("board.example/1", "board.example/3")


def test_only_seats_of_the_trust_file_vote(read: Working) -> None:
    """A passkey that is none is told so; an organisation without a board has no page."""
    case = case_of(read)
    assert "seat" in may_vote(case, sits(case, BOARD), frozenset({"none"})).reason
    for organisation in (DEPLOYER, None):
        with pytest.raises(UnavailableError, match="no board"):
            sits(case, organisation)
    with pytest.raises(UnavailableError):
        sits(case_of(read, BLANK), BOARD)


def test_who_assessed_a_thing_does_not_vote_on_it(work: Working) -> None:
    """The same key on both sides is refused before anything is typed."""
    lab = work.told.story.labs[0].key(KeyRole.ASSESSOR).public.key_id
    case = case_of(work)
    found = sits(case, BOARD)
    seat = replace(found.seats[0], key=lab)
    assert "assessed" in may_vote(case, replace(found, seats=(seat,)), frozenset({lab})).reason


def test_the_deployers_scores_are_suggested(read: Working) -> None:
    """Where there are any; a member may take them or not."""
    case, none = case_of(read), case_of(read, BLANK)
    where = sits(case, BOARD)
    known = suggested(case, where, read.at)
    blank = suggested(none, replace(where, published=None), read.at)

    assert (known.area, known.autonomy) == (5, 4)
    assert (blank.area, blank.impact) == (None, None)
    assert len(material(case_of(read))) == 3


def test_a_vote_is_suggested_to_end_no_sooner_than_the_code_in_force(read: Working) -> None:
    """Else the vote of one who agrees would end what the others hold for good."""
    case = case_of(read)
    later = read.at + timedelta(days=900)
    code = RiskCode(
        board=BOARD, release="", use="outreach", deployer=DEPLOYER, scheme="", scheme_digest="",
        digits="544", ceiling=3, tier=Tier.HIGH, votes=(), valid_until=later,
    )  # fmt: skip
    held = replace(sits(case, BOARD), published=Published(code=code, rests_on=()))

    assert suggested(case, held, read.at).valid_until == later


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"area": None}, "area"), ({"area": 10}, "area"), ({"impact": 999}, "impact"),
        ({"autonomy": 0}, "autonomy"), ({"ceiling": 10}, "ceiling"),
        ({"valid_until": None}, "valid_until"), ({"dissents": True}, "dissent"),
        ({"dissent": "x" * 1_001}, "dissent"),
    ],
)  # fmt: skip
def test_a_vote_that_is_none_is_said_beside_the_field(
    read: Working, changes: dict[str, object], field: str
) -> None:
    """Also a code that would last for ever, or is over."""
    assert list(problems(replace(VOTE, **changes), read.at)) == [field]  # type: ignore[arg-type]
    for days in (-1, 400):
        late = replace(VOTE, valid_until=read.at + timedelta(days=days))
        assert list(problems(late, read.at)) == ["valid_until"]
    assert problems(VOTE, read.at) == {}


def test_the_chair_is_who_publishes() -> None:
    """A member does not."""
    assert is_chair(CHAIR)
    assert not is_chair(MEMBER)
    assert Role.CHAIR in CHAIR.roles


# --- reviews ----------------------------------------------------------------------------------


ATTESTED = Attested(
    scopes=("performance",), result="PASSED", method="Ran it again", limits="0.81 of 0.80",
    assessed_on=LATER - timedelta(days=400), valid_until=LATER - timedelta(days=40),
    no_conflict="no", contract="C-1",
)  # fmt: skip


def test_the_queue_says_who_may_not_and_why(read: Working) -> None:
    """The makers' own house sees the reason; those who may come first."""
    cases = [case_of(read), case_of(read, BLANK)]
    rows = {row.case.key: row for row in queue(cases, LABS[2], read.at)}

    assert rows[KEY].why_not is None
    assert rows[KEY].scopes == ("performance", "target-validity")
    assert rows[KEY].attested == (LABS[0],)
    assert "no release" in str(rows[BLANK].why_not)
    for own in (MAKER, DEPLOYER):
        assert queue(cases, own, read.at)[0].why_not
        assert not independent(case_of(read), own, read.at)
    stranger = {row.case.key: row for row in queue(cases, "stranger.example", read.at)}
    assert "not an organisation that is known" in str(stranger[KEY].why_not)


def test_an_attestation_of_an_independent_assessor_enters(work: Working) -> None:
    """What the page let pass, the log admits."""
    case, lab = case_of(work), work.told.story.labs[2]
    key = lab.key(KeyRole.ASSESSOR)
    assert may_attest(case, lab.id, [key.public.key_id], ("performance",), work.at)
    made = replace(ATTESTED, assessed_on=work.at)
    assert wrong_attestation(made, ("performance",), work.at) == {}
    sign(work, to_attest(case, lab.id, made), key)


def test_who_has_an_interest_declares_it_and_attests_no_more(work: Working) -> None:
    """From the entry on, and with the reason of the duties."""
    lab = work.told.story.labs[2]
    key = lab.key(KeyRole.ASSESSOR)
    sign(work, to_declare(case_of(work), lab.id), key)
    answer = may_attest(case_of(work), lab.id, [key.public.key_id], ("performance",), work.at)

    assert not answer
    assert queue([case_of(work)], lab.id, work.at)[0].why_not


def test_nobody_attests_with_a_key_that_the_log_does_not_know(read: Working) -> None:
    """Nor for a scope that nobody accredited them for."""
    case, lab = case_of(read), read.told.story.labs[2]
    key = lab.key(KeyRole.ASSESSOR).public.key_id
    assert not may_attest(case, lab.id, ["none"], ("performance",), read.at)
    assert not may_attest(case, lab.id, [key], ("fairness",), read.at)
    assert not may_attest(case, lab.id, [key], (), read.at)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": ()}, "scopes"), ({"scopes": ("fairness",)}, "scopes"),
        ({"result": "GREAT"}, "result"), ({"method": " "}, "method"), ({"limits": ""}, "limits"),
        ({"assessed_on": None}, "assessed_on"), ({"assessed_on": LATER}, "assessed_on"),
        ({"valid_until": None}, "valid_until"), ({"no_conflict": ""}, "no_conflict"),
        ({"tool": "x" * 1_001}, "tool"),
    ],
)  # fmt: skip
def test_an_attestation_that_is_none_is_said_beside_the_field(
    read: Working, changes: dict[str, object], field: str
) -> None:
    """One message for each."""
    base = replace(ATTESTED, assessed_on=read.at)
    told = replace(base, **changes)  # type: ignore[arg-type]
    assert list(wrong_attestation(told, ("performance",), read.at)) == [field]


# --- the register -----------------------------------------------------------------------------


def edited(**changes: object) -> Edited:
    """Return what an officer typed."""
    base = Edited(choice="done", text="Staff were trained", valid_until=LATER)
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        (edited(), State.IN_PLACE),
        (edited(choice="not-needed", text="Section 3"), State.NOT_NEEDED),
    ],
)
def test_what_is_said_of_a_practice_enters_and_shows(
    work: Working, typed: Edited, state: State
) -> None:
    """One cell, one statement."""
    case = case_of(work)
    proposal = sign_cell(case, cell_of(case, "M5"), typed)
    sign(work, proposal, CITY)

    assert cell_of(case_of(work), "M5").state is state


def test_the_second_of_two_officers_is_told(work: Working) -> None:
    """When they send the form, and again when their signature is there."""
    case = case_of(work)
    seen = version(cell_of(case, "M5"))
    due = edited(choice="promised", owner="IT office", due=work.at + timedelta(days=9))
    mine, theirs = (sign_cell(case, cell_of(case, "M5"), it) for it in (edited(), due))
    still(case, mine.context)
    sign(work, theirs, CITY)

    case = case_of(work)
    assert cell_of(case, "M5").state is State.DUE
    with pytest.raises(VerificationError, match="while you were at it"):
        expect_unchanged(cell_of(case, "M5"), seen)
    with pytest.raises(VerificationError):
        still(case, mine.context)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"choice": "maybe"}, "choice"), ({"text": " "}, "text"), ({"text": "x" * 1_001}, "text"),
        ({"choice": "not-needed", "text": ""}, "text"), ({"valid_until": None}, "valid_until"),
        ({"owner": "x" * 201}, "owner"),
    ],
)  # fmt: skip
def test_a_cell_that_is_none_is_said_beside_the_field(
    read: Working, changes: dict[str, object], field: str
) -> None:
    """One message for each."""
    assert list(wrong_cell(edited(**changes), read.at)) == [field]


def test_a_promise_names_an_office_and_a_day(read: Working) -> None:
    """Both, and a day that is still to come."""
    bare = edited(choice="promised", text="")
    assert set(wrong_cell(bare, read.at)) == {"owner", "due"}
    late = replace(bare, owner="IT", due=read.at - timedelta(days=1))
    assert set(wrong_cell(late, read.at)) == {"due"}
    for days in (-1, 800):
        over = edited(valid_until=read.at + timedelta(days=days))
        assert set(wrong_cell(over, read.at)) == {"valid_until"}


def test_only_the_eight_practices_have_a_cell(read: Working) -> None:
    """And only where a release is known."""
    with pytest.raises(UnavailableError):
        cell_of(case_of(read), "M9")
    with pytest.raises(UnavailableError):
        cell_of(case_of(read, BLANK), "M1")
    claim = sign_cell(case_of(read), cell_of(case_of(read), "M4"), edited()).claim
    assert isinstance(claim, Mitigation)
    assert str(Choice.DONE) == "done"
