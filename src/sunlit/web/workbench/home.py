"""Your tasks, the calendar of what ends, and leaving with one's history."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.base.marking import N_
from sunlit.node.calendar import calendar, ics, whose
from sunlit.node.enrolment import roles_of
from sunlit.node.leaving import pack
from sunlit.node.permission import Action
from sunlit.node.tasks import tasks_of
from sunlit.views.tasks import left
from sunlit.web import sessions
from sunlit.web.guarding import may
from sunlit.web.pages import page, site_of
from sunlit.web.public.reading import download
from sunlit.web.workbench.common import Me, drafts, known, me, now
from sunlit.web.workbench.packing import streamed

router = APIRouter(include_in_schema=False)


@router.get("/work", name="work", dependencies=[may(Action.READ_TASKS)])
def tasks(request: Request) -> Response:
    """Show what waits for whoever asks, and what they wait for."""
    who, at = me(request), now(request)
    found = tasks_of(known(request), drafts(request), who.actor, who.keys, at)
    return page(
        request, "work/tasks.html", public=False, tasks=found, left=left, who=who,
        shortcuts=_shortcuts(who.actor.roles), key=_key(request, who),
    )  # fmt: skip


def _key(request: Request, who: Me) -> str:
    """Tell whether somebody who may sign can: `ready`, `waits` for the operator, or `none`."""
    if who.keys or not roles_of(who.person):
        return "ready"
    kept = sessions.people(request).passkeys(who.person.id)
    return "waits" if any(one.registration for one in kept) else "none"


def _shortcuts(roles: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return what somebody of these roles begins by themselves: path and words."""
    every = (
        ("officer", "/work/components/new", N_("Register a component")),
        ("officer", "/work/uses", N_("Assess a use")),
        ("officer", "/work/problems", N_("Problems that people reported")),
        ("assessor", "/work/reviews", N_("Review queue")),
        ("board-member", "/work/votes", N_("Votes of the board")),
        ("chair", "/work/votes", N_("Votes of the board")),
        ("publisher", "/work/suspend", N_("Suspend a safety token")),
        ("chair", "/work/suspend", N_("Suspend a safety token")),
        ("admin", "/work/leave", N_("Leave with your history")),
    )
    mine = {path: words for role, path, words in every if role in roles}
    return (*mine.items(), ("/work/calendar", N_("Evidence and expiry calendar")))


@router.get("/work/calendar", name="calendar", dependencies=[may(Action.READ_TASKS)])
def calendar_page(request: Request) -> Response:
    """List by month what ends or is due."""
    at = now(request)
    months = calendar(known(request).cases(at), whose(me(request).actor), at)
    return page(request, "work/calendar.html", public=False, months=months, left=left, at=at)


@router.get("/work/calendar.ics", name="calendar-file", dependencies=[may(Action.READ_TASKS)])
def calendar_file(request: Request) -> Response:
    """Give the calendar as a file for any calendar program."""
    at = now(request)
    months = calendar(known(request).cases(at), whose(me(request).actor), at)
    data = ics(months, site_of(request).node.url, at)
    return download(data, "sunlit-calendar.ics", "text/calendar; charset=utf-8")


@router.get("/work/leave", name="leave", dependencies=[may(Action.LEAVE_NODE)])
def leave(request: Request) -> Response:
    """Say what leaves and what does not."""
    home = site_of(request).home(me(request).organisation)
    return page(request, "work/leave.html", public=False, home=home)


@router.post("/work/leave", name="leave-zip", dependencies=[may(Action.LEAVE_NODE)])
def leave_zip(request: Request) -> Response:
    """Give the whole history of the organisation as one file."""
    who, at = me(request), now(request)
    home = site_of(request).home(who.organisation)
    mine = drafts(request).of(who.organisation)
    return streamed(
        lambda to: pack(home, mine, to, at), f"sunlit-home-{at:%Y-%m-%d}.zip", "application/zip"
    )
