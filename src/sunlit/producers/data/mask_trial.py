"""A trial of a plan: the first rows before and after, and what share of each column changes.

What it returns holds values of persons: it is for one terminal, and nothing writes it anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from sunlit.producers.data.arrow import Batch
from sunlit.producers.data.mask import Masking, expect_recognisers, prepare
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_engine import DuckEngine

LOOKED_AT: Final = 10_000  # rows that the shares are of

Shown = tuple[str, object, object]


@dataclass(frozen=True, slots=True)
class Share:
    """One column: what is done to it, the share that changes, and values that cannot be read."""

    column: str
    method: str
    changed: float
    unreadable: int


@dataclass(frozen=True, slots=True)
class Trial:
    """`rows` rows were looked at; `shown` are (column, before, after) of the first of them."""

    rows: int
    shares: tuple[Share, ...]
    shown: tuple[tuple[Shown, ...], ...] = field(repr=False)


def trial(source: Source, masking: Masking, *, rows: int) -> Trial:
    """Mask the first rows of a dataset and write nothing.

    Raises:
        SunlitError: as `mask`.
    """
    expect_recognisers(masking)
    engine = DuckEngine("1GB")
    try:
        work = prepare(source, masking, engine)
        shown, seen = list[tuple[Shown, ...]](), 0
        whole = replace(work.suppressing, rows=None)  # rows that go are told apart by no number
        for batch in source.batches():
            part = batch.slice(0, LOOKED_AT - seen)
            made = work.one_pass.mask(part, whole)
            shown += list(_pairs(part, made, rows - len(shown)))
            seen += len(part)
            if seen >= LOOKED_AT:
                break
        counts = work.one_pass.counts
        shares = tuple(
            Share(one.name, one.rule.method, counts.changed[one.name] / max(seen, 1),
                  counts.unreadable[one.name])
            for one in work.rules
        )  # fmt: skip
        return Trial(seen, shares, tuple(shown))
    finally:
        engine.close()


def _pairs(before: Batch, after: Batch, count: int) -> Iterator[tuple[Shown, ...]]:
    first, second = before.slice(0, max(count, 0)), after.slice(0, max(count, 0))
    for old, new in zip(first.to_pylist(), second.to_pylist(), strict=True):
        yield tuple((name, value, new.get(name)) for name, value in old.items())
