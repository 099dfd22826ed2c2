"""On what grounds: what an opened explanation says, in words and as a chart."""

from collections.abc import Sequence
from typing import Final

from sunlit.base.errors import SunlitError
from sunlit.bundle.view import Chart, Part
from sunlit.bundle.wording import one_line
from sunlit.decision.content import Content
from sunlit.guard.explain.document import Explanation, NoExplanation, checked
from sunlit.guard.explain.terms import Term

NAMED: Final = 2  # inputs that a sentence names on each side
EXACT: Final = "adds up to the model's own output"
OTHER_FORM: Final = "An explanation of another form was recorded, and is opened here."
MAX_REASON: Final = 400
MAX_NAME: Final = 60  # characters of an input's name or value in a sentence


def grounds(opening: Content | None, *, is_recorded: bool, is_misfit: bool = False) -> str:
    """Return one or two sentences: what moved the estimate, how exact, or why nobody knows.

    `is_misfit`: what is opened does not fit the record, so nothing of it is shown.
    """
    if not is_recorded:
        return "No explanation was recorded, nor why there is none."
    found = _found(opening)
    match found:
        case None:
            why = "what is opened does not fit the record" if is_misfit else "not opened here"
            return f"An explanation is recorded, and {why}."
        case Explanation():
            made = f"{found.method}, {one_line(found.library, MAX_NAME)}"
            return f"{moved(found.terms)} How exact: {exactness(found)} ({made})."
        case NoExplanation(code=code, reason=reason):
            why = one_line(reason, MAX_REASON).rstrip(".")
            return f"There is no explanation: {why} ({one_line(code, MAX_NAME)})."
        case SunlitError():
            return f"An explanation was recorded, and does not hold: {found.what} ({found.code})."
        case str():
            return found


def chart(opening: Content | None) -> Chart | None:
    """Return the contributions as a chart, None where no explanation holds, or none is opened."""
    found = _found(opening)
    if not isinstance(found, Explanation) or not found.terms:
        return None
    ordered = sorted(found.terms, key=lambda one: -abs(one.contribution))
    target = f", for {found.target}" if found.target else ""
    return Chart(
        headline="What moved the estimate, most first",
        subtitle=f"Contribution of each input, on the {found.link} scale{target}; it starts at "
        f"{found.base:.4g} and ends at {found.raw:.4g}",
        summary=f"{moved(found.terms)} All of it {exactness(found)}.",
        parts=tuple(Part(one.name, one.value, one.contribution) for one in ordered),
    )


def moved(terms: Sequence[Term]) -> str:
    """Say which inputs lowered and which raised the estimate most."""
    ordered = sorted(terms, key=lambda one: -abs(one.contribution))
    lowered = [one for one in ordered if one.contribution < 0]
    raised = [one for one in ordered if one.contribution > 0]
    parts = [
        f"{word} most by {' and '.join(_named(one) for one in some[:NAMED])}"
        for word, some in (("lowered", lowered), ("raised", raised))
        if some
    ]
    return f"The estimate was {' and '.join(parts) if parts else 'moved by none of the inputs'}."


def exactness(found: Explanation) -> str:
    """Say how far the sum is from the model's output."""
    return EXACT if found.residual == 0 else f"{EXACT}, but for {found.residual:.1g}"


def _named(one: Term) -> str:
    value = f" ({one_line(one.value, MAX_NAME)})" if one.value is not None else ""
    return one_line(one.name, MAX_NAME) + value


def _found(opening: Content | None) -> Explanation | NoExplanation | SunlitError | str | None:
    field = opening.fields.get("explanation") if opening else None
    if field is None:
        return None
    found = checked(field.type, field.value)
    return OTHER_FORM if found is None else found
