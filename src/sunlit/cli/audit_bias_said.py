"""What `sunlit audit bias` prints for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sunlit.capabilities.assurance.bias import Judged

RATES: Final = {
    "selection": "selected", "tpr": "TPR", "fpr": "FPR", "precision": "precision",
    "accuracy": "accuracy",
}  # fmt: skip
WIDTH: Final = 24


def lines_of(detail: Mapping[str, Any]) -> Iterator[str]:
    """Yield the headline, the groups by single attributes, and what was left out."""
    yield detail["headline"]
    yield f"Good for a person: {detail['favourable']}. {detail['rows']} people are counted."
    for table in detail["tables"]:
        if len(table["names"]) == 1:
            yield ""
            yield from _table(detail, table)
    yield from _more(detail)


def _table(detail: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    (name,) = table["names"]
    attribute = next(one for one in detail["attributes"] if one["name"] == name)
    shown = [rate for rate in RATES if table["groups"] and rate in table["groups"][0]]
    heads = "".join(f"{RATES[one]:>10}" for one in shown)
    yield f"By {attribute['characteristic']} ({name})"
    yield f"  {'group':<{WIDTH}}{'people':>8}{heads}"
    for group in table["groups"]:
        label = " x ".join(group["values"])
        label = label if len(label) < WIDTH else f"{label[: WIDTH - 2]}~"
        rates = "".join(f"{_percent(group[one]['value']):>10}" for one in shown)
        yield f"  {label:<{WIDTH}}{group['rows']:>8}{rates}"
    for gone in attribute.get("excluded", ()):
        yield f"  {gone['what']}: {gone['reason']}"


def _percent(value: str | None) -> str:
    return "-" if value is None else f"{float(value):.1%}"


def _more(detail: Mapping[str, Any]) -> Iterator[str]:
    crossed = [" x ".join(one["names"]) for one in detail["tables"] if len(one["names"]) > 1]
    if crossed:
        yield ""
        yield f"Intersections, in the report: {', '.join(crossed)}"
    for one in detail["withheld"]:
        yield f"Withheld: {' x '.join(one['names'])}: {one['reason']}"
    for one in detail.get("notAnalysed", ()):
        yield f"Not analysed: {one['what']}: {one['reason']}"


def judged_lines(judged: Sequence[Judged]) -> Iterator[str]:
    """Yield what the rule `bias-audited` says of each attribute with its own limits."""
    yield "By the limits of rule bias-audited (a rubric may set others):"
    for one in judged:
        outcome = "not judged" if one.outcome is None else str(one.outcome)
        yield f"  {outcome:<10} {one.reason}"
