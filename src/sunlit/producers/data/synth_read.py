"""Reading what is to be learned from, and setting a control aside before anything is learned."""

from typing import Final

import numpy as np
import pyarrow as pa

from sunlit.base.errors import MalformedError
from sunlit.producers.data.arrow import Table
from sunlit.producers.data.source import Source
from sunlit.producers.data.synth_frame import Frame, encode, encode_like

LEAST_ROWS: Final = 50
MOST_ROWS: Final = 1_000_000  # that are learned from; of more, a part
CONTROL: Final = 0.2  # of the rows, when no control is given


def read_frame(source: Source, drop: tuple[str, ...], seed: int) -> Frame:
    """Return the rows, or a seeded part of them if they are too many, without dropped columns.

    Raises:
        MalformedError: `synth.*`, `data.*`.
    """
    names = [one.name for one in source.columns]
    if source.shape != "table" or not set(names) - set(drop):
        raise MalformedError(
            "synth.no-table", "there are no columns to make up",
            expected="CSV, Parquet, JSONL or a table of a database",
            mend="text is not made up: mask it with sunlit data mask",
        )  # fmt: skip
    unknown = [name for name in drop if name not in names]
    if unknown:
        raise MalformedError(
            "synth.no-such-column", "a column to be left out is not there",
            expected=f"some of {', '.join(names)}", got=", ".join(unknown),
        )  # fmt: skip
    frame = encode(_table(source, [name for name in names if name not in drop], seed))
    if frame.rows < LEAST_ROWS:
        raise MalformedError(
            "synth.too-few-rows", "too few rows: what is made up would be the people themselves",
            expected=f"at least {LEAST_ROWS}", got=str(frame.rows),
        )  # fmt: skip
    return frame


def _table(source: Source, columns: list[str], seed: int) -> Table:
    rows = source.rows()
    chosen = np.random.default_rng([seed, 5]).permutation(rows)[:MOST_ROWS]
    wanted = np.zeros(rows, dtype=bool)
    wanted[chosen] = True
    kept, start = [], 0
    for batch in source.batches(columns):
        mask = wanted[start : start + len(batch)]
        kept.append(batch if mask.all() else batch.filter(pa.array(mask)))
        start += len(batch)
    return pa.Table.from_batches(kept) if kept else pa.table({name: [] for name in columns})


def read_like(control: Source, like: Frame) -> Frame:
    """Return a control that was given, in the codes of the data.

    Raises:
        MalformedError: `synth.other-columns`, `data.*`.
    """
    names = [one.name for one in control.columns]
    missing = [name for name in like.names if name not in names]
    if missing:
        raise MalformedError(
            "synth.other-columns", "the control lacks columns of the data",
            expected=", ".join(like.names), got=", ".join(names),
        )  # fmt: skip
    return encode_like(_table(control, list(like.names), 0), like)


def split(whole: Frame, given: Frame | None, seed: int) -> tuple[Frame, Frame]:
    """Return the rows to learn from, and the control: the one given, or a fifth set aside.

    Raises:
        MalformedError: `synth.too-few-rows`.
    """
    if given is not None:
        if not given.rows:
            raise MalformedError("synth.too-few-rows", "the control holds no row")
        return whole, given
    order = np.random.default_rng([seed, 0]).permutation(whole.rows)
    cut = max(1, round(whole.rows * CONTROL))
    return whole.take(np.sort(order[cut:])), whole.take(np.sort(order[:cut]))
