"""The residual risk: an estimate of the prose that holds an identifier which was not found.

For each kind, `hits` finds by a recogniser whose recall is `r` stand for `hits * (1 - r) / r` that
it missed; the upper end takes the lower end of the recall's interval and the upper end of the
hits'. What was found of no kind at all counts once more, at the upper end only, with the recall of
all kinds together. Recall was measured on labelled made-up text (`scan_recall.json` says on which,
with counts), so the estimate is as good as that text is like the dataset: it is no promise.
Names, addresses and organisations count only where a names model looked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sunlit.base.proportion import wilson

NOT_LOOKED: Final = (
    "Names of people, addresses and organisations were not looked for in text at all: "
    "no estimate covers them (--names looks for them)."
)
LOOKED: Final = (
    "Names were looked for by a language model, which misses some: their share is part of the "
    "estimate."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """One kind: finds, the recall they were made with (and its interval), and what was missed."""

    kind: str
    hits: int
    recall: float
    low: float
    high: float
    missed: float
    missed_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """Shares of `looked` texts that hold an identifier that was not found, and the way there."""

    looked: int
    estimate: float
    high: float
    kinds: tuple[Missed, ...]


@cache
def recalls() -> Mapping[str, Any]:
    """Return the table of measured recall: `kinds` and `names`, kind -> [found, of]."""
    text = files("sunlit.producers.data").joinpath("scan_recall.json").read_text("utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


def residual(hits: Mapping[str, int], looked: int) -> Residual | None:
    """Estimate what was missed in `looked` texts of which so many held each kind; None of none."""
    if looked <= 0:
        return None
    table = recalls()
    known: dict[str, list[int]] = {**table["kinds"], **table["names"]}
    rest = [sum(pair[0] for pair in table["kinds"].values()),
            sum(pair[1] for pair in table["kinds"].values())]  # fmt: skip
    kinds = tuple(
        _missed(kind, count, looked, known.get(kind, rest)) for kind, count in sorted(hits.items())
    )
    unseen = _missed("", 0, looked, rest)
    estimate = sum(one.missed for one in kinds) / looked
    high = (sum(one.missed_high for one in kinds) + unseen.missed_high) / looked
    return Residual(looked=looked, estimate=min(1.0, estimate), high=min(1.0, high), kinds=kinds)


def _missed(kind: str, hits: int, looked: int, pair: list[int]) -> Missed:
    found, of = pair
    low, high = wilson(found, of)
    recall = (found + 1) / (of + 2)  # Laplace's rule: 120 of 120 found is not all there are
    most = wilson(min(hits, looked), looked)[1] * looked
    return Missed(
        kind=kind, hits=hits, recall=found / of, low=low, high=high,
        missed=hits * (1 - recall) / recall, missed_high=most * (1 - low) / max(low, 1e-3),
    )  # fmt: skip
