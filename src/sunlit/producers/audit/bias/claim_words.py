"""What an audit counted, and what it found, in words."""

from collections.abc import Mapping
from typing import Final

from sunlit.claims.bias import BiasAudit
from sunlit.producers.audit.bias.claim_figures import Figures
from sunlit.producers.audit.bias.cube import Meaning
from sunlit.producers.audit.bias.metrics import SELECTION

RULES: Final = {
    "at-least": "at least", "above": "above", "at-most": "at most", "below": "below",
}  # fmt: skip


def selected_said(meaning: Meaning, *, adverse: bool) -> str:
    """Return which prediction is good for a person."""
    if meaning.rule == "value":
        said = f"{meaning.prediction} is {_values(meaning.selected)}"
    else:
        median = ", the median" if meaning.median else ""
        said = f"the score is {RULES[meaning.rule]} {meaning.threshold}{median}"
    return f"not: {said}" if adverse else said


def outcome_said(meaning: Meaning) -> str | None:
    """Return what is known to have been right of a person, None where nothing is."""
    if meaning.outcome is None:
        return None
    return f"{meaning.outcome} is {_values(meaning.positive)}"


def _values(values: tuple[str, ...]) -> str:
    return " or ".join(values) or "true"


def headline(claim: BiasAudit, found: Mapping[tuple[str, ...], Figures]) -> str:
    """Return the widest gap between groups, in the rate that matters first."""
    name = SELECTION
    if claim.outcome is not None:
        name = "fpr" if claim.adverse else "tpr"
    gaps = [
        (figures.comparison.gaps[name].difference, attribute)
        for attribute in claim.attributes
        if name in (figures := found[attribute.name,]).comparison.gaps
    ]
    if not gaps:
        return "No two groups are large enough to be compared."
    widest, attribute = max(gaps, key=lambda one: (one[0], one[1].name))
    gap = found[attribute.name,].comparison.gaps[name]
    what = {
        SELECTION: "of those of the group {} {}, of {} {}",
        "tpr": "of those who should be selected, of the group {} {} are, of {} {}",
        "fpr": "of those who should not be selected, of the group {} {} are, of {} {}",
    }[name]
    held = found[attribute.name,].rates
    low, high = (held.group(one) for one in (gap.lowest, gap.highest))
    shares = [
        f"{float(one.rates[name].value or 0):.1%}" if one is not None else "" for one in (low, high)
    ]
    if name == SELECTION:
        shares = [f"{one} are selected" if not at else one for at, one in enumerate(shares)]
    said = what.format(gap.lowest[0], shares[0], gap.highest[0], shares[1])
    return f"Widest gap: {float(widest) * 100:.1f} points by {attribute.characteristic}: {said}."
