"""What the made-up rows give away: copies of real rows, and Anonymeter's three attacks.

An attack's figure says how much better it does on people the method learned from than on the
control. Multivariate singling out has a noise floor (columns drawn independently score about
0.1 on small tables), so what counts is the **excess** over the same attack on independent
columns, with the interval of a difference of two independent figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sunlit.base.proportion import wilson
from sunlit.claims.privacy import Figure
from sunlit.producers.data.synth_environment import Environment, ask
from sunlit.producers.data.synth_frame import FEW_VALUES, NUMBER, Frame, Numbers, distinct
from sunlit.producers.data.synth_utility import Parts

ATTACKS: Final = 1_000  # of each kind, if the control has as many rows
SECRETS: Final = 8  # columns that the inference attack guesses
ATTACK_ROWS: Final = 30_000  # of each table; a part of a larger one is attacked
NO_ENVIRONMENT: Final = "not attacked: there is no synth environment"
NOT_ASKED: Final = "not attacked: it was not asked for"


def copies(parts: Parts) -> dict[str, Any]:
    """Return which share of made-up rows equals a training row, and which of the control does."""
    train = np.unique(fingerprints(parts.train.values))
    return {
        name: _share(int(np.isin(fingerprints(frame.values), train).sum()), frame.rows)
        for name, frame in parts.named().items()
    }


def fingerprints(values: Numbers) -> npt.NDArray[np.uint64]:
    """Return 64 bits a row; equal rows have equal ones (a null equals a null)."""
    bits = np.where(np.isnan(values), np.float64(-1.7e308), values + 0.0).view(np.uint64)
    found = np.full(len(values), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for at in range(values.shape[1]):
        found = (found ^ np.ascontiguousarray(bits[:, at])) * np.uint64(0xBF58476D1CE4E5B9)
        found ^= found >> np.uint64(31)
    return found


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = wilson(hits, of)
    return {"rows": of, "value": hits / of if of else 0.0, "low": low, "high": high}


def attack(
    environment: Environment, parts: Parts, *, target: str | None, seed: int, attacks: int = ATTACKS
) -> tuple[list[dict[str, Any]], Mapping[str, str]]:
    """Return each attack on the made-up rows and on the baseline, and the libraries.

    Raises:
        UnavailableError: `synth.no-environment`, `synth.worker-failed`, `synth.worker-slow`.
    """
    rng = np.random.default_rng([seed, 4])
    # A column without any value has nothing to attack, and no distance.
    used = [
        at for at, _ in enumerate(parts.train.specs) if len(distinct(parts.train.values[:, at]))
    ]
    frames = {
        name: _part(frame, used, rng)
        for name, frame in {"train": parts.train, **parts.named()}.items()
    }
    train = frames["train"]
    request = {
        "task": "attack", "attacks": attacks, "seed": seed % 2**32, "train": "train.parquet",
        "control": "control.parquet", "secrets": _secrets(train, target, rng),
        "tables": {name: f"{name}.parquet" for name in ("made", "baseline")},
        "columns": [_column(train, at) for at in range(len(used))],
    }  # fmt: skip
    answer = ask(environment, request, {f"{name}.parquet": it for name, it in frames.items()})
    return list(_paired(answer.said["results"], train.names)), answer.libraries


def _part(frame: Frame, used: list[int], rng: np.random.Generator) -> Frame:
    rows = np.arange(frame.rows)
    if frame.rows > ATTACK_ROWS:
        rows = np.sort(rng.permutation(frame.rows)[:ATTACK_ROWS])
    return Frame(tuple(frame.specs[at] for at in used), frame.values[rows][:, used])


def _column(frame: Frame, at: int) -> dict[str, Any]:
    spec = frame.specs[at]
    many = len(distinct(frame.values[:, at])) > FEW_VALUES
    return {"kind": spec.kind, "continuous": spec.kind == NUMBER and many}


def _secrets(frame: Frame, target: str | None, rng: np.random.Generator) -> list[int]:
    drawn = [int(at) for at in rng.permutation(len(frame.specs))]
    first = [frame.names.index(target)] if target in frame.names else []
    return sorted(dict.fromkeys([*first, *drawn][: SECRETS + 1]))[:SECRETS]


def _paired(
    results: Sequence[Mapping[str, Any]], names: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    baseline = {
        (one["attack"], one["column"]): one for one in results if one["table"] == "baseline"
    }
    for made in results:
        if made["table"] != "made":
            continue
        base = baseline.get((made["attack"], made["column"]), {"note": "no baseline"})
        column = None if made["column"] is None else names[made["column"]]
        yield {
            "attack": made["attack"], "column": column, "attacks": made["attacks"],
            "made": _interval(made), "baseline": _interval(base), "excess": _excess(made, base),
            "note": made.get("note") or base.get("note"),
        }  # fmt: skip


def _interval(one: Mapping[str, Any]) -> dict[str, float] | None:
    if one.get("value") is None:
        return None
    return {key: float(one[key]) for key in ("value", "low", "high")}


def _excess(made: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, float] | None:
    if made.get("raw") is None or base.get("raw") is None:
        return None
    value = float(made["raw"]) - float(base["raw"])
    half = sqrt(float(made["error"]) ** 2 + float(base["error"]) ** 2)
    return {"value": value, "low": value - half, "high": value + half}


# --- figures of the claim -----------------------------------------------------------------------


def decimal(value: float | None) -> Decimal | None:
    """Return a figure with four digits after the point."""
    return None if value is None else Decimal(f"{value:.4f}") + 0


def privacy_figures(found: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield copies and attacks, of inference the column with the surest excess."""
    for name, one in (("exact-copies", "made"), ("exact-copies-control", "control")):
        yield _figure(name, found["copies"][one])
    if not found["attacks"]:
        yield Figure(name="attacks", note=found["note"])
    guesses = [one for one in found["attacks"] if one["attack"] == "inference"]
    worst = max(guesses, key=lambda one: (one["excess"] or {"low": -9.0})["low"], default=None)
    for one in found["attacks"]:
        if one["attack"] != "inference" or one is worst:
            yield from _attack_figures(one)


def _attack_figures(one: Mapping[str, Any]) -> Iterator[Figure]:
    name, blank = one["attack"], {"note": one["note"]}
    for ending, key in (("", "made"), ("-baseline", "baseline"), ("-excess", "excess")):
        figure = _figure(name + ending, one[key] or blank)
        yield replace(figure, attribute=one["column"])


def _figure(name: str, one: Mapping[str, Any]) -> Figure:
    return Figure(
        name=name, value=decimal(one.get("value")), low=decimal(one.get("low")),
        high=decimal(one.get("high")), note=one.get("note"),
    )  # fmt: skip
