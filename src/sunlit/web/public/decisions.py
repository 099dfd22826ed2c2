"""Check a decision: two facts from the letter, one of five answers, what a court may take away.

The code is sent in a form's body only: it is in no address, no log and no title.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.util import find_spec
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from sunlit.authority.history import History
from sunlit.base.errors import MalformedError
from sunlit.bundle import pages as bundle_pages
from sunlit.bundle.view import BundleView
from sunlit.capabilities.assurance.queries import keys_of
from sunlit.node.check_decision import Answer, Where, check_decision, evidence_of, stores_of
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.registry.decision_check import Checked, Result
from sunlit.registry.decisions import Case, state_words
from sunlit.web.guarding import may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page, site_of
from sunlit.web.public.asking import day_of, fields_of, not_too_often
from sunlit.web.public.reading import known_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.CHECK_DECISION)])
PDF: Final = "bundle.pdf"
MAX_CODE: Final = 40
GOOD: Final = frozenset({Result.COMPLETE})
BAD: Final = frozenset({Result.CHANGED})


class WithoutPaper:
    """The pages of a bundle but for the PDF, which takes seconds to lay out."""

    def index_html(self, view: BundleView) -> bytes:
        """Return the page that is opened first."""
        return bundle_pages.index_html(view)

    def verify_html(self) -> bytes | None:
        """Return the verifier for a browser."""
        return bundle_pages.verify_html()

    def pdf(self, view: BundleView) -> bytes | None:
        """Return nothing."""
        del view
        return None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, and what is wrong with it by field."""

    fields: Mapping[str, str]
    problems: Mapping[str, str]
    day: date | None

    @property
    def code(self) -> str:
        """The reference as it was typed."""
        return self.fields.get("code", "")[:MAX_CODE]


@router.get("/decisions/check", name="decision-check")
def ask(request: Request) -> Response:
    """Ask for the two facts."""
    return page(
        request, "decisions/check.html", typed={}, problems={}, public=False,
        stores=bool(site_of(request).node.decisions),
    )  # fmt: skip


@router.post("/decisions/check", name="decision-checked")
async def answer(request: Request) -> Response:
    """Answer in words, with the checks that were made."""
    not_too_often(request, "decision", burst=10, a_minute=6)
    typed = _read(request, await fields_of(request))
    if typed.problems or typed.day is None:
        return _again(request, typed)
    try:
        found = await run_in_threadpool(check_decision, _where(request), typed.code, typed.day)
    except MalformedError:
        _ = gettext_of(request)
        wrong = {"code": _("Check the reference: a character in it was mistyped")}
        return _again(request, Typed(typed.fields, wrong, typed.day))
    return await run_in_threadpool(_shown, request, typed, found)


@router.post("/decisions/bundle", name="decision-bundle")
async def bundle(request: Request) -> Response:
    """Give the evidence bundle of a decision, with nothing of its contents opened."""
    return await _take(request, "zip")


@router.post("/decisions/paper", name="decision-paper")
async def paper(request: Request) -> Response:
    """Give the same as one PDF for a court's own bundle."""
    return await _take(request, "pdf")


async def _take(request: Request, kind: str) -> Response:
    not_too_often(request, "evidence", burst=4, a_minute=2)
    typed = _read(request, await fields_of(request))
    if typed.problems or typed.day is None:
        return _again(request, typed)
    chosen = bundle_pages if kind == "pdf" else WithoutPaper()
    made = partial(
        evidence_of, _where(request), typed.code, typed.day, site_of(request).clock, chosen
    )
    at, data = await run_in_threadpool(made)
    headers = {
        "Content-Disposition": f'attachment; filename="decision-{at:%Y-%m-%d}.{kind}"',
        "Cache-Control": "no-store",
    }  # fmt: skip
    if kind == "zip":
        return Response(data, 200, headers, "application/zip")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if PDF not in archive.namelist():
            raise HTTPException(404)
        return Response(archive.read(PDF), 200, headers, "application/pdf")


def _read(request: Request, fields: Mapping[str, str]) -> Typed:
    _ = gettext_of(request)
    problems = {}
    if not fields.get("code"):
        problems["code"] = _("Enter the reference from your letter")
    day = day_of(fields)
    if day is None:
        problems["date"] = _("Enter the date of the letter, for example 4 5 2026")
    return Typed(fields, problems, day)


def _again(request: Request, typed: Typed) -> Response:
    return page(
        request, "decisions/check.html", status=422, public=False, typed=typed.fields,
        problems=typed.problems, stores=True,
    )  # fmt: skip


def _where(request: Request) -> Where:
    site, known = site_of(request), known_of(request)

    def history(organisation: str) -> History:
        return known.of(organisation)[1].named(("decisions", organisation, None))

    return Where(
        stores=dict(stores_of(site.node.root, site.node.decisions)),
        homes={home.organisation: home for home in site.homes}, history=history,
    )  # fmt: skip


def _shown(request: Request, typed: Typed, found: Answer) -> Response:
    checked = found.checked
    record = checked.case.seen.record if checked.case is not None else None
    return page(
        request, "decisions/result.html", public=False, checked=checked, record=record,
        typed=typed.fields, title=_title(request, checked), checks=_checks(request),
        good=checked.result in GOOD, bad=checked.result in BAD, results=Result,
        state=state_words(checked.case) if checked.case is not None else "",
        outcome=checked.case.outcome if checked.case is not None else None,
        contests=checked.case.open_contests if checked.case is not None else 0,
        component=_component(request, record.release) if record is not None else None,
        has_pdf=find_spec("weasyprint") is not None, store=found.store,
    )  # fmt: skip


def _component(request: Request, release: str | None) -> str | None:
    """Return the key of the component whose release decided, where a log here declares it."""
    if not release:
        return None
    with reading(site_of(request).projections) as connection:
        return keys_of(connection, {release}).get(release)


def titles(request: Request) -> Mapping[Result, str]:
    """Return the five answers in the reader's language."""
    _ = gettext_of(request)
    return {
        Result.COMPLETE: _("This decision's record is complete and unchanged"),
        Result.CHANGED: _("This decision's record has been changed"),
        Result.NONE: _("We have no record"),
        Result.INCOMPLETE: _("This decision's record is incomplete"),
        Result.COULD_NOT: _("We could not check this decision's record"),
    }


def _title(request: Request, checked: Checked) -> str:
    """Return the answer; of a record that is incomplete with what is missing."""
    said = titles(request)[checked.result]
    missing = _missing(request, checked.case) if checked.result is Result.INCOMPLETE else ""
    return f"{said}: {missing}" if missing else said


def _missing(request: Request, case: Case | None) -> str:
    _ = gettext_of(request)
    if case is not None and case.undecided:
        return _("no human has decided yet")
    if case is not None and case.unfinished:
        return _("the end of the answer is not recorded")
    return _("its contents are missing")


def _checks(request: Request) -> Mapping[str, str]:
    _ = gettext_of(request)
    return {
        "registration": _("Whose log it is: the organisation registered it before the decision."),
        "record": _("The record: it stands in the log as it was written."),
        "anchors": _("Since when: nothing up to it was removed or changed since it was fixed in "
                     "the organisation's public log."),
        "opening": _("The contents: what is kept beside the record is what it commits to."),
    }  # fmt: skip
