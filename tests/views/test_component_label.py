"""The label: eight lines in one order, each with who says it; blanks stay."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import CounterEvidence, Metric, NotTested, Result, TestResult
from sunlit.claims.authority import Role
from sunlit.claims.incident import Problem, ProblemState, ProblemUpdate
from sunlit.claims.lifecycle import (
    Publication,
    Registration,
    Status,
    TokenGrant,
    TokenKind,
    TokenStatus,
)
from sunlit.claims.names import named_digest
from sunlit.testing.authority import ISSUER, named_key
from sunlit.views.component_label import asked_on, label
from sunlit.views.component_label_parts import Label
from sunlit.views.component_problems import open_problems, problems
from sunlit.views.component_tested import figures, number
from sunlit.views.component_token import State
from tests.fixtures.token_world import grant
from tests.rubric.story import DEPLOYER, LABS, LATER, MAKER, PURL, RELEASE, SOON, USE, Story

ISSUER_KEY = named_key(f"{ISSUER}/token-issuer")
TITLES = [
    "Verdict", "What it may be used for", "People affected", "Human check required", "Tested by",
    "Known limits", "Open problems", "Next review, and who to complain to",
]  # fmt: skip


def permit(story: Story, **changes: object) -> Admitted:
    """Let the issuer give a permission for the story's release and use."""
    claim = replace(
        grant(),
        issuer=ISSUER, component=PURL, release=RELEASE, use=USE, deployer=DEPLOYER,
        valid_from=story.world.now - timedelta(days=1), valid_until=LATER,
        kind=TokenKind.FULL, prohibited=("deciding on benefits",), permitted=("writing first",),
    )  # fmt: skip
    return story.say(replace(claim, **changes), ISSUER_KEY)  # type: ignore[arg-type]


def change(story: Story, given: Admitted, status: Status, why: str = "a fault") -> Admitted:
    """Let the issuer change a permission's status."""
    claim = TokenStatus(grant=given.statement_id, status=status, reason=why)
    return story.say(claim, ISSUER_KEY)


def shown(story: Story, **changes: object) -> Label:
    """Return the label as the story stands."""
    return label(story.evidence(**changes), story.conformity(**changes))


def texts(found: Label, number_: int) -> list[str]:
    """Return the facts of a line as texts; a blank is empty."""
    return [str(one.words or "") for one in found.lines[number_ - 1].facts]


@pytest.fixture(scope="module")
def complete() -> Story:
    """Tell everything once; no test of this module adds to it."""
    story = Story().complete()
    permit(story)
    return story


def test_the_label_has_eight_lines_in_one_order(complete: Story) -> None:
    """Also where nobody has said anything: then they are blank."""
    for found in (shown(complete), shown(Story())):
        assert [str(line.title) for line in found.lines] == TITLES
        assert [line.number for line in found.lines] == list(range(1, 9))
        assert all(line.facts for line in found.lines)


def test_it_says_who_says_each_fact_when_and_where(complete: Story) -> None:
    """Each fact names an organisation, a day and a statement, or that it was computed."""
    found = [one for line in shown(complete).lines for one in line.facts if not one.is_blank]

    assert all(one.on for one in found)
    assert all(one.computed or (one.who and one.statement) for one in found)


def test_a_permission_in_force_is_said_in_words(complete: Story) -> None:
    """What it allows, what it forbids, until when, and how many checks hold."""
    found = shown(complete)

    assert found.state is State.VALID
    assert texts(found, 1)[0] == "You may use it for what is written below, until 2027-01-01."
    assert "Fails: 0." in texts(found, 1)[1]
    assert texts(found, 2) == ["writing first", "deciding on benefits"]
    assert texts(found, 4)[0] == "Yes. A person decides; it only informs."
    assert found.to_json()["state"] == "valid"


def test_members_of_the_board_are_counted_not_statements(complete: Story) -> None:
    """Two members who vote alike say one and the same statement."""
    signed = shown(complete).signed

    assert signed is not None
    assert (signed.votes, signed.members) == (2, 3)


def test_nothing_said_is_no_permission_and_blanks() -> None:
    """Silence is not consent, and a blank is counted."""
    found = shown(Story())

    assert found.state is State.NONE
    assert texts(found, 1)[0] == "Nobody has given permission to use it."
    assert found.signed is None
    assert found.blanks >= 6


def test_a_use_without_permission_says_what_it_is_meant_for() -> None:
    """In the deployer's words, marked as meant only."""
    story = Story().made()
    story.declared(prohibited=("anything else",))
    line = shown(story).lines[1]

    assert [str(one.lead) for one in line.facts] == ["Meant to be used for", "Must not be used for"]


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (Status.SUSPENDED, State.SUSPENDED, "Do not use it. Permission has been suspended since"),
        (Status.INVALID, State.REVOKED, "Do not use it. Permission was taken back on"),
        (Status.VALID, State.VALID, "You may use it"),
    ],
)
def test_the_last_word_of_the_issuer_counts(status: Status, state: State, words: str) -> None:
    """With the reason that it gives, where it stops the use."""
    story = Story()
    change(story, permit(story), status)
    found = shown(story)

    assert found.state is state
    assert texts(found, 1)[0].startswith(words)
    assert ("a fault" in texts(found, 1)) is not state.allows


def test_what_was_taken_back_is_never_given_back() -> None:
    """Later words of the issuer change nothing."""
    story = Story()
    given = permit(story)
    change(story, given, Status.INVALID)
    change(story, given, Status.VALID)

    assert shown(story).state is State.REVOKED


def test_nobody_else_gives_or_stops_a_permission() -> None:
    """A deployer's key is no issuer's."""
    story = Story()
    given = permit(story)
    story.say(TokenStatus(grant=given.statement_id, status=Status.INVALID, reason="x"),
              story.city.operator)  # fmt: skip
    other = Story()
    assert isinstance(given.claim, TokenGrant)
    other.say(given.claim, other.city.operator)

    assert shown(other).state is State.NONE
    assert shown(story).state is State.VALID


def test_a_permission_ends_and_begins() -> None:
    """At the second that it names; and one of another release is not this one's."""
    ended, later, other = Story(), Story(), Story()
    permit(ended, valid_until=ended.world.now + timedelta(minutes=5))
    permit(later, valid_from=later.world.now + timedelta(days=5))
    permit(other, release="9a" * 32)

    assert shown(ended).state is State.EXPIRED
    assert shown(later).state is State.NONE
    assert "Another release" in texts(shown(other), 1)[0]


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        (TokenKind.RESTRICTED, State.RESTRICTED, "2 checks were open"),
        (TokenKind.PILOT, State.PILOT, "You may try it"),
    ],
)
def test_a_smaller_permission_says_that_it_is_smaller(
    kind: TokenKind, state: State, words: str
) -> None:
    """With its limits among the known limits."""
    story = Story()
    permit(story, kind=kind, open_findings=("a", "b"), constraints=("at most 200 letters",))
    found = shown(story)

    assert found.state is state
    assert words in texts(found, 1)[0]
    assert "at most 200 letters" in texts(found, 6)


def test_a_test_is_told_with_its_range_and_its_groups() -> None:
    """Figure, bounds, how far groups lie apart; figures that are none are not rounded."""
    whole = Metric(name="recall", value=Decimal("0.80001"), low=Decimal("0.7"), high=Decimal("0.9"))
    parts = [Metric(name="recall", value=Decimal(one), group=one) for one in ("0.75", "0.85")]

    assert list(figures([whole, *parts])) == ["recall 0.8 (0.7 to 0.9), by group 0.75 to 0.85"]
    assert list(figures(parts)) == ["recall, by group 0.75 to 0.85"]
    assert (number(Decimal("NaN")), number(Decimal("1E+40"))) == ("NaN", "1E+40")


def test_what_nobody_tested_stands_among_the_limits() -> None:
    """The first few, and how many more."""
    story = Story().made()
    left = tuple(NotTested(what=f"part {n}", reason="no data") for n in range(8))
    claim = TestResult(result=Result.PASSED, sunlit_kind="red-team", sunlit_not_tested=left)
    story.say(claim, story.maintainer)
    found = texts(shown(story), 6)

    assert "part 0: no data" in found
    assert found[-1] == "and 2 more"


def test_counter_evidence_that_stands_is_an_open_problem() -> None:
    """In the words of whoever brings it."""
    story = Story().complete()
    target = next(it for it in story.said if isinstance(it.claim, TestResult))
    claim = CounterEvidence(
        statement=target.statement_id, assessor=LABS[2], scope="performance",
        finding="it fails at night", found_on=SOON,
    )  # fmt: skip
    story.world.accredit(LABS[2], "artefact-safety", "performance")
    target = next(
        it for it in story.said
        if isinstance(it.claim, TestResult) and it.claim.sunlit_kind == "performance"
    )  # fmt: skip
    claim = replace(claim, statement=target.statement_id,
                    found_on=datetime.fromisoformat("2026-01-01T00:00:00+00:00"))  # fmt: skip
    story.say(claim, story.labs[2].key(Role.ASSESSOR))

    assert "it fails at night" in texts(shown(story), 7)


def reported(story: Story, number_: str = "P-1") -> None:
    """Let the city log a problem that somebody reported."""
    claim = Problem(
        number=number_, component=PURL, kind="wrong-result", received_on=SOON, commitment="ab" * 32
    )
    story.say(claim, story.city.operator)


def test_a_reported_problem_is_open_until_who_received_it_settles_it() -> None:
    """Others' updates change nothing."""
    story = Story()
    reported(story)
    update = ProblemUpdate(number="P-1", state=ProblemState.FIXED, note="mended", updated_on=SOON)
    story.say(update, story.maintainer)
    assert [one.number for one in open_problems(story.evidence())] == ["P-1"]
    assert "1 reported problem is open." in texts(shown(story), 7)

    story.say(replace(update, note="really mended"), story.city.operator)
    assert open_problems(story.evidence()) == ()
    assert problems(story.evidence())[0].note == "really mended"


def test_a_blank_says_since_when_it_was_asked_for_once_published() -> None:
    """What one person wrote counts when another has published it."""
    story = Story()
    claim = Registration(
        organisation=MAKER, component=PURL, kind="hosted-service", name="Outreach",
        description="x", source="form", asked=("contact",), asked_on=SOON,
    )  # fmt: skip
    said = story.say(claim, story.maintainer, about=named_digest("component", PURL))
    assert asked_on(story.evidence(), "contact") is None

    told = Publication(organisation=MAKER, statement=said.statement_id, decision="publish")
    story.say(told, story.maintainer, about=named_digest("component", PURL))
    assert asked_on(story.evidence(), "contact") == SOON
    assert shown(story).lines[7].facts[-1].asked_on == SOON


def test_a_grant_is_a_fact_of_a_token_grant(complete: Story) -> None:
    """The permission shows the grant that it rests on."""
    found = shown(complete).permission

    assert isinstance(found.grant, TokenGrant)
    assert found.said is not None


def test_what_was_stopped_is_shown_first_and_what_nobody_permitted_last() -> None:
    """Of several uses: a suspended one before one in use, before one that nobody asked for yet."""
    states = [State.NONE, State.VALID, State.PILOT, State.SUSPENDED, State.EXPIRED]
    assert [one.name for one in sorted(states, key=lambda one: one.rank)] == [
        "SUSPENDED", "EXPIRED", "VALID", "PILOT", "NONE",
    ]  # fmt: skip
