"""What a purpose does not need of a dataset, and the dataset without it."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from sunlit.base.errors import SunlitError
from sunlit.claims.base import read_claim
from sunlit.claims.privacy import Minimisation
from sunlit.claims.provenance import BuildDefinition, Builder, Provenance, RunDetails
from sunlit.producers.data.minimise import Minimised, minimise
from sunlit.producers.data.minimise_used import (
    Used,
    used_by_model,
    used_by_pipeline,
    used_by_provenance,
)
from sunlit.producers.data.source import open_source
from sunlit.statement.intoto import Statement, Subject

AT: Final = datetime(2026, 3, 1, 9, tzinfo=UTC)
EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "benefits-outreach"
TRAIN: Final = EXAMPLE / "data" / "acs-public-coverage-2018-train.parquet"
PURPOSE: Final = "Put addresses in order for outreach letters"


def needed(
    place: Path,
    *used: str,
    keep: dict[str, str] | None = None,
    **how: Any,  # noqa: ANN401
) -> Minimised:
    """Minimise for columns that are declared to be used."""
    declared = how.pop("by", Used(columns=used, used_by="declared"))
    purpose = how.pop("purpose", PURPOSE)
    with open_source(str(place)) as source:
        return minimise(source, declared, purpose=purpose, keep=keep or {}, at=AT, **how)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a CSV file as people write them."""
    (tmp_path / "cases.csv").write_text(
        'id,home town,age,notes\n007,"Ely, Cambs",41,\n008,,39,"two\nlines"\n'
    )
    return tmp_path / "cases.csv"


def test_the_example_needs_thirteen_columns_and_its_target(tmp_path: Path) -> None:
    """Five columns go, sex and race among them; the target stays for a reason."""
    done = needed(
        TRAIN, by=used_by_model(EXAMPLE / "model.txt"), keep={"PUBCOV": "the target of training"},
        out=tmp_path / "needed.parquet",
    )  # fmt: skip

    table = parquet.read_table(tmp_path / "needed.parquet")
    assert table.num_rows == 15_000
    assert table.num_columns == 14
    assert table.column("AGEP").equals(parquet.read_table(TRAIN).column("AGEP"))
    claim = done.claim
    assert claim is not None
    assert claim.dropped == ("RAC1P", "SEX", "ANC", "NATIVITY", "CIT")
    assert claim.kept == ("PUBCOV: the target of training",)
    assert claim.used_by == "model"
    assert claim.model is not None
    assert claim.model.digest["sha256"] == sha256((EXAMPLE / "model.txt").read_bytes()).hexdigest()


def test_the_claim_is_about_what_came_out(place: Path) -> None:
    """It names what went in, and survives being written."""
    done = needed(place, "age", out=place.parent / "out.csv")
    out = place.parent / "out.csv"

    assert done.subject is not None
    assert done.claim is not None
    assert done.subject.digest["sha256"] == sha256(out.read_bytes()).hexdigest()
    assert done.claim.source.digest["sha256"] == sha256(place.read_bytes()).hexdigest()
    assert read_claim(Minimisation.TYPE, done.claim.to_predicate()) == done.claim
    assert done.detail["source"]["rows"] == done.detail["output"]["rows"] == 2
    json.dumps(done.detail)


def test_values_stay_as_they_were_written(place: Path) -> None:
    """Zeros in front, commas and line ends within; the order of columns too."""
    needed(place, "notes", "home town", "id", out=place.parent / "out.csv")

    back = csv.read_csv(
        place.parent / "out.csv",
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(column_types={"id": pa.string()}),
    )
    assert back.column_names == ["id", "home town", "notes"]
    assert back.column("id").to_pylist() == ["007", "008"]
    assert back.column("home town").to_pylist()[0] == "Ely, Cambs"
    assert back.column("notes").to_pylist()[1] == "two\nlines"


def test_without_out_nothing_is_written_and_nothing_claimed(place: Path) -> None:
    """There is nothing that a claim could be about."""
    done = needed(place, "age")

    assert (done.claim, done.subject, done.detail["output"]) == (None, None, None)
    assert done.detail["text"].startswith("1 of 4 columns is used, 0 more are kept, 3 can")
    assert [one["state"] for one in done.detail["columns"]] == [
        "dropped", "dropped", "used", "dropped"
    ]  # fmt: skip
    assert list(place.parent.iterdir()) == [place]


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    """An empty file is a dataset too."""
    parquet.write_table(pa.table({"a": pa.array([], pa.int64()), "b": []}), tmp_path / "in.parquet")

    needed(tmp_path / "in.parquet", "a", out=tmp_path / "out.parquet")

    assert parquet.read_table(tmp_path / "out.parquet").column_names == ["a"]


def test_white_space_in_a_name_is_found_again(place: Path) -> None:
    """LightGBM writes `home_town`; two columns that would be the same are neither."""
    done = needed(place, "home_town")
    assert done.detail["columns"][1]["state"] == "used"

    place.write_text("a b,a\tb\n1,2\n")
    with pytest.raises(SunlitError, match=r"lacks columns"):
        needed(place, "a_b")


@pytest.mark.parametrize(
    ("used", "how", "code"),
    [
        ((), {}, "minimise.nothing-used"),
        (("agee",), {}, "minimise.not-there"),
        (("age",), {"keep": {"id": " "}}, "minimise.kept"),
        (("age",), {"keep": {"idd": "why not"}}, "minimise.kept"),
        (("age",), {"keep": {"id": "x" * 300}}, "minimise.kept"),
        (("age",), {"purpose": "  "}, "minimise.purpose"),
        (("age",), {"purpose": "x" * 2000}, "minimise.purpose"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    place: Path, used: tuple[str, ...], how: dict[str, Any], code: str
) -> None:
    """And nothing is written."""
    with pytest.raises(SunlitError) as caught:
        needed(place, *used, out=place.parent / "out.csv", **how)

    assert caught.value.code == code
    assert not (place.parent / "out.csv").exists()


def test_text_has_no_columns_to_drop(tmp_path: Path) -> None:
    """It is masked instead."""
    (tmp_path / "note.txt").write_text("Seen today.")

    with pytest.raises(SunlitError) as caught:
        needed(tmp_path / "note.txt", "text")

    assert caught.value.code == "minimise.nothing-used"


def test_nothing_is_overwritten_unless_asked(place: Path) -> None:
    """The dataset itself least of all."""
    with pytest.raises(SunlitError, match=r"exists"):
        needed(place, "age", out=place)

    done = needed(place, "age", out=place, overwrite=True)
    assert done.claim is not None
    assert place.read_text() == "age\n41\n39\n"


PIPELINES: Final = {
    "p.json": '{"model": {"Features": ["age", "id", "age"]}}',
    "p.toml": 'name = "x"\n[steps]\nfeature_names = ["age", "id"]\n',
    "p.yaml": "inputs:\n- age\n- id\n",
    "p.yml": "columns: [age, id]",
    "p.py": "import os\nCOLUMNS = os.listdir()\nx: int\nFEATURES: tuple = ('age', 'id')\n1/0\n",
}


@pytest.mark.parametrize("name", sorted(PIPELINES))
def test_a_pipeline_s_list_is_read_and_nothing_is_run(tmp_path: Path, name: str) -> None:
    """In each form that lists are kept in; a Python file is parsed only."""
    (tmp_path / name).write_text(PIPELINES[name])

    found = used_by_pipeline(tmp_path / name)

    assert found.columns == ("age", "id")
    assert found.used_by == "pipeline"
    assert found.file is not None
    assert found.file.name == name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", "{"),
        ("p.json", "[1]"),
        ("p.json", '{"features": [1]}'),
        ("p.json", '{"features": []}'),
        ("p.toml", "features = "),
        ("p.yaml", "a: [b"),
        ("p.yaml", "features: !!python/object:os.system {}"),
        ("p.py", "def"),
        ("p.py", "FEATURES = [x for x in y]"),
        ("p.json", "\xff\xfe"),
        ("p.json", '{"a":' * 20 + "{}" + "}" * 20),
    ],
)
def test_what_lists_nothing_is_refused(tmp_path: Path, name: str, content: str) -> None:
    """With what would be read."""
    (tmp_path / name).write_bytes(content.encode("latin-1"))

    with pytest.raises(SunlitError) as caught:
        used_by_pipeline(tmp_path / name)

    assert caught.value.code == "minimise.bad-list"


def test_a_list_that_is_not_there_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one that is far too large."""
    with pytest.raises(SunlitError) as caught:
        used_by_pipeline(tmp_path / "none.json")
    assert caught.value.code == "minimise.unreadable"

    (tmp_path / "p.json").write_text('{"features": ["age"]}')
    monkeypatch.setattr("sunlit.producers.data.minimise_used.MAX_LIST", 5)
    with pytest.raises(SunlitError, match=r"cannot read"):
        used_by_pipeline(tmp_path / "p.json")


def test_provenance_that_lists_features_says_what_was_used(tmp_path: Path) -> None:
    """Among the parameters of the run; one that lists none says nothing."""
    path = tmp_path / "run.intoto.jsonl"

    def write(parameters: dict[str, object]) -> None:
        claim = Provenance(
            build_definition=BuildDefinition(build_type="t", external_parameters=parameters),
            run_details=RunDetails(builder=Builder(id="b")),
        )
        subject = Subject("model.txt", {"sha256": "ab" * 32})
        statement = Statement((subject,), Provenance.TYPE, claim.to_predicate())
        path.write_bytes(statement.to_payload() + b"\n\n")

    write({"config": {"features": ["age"]}})
    found = used_by_provenance(path)
    assert (found.columns, found.used_by) == (("age",), "provenance")

    write({"command": ["python"]})
    with pytest.raises(SunlitError) as caught:
        used_by_provenance(path)
    assert caught.value.code == "minimise.bad-list"


def test_identifiers_are_named_among_what_can_go(tmp_path: Path) -> None:
    """By the column's name, as the scan knows it."""
    (tmp_path / "p.csv").write_text("email,ethnicity,age\na@b.example,x,41\n")

    done = needed(tmp_path / "p.csv", "age")

    assert done.detail["text"].endswith("2 can be dropped, among them email, ethnicity.")
    kinds = {one["column"]: one["kinds"] for one in done.detail["columns"]}
    assert kinds["email"][0] == {"kind": "email", "category": "contact"}
    assert kinds["ethnicity"][0]["category"] == "special-category"
