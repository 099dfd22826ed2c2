"""The public cube: which groups are shown, so that no small one can be worked out from the rest.

A group is shown when it has at least `floor` people and, where outcomes are known, not all of
them have the same one: its outcome would be that of every member. People of a smaller group by
one attribute are left out of every public figure: otherwise a large group beside it would have to
be hidden too, and with it what the audit is for. In intersections small groups are hidden, and
others beside them, until `publish_attack` shows that whoever knows all that is published cannot
tell the number of people in any hidden group closer than `floor`. A table for which that cannot
be shown is withheld whole. spec/bias-cube.md says it exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.publish_attack import Masks, Whole, known, widths

Group = tuple[str, ...]
Row = tuple[int, ...]
MOST_VALUES: Final = 60  # of one attribute: more is no attribute but a name, and would be listed
MOST_CELLS: Final = 3_000  # of the cube, for intersections: the programme grows with them
MOST_HIDDEN: Final = 400
TRIES: Final = 40  # groups hidden for the sake of others before a table is given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: groups by the values of `names`, each with its counts as the cube orders them.

    `hidden` are groups with people that are not shown.
    """

    names: tuple[str, ...]
    shown: Mapping[Group, Row]
    hidden: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """What may be seen by everybody. `rows` people are counted in every table.

    `left_out` are values of attributes whose people are in no public figure, `withheld` tables
    that are not published, with the reason.
    """

    rows: int
    total: Row
    tables: tuple[Table, ...]
    floor: int
    with_outcome: bool
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    withheld: tuple[tuple[tuple[str, ...], str], ...] = ()

    def table(self, *names: str) -> Table | None:
        """Return the table by these attributes."""
        return next((one for one in self.tables if one.names == names), None)


def publish(cube: Cube, *, floor: int = 10, max_order: int = 2) -> Public:
    """Return the public cube.

    Raises:
        MalformedError: `bias.too-many-groups`, `bias.too-few-people`.
    """
    _check(cube, floor)
    space, left_out = _without_few(_Space.of(cube), cube, floor)
    if not _is_safe(space.cells.sum(axis=0), floor):
        raise MalformedError(
            "bias.too-few-people", "there are too few people for anything to be published",
            expected=f"at least {floor} people, in groups of that many",
            mend="audit more rows, or join values into larger groups",
        )  # fmt: skip
    tables = [_marginal(space, (at,), floor) for at in range(len(space.names))]
    withheld = []
    for order in range(2, min(max_order, len(space.names)) + 1):
        for axes in combinations(range(len(space.names)), order):
            table = _intersection(space, axes, tables, floor)
            if isinstance(table, str):
                withheld.append((tuple(space.names[at] for at in axes), table))
            else:
                tables.append(table)
    return Public(
        rows=int(space.cells.sum()), total=_row(space.cells.sum(axis=0)), tables=tuple(tables),
        floor=floor, with_outcome=cube.with_outcome, left_out=left_out, withheld=tuple(withheld),
    )  # fmt: skip


def _check(cube: Cube, floor: int) -> None:
    if floor < 2:
        raise MalformedError(
            "bias.floor", "a floor below two hides nobody", expected="at least 2", got=str(floor)
        )
    for one in cube.dimensions:
        if len(one.values) > MOST_VALUES:
            raise MalformedError(
                "bias.too-many-groups", f"{one.name!r} has too many values to be published",
                expected=f"at most {MOST_VALUES}", got=str(len(one.values)),
                mend="leave it out, or put its values into bands: --band COLUMN=20,40,60",
            )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Space:
    """The cells of the cube in a row: `at` (axes x cells) their values, `cells` their counts."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    at: Whole
    cells: Whole

    @classmethod
    def of(cls, cube: Cube) -> "_Space":
        at = np.indices(cube.shape).reshape(len(cube.shape), -1)
        return cls(
            cube.names, tuple(one.values for one in cube.dimensions), at,
            cube.counts.reshape(at.shape[1], -1),
        )  # fmt: skip

    def without(self, axis: int, value: int) -> "_Space":
        left = self.at[axis] != value
        return _Space(self.names, self.values, self.at[:, left], self.cells[left])

    def named(self, axes: Sequence[int], places: Sequence[int]) -> Group:
        return tuple(self.values[axis][place] for axis, place in zip(axes, places, strict=True))

    def groups(self, axes: Sequence[int]) -> dict[Group, Whole]:
        """Return the counts of each group that has people."""
        shape = tuple(len(self.values[axis]) for axis in axes)
        flat = np.ravel_multi_index(tuple(self.at[axis] for axis in axes), shape)
        sums = np.zeros((int(np.prod(shape)), self.cells.shape[1]), dtype=np.int64)
        np.add.at(sums, flat, self.cells)
        held = np.flatnonzero(sums.any(axis=1))
        places = np.stack(np.unravel_index(held, shape), axis=1)
        return {self.named(axes, place): sums[one] for one, place in zip(held, places, strict=True)}

    def mask(self, names: Sequence[str], group: Group) -> "Masks":
        """Return which cells a group adds up."""
        held = np.ones(self.at.shape[1], dtype=np.bool_)
        for name, value in zip(names, group, strict=True):
            axis = self.names.index(name)
            held &= self.at[axis] == self.values[axis].index(value)
        return held


def _is_safe(row: Whole, floor: int) -> bool:
    """At least `floor` people, and not one outcome of all; outcomes may be unknown of all."""
    if int(row.sum()) < floor:
        return False
    if row.size == 2:  # no outcomes
        return True
    by_outcome = row.reshape(2, 3).sum(axis=0)
    return int((by_outcome > 0).sum()) > 1 or int(by_outcome[2]) > 0


def _few(space: _Space, axis: int, floor: int) -> dict[Group, Whole]:
    groups = space.groups((axis,))
    return {one: row for one, row in groups.items() if not _is_safe(row, floor)}


def _without_few(
    space: _Space, cube: Cube, floor: int
) -> tuple[_Space, dict[str, tuple[str, ...]]]:
    """Leave out people of groups by one attribute that are small, until there are none."""
    gone: dict[str, tuple[str, ...]] = {}
    again = True
    while again:
        again = False
        for axis, one in enumerate(cube.dimensions):
            few = _few(space, axis, floor)
            for (value,) in few:
                space = space.without(axis, one.values.index(value))
                gone[one.name] = (*gone.get(one.name, ()), value)
            again = again or bool(few)
    return space, gone


def _row(counts: Whole) -> Row:
    return tuple(int(one) for one in counts)


def _marginal(space: _Space, axes: tuple[int, ...], floor: int) -> Table:
    groups = space.groups(axes)
    return Table(
        names=tuple(space.names[at] for at in axes),
        shown={one: _row(row) for one, row in groups.items() if _is_safe(row, floor)},
        hidden=tuple(one for one, row in groups.items() if not _is_safe(row, floor)),
    )


def _intersection(
    space: _Space, axes: tuple[int, ...], tables: Sequence[Table], floor: int
) -> Table | str:
    """Return the table as far as it may be shown, or why it may not."""
    if space.at.shape[1] > MOST_CELLS:
        return "the attributes make too many groups together to show that none can be worked out"
    table = _covered(_marginal(space, axes, floor), tables, space, floor)
    for _ in range(TRIES):
        if len(table.shown) < 2 or len(table.hidden) > MOST_HIDDEN:
            break
        told = _told(space, [*tables, table], floor)
        if not told:
            return table
        table = _covered(_hide_one(table, *told[0]), tables, space, floor)
    return "small groups in it could be worked out, whichever others are hidden beside them"


def _hiding(table: Table, groups: Sequence[Group]) -> Table:
    return Table(
        names=table.names,
        shown={one: row for one, row in table.shown.items() if one not in groups},
        hidden=tuple(sorted({*table.hidden, *groups})),
    )


def _covered(table: Table, tables: Sequence[Table], space: _Space, floor: int) -> Table:
    """Hide groups beside hidden ones until in each line they hide in each other.

    A line is what adds up to a group of a table with one attribute less. That is needed, and
    quickly seen; whether it is enough, the programme tells.
    """
    counts = space.groups([space.names.index(name) for name in table.names])
    lines = list(_lines(table, counts, tables))
    while True:
        before = len(table.hidden)
        for line in lines:
            hidden = [one for one in line if one not in table.shown]
            rest = sum(int(counts[one].sum()) for one in hidden)
            if hidden and (len(hidden) == 1 or rest < floor):
                beside = [one for one in line if one in table.shown]
                beside.sort(key=lambda one: (sum(table.shown[one]), one))
                table = _hiding(table, beside[:1])
        if len(table.hidden) == before:
            return table


def _lines(
    table: Table, counts: Mapping[Group, Whole], tables: Sequence[Table]
) -> Iterator[list[Group]]:
    """Yield the groups that add up to each group that is shown with one attribute less."""
    for axis in range(len(table.names)):
        names = table.names[:axis] + table.names[axis + 1 :]
        margin = next((one for one in tables if one.names == names), None)
        for group in () if margin is None else margin.shown:
            yield [one for one in counts if one[:axis] + one[axis + 1 :] == group]


def _told(
    space: _Space, tables: Sequence[Table], floor: int
) -> list[tuple[tuple[str, ...], Group]]:
    """Return the hidden groups of which an attacker can say too much."""
    hidden = [(one.names, group) for one in tables for group in one.hidden]
    if not hidden:
        return []
    shown = [(one.names, group) for one in tables for group in one.shown]
    everybody = np.ones((1, space.at.shape[1]), dtype=np.bool_)
    programme = known(
        np.vstack([everybody, *(space.mask(*one) for one in shown)]),
        np.vstack([space.mask(*one) for one in hidden]),
        space.cells,
    )
    found = widths(programme, floor)
    return [one for one, width in zip(hidden, found, strict=True) if width < floor]


def _hide_one(table: Table, names: Sequence[str], group: Group) -> Table:
    """Hide the smallest group beside one that could be worked out: in its row or column first."""
    held = dict(zip(names, group, strict=True))

    def rank(other: Group) -> tuple[int, int, Group]:
        shared = sum(
            held.get(name) == value for name, value in zip(table.names, other, strict=True)
        )
        return -shared, sum(table.shown[other]), other

    return _hiding(table, [min(table.shown, key=rank)]) if table.shown else table
