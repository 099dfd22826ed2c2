"""Charts as data, and the counts of the quarterly figures."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from sunlit.authority.directory import Directory
from sunlit.capabilities.incident.standing import problem_subject
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Status, TokenGrant, TokenKind, TokenStatus
from sunlit.testing.authority import START
from sunlit.views.chart import LABEL, ROOM, Told, bars, line
from sunlit.views.figures import figures
from sunlit.views.figures_count import Agency, counted_at
from sunlit.views.quarter import Quarter
from tests.capabilities.incident.test_incident_admission import PROBLEM
from tests.rubric import story
from tests.rubric.story import LABS, LATER, MAKER, PURL, RELEASE, Story

TOLD = Told(id="x", headline="h", subtitle="s", summary="w", columns=("Name", "Number"))


def test_the_longest_bar_takes_the_room_and_others_their_share() -> None:
    """Zero is zero; labels are cut, the table has them whole."""
    chart = bars(TOLD, [("a" * 60, 10), ("b", 5), ("c", 0)], striped=frozenset({"c"}))

    assert [bar.width for bar in chart.bars] == [ROOM, ROOM / 2, 0]
    assert len(chart.bars[0].label) == LABEL
    assert chart.rows[0][0] == "a" * 60
    assert [bar.striped for bar in chart.bars] == [False, False, True]
    assert all(low.y < high.y for low, high in pairwise(chart.bars))
    assert bars(TOLD, []).bars == ()


def test_a_line_goes_from_left_to_right_over_a_baseline_of_zero() -> None:
    """More is higher; the ends keep their labels inside."""
    chart = line(TOLD, [("q1", 0), ("q2", 1), ("q3", 2)])

    assert [point.x for point in chart.points] == sorted(point.x for point in chart.points)
    assert [point.y for point in chart.points] == sorted((p.y for p in chart.points), reverse=True)
    assert [point.anchor for point in chart.points] == ["start", "middle", "end"]
    assert len(chart.segments) == 2
    assert line(TOLD, [("q1", 3)]).segments == ()


def record(number: int, publisher: str, blanks: tuple[str, ...]) -> ImportedRecord:
    """Return an imported record with two questions."""
    return ImportedRecord(
        register="omb", record=str(number), title="t", publisher=publisher, source="s",
        source_digest="ab" * 32, licence="CC0-1.0", retrieved_on=START,
        fields={"Purpose": "p"} if "Purpose" not in blanks else {}, blanks=blanks,
    )  # fmt: skip


def directories(told: Story) -> dict[str, Directory]:
    """Return who may say what, by the log that the story is told in."""
    return {one.origin: told.world.directory for one in told.said if one.origin}


def test_components_are_counted_by_state_and_age() -> None:
    """A component without label and assessment is counted as that, not left out."""
    told = Story()
    told.say(story.component(), told.maintainer)
    told.say(replace(story.component(), purl="pkg:generic/x/y@2"), told.maintainer, about="ff" * 32)
    told.say(replace(story.attestation(LABS[0]), assessed_on=START), told.labs[0].operator)
    found = counted_at(told.said, directories(told), [START + timedelta(days=200)])[0]

    assert found.components == 2
    assert dict(found.states) == {"none": 2}
    assert dict(found.ages) == {"a year": 1, "never": 1}
    assert found.agencies == {MAKER: Agency(components=2)}
    assert counted_at(told.said, directories(told), [START - timedelta(days=1)])[0].components == 0


def test_a_label_is_valid_suspended_or_ended_as_its_issuer_said() -> None:
    """The best state of a component's labels is the component's."""
    told = Story()
    told.say(story.component(), told.maintainer)
    granted = story_grant()
    said = told.say(granted, told.maintainer)

    def state(days: int) -> list[str]:
        at = START + timedelta(days=days)
        return list(counted_at(told.said, directories(told), [at])[0].states)

    assert state(10) == ["valid"]
    assert state(400) == ["ended"]
    told.say(TokenStatus(grant=said.statement_id, status=Status.SUSPENDED, reason="r"),
             told.maintainer)  # fmt: skip
    assert state(10) == ["suspended"]


def test_nobody_but_its_issuer_changes_the_state_of_a_label() -> None:
    """A stranger's word leaves it as it was."""
    told = Story()
    told.say(story.component(), told.maintainer)
    said = told.say(story_grant(), told.maintainer)
    told.say(TokenStatus(grant=said.statement_id, status=Status.SUSPENDED, reason="r"),
             told.city.operator)  # fmt: skip

    found = counted_at(told.said, directories(told), [START + timedelta(days=10)])[0]

    assert list(found.states) == ["valid"]


def story_grant() -> TokenGrant:
    """Return a grant of a year."""
    return TokenGrant(
        issuer=MAKER, kind=TokenKind.FULL, component=PURL, release=RELEASE, use="u", deployer="d",
        code="1111", code_scheme="s", ceiling=1, rubric="r", engine="e", log_origin="o",
        log_size=1, conformity="c", granted_on=START, valid_from=START,
        valid_until=START + timedelta(days=365), status_list="l", status_index=0,
        permitted=("p",), oversight="human-decides", fallback="f", minimum_binding="declared",
    )  # fmt: skip


def test_blank_answers_are_counted_by_question_and_organisation() -> None:
    """Ten bars at most, the rest in one; what is missing is named."""
    told = Story()
    for number in range(12):
        blanks = ("Risks", "Purpose") if number % 2 else ("Risks",)
        told.say(record(number, f"Agency {number:02}", blanks), told.city.operator)
    at = START + timedelta(days=20)
    found = counted_at(told.said, directories(told), [at])[0]
    shown = figures(Quarter.of(at), found, found, [found])
    charts = {chart.id: chart for chart in shown.charts}

    assert (found.records, found.asked, found.blank) == (12, 24, 18)
    assert dict(found.fields) == {"Risks": 12, "Purpose": 6}
    assert len(charts["organisations"].rows) == 11
    assert charts["organisations"].rows[-1] == ("All others (2)", 2, 0, 2, 75)
    assert "75%" in shown.headline
    assert "18 answers left blank" in shown.missing[0]


def test_open_and_late_problems_are_counted() -> None:
    """A problem that waits longer than was promised stands in the headline."""
    told = Story()
    subject = str(problem_subject(PURL).digest["sha256"])
    told.say(PROBLEM, told.city.operator, about=subject)
    found = counted_at(told.said, directories(told), [LATER])[0]
    shown = figures(Quarter.of(LATER), found, found, [found])

    assert (len(found.open), found.late) == (1, 1)
    assert "1 reported problem got no answer by the day promised" in shown.headline
