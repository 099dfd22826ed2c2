"""What is asked of an engine: a sample, a table kept for many questions, a column's counts.

The questions are Ibis expressions, the same for DuckDB and Spark; only how a sample is drawn
differs, so a search on more rows than the sample holds may differ from engine to engine.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol

import ibis

from sunlit.producers.data.arrow import Table
from sunlit.producers.data.risk.classes import SIZE, again, histogram, keep, single
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.options import Option, expressed

SAMPLE: Final = 100_000
CELLS: Final = 20_000_000  # rows x columns of a sample
LONGEST: Final = 200  # characters of a text that the sample holds
SPREAD: Final = 2654435761  # Knuth's multiplier: neighbours land far apart, each row once


class Measurable(Protocol):
    """A dataset that can be measured: a `Source`, or the same on Spark."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def digest(self) -> Mapping[str, str]:
        """Algorithm -> hex digest."""
        ...

    @property
    def unread(self) -> tuple[str, ...]:
        """Names of files that are not read."""
        ...

    def table(self) -> Any:  # noqa: ANN401 - Ibis has no types for mypy
        """Return its rows as an Ibis table."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """Turn the engine's errors, which may hold values, into errors that hold none."""
        ...

    def check(self) -> None:
        """Make sure that the files are still what they were."""
        ...


def is_plain(kind: Any) -> bool:  # noqa: ANN401 - an ibis.DataType
    """Whether values of this type can be grouped: no list, struct, map, binary or shape."""
    odd = kind.is_nested() or kind.is_binary() or kind.is_json() or kind.is_geospatial()
    return not odd


def sampled(table: Any, rows: int, seed: int) -> Table:  # noqa: ANN401 - Ibis
    """Return a sample of the plain columns, long texts cut; all rows where they are few."""
    names = [name for name in table.columns if is_plain(table[name].type())]
    want = max(1, min(SAMPLE, CELLS // max(1, len(names))))
    drawn = table if rows <= want else _drawn(table, want / rows, seed)
    return drawn.select([_light(drawn[name]).name(name) for name in names]).to_pyarrow()


def _drawn(table: Any, share: float, seed: int) -> Any:  # noqa: ANN401 - Ibis
    if table.get_backend().name != "duckdb":
        return table.sample(share, seed=seed)
    numbered = table.mutate(sunlit_row=ibis.row_number())
    place = (numbered.sunlit_row * SPREAD + seed) % 2**32
    return numbered.filter(place < int(share * 2**32))


def _light(column: Any) -> Any:  # noqa: ANN401 - Ibis
    kind = column.type()
    if kind.is_string():
        return column.left(LONGEST)
    known = kind.is_numeric() or kind.is_boolean() or kind.is_date() or kind.is_timestamp()
    return column if known else column.cast("string").left(LONGEST)


def _nothing() -> None:
    """Forget nothing."""


class Classes:
    """The classes of a table by its quasi-identifiers, kept in the engine for many questions."""

    def __init__(self, classes: Any, keys: Sequence[str]) -> None:  # noqa: ANN401 - Ibis
        self.keys = tuple(keys)
        self._kept, self._forget = keep(classes) if keys else (classes, _nothing)

    def close(self) -> None:
        """Let the engine forget them."""
        self._forget()

    def histogram(self) -> Histogram:
        """Return how many classes have each size."""
        return self.by(self.keys)

    def by(self, keys: Sequence[str]) -> Histogram:
        """Return the same by fewer keys."""
        return self.after({name: None for name in self.keys if name not in keys})

    def after(self, choices: Mapping[str, Option | None]) -> Histogram:
        """Return the same with some keys coarser, or (None, `drop`) left out."""
        gone = {name for name, one in choices.items() if one is None or one.method == "drop"}
        left = [name for name in self.keys if name not in gone]
        made = {
            name: expressed(one, self._kept, name, SIZE)
            for name, one in choices.items()
            if one is not None and name in left
        }
        if not left:
            return single(self._kept, SIZE)
        if not gone and not made:
            return histogram(self._kept)
        return histogram(again(self._kept.mutate(**made) if made else self._kept, left))
