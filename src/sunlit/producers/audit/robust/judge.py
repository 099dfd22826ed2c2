"""What a robustness audit comes to: figures with exact intervals, limits, and the claim."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sunlit
from sunlit.base.proportion import METHOD, as_decimal, clopper_pearson
from sunlit.base.times import format_time
from sunlit.claims.assurance import Metric, Module, NotTested, Result, TestResult
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.robust.attack import NEAR, Attacked
from sunlit.producers.audit.robust.limits import Limits
from sunlit.producers.audit.robust.probes import Beyond, Monotone
from sunlit.producers.audit.robust.run import Counted, Settings, Tally

FORMAT: Final = "sunlit-robustness/1"
# UK Cross-Government AI Testing and Assurance Framework, example threshold: at most 5 % less
# accuracy under low noise. Declared directions hold always, or they are not declared.
DEFAULTS: Final = {"accuracy-drop": "0.05", "monotonicity-violations": "0"}
ALSO: Final = ("flip-rate", "character-error-increase", "attack-success")
DIFFERENCE: Final = "Clopper-Pearson of rows lost and rows won, each at 97.5 %"
MOST: Final = 200  # metrics of a claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of one check, with its interval, and its limit where it has one."""

    name: str
    check: str
    level: str
    severity: str
    value: Decimal
    rows: int
    count: int
    low: Decimal | None
    high: Decimal | None
    method: str = METHOD
    limit: Decimal | None = None
    won: int | None = None

    @property
    def verdict(self) -> str:
        """`within`, `beyond`, `too-few-rows` (beyond, its interval is not) or `no-limit`."""
        if self.limit is None:
            return "no-limit"
        if self.value <= self.limit:
            return "within"
        is_sure = self.low is None or self.low > self.limit
        return "beyond" if is_sure else "too-few-rows"

    @property
    def label(self) -> str:
        """`accuracy-drop under gaussian-noise 0.05`: how it is named in lists."""
        return f"{self.name} under {self.check} {self.level}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What was asked of what, and when. `configuration` names the data by digest."""

    kind: str
    model: str
    digest: str | None
    binding: str
    configuration: tuple[Resource, ...]
    settings: Settings
    limits: Limits
    at: datetime
    valid_until: datetime | None = None
    left_out: tuple[NotTested, ...] = ()


def figures(found: Counted, ran: Ran, ordered: Sequence[Monotone] = ()) -> list[Figure]:
    """Return every figure; only those of low severity and declared directions have a limit."""
    listed = [one for tally in found.tallies for one in _of(tally, found, ran)]
    for one in ordered:
        low, high = clopper_pearson(one.violations, one.rows)
        listed.append(Figure(
            name="monotonicity-violations", check="monotonicity",
            level=f"{one.column}={one.direction}", severity="declared",
            value=as_decimal(one.violations / one.rows), rows=one.rows, count=one.violations,
            low=low, high=high, limit=ran.limits.get("monotonicity-violations"),
        ))  # fmt: skip
    return listed


def attack_figures(attacked: Attacked | None, ran: Ran) -> list[Figure]:
    """Return the share of attacked rows whose answer another input nearby has."""
    if attacked is None or not attacked.rows:
        return []
    low, high = clopper_pearson(attacked.near, attacked.rows)
    return [Figure(
        name="attack-success", check="HopSkipJump", level=f"within {NEAR} sd", severity="attack",
        value=as_decimal(attacked.near / attacked.rows), rows=attacked.rows, count=attacked.near,
        low=low, high=high, method=f"{METHOD}; {attacked.tool}",
        limit=ran.limits.get("attack-success"),
    )]  # fmt: skip


def _of(tally: Tally, found: Counted, ran: Ran) -> Iterator[Figure]:
    if not tally.rows:
        return
    is_low = tally.case.severity == "low"
    limit, drop = ran.limits.get("flip-rate"), ran.limits.get("accuracy-drop")
    if limit is None and not found.with_outcome:
        limit = drop  # no more answers can become wrong than become others
    low, high = clopper_pearson(tally.flips, tally.rows)
    yield Figure(
        name="flip-rate", value=as_decimal(tally.flips / tally.rows), low=low, high=high,
        count=tally.flips, limit=limit if is_low else None, **_common(tally),
    )  # fmt: skip
    if ran.settings.reads_text and tally.characters:
        yield _characters(tally, ran.limits.get("character-error-increase") or drop, is_low=is_low)
    elif found.with_outcome:
        low, high = _drop_interval(tally)
        yield Figure(
            name="accuracy-drop", value=as_decimal((tally.lost - tally.won) / tally.rows),
            low=low, high=high, count=tally.lost, won=tally.won, method=DIFFERENCE,
            limit=drop if is_low else None, **_common(tally),
        )  # fmt: skip


def _common(tally: Tally) -> dict[str, Any]:
    case = tally.case
    return {
        "check": case.check, "level": case.level, "severity": case.severity, "rows": tally.rows
    }  # fmt: skip


def _drop_interval(tally: Tally) -> tuple[Decimal, Decimal]:
    """Bound lost less won, each by its exact interval at 97.5 %: both hold in 95 % of cases."""
    lost, won = (clopper_pearson(one, tally.rows, 0.975) for one in (tally.lost, tally.won))
    return lost[0] - won[1], lost[1] - won[0]


def _characters(tally: Tally, limit: Decimal | None, *, is_low: bool) -> Figure:
    value = as_decimal((tally.errors_after - tally.errors) / tally.characters)
    # Letters of one image are no independent draws, so no interval is given: it is the figure.
    return Figure(
        name="character-error-increase", value=value, low=None, high=None,
        count=tally.errors_after, method="none", limit=limit if is_low else None, **_common(tally),
    )  # fmt: skip


def claim_of(
    found: Counted, listed: Sequence[Figure], far: Sequence[Beyond], ran: Ran
) -> TestResult:
    """Return the claim. Refusals of changed inputs are told; a run without limits is no pass."""
    by = {
        verdict: tuple(one.label for one in listed if one.verdict == verdict)
        for verdict in ("within", "beyond", "too-few-rows")
    }
    is_open = by["too-few-rows"] or not by["within"] or found.unanswered
    return TestResult(
        result=Result.FAILED if by["beyond"] else Result.WARNED if is_open else Result.PASSED,
        configuration=ran.configuration,
        passed_tests=by["within"], warned_tests=by["too-few-rows"], failed_tests=by["beyond"],
        sunlit_kind="robustness",
        sunlit_tool="sunlit audit robustness",
        sunlit_tool_version=sunlit.__version__,
        sunlit_metrics=tuple(_metric(one) for one in listed[:MOST]),
        sunlit_tested_on=ran.at,
        sunlit_valid_until=ran.valid_until,
        sunlit_module=Module.ROBUSTNESS_AND_ADVERSARIAL,
        sunlit_complete=not found.unanswered,
        sunlit_binding=ran.binding,
        sunlit_sampling={
            "kind": ran.kind, "seed": ran.settings.seed, "rows": found.rows,
            "cut": str(ran.settings.cut), "limits": ran.limits.to_json(),
            "model": {"name": ran.model, "sha256": ran.digest},
            "outOfRange": {one: sum(it.behaviour == one for it in far) for one in BEHAVIOURS},
        },
        sunlit_not_tested=not_tested(found, ran),
    )  # fmt: skip


BEHAVIOURS: Final = ("refuses", "clamps", "answers", "extrapolates")


def _metric(one: Figure) -> Metric:
    won: dict[str, object] = {} if one.won is None else {"won": one.won}
    return Metric(
        name=one.name, value=one.value, threshold=one.limit, better="lower", rows=one.rows,
        count=one.count, low=one.low, high=one.high, method=one.method,
        extra={"check": one.check, "level": one.level, "severity": one.severity, **won},
    )  # fmt: skip


def not_tested(found: Counted, ran: Ran) -> tuple[NotTested, ...]:
    """Return what was left out, and why."""
    left = list(ran.left_out)
    for tally in found.tallies:
        if tally.refused:
            what = f"{tally.case.check} {tally.case.level}"
            left.append(NotTested(what=what, reason=f"the model refused {tally.refused} rows"))
    if found.unanswered:
        reason = "the model refuses them as they are"
        left.append(NotTested(what=f"{found.unanswered} rows", reason=reason))
    if not found.with_outcome:
        left.append(NotTested(what="accuracy", reason="no outcomes were at hand"))
    return tuple(left[:MOST])


def detail(
    found: Counted, listed: Sequence[Figure], far: Sequence[Beyond], ran: Ran
) -> dict[str, object]:
    """Return the report's document, `sunlit-robustness/1`."""
    beyond = [one for one in listed if one.verdict == "beyond"]
    return {
        "format": FORMAT, "headline": headline(listed), "tested_on": format_time(ran.at),
        "tool": f"sunlit {sunlit.__version__}", "kind": ran.kind,
        "model": {"name": ran.model, "sha256": ran.digest, "binding": ran.binding},
        "data": [{"name": one.name, "digest": dict(one.digest)} for one in ran.configuration],
        "rows": found.rows, "seed": ran.settings.seed, "cut": str(ran.settings.cut),
        "limits": ran.limits.to_json(), "holds": not beyond,
        "figures": [_shown(one) for one in listed],
        "checks": [_tally(one) for one in found.tallies],
        "out_of_range": [_far(one) for one in far],
        "not_tested": [
            {"what": one.what, "reason": one.reason} for one in not_tested(found, ran)
        ],
    }  # fmt: skip


def headline(listed: Sequence[Figure]) -> str:
    """Return the outcome in one sentence."""
    judged = [one for one in listed if one.limit is not None]
    beyond = [one for one in judged if one.verdict == "beyond"]
    if not judged:
        return "Nothing was held against a limit."
    if beyond:
        worst = max(beyond, key=lambda one: one.value - (one.limit or 0))
        return f"{len(beyond)} of {len(judged)} figures are beyond their limits: the {worst.label}."
    unsure = sum(one.verdict == "too-few-rows" for one in judged)
    more = f"; {unsure} may be chance" if unsure else ""
    return f"{len(judged) - unsure} of {len(judged)} figures are within their limits{more}."


def _shown(one: Figure) -> Mapping[str, object]:
    return {
        "name": one.name, "check": one.check, "level": one.level, "severity": one.severity,
        "value": str(one.value), "low": _text(one.low), "high": _text(one.high), "rows": one.rows,
        "count": one.count, "method": one.method, "verdict": one.verdict,
        "limit": _text(one.limit),
    }  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _tally(one: Tally) -> Mapping[str, object]:
    shown: dict[str, object] = {
        "check": one.case.check, "level": one.case.level, "severity": one.case.severity,
        "rows": one.rows, "flips": one.flips, "refused": one.refused, "right": one.right,
        "lost": one.lost, "won": one.won,
    }  # fmt: skip
    if one.characters:
        shown |= {
            "characters": one.characters, "errors": one.errors, "errors_after": one.errors_after
        }  # fmt: skip
    return shown


def _far(one: Beyond) -> Mapping[str, object]:
    return {
        "column": one.column, "side": one.side, "rows": one.rows, "behaviour": one.behaviour,
        "flips": one.flips,
    }  # fmt: skip
