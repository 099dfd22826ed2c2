"""Findings decay by a clock: told from what was known then, and asked again at each end."""

from datetime import datetime, timedelta
from pathlib import Path

from sunlit.registry import conformity as decaying
from sunlit.registry.conformity import bars, decay, history_until
from sunlit.registry.home import Home
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.finding import Finding, Outcome
from sunlit.testing.authority import START
from sunlit.views.findings_timeline import timeline
from tests.registry.telling import telling

DAY = timedelta(days=1)


def at_time(time: datetime, *ends: tuple[str, int]) -> Conformity:
    """Return findings that hold until so many days after START, and then do not."""
    findings = tuple(
        Finding(
            control=name, title=f"{name} & more", reason="x",
            outcome=Outcome.HOLDS if time < START + days * DAY else Outcome.UNKNOWN,
            expires=(START + days * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
            if time < START + days * DAY else None,
            mend=None if time < START + days * DAY else "say it again",
        )
        for name, days in ends
    )  # fmt: skip
    return Conformity(
        release="aa" * 32, component=None, use=None, deployer=None, rubric="00" * 32, engine="e",
        at=time, findings=findings,
    )  # fmt: skip


def of(time: datetime, *, as_known_then: bool) -> Conformity:
    """Return two findings; a third was known only later, and ends before the end of looking."""
    known = (("b", 20), ("a", 10))
    return at_time(time, *known) if as_known_then else at_time(time, *known, ("c", 30))


def test_what_lapses_is_told_soonest_first() -> None:
    """Each at its own time, until as far as was asked for."""
    found = decay(of, now=START, then=None, ahead=20 * DAY)
    assert [(one.at, one.control) for one in found.changes] == [
        (START + 10 * DAY, "a"), (START + 20 * DAY, "b"),
    ]  # fmt: skip
    assert all(one.lapses for one in found.changes)
    assert found.since == ()
    assert found.complete
    assert found.to_json()["then"] is None


def test_what_changed_since_then_is_told_from_what_was_known_then() -> None:
    """A control that is asked newly had no answer before; one that is gone has none now."""
    found = decay(of, now=START + 15 * DAY, then=START, ahead=DAY)
    assert [(one.control, one.before is None, one.lapses) for one in found.since] == [
        ("a", False, True), ("c", True, False),
    ]  # fmt: skip
    back = list(decaying._changes(found.now, at_time(START, ("b", 20))))
    assert [(one.control, one.after) for one in back if one.after is None] == [
        ("a", None), ("c", None),
    ]  # fmt: skip
    assert back[-1].to_json()["reason"] is None
    assert not back[-1].lapses


def test_looking_ends() -> None:
    """Where more ends than is looked at, that is said."""

    def many(time: datetime, *, as_known_then: bool) -> Conformity:
        del as_known_then
        days = (time - START).days + 1
        return at_time(time, *((str(number), number) for number in range(days, days + 2)))

    found = decay(many, now=START, then=None, ahead=1000 * DAY)
    assert not found.complete


def test_the_picture_shows_each_answer_with_its_word() -> None:
    """The same findings give the same bytes; names are escaped."""
    found = decay(of, now=START, then=None, ahead=25 * DAY)
    drawn = bars(found)
    assert [(one.control, str(one.outcome), one.end) for one in drawn[:2]] == [
        ("b", "HOLDS", START + 20 * DAY), ("b", "UNKNOWN", START + 25 * DAY),
    ]  # fmt: skip
    picture = timeline(drawn, START, found.until)
    assert picture == timeline(bars(found), START, found.until)
    assert "a &amp; more" not in picture.split("<text")[0]
    assert "a: UNKNOWN until 2026-01-26" in picture
    assert ">HOLDS</text>" in picture
    assert 'role="img"' in picture
    tiny = timeline([drawn[0]], START, START + 5000 * DAY)
    assert ">HOLDS</text>" not in tiny
    assert timeline([], START, START).endswith("</svg>\n")


def test_a_control_that_is_not_asked_any_more_has_no_bar_after() -> None:
    """And one that is asked from a time on has none before."""

    def switching(time: datetime, *, as_known_then: bool) -> Conformity:
        del as_known_then
        late = time >= START + 10 * DAY
        return at_time(time, *(("new", 90),) if late else (("old", 10),))

    found = decay(switching, now=START, then=None, ahead=20 * DAY)
    assert [(one.control, one.start, one.end) for one in bars(found)] == [
        ("old", START, START + 10 * DAY), ("new", START + 10 * DAY, START + 20 * DAY),
    ]  # fmt: skip


def test_a_log_is_folded_as_it_stood(tmp_path: Path) -> None:
    """Entries that came later are not known yet; nor is who they registered."""
    with telling(tmp_path) as told:
        told.registered()
        before = told.clock.at
        told.clock.at += DAY
        told.made()
        after = told.clock.at
    home = Home.open(tmp_path / "home")
    early, late = history_until(home, before), history_until(home, after)
    assert 0 < len(early.statements) < len(late.statements)
    assert history_until(home, before - DAY).statements == ()
    assert len(home.history(after).statements) == len(late.statements)
