"""What a comparison comes to: each figure against its limit, the report's document, the claim."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

import sunlit
from sunlit.base.proportion import as_decimal
from sunlit.base.times import format_time
from sunlit.claims.assurance import Metric, Module, NotTested, Result, TestResult
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.drift.compare import Asked, Compared, Drift, Part, parts
from sunlit.producers.audit.drift.performance import Performance
from sunlit.producers.audit.drift.statistics import (
    BINS,
    LEAST_SHARE,
    CategoryDrift,
    NumberDrift,
    psi_noise,
)
from sunlit.producers.audit.robust.limits import Limits
from sunlit.producers.data.source import Source

FORMAT: Final = "sunlit-drift/1"
# docs/assurance/drift.md says where each comes from.
DEFAULTS: Final = {
    "psi": "0.2", "missing-change": "0.05", "unseen": "0.05", "accuracy-drop": "0.05",
}  # fmt: skip
ALSO: Final = ("ks", "js")
MOST_METRICS: Final = 120  # in the claim; the report has all
MOST_NAMES: Final = 100
ENDLESS: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One judged figure; `noise` is what chance alone reaches in 1 of 20 cases."""

    name: str
    column: str
    group: str
    value: float
    rows: int
    noise: float | None = None
    limit: Decimal | None = None

    @property
    def verdict(self) -> str:
        """`within`, `beyond`, `too-few-rows` (beyond, as chance may be) or `no-limit`."""
        if self.limit is None:
            return "no-limit"
        if as_decimal(self.value) <= self.limit:
            return "within"
        return "too-few-rows" if self.noise is not None and self.value <= self.noise else "beyond"

    @property
    def label(self) -> str:
        """How it is named in lists: `psi of AGEP [SEX=2]`."""
        group = f" [{self.group}]" if self.group else ""
        return f"{self.name} of {self.column}{group}" if self.column else f"{self.name}{group}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What was asked, when, of which samples, held against which limits."""

    reference: Source
    current: Source
    asked: Asked
    limits: Limits
    at: datetime
    valid_until: datetime | None = None


def figures(found: Drift, performance: Sequence[Performance], ran: Ran) -> list[Figure]:
    """Return every figure that may have a limit, all rows before groups, in the columns' order."""
    listed = [
        replace(figure, limit=ran.limits.get(figure.name), group=_group(ran.asked, part.group))
        for column, part in parts(found)
        for figure in _of_part(column, part)
    ]
    listed += [
        Figure(
            name="accuracy-drop", column="", group=_group(ran.asked, one.group), value=one.drop,
            rows=one.current.rows, limit=ran.limits.get("accuracy-drop"), noise=one.noise,
        )
        for one in performance
    ]  # fmt: skip
    return sorted(listed, key=lambda one: one.group != "")


def _group(asked: Asked, group: str) -> str:
    return f"{asked.by}={group}" if group else ""


def _of_part(column: Compared, part: Part) -> Iterator[Figure]:
    drift, name = part.drift, column.name
    n, m = part.reference - part.missing_reference, part.current - part.missing_current
    if n and m:
        noise = psi_noise(_bins(drift), n, m)
        yield Figure(name="psi", column=name, group="", value=drift.psi, rows=m, noise=noise)
        if isinstance(drift, NumberDrift):
            yield Figure(name="ks", column=name, group="", value=drift.ks, rows=m)
        else:
            yield Figure(name="js", column=name, group="", value=drift.js, rows=m)
            yield Figure(name="unseen", column=name, group="", value=drift.unseen / m, rows=m)
    change = abs(part.missing_change)
    yield Figure(name="missing-change", column=name, group="", value=change, rows=part.current)


def _bins(drift: NumberDrift | CategoryDrift) -> int:
    return len(drift.reference) if isinstance(drift, NumberDrift) else drift.categories


def claim_of(
    found: Drift, listed: Sequence[Figure], ran: Ran, performance: Sequence[Performance]
) -> TestResult:
    """Return the claim: every figure over all rows as far as there is room, the worst of groups."""
    verdicts = {
        verdict: [one.label for one in listed if one.verdict == verdict][:MOST_NAMES]
        for verdict in ("within", "beyond", "too-few-rows")
    }
    left_out = not_tested(found, ran, performance)
    is_open = verdicts["too-few-rows"] or not verdicts["within"]
    is_open = is_open or any(one.why and "no such column" in one.why for one in found.columns)
    return TestResult(
        result=Result.FAILED if verdicts["beyond"] else Result.WARNED if is_open else Result.PASSED,
        configuration=tuple(
            Resource(name=one.name, digest=dict(one.digest), annotations={"role": role})
            for role, one in (("reference", ran.reference), ("current", ran.current))
        ),
        passed_tests=tuple(verdicts["within"]),
        warned_tests=tuple(verdicts["too-few-rows"]),
        failed_tests=tuple(verdicts["beyond"]),
        sunlit_kind="drift",
        sunlit_tool="sunlit audit drift",
        sunlit_tool_version=sunlit.__version__,
        sunlit_metrics=tuple(map(_metric, _kept(listed))),
        sunlit_tested_on=ran.at,
        sunlit_valid_until=ran.valid_until,
        sunlit_module=Module.CONTINUOUS_MONITORING,
        sunlit_complete=True,
        sunlit_sampling={
            "bins": BINS, "leastShare": str(LEAST_SHARE), "floor": ran.asked.floor,
            "by": ran.asked.by, "figures": len(listed), "limits": ran.limits.to_json(),
        },
        sunlit_not_tested=left_out[:MOST_NAMES],
    )  # fmt: skip


def _kept(listed: Sequence[Figure]) -> list[Figure]:
    """Return those that a claim has room for: what is judged first, the worst first."""

    def rank(one: Figure) -> tuple[object, ...]:
        over = float(one.value) / float(one.limit) if one.limit else 0.0
        return one.verdict == "no-limit", one.verdict != "beyond", one.group != "", -over, one.label

    return sorted(listed, key=rank)[:MOST_METRICS]


def _metric(one: Figure) -> Metric:
    extra: dict[str, object] = {"column": one.column} if one.column else {}
    if one.noise is not None:
        extra["noise"] = str(as_decimal(one.noise))
    return Metric(
        name=one.name, value=min(as_decimal(one.value), ENDLESS), threshold=one.limit,
        better="lower", group=one.group or None, rows=one.rows, extra=extra,
    )  # fmt: skip


def not_tested(
    found: Drift, ran: Ran, performance: Sequence[Performance] = ()
) -> tuple[NotTested, ...]:
    """Return what was left out, and why."""
    left = [NotTested(what=one.name, reason=one.why) for one in found.columns if one.why]
    left += [NotTested(what=one, reason="left out by hand") for one in ran.asked.leave_out]
    if found.suppressed:
        reason = f"fewer than {ran.asked.floor} rows in one of the samples"
        left.append(NotTested(what=f"{found.suppressed} groups by {ran.asked.by}", reason=reason))
    if found.more_groups:
        what = f"{found.more_groups} smaller groups by {ran.asked.by}"
        left.append(NotTested(what=what, reason="too many groups"))
    if not performance:
        left.append(NotTested(what="performance", reason="no prediction and outcome were named"))
    return tuple(left)


def detail(
    found: Drift, performance: Sequence[Performance], listed: Sequence[Figure], ran: Ran
) -> dict[str, object]:
    """Return the report's document, `sunlit-drift/1`; it holds counts and shares, no value."""
    beyond = [one for one in listed if one.verdict == "beyond"]
    return {
        "format": FORMAT,
        "headline": headline(listed),
        "tested_on": format_time(ran.at),
        "tool": f"sunlit {sunlit.__version__}",
        "reference": _sample(ran.reference, found.rows[0]),
        "current": _sample(ran.current, found.rows[1]),
        "settings": {
            "bins": BINS, "least_share": str(LEAST_SHARE), "floor": ran.asked.floor,
            "by": ran.asked.by, "prediction": ran.asked.prediction,
        },
        "limits": ran.limits.to_json(),
        "holds": not beyond,
        "figures": [_figure(one) for one in listed],
        "columns": [
            {"column": one.name, "kind": one.kind, "parts": [_part(ran, it) for it in one.parts]}
            for one in found.columns
            if one.parts
        ],
        "groups": [
            {"group": _group(ran.asked, name), "reference": rows[0], "current": rows[1]}
            for name, rows in found.groups.items()
        ],
        "performance": [one.to_json(_group(ran.asked, one.group)) for one in performance],
        "not_tested": [
            {"what": one.what, "reason": one.reason}
            for one in not_tested(found, ran, performance)
        ],
    }  # fmt: skip


def headline(listed: Sequence[Figure]) -> str:
    """Return the outcome in one sentence."""
    judged = [one for one in listed if one.limit is not None]
    beyond = [one for one in judged if one.verdict == "beyond"]
    unsure = [one for one in judged if one.verdict == "too-few-rows"]
    if not beyond:
        more = f"; {len(unsure)} more may be chance" if unsure else ""
        return (
            f"{len(judged) - len(unsure)} of {len(judged)} figures are within their limits{more}."
        )
    worst = max(beyond, key=lambda one: one.value / float(one.limit or 1))
    return (
        f"{len(beyond)} of {len(judged)} figures are beyond their limits, "
        f"first of all the {worst.label}."
    )


def _sample(source: Source, rows: int) -> dict[str, object]:
    return {"name": source.name, "digest": dict(source.digest), "rows": rows}


def _figure(one: Figure) -> dict[str, object]:
    return {
        "name": one.name, "column": one.column, "group": one.group, "rows": one.rows,
        "value": str(as_decimal(one.value)), "limit": None if one.limit is None else str(one.limit),
        "noise": None if one.noise is None else str(as_decimal(one.noise)), "verdict": one.verdict,
    }  # fmt: skip


def _part(ran: Ran, part: Part) -> dict[str, object]:
    drift = part.drift
    shown: Mapping[str, object]
    if isinstance(drift, NumberDrift):
        # The edges are values of the reference: they stay where it is.
        bins = {"reference": list(drift.reference), "current": list(drift.current)}
        shown = {"ks": drift.ks, "p": drift.p, "bins": bins}
    else:
        shown = {
            "js": drift.js, "chi2": drift.chi2, "p": drift.p, "unseen": drift.unseen,
            "categories": drift.categories,
        }  # fmt: skip
    return {
        "group": _group(ran.asked, part.group), "psi": drift.psi, **shown,
        "rows": {"reference": part.reference, "current": part.current},
        "missing": {"reference": part.missing_reference, "current": part.missing_current},
    }  # fmt: skip
