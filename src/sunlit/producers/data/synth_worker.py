"""Runs in the synth environment, never in Sunlit's own: dpmm and Anonymeter pin an old NumPy.

    python -I synth_worker.py REQUEST.json ANSWER.json

It imports nothing of Sunlit, uses files of the request's folder only, and prints nothing. Tables
are Parquet: columns `c0`, `c1`, ... of float64 or null; a category's numbers are its codes. No
value stands in a request or answer but the bounds of a declared domain.

A request has `format` ("sunlit-synth-request/1"), `memory` (bytes, or null), `columns` (each with
`kind`, "category" or "number") and a `task`:

`synthesise`: `method` (mst, aim, privbayes), `epsilon`, `delta`, `share` (of epsilon, for what no
domain declares), `rows`, `seed` (of the sampling only; null: none), `input`, `output`. A column
has `nulls`, and `size` and `declared` (category) or `edges` (number; null: none declared).
`attack`: `attacks`, `seed`, `train`, `control`, `tables` (name -> file), `secrets` (places).

An answer has `format` ("sunlit-synth-answer/1"), `ok`, `libraries`; if not ok, `error`
(`missing-library`, `no-bounds`, `no-values`) and `column` where it is about one.
`synthesise` adds `spent` (`model`, `domain`, `delta`); `attack` adds `results`: `table`, `attack`,
`column`, `attacks`, `note`, and unless the attack could not be run `value`, `low`, `high` (between
0 and 1), `raw` (may be below 0) and `error` (half its 95 % interval).

OpenDP draws noise from the operating system, never from a seed: who knows it can undo the noise.
"""

import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]
Generator = np.random.Generator
Table = Any  # a pandas data frame: pandas is the other environment's
FORMAT: Final = "sunlit-synth-answer/1"
LIBRARIES: Final = ("dpmm", "opendp", "anonymeter", "numpy")
PIPELINES: Final = {"mst": "MSTPipeline", "aim": "AIMPipeline", "privbayes": "PrivBayesPipeline"}
BINS: Final = 20  # of a number whose bounds are sought with noise
NEIGHBOURS: Final = 10  # of the linkability attack
CLAUSES: Final = 4  # columns of a multivariate predicate
ATTEMPTS: Final = 20_000  # predicates that may be tried for the attacks asked for


class FailedError(Exception):
    """Something that the answer names: an error and a column."""

    def __init__(self, error: str, column: int) -> None:
        super().__init__(error)
        self.error, self.column = error, column


def main(request: str, answer: str) -> None:
    """Do what the request asks, and write the answer."""
    warnings.simplefilter("ignore")
    asked = json.loads(Path(request).read_text(encoding="utf-8"))
    folder = Path(request).parent
    _bound(asked.get("memory"))
    try:
        task = {"synthesise": synthesise, "attack": attack}[asked["task"]]
        said = {"ok": True, **task(asked, folder)}
    except FailedError as failed:
        said = {"ok": False, "error": failed.error, "column": failed.column}
    except ImportError:
        said = {"ok": False, "error": "missing-library", "column": None}
    said = {"format": FORMAT, "libraries": _versions(), **said}
    Path(answer).write_text(json.dumps(said), encoding="utf-8")


def _bound(memory: int | None) -> None:
    if memory is not None:
        resource: Any = import_module("resource")
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _versions() -> dict[str, str]:
    here = ((one.metadata["Name"], one.version) for one in metadata.distributions())
    return {name: version for name, version in here if name in LIBRARIES}


def synthesise(asked: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Fit one of dpmm's models on whole numbers only, and write rows drawn from it."""
    pandas = import_module("pandas")
    data = pandas.read_parquet(folder / asked["input"])
    budget = Budget(asked)
    coders = [
        CODERS[column["kind"]](at, column, budget) for at, column in enumerate(asked["columns"])
    ]
    by_name = dict(zip(data.columns, coders, strict=True))
    codes = {name: one.code(data[name].to_numpy()) for name, one in by_name.items()}
    domain = {name: one.size for name, one in by_name.items()}
    kept = [name for name in data.columns if domain[name] > 1]
    pipelines = import_module("dpmm.pipelines")
    model = getattr(pipelines, PIPELINES[asked["method"]])(
        epsilon=budget.model, delta=budget.delta, n_jobs=1, disable_processing=True
    )
    made = {name: np.zeros(asked["rows"], dtype=int) for name in data.columns}
    if kept:
        frame = pandas.DataFrame({name: codes[name] for name in kept})
        model.fit(frame, domain={name: domain[name] for name in kept})
        drawn = model.generate(n_records=asked["rows"], random_state=asked["seed"])
        made |= {name: drawn[name].to_numpy() for name in kept}
    rng = np.random.default_rng(asked["seed"])
    values = {name: one.value(rng, made[name]) for name, one in by_name.items()}
    pandas.DataFrame(values).to_parquet(folder / asked["output"])
    return {"spent": {"model": budget.model, "domain": budget.domain, "delta": asked["delta"]}}


class Budget:
    """How epsilon and delta are shared out: a share to what no domain declares, if anything.

    Sequential composition: the parts add up to what was asked for. `column_*` is one
    undeclared column's part; text columns take half of delta between them.
    """

    def __init__(self, asked: Mapping[str, Any]) -> None:
        sought = [one for one in asked["columns"] if not _is_declared(one)]
        texts = [one for one in sought if one["kind"] == "category"]
        self.domain = asked["epsilon"] * asked["share"] if sought else 0.0
        self.model = asked["epsilon"] - self.domain
        self.delta = asked["delta"] / (2 if texts else 1)
        self.column_epsilon = self.domain / max(len(sought), 1)
        self.column_delta = asked["delta"] / 2 / max(len(texts), 1)


def _is_declared(column: Mapping[str, Any]) -> bool:
    return bool(column["declared"] if column["kind"] == "category" else column["edges"])


class Category:
    """Codes 0, 1, ... of a column's values, and one more for null where there are nulls.

    Without a declared domain only values whose noisy count passes a threshold are known (a
    stability histogram: threshold 1 + ln(1/2 delta) / epsilon); the rest become null or, where
    there are none, one of those that are known, in turn.
    """

    def __init__(self, at: int, column: Mapping[str, Any], budget: Budget) -> None:
        self.at, self.column, self.budget = at, column, budget
        self.known: Codes = np.arange(column["size"])

    def code(self, values: Numbers) -> Codes:
        """Return whole numbers 0 .. size - 1."""
        codes = np.where(np.isnan(values), -1, values).astype(int)
        if not self.column["declared"]:
            self.known = self._frequent(codes)
        places = np.full(self.column["size"] + 1, -1)
        places[self.known] = np.arange(len(self.known))
        placed = places[codes]
        if self.column["nulls"]:
            return np.where(placed < 0, len(self.known), placed)
        if not len(self.known):
            raise FailedError("no-values", self.at)
        turns = np.arange(len(placed)) % len(self.known)
        return np.where(placed < 0, turns, placed)

    def _frequent(self, codes: Codes) -> Codes:
        scale = 1 / self.budget.column_epsilon
        counts = np.bincount(codes[codes >= 0], minlength=self.column["size"])
        noise = import_module("dpmm.models.base.utils").laplace_noise(scale, size=len(counts))
        threshold = 1 + scale * np.log(1 / (2 * self.budget.column_delta))
        return np.flatnonzero((counts > 0) & (counts + np.array(noise) > threshold))

    @property
    def size(self) -> int:
        """Return how many codes there are."""
        return len(self.known) + int(self.column["nulls"])

    def value(self, _rng: Generator, codes: Codes) -> Numbers:
        """Return what the codes stand for."""
        values: Numbers = np.append(self.known.astype(float), np.nan)[codes]
        return values


class Number:
    """Bins of a column's values, and one more for null where there are nulls.

    Without declared edges they are sought with noise (dpmm's PrivTree, bounds included); a null
    counts as 0 while that is done.
    """

    def __init__(self, at: int, column: Mapping[str, Any], budget: Budget) -> None:
        self.at, self.column, self.budget = at, column, budget
        self.edges: Numbers = np.zeros(0)

    def code(self, values: Numbers) -> Codes:
        """Return whole numbers 0 .. size - 1."""
        null = np.isnan(values)
        filled = np.where(null, 0.0, values)
        self.edges = np.array(self.column["edges"] or self._sought(filled), dtype=float)
        bins = np.clip(np.searchsorted(self.edges, filled, side="right") - 1, 0, self._bins - 1)
        return np.where(null, self._bins, bins) if self.column["nulls"] else bins

    def _sought(self, values: Numbers) -> list[float]:
        binner = import_module("dpmm.processing.binners").PrivTreeBinner(
            n_bins=BINS, epsilon=self.budget.column_epsilon
        )
        try:
            binner.fit(values)
        except (TypeError, ValueError):
            raise FailedError("no-bounds", self.at) from None
        edges = sorted({float(one) for one in binner.bins})
        if len(edges) < 2 or not np.isfinite(edges).all():
            raise FailedError("no-bounds", self.at)
        return edges

    @property
    def _bins(self) -> int:
        return len(self.edges) - 1

    @property
    def size(self) -> int:
        """Return how many codes there are."""
        return self._bins + int(self.column["nulls"])

    def value(self, rng: Generator, codes: Codes) -> Numbers:
        """Return a number of each bin, drawn evenly; of a bin of whole numbers, one of them."""
        low, high = np.append(self.edges[:-1], np.nan), np.append(self.edges[1:], np.nan)
        if self.column["whole"]:  # the whole numbers of [low, high), or the first above low
            low, high = np.ceil(low), np.maximum(np.ceil(high), np.ceil(low) + 1)
        drawn: Numbers = low[codes] + rng.random(len(codes)) * (high - low)[codes]
        return np.floor(drawn) if self.column["whole"] else drawn


CODERS: Final = {"category": Category, "number": Number}


def attack(asked: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Run Anonymeter's three attacks on each table, the same way each time."""
    pandas = import_module("pandas")
    kinds = [one["kind"] for one in asked["columns"]]
    files = {"train": asked["train"], "control": asked["control"], **asked["tables"]}
    data = {it: _legible(pandas.read_parquet(folder / file), kinds) for it, file in files.items()}
    results = []
    for table in asked["tables"]:
        for name, column, run in _attacks(asked, data["train"], data[table], data["control"]):
            np.random.seed(asked["seed"])  # noqa: NPY002 - Anonymeter draws from the global state
            results.append({"table": table, "attack": name, "column": column, **_result(run)})
    return {"results": results}


def _legible(data: Table, kinds: list[str]) -> Table:
    """Return text for categories, and numbers without nulls: Anonymeter's distances need them."""
    for name, kind in zip(data.columns, kinds, strict=True):
        if kind == "category":
            data[name] = ["null" if one != one else f"v{one:.0f}" for one in data[name]]  # noqa: PLR0124
        else:
            # A null stands just below all numbers, as a value of its own.
            low, high = data[name].min(), data[name].max()
            data[name] = data[name].fillna(low - (high - low) / 10 - 1).fillna(0.0)
    return data


def _attacks(
    asked: Mapping[str, Any], train: Table, made: Table, control: Table
) -> Iterator[tuple[str, int | None, Any]]:
    evaluators: Any = import_module("anonymeter.evaluators")
    count, names = min(asked["attacks"], len(control), len(train), len(made)), list(train.columns)
    common = {"ori": train, "syn": made, "control": control, "n_attacks": count}
    single = {**common, "seed": asked["seed"], "max_attempts": ATTEMPTS}
    out = evaluators.SinglingOutEvaluator
    yield "singling-out-univariate", None, (out(**single), {"mode": "univariate"})
    if len(names) < 2:
        return
    clauses = out(**single, n_cols=min(CLAUSES, len(names)))
    yield "singling-out-multivariate", None, (clauses, {"mode": "multivariate"})
    halves = (names[::2], names[1::2])
    link = evaluators.LinkabilityEvaluator(**common, aux_cols=halves, n_neighbors=NEIGHBOURS)
    yield "linkability", None, (link, {"n_jobs": 1})
    for place in asked["secrets"]:
        known = [name for at, name in enumerate(names) if at != place]
        guess = evaluators.InferenceEvaluator(
            **common, aux_cols=known, secret=names[place],
            regression=asked["columns"][place].get("continuous", False),
        )  # fmt: skip
        yield "inference", place, (guess, {"n_jobs": 1})


def _result(run: tuple[Any, dict[str, Any]]) -> dict[str, Any]:
    try:
        evaluator = run[0].evaluate(**run[1])
        risk = evaluator.risk(confidence_level=0.95)
    except (RuntimeError, ValueError, ZeroDivisionError) as error:
        return {"attacks": 0, "note": f"the attack could not be run ({type(error).__name__})"}
    rates = evaluator.results(confidence_level=0.95)
    raw = import_module("anonymeter.stats.confidence").residual_success(
        rates.attack_rate, rates.control_rate
    )
    figures = (risk.value, *risk.ci, raw.value, raw.error)
    named = zip(("value", "low", "high", "raw", "error"), map(float, figures), strict=True)
    return {"attacks": int(rates.n_attacks_ori), **dict(named), "note": None}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
