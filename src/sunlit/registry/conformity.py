"""Findings decay: what held on a date, what holds now, and what will lapse, soonest first.

What held then is told from what the log held then: entries that were admitted by that time, judged
as of that time. What will lapse is found by asking again at each time at which something ends, as
if nobody said anything more. Nothing is guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol

from sunlit.authority.history import History
from sunlit.base.times import format_time, parse_time
from sunlit.log.entry import Entry
from sunlit.registry.home import Home
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.finding import Finding, Outcome
from sunlit.views.findings_beside import Remark
from sunlit.views.findings_timeline import Bar

MAX_STEPS: Final = 200


class AsOf(Protocol):
    """Answers every control at a time, from what is known now or was known then."""

    def __call__(self, time: datetime, *, as_known_then: bool) -> Conformity:
        """Return the conformity at this time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One finding that becomes another at a time.

    `before` is None where the control was not asked before, `after` where it is not any more.
    """

    at: datetime
    before: Finding | None
    after: Finding | None

    @property
    def control(self) -> str:
        """The control's id."""
        return self._known.control

    @property
    def title(self) -> str:
        """The control's title."""
        return self._known.title

    @property
    def _known(self) -> Finding:
        known = self.after or self.before
        assert known is not None  # noqa: S101 - something changed
        return known

    @property
    def lapses(self) -> bool:
        """Tell whether it holds before and not after."""
        held = self.before is not None and self.before.outcome is Outcome.HOLDS
        return held and self.after is not None

    def to_json(self) -> dict[str, object]:
        """Return the change for `--json`; blanks are null."""
        before, after = self.before, self.after
        return {
            "at": format_time(self.at),
            "control": self.control,
            "title": self.title,
            "before": str(before.outcome) if before else None,
            "after": str(after.outcome) if after else None,
            "reason": after.reason if after else None,
            "mend": after.mend if after else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """What held `then` (None where no date was given), what holds `now`, and what changes ahead.

    `since` are the findings that differ between the two; `until` is as far as was looked;
    `complete` is False where so much ends that looking stopped before. `beside` is what stands
    beside the findings of now, by control.
    """

    now: Conformity
    until: datetime
    changes: tuple[Change, ...]
    then: Conformity | None = None
    complete: bool = True
    beside: Mapping[str, Sequence[Remark]] = field(default_factory=dict)

    @property
    def since(self) -> tuple[Change, ...]:
        """The findings that are others now than then."""
        return () if self.then is None else tuple(_changes(self.then, self.now))

    def to_json(self) -> dict[str, object]:
        """Return all of it for `--json`."""
        return {
            "format": "sunlit-conformity/1",
            "then": self.then.to_json() if self.then else None,
            "now": self.now.to_json(),
            "since": [one.to_json() for one in self.since],
            "until": format_time(self.until),
            "changes": [one.to_json() for one in self.changes],
            "complete": self.complete,
            "beside": {
                control: [one.to_json() for one in remarks]
                for control, remarks in self.beside.items()
            },
        }


def decay(as_of: AsOf, *, now: datetime, then: datetime | None, ahead: timedelta) -> Decay:
    """Ask then, now, and at each time ahead at which a finding stops holding."""
    until = now + ahead
    steps = [as_of(now, as_known_then=False)]
    while (time := _next(steps[-1])) is not None and time <= until and len(steps) <= MAX_STEPS:
        steps.append(as_of(time, as_known_then=False))
    changes = tuple(one for before, after in pairwise(steps) for one in _changes(before, after))
    return Decay(
        now=steps[0],
        until=until,
        changes=changes,
        then=None if then is None else as_of(then, as_known_then=True),
        complete=len(steps) <= MAX_STEPS,
    )


def _next(conformity: Conformity) -> datetime | None:
    """Return when something that the answers rest on ends next."""
    ends = [one.expires for one in conformity.findings]
    ends += [one.expires for one in conformity.not_applicable]
    later = [time for end in ends if end and (time := parse_time(end)) > conformity.at]
    return min(later, default=None)


def _changes(before: Conformity, after: Conformity) -> Iterator[Change]:
    """Yield what became another answer, in the order of the rubric's controls."""
    names = [one.control for one in (*after.findings, *before.findings)]
    for name in dict.fromkeys(names):
        old, new = before.finding(name), after.finding(name)
        if old is None or new is None or new.outcome is not old.outcome:
            yield Change(at=after.at, before=old, after=new)


def bars(found: Decay) -> tuple[Bar, ...]:
    """Return what each control answers between now and as far as was looked, for a picture."""
    start, drawn = found.now.at, list[Bar]()
    for name in dict.fromkeys([
        *(one.control for one in found.now.findings), *(one.control for one in found.changes),
    ]):  # fmt: skip
        answer, since = found.now.finding(name), start
        for change in (one for one in found.changes if one.control == name):
            if answer is not None:
                drawn.append(Bar(name, answer.title, answer.outcome, since, change.at))
            answer, since = change.after, change.at
        if answer is not None:
            drawn.append(Bar(name, answer.title, answer.outcome, since, found.until))
    return tuple(drawn)


def history_until(home: Home, at: datetime) -> History:
    """Fold what the home's log held at a time: the entries that were admitted by then."""
    history = History(home.trust(at))
    for index, entry in enumerate(home.reader().entries()):
        if Entry.parse(entry).admitted_at > at:
            break  # times in one log never go backwards
        history.feed(entry, origin=home.origin, index=index)
    return history
