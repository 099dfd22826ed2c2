"""A board's matter as its page shows it; open problems in the risk register."""

from dataclasses import replace
from datetime import timedelta

from sunlit.capabilities.incident.standing import problem_subject
from sunlit.claims.decision import Anchor, Hold
from sunlit.claims.incident import ProblemState
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import BoardSession, Recusal
from sunlit.rubric.risk_code import scheme
from sunlit.testing.authority import BOARD, START, named_key
from sunlit.views.boards_page import decided, matters
from sunlit.views.entry_words import sentence
from sunlit.views.register import INCIDENTS, line
from tests.capabilities.incident.test_incident_admission import PROBLEM, UPDATE
from tests.rubric import story
from tests.rubric.story import DEPLOYER, LATER, PURL, RELEASE, USE, Story


def asked(told: Story) -> Story:
    """Open a session and let the third member stand aside."""
    told.made()
    told.declared()
    paper = Resource(name="minutes.txt", digest={"sha256": "ab" * 32})
    session = BoardSession(
        board=BOARD, release=RELEASE, use=USE, deployer=DEPLOYER, scheme=scheme().id,
        opened_on=START, closes_on=LATER, documents=(paper,), note="All of it.",
    )  # fmt: skip
    told.say(session, named_key(f"{BOARD}/1"))
    aside = Recusal(board=BOARD, release=RELEASE, use=USE, deployer=DEPLOYER,
                    reason="I advised the maker.", recused_on=START)  # fmt: skip
    told.say(aside, named_key(f"{BOARD}/3"))
    told.say(aside, told.city.operator)
    return told


def test_a_matter_tells_votes_recusals_and_sessions() -> None:
    """By seat; who is no member stands aside from nothing."""
    told = asked(Story())
    told.voted(1)
    board = told.world.trust.boards[0]

    found = decided(told.evidence(), told.conformity(), story.use(), board)

    assert [(one.seat, one.dissent) for one in found.votes] == [(1, None)]
    assert [(one.seat, one.reason) for one in found.asides] == [(3, "I advised the maker.")]
    assert [one.documents[0].name for one in found.sessions] == ["minutes.txt"]
    assert (found.seats, found.needed, found.silent, found.agreeing) == (3, 2, 1, 1)
    assert found.published is None
    assert found.why_not


def test_a_key_that_was_rotated_out_has_no_seat() -> None:
    """It stays listed, so that what it signed before still counts."""
    told = asked(Story())
    told.voted(1, 2)
    board = told.world.trust.boards[0]
    old = replace(board.keys[2], valid_until=START)
    now = replace(board, keys=(*board.keys[:2], old))

    found = decided(told.evidence(), told.conformity(), story.use(), now)

    assert found.seats == 2
    assert found.agreeing == 2


def test_only_a_boards_own_members_bring_a_matter_before_it() -> None:
    """What others say in its name is not listed."""
    told = Story()
    told.say(story.vote(), told.city.operator)
    assert matters(told.said, told.world.directory, BOARD) == ()
    told.voted(1)
    (one,) = matters(told.said, told.world.directory, BOARD)
    assert (one.release, one.use, one.deployer) == (RELEASE, USE, DEPLOYER)
    assert matters(told.said, told.world.directory, "other.example") == ()


def test_the_register_counts_reported_problems() -> None:
    """Open, of all, and those that wait longer than was promised."""
    told = Story()
    told.declared()
    subject = str(problem_subject(PURL).digest["sha256"])

    def incidents(**changes: object) -> str:
        found = line(told.evidence(**changes), told.conformity(**changes), story.use())
        return found.live.incidents

    assert incidents() == INCIDENTS
    told.say(PROBLEM, told.city.operator, about=subject)
    told.say(replace(PROBLEM, number="P-2", deployer="other.example"), told.city.operator,
             about=subject)  # fmt: skip
    assert incidents() == "1 of 1 reported"
    assert incidents(at=LATER) == "1 of 1 reported, 1 without the answer promised"
    fixed = replace(UPDATE, state=ProblemState.FIXED, updated_on=START + timedelta(hours=1))
    told.say(fixed, told.city.operator, about=subject)
    assert incidents(at=LATER) == "0 of 1 reported"


def test_what_is_closed_or_lifted_is_said_so() -> None:
    """Two kinds of statements of which one word changes the meaning."""
    told = Story()
    anchor = Anchor(origin="log/1", deployer="d", anchored_on=START, commitment="ab" * 32)
    hold = Hold(origin="log/1", deployer="d", ground="Case 12/2031")
    texts = [
        str(sentence(told.say(one, told.city.operator), ["City"]))
        for one in (anchor, replace(anchor, commitment=None, checkpoint="c", size=7), hold,
                    replace(hold, lifted=True))
    ]  # fmt: skip

    assert "keeping its size" in texts[0]
    assert "at 7 records" in texts[1]
    assert "under a legal hold: Case 12/2031" in texts[2]
    assert "lifted a legal hold" in texts[3]
