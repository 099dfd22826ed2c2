"""Nobody who knows every public figure can work out a group that is not shown."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import Cube, Dimension
from sunlit.producers.audit.bias.publish import MOST_CELLS, MOST_VALUES, Group, Public, publish
from sunlit.producers.audit.bias.publish_attack import known, widths
from tests.producers.audit.bias import cubes


class Attacker:
    """Knows all public counts, and nothing else; takes each cell of the cube as unknown.

    One unknown for each cell and count, all in one programme: another way than the product's.
    """

    def __init__(self, cube: Cube, public: Public) -> None:
        self.cube = cube
        self.layers = cube.counts.shape[-2] * cube.counts.shape[-1]
        gone = {(name, one) for name, held in public.left_out.items() for one in held}
        self.cells = [
            one
            for one in product(*(dim.values for dim in cube.dimensions))
            if not gone & set(zip(cube.names, one, strict=True))
        ]
        sums: list[tuple[tuple[str, ...], Group, tuple[int, ...]]] = [((), (), public.total)]
        sums += [(it.names, group, row) for it in public.tables for group, row in it.shown.items()]
        rows, right = [], []
        for names, group, row in sums:
            inside = self.inside(names, group)
            for layer in range(self.layers):
                rows.append(self.spread(inside, layer))
                right.append(row[layer])
        self.matrix, self.sums = np.array(rows), np.array(right)

    def inside(self, names: tuple[str, ...], group: Group) -> np.ndarray[Any, Any]:
        held = dict(zip(names, group, strict=True))
        return np.array([
            all(held.get(name, value) == value for name, value in zip(self.cube.names, cell,
                                                                      strict=True))
            for cell in self.cells
        ])  # fmt: skip

    def spread(self, inside: np.ndarray[Any, Any], layer: int | None) -> np.ndarray[Any, Any]:
        whole = np.zeros((len(self.cells), self.layers))
        whole[inside, slice(None) if layer is None else layer] = 1
        return whole.ravel()

    def truth(self, names: tuple[str, ...], group: Group) -> tuple[int, ...]:
        """Return the counts of a group, which the attacker does not know."""
        inside = self.inside(names, group)
        counts = [
            self.cube.counts[
                tuple(
                    dim.values.index(value)
                    for dim, value in zip(self.cube.dimensions, cell, strict=True)
                )
            ].ravel()
            for cell, held in zip(self.cells, inside, strict=True)
            if held
        ]
        return tuple(int(one) for one in np.sum(counts, axis=0))

    def width(self, names: tuple[str, ...], group: Group) -> int:
        """Return how far the group's number of people is left open."""
        costs = self.spread(self.inside(names, group), None)
        ends = [
            milp(
                sign * costs, integrality=np.ones(len(costs)), bounds=Bounds(0, np.inf),
                constraints=LinearConstraint(self.matrix, self.sums, self.sums),
            )
            for sign in (1, -1)
        ]  # fmt: skip
        assert all(one.status == 0 for one in ends)
        return round(float(-ends[1].fun - ends[0].fun))


@st.composite
def small_cubes(draw: st.DrawFn) -> Cube:
    """Draw cubes of two or three attributes in which small groups are common."""
    shape = draw(st.sampled_from([(2, 3), (3, 3), (2, 2, 2), (2, 3, 2), (4, 4)]))
    outcomes = draw(st.sampled_from([1, 3]))
    size = int(np.prod(shape)) * 2 * outcomes
    counts = draw(st.lists(st.sampled_from([0, 1, 3, 7, 20, 40]), min_size=size, max_size=size))
    return cubes.cube(np.reshape(counts, (*shape, 2, outcomes)))


@settings(max_examples=20, deadline=None)
@given(small_cubes(), st.sampled_from([5, 10, 20]))
def test_no_hidden_group_can_be_worked_out(cube: Cube, floor: int) -> None:
    """Whole numbers, and all tables at once: what is left open is at least the floor.

    What is shown is true, has that many people, and by single attributes is everybody.
    """
    try:
        public = publish(cube, floor=floor, max_order=2)
    except MalformedError as error:
        assert error.code == "bias.too-few-people"  # noqa: PT017 - not all draws are refused
        return
    attacker = Attacker(cube, public)
    for table in public.tables:
        for group, row in table.shown.items():
            assert attacker.truth(table.names, group) == row
            assert sum(row) >= floor
        for group in table.hidden:
            assert attacker.width(table.names, group) >= floor
        if len(table.names) == 1:
            assert sum(map(sum, table.shown.values())) == public.rows


def by_two(rows: list[list[int]]) -> Cube:
    """Return a cube by two attributes without outcomes, nobody selected."""
    counts = np.zeros((len(rows), len(rows[0]), 2, 1), dtype=np.int64)
    counts[..., 0, 0] = rows
    return cubes.cube(counts, "x", "y")


def test_a_small_group_hides_others_beside_it() -> None:
    """Its row and its column would tell it; a square of four does not."""
    public = publish(by_two([[3, 50, 50], [50, 20, 50], [50, 50, 60]]))
    table = public.table("x", "y")

    assert table is not None
    assert set(table.hidden) == {("a00", "a00"), ("a00", "a01"), ("a01", "a00"), ("a01", "a01")}
    assert public.rows == 383


def test_people_of_a_small_group_are_in_no_public_figure() -> None:
    """Where a total held them, the total less the others would be them."""
    public = publish(by_two([[3, 4], [50, 60], [40, 70]]))

    assert public.left_out == {"x": ("a00",)}
    assert public.rows == 220
    assert public.total == (220, 0)


def test_a_group_in_which_all_have_one_outcome_is_not_shown() -> None:
    """It would tell the outcome of each member; where it is unknown of some, it does not."""
    told = np.zeros((3, 2, 3), dtype=np.int64)
    told[:, 1, 1] = 50
    told[1:, 0, 0] = 50
    public = publish(cubes.cube(told))
    told[0, 0, 2] = 1

    assert public.left_out == {"d0": ("a00",)}
    assert publish(cubes.cube(told)).left_out == {}


def test_a_table_that_tells_too_much_is_withheld_whole() -> None:
    """With the reason; the single attributes stay."""
    public = publish(by_two([[3, 50], [50, 20]]))

    assert [one.names for one in public.tables] == [("x",), ("y",)]
    assert [names for names, _ in public.withheld] == [("x", "y")]


def test_too_many_cells_show_no_intersection() -> None:
    """What cannot be shown to be safe is not published."""
    size = MOST_VALUES
    counts = np.full((size, size, 2, 1), 20)
    assert size * size > MOST_CELLS

    public = publish(cubes.cube(counts))

    assert len(public.tables) == 2
    assert "too many groups" in public.withheld[0][1]


@pytest.mark.parametrize(
    ("counts", "floor", "code"),
    [
        (np.full((MOST_VALUES + 1, 2, 1), 20), 10, "bias.too-many-groups"),
        (np.full((2, 2, 1), 20), 1, "bias.floor"),
        (np.full((2, 2, 1), 2), 10, "bias.too-few-people"),
    ],
)
def test_what_cannot_be_published_is_refused(
    counts: np.ndarray[Any, Any], floor: int, code: str
) -> None:
    """Names in place of groups, a floor that hides nobody, nobody left."""
    with pytest.raises(MalformedError) as caught:
        publish(cubes.cube(counts), floor=floor)

    assert caught.value.code == code


def test_the_same_cube_is_published_in_the_same_way() -> None:
    """No chance is in it."""
    chance = np.random.default_rng(1)
    cube = cubes.cube(chance.integers(0, 30, size=(3, 5, 2, 2, 3)))

    assert publish(cube, max_order=3) == publish(cube, max_order=3)


def test_two_small_groups_in_one_line_are_told_by_what_is_left() -> None:
    """One of two hidden groups that add up to a known sum can be no larger than the sum."""
    shown = np.array([[True, True, False], [False, False, True]])
    hidden = np.array([[True, False, False], [False, True, False]])
    cells = np.array([[2], [3], [100]])

    assert list(widths(known(shown, hidden, cells), 10)) == [5, 5]


def test_a_group_of_nobody_is_no_group() -> None:
    """An empty layer has no other table."""
    shown = np.array([[True]])

    assert list(widths(known(shown, shown, np.zeros((1, 2), dtype=np.int64)), 5)) == [0]
    assert Dimension("x", ("a",)).values == ("a",)
