"""Counts, for a column of a table, how many rows hold which kind: made for millions of rows.

Values that repeat are looked at once. Where the pattern of a kind matches few rows of a first
sample, all rows are searched in one pass and each that it points at is looked at in full: exact.
Where it matches many rows ("dense"), they are counted by Arrow (RE2), exactly too, and a bounded
sample of them, chosen by a hash of the row's number, is looked at in full; the share of the
sample that holds the kind comes with its interval.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from sunlit.recognise.engine import Engine, Match
from sunlit.recognise.normal import normalise
from sunlit.recognise.shape import shape

FIRST: Final = 500  # rows that show which patterns are dense
DENSE: Final = 0.04  # from this share on, counting with RE2 costs less than looking in full
SAMPLE: Final = 1000  # rows of a dense kind that are looked at in full
SAMPLE_CHARACTERS: Final = 8_000_000
FEW: Final = 10_000  # so many distinct values, the first of a column, are looked at in full
REPEATED: Final = 4096  # and so many of a batch whose values repeat
SHAPES: Final = 3
_Z: Final = 1.959963984540054  # 95 %
_U64: Final = np.uint64

Mask = npt.NDArray[np.bool_]
compute: Any = pyarrow.compute  # its functions are made when it is imported


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTally:
    """How many rows hold one kind.

    `held` rows were looked at in full and hold it. `matched` further rows have its pattern; of
    those, `checked` were looked at in full and `real` hold it. `confidence` is the mean over the
    finds, `shapes` at most three masked examples (see `shape.py`).
    """

    kind: str
    category: str
    held: int = 0
    matched: int = 0
    checked: int = 0
    real: int = 0
    confidence: float = 0.0
    shapes: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[float, float, float]:
        """Return how many rows hold it, and the 95 % interval (Wilson); all the same if exact."""
        if not self.matched:
            return (self.held, self.held, self.held)
        share = self.real / self.checked
        if self.checked == self.matched:
            known = self.held + self.real
            return (known, known, known)
        spread = _Z * sqrt(share * (1 - share) / self.checked + _Z**2 / (4 * self.checked**2))
        middle, scale = share + _Z**2 / (2 * self.checked), 1 + _Z**2 / self.checked
        low, high = max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
        base, matched = self.held, self.matched
        return (base + matched * share, base + matched * low, base + matched * high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a column holds: rows, those that are null or empty, kind -> count if it is held."""

    rows: int
    empty: int
    kinds: Mapping[str, KindTally]


@dataclass(slots=True)
class _Finds:
    """What was found in texts that were looked at in full."""

    rows: Counter[str] = field(default_factory=Counter)
    sure: dict[str, list[float]] = field(default_factory=dict)
    shapes: dict[str, list[str]] = field(default_factory=dict)

    def add(self, text: str, found: Sequence[Match], weight: int) -> None:
        """Count a text that stands in `weight` rows."""
        for kind in dict.fromkeys(match.kind for match in found):
            self.rows[kind] += weight
        for match in found:
            total = self.sure.setdefault(match.kind, [0.0, 0.0])
            total[0] += match.confidence * weight
            total[1] += weight
            shapes = self.shapes.setdefault(match.kind, [])
            if len(shapes) < SHAPES:
                new = shape(text[match.start : match.end])
                if new not in shapes:
                    shapes.append(new)


class ColumnTally:
    """Takes a column in batches, as they come, and says at the end what it holds."""

    def __init__(self, engine: Engine, column: str | None) -> None:
        """Begin with no rows; the column's name counts as context."""
        self._engine, self._column = engine, column
        self._rows = self._empty = self._looked = 0
        self._full = _Finds()
        self._dense: dict[str, list[int]] | None = None  # kind -> its patterns
        self._matched: Counter[str] = Counter()
        self._samples: dict[str, _Sample] = {}

    def add(self, values: Any) -> None:  # noqa: ANN401 - a pyarrow array of strings
        """Take the next rows: a pyarrow Array or ChunkedArray of strings."""
        for chunk in values.chunks if isinstance(values, pa.ChunkedArray) else [values]:
            self._add(chunk)

    def _add(self, values: Any) -> None:  # noqa: ANN401 - a pyarrow array of strings
        coded = values if isinstance(values, pa.DictionaryArray) else values.dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        codes = np.asarray(codes, dtype=np.int64)
        weights = np.bincount(codes[codes >= 0], minlength=len(coded.dictionary))
        texts = [text or "" for text in coded.dictionary.cast(pa.large_string()).to_pylist()]
        empty = sum(int(weight) for text, weight in zip(texts, weights, strict=True) if not text)
        self._empty += int((codes < 0).sum()) + empty
        repeat = len(texts) <= REPEATED and 2 * len(texts) <= len(codes)
        if repeat or self._looked + len(texts) <= FEW:
            self._looked += len(texts)
            self._look(texts, weights)
        elif texts:
            self._search(texts, weights, codes)
        self._rows += len(codes)

    def _search(
        self, texts: list[str], weights: npt.NDArray[np.int64], codes: npt.NDArray[np.int64]
    ) -> None:
        if self._dense is None:
            self._dense = dense_kinds(self._engine, texts, self._column)
        dense = frozenset(pattern for them in self._dense.values() for pattern in them)
        pointed = self._engine.pointed(texts, column=self._column, without=dense)
        self._look([texts[at] for at in pointed], weights[pointed], without=self._dense)
        if not dense:
            return
        plain = pa.array(map(_plain, texts), pa.large_string())
        masks = {number: _mask(self._engine, number, plain) for number in sorted(dense)}
        for kind, patterns in self._dense.items():
            mask = np.logical_or.reduce([masks[number] for number in patterns])
            rows = np.flatnonzero(np.append(mask, False)[codes])
            self._matched[kind] += len(rows)
            sample = self._samples.setdefault(kind, _Sample())
            sample.offer(rows + self._rows, rows, codes, texts)

    def _look(
        self, texts: list[str], weights: npt.NDArray[np.int64], without: Iterable[str] = ()
    ) -> None:
        """Look at texts in full."""
        skip = frozenset(without)
        for row, found in self._engine.find_rows(texts, column=self._column):
            kept = [match for match in found if match.kind not in skip]
            self._full.add(texts[row], kept, int(weights[row]))

    def result(self) -> Tally:
        """Return the counts of all rows so far."""
        kinds = {}
        for kind, category in sorted(self._engine.recognisers.kinds.items()):
            tally = self._of_kind(kind, category)
            if tally.held or tally.real:
                kinds[kind] = tally
        return Tally(rows=self._rows, empty=self._empty, kinds=kinds)

    def _of_kind(self, kind: str, category: str) -> KindTally:
        finds, sampled = self._full, _Finds()
        texts = self._samples[kind].texts() if kind in self._samples else []
        for row, found in self._engine.find_rows(texts, column=self._column):
            sampled.add(texts[row], [one for one in found if one.kind == kind], 1)
        sums = [one.sure.get(kind, [0.0, 0.0]) for one in (finds, sampled)]
        total = sums[0][1] + sums[1][1]
        shapes = dict.fromkeys([*finds.shapes.get(kind, ()), *sampled.shapes.get(kind, ())])
        return KindTally(
            kind=kind,
            category=category,
            held=finds.rows[kind],
            matched=self._matched[kind],
            checked=len(texts),
            real=sampled.rows[kind],
            confidence=(sums[0][0] + sums[1][0]) / total if total else 0.0,
            shapes=tuple(shapes)[:SHAPES],
        )


class _Sample:
    """The rows whose numbers have the smallest hashes: the same rows however they are batched."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, str]] = []

    def offer(
        self,
        numbers: npt.NDArray[np.int64],
        rows: npt.NDArray[np.int64],
        codes: npt.NDArray[np.int64],
        texts: Sequence[str],
    ) -> None:
        """Take of the rows those that belong to the sample."""
        hashes = mixed(numbers)
        if len(self._kept) == SAMPLE:
            below = hashes < _U64(self._kept[-1][0])
            hashes, rows = hashes[below], rows[below]
        if len(hashes) > SAMPLE:
            first = np.argpartition(hashes, SAMPLE)[:SAMPLE]
            hashes, rows = hashes[first], rows[first]
        new = [(int(one), texts[int(codes[row])]) for one, row in zip(hashes, rows, strict=True)]
        self._kept = sorted([*self._kept, *new])[:SAMPLE]
        characters = np.cumsum([len(text) for _, text in self._kept])
        fit = int(np.searchsorted(characters, SAMPLE_CHARACTERS, side="right"))
        self._kept = self._kept[: max(1, fit)]

    def texts(self) -> list[str]:
        """Return the sampled texts."""
        return [text for _, text in self._kept]


def dense_kinds(engine: Engine, texts: Sequence[str], column: str | None) -> dict[str, list[int]]:
    """Return the kinds whose patterns match many of a sample of the texts, with those patterns."""
    order = np.argsort(mixed(np.arange(len(texts), dtype=np.int64)), kind="stable")[:FIRST]
    places: list[int] = order.tolist()
    sample = [texts[at] for at in sorted(places)]
    rows = engine.pattern_rows(sample, column=column)
    dense: dict[str, list[int]] = {}
    for number, (pattern, rules) in enumerate(engine.rules.items()):
        if rows[number] >= DENSE * len(sample) and is_re2(pattern.whole()):
            for rule in rules:
                dense.setdefault(rule.kind, []).append(number)
    return dense


def _plain(text: str) -> str:
    return text if text.isascii() else normalise(text).decode("latin-1")


def is_re2(pattern: str) -> bool:
    """Tell whether RE2 reads the pattern; if not, it is never counted by RE2."""
    try:
        compute.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True


def mixed(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return a hash of each number: SplitMix64 (Steele, Lea, Flood 2014)."""
    mixed = (numbers.astype(_U64) + _U64(1)) * _U64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> _U64(30))) * _U64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> _U64(27))) * _U64(0x94D049BB133111EB)
    return mixed ^ (mixed >> _U64(31))


def _mask(engine: Engine, number: int, plain: Any) -> Mask:  # noqa: ANN401 - a pyarrow array
    pattern = list(engine.rules)[number]
    found = compute.match_substring_regex(
        plain, "(?m)" + pattern.whole(), ignore_case=not pattern.case_sensitive
    )
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
