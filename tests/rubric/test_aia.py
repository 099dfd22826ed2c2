"""The questions of the Algorithmic Impact Assessment, scored as the official tool scores them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.rubric.aia import fact_questions, is_asked, question_set, score, score_of
from tests.rubric.risks import answers

QUESTIONS = question_set().questions


def official(data: dict[str, object]) -> int:
    """Score as `getValue` of the official tool does, written from its source."""
    total = 0
    for value in data.values():
        for one in value if isinstance(value, list) else [value]:
            tail = str(one).split("-")[-1]
            total += int(tail) if "-" in str(one) and tail.isdigit() else 0
    return total


@st.composite
def answered(draw: st.DrawFn) -> dict[str, object]:
    """Answer some of the questions that are asked, at random."""
    found: dict[str, object] = {}
    for question in QUESTIONS:
        if not is_asked(question, found) or not draw(st.booleans()):
            continue
        choices = sorted(question.choices)
        if question.several:
            found[question.name] = draw(st.lists(st.sampled_from(choices), unique=True))
        else:
            found[question.name] = draw(st.sampled_from(choices))
    return found


@settings(max_examples=40)
@given(answered())
def test_the_score_is_the_official_tools(data: dict[str, object]) -> None:
    """Whatever was answered; and what is blank is told apart from what scores 0."""
    found = score(data)

    assert found.raw == official(data)
    assert found.asked == sum(is_asked(question, data) for question in QUESTIONS)
    assert set(found.blank) == {
        question.name for question in QUESTIONS
        if is_asked(question, data) and data.get(question.name) in (None, [])
    }  # fmt: skip


def test_the_largest_score_is_167_and_the_seven_conditions_are_known() -> None:
    """As spec/risk-code.md says; each condition names a question before it and its choices."""
    names = [question.name for question in QUESTIONS]
    hanging = [question for question in QUESTIONS if question.shown_when]

    assert (question_set().maximum, len(names), len(hanging)) == (167, 64, 7)
    for question in hanging:
        assert question.shown_when is not None
        other, values = question.shown_when
        assert names.index(other) < names.index(question.name)
        assert values <= set(QUESTIONS[names.index(other)].choices)


def test_a_whole_assessment_is_complete() -> None:
    """Questions that are not asked are not missed."""
    found = score(answers())

    assert found.is_complete
    assert found.asked < len(QUESTIONS)


@pytest.mark.parametrize(
    "changes",
    [
        {"nobody": "item1-0"},
        {"businessDrivers5": "item9-9"},
        {"businessDrivers5": ["item1-2"]},
        {"businessDrivers11": "item1-2"},
        {"businessDrivers11": ["item1-2", "item1-2"]},
        {"businessDrivers11": [7]},
        {"businessDrivers5": 2},
        {"impact26": "item5-0", "impact27": "item1-1"},
    ],
)
def test_what_is_no_answer_is_refused(changes: dict[str, object]) -> None:
    """An unknown question or choice, another form, an answer to what is not asked."""
    with pytest.raises(MalformedError) as caught:
        score({**answers(), **changes})

    assert caught.value.code == "risk.answer"
    assert caught.value.mend


def test_an_answer_that_nobody_typed_is_not_repeated() -> None:
    """A mistyped name may be a person's."""
    with pytest.raises(MalformedError, match="a question cannot be read"):
        score({"Jane Doe": "item1-0"})


@pytest.mark.parametrize(("value", "worth"), [("item1-3", 3), ("a-b-0", 0), ("-4", 0), ("x", 0)])
def test_a_choice_scores_what_stands_after_its_last_hyphen(value: str, worth: int) -> None:
    """As `parseEmbeddedValue` does for the values that the set has; no choice begins with one."""
    assert score_of(value) == worth


def test_facts_are_plain_questions() -> None:
    """Each ends as a question does."""
    assert {"personal-data", "generates-text", "law-enforcement"} <= set(fact_questions())
    assert all(text.endswith("?") for text in fact_questions().values())
