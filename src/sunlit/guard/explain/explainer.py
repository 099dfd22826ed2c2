"""From a method's terms to a checked document: what a guard calls."""

import math
from dataclasses import dataclass, replace
from typing import Protocol

from sunlit.base.errors import SunlitError, VerificationError
from sunlit.guard.explain.document import MEDIA_TYPE, Explanation, NoExplanation
from sunlit.guard.explain.methods import METHODS, Link, refuse_sampling
from sunlit.guard.explain.terms import Method, ReadOutput, Terms


class Explainer(Protocol):
    """What a guard calls with a decision's inputs and output."""

    def __call__(self, inputs: object, output: object) -> tuple[str, bytes]:
        """Return media type and bytes of the explanation.

        Raises:
            SunlitError: `explain.*`: the decision is not released without an explanation.
        """
        ...


@dataclass(frozen=True, slots=True)
class Nothing:
    """Explains nothing and says why."""

    reason: str

    def __call__(self, inputs: object, output: object) -> tuple[str, bytes]:
        """Return the document that says "none"."""
        del inputs, output
        return MEDIA_TYPE, NoExplanation(code="explain.none", reason=self.reason).to_bytes()


@dataclass(frozen=True, slots=True)
class Explain:
    """Explains by one method and checks the result.

    Fails closed: an explanation that does not hold becomes "none" with the code and the
    reason; with `required` it is an error, so that no decision goes out without one.
    `read_output` finds the model's number in what the decision put out; by default a number,
    or a list or array of one. `tolerance` may only be stricter than the method's own.
    """

    how: Method
    required: bool = False
    read_output: ReadOutput | None = None
    tolerance: float | None = None

    def __post_init__(self) -> None:
        """Refuse a sampling method at once, not at the first decision."""
        refuse_sampling(self.how)

    def __call__(self, inputs: object, output: object) -> tuple[str, bytes]:
        """Return the explanation; or "none", unless one is required."""
        try:
            return MEDIA_TYPE, self.explanation(inputs, output).to_bytes()
        except SunlitError as error:
            if self.required:
                raise
            return MEDIA_TYPE, NoExplanation(error.code, str(error)).to_bytes()

    def explanation(self, inputs: object, output: object) -> Explanation:
        """Return the checked explanation.

        Raises:
            VerificationError: `explain.*`.
            UnavailableError: `explain.no-library`.
        """
        how = self.how
        found = self._terms(inputs)
        answer = self._answer(output)
        draft = Explanation(
            method=how.method, estimand=how.estimand, link=how.link, base=found.base,
            terms=found.terms, raw=found.raw, tolerance=0.0, library=how.library,
            target=found.target, output=answer, background=how.background,
        )  # fmt: skip
        explanation = _with_tolerance(draft, self.tolerance)
        explanation.check()
        if answer is not None:
            _check_answer(found, how, answer, explanation.tolerance)
        return explanation

    def _terms(self, inputs: object) -> Terms:
        how = self.how
        known: tuple[type[Exception], ...] = (
            ArithmeticError, AttributeError, LookupError, TypeError, ValueError, *how.errors,
        )  # fmt: skip
        try:
            return how.terms(inputs)
        except known as error:
            # A library's message may quote the inputs: only the kind of error is told.
            raise VerificationError(
                "explain.failed", f"{how.library} cannot explain these inputs",
                got=type(error).__name__, mend="give the row as the model was trained on it",
            ) from error  # fmt: skip

    def _answer(self, output: object) -> float | None:
        if self.how.link is Link.UNKNOWN:
            return None
        if self.read_output is None:
            return single_number(output)
        try:
            return float(self.read_output(output))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise VerificationError(
                "explain.output", "the model's number cannot be found in the output",
                got=type(error).__name__, mend="correct `read_output`",
            ) from error  # fmt: skip


def _with_tolerance(draft: Explanation, stricter: float | None) -> Explanation:
    allowed = draft.largest_tolerance
    tolerance = allowed if stricter is None else min(stricter, allowed)
    return replace(draft, tolerance=tolerance)


def _check_answer(found: Terms, how: Method, answer: float, tolerance: float) -> None:
    expected = answer_of(found, how.link)
    # No inverse link is steeper than exp; a double's own rounding comes on top.
    slack = max(tolerance, METHODS[how.method][how.estimand]) * max(1.0, abs(expected))
    if not abs(expected - answer) <= slack:
        raise VerificationError(
            "explain.other-output", "the explanation is of another output than the one released",
            expected=f"within {slack:.3g} of the released number",
            got=f"off by {abs(expected - answer):.3g}",
            mend="explain the very model and inputs that decided",
        )  # fmt: skip


def answer_of(found: Terms, link: Link) -> float:
    """Return the answer that a raw output stands for."""
    try:
        match link:
            case Link.LOGIT:
                return 1 / (1 + math.exp(-found.raw))
            case Link.LOG:
                return math.exp(found.raw)
            case Link.SOFTMAX:
                top = max(found.answers)
                shares = [math.exp(one - top) for one in found.answers]
                return shares[found.place] / math.fsum(shares)
            case Link.IDENTITY | Link.UNKNOWN:
                return found.raw
    except OverflowError:
        return 0.0 if link is Link.LOGIT else math.inf


def single_number(output: object) -> float | None:
    """Return the number in a number, or in a list or array of one; None in anything else."""
    listed = getattr(output, "tolist", None)
    found = listed() if callable(listed) else output
    while isinstance(found, list | tuple) and len(found) == 1:
        found = found[0]
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
