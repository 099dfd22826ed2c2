"""PSI, Kolmogorov-Smirnov, Jensen-Shannon and chi-square of two samples.

Numbers come in pieces: pairs of sorted arrays whose ranges of values do not overlap and ascend.
One piece is the rule; samples too large for memory come in several, with the same figures.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Piece = tuple[Numbers, Numbers]

BINS: Final = 10
LEAST_SHARE: Final = 1e-4  # what an empty bin counts as; see docs/assurance/drift.md
EXACT_P: Final = 1000
_GRID: Final = 4096  # places at which two distributions are held against each other first


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDrift:
    """How two samples of numbers differ. `p` is None where either sample is empty."""

    ks: float
    p: float | None
    psi: float
    edges: tuple[float, ...]
    reference: tuple[int, ...]
    current: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDrift:
    """How two samples of categories differ. `unseen` counts current rows of new categories."""

    psi: float
    js: float
    chi2: float | None
    p: float | None
    unseen: int
    categories: int


def psi(reference: Counts, current: Counts) -> float:
    """Return the population stability index of two counts over the same bins.

    The sum over bins of (q - p) ln(q / p), p the share of the reference and q that of the
    current sample; a share below 0.0001 counts as 0.0001. 0 where a sample is empty.
    """
    if not reference.sum() or not current.sum():
        return 0.0
    p = np.maximum(reference / reference.sum(), LEAST_SHARE)
    q = np.maximum(current / current.sum(), LEAST_SHARE)
    return float(np.sum((q - p) * np.log(q / p)))


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """Return the Jensen-Shannon distance to the base of 2: 0 for equal, 1 for disjoint samples."""
    if not reference.sum() or not current.sum():
        return 0.0
    p, q = reference / reference.sum(), current / current.sum()
    middle = (p + q) / 2
    both = _relative(p, middle) + _relative(q, middle)
    return float(np.sqrt(max(both / 2, 0.0) / np.log(2)))


def _relative(p: Numbers, q: Numbers) -> float:
    held = p > 0
    return float(np.sum(p[held] * np.log(p[held] / q[held])))


def compare_categories(reference: Counts, current: Counts, unseen: int) -> CategoryDrift:
    """Compare counts by the reference's categories; `unseen` current rows hold none of these."""
    first = np.append(reference, 0) if unseen else reference
    second = np.append(current, unseen) if unseen else current
    chi2, p = _chi_square(first, second)
    return CategoryDrift(
        psi=psi(first, second),
        js=jensen_shannon(first, second),
        chi2=chi2,
        p=p,
        unseen=unseen,
        categories=len(first),
    )


def _chi_square(first: Counts, second: Counts) -> tuple[float | None, float | None]:
    """Return Pearson's statistic, without Yates' correction, and its p-value."""
    from scipy.special import chdtrc  # noqa: PLC0415 - an extra

    table = np.stack([first, second])[:, (first + second) > 0]
    if table.shape[1] < 2 or not first.sum() or not second.sum():
        return None, None
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return statistic, float(chdtrc(table.shape[1] - 1, statistic))


def psi_noise(bins: int, n: int, m: int) -> float:
    """Return what the PSI of two samples of one distribution stays below in 19 cases of 20.

    Without drift, PSI / (1/n + 1/m) is distributed about as chi-square with one degree of freedom
    less than bins (B. Yurdakul, Statistical Properties of Population Stability Index, 2018).
    """
    from scipy.special import chdtri  # noqa: PLC0415 - an extra

    if bins < 2 or not n or not m:
        return 0.0
    return float(chdtri(bins - 1, 0.05) * (1 / n + 1 / m))


@dataclass(slots=True)
class _Running:
    """What was counted in earlier pieces, and what is known so far."""

    n: int
    m: int
    before: int = 0
    beside: int = 0
    ks: float = 0.0
    edges: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)


def compare_numbers(pieces: Iterable[Piece], n: int, m: int) -> NumberDrift:
    """Compare `n` reference numbers with `m` current ones, which come in pieces, both sorted."""
    so_far = _Running(n, m)
    ranks = [-(-at * n // BINS) for at in range(1, BINS)]  # of the reference's deciles, from 1
    for a, b in pieces:
        _edges(so_far, a, b, ranks)
        so_far.ks = _distance(so_far, a, b) if n and m else 0.0
        so_far.before += len(a)
        so_far.beside += len(b)
    first = np.asarray(np.diff(np.array([0, *so_far.first, n])), np.int64)
    second = np.asarray(np.diff(np.array([0, *so_far.second, m])), np.int64)
    return NumberDrift(
        ks=so_far.ks, p=ks_p_value(so_far.ks, n, m), psi=psi(first, second),
        edges=tuple(so_far.edges), reference=tuple(map(int, first)),
        current=tuple(map(int, second)),
    )  # fmt: skip


def ks_p_value(distance: float, n: int, m: int) -> float | None:
    """Return the two-sided p-value of the two-sample test, by SciPy.

    Of Kolmogorov's distribution for nm/(n+m) rows, from 1,000 of these on of its limit: the exact
    one takes half a second a column there and differs in the third digit.
    """
    if not n or not m:
        return None
    size = n * m / (n + m)
    if size >= EXACT_P:
        from scipy.special import kolmogorov  # noqa: PLC0415 - an extra

        return float(kolmogorov(size**0.5 * distance))
    from scipy.stats import kstwo  # noqa: PLC0415 - slow to import

    return float(np.clip(kstwo.sf(distance, max(1, round(size))), 0, 1))


def _edges(so_far: _Running, a: Numbers, b: Numbers, ranks: list[int]) -> None:
    """Note the deciles of the reference that lie in this piece; equal ones are one edge."""
    for rank in ranks:
        at = rank - 1 - so_far.before
        if not 0 <= at < len(a) or (so_far.edges and a[at] == so_far.edges[-1]):
            continue
        edge = float(a[at])
        so_far.edges.append(edge)
        so_far.first.append(so_far.before + int(np.searchsorted(a, edge, "right")))
        so_far.second.append(so_far.beside + int(np.searchsorted(b, edge, "right")))


def _distance(so_far: _Running, a: Numbers, b: Numbers) -> float:
    """Return the largest difference of the two distribution functions up to this piece's end.

    Both are looked at on a coarse grid of their own values. Between two places of the grid the
    difference cannot exceed what the ends allow; only where that is more than the best so far,
    every value is looked at. So the figure is exact, and few values are looked at.
    """
    grid = _grid(a, b)
    if not len(grid):
        return so_far.ks
    f, g = _shares(so_far, a, b, grid, "right")
    f_end, g_end = _shares(so_far, a, b, grid[1:], "left")
    best = max(so_far.ks, float(np.abs(f - g).max()))
    bound = np.maximum(np.abs(f_end - g[:-1]), np.abs(g_end - f[:-1]))
    for low, high in _runs(bound > best):
        within = _values_within(a, b, float(grid[low]), float(grid[high]))
        f, g = _shares(so_far, a, b, within, "right")
        best = max(best, float(np.abs(f - g).max(initial=0.0)))
    return best


def _grid(a: Numbers, b: Numbers) -> Numbers:
    parts = [x[:: max(1, len(x) // _GRID)] for x in (a, b)] + [x[-1:] for x in (a, b)]
    return np.unique(np.concatenate(parts))


def _shares(so_far: _Running, a: Numbers, b: Numbers, at: Numbers, side: Any) -> Piece:  # noqa: ANN401 - a literal of NumPy's
    f = (so_far.before + np.searchsorted(a, at, side)) / so_far.n
    g = (so_far.beside + np.searchsorted(b, at, side)) / so_far.m
    return f, g


def _runs(wanted: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield (first, last + 1) of each run of cells that are wanted."""
    ends = np.flatnonzero(np.diff(np.concatenate(([False], wanted, [False]))))
    yield from zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True)


def _values_within(a: Numbers, b: Numbers, low: float, high: float) -> Numbers:
    parts = [x[np.searchsorted(x, low) : np.searchsorted(x, high, "right")] for x in (a, b)]
    return np.concatenate(parts)
