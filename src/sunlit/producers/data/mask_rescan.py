"""The second look: what was written is read again, and nothing that the plan masks may be left.

A hit in a column whose values keep the shape of what they were (a kept-shape pseudonym, a moved
date, a number with noise) says nothing, so such columns are not searched: of a kept-shape
pseudonym it is certain that none equals what it stands for.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sunlit.base.errors import VerificationError
from sunlit.producers.data.arrow import Array
from sunlit.producers.data.mask_arrow import as_text
from sunlit.recognise.masking import Finder, survivors
from sunlit.recognise.masking_coarse import is_coarse
from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule

if TYPE_CHECKING:
    import numpy as np

    from sunlit.producers.data.source import Source

Rows: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

SHOWN: Final = 5  # numbers of rows that an error names
_LIKE_BEFORE: Final = frozenset({"date-shift", "noise"})
_PARTLY: Final = frozenset({"clip", "round", "suppress"})


@dataclass(slots=True)
class Left:
    """Hits of one kind in one column: how many rows, and the first of them (from 1)."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, rows: "Rows") -> None:
        """Count rows, and remember the first of all."""
        self.count += len(rows)
        self.rows += rows[: SHOWN - len(self.rows)].tolist()


@dataclass(frozen=True, slots=True)
class Second:
    """What the second look found, in how many rows.

    `kept` are hits in columns that the plan keeps by name.
    """

    rows: int
    kinds: tuple[str, ...]
    survivors: Mapping[tuple[str, str], Left]
    kept: Mapping[tuple[str, str], int]


def masked_kinds(plan: MaskPlan, known: Collection[str], *, prose: bool) -> frozenset[str]:
    """Return the kinds that a plan masks: in columns, and where there is prose, in prose."""
    kinds = {
        kind for one in plan.columns if one.rule.method != "keep" for kind in one.kinds
    }  # fmt: skip
    if prose:
        kinds |= {kind for kind in known if plan.in_text(kind).method != "keep"}
        kinds -= {kind for kind, rule in plan.text.items() if rule.method == "keep"}
    return frozenset(kinds) & frozenset(known)


def look_again(
    source: "Source", rules: Sequence[ColumnRule], engine: Finder, kinds: frozenset[str],
    known: Collection[str], written: Collection[str] = (),
) -> Second:  # fmt: skip
    """Search what was written.

    A kind that is masked anywhere may be left in no column but one that the plan keeps by name;
    a masked column may hold no kind at all. What the mask itself wrote is no find: in prose
    `written` (`TextMasker.written`), in a column a value that is coarse as its rule says.
    """
    by_name = {one.name: one for one in rules}
    wanted = {
        name: _wanted(by_name.get(name), kinds, known)
        for name in [column.name for column in source.columns]
    }
    ours = {name: _ours(name, by_name.get(name), written) for name in wanted}
    found: dict[tuple[str, str], Left] = {}
    kept: Counter[tuple[str, str]] = Counter()
    first = 1
    for batch in source.batches():
        for name, fatal in wanted.items():
            if fatal is None:
                continue
            for kind, rows in _hits(engine, batch.column(name), known, ours[name]):
                if kind in fatal:
                    found.setdefault((name, kind), Left()).add(rows + first)
                elif not _is_shaped(by_name.get(name), kind):
                    kept[name, kind] += len(rows)
        first += len(batch)
    return Second(first - 1, tuple(sorted(kinds)), found, kept)


@dataclass(frozen=True, slots=True)
class _Ours:
    """A column, and what the mask itself wrote there."""

    column: str
    rule: Rule | None
    written: Collection[str]

    def is_value(self, text: str | None) -> bool:
        return self.rule is not None and text is not None and is_coarse(self.rule, text)


def _ours(name: str, one: ColumnRule | None, written: Collection[str]) -> _Ours:
    prose = name == "text" if one is None else one.rule.method == "text"
    return _Ours(name, None if one is None else one.rule, written if prose else ())


def _hits(
    engine: Finder, array: Array, known: Collection[str], ours: _Ours
) -> Iterator[tuple[str, "Rows"]]:
    """Yield each kind that is found in a column, with the rows; equal values are searched once."""
    import numpy as np  # noqa: PLC0415 - an extra

    encoded = as_text(array).dictionary_encode()
    found: dict[str, set[int]] = {}
    texts = encoded.dictionary.to_pylist()
    for number, kind in survivors(engine, texts, known, ours.column, written=ours.written):
        if not ours.is_value(texts[number]):
            found.setdefault(kind, set()).add(number)
    if found:
        places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        for kind, numbers in sorted(found.items()):
            yield kind, np.flatnonzero(np.isin(places, list(numbers)))


def expect_none(second: Second, rows: int) -> None:
    """Check that as many rows were read back as were written, and that nothing was left.

    Raises:
        VerificationError: `mask.read-back`; `mask.survivors`, with column, kind, count and rows.
    """
    if second.rows != rows:
        raise VerificationError(
            "mask.read-back", "what was written does not read back as it was; nothing was put",
            expected=f"{rows} rows", got=f"{second.rows}",
            mend="write another form, such as .parquet, and tell the maintainers",
        )  # fmt: skip
    if not second.survivors:
        return
    (column, kind), left = max(second.survivors.items(), key=lambda one: (one[1].count, one[0]))
    first = ", ".join(map(str, left.rows))
    others = len(second.survivors) - 1
    more = f", and {others} more of column and kind" if others else ""
    raise VerificationError(
        "mask.survivors", "the second scan still found what the plan masks; nothing was written",
        expected="none",
        got=f'{left.count} of {kind} in column "{column[:80]}" (row {first}){more}',
        mend='mask that column too; or where it is no such thing, say so: method = "keep", '
        f'kinds = ["{kind}"], and the reason',
    )  # fmt: skip


def _wanted(
    one: ColumnRule | None, kinds: frozenset[str], known: Collection[str]
) -> frozenset[str] | None:
    """Return the kinds that may not be left in a column; None where looking says nothing."""
    if one is None:  # the columns of text documents: their names are looked at too
        return kinds
    method = one.rule.method
    if method in _LIKE_BEFORE or one.rule.text("format") == "kept":
        return None
    if method == "keep":
        # What is kept by name and kind was decided; what is kept by default was not.
        return kinds - set(one.kinds)
    if method in _PARTLY:
        return kinds - set(one.kinds)
    return kinds if method == "text" else frozenset(known)


def _is_shaped(one: ColumnRule | None, kind: str) -> bool:
    return one is not None and one.rule.method in _PARTLY and kind in one.kinds
