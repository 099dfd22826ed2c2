"""Making up a table with differential privacy: dpmm's models in the synth environment.

What the guarantee takes as known by everybody, and does not cover: how many rows there are, the
columns with their types, and which columns have blanks at all. `grounds` says for each column
where its domain is from; with `data`, which values occur is not covered either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sunlit.base.errors import MalformedError
from sunlit.producers.data.synth_domain import Domain
from sunlit.producers.data.synth_environment import Environment, ask
from sunlit.producers.data.synth_frame import CATEGORY, NUMBER, Frame, Numbers, Spec, each

METHODS: Final = ("mst", "aim", "privbayes")
SHARE: Final = 0.2  # of epsilon, for what no domain declares


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Epsilon, delta, and the share of epsilon that finds out undeclared domains."""

    epsilon: float = 1.0
    delta: float = 1e-6
    share: float = SHARE


@dataclass(frozen=True, slots=True)
class Private:
    """What was made, by which libraries, and how the budget was spent."""

    frame: Frame
    libraries: Mapping[str, str]
    spent: Mapping[str, float]


def check_budget(budget: Budget) -> None:
    """Refuse a budget that is none.

    Raises:
        MalformedError: `synth.bad-budget`.
    """
    fine = 0 < budget.epsilon < 1000 and 0 < budget.delta < 0.01 and 0 < budget.share < 1
    if not fine:
        raise MalformedError(
            "synth.bad-budget", "this is no privacy budget",
            expected="0 < epsilon < 1000, 0 < delta < 0.01, 0 < domain share < 1",
            got=f"epsilon {budget.epsilon}, delta {budget.delta}, share {budget.share}",
            mend="epsilon 1 is usual; delta well below 1 / rows",
        )  # fmt: skip


def private(
    environment: Environment,
    frame: Frame,
    domains: Sequence[Domain],
    *,
    method: str,
    budget: Budget,
    rows: int,
    seed: int,
) -> Private:
    """Return rows drawn from a model of the frame that was fitted with noise.

    The seed is that of the drawing alone; the noise has none.

    Raises:
        MalformedError: `synth.bad-budget`, `synth.no-bounds`, `synth.no-values`.
        UnavailableError: `synth.no-environment`, `synth.worker-failed`, `synth.worker-slow`.
    """
    check_budget(budget)
    blank = [spec.kind == NUMBER and bool(np.isnan(values).all()) for spec, values in each(frame)]
    sent = [at for at, one in enumerate(blank) if not one]
    given = [_given(frame.specs[at], frame.values[:, at], domains[at]) for at in sent]
    request = {
        "task": "synthesise", "method": method, "epsilon": budget.epsilon, "delta": budget.delta,
        "share": budget.share, "rows": rows, "seed": seed % 2**32, "input": "data.parquet",
        "output": "made.parquet", "columns": [column for column, _ in given],
    }  # fmt: skip
    values = np.full((rows, len(frame.specs)), np.nan)
    if not sent:
        return Private(Frame(frame.specs, values), {}, {})
    columns = Frame(
        tuple(frame.specs[at] for at in sent), np.column_stack([one for _, one in given])
    )
    answer = ask(environment, request, {"data.parquet": columns})
    made = np.empty((0, 0)) if answer.made is None else answer.made
    for at, drawn in zip(sent, _checked(made, rows, len(sent)).T, strict=True):
        values[:, at] = _back(frame.specs[at], domains[at], drawn)
    return Private(Frame(frame.specs, values), answer.libraries, dict(answer.said["spent"]))


def _given(spec: Spec, values: Numbers, domain: Domain) -> tuple[dict[str, Any], Numbers]:
    """Return a column of the request, and the values as the worker takes them."""
    nulls = bool(np.isnan(values).any())
    declared = domain.ground != "noise"
    if spec.kind == CATEGORY:
        known = {"kind": CATEGORY, "size": spec.size, "declared": declared, "nulls": nulls}
        return known, values
    if domain.values is not None:
        # The nearest of the values that are known, for what is not among them.
        middles = (domain.values[1:] + domain.values[:-1]) / 2
        codes = np.searchsorted(middles, values).astype(np.float64)
        known = {"kind": CATEGORY, "size": len(domain.values), "declared": True, "nulls": nulls}
        return known, np.where(np.isnan(values), np.nan, codes)
    edges = None if domain.edges is None else [float(one) for one in domain.edges]
    return {"kind": NUMBER, "edges": edges, "whole": spec.whole, "nulls": nulls}, values


def _back(spec: Spec, domain: Domain, drawn: Numbers) -> Numbers:
    size = spec.size if domain.values is None else len(domain.values)
    if spec.kind == CATEGORY or domain.values is not None:
        null = np.isnan(drawn)
        codes = np.where(null, 0, drawn)
        if not ((codes >= 0) & (codes < max(size, 1)) & (codes == np.rint(codes))).all():
            raise _other("codes that no value has")
        if spec.kind == CATEGORY:
            return np.where(null, np.nan, codes)
        values = np.zeros(1) if domain.values is None else domain.values
        return np.where(null, np.nan, values[codes.astype(np.int64)])
    rounded = drawn if spec.digits is None else np.round(drawn, spec.digits)
    return np.rint(rounded) if spec.whole else rounded


def _checked(made: Numbers, rows: int, columns: int) -> Numbers:
    if made.shape != (rows, columns):
        raise _other("a table of another shape")
    return made


def _other(got: str) -> MalformedError:
    return MalformedError(
        "synth.bad-answer", "the synth environment answered with something else than was asked",
        got=got, mend="make the environment again: see docs/data/synth.md",
    )  # fmt: skip
