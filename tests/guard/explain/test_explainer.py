"""From terms to a document: checked, failing closed, refusing when one is demanded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.guard.explain import (
    MEDIA_TYPE,
    Explain,
    Explanation,
    NoExplanation,
    Nothing,
    Term,
    Terms,
    parse,
)
from sunlit.guard.explain.explainer import answer_of, single_number
from sunlit.guard.explain.library import errors_of, library, named_version
from sunlit.guard.explain.methods import Estimand, Link


class OddError(Exception):
    """A library's own error."""


@dataclass
class Fake:
    """A method that says what it is told to."""

    found: Terms | Exception
    link: Link = Link.IDENTITY
    method: str = "linear-terms"
    estimand: Estimand = Estimand.TERMS
    library: str = "fake 1"
    background: str | None = None
    errors: tuple[type[Exception], ...] = (OddError,)

    def terms(self, inputs: object) -> Terms:
        """Return the terms, or raise."""
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class KernelExplainer:
    """As shap names its own."""


class Mine(KernelExplainer, Fake):
    """Somebody's own subclass of a sampling explainer."""


GOOD = Terms(base=1.0, terms=(Term("a", 2.0, "4.0"),), raw=3.0)
BAD = Terms(base=1.0, terms=(Term("a", 2.0, "4.0"),), raw=3.1)


def scores(values: Sequence[float], place: int) -> Terms:
    """Return terms of one class of several."""
    return Terms(
        base=0.0, terms=(Term("a", values[place]),), raw=values[place], target=str(place),
        answers=tuple(values), place=place,
    )  # fmt: skip


def test_an_explanation_that_holds_is_written() -> None:
    """With the output that it was held against."""
    kind, data = Explain(Fake(GOOD))({"a": 4}, 3.0)

    found = parse(data)
    assert kind == MEDIA_TYPE
    assert isinstance(found, Explanation)
    assert (found.total, found.residual, found.output) == (3.0, 0.0, 3.0)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (BAD, "explain.additivity"),
        (OddError("secret"), "explain.failed"),
        (ValueError("secret"), "explain.failed"),
        (KeyError("secret"), "explain.failed"),
        (UnavailableError("explain.no-library", "no fake"), "explain.no-library"),
    ],
)
def test_it_fails_closed(found: Terms | Exception, code: str) -> None:
    """One that does not hold is "none" with the reason; demanded, it is an error."""
    _, data = Explain(Fake(found))({"a": 4}, 3.0)

    none = parse(data)
    assert isinstance(none, NoExplanation)
    assert none.code == code
    assert "secret" not in none.reason
    with pytest.raises(SunlitError) as caught:
        Explain(Fake(found), required=True)({"a": 4}, 3.0)
    assert caught.value.code == code


def test_a_mistake_of_ours_is_not_hidden() -> None:
    """Only what a library is known to raise becomes "none"."""
    with pytest.raises(ZeroDivisionError):
        Explain(Fake(GOOD), read_output=lambda _: 1 / 0)({}, 3.0)


def test_the_explanation_is_of_the_output_that_was_released() -> None:
    """A right explanation of another model's or row's output is refused."""
    with pytest.raises(VerificationError) as caught:
        Explain(Fake(GOOD), required=True)({"a": 4}, 3.01)

    assert caught.value.code == "explain.other-output"
    assert "3.01" not in str(caught.value)


def test_a_stricter_tolerance_may_be_asked_for_but_no_wider_one() -> None:
    """The method's arithmetic sets the limit."""
    near = Terms(base=1.0, terms=(Term("a", 2.0),), raw=3.0 + 1e-11)

    assert Explain(Fake(near), tolerance=1.0).explanation({}, None).tolerance < 1e-8
    with pytest.raises(VerificationError):
        Explain(Fake(near), tolerance=1e-13).explanation({}, None)


def test_where_the_number_is_may_be_said() -> None:
    """An output of several fields holds the model's number somewhere."""
    explain = Explain(Fake(GOOD), required=True, read_output=lambda out: out["score"])  # type: ignore[index]

    assert explain.explanation({}, {"score": 3.0, "letter": True}).output == 3.0
    with pytest.raises(VerificationError) as caught:
        explain.explanation({}, {"letter": True})
    assert caught.value.code == "explain.output"


@pytest.mark.parametrize("output", [None, True, "3.0", [3.0, 4.0], {"score": 9.0}, []])
def test_what_is_no_single_number_is_not_compared(output: object) -> None:
    """The document says so: `output` is null."""
    assert Explain(Fake(GOOD), required=True).explanation({}, output).output is None


def test_with_an_unknown_link_nothing_is_compared() -> None:
    """The explanation holds on the raw scale only."""
    explain = Explain(Fake(GOOD, link=Link.UNKNOWN), required=True)

    assert explain.explanation({}, 17.0).output is None


@pytest.mark.parametrize(
    ("link", "found", "answer"),
    [
        (Link.LOGIT, scores([0.0], 0), 0.5),
        (Link.LOGIT, scores([-1e4], 0), 0.0),
        (Link.LOG, scores([math.log(7)], 0), 7.0),
        (Link.LOG, scores([1e4], 0), math.inf),
        (Link.SOFTMAX, scores([1.0, 1.0], 1), 0.5),
        (Link.SOFTMAX, scores([1e4, 0.0], 0), 1.0),
        (Link.IDENTITY, scores([2.0], 0), 2.0),
    ],
)
def test_a_raw_output_stands_for_an_answer(link: Link, found: Terms, answer: float) -> None:
    """Each link's inverse, also where it overflows."""
    assert answer_of(found, link) == pytest.approx(answer)


def test_single_numbers_are_found() -> None:
    """In a number, or in a list of one."""
    assert single_number([[0.5]]) == 0.5
    assert single_number(2) == 2.0


def test_a_sampling_explainer_is_refused_at_once() -> None:
    """By its class or an ancestor's, before the first decision."""
    with pytest.raises(VerificationError) as caught:
        Explain(Mine(GOOD))

    assert caught.value.code == "explain.sampling"


def test_nothing_says_why() -> None:
    """The deployer states beforehand that there is no exact method."""
    kind, data = Nothing("The model generates text.")({}, "hello")

    assert kind == MEDIA_TYPE
    assert parse(data) == NoExplanation("explain.none", "The model generates text.")


def test_a_library_that_is_missing_is_named() -> None:
    """With the command that installs it."""
    with pytest.raises(UnavailableError) as caught:
        library("no_such_library_at_all", install="sunlit[that]")

    assert caught.value.code == "explain.no-library"
    assert caught.value.mend == "pip install sunlit[that]"
    assert named_version("json").startswith("json 2")
    assert errors_of("no_such_library_at_all", "Error") == ()
    assert errors_of("json", "JSONDecodeError")
