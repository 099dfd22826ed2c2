"""Editing the register: one cell, one page; a second officer sees what the first one said."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.base.errors import VerificationError
from sunlit.node.permission import Action
from sunlit.node.permission import Subject as Asked
from sunlit.node.risk_edit import Typed, cell_of, expect_unchanged, problems, to_sign, version
from sunlit.rubric.matrix import matrix
from sunlit.views.practices import practice_title
from sunlit.views.register import Cell
from sunlit.views.tasks import Case
from sunlit.web.guarding import demand, may
from sunlit.web.workbench.common import Form, case, day_fields, form, now, propose

router = APIRouter(include_in_schema=False)
EDIT = [may(Action.EDIT_RISK)]


def _cell(request: Request, use: str, practice: str) -> tuple[Case, Cell]:
    """Return a cell of a use of one's own organisation.

    Raises:
        VerificationError: `permission.refused`.
        UnavailableError: `risk.no-such-cell`.
    """
    found = case(request, use)
    demand(request, Action.EDIT_RISK, Asked(organisation=found.line.deployer))
    return found, cell_of(found, practice)


@router.get("/work/risk/{use}/{practice}", name="risk-edit", dependencies=EDIT)
def edit(request: Request, use: str, practice: str) -> Response:
    """Show one cell as it is, and the form to say something of it."""
    found, cell = _cell(request, use, practice)
    typed = day_fields("valid_until", now(request) + timedelta(days=365))
    return _form(request, found, cell, {}, typed)


def _form(
    request: Request, found: Case, cell: Cell, wrong: dict[str, str], typed: dict[str, str], *,
    theirs: bool = False, due: datetime | None = None,
) -> Response:  # fmt: skip
    return form(
        request, "work/risk.html", wrong, typed, case=found, cell=cell, seen=version(cell),
        title=practice_title(cell.practice), asked=matrix().columns.get(cell.practice),
        theirs=theirs, due=due, status=409 if theirs else None,
    )  # fmt: skip


@router.post("/work/risk/{use}/{practice}", name="risk-sign", dependencies=EDIT)
def sign(request: Request, use: str, practice: str, sent: Form) -> Response:
    """Let an officer sign what they say of one practice."""
    found, cell = _cell(request, use, practice)
    typed = Typed(
        choice=sent.text("choice"), text=sent.text("text"), owner=sent.text("owner"),
        due=sent.end_of("due"), valid_until=sent.end_of("valid_until"),
    )  # fmt: skip
    if wrong := problems(typed, now(request)):
        return _form(request, found, cell, wrong, sent.flat())
    try:
        expect_unchanged(cell, sent.text("seen"))
    except VerificationError:
        return _form(request, found, cell, {}, sent.flat(), theirs=True, due=typed.due)
    return propose(request, to_sign(found, cell, typed))
