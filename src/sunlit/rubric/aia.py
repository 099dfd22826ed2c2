"""The Algorithmic Impact Assessment's questions: which are asked, and the score of answers.

Scored as the official tool does (`getValue` in `src/store.ts` of canada-ca/aia-eia-js): a choice
scores the number after its last hyphen, one answer counts once, several are summed. What was
not answered is blank, which is no answer of 0: a score without every answer is not complete.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, Final

from sunlit.base.errors import MalformedError
from sunlit.rubric.risk_code import data_file

QUESTIONS_FILE: Final = "aia-questions.json"
SHOWN_FILE: Final = "aia-shown-when.json"
FACTS_FILE: Final = "risk-facts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AiaQuestion:
    """One question: `choices` maps a value to its words; `shown_when` names what it hangs on."""

    name: str
    section: str
    title: str
    several: bool
    choices: Mapping[str, str]
    shown_when: tuple[str, frozenset[str]] | None = None
    scores: Mapping[str, int] = field(init=False, compare=False)
    maximum: int = field(init=False, compare=False)
    """The most that it can score, as `getMaxScoreForQuestion` counts it."""

    def __post_init__(self) -> None:
        """Work out once what each choice scores: assessments are scored over and over."""
        scores = {value: score_of(value) for value in self.choices}
        most = sum if self.several else max
        object.__setattr__(self, "scores", scores)
        object.__setattr__(self, "maximum", most(scores.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet:
    """The questions in order; `digest` is SHA-256 of the bytes of both files, one after the other.

    Two of them carry no score: others hang on their answers.
    """

    digest: str
    version: str
    questions: tuple[AiaQuestion, ...]

    @property
    def maximum(self) -> int:
        """Return the largest raw score."""
        return sum(question.maximum for question in self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What answers come to: the raw score, and the questions that are asked and blank."""

    raw: int
    asked: int
    blank: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether every question that is asked was answered."""
        return not self.blank


def score_of(value: str) -> int:
    """Return the number after the last hyphen of a choice's value, 0 where there is none."""
    head, hyphen, tail = value.rpartition("-")
    return int(tail) if head and hyphen and tail.isdecimal() else 0


@cache
def question_set() -> QuestionSet:
    """Return the questions that this version of Sunlit ships."""
    data, conditions = data_file(QUESTIONS_FILE), data_file(SHOWN_FILE)
    document, more = json.loads(data), json.loads(conditions)
    also = {one["name"]: one for one in more["alsoAsked"]}
    questions: list[AiaQuestion] = []
    for one in document["questions"]:
        question = _question(one, more["shownWhen"])
        other = question.shown_when and also.pop(question.shown_when[0], None)
        questions += [_question(other, {})] if other else []
        questions.append(question)
    return QuestionSet(
        digest=sha256(data + conditions).hexdigest(),
        version=document["version"],
        questions=tuple(questions),
    )


def _question(one: Mapping[str, Any], shown: Mapping[str, Any]) -> AiaQuestion:
    when = shown.get(one["name"])
    return AiaQuestion(
        name=one["name"], section=one["section"], title=one["title"], several=one["several"],
        choices={choice["value"]: choice["text"] for choice in one["choices"]},
        shown_when=(when["question"], frozenset(when["values"])) if when else None,
    )  # fmt: skip


@cache
def fact_questions() -> Mapping[str, str]:
    """Return the facts that decide which controls apply: name -> plain question."""
    facts: Mapping[str, str] = json.loads(data_file(FACTS_FILE))["facts"]
    return facts


def score(answers: Mapping[str, object], known: QuestionSet | None = None) -> Score:
    """Return the raw score of the answers, and what is blank.

    Raises:
        MalformedError: `risk.answer`: an unknown question or choice, several choices where one
            is asked for, or an answer to a question that is not asked.
    """
    known = known or question_set()
    if unknown := sorted(set(answers) - {question.name for question in known.questions}):
        raise _bad(unknown[0], "a question of the set")
    raw, asked, blank = 0, 0, []
    for question in known.questions:
        chosen = _chosen(question, answers.get(question.name))
        if not is_asked(question, answers):
            if chosen:
                raise _bad(question.name, "none, because it is not asked after the other answers")
            continue
        asked += 1
        raw += sum(question.scores[value] for value in chosen)
        if not chosen:
            blank.append(question.name)
    return Score(raw=raw, asked=asked, blank=tuple(blank))


def is_asked(question: AiaQuestion, answers: Mapping[str, object]) -> bool:
    """Tell whether the question is asked after these answers."""
    if question.shown_when is None:
        return True
    other, values = question.shown_when
    return answers.get(other) in values


def _chosen(question: AiaQuestion, answer: object) -> tuple[str, ...]:
    """Return the chosen values; nothing, an empty text and an empty list are blank."""
    if isinstance(answer, str) and answer in question.choices and not question.several:
        return (answer,)
    if answer in (None, "") or answer in ([], ()):
        return ()
    values = tuple(_values(question, answer))
    if len(set(values)) < len(values) or not set(values) <= set(question.choices):
        raise _bad(question.name, "of " + ", ".join(question.choices))
    return values


def _values(question: AiaQuestion, answer: object) -> Iterator[str]:
    several = isinstance(answer, list | tuple)
    if several is not question.several:
        raise _bad(question.name, "a list of choices" if question.several else "one choice")
    for value in answer if isinstance(answer, list | tuple) else (answer,):
        if not isinstance(value, str):
            raise _bad(question.name, "of " + ", ".join(question.choices))
        yield value


def _bad(name: str, expected: str) -> MalformedError:
    # A question's name may be anything a person typed: shown only where it is one of ours.
    known = any(name == one.name for one in question_set().questions)
    return MalformedError(
        "risk.answer", f"the answer to {name if known else 'a question'} cannot be read",
        expected=expected, mend="sunlit risk assess PATH --use USE --template FILE",
    )  # fmt: skip
