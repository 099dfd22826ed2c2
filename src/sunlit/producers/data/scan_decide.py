"""From what was seen in a column to what it is said to hold, and to its one label.

A column is labelled with a kind when at least two fifths of its values (of those looked at, not
null) are of that kind in whole, or a tenth where the column's name says so too. Without such
values the name alone labels a column of a kind that has no form of its own (names of people,
religion); where a kind has a form and the values have another, the name is not believed. What a
lesser share of values holds is still reported, but not numbers that pass a check by chance: a
check digit lets one number in ten or eleven through.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.base.proportion import wilson
from sunlit.producers.data.scan_look import ColumnLook, KindLook
from sunlit.producers.data.scan_shapes import shown
from sunlit.recognise.columns import Named, value_kinds

HALF: Final = 0.4
NAMED: Final = 0.1
FEW: Final = 20  # values; of fewer, their form says nothing against the name
MASKED: Final = 0.9
WORDY: Final = frozenset({"address", "organisation", "person"})  # of many words, and no prose
BY_NAME: Final = 0.6  # how sure a name alone makes
BY_LIST: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """One kind in one column (None: in text); `label`: it is what the column holds."""

    column: str | None
    kind: str
    category: str
    by: str  # "values" | "name" | "both"
    rows: int
    hits: int
    confidence: float
    title: str | None = None  # where the kind is no recogniser's
    label: bool = False
    shapes: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None  # of the hits, where they are an estimate

    @property
    def rate(self) -> float:
        """The share of the values looked at that hold it; 0 when only the name says so."""
        return self.hits / self.rows if self.rows else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the rate, or the estimate's; (0, 1) when only the name says so."""
        if self.bounds and self.rows:
            return min(self.rate, self.bounds[0] / self.rows), self.bounds[1] / self.rows
        return wilson(self.hits, self.rows) if self.by != "name" else (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of one column. `notes` say what was seen and not believed."""

    finds: tuple[Find, ...]
    is_prose: bool
    notes: tuple[str, ...]

    @property
    def label(self) -> Find | None:
        """What the column holds, if it was labelled."""
        return next((one for one in self.finds if one.label), None)


def judge(column: ColumnLook, by_name: Sequence[Named], forms: Collection[str]) -> Judged:
    """Judge one column by what it was seen to hold and what its name says.

    `forms` are the kinds that are known by their form.
    """
    named = {one.kind: one for one in by_name}
    notes = list[str]()
    finds = [*_by_values(column, named, notes)]
    finds += _by_name(column, named, {one.kind for one in finds}, forms, notes)
    finds += _by_lists(column, {one.kind for one in finds})
    finds = _one_label(finds)
    # Of prose the name says what it is about (`medical_notes`), and it stays prose.
    told = any(one.label and (one.by != "name" or one.kind in WORDY) for one in finds)
    return Judged(tuple(finds), column.is_prose and not told, tuple(notes))


def _by_values(column: ColumnLook, named: Mapping[str, Named], notes: list[str]) -> Iterator[Find]:
    for kind, seen in sorted(column.tallied().items()):
        if _by_chance(column, seen) and kind not in named:
            notes.append(
                f"{kind}: {round(seen.values)} of {column.looked} values, taken for chance"
            )
            continue
        whole = seen.whole / max(1, column.looked)
        label = whole >= HALF or (kind in named and whole >= NAMED)
        sure = seen.sure / max(1, seen.values)
        if kind in named:
            sure = 1 - (1 - sure) / 2
        elif not label and not column.is_prose:
            sure /= 2  # an identifier among values of another sort is often none
        yield Find(
            column=column.name, kind=kind, category=seen.category, rows=column.looked,
            by="both" if kind in named else "values", hits=round(seen.values), confidence=sure,
            label=label, shapes=tuple(shown(seen.shapes, seen.category)), bounds=seen.bounds,
        )  # fmt: skip


def _by_chance(column: ColumnLook, seen: KindLook) -> bool:
    numbers = column.digits_only >= 0.9 * max(1, column.measured)
    return numbers and seen.digits_only == seen.values and seen.values < HALF * column.looked


def _by_name(
    column: ColumnLook, named: Mapping[str, Named], found: set[str], forms: Collection[str],
    notes: list[str],
) -> Iterator[Find]:  # fmt: skip
    masked = column.measured >= 1 and column.masked >= MASKED * column.measured
    for kind, one in named.items():
        if kind in found:
            continue
        if column.values and masked:
            notes.append(f"{kind}: the name says so, and its values look masked")
        elif kind in forms and column.looked >= FEW:
            notes.append(f"{kind}: the name says so, and its values have another form")
        else:
            yield Find(
                column=column.name, kind=kind, category=one.category, by="name",
                rows=column.looked, hits=0, confidence=BY_NAME, label=True, title=one.title,
            )  # fmt: skip


def _by_lists(column: ColumnLook, found: set[str]) -> Iterator[Find]:
    if not column.listed:
        return
    for one in value_kinds(list(column.listed)):
        if one.kind not in found:
            yield Find(
                column=column.name, kind=one.kind, category=one.category, by="values",
                rows=column.looked, hits=column.looked, confidence=BY_LIST, label=True,
                title=one.title,
            )  # fmt: skip


def _one_label(finds: Sequence[Find]) -> list[Find]:
    """Keep one label: what most values are, then what is surest; values count before names."""
    labelled = [one for one in finds if one.label]
    if len(labelled) < 2:
        return list(finds)
    best = max(labelled, key=lambda one: (one.by != "name", one.rate, one.confidence, one.kind))
    return [one if one is best or not one.label else _unlabelled(one) for one in finds]


def _unlabelled(one: Find) -> Find:
    from dataclasses import replace  # noqa: PLC0415

    return replace(one, label=False)
