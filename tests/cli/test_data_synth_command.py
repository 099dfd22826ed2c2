"""`sunlit data synth` and `sunlit data minimise`, as people type them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyarrow import parquet

from sunlit.producers.data import synth_environment
from tests.cli.doors import Door, Ended
from tests.producers.data.synth_tables import FAKE_WORKER, people

Run = Callable[..., Ended]
EXAMPLE = Path(__file__).parents[2] / "examples" / "benefits-outreach"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a dataset, as working directory, and no synth environment."""
    parquet.write_table(people(), tmp_path / "people.parquet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "nowhere"))
    return tmp_path


@pytest.fixture
def made(sunlit: Door) -> Run:
    """Run `sunlit data synth people.parquet ...`."""
    return lambda *words: sunlit("data", "synth", "people.parquet", *words)


def test_rows_are_made_up_and_reported(place: Path, made: Run) -> None:
    """In words: the method and why, use, copies, attacks and a verdict."""
    found = made("--out", "made.csv", "--target", "covered", "--reports", "reports")

    assert found.code == 0, found.out + found.err
    assert "Method: copula, because there is no synth environment" in found.err
    for word in ("Made: made.csv, 400 rows", "Guarantee: No differential privacy", "Use: pairs",
                 "a model for covered (auc)", "Copies: ", "Attacks: not attacked", "Verdict: Not",
                 "Report: reports/synth.json"):  # fmt: skip
        assert word in found.out
    report = json.loads((place / "reports" / "synth.json").read_text())
    assert report["format"] == "sunlit-data-synth/1"
    assert (place / "reports" / "synth.html").read_text().startswith("<!doctype html>")
    assert (place / "made.csv").read_text().count("\n") == 401


def test_programs_get_one_document(place: Path, made: Run) -> None:
    """The report, and where it was kept."""
    found = made("--out", "made.jsonl", "--rows", "5", "--control", "people.parquet", "--json")

    document = json.loads(found.out)
    assert document["output"]["rows"] == 5
    assert document["control"]["given"] is True
    assert document["kept"] == []


def test_a_component_keeps_the_claim_as_a_draft(place: Path, made: Run) -> None:
    """Beside its sunlit.toml."""
    (place / "sunlit.toml").write_text("schema = 1\n")

    found = made("--out", "made.parquet")

    assert "Draft: " in found.out
    assert len(list((place / ".sunlit" / "data").glob("*-synthesis.intoto.jsonl"))) == 1


def test_attacks_are_listed_with_their_excess(
    place: Path, made: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By an environment that was named; the one of the test answers without its libraries."""
    monkeypatch.setattr(
        "sunlit.producers.data.synth_environment.find_environment", lambda _given: _fake()
    )

    found = made("--out", "made.parquet", "--epsilon", "2", "--domain-from-data", "--minutes", "1")

    assert "Method: mst, because it gives differential privacy" in found.err
    assert "Guarantee: (2, 1e-06)-differential privacy" in found.out
    assert "Attack: linkability: 0.300, excess +0.200 (+0.129 to +0.271)" in found.out
    assert "Verdict: Gives people away" in found.out


def _fake() -> synth_environment.Environment:
    return synth_environment.Environment(python=Path(sys.executable), worker=FAKE_WORKER)


def test_a_domain_is_drafted_for_a_person_to_correct(place: Path, made: Run) -> None:
    """And can be given back."""
    drafted = made("--write-domain", "domain.toml")
    again = made("--write-domain", "domain.toml", "--json")
    found = made("--out", "made.parquet", "--domain", "domain.toml")

    assert "5 columns" in drafted.out
    assert "before you rely on it" in drafted.out
    assert json.loads(again.out)["columns"] == 5
    assert found.code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "--out"),
        (["--out", "made.parquet", "--method", "mst"], 3, "python3.11 -m venv .venv-synth"),
        (["--out", "made.parquet", "--epsilon", "1"], 3, "pip install 'sunlit[synth]'"),
        (["--out", "made.parquet", "--environment", "no/python"], 3, "SUNLIT_SYNTH_PYTHON"),
        (["--out", "made.xls"], 2, "data.out-form"),
        (["--out", "made.parquet", "--drop", "agee"], 2, "synth.no-such-column"),
        (["--out", "made.parquet", "--key", "k"], 2, "--home"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    place: Path, made: Run, words: list[str], code: int, said: str
) -> None:
    """2 for wrong usage, 3 for what could not be found out; nothing is written."""
    found = made(*words)

    assert found.code == code, found.out + found.err
    assert said in found.out + found.err
    assert not list(place.glob("made*"))


def test_an_extra_that_is_missing_is_named(
    place: Path, made: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs it."""
    monkeypatch.setattr("sunlit.cli.data_needs.find_spec", lambda _name: None)

    found = made("--out", "made.parquet")

    assert found.code == 3
    assert "pip install 'sunlit[data]'" in found.out + found.err


@pytest.fixture
def needed(sunlit: Door) -> Run:
    """Run `sunlit data minimise people.parquet --purpose ...`."""
    return lambda *words: sunlit(
        "data", "minimise", "people.parquet", "--purpose", "plan letters", *words
    )


def test_columns_that_a_purpose_does_not_need_are_listed(place: Path, needed: Run) -> None:
    """With why one is kept, and what can go; nothing is written without --out."""
    found = needed("--used", "age", "--keep", "covered=the target")

    assert found.code == 0, found.out + found.err
    assert "1 of 5 columns is used, 1 more is kept, 3 can be dropped" in found.out
    assert "kept     covered, the target" in found.out
    assert "dropped  town" in found.out
    assert "Nothing was written" in found.out


def test_the_dataset_without_them_is_written_and_kept_as_a_draft(place: Path, needed: Run) -> None:
    """The report beside, where it was asked for."""
    (place / "sunlit.toml").write_text("schema = 1\n")

    found = needed("--used", "age", "--out", "needed.parquet", "--reports", "reports")

    assert "Written: needed.parquet, 400 rows." in found.out
    assert parquet.read_table(place / "needed.parquet").column_names == ["age"]
    assert len(list((place / ".sunlit" / "data").glob("*-minimisation.intoto.jsonl"))) == 1
    names = {one.name for one in (place / "reports").iterdir()}
    assert {"minimise.json", "minimise.html"} <= names


def test_a_model_s_columns_are_read_off_its_file(place: Path, sunlit: Door) -> None:
    """As the example's: it names what it ignores too."""
    train = EXAMPLE / "data" / "acs-public-coverage-2018-train.parquet"
    (place / "model.txt").write_text("tree\nfeature_names=AGEP SEX\n\nTree=0\nsplit_feature=0\n")

    found = sunlit(
        "data", "minimise", str(train), "--purpose", "x", "--model", "model.txt", "--json"
    )
    plain = sunlit("data", "minimise", str(train), "--purpose", "x", "--model", "model.txt")

    document = json.loads(found.out)
    assert document["kind"] == "LightGBM"
    assert document["ignored"] == ["SEX"]
    assert "never looks at: SEX" in plain.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give one of"),
        (["--used", "age", "--model", "people.parquet"], "give one of"),
        (["--used", "age", "--keep", "town"], "COLUMN=REASON"),
        (["--used", "agee"], "minimise.not-there"),
        (["--model", "people.parquet"], "minimise.unknown-model"),
    ],
)
def test_where_the_columns_are_known_from_is_said_once(
    place: Path, needed: Run, words: list[str], said: str
) -> None:
    """Wrong usage is exit code 2."""
    found = needed(*words)

    assert found.code == 2, found.out + found.err
    assert said in found.out + found.err
