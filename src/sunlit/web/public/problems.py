"""Report a problem without an account, and see by its number what became of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from sunlit.adapters.sql.outbox import SqlOutbox
from sunlit.adapters.sql.problems import SqlReports
from sunlit.adapters.working_days import next_work_day
from sunlit.base.purl import bare
from sunlit.base.slugs import component_key
from sunlit.capabilities.incident.standing import KINDS, Standing
from sunlit.claims.incident import SETTLED, ProblemState
from sunlit.claims.lifecycle import Registration, Release
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Use
from sunlit.node.permission import Action
from sunlit.node.problems import NOT_KNOWN, Written, answer_day, report
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.pages import link, page, site_of
from sunlit.web.public.asking import fields_of, not_too_often
from sunlit.web.public.reading import known_of

router = APIRouter(include_in_schema=False)
MAX_NUMBER: Final = 32
MAX_NAMED: Final = 300


@router.get("/problems", dependencies=[may(Action.READ_PUBLIC)], name="problems")
def find(request: Request) -> Response:
    """Lead to a problem by its number, or to the form."""
    number = request.query_params.get("number", "").strip().upper()[:MAX_NUMBER]
    where = f"/problems/{number}" if number else "/problems/report"
    return RedirectResponse(link(request, where), 303, {"Cache-Control": "no-store"})


@router.get("/problems/report", dependencies=[may(Action.REPORT_PROBLEM)], name="problem-report")
def ask(request: Request) -> Response:
    """Ask what is wrong."""
    key = request.query_params.get("component", "")
    known = _component(request, key)
    return _form(request, {} if known is None else {"component": key}, {}, known)


@router.post("/problems/report", dependencies=[may(Action.REPORT_PROBLEM)], name="problem-reported")
async def take(request: Request) -> Response:
    """Keep the report, and lead to its page."""
    not_too_often(request, "problem", burst=5, a_minute=1)
    return await run_in_threadpool(_take, request, await fields_of(request))


def _take(request: Request, typed: Mapping[str, str]) -> Response:
    known = _component(request, typed.get("component", ""))
    written = Written(
        kind=typed.get("kind", ""), text=typed.get("text", ""), contact=typed.get("contact", ""),
        named=typed.get("named", "")[:MAX_NAMED], component=known,
    )  # fmt: skip
    if wrong := written.problems():
        return _form(request, typed, _words(request, wrong), known, status=422)
    site = site_of(request)
    at = site.clock.now()
    last = datetime.combine(answer_day(at.date(), next_work_day), time(17), UTC)
    kept = report(
        SqlReports(site.private), SqlOutbox(engine=site.private, clock=site.clock), written,
        organisation=site.node.operator, at=at, answer_by=last,
    )  # fmt: skip
    return RedirectResponse(
        link(request, f"/problems/{kept.number}", new=1), 303, {"Cache-Control": "no-store"}
    )


def _form(
    request: Request, typed: Mapping[str, str], wrong: Mapping[str, str],
    component: str | None, *, status: int = 200,
) -> Response:  # fmt: skip
    return page(
        request, "problems/report.html", status=status, public=False, typed=typed, problems=wrong,
        kinds=kinds(request), component=component,
    )  # fmt: skip


def _words(request: Request, wrong: Mapping[str, str]) -> dict[str, str]:
    _ = gettext_of(request)
    words = {
        ("kind", "choose"): _("Choose what kind of problem it is"),
        ("text", "empty"): _("Say what happened"),
        ("text", "long"): _("Say what happened in at most 10,000 characters"),
        ("contact", "long"): _("Shorten how we can reach you to at most 300 characters"),
    }
    return {name: words[name, why] for name, why in wrong.items()}


def kinds(request: Request) -> dict[str, str]:
    """Return the kinds of problems in the reader's language."""
    _ = gettext_of(request)
    return {name: _(text) for name, text in KINDS.items()}


def _component(request: Request, key: str) -> str | None:
    """Return the component of this key in addresses, where a log names it; else nothing."""
    for _, log in known_of(request).logs():
        said = log.naming(key)
        claim = None if said is None else said.claim
        named = claim.purl if isinstance(claim, Component | Release) else ""
        purl = bare(claim.component if isinstance(claim, Use | Registration) else named)
        if purl.startswith("pkg:") and component_key(purl) == key:  # no row says so alone
            return purl
    return None


@router.get("/problems/{number}", dependencies=[may(Action.READ_PUBLIC)], name="problem")
def show(request: Request, number: str) -> Response:
    """Show where a problem stands and what was answered; never what its reporter wrote."""
    number = number.upper()[:MAX_NUMBER]
    site = site_of(request)
    logged = _logged(request, number)
    kept = SqlReports(site.private).get(number) if logged is None else None
    if logged is None and kept is None:
        raise HTTPException(404)
    told = logged.claim if logged is not None else kept
    assert told is not None  # noqa: S101 - one of the two is there
    at = site.clock.now()
    return page(
        request, "problems/problem.html", public=False, number=number, told=told, logged=logged,
        new=request.query_params.get("new") == "1", kinds=kinds(request), states=states(request),
        late=told.answer_by is not None and told.answer_by < at
        and not (logged is not None and logged.updates),
        known=told.component != NOT_KNOWN, key=component_key(told.component), settled=SETTLED,
    )  # fmt: skip


def _logged(request: Request, number: str) -> Standing | None:
    # Of two organisations, the operator; else whoever's log knows most of it.
    operator = site_of(request).node.operator
    return max(
        known_of(request).problems(number).values(),
        key=lambda one: (one.organisation == operator, len(one.updates)), default=None,
    )  # fmt: skip


def states(request: Request) -> Mapping[ProblemState | None, str]:
    """Return the states of a problem in the reader's language."""
    _ = gettext_of(request)
    return {
        None: _("Received, not answered yet"),
        ProblemState.ACKNOWLEDGED: _("Read by somebody"),
        ProblemState.INVESTIGATING: _("Being looked into"),
        ProblemState.FIXED: _("Put right"),
        ProblemState.NOT_A_FAULT: _("Found to be no fault"),
        ProblemState.CLOSED: _("Closed"),
    }
