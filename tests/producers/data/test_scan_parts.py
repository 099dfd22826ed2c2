"""The parts of a scan: intervals, shapes, what a column is judged to hold, what was missed."""

from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.producers.data import scan_decide, scan_look
from sunlit.producers.data.scan_decide import Judged, judge
from sunlit.producers.data.scan_look import ColumnLook, KindLook, look
from sunlit.producers.data.scan_residual import residual
from sunlit.recognise.columns import Named
from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import Recogniser, Recognisers

# Three kinds of our own, so that these tests do not hang on the shipped ones.
MAIL = Recogniser(
    id="email", kind="email", title="E-mail", category="contact", region="any", source="test",
    patterns=(r"[a-z0-9]{1,20}@[a-z]{1,20}\.[a-z]{2,5}",), alone=0.9, with_context=0.95,
)  # fmt: skip
NUMBER = Recogniser(
    id="case-number", kind="case-number", title="Case", category="identifier", region="any",
    source="test", patterns=(r"7\d{9}",), alone=0.8, with_context=0.9,
)  # fmt: skip
KEY = Recogniser(
    id="secret", kind="secret", title="Key", category="secret", region="any", source="test",
    patterns=(r"key-[a-z]{4}",), alone=0.9, with_context=0.9,
)  # fmt: skip
ENGINE = Engine(Recognisers((NUMBER, MAIL, KEY)))
FORMS = {"email", "case-number"}
NAMES = {
    "email": ("email", "contact"),
    "surname": ("person", "person"),
    "medical_notes": ("health", "special-category"),
    "address": ("address", "location"),
}
PROSE = "she called again about the letter that came on monday and was very upset"


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_values(values: list[str]) -> tuple[Named, ...]:
        found = Named(
            kind="religion", title="Religion", category="special-category", ground="values",
            source="test",
        )  # fmt: skip
        return (found,) if {"buddhist", "hindu"} <= set(values) else ()

    monkeypatch.setattr(scan_decide, "value_kinds", by_values)


def named(column: str) -> tuple[Named, ...]:
    return tuple(
        Named(kind=kind, title=kind, category=category, ground="name", source="test")
        for name, (kind, category) in NAMES.items() if name == column
    )  # fmt: skip


def looked(name: str, *batches: Sequence[str | None]) -> ColumnLook:
    column = ColumnLook(name, "VARCHAR")
    for values in batches:
        look(column, pa.array(values, pa.string()), ENGINE)
    return column


def judged(name: str, values: Sequence[str | None]) -> Judged:
    return judge(looked(name, values), named(name), FORMS)


def test_a_column_of_one_kind_is_labelled() -> None:
    """Half of the values are enough; nulls do not count, equal values count each time."""
    values = [*["a1@x.org"] * 30, *["b2@x.org"] * 30, *["none"] * 40, *[None] * 100]

    (find,) = judged("contact", values).finds

    assert (find.kind, find.label, find.by) == ("email", True, "values")
    assert (find.hits, find.rows, find.rate) == (60, 100, 0.6)
    assert find.shapes == ("aa@a.aaa".replace("aa@", "a9@"),)
    assert 0.49 < find.interval[0] < 0.6 < find.interval[1] < 0.71


def test_a_name_that_agrees_makes_surer_and_needs_fewer() -> None:
    """A tenth of the values is enough then, and the claim says both."""
    values = ["a1@x.org"] * 12 + ["unknown"] * 88
    (plain,) = judged("contact", values).finds
    (agreed,) = judged("email", values).finds

    assert (plain.label, plain.by) == (False, "values")
    assert (agreed.label, agreed.by) == (True, "both")
    assert agreed.confidence > plain.confidence


def test_a_name_alone_labels_what_has_no_form() -> None:
    """A surname looks like nothing else; that the share was not measured is said."""
    (find,) = judged("surname", ["Smith", "Khan"] * 50).finds

    assert (find.kind, find.by, find.label) == ("person", "name", True)
    assert (find.rate, find.interval) == (0.0, (0.0, 1.0))


def test_a_name_is_not_believed_against_the_values() -> None:
    """Values of another form, or masked ones, take the label away, and a note says so."""
    other = judged("email", ["yes", "no"] * 50)
    masked = judged("surname", ["bcdfghjkbcdfghjkbcdf", "[person]", "ddcfghjkbcdfghjkbcdf"] * 20)
    few = judged("email", ["yes", "no"])

    assert not other.finds
    assert "another form" in other.notes[0]
    assert not masked.finds
    assert "masked" in masked.notes[0]
    assert [one.by for one in few.finds] == ["name"]


def test_an_empty_column_is_what_its_name_says() -> None:
    """Nothing speaks against it."""
    (find,) = judged("email", [None, None]).finds

    assert (find.by, find.rows, find.hits) == ("name", 0, 0)


def test_numbers_that_fit_by_chance_are_not_believed() -> None:
    """One in ten numbers passes; were they identifiers, most would."""
    values: list[str | None] = [str(10**9 * (number % 10) + number) for number in range(2000)]
    result = judged("amount", values)

    assert not result.finds
    assert "chance" in result.notes[0]
    assert judged("amount", [f"7{number:09d}" for number in range(2000)]).label


def test_lists_of_values_are_known() -> None:
    """Religions are religions whatever the column is called."""
    find = judged("q14", ["buddhist", "hindu", "none"] * 20).label

    assert find is not None
    assert (find.kind, find.category, find.by) == ("religion", "special-category", "values")


def test_a_column_has_one_label() -> None:
    """What the values say counts more than the name."""
    result = judged("surname", ["a1@x.org", "a2@x.org"] * 30)

    assert [one.kind for one in result.finds if one.label] == ["email"]
    assert {one.kind for one in result.finds} == {"email", "person"}


def test_prose_is_free_text_and_holds_finds() -> None:
    """Words, and rarely the same twice; a find in it is no label."""
    values: list[str | None] = [f"{PROSE} {number} mail a{number}@x.org" for number in range(50)]
    result = judged("notes", values)

    assert result.is_prose
    assert result.label is None
    assert [(one.kind, one.hits) for one in result.finds] == [("email", 50)]
    assert not judged("answer", [PROSE, "no"] * 500).is_prose
    assert judged("answer", [PROSE]).is_prose


def test_shapes_of_few_and_of_secrets_are_not_shown() -> None:
    """A shape of one's own may tell who one is, and a key's form what it opens."""
    (few,) = judged("x", ["a@x.org"] * 4 + ["bb@x.org"] * 4).finds
    (key,) = judged("x", [f"key-{a}{b}ab" for a in "abcdef" for b in "abcdef"]).finds

    assert few.shapes == ()
    assert key.shapes == ()


def test_of_a_long_column_no_rare_identifier_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key among 60,000 values that look like it in no way, however they come, is counted."""
    monkeypatch.setattr(scan_look, "FIRST", 500)
    values: list[str | None] = [f"no {number:09d}" for number in range(60_000)]
    values[41_234] = "no key-abcd"
    values[52_345] = "it is a@x.org"
    column = looked("c", values[:1000], values[1000:30_000], values[30_000:])

    assert column.looked == column.values == 60_000
    assert {kind: one.values for kind, one in column.tallied().items()} == {
        "secret": 1, "email": 1,
    }  # fmt: skip
    assert not column.drawn


@pytest.mark.parametrize("begins", [500, 20_000, 41_000])
def test_of_frequent_kinds_some_are_checked_and_others_stay_exact(
    monkeypatch: pytest.MonkeyPatch, begins: int
) -> None:
    """The estimate's interval holds the truth, data that come in turns or late included."""
    monkeypatch.setattr(scan_look, "FIRST", 500)
    values = [
        f"a{number}@x.org" if number >= begins and number % 2 else f"no {number:09d}"
        for number in range(60_000)
    ]
    values[50_000] = "no key-abcd"
    column = looked("c", *(values[at : at + 10_000] for at in range(0, 60_000, 10_000)))
    find = {one.kind: one for one in judge(column, (), FORMS).finds}

    assert find["secret"].hits == 1
    assert find["secret"].rows == find["email"].rows == 60_000
    low, high = find["email"].interval
    true = sum("@" in one for one in values) / 60_000
    assert low <= true <= high
    assert low < find["email"].rate < high < 1.1 * true
    assert column.drawn["email"].looked < 0.03 * column.drawn["email"].rows


def nothing_dense(*_: object) -> frozenset[int]:
    return frozenset()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(["key-abcd", "a@x.org", "no", None]), max_size=60), st.data())
def test_how_a_column_is_batched_changes_no_count(
    values: list[str | None], data: st.DataObject
) -> None:
    """Counts of what is not frequent are those of every value."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(values)), max_size=4)))
    edges = zip([0, *cuts], [*cuts, len(values)], strict=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_look, "FIRST", 3)
        patch.setattr(scan_look, "dense_patterns", nothing_dense)
        column = looked("c", *(values[first:last] for first, last in edges))

    assert column.kinds.get("secret", KindLook("")).values == values.count("key-abcd")
    assert column.kinds.get("email", KindLook("")).whole == values.count("a@x.org")


def test_the_residual_grows_with_finds_and_never_with_looking() -> None:
    """Finds stand for what was missed; nothing found in many texts leaves little."""
    none = residual({}, 10_000)
    few = residual({}, 10)
    some = residual({"email": 100}, 1000)
    more = residual({"email": 900}, 1000)

    assert none is not None
    assert few is not None
    assert some is not None
    assert more is not None
    assert none.estimate == few.estimate == 0
    assert none.high < few.high
    assert some.estimate < more.estimate < more.high <= 1
    assert residual({"email": 1}, 0) is None


@given(st.dictionaries(st.sampled_from(["email", "phone", "person", "odd"]), st.integers(0, 500)))
def test_the_residual_is_a_share(hits: dict[str, int]) -> None:
    """Whatever was found, and the upper end lies above."""
    found = residual(hits, 500)

    assert found is not None
    assert 0 <= found.estimate <= found.high <= 1


def test_prose_stays_prose_whatever_it_is_about() -> None:
    """A name may say that notes are about health; only what is wordy by nature is no prose."""
    values = [f"{PROSE} {number}" for number in range(30)]
    notes, home = judged("medical_notes", values), judged("address", values)

    assert notes.is_prose
    assert notes.label is not None
    assert notes.label.kind == "health"
    assert not home.is_prose


def test_blank_values_are_no_values() -> None:
    """A column that is mostly blank is judged by what stands in it."""
    column = looked("contact", ["", "  ", None] * 30 + ["a1@x.org"] * 10, [" "])

    assert (column.values, column.nulls, column.looked) == (10, 91, 10)
    assert judge(column, (), FORMS).label is not None


def test_lists_of_json_are_not_taken_for_masked_values() -> None:
    """Only marks of words in brackets are."""
    assert looked("x", ['["a", "b1"]'] * 30).masked == 0
    assert looked("x", ["[person]", "[REDACTED]", "***"] * 30).masked == 90
