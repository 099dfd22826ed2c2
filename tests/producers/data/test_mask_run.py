"""A dataset masked: every form, every trap of a form, a second look, and nothing half-written."""

import csv
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sunlit.base.errors import SunlitError
from sunlit.claims.privacy import Mask
from sunlit.producers.data import mask_write
from sunlit.producers.data.mask import MaskedData, Masking, mask
from sunlit.producers.data.mask_rescan import Second, expect_none
from sunlit.producers.data.mask_trial import trial
from sunlit.producers.data.source import open_source
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.plan import ColumnRule, MaskPlan, RowRule, Rule
from sunlit.recognise.plan_methods import Value
from sunlit.recognise.recognisers import shipped

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = MaskKey(b"k" * 32)
RECOGNISERS = shipped()


def column(name: str, method: str, *kinds: str, **options: Value) -> ColumnRule:
    return ColumnRule(name, Rule(method, options), kinds)


def masked(place: Path, out: Path, *columns: ColumnRule, **more: Any) -> MaskedData:  # noqa: ANN401
    """Mask a place after a plan of these columns; what is not named is kept."""
    replace = more.pop("replace_out", False)
    plan = MaskPlan(**{"default": "keep", "columns": columns, **more})
    masking = Masking(plan=plan, recognisers=RECOGNISERS, key=KEY)
    with open_source(str(place)) as source:
        return mask(source, masking, out=out, at=AT, replace_out=replace)


def table(folder: Path, *rows: list[str], name: str = "in.csv") -> Path:
    """Write a CSV file."""
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


TRAPS = [
    "=1+1", "+44", "-x", "@a", 'say "so"', "two\nlines", "a,b", " around ", "007", "NULL", "é",
    "e\u0301", "'", "\ufeff", "\t",
]  # fmt: skip


def test_what_is_kept_stays_character_for_character(tmp_path: Path) -> None:
    """Formulas, quotes, newlines, spaces, zeros in front, both forms of an accent."""
    place = table(tmp_path, ["x", "secret"], *([one, "s"] for one in TRAPS))
    out = tmp_path / "out.csv"

    made = masked(place, out, column("secret", "drop"))

    assert read(out) == [["x"], *([one] for one in TRAPS)]
    assert made.detail["columns"][1]["type_after"] is None
    assert made.detail["rows_out"] == len(TRAPS)


def test_a_null_and_an_empty_text_stay_apart(tmp_path: Path) -> None:
    """Nothing between delimiters is null; two quotes are an empty text; both read back so."""
    place = tmp_path / "in.csv"
    place.write_bytes(b'a,b\n,1\n"",2\nx,3\n')
    out = tmp_path / "out.csv"

    masked(place, out, column("a", "pseudonym"))

    lines = out.read_bytes().splitlines()
    assert lines[1:3] == [b",1", b'"",2']
    with open_source(str(out)) as source:
        (batch,) = source.batches()
    assert batch.column("a").to_pylist()[:2] == [None, ""]


def test_one_value_has_one_pseudonym_across_tables_and_prose(tmp_path: Path) -> None:
    """And another key gives another; the claim tells keys apart and holds no value."""
    rule = column("mail", "pseudonym", "email", domain="email")
    first = table(tmp_path, ["mail"], ["jan@example.org"], ["an@example.org"])
    second = table(tmp_path, ["mail", "note"], ["jan@example.org", "Ask jan@example.org."],
                   name="other.csv")  # fmt: skip
    out, other = tmp_path / "a.csv", tmp_path / "b.csv"

    masked(first, out, rule)
    made = masked(second, other, rule, column("note", "text"), text={"email": Rule("pseudonym")})

    pseudonym = read(out)[1][0]
    assert read(other)[1] == [pseudonym, f"Ask [email-{pseudonym[:12]}]."]
    assert made.claim.key_id == KEY.id
    assert made.detail["columns"][1]["finds"] == {"email": 1}
    document = json.dumps([made.detail, made.claim.to_predicate()], default=str)
    assert "jan@" not in document
    assert Mask.from_predicate(made.claim.to_predicate()) == made.claim


def test_the_claim_names_what_came_in_the_plan_and_what_came_out(tmp_path: Path) -> None:
    """By digest; and the same run gives the same bytes."""
    place = table(tmp_path, ["a"], ["1"], ["2"])
    one = masked(place, tmp_path / "a.csv", column("a", "redact"))
    two = masked(place, tmp_path / "b.csv", column("a", "redact"))
    with open_source(str(place)) as before, open_source(str(tmp_path / "a.csv")) as after:
        assert one.claim.source.digest == before.digest
        assert one.digest == after.digest
    assert one.digest == two.digest
    assert one.claim.plan.digest == {"sha256": one.detail["plan"]}
    assert one.claim.key_id is None
    assert [(c.column, c.method, c.changed) for c in one.claim.columns] == [("a", "redact", 2)]
    assert one.detail["made_for_this"] is None


def test_parquet_keeps_types_and_masks_nested_leaves(tmp_path: Path) -> None:
    """A struct's field by its dotted name; zones, decimals and categories; a list as JSON text."""
    place, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    times = pa.array([datetime(2026, 1, 2, 3, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({
        "who": pa.array([{"mail": "jan@example.org", "age": 40}, {"mail": None, "age": 7}]),
        "tags": pa.array([["ring jan@example.org"], []]),
        "city": pa.array(["Ede", "Ede"]).dictionary_encode(),
        "at": times, "born": pa.array([date(1980, 5, 17)] * 2),
    }), place)  # fmt: skip

    made = masked(place, out, column("who.mail", "pseudonym", "email"), column("tags", "text"),
                  column("who.age", "generalise", by="bands", width=10),
                  column("born", "generalise", by="date", to="year"))  # fmt: skip

    found = pq.read_table(out)
    assert found.schema.field("at").type == pa.timestamp("us", "UTC")
    assert found["who.age"].to_pylist() == ["40 to under 50", "0 to under 10"]
    assert found["who.mail"].null_count == 1
    assert found["tags"].to_pylist() == ['["ring [email]"]', "[]"]
    assert found["born"].to_pylist() == ["1980", "1980"]
    assert found["city"].to_pylist() == ["Ede", "Ede"]
    types = {
        one["column"]: (one["type_before"], one["type_after"]) for one in made.detail["columns"]
    }
    assert types["who.age"] == ("int64", "string")


def test_jsonl_and_a_change_of_form(tmp_path: Path) -> None:
    """The name of what is written says its form. Values of JSONL are read as text, and stay it."""
    place = tmp_path / "in.jsonl"
    place.write_text('{"a": "jan@example.org", "n": 1}\n{"a": null, "n": 2}\n', encoding="utf-8")

    masked(place, tmp_path / "out.jsonl", column("a", "redact", "email"))
    masked(place, tmp_path / "out.csv", column("a", "redact", "email"))

    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"a": "[email]", "n": "1"}, {"a": None, "n": "2"},
    ]  # fmt: skip
    assert read(tmp_path / "out.csv") == [["a", "n"], ["[email]", "1"], ["", "2"]]


def test_a_folder_of_text_becomes_a_folder_of_text(tmp_path: Path) -> None:
    """The same names, the same text but for what was found; the claim is about text."""
    notes = tmp_path / "notes"
    (notes / "b").mkdir(parents=True)
    (notes / "a.txt").write_bytes(b"Write to jan@example.org\r\nor not")
    (notes / "b" / "c.txt").write_bytes(b"")

    made = masked(notes, tmp_path / "out")

    assert (tmp_path / "out" / "a.txt").read_bytes() == b"Write to [email]\r\nor not"
    assert (tmp_path / "out" / "b" / "c.txt").read_bytes() == b""
    assert [one.column for one in made.claim.columns] == [None]
    masked(notes, tmp_path / "out", replace_out=True)
    assert (tmp_path / "out" / "a.txt").is_file()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["notes", "out"]


def test_rows_in_a_small_class_go(tmp_path: Path) -> None:
    """Classes are of values as masked, over all rows; a null is a value."""
    rows = [["21", "x"], ["25", "y"], ["29", "z"], ["31", "u"], ["", "v"]]
    place, out = table(tmp_path, ["age", "k"], *rows), tmp_path / "out.csv"
    bands = column("age", "generalise", by="bands", width=10)

    made = masked(place, out, bands, rows=RowRule(3, ("age",)))

    assert [one[1] for one in read(out)[1:]] == ["x", "y", "z"]
    assert made.detail["classes_too_small"] == 2
    assert (made.claim.rows_in, made.claim.rows_out) == (5, 3)


def test_cells_are_suppressed_where_too_few_share_them(tmp_path: Path) -> None:
    """By the column itself, by several, or all of them."""
    rows = [["a", "1", "s"], ["a", "1", "s"], ["b", "1", "s"], ["a", "2", "s"]]
    place, out = table(tmp_path, ["x", "y", "z"], *rows), tmp_path / "out.csv"

    masked(place, out, column("x", "suppress", smaller_than=2), column("z", "suppress"),
           column("y", "suppress", smaller_than=2, among=("x", "y")))  # fmt: skip

    assert read(out)[1:] == [["a", "1", ""], ["a", "1", ""], ["", "", ""], ["a", "", ""]]


def test_pseudonyms_that_meet_are_counted(tmp_path: Path) -> None:
    """Ten digits kept in shape for a hundred values of one digit more must meet; letters do not."""
    place = table(tmp_path, ["n", "m"], *([str(n), str(n)] for n in range(100)))

    made = masked(place, tmp_path / "out.csv", column("n", "pseudonym", format="kept"),
                  column("m", "pseudonym", length=8))  # fmt: skip

    letters, kept = made.detail["collisions"]
    rows = read(tmp_path / "out.csv")[1:]
    assert (letters["domain"], letters["collisions"], letters["meet_values"]) == ("m", 0, 0)
    assert kept["collisions"] == 100 - len({one[0] for one in rows}) > 0
    assert kept["meet_values"] == len({one[0] for one in rows} & {str(n) for n in range(100)}) > 0
    assert kept["values"] == 100


def test_a_survivor_fails_the_run_and_nothing_is_written(tmp_path: Path) -> None:
    """Here the plan forgot a column: the error has column, kind, count and rows, and no value."""
    place = table(tmp_path, ["mail", "other"], ["an@example.org", "none"],
                  ["jan@example.org", "jan@example.org"])  # fmt: skip

    with pytest.raises(SunlitError) as failed:
        masked(place, tmp_path / "out.csv", column("mail", "redact", "email"))

    assert failed.value.code == "mask.survivors"
    assert failed.value.exit_code == 1
    assert failed.value.got == '1 of email in column "other" (row 2)'
    assert "jan" not in str(failed.value.to_json())
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


def test_what_the_plan_keeps_by_name_and_kind_is_listed(tmp_path: Path) -> None:
    """It was decided; the report says how many rows."""
    place = table(tmp_path, ["mail", "office"], ["an@example.org", "info@example.org"])

    made = masked(place, tmp_path / "out.csv", column("mail", "redact", "email"),
                  column("office", "keep", "email"))  # fmt: skip

    assert made.detail["second_look"] == {
        "kinds": ["email"], "survivors": 0,
        "kept": [{"column": "office", "kind": "email", "rows": 1}],
    }  # fmt: skip


def test_two_survivors_are_told_by_the_worst(tmp_path: Path) -> None:
    """And that there are more; a coarser value that is still one is a survivor too."""
    lines = [["jan@example.org", "x@example.org", f"{n}"] for n in range(3)]
    place = table(tmp_path, ["a", "b", "c"], *lines)

    with pytest.raises(SunlitError) as failed:
        masked(place, tmp_path / "out.csv", column("a", "generalise", by="prefix", length=14),
               column("b", "clip", "email", low=1), column("c", "redact", "email"))  # fmt: skip

    assert failed.value.code == "mask.survivors"


@pytest.mark.parametrize("name", ["in.csv", "out.txt", "out", "sub/../in.csv"])
def test_a_place_that_is_the_input_or_of_no_form_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is overwritten that is read, whatever its path is written as."""
    place = table(tmp_path, ["a"], ["1"])
    (tmp_path / "sub").mkdir()
    before = place.read_bytes()
    with pytest.raises(SunlitError) as refused:
        masked(place, tmp_path / name, column("a", "redact"), replace_out=True)

    assert refused.value.code in {"data.out-in-input", "data.out-form"}
    assert place.read_bytes() == before


def test_a_place_inside_of_the_dataset_is_refused(tmp_path: Path) -> None:
    """A folder that gets a file more is another dataset; beside a glob it is none of it."""
    data = tmp_path / "data"
    data.mkdir()
    table(data, ["a"], ["1"], name="one.csv")
    with pytest.raises(SunlitError) as refused:
        masked(data, data / "two.csv", column("a", "redact"))
    with pytest.raises(SunlitError) as around:
        masked(data / "one.csv", tmp_path / "data", column("a", "redact"))
    masked(data / "one*.csv", data / "two.csv", column("a", "redact"))

    assert refused.value.code == "data.out-in-input"
    assert around.value.code in {"data.out-in-input", "data.out-exists"}
    assert (data / "two.csv").is_file()


def test_what_lies_there_is_replaced_only_on_request(tmp_path: Path) -> None:
    """A dangling link is something too."""
    place, out = table(tmp_path, ["a"], ["1"]), tmp_path / "out.csv"
    out.symlink_to(tmp_path / "nowhere")
    with pytest.raises(SunlitError) as refused:
        masked(place, out, column("a", "redact"))
    masked(place, out, column("a", "redact"), replace_out=True)

    assert refused.value.code == "data.out-exists"
    assert read(out) == [["a"], ["[redacted]"]]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """It says where, and that nothing was put there."""
    place = table(tmp_path, ["a"], ["1"])
    with pytest.raises(SunlitError) as refused:
        masked(place, tmp_path / "no" / "out.csv", column("a", "redact"))

    assert refused.value.code == "data.out-unwritable"


STEPS = ["open", "fsync", "rename"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("form", ["out.csv", "out.parquet", "out.jsonl"])
def test_an_error_at_any_step_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, form: str
) -> None:
    """What lay there lies there still, and no temporary file is left."""
    place, out = table(tmp_path, ["a"], ["1"]), tmp_path / form
    out.write_bytes(b"before")
    fail_at(monkeypatch, step)

    with pytest.raises(SunlitError) as failed:
        masked(place, out, column("a", "redact"), replace_out=True)

    assert failed.value.code == "data.out-unwritable"
    assert out.read_bytes() == b"before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["in.csv", form]


def fail_at(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Let the disk be full at one step."""

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "rename":
        monkeypatch.setattr(Path, "rename", full)
    elif step == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(mask_write, "_copy", full)
        monkeypatch.setattr(pq, "ParquetWriter", full)


def test_an_input_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """The error is the reader's own, not the writer's."""
    place, out = table(tmp_path, ["a", "b"], ["1", "2"]), tmp_path / "out.csv"
    with place.open("ab") as file:
        file.write(b"1,2\n" * 70_000 + b"3,\xff\n")

    with pytest.raises(SunlitError) as failed:
        masked(place, out, column("a", "redact"))

    assert failed.value.code == "data.encoding"
    assert not out.exists()


def test_a_crash_leaves_the_hidden_folder_only(tmp_path: Path) -> None:
    """A process that is killed before the rename has put nothing in the place."""
    place, out = table(tmp_path, ["a"], ["1"]), tmp_path / "out.csv"
    child = os.fork()
    if child == 0:  # pragma: no cover - it dies before it could say so
        Path.rename = lambda *_args: os._exit(9)  # type: ignore[method-assign]
        masked(place, out, column("a", "redact"))
        os._exit(0)
    _, status = os.waitpid(child, 0)

    left = sorted(one.name for one in tmp_path.iterdir())
    assert os.waitstatus_to_exitcode(status) == 9
    assert left[0].startswith(".sunlit-write-")
    assert left[1:] == ["in.csv"]


def test_a_plan_of_other_recognisers_is_refused(tmp_path: Path) -> None:
    """Another set may find other things."""
    place = table(tmp_path, ["a"], ["1"])
    with pytest.raises(SunlitError) as refused:
        masked(place, tmp_path / "out.csv", column("a", "redact"), recognisers="0" * 64)
    with open_source(str(place)) as source:
        digest = source.digest["sha256"]
    made = masked(place, tmp_path / "out.csv", column("a", "redact"), dataset=digest,
                  recognisers=RECOGNISERS.digest)  # fmt: skip

    assert refused.value.code == "mask.recognisers"
    assert made.detail["made_for_this"] is True


def test_tables_without_rows_keep_their_columns(tmp_path: Path) -> None:
    """A header is a dataset of no rows; so is an empty Parquet file."""
    place = table(tmp_path, ["a", "b"])
    empty = tmp_path / "in.parquet"
    pq.write_table(pa.table({"a": pa.array([], pa.int32())}), empty)

    made = masked(place, tmp_path / "out.csv", column("a", "pseudonym"))
    masked(empty, tmp_path / "out.parquet", column("a", "generalise", by="bands", width=5))

    assert (tmp_path / "out.csv").read_text(encoding="utf-8").strip() == "a,b"
    assert made.claim.rows_out == 0
    assert pq.read_schema(tmp_path / "out.parquet").field("a").type == pa.string()


def test_a_trial_shows_rows_and_writes_nothing(tmp_path: Path) -> None:
    """Shares of the rows that were looked at, and as many rows as were asked for."""
    place = table(tmp_path, ["a", "b"], ["1", "x"], ["2", "x"], ["soon", "x"])
    plan = MaskPlan(default="keep", columns=(column("a", "round", to=2), column("b", "drop")))
    with open_source(str(place)) as source:
        found = trial(source, Masking(plan=plan, recognisers=RECOGNISERS), rows=2)

    assert [(one.column, round(one.changed, 2), one.unreadable) for one in found.shares] == [
        ("a", 0.67, 1), ("b", 1.0, 0)
    ]  # fmt: skip
    assert found.shown == ((("a", "1", "0"), ("b", "x", None)), (("a", "2", "2"), ("b", "x", None)))
    assert "soon" not in repr(found)
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


def test_progress_is_told(tmp_path: Path) -> None:
    """In rows, of all rows."""
    place, told = table(tmp_path, ["a"], ["1"], ["2"]), list[tuple[int, int]]()
    plan = MaskPlan(default="drop", columns=(column("a", "redact"),))
    with open_source(str(place)) as source:
        mask(source, Masking(plan=plan, recognisers=RECOGNISERS), out=tmp_path / "out.csv", at=AT,
             progress=lambda done, total: told.append((done, total)))  # fmt: skip

    assert told == [(2, 2)]


def test_rows_that_do_not_read_back_are_an_error() -> None:
    """A form that loses a row must not pass for a masked dataset."""
    with pytest.raises(SunlitError) as refused:
        expect_none(Second(2, (), {}, {}), 3)

    assert refused.value.code == "mask.read-back"


def test_a_table_of_one_column_keeps_its_nulls(tmp_path: Path) -> None:
    """Where a null is a line with nothing on it; odd names of columns come through too."""
    place = tmp_path / "in.csv"
    place.write_bytes(b'a\nx\n\n""\nx\n')
    odd = table(tmp_path, ["select", 'a"b', "x,y", " sp ", "c0", "batch"], ["v"] * 6, ["v"] * 6,
                name="odd.csv")  # fmt: skip

    made = masked(place, tmp_path / "out.csv", column("a", "suppress", smaller_than=2))
    masked(odd, tmp_path / "o.csv", column('a"b', "pseudonym"), column("batch", "text"),
           rows=RowRule(2, ('a"b', "select", " sp ")))  # fmt: skip

    assert (tmp_path / "out.csv").read_bytes() == b"a\nx\n\n\nx\n"
    assert made.claim.rows_out == 4
    assert len(read(tmp_path / "o.csv")) == 3
