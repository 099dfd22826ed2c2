"""The measurement as JSON for reports; `sunlit.producers.data.risk` documents the keys."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sunlit.base.times import format_time
from sunlit.claims.privacy import Figure
from sunlit.producers.data.risk.choose import pseudonyms
from sunlit.producers.data.risk.coding import Apart
from sunlit.producers.data.risk.estimate import Estimate
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.improve import Effect
from sunlit.producers.data.risk.kinds import Looked
from sunlit.producers.data.risk.measuring import TOOL, Found
from sunlit.producers.data.risk.table import Measurable
from sunlit.producers.data.risk.words import CANNOT_TELL, HOW_COMPUTED, change, headline, how

FORMAT: Final = "sunlit-data-risk/1"
EXACT: Final = 100  # sizes of classes that are listed one by one


def detail_of(found: Found, source: Measurable, at: datetime) -> dict[str, Any]:
    """Return the detail."""
    histogram, governs = found.histogram, found.governing
    return {
        "format": FORMAT,
        "tool": TOOL,
        "engine": found.engine,
        "measured_on": format_time(at),
        "seed": found.seed,
        "dataset": {"name": source.name, "digest": dict(source.digest)},
        "headline": headline(found),
        "profile": _profile(found),
        "governing": {
            "figure": governs.figure, "risk": str(governs.risk),
            "threshold": str(governs.threshold), "met": governs.met,
        },
        "rows": found.rows,
        "classes": histogram.classes,
        "k": histogram.k,
        "quasi_identifiers": list(found.chosen.keys),
        "chosen": found.chosen.how,
        "pseudonyms": list(pseudonyms(found.chosen)),
        "left_out": list(found.chosen.left_out),
        "how_chosen": how(found),
        "search": _search(found),
        "columns": [_column(one, found) for one in found.chosen.looked]
        + [{"name": name, "kind": "nested"} for name in _unsampled(found)],
        "histogram": _histogram(histogram),
        "figures": [_figure(one) for one in found.figures],
        "population": _population(found),
        "objective": found.improvement.objective,
        "changes": [_effect(one) for one in found.improvement.ranked],
        "steps": [_effect(one) for one in found.improvement.steps],
        "steps_by": list(found.improvement.columns),
        "steps_meet": found.improvement.met,
        "how_computed": list(HOW_COMPUTED),
        "cannot_tell": list(CANNOT_TELL),
    }  # fmt: skip


def _profile(found: Found) -> dict[str, Any]:
    profile = found.profile
    limits = [
        {"figure": one.figure, "at_most": str(one.at_most), "source": one.source}
        for one in profile.limits
    ]
    return {
        "name": profile.name, "title": profile.title, "governs": profile.governs,
        "tau": str(profile.tau), "limits": limits,
    }  # fmt: skip


def _search(found: Found) -> dict[str, Any]:
    chosen = found.chosen
    steps = [
        {"column": name, **_apart(one)}
        for name, one in zip(chosen.found.order, chosen.found.steps, strict=True)
    ]
    return {
        "sample_rows": chosen.sample_rows, "subsets_counted": chosen.found.counted,
        "subsets": [{"columns": list(one.columns), **_apart(one)} for one in chosen.found.subsets],
        "steps": steps, "classes_of_all": chosen.everything,
    }  # fmt: skip


def _apart(one: Apart) -> dict[str, float]:
    return {
        "distinct": one.distinct, "uniqueness": one.uniqueness, "separation": one.separation,
    }  # fmt: skip


def _unsampled(found: Found) -> list[str]:
    known = {one.name for one in found.chosen.looked}
    return [name for name in found.chosen.nested if name not in known]


def _column(one: Looked, found: Found) -> dict[str, Any]:
    seen: dict[str, Any] = {
        "name": one.name, "type": one.type, "kind": one.kind, "distinct_in_sample": one.distinct,
        "nulls_in_sample": one.nulls, "role": _role(one, found),
    }  # fmt: skip
    without = found.without.get(one.name)
    if without is not None:
        seen["without"] = {
            "average": without.average, "uniqueness": without.uniqueness,
            "at_risk": without.at_risk(found.profile.at_risk), "k": without.k,
        }  # fmt: skip
    return seen


def _role(one: Looked, found: Found) -> str:
    if one.name in found.chosen.keys:
        return "quasi-identifier"
    if any(one.name == spread.attribute for spread in found.diversities):
        return "sensitive"
    return one.kind if one.kind != "candidate" else "other"


def _histogram(histogram: Histogram) -> list[dict[str, int]]:
    """Return classes and rows by size: each to 100, then by doubling."""
    bins: dict[tuple[int, int], list[int]] = {}
    for size, count in histogram.pairs():
        held = bins.setdefault(_bin(size), [0, 0])
        held[0] += count
        held[1] += size * count
    return [
        {"from": low, "to": high, "classes": classes, "rows": rows}
        for (low, high), (classes, rows) in bins.items()
    ]


def _bin(size: int) -> tuple[int, int]:
    if size <= EXACT:
        return size, size
    low = EXACT
    while size > 2 * low:
        low *= 2
    return low + 1, 2 * low


def _figure(one: Figure) -> Mapping[str, Any]:
    held = {field.name: getattr(one, field.name) for field in fields(one)}
    return {
        name: value if isinstance(value, bool) else str(value)
        for name, value in held.items()
        if value is not None
    }


def _population(found: Found) -> dict[str, Any]:
    uniqueness = found.uniqueness
    return {
        "size": found.population, "fraction": uniqueness.fraction, "why": uniqueness.why,
        "chosen": _estimate(uniqueness.chosen),
        "models": [_estimate(one) for one in uniqueness.models],
    }  # fmt: skip


def _estimate(one: Estimate) -> dict[str, Any]:
    return {
        "model": one.model, "value": one.value, "low": one.low, "high": one.high,
        "failure": one.failure,
    }  # fmt: skip


def _effect(one: Effect) -> dict[str, Any]:
    option = one.option
    return {
        "words": change(one), "column": one.column, "method": option.method if option else "rows",
        "options": dict(option.options) if option else {"smaller_than": one.smaller_than},
        "before": one.before, "after": one.after, "average_after": one.average,
        "information_lost": one.lost,
    }  # fmt: skip
