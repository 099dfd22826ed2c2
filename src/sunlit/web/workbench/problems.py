"""Problems that the public reported: read by the officers who answer them, answered in the log."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.adapters.sql.problems import SqlReports
from sunlit.capabilities.incident.standing import Standing
from sunlit.claims.incident import ProblemState
from sunlit.node.permission import Action
from sunlit.node.permission import Subject as Asked
from sunlit.node.problems import NOT_KNOWN, Report, answer_flaws, to_answer
from sunlit.web import sessions
from sunlit.web.guarding import demand, may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page, site_of
from sunlit.web.public.problems import MAX_NUMBER, kinds, states
from sunlit.web.workbench.common import Form, form, known, me, now, propose

router = APIRouter(include_in_schema=False)
HANDLE: Final = [may(Action.HANDLE_PROBLEM)]
READ: Final = "problem-read"  # the row of the private audit


@router.get("/work/problems", name="problems-reported", dependencies=HANDLE)
def reported(request: Request) -> Response:
    """List what was reported to one's organisation; what somebody wrote is not on this page."""
    who, at = me(request), now(request)
    logged, kept = (
        known(request).problems(),
        SqlReports(site_of(request).private).of(who.organisation),
    )
    rows = [(one, logged.get((who.organisation, one.number))) for one in kept]
    # Those that wait for an answer first, by when it was promised; what is settled comes last.
    rows.sort(key=lambda pair: (pair[1] is not None and not pair[1].is_open, pair[0].answer_by))
    return page(
        request, "work/problems.html", public=False, rows=rows, kinds=kinds(request),
        states=states(request), at=at, not_known=NOT_KNOWN,
    )  # fmt: skip


def _report(request: Request, number: str) -> tuple[Report, Standing | None]:
    """Return a report of one's own organisation, and what the log says of it.

    Raises:
        VerificationError: `permission.refused`.
    """
    kept = SqlReports(site_of(request).private).get(number.upper()[:MAX_NUMBER])
    if kept is None:
        raise HTTPException(404)
    demand(request, Action.HANDLE_PROBLEM, Asked(organisation=kept.organisation))
    return kept, known(request).problems(kept.number).get((kept.organisation, kept.number))


@router.get("/work/problems/{number}", name="problem-answer", dependencies=HANDLE)
def read(request: Request, number: str) -> Response:
    """Show what somebody wrote, and the form for an answer; that it was read is kept."""
    kept, standing = _report(request, number)
    return _form(request, kept, standing, {}, {})


def _form(
    request: Request, kept: Report, standing: Standing | None, wrong: Mapping[str, str],
    typed: Mapping[str, str],
) -> Response:  # fmt: skip
    who, at = me(request), now(request)
    actor = (who.person.id, who.organisation)
    sessions.audit(request).note(READ, actor, at, {"number": kept.number})
    asked = {state.value: words for state, words in states(request).items() if state is not None}
    return form(
        request, "work/problem.html", wrong, typed, report=kept, logged=standing,
        kinds=kinds(request), states=states(request), choices=tuple(asked.items()), at=at,
        late=kept.answer_by < at and not (standing and standing.updates),
        known=kept.component != NOT_KNOWN,
    )  # fmt: skip


@router.post("/work/problems/{number}", name="problem-answer-sign", dependencies=HANDLE)
def answer(request: Request, number: str, sent: Form) -> Response:
    """Let an officer sign an answer."""
    kept, standing = _report(request, number)
    state, note = sent.text("state"), sent.text("note")
    wrong = _words(request, answer_flaws(state, note))
    if standing is None:
        _ = gettext_of(request)
        wrong = {"note": _("The log does not hold this report yet. Try again in a minute")}
    if wrong or standing is None:
        return _form(request, kept, standing, wrong, sent.flat())
    return propose(request, to_answer(standing, ProblemState(state), note, now(request)))


def _words(request: Request, wrong: Mapping[str, str]) -> dict[str, str]:
    _ = gettext_of(request)
    words = {
        ("state", "choose"): _("Choose where it stands"),
        ("note", "empty"): _("Say what you did or found"),
        ("note", "long"): _("Say it in at most 2,000 characters"),
    }
    return {name: words[name, why] for name, why in wrong.items()}
