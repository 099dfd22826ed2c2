"""What differs between two rubrics, in each way in which it can."""

from dataclasses import replace
from datetime import UTC, datetime

from sunlit.rubric import Control, Parameter, Rubric, Stricter
from sunlit.rubric.control import Condition
from sunlit.rubric.diff import Change, differences

LIMIT = Parameter(id="a-1.n", name="n", values=("2",), stricter=Stricter.HIGHER)
CONTROL = Control(
    id="a-1", title="A", group="g", statement="s", guidance="Look.", rule="r", mend="m",
    parameters=(LIMIT,),
)  # fmt: skip
ONE, TWO = Condition("kind", frozenset({"model"})), Condition("tier", frozenset({"high"}))


def changed(first: Control, second: Control) -> list[tuple[str, str, str, str]]:
    """Return what differs between rubrics of one control each."""
    left, right = (
        Rubric(title="t", version="1", controls=(one,), document={}) for one in (first, second)
    )
    return [(it.change, it.what, it.before, it.after) for it in differences(left, right)]


def with_limit(**changes: object) -> Control:
    """Return the control with its parameter changed."""
    return replace(CONTROL, parameters=(replace(LIMIT, **changes),))  # type: ignore[arg-type]


def test_parameters_move_up_down_or_sideways() -> None:
    """In their declared direction; a turned direction is neither."""
    assert changed(CONTROL, with_limit(values=("3",))) == [(Change.STRICTER, "n", "2", "3")]
    assert changed(CONTROL, with_limit(values=("1",))) == [(Change.LOOSER, "n", "2", "1")]
    assert changed(CONTROL, with_limit(stricter=Stricter.LOWER)) == [
        (Change.CHANGED, "direction of n", "higher", "lower")
    ]
    sideways = with_limit(stricter=Stricter.SUPERSET, values=("x",))
    assert changed(sideways, with_limit(stricter=Stricter.SUPERSET, values=("y",))) == [
        (Change.CHANGED, "n", "x", "y")
    ]


def test_parameters_come_and_go() -> None:
    """A rule reads its default where one is gone."""
    bare = replace(CONTROL, parameters=())

    assert changed(bare, CONTROL) == [(Change.ADDED, "n", "", "2")]
    assert changed(CONTROL, bare) == [(Change.DROPPED, "n", "", "")]


def test_a_control_that_is_asked_in_fewer_cases_is_looser() -> None:
    """And one that is asked in others is neither."""
    one, two = replace(CONTROL, applies=(ONE,)), replace(CONTROL, applies=(TWO,))

    assert changed(CONTROL, one) == [(Change.LOOSER, "applies", "always", "kind=model")]
    assert changed(one, CONTROL) == [(Change.STRICTER, "applies", "kind=model", "always")]
    assert changed(one, two) == [(Change.CHANGED, "applies", "kind=model", "tier=high")]


def test_rule_text_and_date_are_told() -> None:
    """Added guidance alone; else the whole new one."""
    later = replace(CONTROL, starts=datetime(2027, 12, 2, tzinfo=UTC))

    assert changed(CONTROL, replace(CONTROL, rule="q", needs=frozenset({"use"}))) == [
        (Change.CHANGED, "rule", "r", "q"), (Change.CHANGED, "needs", "", "use"),
    ]  # fmt: skip
    assert changed(CONTROL, replace(CONTROL, guidance="Look. Ask.")) == [
        (Change.CHANGED, "guidance", "", "Ask.")
    ]
    assert changed(CONTROL, replace(CONTROL, guidance="Other.")) == [
        (Change.CHANGED, "guidance", "", "Other.")
    ]
    assert changed(CONTROL, later) == [(Change.CHANGED, "applies from", "", "2027-12-02")]
    assert changed(CONTROL, CONTROL) == []
