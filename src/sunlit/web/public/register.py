"""The risk register: uses by practices, one page for each exception, and the same as files."""

import json
from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.node.known import use_key
from sunlit.node.logs import Said, said_at
from sunlit.node.permission import Action
from sunlit.registry.register_files import register_csv, register_svg
from sunlit.rubric.matrix import matrix
from sunlit.rubric.mitigations import State
from sunlit.rubric.risk_code import scheme
from sunlit.views.register import Register
from sunlit.views.register_page import SHORT, STYLE, counts, groups, is_gap
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page, site_of, unchanged
from sunlit.web.public.reading import asked_time, download, known_of, register_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])
KINDS: Final = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "svg": "image/svg+xml",
}  # fmt: skip


@router.get("/register", name="register")
def register_page(request: Request) -> Response:
    """Show every use with the state of its eight practices."""
    return _shown(request, request.query_params.get("organisation") or None)


@router.get("/register.{kind}", name="register-file")
def register_file(request: Request, kind: str) -> Response:
    """Give the register as CSV, JSON or a drawing."""
    if kind not in KINDS:
        raise HTTPException(404)
    at = asked_time(request)
    found = register_of(request, request.query_params.get("organisation") or None, at)
    return download(_file(found, kind), f"register-{at:%Y-%m-%d}.{kind}", KINDS[kind])


def _file(found: Register, kind: str) -> bytes:
    match kind:
        case "csv":
            return register_csv(found)
        case "svg":
            return register_svg(found)
        case _:
            return json.dumps(found.to_json(), ensure_ascii=False, indent=1).encode()


def _shown(request: Request, organisation: str | None) -> Response:
    if (kept := unchanged(request)) is not None:
        return kept
    at, gaps = asked_time(request), request.query_params.get("gaps") == "1"
    every = register_of(request, None, at)
    found = every if organisation is None else register_of(request, organisation, at)
    return page(
        request, "register/list.html", register=found, groups=groups(found, gaps=gaps), gaps=gaps,
        counts=counts(found), cells=len(found.lines) * len(SHORT), short=SHORT,
        columns=matrix().columns, style=STYLE, states=State, words=words(request), at=at,
        is_gap=is_gap, key=use_key, organisation=organisation,
        past=bool(request.query_params.get("at")), matrix=matrix(), scheme=scheme(),
        deployers=sorted({one.deployer for one in every.lines}),
    )  # fmt: skip


def words(request: Request) -> dict[State, str]:
    """Return the states in the reader's language."""
    _ = gettext_of(request)
    return {
        State.IN_PLACE: _("In place"), State.DUE: _("Due"), State.MISSING: _("Missing"),
        State.NOT_NEEDED: _("Not needed"), State.NOT_ANSWERED: _("Not answered"),
    }  # fmt: skip


@router.get("/register/{use}/{practice}", name="register-cell")
def cell_page(request: Request, use: str, practice: str) -> Response:
    """Show one practice of one use: its state, who answers for it, by when, on what evidence."""
    if practice not in SHORT:
        raise HTTPException(404)
    if (kept := unchanged(request)) is not None:
        return kept
    case = known_of(request).case(use, site_of(request).clock.now())
    cell = next(one for one in case.line.cells if one.practice == practice)
    known = matrix()
    return page(
        request, "register/cell.html", line=case.line, cell=cell, use=use, words=words(request),
        evidence=_sentences(request, cell.statements),
        title=known.columns[practice], basis=known.meaning.get(cell.basis), style=STYLE,
        row=known.rows.get(case.line.row), short=SHORT, practice=practice,
    )  # fmt: skip


def _sentences(request: Request, ids: Iterable[str]) -> dict[str, Said]:
    """Return what each statement says, as the first log has it that holds it."""
    wanted, found = set(ids), dict[str, Said]()
    for home, log in known_of(request).logs():
        reader, history = home.reader(), log.holding(*wanted)
        for one in history.statements:
            if one.index is not None:
                found[one.statement_id] = said_at(home, reader, history.directory, one.index)
        wanted.difference_update(found)
    return found
