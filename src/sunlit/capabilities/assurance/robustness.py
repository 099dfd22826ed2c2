"""Is a component steady, and is the data still what it was tested on? Pure rules over counts.

A figure over its limit fails when its whole interval is; else it may be chance, and is UNKNOWN.
The limits' sources are in docs/assurance/robustness.md and docs/assurance/drift.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import ceil
from typing import Final

from sunlit.base.proportion import as_decimal, clopper_pearson
from sunlit.base.wording import fixed, joined, text, texts
from sunlit.capabilities.assurance.judging import (
    WORST,
    Tested,
    expires,
    held,
    ids,
    names_data,
    recent,
)
from sunlit.claims.assurance import Metric, Result
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome, Verdict

STEADY_DAYS: Final = "365"
DRIFT_DAYS: Final = "90"
# Metric -> (parameter, default): what a rubric may set.
STEADY: Final = {
    "accuracy-drop": ("max-accuracy-drop", "0.05"),
    "character-error-increase": ("max-accuracy-drop", "0.05"),
    "flip-rate": ("max-flip-rate", "1"),
    "monotonicity-violations": ("max-monotonicity-violations", "0"),
}
DRIFT: Final = {
    "psi": ("max-psi", "0.2"),
    "unseen": ("max-unseen", "0.05"),
    "missing-change": ("max-missing-change", "0.05"),
    "accuracy-drop": ("max-accuracy-drop", "0.05"),
    "drifted-columns-share": ("max-drifted-share", "0.5"),
}
JUDGED: Final = frozenset({"low", "declared"})  # severities that limits are about
CHANGE: Final = (
    "change the model, test it again: sunlit audit robustness DATA "
    "--model MODEL --outcome COLUMN --component {path}; then: sunlit assure {path}"
)
RETRAIN: Final = (
    "train on what it is used on now, or stop using it, and compare again: "
    "sunlit audit drift REFERENCE CURRENT --component {path}; then: sunlit assure {path}"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure of one statement, and what it comes to."""

    outcome: Outcome
    reason: str
    statement: str
    check: str


def robustness_tested(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when a recent, complete test on named data shows small changes to do little."""
    found = recent(evidence, "robustness", parameters, STEADY_DAYS)
    least = ceil(Decimal(parameters.get("min-rows", "100")))
    judged = [one for tested in found for one in _steady(tested, parameters, least)]
    wanted = {one for one in parameters.get("checks", "").split("\n") if one}
    lacking = sorted(wanted - {one.check for one in judged if one.outcome is Outcome.HOLDS})
    nothing: str = text(
        "No signed, recent test of robustness with enough rows on named data counts."
    )
    if judged and lacking:
        nothing = text("No test tried %(check)s.", check=lacking[0])
    return _verdict(evidence, found, judged, _Said(
        nothing, CHANGE, STEADY_DAYS, parameters, lacks=bool(lacking),
        holds="Small changes of the input change few answers, at each check that was made.",
    ))  # fmt: skip


def drift_within_limits(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when a recent comparison with present data shows no figure beyond its limit."""
    found = recent(evidence, "drift", parameters, DRIFT_DAYS)
    least = ceil(Decimal(parameters.get("min-rows", "30")))
    judged = [one for tested in found for one in _drift(tested, parameters, least)]
    return _verdict(evidence, found, judged, _Said(
        "No signed, recent comparison of named data counts.", RETRAIN, DRIFT_DAYS, parameters,
        holds=texts("%(count)s figure of drift is within its limit.",
                    "%(count)s figures of drift are within their limits.",
                    len(judged), count=str(len(judged))),
    ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Said:
    nothing: str
    mend: str
    days: str
    parameters: Mapping[str, str]
    lacks: bool = False
    holds: str = ""


def _verdict(evidence: Evidence, found: list[Tested], judged: list[Judged], said: _Said) -> Verdict:
    for tested, test, _ in found:
        if test.result is Result.FAILED and not any(
            one.statement == tested.statement_id for one in judged
        ):
            return Verdict.fails(
                "A test of this release failed.", [tested.statement_id], mend=said.mend
            )
    ordered = sorted(judged, key=lambda one: (WORST[one.outcome], one.statement, one.reason))
    worst = ordered[0] if ordered else None
    if worst is not None and worst.outcome is Outcome.FAILS:
        return Verdict.fails(worst.reason, [worst.statement], mend=said.mend)
    if worst is not None and worst.outcome is Outcome.UNKNOWN:
        return Verdict.unknown(worst.reason, [worst.statement])
    if worst is None or said.lacks:
        return Verdict.unknown(said.nothing, ids(found))
    counted = {one.statement for one in judged}
    resting = [one for one in found if one[0].statement_id in counted]
    return Verdict.holds(
        said.holds, ids(resting), expires=expires(evidence, resting, said.parameters, said.days)
    )


def _steady(tested: Tested, parameters: Mapping[str, str], least: int) -> Iterator[Judged]:
    said, test, _ = tested
    with_outcome = any(one.name in _ACCURACY for one in test.sunlit_metrics)
    for metric in test.sunlit_metrics:
        name = metric.name
        if name == "flip-rate" and not with_outcome:
            name = "accuracy-drop"  # no more answers can become wrong than become others
        severity = str(metric.extra.get("severity", "")).casefold()
        if severity not in JUDGED or name not in STEADY:
            continue
        value, low, is_sound = _counted(metric)
        limit = _limit(parameters, STEADY[name])
        if name == "accuracy-drop" and metric.name == "flip-rate":
            limit = min(limit, _limit(parameters, STEADY["flip-rate"]))
        outcome = held(value, low, limit)
        check = str(metric.extra.get("check", ""))
        reason = text("%(figure)s under %(check)s is %(value)s; the limit is %(limit)s.",
                      figure=metric.name, check=check, value=_short(value),
                      limit=_short(limit))  # fmt: skip
        is_enough = is_sound and names_data(test) and (metric.rows or 0) >= least
        if outcome is Outcome.FAILS or (is_enough and test.sunlit_complete is not False):
            yield Judged(outcome, _with_chance(reason, outcome), said.statement_id, check)


_ACCURACY: Final = frozenset({"accuracy-drop", "character-error-increase"})


def _counted(metric: Metric) -> tuple[Decimal, Decimal | None, bool]:
    """Return the figure, the lower end of its interval, and whether its counts bear it out."""
    if metric.name == "character-error-increase":
        return metric.value, None, True  # letters of one image are no independent draws
    rows, count, won = metric.rows, metric.count, metric.extra.get("won")
    if not rows or count is None or not 0 <= count <= rows:
        return metric.value, None, False
    if metric.name != "accuracy-drop":
        return as_decimal(count / rows), clopper_pearson(count, rows)[0], True
    if not isinstance(won, int) or not 0 <= won <= rows - count:
        return metric.value, None, False
    # Both bounds hold together in 95 % of cases when each holds in 97.5 %.
    low = clopper_pearson(count, rows, 0.975)[0] - clopper_pearson(won, rows, 0.975)[1]
    return as_decimal((count - won) / rows), low, True


def _drift(tested: Tested, parameters: Mapping[str, str], least: int) -> Iterator[Judged]:
    said, test, _ = tested
    for metric in test.sunlit_metrics:
        if metric.name not in DRIFT:
            continue
        limit = _limit(parameters, DRIFT[metric.name])
        noise = _number(metric.extra.get("noise"))
        # What chance alone reaches is no drift, however large in few rows.
        is_chance = noise is not None and metric.value <= noise
        outcome = held(metric.value, limit if is_chance else None, limit)
        where = " ".join(filter(None, (str(metric.extra.get("column", "")), metric.group or "")))
        name: str = metric.name
        if where:
            name = text("%(figure)s of %(column)s", figure=metric.name, column=where)
        reason = text("%(figure)s is %(value)s; the limit is %(limit)s.", figure=name,
                      value=_short(metric.value), limit=_short(limit))  # fmt: skip
        is_enough = names_data(test) and (metric.rows is None or metric.rows >= least)
        if outcome is Outcome.FAILS or (is_enough and test.sunlit_complete is not False):
            yield Judged(outcome, _with_chance(reason, outcome), said.statement_id, metric.name)


def _limit(parameters: Mapping[str, str], named: tuple[str, str]) -> Decimal:
    return Decimal(parameters.get(*named))


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def _short(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


def _with_chance(reason: str, outcome: Outcome) -> str:
    if outcome is not Outcome.UNKNOWN:
        return reason
    return joined((fixed(reason), text("So few rows may show that by chance.")))
