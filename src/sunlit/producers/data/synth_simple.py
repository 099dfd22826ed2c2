"""Making up a table without differential privacy: independent columns, and a Gaussian copula.

`independent` draws each column by itself from the values that occur: marginals stay, everything
between columns is lost. It is also the baseline that attacks are held against. `copula` keeps
rank correlations as well: each column goes to normal scores (the middle rank of equal values, a
null below all), the correlation of the scores is drawn from, and each score goes back through
the column's own distribution. Neither gives a guarantee: values come straight from the data.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sunlit.producers.data.synth_frame import CATEGORY, FEW_VALUES, Frame, Numbers, Spec, each

Generator = np.random.Generator
KNOTS: Final = 201  # points of a column's distribution between which numbers are drawn
TAIL: Final = 10  # rows whose mean stands for the lowest and the highest: no person's own extreme


def independent(frame: Frame, rows: int, seed: int) -> Frame:
    """Return rows whose columns are drawn one by one from the values of the data."""
    rng = np.random.default_rng([seed, 1])
    columns = [values[rng.integers(0, frame.rows, rows)] for _, values in each(frame)]
    return Frame(frame.specs, _columns(columns, rows))


def copula(frame: Frame, rows: int, seed: int) -> Frame:
    """Return rows drawn from a Gaussian copula with the columns' own distributions."""
    rng = np.random.default_rng([seed, 2])
    scores = [_scores(values) for _, values in each(frame)]
    drawn = _uniform(rng, _correlation(_columns(scores, frame.rows)), rows)
    columns = [_back(spec, values, drawn[:, at]) for at, (spec, values) in enumerate(each(frame))]
    return Frame(frame.specs, _columns(columns, rows))


def _columns(columns: list[Numbers], rows: int) -> Numbers:
    return np.column_stack(columns) if columns else np.empty((rows, 0))


def _scores(values: Numbers) -> Numbers:
    """Return each value's normal score, scaled to variance 1; a null is below all."""
    from scipy.special import ndtri  # noqa: PLC0415 - a second that only this method needs

    ranked = np.where(np.isnan(values), -np.inf, values)
    _, at, counts = np.unique(ranked, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    scores = ndtri(middle[at] / len(values))
    spread = float(np.std(scores))
    return np.asarray(scores / spread) if spread > 0 else np.zeros(len(values))


def _correlation(scores: Numbers) -> Numbers:
    """Return the nearest correlation matrix that has a root (negative eigenvalues cut off)."""
    width = scores.shape[1]
    matrix = scores.T @ scores / max(len(scores), 1)
    constant = np.diag(matrix) == 0
    matrix[constant, constant] = 1.0
    values, vectors = np.linalg.eigh(matrix)
    matrix = vectors @ np.diag(np.clip(values, 1e-9, None)) @ vectors.T
    scale = np.sqrt(np.diag(matrix))
    return np.asarray(matrix / np.outer(scale, scale)) if width else matrix


def _uniform(rng: Generator, correlation: Numbers, rows: int) -> Numbers:
    from scipy.special import ndtr  # noqa: PLC0415

    root = np.linalg.cholesky(correlation) if correlation.size else correlation
    return np.asarray(ndtr(rng.standard_normal((rows, correlation.shape[0])) @ root.T))


def _back(spec: Spec, values: Numbers, uniform: Numbers) -> Numbers:
    """Return the column's values at these quantiles: the nulls first, as they were ranked."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return np.full(len(uniform), np.nan)
    nulls = 1 - len(known) / len(values)
    share = np.clip((uniform - nulls) / max(1 - nulls, 1e-12), 0, 1)
    found = _quantiles(spec, known, share)
    return np.where(uniform < nulls, np.nan, found)


def _quantiles(spec: Spec, known: Numbers, share: Numbers) -> Numbers:
    if spec.kind == CATEGORY or len(np.unique(known)) <= FEW_VALUES:
        at = np.minimum((share * len(known)).astype(np.int64), len(known) - 1)
        return known[at]
    tail = min(TAIL, len(known) // 2)
    points = np.linspace(0, 1, min(KNOTS, len(known)))
    knots = np.quantile(known, points)
    knots = np.clip(knots, known[:tail].mean(), known[-tail:].mean())
    found: npt.NDArray[Any] = np.interp(share, points, knots)
    return _as_written(spec, found)


def _as_written(spec: Spec, values: Numbers) -> Numbers:
    if spec.whole:
        return np.rint(values)
    return values if spec.digits is None else np.round(values, spec.digits)
