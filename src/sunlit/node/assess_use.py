"""Assessing a use: the questions in short pages, kept between them, signed as one at the end."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Final

from sunlit.base.marking import N_
from sunlit.base.wording import fixed, text
from sunlit.claims.names import named_digest
from sunlit.claims.risk import RiskAssessment, Use
from sunlit.node.drafts import Draft
from sunlit.node.proposal import Proposal
from sunlit.registry.assessment import Sum, summed, whole
from sunlit.registry.assessment_form import NONE, Form
from sunlit.rubric.aia import AiaQuestion, fact_questions, is_asked, question_set
from sunlit.rubric.matrix import matrix
from sunlit.rubric.risk_code import autonomy_levels
from sunlit.statement.intoto import Subject

GROUP: Final = 3  # questions a page, at most
FACTS: Final = 4
# EU AI Act, Annex III, in short; 9 is none of them.
AREAS: Final[Mapping[str, str]] = {
    "1": N_("Biometrics"), "2": N_("Critical infrastructure"),
    "3": N_("Education and training"), "4": N_("Employment and the management of workers"),
    "5": N_("Essential services and benefits"), "6": N_("Law enforcement"),
    "7": N_("Migration, asylum and border control"), "8": N_("Justice and democratic processes"),
    "9": N_("None of these"),
}  # fmt: skip
SECTIONS: Final[Mapping[str, str]] = {
    "businessDrivers": N_("Why the system is used"), "riskProfile": N_("Risk profile"),
    "projectAuthority": N_("Legal authority"), "aboutSystem": N_("About the system"),
    "aboutAlgorithm": N_("About the algorithm"), "decisionSector": N_("About the decision"),
    "impact": N_("What it does to people"), "aboutData": N_("About the data"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question as a form asks it: its choices by value, and what was chosen so far."""

    name: str
    title: str
    choices: tuple[tuple[str, str], ...]
    several: bool = False
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A small group of questions; pages of one `section` follow each other."""

    id: str
    title: str
    asks: tuple[Ask, ...]
    section: str = ""

    @property
    def blank(self) -> int:
        """Return how many of its questions have no answer."""
        return sum(not ask.chosen for ask in self.asks)


@cache
def _groups() -> tuple[tuple[str, str, tuple[AiaQuestion, ...]], ...]:
    """Return the questions in groups: none stands with one that it hangs on."""
    groups: list[tuple[str, list[AiaQuestion]]] = []
    for question in question_set().questions:
        section, group = groups[-1] if groups else ("", [])
        hangs_on = question.shown_when[0] if question.shown_when else None
        fits = section == question.section and len(group) < GROUP
        if fits and hangs_on not in {one.name for one in group}:
            group.append(question)
        else:
            groups.append((question.section, [question]))
    counted: dict[str, int] = {}
    found = []
    for section, group in groups:
        counted[section] = counted.get(section, 0) + 1
        found.append((f"{section}-{counted[section]}", SECTIONS[section], tuple(group)))
    return tuple(found)


def pages(form: Form) -> tuple[Page, ...]:
    """Return the pages that are asked after these answers."""
    own = (_area(form), _row(form), _autonomy(form))
    asked = []
    for id_, title, group in _groups():
        shown = tuple(_ask(one, form) for one in group if is_asked(one, form.answers))
        if shown:
            asked.append(Page(id=id_, title=title, asks=shown))
    return _numbered((*own, *_facts(form), *asked))


def _numbered(every: tuple[Page, ...]) -> tuple[Page, ...]:
    """Tell pages of one title apart: a list of links says where each leads."""
    count, seen = Counter(page.title for page in every), Counter[str]()
    found: list[Page] = []
    for page in every:
        seen[page.title] += 1
        title = text(
            "%(title)s, %(number)s of %(count)s",
            title=fixed(page.title), number=seen[page.title], count=count[page.title],
        )  # fmt: skip
        shown = title if count[page.title] > 1 else page.title
        found.append(replace(page, title=shown, section=page.title))
    return tuple(found)


def sections(pages: Iterable[Page]) -> tuple[tuple[str, tuple[Page, ...]], ...]:
    """Return the pages by section, in their order."""
    return tuple((name, tuple(every)) for name, every in groupby(pages, lambda it: it.section))


def _area(form: Form) -> Page:
    ask = Ask(
        name="area", title=N_("In which area is it used?"), choices=tuple(AREAS.items()),
        chosen=(str(form.area),) if form.area else (),
    )  # fmt: skip
    return Page(id="area", title=N_("Area"), asks=(ask,))


def _row(form: Form) -> Page:
    rows = {id_: row.title for id_, row in matrix().rows.items()} | {NONE: N_("None of these")}
    ask = Ask(
        name="row", title=N_("To which row of the risk register does it belong?"),
        choices=tuple(rows.items()), chosen=(form.row,) if form.row else (),
    )  # fmt: skip
    return Page(id="row", title=N_("Row of the register"), asks=(ask,))


def _autonomy(form: Form) -> Page:
    level = form.autonomy_level
    ask = Ask(
        name="autonomy", title=N_("How much does the machine decide?"),
        choices=tuple((str(one), text) for one, text in autonomy_levels().items()),
        chosen=(str(level),) if level else (),
    )  # fmt: skip
    return Page(id="autonomy", title=N_("Autonomy"), asks=(ask,))


def _facts(form: Form) -> Iterable[Page]:
    known = tuple(fact_questions().items())
    for number, first in enumerate(range(0, len(known), FACTS), start=1):
        asks = tuple(
            Ask(
                name=name, title=title, choices=(("yes", N_("Yes")), ("no", N_("No"))),
                chosen=(form.facts[name],) if name in form.facts else (),
            )
            for name, title in known[first : first + FACTS]
        )  # fmt: skip
        yield Page(id=f"facts-{number}", title=N_("What the system does"), asks=asks)


def _ask(question: AiaQuestion, form: Form) -> Ask:
    answer = form.answers.get(question.name)
    chosen = (
        tuple(str(one) for one in answer) if isinstance(answer, list | tuple) else (str(answer),)
    )
    return Ask(
        name=question.name, title=question.title, choices=tuple(question.choices.items()),
        several=question.several, chosen=chosen if answer else (),
    )  # fmt: skip


def page_of(form: Form, page: str) -> Page | None:
    """Return a page that is asked, by its id."""
    return next((one for one in pages(form) if one.id == page), None)


def next_page(form: Form, page: str) -> Page | None:
    """Return the page after this one; None after the last."""
    asked = pages(form)
    places = [number for number, one in enumerate(asked) if one.id == page]
    return asked[places[0] + 1] if places and places[0] + 1 < len(asked) else None


def problems(page: Page, typed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return what is wrong with what was chosen; a blank is none."""
    found = {}
    for ask in page.asks:
        given = [value for value in typed.get(ask.name, ()) if value]
        if not set(given) <= {value for value, _ in ask.choices}:
            found[ask.name] = "Choose one of the answers"
        elif len(given) > 1 and not ask.several:
            found[ask.name] = "Choose one answer only"
    return found


def answered(form: Form, page: Page, typed: Mapping[str, Sequence[str]]) -> Form:
    """Return the form with a page's answers; what is no longer asked is taken out."""
    facts: dict[str, object] = dict(form.facts)
    answers = dict(form.answers)
    for ask in page.asks:
        given = [value for value in typed.get(ask.name, ()) if value]
        if ask.name in fact_questions():
            _put(facts, ask.name, given[0] if given else None)
        elif ask.name in OWN:
            form = _own(form, ask.name, given[0] if given else None)
        else:
            _put(answers, ask.name, (given if ask.several else given[0]) if given else None)
    told = {name: str(value) for name, value in facts.items()}
    return replace(form, facts=told, answers=_still_asked(answers))


OWN: Final = frozenset({"area", "row", "autonomy"})


def _own(form: Form, name: str, value: str | None) -> Form:
    if name == "row":
        return replace(form, row=value)
    number = int(value) if value else None
    return replace(form, area=number) if name == "area" else replace(form, autonomy_level=number)


def _put(table: dict[str, object], name: str, value: object) -> None:
    if value:
        table[name] = value
    else:
        table.pop(name, None)


def _still_asked(answers: dict[str, object]) -> dict[str, object]:
    for question in question_set().questions:
        if not is_asked(question, answers):
            answers.pop(question.name, None)
    return answers


# --- drafts ---------------------------------------------------------------------------------


def content(form: Form) -> dict[str, object]:
    """Return what a draft keeps of a form."""
    return {
        "questions": question_set().digest, "area": form.area, "row": form.row,
        "autonomy": form.autonomy_level, "facts": dict(form.facts), "answers": dict(form.answers),
    }  # fmt: skip


def form_in(draft: Draft) -> Form:
    """Return the form in a draft; of another set of questions only what is shared stays."""
    told = draft.content
    area, level, row = told.get("area"), told.get("autonomy"), told.get("row")
    facts, answers = told.get("facts"), told.get("answers")
    same = told.get("questions") == question_set().digest
    return Form(
        area=area if isinstance(area, int) else None,
        autonomy_level=level if isinstance(level, int) else None,
        row=str(row) if row else None,
        facts={k: str(v) for k, v in facts.items()} if isinstance(facts, dict) else {},
        answers=answers if same and isinstance(answers, dict) else {},
    )  # fmt: skip


def sum_of(form: Form) -> Sum:
    """Return what a form comes to so far."""
    return summed(form)


def to_sign(
    draft: Draft, use: Use, host: str, *, at: datetime, valid_until: datetime
) -> Proposal:  # fmt: skip
    """Return what an officer of the deployer signs.

    Raises:
        MalformedError: `assessment.incomplete`.
    """
    claim: RiskAssessment = whole(use, form_in(draft), at=at, valid_until=valid_until)
    name = f"{use.deployer}#{use.id}"
    digits = sum_of(form_in(draft)).digits
    return Proposal(
        claim=claim, subjects=(Subject(name, {"sha256": named_digest("use", name)}),),
        title=text("Sign the assessment of %(use)s", use=use.id),
        consequence=text(
            "It enters the log with digits %(digits)s. The board votes on them; it does not have "
            "to agree.", digits=digits,
        ),
        back=f"/work/drafts/{draft.id}", log=host, then="workbench.assessed",
        context={"draft": draft.id, "version": str(draft.version)},
    )  # fmt: skip
