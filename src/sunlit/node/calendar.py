"""The evidence and expiry calendar: what ends when, by month, also as an iCalendar file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Final

from sunlit.base.wording import text
from sunlit.node.permission import Actor
from sunlit.views.practices import practice_title
from sunlit.views.tasks import AHEAD, Case, Task, Who
from sunlit.views.tasks_use import of_assessor, of_officer

MAX_LINE: Final = 75  # octets; RFC 5545, section 3.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that ends or is due on a day."""

    day: datetime
    title: str
    consequence: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The events of one month, in order."""

    first: datetime
    events: tuple[Event, ...]

    @property
    def days(self) -> tuple[tuple[Event, ...], ...]:
        """Return the events of each day."""
        return tuple(tuple(every) for _, every in groupby(self.events, lambda it: it.day.date()))


def calendar(cases: Iterable[Case], who: Who, at: datetime) -> tuple[Month, ...]:
    """Return what ends within a year, and what is overdue, for an organisation: by month."""
    found = sorted(set(_events(cases, who, at)), key=lambda it: (it.day.date(), it.title))
    months: dict[tuple[int, int], list[Event]] = {}
    for event in found:
        months.setdefault((event.day.year, event.day.month), []).append(event)
    return tuple(
        Month(first=events[0].day.replace(day=1), events=tuple(events))
        for events in months.values()
    )  # fmt: skip


def whose(actor: Actor) -> Who:
    """Return for whom a calendar is: the whole organisation, whatever one's own role is."""
    every = frozenset({"officer", "assessor"})
    return Who(organisation=actor.organisation or "", roles=every)


def _events(cases: Iterable[Case], who: Who, at: datetime) -> Iterator[Event]:
    for case in cases:
        for task in (*of_officer(case, who, at), *of_assessor(case, who, at)):
            if task.deadline is not None and task.deadline <= at + AHEAD:
                yield _event(task)
        if case.line.deployer == who.organisation:
            yield from _evidence(case)


def _event(task: Task) -> Event:
    assert task.deadline is not None  # noqa: S101 - asked for right before
    return Event(day=task.deadline, title=task.title, consequence=task.consequence, path=task.path)


def _evidence(case: Case) -> Iterator[Event]:
    """Yield when practices lose the evidence that they rest on."""
    for cell in case.line.cells:
        if cell.expires is not None:
            yield Event(
                day=datetime.fromisoformat(cell.expires),
                title=text("Evidence for %(title)s (%(id)s) of %(use)s ends", id=cell.practice,
                           title=practice_title(cell.practice), use=case.line.use),
                consequence=text("The practice then counts as missing."),
                path=f"/work/risk/{case.key}/{cell.practice}",
            )  # fmt: skip


def ics(months: Iterable[Month], url: str, at: datetime) -> bytes:
    """Return the calendar as iCalendar (RFC 5545), to be opened by any calendar program."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sunlit//Evidence calendar//EN",
        "CALSCALE:GREGORIAN",
    ]  # fmt: skip
    for month in months:
        for event in month.events:
            lines += _vevent(event, url, at)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _vevent(event: Event, url: str, at: datetime) -> list[str]:
    name = sha256(f"{event.path}\x00{event.title}".encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT", f"UID:{name}@sunlit", f"DTSTAMP:{at:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"SUMMARY:{_text(event.title)}",
        f"DESCRIPTION:{_text(event.consequence)}", f"URL:{url}{event.path}",
        "TRANSP:TRANSPARENT", "END:VEVENT",
    ]  # fmt: skip


def _text(value: str) -> str:
    # RFC 5545, section 3.3.11; other control characters have no place in it.
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = "\\n".join(escaped.splitlines())
    return "".join(it for it in lines if it.isprintable())


def _folded(line: str) -> bytes:
    """Fold a line at 75 octets, never inside a character; each ends in CRLF."""
    parts, part = list[bytes](), b""
    for character in line:
        data = character.encode("utf-8", "replace")
        if len(part) + len(data) > MAX_LINE - (1 if parts else 0):
            parts.append(part)
            part = b""
        part += data
    return b"\r\n ".join([*parts, part]) + b"\r\n"
