"""Reminders: evidence that lapses and votes that close, 30, 7 and 1 days before. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sunlit.base.times import format_time
from sunlit.node.calendar import calendar
from sunlit.views.tasks import Case, Who
from sunlit.views.tasks_board import waits_for_board

DAYS: Final = (30, 7, 1)
ROLES: Final = frozenset({"officer", "assessor", "board-member", "chair"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Something of an organisation's ends within so many days; `path` says where to look."""

    organisation: str
    path: str
    ends: datetime
    days: int

    @property
    def name(self) -> str:
        """What is said once: this end, at this distance."""
        return f"remind {self.organisation} {self.path} {format_time(self.ends)} {self.days}"


def reminders(cases: Iterable[Case], organisation: str, at: datetime) -> tuple[Reminder, ...]:
    """Return what an organisation is to be reminded of now: each end at its nearest distance."""
    found = {
        Reminder(organisation=organisation, path=path, ends=ends, days=days)
        for path, ends in _ends(tuple(cases), organisation, at)
        if (days := distance(ends, at)) is not None
    }
    return tuple(sorted(found, key=lambda it: (it.ends, it.path)))


def distance(ends: datetime, at: datetime) -> int | None:
    """Return the least of 30, 7 and 1 days within which something ends; None for later, or past."""
    if ends <= at:
        return None
    return min((days for days in DAYS if ends - at <= timedelta(days=days)), default=None)


def _ends(
    cases: tuple[Case, ...], organisation: str, at: datetime
) -> Iterator[tuple[str, datetime]]:
    who = Who(organisation=organisation, roles=ROLES)
    for month in calendar(cases, who, at):
        for event in month.events:
            yield event.path, event.day
    for case in cases:
        for waiting in waits_for_board(case, who):
            if waiting.until is not None:
                yield waiting.path, waiting.until
