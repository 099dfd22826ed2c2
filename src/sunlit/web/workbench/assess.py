"""Assessing a use: one small group of questions a page, kept between them, signed at the end."""

import secrets
from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.authority.history import History
from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import unslug
from sunlit.base.wording import text, texts
from sunlit.claims.risk import Use
from sunlit.node.assess_use import (
    Page,
    answered,
    content,
    form_in,
    next_page,
    page_of,
    pages,
    problems,
    sections,
    sum_of,
    to_sign,
)
from sunlit.node.drafts import Draft, Kind, Move, State, moved
from sunlit.node.permission import Action
from sunlit.node.permission import Subject as Asked
from sunlit.registry.assessment import latest
from sunlit.registry.assessment_form import Form as Answers
from sunlit.registry.assessment_form import form_of
from sunlit.registry.saying import find_use
from sunlit.rubric.aia import question_set
from sunlit.rubric.aia_assessed import assessment
from sunlit.views.tasks import Case
from sunlit.web.guarding import demand, may
from sunlit.web.pages import page, redirect
from sunlit.web.workbench.common import (
    Form,
    case,
    day_fields,
    drafts,
    form,
    known,
    me,
    now,
    propose,
)
from sunlit.web.workbench.signed import settled

router = APIRouter(include_in_schema=False, dependencies=[may(Action.ASSESS_USE)])


@router.get("/work/uses", name="uses")
def uses(request: Request) -> Response:
    """List the uses of the organisation, with where their assessment stands."""
    who, at = me(request), now(request)
    mine = [it for it in known(request).cases(at) if it.line.deployer == who.organisation]
    said = {it.key: assessment(it.evidence) for it in mine}
    ends = {key: one.claim.valid_until if one else None for key, one in said.items()}
    return page(request, "work/uses.html", public=False, cases=mine, ends=ends)


def _case(request: Request, use: str) -> Case:
    """Return a use of one's own organisation; another's is none here."""
    found = case(request, use)
    demand(request, Action.ASSESS_USE, Asked(organisation=found.line.deployer))
    return found


def _use(request: Request, found: Case) -> Use:
    return find_use(_history(request, found), found.line.use, found.line.deployer)


def _history(request: Request, found: Case) -> History:
    _, log = known(request).of(found.host)
    return log.named(("use", found.line.deployer, found.line.use))


def _draft(request: Request, found: Case) -> Draft | None:
    """Return the organisation's open draft about a use."""
    for one in drafts(request).of(me(request).organisation):
        if one.kind is Kind.ASSESSMENT and one.about == found.key:
            one = settled(request, one)  # noqa: PLW2901 - the same, brought up to date
            if one.state is not State.PUBLISHED:
                return one
    return None


@router.get("/work/uses/{use}/assess", name="assess")
def start(request: Request, use: str) -> Response:
    """Say what is asked, how far it is, and what it comes to."""
    found = _case(request, use)
    draft = _draft(request, found)
    answers = form_in(draft) if draft else Answers()
    until = day_fields("valid_until", now(request) + timedelta(days=365))
    return _whole(request, found, draft, answers, until)


def _whole(
    request: Request, found: Case, draft: Draft | None, answers: Answers, until: dict[str, str],
    wrong: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    asked = pages(answers) if draft else ()
    return form(
        request, "work/assess.html", wrong, until, case=found, draft=draft, pages=asked,
        sections=sections(asked), sum=sum_of(answers), until=until,
    )  # fmt: skip


@router.post("/work/uses/{use}/assess", name="assess-begin")
def begin(request: Request, use: str) -> Response:
    """Begin a draft: with the answers of the assessment before, where there was one."""
    found, who, at = _case(request, use), me(request), now(request)
    draft = _draft(request, found)
    if draft is None:
        before = latest(_history(request, found), _use(request, found))
        same = before is not None and before.questions == question_set().digest
        answers = form_of(before) if before is not None and same else Answers()
        draft = drafts(request).add(Draft(
            id=secrets.token_hex(12), organisation=who.organisation, kind=Kind.ASSESSMENT,
            about=found.key, author=who.person.id, content=content(answers), changed=at,
        ))  # fmt: skip
    first = next((it for it in pages(form_in(draft)) if it.blank), pages(form_in(draft))[0])
    return redirect(request, "assess-page", use=use, part=first.id)


@router.get("/work/uses/{use}/assess/{part}", name="assess-page")
def ask(request: Request, use: str, part: str) -> Response:
    """Ask one group of questions."""
    found = _case(request, use)
    draft, shown = _shown(request, found, part)
    return _asked(request, found, draft, shown)


def _shown(request: Request, found: Case, part: str) -> tuple[Draft, Page]:
    draft = _draft(request, found)
    shown = page_of(form_in(draft), part) if draft else None
    if draft is None or shown is None:
        raise UnavailableError(
            "assess.no-such-page", "these questions are not asked, or nobody has begun",
            mend="begin from the page of the use",
        )  # fmt: skip
    return draft, shown


def _asked(
    request: Request, found: Case, draft: Draft, shown: Page,
    wrong: dict[str, str] | None = None, *, theirs: bool = False,
) -> Response:  # fmt: skip
    every = pages(form_in(draft))
    number = [one.id for one in every].index(shown.id) + 1 if shown in every else 1
    return form(
        request, "work/assess_page.html", wrong, case=found, draft=draft, shown=shown,
        number=number, of=len(every), theirs=theirs, status=409 if theirs else None,
    )  # fmt: skip


@router.post("/work/uses/{use}/assess/{part}", name="assess-save")
def save(request: Request, use: str, part: str, sent: Form) -> Response:
    """Keep the answers of one page and go on to the next."""
    found = _case(request, use)
    draft, shown = _shown(request, found, part)
    mine = _typed(shown, sent)
    if wrong := problems(shown, sent.fields):
        return _asked(request, found, draft, mine, wrong)
    if sent.number("version") != draft.version:
        return _asked(request, found, draft, mine, theirs=True)
    after = answered(form_in(draft), shown, sent.fields)
    saved = moved(me(request).actor, Move.SAVE, draft, now(request))
    drafts(request).change(replace(saved, content=content(after)))
    following = next_page(after, part)
    if sent.text("then") == "leave" or following is None:
        return redirect(request, "assess", use=use)
    return redirect(request, "assess-page", use=use, part=following.id)


def _typed(shown: Page, sent: Form) -> Page:
    asks = tuple(replace(ask, chosen=sent.every(ask.name)) for ask in shown.asks)
    return replace(shown, asks=asks)


@router.post("/work/uses/{use}/sign-assessment", name="assess-sign")
def sign(request: Request, use: str, sent: Form) -> Response:
    """Let an officer sign a whole assessment."""
    found, at = _case(request, use), now(request)
    draft, until = _draft(request, found), sent.end_of("valid_until")
    if draft is None:
        return redirect(request, "assess", use=use)
    answers = form_in(draft)
    wrong: dict[str, str] = {}
    if answers.blank:
        wrong["blank"] = texts(
            "%(count)s question has no answer yet", "%(count)s questions have no answer yet",
            len(answers.blank),
        )  # fmt: skip
    if until is None or not at < until <= at + timedelta(days=366 * 2):
        wrong["valid_until"] = text("Enter a day within the next two years")
    if wrong or until is None:
        return _whole(request, found, draft, answers, sent.flat(), wrong)
    use_ = _use(request, found)
    return propose(request, to_sign(draft, use_, found.host, at=at, valid_until=until))


@router.get("/work/drafts/{draft}", name="draft-go")
def go(request: Request, draft: str) -> Response:
    """Lead from a draft to the use that it is about."""
    found = drafts(request).get(me(request).organisation, draft)
    if found is None or unslug(found.about) is None:
        return redirect(request, "uses")
    return redirect(request, "assess", use=found.about)
