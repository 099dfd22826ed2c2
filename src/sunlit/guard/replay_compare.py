"""Two outputs of one decision: equal, within a runtime's tolerance, or different.

The tolerances are what arithmetic explains and no more; `measured` says what was seen
(docs/explanations.md says how).
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sunlit.decision.content import JSON, Field


class Outcome(StrEnum):
    """What a replay showed."""

    EQUAL = "equal"  # the output's bytes are the recorded ones
    WITHIN = "within-tolerance"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """How far two runs of one model on one input may lie apart, and what was measured.

    Two numbers agree if |a - b| <= absolute + relative * |recorded|.
    """

    name: str
    relative: float
    absolute: float
    measured: str


RUNTIMES: Final = {
    one.name: one
    for one in (
        Runtime(
            name="lightgbm", relative=1e-12, absolute=1e-15,
            measured="text model, loaded again: no difference in 1,000 rows, whatever the "
            "threads, one by one or in a batch",
        ),
        Runtime(
            name="xgboost", relative=1e-6, absolute=1e-8,
            measured="JSON model, loaded again: no difference in 1,000 rows, whatever the "
            "threads, one by one or in a batch; it computes in 32 bits",
        ),
        Runtime(
            name="onnxruntime", relative=1e-5, absolute=1e-7,
            measured="no difference between equal sessions; one row against a batch of 1,000, "
            "or other threads: at most 2.7e-6 relative; it computes in 32 bits",
        ),
        Runtime(
            name="sklearn", relative=1e-9, absolute=1e-12,
            measured="no difference on one processor; with the kernels of other processors, other "
            "threads, one row against a batch: at most 1.3e-15 relative",
        ),
    )
}  # fmt: skip
EXACT: Final = Runtime(
    name="unknown", relative=0.0, absolute=0.0,
    measured="no tolerance is stated for it: bit for bit or not at all",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome for one output: how many numbers, how far apart, where first too far."""

    outcome: Outcome
    numbers: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    where: str | None = None


def compare(recorded: Field, replayed: Field, runtime: Runtime) -> Comparison:
    """Compare two outputs as `guard.serial` wrote them."""
    if (recorded.type, recorded.value) == (replayed.type, replayed.value):
        return Comparison(Outcome.EQUAL)
    if not recorded.type == replayed.type == JSON:
        return Comparison(Outcome.DIFFERS, 0, math.inf, math.inf, "")
    try:
        pairs = list(_pairs(json.loads(recorded.value), json.loads(replayed.value), ""))
    except (ValueError, RecursionError):
        return Comparison(Outcome.DIFFERS, 0, math.inf, math.inf, "")
    gaps = [(abs(old - new), old, where) for where, old, new in pairs]
    too_far = [
        where
        for gap, old, where in gaps
        if not gap <= runtime.absolute + runtime.relative * (abs(old) if old == old else 0)  # noqa: PLR0124 - NaN
    ]
    return Comparison(
        Outcome.DIFFERS if too_far else Outcome.WITHIN,
        len(gaps),
        max((_or_infinite(gap) for gap, _, _ in gaps), default=0.0),
        max((_relative(gap, old) for gap, old, _ in gaps), default=0.0),
        too_far[0] if too_far else None,
    )


def _pairs(old: object, new: object, where: str) -> Iterator[tuple[str, float, float]]:
    """Yield the numbers in two documents; NaN for what is no number and not the same."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from _pairs(old[key], new[key], f"{where}/{_escaped(str(key))}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _pairs(one, other, f"{where}/{at}")
    elif type(old) is float and type(new) is float:
        yield where, old, new
    elif type(old) is not type(new) or old != new:
        yield where, math.nan, math.nan


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")  # RFC 6901, section 3


def _relative(gap: float, old: float) -> float:
    return 0.0 if gap == 0 else _or_infinite(gap / abs(old) if old else math.inf)


def _or_infinite(value: float) -> float:
    return math.inf if math.isnan(value) else value
