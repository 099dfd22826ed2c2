from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.base.errors import MalformedError
from sunlit.claims.risk import RiskAssessment
from sunlit.node.assess_use import (
    SECTIONS,
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
from sunlit.node.drafts import Draft, Kind
from sunlit.registry.assessment_form import Form
from sunlit.rubric.aia import question_set
from sunlit.rubric.aia_assessed import problem
from tests.rubric.story import DEPLOYER, use

AT = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2027, 3, 1, tzinfo=UTC)


def filled() -> Form:
    """Answer every page as it comes, with its first answer."""
    form, page = Form(), pages(Form())[0]
    while page is not None:
        form = answered(form, page, first(page))
        following = next_page(form, page.id)
        if following is None:
            return form
        page = following
    raise AssertionError


def first(page: Page) -> dict[str, list[str]]:
    """Choose the first answer of each question."""
    return {ask.name: [ask.choices[0][0]] for ask in page.asks}


def draft(form: Form) -> Draft:
    """Return a draft of a form."""
    return Draft(
        id="d1", organisation=DEPLOYER, kind=Kind.ASSESSMENT, about="key", author="ann",
        changed=AT, content=content(form), version=2,
    )  # fmt: skip


def test_pages_are_short_and_ask_everything_once() -> None:
    """Four facts or three questions a page; none twice."""
    asked = [ask.name for page in pages(filled()) for ask in page.asks]

    assert len(asked) == len(set(asked))
    assert all(len(page.asks) <= 4 for page in pages(filled()))
    assert {one.section for one in question_set().questions} <= set(SECTIONS)


def test_page_by_page_a_form_becomes_whole() -> None:
    """Then it is the very assessment that admission and rules expect."""
    form = filled()
    proposed = to_sign(draft(form), use(), "city.example", at=AT, valid_until=UNTIL)

    assert form.blank == ()
    assert isinstance(proposed.claim, RiskAssessment)
    assert problem(proposed.claim) is None
    assert sum_of(form).digits in proposed.consequence
    assert "0" not in sum_of(form).digits


def test_no_question_stands_beside_the_one_that_it_hangs_on() -> None:
    """Without JavaScript, a page must not change while it is read."""
    hangs = {one.name: one.shown_when[0] for one in question_set().questions if one.shown_when}
    for page in pages(filled()):
        names = {ask.name for ask in page.asks}
        assert not any(hangs.get(name) in names for name in names)


def test_an_answer_that_is_no_longer_asked_is_taken_out() -> None:
    """Else the score would be refused."""
    question = next(one for one in question_set().questions if one.shown_when)
    assert question.shown_when
    parent, values = question.shown_when
    other = next(one for one in question_set().questions if one.name == parent)
    shown = next(value for value in other.choices if value in values)
    hidden = next(value for value in other.choices if value not in values)
    form = Form(answers={parent: shown, question.name: next(iter(question.choices))})
    asked = next(page for page in pages(form) if parent in {ask.name for ask in page.asks})

    form = answered(form, asked, {parent: [hidden]})
    assert question.name not in form.answers
    assert question.name not in {ask.name for page in pages(form) for ask in page.asks}


def test_a_blank_is_no_mistake_and_no_answer() -> None:
    """It is kept as a blank and named at the end."""
    form = filled()
    page = pages(form)[0]
    blank = answered(form, page, {})

    assert problems(page, {}) == {}
    assert blank.area is None
    assert page_of(blank, page.id) is not None
    assert pages(blank)[0].blank == 1
    assert sum_of(blank).digits.startswith("0")
    with pytest.raises(MalformedError, match="blank"):
        to_sign(draft(blank), use(), "city.example", at=AT, valid_until=UNTIL)


def test_what_is_no_answer_is_marked() -> None:
    """Also several answers where one is asked for."""
    page = pages(Form())[0]
    assert problems(page, {"area": ["99"]}) == {"area": "Choose one of the answers"}
    assert problems(page, {"area": ["1", "2"]}) == {"area": "Choose one answer only"}


def test_a_page_that_is_not_asked_is_none() -> None:
    """And after the last there is no next one."""
    form = filled()
    assert page_of(form, "none") is None
    assert next_page(form, "none") is None
    assert next_page(form, pages(form)[-1].id) is None


def test_a_draft_gives_back_what_was_answered() -> None:
    """Between pages, and after a night; of another set of questions only what is shared."""
    form = filled()
    kept = draft(form)
    older = replace(kept, content={**kept.content, "questions": "old"})

    assert form_in(kept) == form
    assert form_in(older) == replace(form, answers={})
    assert form_in(replace(kept, content={})) == Form()


def test_pages_of_one_section_stand_together() -> None:
    """Every page once, in order; a page that stands alone is a section of its own."""
    found = sections(pages(filled()))
    assert [page for _, every in found for page in every] == list(pages(filled()))
    assert [name for name, _ in found[:4]] == [
        "Area", "Row of the register", "Autonomy", "What the system does",
    ]  # fmt: skip
    assert len({name for name, _ in found}) == len(found)
