from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.claims.incident import Problem
from sunlit.claims.names import named_digest
from sunlit.node.calendar import _folded, calendar, ics, whose
from sunlit.node.drafts import Draft, Kind, State
from sunlit.node.permission import Role
from sunlit.node.tasks import tasks_of, who_is
from sunlit.registry.saying import say
from sunlit.registry.use import Done, mitigate
from sunlit.rubric.finding import Finding, Outcome
from sunlit.statement.intoto import Subject
from sunlit.testing.drafts import MemoryDrafts
from sunlit.views.tasks import Kind as What
from sunlit.views.tasks import Task, Tasks, left, ordered
from sunlit.views.tasks_use import of_officer
from tests.capabilities.lifecycle.test_lifecycle_admission import grant
from tests.node.working import (
    ASSESSOR,
    BLANK,
    CHAIR,
    KEY,
    MEMBER,
    OFFICER,
    Working,
    actor,
    member_key,
    working,
)
from tests.registry.telling import CITY
from tests.rubric.story import DEPLOYER, LABS, LATER, PURL, USE

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    """A log in which a session is open, two members voted, a promise and a problem stand."""
    with working(tmp_path_factory.mktemp("tasks")) as found:
        found.opened()
        found.told.voted(1)
        done = Done(practice="M8", owner="Press office", due=found.at + timedelta(days=3))
        mitigate(
            found.told.ledger, found.told.component, (USE, DEPLOYER), done, valid_until=LATER,
            signer=CITY,
        )  # fmt: skip
        problem = Problem(
            number="P-1", component=PURL, kind="unfair", received_on=found.at - timedelta(days=9),
            answer_by=found.at - timedelta(days=2), commitment="aa" * 32,
        )  # fmt: skip
        subject = Subject(PURL, {"sha256": named_digest("component", PURL)})
        say(found.told.ledger, problem, subject, CITY)
        yield found


def kinds(found: Tasks) -> set[What]:
    """Return what is to be done, in short."""
    return {task.kind for task in (*found.today, *found.undated, *found.coming)}


def of(work: Working, who: object, *keys: str, drafts: MemoryDrafts | None = None) -> Tasks:
    """Return somebody's tasks now."""
    return tasks_of(work.known, drafts or MemoryDrafts(), who, keys, work.at)  # type: ignore[arg-type]


def test_an_officer_sees_what_her_uses_lack(work: Working) -> None:
    """Assessment, practices, promises, problems; each with a reason and a consequence."""
    found = of(work, OFFICER)

    assert {What.ASSESS, What.MITIGATE, What.PROBLEM} <= kinds(found)
    assert [task.kind for task in found.today] == [What.PROBLEM]
    assert [it.title for it in found.undated if it.kind is What.ASSESS] == ["Assess blank"]
    assert [it.path for it in found.coming if it.kind is What.MITIGATE] == [f"/work/risk/{KEY}/M8"]
    assert all(it.reason and it.consequence for it in (*found.today, *found.undated, *found.coming))


def test_an_officer_waits_for_the_board_and_sees_the_empty_seats(work: Working) -> None:
    """The quorum is said, and which seats are missing."""
    (waiting,) = of(work, OFFICER).waiting

    assert waiting.missing == ("board.example/2", "board.example/3")
    assert waiting.reason == "1 of 3 have voted; it takes 2 who agree."


def test_a_member_votes_once(work: Working) -> None:
    """Who has voted waits for the others; who has not is asked, today."""
    voted, other = (member_key(number).public.key_id for number in (1, 2))

    (task,) = of(work, MEMBER, other).today
    assert (task.kind, task.path) == (What.VOTE, f"/work/votes/{KEY}")
    assert of(work, MEMBER, other).waiting == ()
    assert of(work, MEMBER, voted).today == ()
    assert len(of(work, MEMBER, voted).waiting) == 1


def test_an_assessor_sees_what_asks_for_an_independent_look(work: Working) -> None:
    """Not what they attested, nor what their own house deploys."""
    assert What.REVIEW in kinds(of(work, ASSESSOR))
    assert What.REVIEW not in kinds(of(work, actor(LABS[0], Role.ASSESSOR)))
    assert of(work, actor(DEPLOYER, Role.ASSESSOR)).is_empty


def test_nobody_sees_tasks_of_another_organisation(work: Working) -> None:
    """A stranger with every role has nothing to do but to review what is public."""
    everything = actor("other.example", *(set(Role) - {Role.ASSESSOR}))
    assert of(work, everything).is_empty


def test_drafts_wait_for_whose_turn_it_is() -> None:
    """The writer finishes, the checker checks, the writer waits and mends."""
    drafts, known = MemoryDrafts(), _nothing()
    for state in State:
        drafts.add(_draft(state))
    writer = actor(DEPLOYER, Role.OFFICER)
    checker = actor(DEPLOYER, Role.PUBLISHER, person="bob")

    mine = tasks_of(known, drafts, writer, (), AT)  # type: ignore[arg-type]
    theirs = tasks_of(known, drafts, checker, (), AT)  # type: ignore[arg-type]
    assert kinds(mine) == {What.FINISH, What.RETURNED}
    assert kinds(theirs) == {What.CHECK}
    assert [it.path for it in mine.waiting] == ["/work/components/to-check"]
    assert theirs.waiting == ()
    assert "Name the supplier" in {it.reason for it in mine.undated}


def test_the_chair_publishes_what_enough_members_agree_on(tmp_path: Path) -> None:
    """A member does not; and what is new in a log is read on the next page."""
    with working(tmp_path) as work:
        work.opened()
        work.told.voted(1)
        assert What.PUBLISH_CODE not in kinds(of(work, CHAIR))
        work.told.voted(2)

        assert What.PUBLISH_CODE in kinds(of(work, CHAIR))
        assert What.PUBLISH_CODE not in kinds(of(work, MEMBER))
        work.told.published()
        assert of(work, CHAIR).is_empty


def test_what_was_given_for_a_time_is_renewed_in_time(work: Working) -> None:
    """Thirty days ahead; before that it stands in the calendar only."""
    assert What.RENEW_ATTESTATION not in kinds(of(work, OFFICER))
    soon = LATER - timedelta(days=10)
    found = tasks_of(work.known, MemoryDrafts(), OFFICER, (), soon)

    assert {What.RENEW_ATTESTATION, What.ASSESS} <= {task.kind for task in found.coming}
    lab = tasks_of(work.known, MemoryDrafts(), actor(LABS[0], Role.ASSESSOR), (), soon)
    assert [task.kind for task in lab.coming] == [What.RENEW_ATTESTATION]


def test_what_fails_and_what_ends_is_said_to_the_officer(work: Working) -> None:
    """One task for all that fails; one for a token that ends, while it is in force."""
    case = work.known.case(KEY, work.at)
    fails = [
        Finding(control=f"x-{number}", title="A control", outcome=Outcome.FAILS, reason="Why")
        for number in (1, 2)
    ]
    ends = grant(release=case.evidence.release)
    said = replace(case.evidence.statements[0], claim=ends, statement_id="aa" * 32,
                   subjects=(Subject(None, {"sha256": ends.release}),))  # fmt: skip
    evidence = replace(case.evidence, statements=(*case.evidence.statements, said))
    for number, words in ((1, "1 control that fails"), (2, "2 controls that fail")):
        now = replace(case, evidence=replace(evidence, findings=tuple(fails[:number])))
        found = {task.kind: task for task in of_officer(now, who_is(OFFICER), work.at)}
        assert words in found[What.FAILS].title
        assert found[What.TOKEN_ENDS].deadline == ends.valid_until


def test_a_use_is_found_by_its_name_in_addresses(work: Working) -> None:
    """And one that is none is not."""
    assert work.known.case(BLANK, work.at).line.use == "blank"
    with pytest.raises(UnavailableError, match="such a use"):
        work.known.case("none", work.at)
    with pytest.raises(UnavailableError, match="no home"):
        work.known.of("nobody.example")
    assert work.known.of(work.told.ledger.home.organisation)[1].directory().key_records


def test_the_calendar_lists_what_ends_by_month(work: Working) -> None:
    """The whole organisation's, whatever one's own role is."""
    cases = work.known.cases(work.at)
    months = calendar(cases, whose(actor(DEPLOYER, Role.AUDITOR)), work.at)

    assert [month.first.month for month in months] == sorted(it.first.month for it in months)
    assert any("M8" in event.title for month in months for event in month.events)
    assert calendar(cases, whose(actor("other.example")), work.at) == ()


def test_a_calendar_program_can_read_the_calendar(work: Working) -> None:
    """Lines of 75 octets at most, ended by CRLF, one event for each."""
    months = calendar(work.known.cases(work.at), whose(OFFICER), work.at)
    data = ics(months, "https://node.example", work.at)

    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert data.count(b"BEGIN:VEVENT") == sum(len(month.events) for month in months) > 0
    assert all(len(one) <= 75 for one in data.split(b"\r\n"))


def test_long_lines_are_folded_between_characters() -> None:
    """What was folded can be put together again."""
    line = "SUMMARY:" + "é" * 100
    folded = _folded(line)

    assert all(len(one) <= 75 for one in folded.split(b"\r\n"))
    assert folded.replace(b"\r\n ", b"").decode().strip() == line


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (-72, "overdue by 3 days"), (-24, "overdue by 1 day"), (-1, "overdue"),
        (5, "today by 15:00"), (24, "tomorrow"), (24 * 9, "in 9 days"),
    ],
)  # fmt: skip
def test_a_deadline_is_said_in_words(hours: int, words: str) -> None:
    """Beside the date, which is said too."""
    assert left(AT + timedelta(hours=hours), AT) == words


def test_tasks_stand_in_order_and_each_once() -> None:
    """What ends first comes first; what ends after 30 days is left to the calendar."""
    base = Task(kind=What.VOTE, title="b", reason="r", consequence="c", path="/work")
    ends = [replace(base, title=str(days), deadline=AT + timedelta(days=days)) for days in (9, -1)]
    far = replace(base, deadline=AT + timedelta(days=31))
    found = ordered(AT, [*ends, base, base, far])

    assert [one.title for one in found.today] == ["-1"]
    assert [one.title for one in found.coming] == ["9"]
    assert found.undated == (base,)


def _nothing() -> object:
    """Return a node without logs."""

    class Nothing:
        def cases(self, at: datetime) -> tuple[object, ...]:
            del at
            return ()

        def problems(self) -> dict[object, object]:
            return {}

    return Nothing()


def _draft(state: State) -> Draft:
    return Draft(
        id=state.value, organisation=DEPLOYER, kind=Kind.REGISTRATION, about=PURL, author="ann",
        state=state, changed=AT,
        reason="Name the supplier" if state is State.RETURNED else None,
    )  # fmt: skip
