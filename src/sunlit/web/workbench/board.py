"""The board: which uses are before it, the material, voting, standing aside, publishing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.base.wording import text
from sunlit.node.assess_use import AREAS
from sunlit.node.people import judges
from sunlit.node.permission import Action
from sunlit.node.permission import Subject as Asked
from sunlit.node.voting import (
    Typed,
    is_chair,
    may_vote,
    papers,
    problems,
    sits,
    suggested,
    to_open,
    to_publish,
    to_recuse,
    to_vote,
    why_not_yet,
)
from sunlit.rubric.own_work import Holders
from sunlit.rubric.risk_code import autonomy_levels, scheme
from sunlit.rubric.votes import work_on
from sunlit.views.tasks import Case
from sunlit.views.tasks_board import Sitting, sitting
from sunlit.web import sessions
from sunlit.web.guarding import demand, may
from sunlit.web.pages import page, site_of
from sunlit.web.workbench.common import Form, Sent, case, day_fields, form, known, me, now, propose

router = APIRouter(include_in_schema=False)
VOTE, CLOSE = [may(Action.VOTE)], [may(Action.CLOSE_VOTE)]


@router.get("/work/votes", name="votes", dependencies=VOTE)
def votes(request: Request) -> Response:
    """List every use with where the board stands on it; those that are open first."""
    who, at = me(request), now(request)
    found = [
        (one, where)
        for one in known(request).cases(at)
        if one.evidence.release and (where := sitting(one, who.organisation)) is not None
    ]
    found.sort(key=lambda pair: (not pair[1].is_open, pair[0].key))
    return page(request, "work/votes.html", public=False, found=found)


def _there(request: Request, use: str, action: Action = Action.VOTE) -> tuple[Case, Sitting]:
    """Return a use with where one's own board stands on it.

    Raises:
        UnavailableError: `vote.no-such-board`.
        VerificationError: `permission.refused`.
    """
    found = case(request, use)
    where = sits(found, me(request).organisation)
    demand(request, action, Asked(board=where.board.organisation))
    return found, where


def _expect_no_judge(request: Request, found: Case) -> None:
    # By another key they are the same person: the log knows keys, the node whose they are.
    judged = judges(sessions.people(request), work_on(found.evidence))
    demand(request, Action.VOTE, Asked(assessed_by=judged))


@router.get("/work/votes/{use}", name="vote", dependencies=VOTE)
def show(request: Request, use: str) -> Response:
    """Show the material, the seats, and the form for one's own vote."""
    found, where = _there(request, use)
    return _form(request, found, where, {}, {})


def _form(
    request: Request, found: Case, where: Sitting, wrong: Mapping[str, str], typed: dict[str, str]
) -> Response:
    who = me(request)
    # Three forms share the page: what one of them does not send is suggested still.
    filled = _suggested(found, where, now(request)) | typed
    return form(
        request, "work/vote.html", wrong, filled, case=found, where=where,
        answer=may_vote(found, where, who.keys), mine=who.keys, chair=is_chair(who.actor),
        publishing=why_not_yet(found, where, site_of(request).rubric, _holders(request)),
        material=papers(found), most=scheme().maximum, areas=tuple(AREAS.items()),
        levels=tuple((str(one), words) for one, words in autonomy_levels().items()),
        closes=day_fields("closes", _week(now(request))),
    )  # fmt: skip


def _suggested(found: Case, where: Sitting, at: datetime) -> dict[str, str]:
    known_ = suggested(found, where, at)
    return day_fields("valid_until", known_.valid_until) | {
        name: str(value)
        for name, value in (
            ("area", known_.area), ("impact", known_.impact), ("autonomy", known_.autonomy),
        )
        if value is not None
    }  # fmt: skip


def _holders(request: Request) -> Holders:
    return sessions.people(request).holders


def _week(at: datetime) -> datetime:
    return at + timedelta(days=7)


@router.post("/work/votes/{use}", name="vote-sign", dependencies=VOTE)
def vote(request: Request, use: str, sent: Form) -> Response:
    """Let a member sign their vote."""
    found, where = _there(request, use)
    at, typed = now(request), _typed(sent)
    wrong = problems(typed, at)
    answer = may_vote(found, where, me(request).keys)
    if not answer:
        wrong = {"may": text("You may not vote on this: %(why)s", why=answer.reason)}
    if wrong:
        return _form(request, found, where, wrong, sent.flat())
    _expect_no_judge(request, found)
    return propose(request, to_vote(found, where, typed, at))


def _typed(sent: Sent) -> Typed:
    return Typed(
        area=sent.number("area"), impact=sent.number("impact"), autonomy=sent.number("autonomy"),
        ceiling=sent.number("ceiling"), valid_until=sent.end_of("valid_until"),
        dissents=sent.text("dissents") == "yes", dissent=sent.text("dissent"),
    )  # fmt: skip


@router.post("/work/votes/{use}/recuse", name="recuse", dependencies=VOTE)
def recuse(request: Request, use: str, sent: Form) -> Response:
    """Let a member stand aside."""
    found, where = _there(request, use)
    if not sent.text("reason").strip():
        return _form(
            request, found, where, {"reason": text("Say why you stand aside")}, sent.flat()
        )
    return propose(request, to_recuse(found, where, sent.text("reason"), now(request)))


@router.post("/work/votes/{use}/open", name="vote-open", dependencies=VOTE)
def open_(request: Request, use: str, sent: Form) -> Response:
    """Let a member open a session on what the log holds now."""
    found, where = _there(request, use)
    at, closes = now(request), sent.end_of("closes")
    if closes is None or not at < closes <= at + timedelta(days=366):
        wrong = {"closes": text("Enter a day within a year, later than today")}
        return _form(request, found, where, wrong, sent.flat())
    known(request).keep_findings(found)
    return propose(request, to_open(found, where, closes, at, sent.text("note")))


@router.post("/work/votes/{use}/publish", name="vote-publish", dependencies=CLOSE)
def publish(request: Request, use: str) -> Response:
    """Let the chair sign the code that enough members agree on."""
    found, where = _there(request, use, Action.CLOSE_VOTE)
    return propose(request, to_publish(found, where, site_of(request).rubric, _holders(request)))
