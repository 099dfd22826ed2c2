"""Columns after a rule: as the same values one by one, whatever their type and batches."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.producers.data.mask_arrow import as_text, back, by_distinct, count_changed
from sunlit.producers.data.mask_columns import Tools, change_for, rules_for
from sunlit.producers.data.mask_numbers import shifted
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_values import value_maker
from sunlit.recognise.plan import ColumnRule, MaskPlan, RowRule, Rule
from sunlit.recognise.plan_methods import Value

KEY = MaskKey(b"k" * 32)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def tools() -> Tools:
    return Tools(KEY, Hierarchies(Path()), None)


def after(
    array: pa.Array, method: str, persons: pa.Array | None = None, **options: Value
) -> pa.Array:
    """Return a column after one rule."""
    change = change_for(ColumnRule("c", Rule(method, options)), array.type, tools())
    people = array if persons is None else persons
    return change(array, pa.RecordBatch.from_arrays([array, people], names=["c", "p"]))


@given(st.lists(st.none() | TEXTS), st.booleans(), st.sampled_from(["", "id"]), st.integers(8, 60))
def test_a_column_of_pseudonyms_is_each_values_own(
    texts: list[str | None],
    fold: bool,  # noqa: FBT001
    prefix: str,
    length: int,
) -> None:
    """The quick way over Arrow buffers equals the definition, text by text; nulls stay null."""
    options: dict[str, Value] = {"fold": fold, "length": length}
    options |= {"prefix": prefix} if prefix else {}
    one = value_maker(Rule("pseudonym", options), "c", key=KEY, hierarchies=Hierarchies(Path()))

    found = after(pa.array(texts, pa.string()), "pseudonym", **options)

    assert found.to_pylist() == [None if text is None else one(text) for text in texts]


def test_a_number_and_its_text_are_one_value() -> None:
    """1, "1" and a category "1" join; "01" does not; a decimal is as Arrow writes it."""

    def pseudonyms(array: pa.Array) -> list[str]:
        return list(after(array, "pseudonym").to_pylist())

    one = pseudonyms(pa.array(["1"]))
    assert pseudonyms(pa.array([1])) == one
    assert pseudonyms(pa.array([1], pa.uint8())) == one
    assert pseudonyms(pa.array(["1"]).dictionary_encode()) == one
    assert pseudonyms(pa.array([1.0])) == pseudonyms(pa.array(["1"]))
    assert pseudonyms(pa.array(["01"])) != one
    assert pseudonyms(pa.array([Decimal("1.50")])) == pseudonyms(pa.array(["1.50"]))
    assert pseudonyms(pa.array([b"\xff"])) == pseudonyms(pa.array(["ff"]))


def test_a_zoned_time_is_written_in_its_own_zone() -> None:
    """Else a birth at midnight in Amsterdam would be the day before."""
    times = pa.array(
        [datetime(1980, 4, 30, 22, 30, tzinfo=UTC)], pa.timestamp("us", "Europe/Amsterdam")
    )

    assert as_text(times).to_pylist() == ["1980-05-01 00:30:00.000000"]
    assert after(times, "generalise", by="date", to="month").to_pylist() == ["1980-05"]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([17, None, 99], pa.int8()), [18, None, 90]),
        (pa.array([17.5, None, 99.5]), [18.0, None, 90.0]),
        (pa.array([Decimal("17.50"), None, Decimal("99.50")]), [Decimal(18), None, Decimal(90)]),
        (pa.array(["17", None, "x"]), ["18", None, None]),
        (pa.array([17, 99]).dictionary_encode(), [18, 90]),
    ],
    ids=["int", "float", "decimal", "text", "category"],
)  # fmt: skip
def test_top_and_bottom_coding_keeps_the_type(array: pa.Array, expected: list[object]) -> None:
    """And takes out what is no number."""
    found = after(array, "clip", low=18, high=90)

    assert found.to_pylist() == expected
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    assert found.type == kind


def test_rounding_keeps_the_type_where_it_can() -> None:
    """An integer that is no integer any more is taken out, not bent."""
    assert after(pa.array([13, 12]), "round", to=5).to_pylist() == [15, 10]
    assert after(pa.array([5, 3]), "round", to="2.5").to_pylist() == [5, None]
    assert after(pa.array([120], pa.int8()), "round", to=100).to_pylist() == [100]
    assert after(pa.array([127], pa.int8()), "round", to=250).to_pylist() == [None]
    assert back(pa.array([], pa.string()), pa.bool_()).type == pa.bool_()


def test_noise_does_not_hang_on_how_rows_are_batched() -> None:
    """One draw a row from the key's stream: the same rows and key give the same numbers."""
    rule = ColumnRule("c", Rule("noise", {"law": "laplace", "scale": 3}))
    rows = pa.array([*range(100), None])
    whole = change_for(rule, rows.type, tools())(rows, None)
    parts = change_for(rule, rows.type, tools())
    joined = [*parts(rows[:33], None).to_pylist(), *parts(rows[33:], None).to_pylist()]

    assert whole.to_pylist() == joined
    assert joined[-1] is None
    assert count_changed(rows, whole) > 70
    other = change_for(ColumnRule("d", rule.rule), rows.type, tools())(rows, None)
    assert other.to_pylist() != joined


@pytest.mark.parametrize(("law", "spread"), [("laplace", 2**0.5 * 10), ("gaussian", 10)])
def test_noise_is_spread_as_its_law_says(law: str, spread: float) -> None:
    """Mean 0; the standard deviation is sqrt(2) of a Laplace's scale, a Gaussian's own."""
    found = after(pa.array(np.zeros(20_000)), "noise", law=law, scale=10).to_numpy()

    assert abs(float(found.mean())) < 0.5
    assert abs(float(found.std()) - spread) < 0.5


def test_noise_keeps_types_and_decimals() -> None:
    """Whole numbers stay whole and in range; text keeps its decimals; no number is taken out."""
    small = after(pa.array([255, 0, None], pa.uint8()), "noise", law="laplace", scale=50)
    huge = after(pa.array([2**60, 1]), "noise", law="laplace", scale=1)
    text = after(pa.array(["12.50", "x", None]), "noise", law="gaussian", scale=1)
    exact = after(pa.array([Decimal("12.50")]), "noise", law="gaussian", scale=1)

    assert small.type == pa.uint8()
    assert small.null_count == 1
    assert huge[0].as_py() is None
    assert len(text[0].as_py().partition(".")[2]) == 2
    assert text.to_pylist()[1:] == [None, None]
    assert exact.type == pa.decimal128(4, 2)


PEOPLE = pa.array(["ann", "ann", "bo", None, ""])


@pytest.mark.parametrize(
    "array",
    [
        pa.array([date(2020, 1, 1), date(2020, 1, 11), date(2020, 1, 1), date(2020, 1, 1), None]),
        pa.array([date(2020, 1, 1), date(2020, 1, 11), date(2020, 1, 1), date(2020, 1, 1), None],
                 pa.date64()),
        pa.array([datetime(2020, 1, 1), datetime(2020, 1, 11), datetime(2020, 1, 1),  # noqa: DTZ001
                  datetime(2020, 1, 1), None]),  # noqa: DTZ001
        pa.array([datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 11, tzinfo=UTC),
                  datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC), None],
                 pa.timestamp("ms", "Europe/London")),
        pa.array(["2020-01-01", "2020-01-11", "2020-01-01", "2020-01-01", None]),
        pa.array(["01/01/2020", "11/01/2020", "01/01/2020", "01/01/2020", None]),
    ],
    ids=["date32", "date64", "timestamp", "zoned", "iso", "text"],
)  # fmt: skip
def test_a_shift_keeps_the_intervals_of_a_person(array: pa.Array) -> None:
    """Ten days apart stay ten days apart; whose nobody is moves nowhere and is taken out."""
    found = after(array, "date-shift", PEOPLE, person="p", days=1000)
    days = [_day(one) for one in found.to_pylist()]
    other = after(array, "date-shift", PEOPLE, person="p", days=1000, domain="patients")

    assert found.type == array.type
    assert days[3] is None
    assert days[4] is None
    assert days[0] is not None
    assert days[1] is not None
    assert days[1] - days[0] == timedelta(days=10)
    assert abs(days[0] - date(2020, 1, 1)) <= timedelta(days=1000)
    assert days[2] != days[0]
    assert other.to_pylist() != found.to_pylist()


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        form = "%d/%m/%Y" if "/" in value else "%Y-%m-%d"
        return datetime.strptime(value, form).date()  # noqa: DTZ007
    return value if isinstance(value, date) else None


@pytest.mark.parametrize(
    ("text", "days", "form", "expected"),
    [
        ("2024-02-28", 2, None, "2024-03-01"),
        ("2024-02-28T10:00+01:00", 1, None, "2024-02-29T10:00+01:00"),
        ("1 May 2024", 1, None, "02 May 2024"), ("05/31/2024", 1, "%m/%d/%Y", "06/01/2024"),
        ("soon", 1, None, None), ("9999-12-31", 1, None, None), ("0999-01-01", 1, None, None),
        ("2024-99-01", 1, None, None), ("31/05/2024", 1, "%m/%d/%Y", None),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_written_date_keeps_its_form(
    text: str, days: int, form: str | None, expected: str | None
) -> None:
    """Its time and zone too; what is no date, or leaves the calendar, is taken out."""
    assert shifted(text, days, form) == expected


def test_a_day_beyond_the_calendar_is_taken_out() -> None:
    """Arrow would hold it; nobody could read it."""
    array = pa.array([date(9999, 12, 31)] * 40)
    people = pa.array([str(number) for number in range(40)])

    found = after(array, "date-shift", people, person="p", days=30)

    assert 0 < found.null_count < 40


def test_nulls_stay_or_are_hidden_as_the_plan_says() -> None:
    """A hidden null is another text than any value's."""
    array = pa.array(["a", None])

    assert after(array, "redact").to_pylist() == ["[redacted]", None]
    assert after(array, "redact", label="name", nulls="redact").to_pylist() == ["[name]", "[name]"]
    assert after(array, "pseudonym", nulls="redact")[1].as_py() == "[missing]"


def test_what_cannot_be_done_to_a_type_is_refused() -> None:
    """A flag is no number, a number no date."""
    for array, method, options in (
        (pa.array([True]), "noise", {"law": "laplace", "scale": 1}),
        (pa.array([1]), "date-shift", {"person": "p", "days": 1}),
    ):
        with pytest.raises(MalformedError) as refused:
            after(array, method, **options)  # type: ignore[arg-type]
        assert refused.value.code == "mask.type"


def test_an_extension_type_is_read_by_what_it_is_stored_as() -> None:
    """A UUID column joins with its text's bytes."""

    class Wrapped(pa.ExtensionType):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(pa.string(), "test.wrapped")

        def __arrow_ext_serialize__(self) -> bytes:
            return b""

    array = pa.ExtensionArray.from_storage(Wrapped(), pa.array(["a"]))

    assert as_text(array).to_pylist() == ["a"]
    assert by_distinct(array, lambda texts: texts).to_pylist() == ["a"]


KEEP = ColumnRule("a", Rule("keep"))


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (MaskPlan(), "column-unplanned"),
        (MaskPlan(columns=(KEEP,)), "column-unplanned"),
        (MaskPlan(default="keep", columns=(ColumnRule("x", Rule("keep")),)), "column-missing"),
        (MaskPlan(default="keep", rows=RowRule(5, ("x",))), "column-needed"),
        (MaskPlan(default="drop", columns=(KEEP,), rows=RowRule(5, ("b",))), "column-needed"),
        (MaskPlan(default="keep", columns=(
            ColumnRule("a", Rule("date-shift", {"person": "x", "days": 1})),)), "column-needed"),
        (MaskPlan(default="keep", columns=(
            ColumnRule("a", Rule("suppress", {"among": ("a", "x"), "smaller_than": 2})),)),
         "column-needed"),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_plan_that_does_not_fit_the_dataset_is_refused(plan: MaskPlan, code: str) -> None:
    """Never guessed: a column that nobody planned is an error unless a default is said."""
    with pytest.raises(MalformedError) as refused:
        rules_for(plan, ["a", "b"])

    assert refused.value.code == f"mask.{code}"


def test_the_default_is_for_every_column_that_is_not_named() -> None:
    """In the dataset's order."""
    found = rules_for(
        MaskPlan(default="drop", columns=(ColumnRule("b", Rule("keep")),)), ["a", "b"]
    )

    assert [(one.name, one.rule.method) for one in found] == [("a", "drop"), ("b", "keep")]
