"""The form in which a deployer answers the questions of a use: TOML or JSON, to be filled in.

What was not answered stays blank and is said. A form is a draft: only `assessment.assess`
makes a signed statement of it, and only of a whole one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.base.toml import parse_toml, place_in
from sunlit.claims.risk import RiskAssessment, Use
from sunlit.rubric.aia import AiaQuestion, Score, fact_questions, question_set, score
from sunlit.rubric.matrix import matrix
from sunlit.rubric.risk_code import autonomy_levels

FORMAT: Final = "sunlit-assessment/1"
TOP: Final = ("format", "questions", "use", "area", "autonomyLevel", "row")
TABLES: Final = ("facts", "answers")
MAX_FORM: Final = 1024 * 1024
NONE: Final = "none"  # a row outside the twelve


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was answered so far; None and absent names are blanks."""

    area: int | None = None
    autonomy_level: int | None = None
    row: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, object] = field(default_factory=dict)

    @property
    def score(self) -> Score:
        """Return the score so far, and which questions are blank.

        Raises:
            MalformedError: `risk.answer`.
        """
        return score(self.answers)

    @property
    def blank(self) -> tuple[str, ...]:
        """Return what a whole assessment still lacks, by name."""
        own = {"area": self.area, "autonomyLevel": self.autonomy_level}
        return (*(name for name, value in own.items() if value is None), *self.score.blank)

    @property
    def unknown_facts(self) -> tuple[str, ...]:
        """Return the facts that nobody stated: whatever hangs on them applies."""
        return tuple(name for name in fact_questions() if name not in self.facts)


def form_of(claim: RiskAssessment) -> Form:
    """Return the form that an assessment was made of."""
    facts = {name: str(value) for name, value in claim.facts.items()}
    return Form(area=claim.area, autonomy_level=claim.autonomy_level, row=claim.row or NONE,
                facts=facts, answers=claim.answers)  # fmt: skip


def read_form(data: bytes, *, toml: bool) -> Form:
    """Read a form; blanks (empty texts and lists) are left out.

    Raises:
        MalformedError: `assessment.malformed`, `json.*`, `risk.answer`.
    """
    document = _toml(data) if toml else canonical.decode_object(
        data, what="the form", limit=MAX_FORM
    )  # fmt: skip
    if document.get("format") != FORMAT:
        raise _bad("format", FORMAT)
    digest = question_set().digest
    if document.get("questions") != digest:
        raise _bad("questions", digest)
    if unknown := set(document) - {*TOP, *TABLES, "about"}:
        raise _bad(f"{len(unknown)} keys", "none besides " + ", ".join((*TOP, *TABLES)))
    facts, answers = (_table(document, name) for name in TABLES)
    form = Form(
        area=_number(document, "area", 1, 9),
        autonomy_level=_number(document, "autonomyLevel", 1, 10),
        row=_row(document),
        facts={name: _fact(name, value) for name, value in facts.items()},
        answers=answers,
    )
    _ = form.score  # every answer can be read
    return form


def _toml(data: bytes) -> Mapping[str, object]:
    try:
        return parse_toml(data[: MAX_FORM + 1].decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise MalformedError(
            "assessment.malformed", f"the form is no TOML: {place_in(error)}",
            expected="TOML in UTF-8",
            mend="sunlit risk assess PATH --use USE --template answers.toml",
        ) from error  # fmt: skip


def _table(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name, {})
    if not isinstance(value, Mapping):
        raise _bad(name, "a table")
    return {key: one for key, one in value.items() if one not in ("", None) and one != []}


def _number(document: Mapping[str, object], name: str, low: int, high: int) -> int | None:
    value = document.get(name)
    if value in ("", None):
        return None
    if type(value) is not int or not low <= value <= high:
        raise _bad(name, f"a number from {low} to {high}")
    return value


def _row(document: Mapping[str, object]) -> str | None:
    value = document.get("row")
    if value in ("", None):
        return None
    if not isinstance(value, str) or value not in {NONE, *matrix().rows}:
        raise _bad("row", ", ".join((*matrix().rows, NONE)))
    return value


def _fact(name: str, value: object) -> str:
    if name not in fact_questions() or value not in ("yes", "no"):
        raise _bad("a fact", "yes or no, for one of " + ", ".join(fact_questions()))
    return str(value)


def _bad(what: str, expected: str) -> MalformedError:
    return MalformedError(
        "assessment.malformed", f"{what} in the form cannot be read", expected=expected,
        mend="sunlit risk assess PATH --use USE --template answers.toml",
    )  # fmt: skip


def write_form(use: Use, form: Form, *, toml: bool) -> bytes:
    """Write a form with every question, its choices and what was answered before."""
    top: dict[str, object] = {
        "format": FORMAT, "questions": question_set().digest, "use": use.id,
        "area": form.area or use.area, "autonomyLevel": form.autonomy_level or "",
        "row": form.row or "",
    }  # fmt: skip
    facts = {name: form.facts.get(name, "") for name in fact_questions()}
    answers = {
        one.name: form.answers.get(one.name, _blank(one)) for one in question_set().questions
    }
    if not toml:
        document = {**top, "facts": facts, "answers": answers, "about": _about()}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
    return ("\n".join(_toml_lines(use, top, facts, answers)) + "\n").encode()


def _blank(question: AiaQuestion) -> object:
    return [] if question.several else ""


def _about() -> dict[str, object]:
    """Return the questions and choices in words; a reader passes this by."""
    return {
        "autonomyLevel": {str(level): text for level, text in autonomy_levels().items()},
        "row": {id_: row.title for id_, row in matrix().rows.items()} | {NONE: "none of these"},
        "facts": dict(fact_questions()),
        "answers": {
            one.name: {"question": one.title, "several": one.several,
                       "choices": dict(one.choices), "askedOnlyAfter": _after(one)}
            for one in question_set().questions
        },
    }  # fmt: skip


def _after(question: AiaQuestion) -> dict[str, object] | None:
    if question.shown_when is None:
        return None
    other, values = question.shown_when
    return {other: sorted(values)}


def _toml_lines(
    use: Use, top: Mapping[str, object], facts: Mapping[str, str], answers: Mapping[str, object]
) -> Iterator[str]:
    yield f"# Assessment of the use {use.id} by {use.deployer}. Fill in, then:"
    yield f"#   sunlit risk assess PATH --use {use.id} --answers THIS-FILE --home HOME"
    yield "# What stays empty is blank, which is not the same as no."
    for name in ("format", "questions", "use"):
        yield f"{name} = {_text(top[name])}"
    yield "# Annex III area of the EU AI Act, 1 to 8; 9: none of these."
    yield f"area = {_text(top['area'])}"
    yield "# How much the machine decides (Parasuraman, Sheridan and Wickens 2000):"
    yield from (f"#  {level:>2}  {text}" for level, text in autonomy_levels().items())
    yield f"autonomyLevel = {_text(top['autonomyLevel'])}"
    yield "# Row of the risk register:"
    yield from (f"#  {id_}  {row.title}" for id_, row in matrix().rows.items())
    yield f"#  {NONE}  none of these"
    yield f"row = {_text(top['row'])}"
    yield ""
    yield '[facts]  # "yes" or "no"; where it is blank, whatever hangs on it applies'
    for name, question in fact_questions().items():
        yield f"# {question}"
        yield f"{name} = {_text(facts[name])}"
    yield ""
    yield "[answers]"
    for one in question_set().questions:
        yield from _question_lines(one, answers[one.name])


def _question_lines(question: AiaQuestion, answer: object) -> Iterator[str]:
    yield f"# {question.title}" + (" (several may be chosen)" if question.several else "")
    if question.shown_when is not None:
        other, values = question.shown_when
        yield f"#   Only where {other} is one of {', '.join(sorted(values))}; else leave it empty."
    yield from (f"#   {value}  {text}" for value, text in question.choices.items())
    yield f"{question.name} = {_text(answer)}"


def _text(value: object) -> str:
    # A JSON number, text or list of texts is the same in TOML.
    listed = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
    return json.dumps(listed, ensure_ascii=False)
