"""Who the component is: as said, and where nobody said, as a guess that shows."""

from pathlib import Path

import pytest

from sunlit.claims.provenance import Component, Dataset
from sunlit.formats import tabular
from sunlit.producers import PRODUCERS
from sunlit.producers.component import ComponentProducer, guess_kind
from sunlit.registry.producing import ComponentFolder
from sunlit.statement.oms_verify import oms_root
from tests.producers.folders import FOLDERS, claims, codes, written

TOML = """
schema = 1
[component]
purl = "pkg:generic/agency.example/triage"
version = "2"
kind = "model"
maintainer = "agency.example"
contact = "desk@agency.example"
typo = 1
model-files = ["weights/*"]
[[dataset]]
name = "people"
path = "people.csv"
licence = "CC0-1.0"
used-for = ["training"]
[[dataset]]
name = "elsewhere"
digest = "sha256:DIGEST"
[[dataset]]
name = "nowhere"
path = "missing.csv"
[[dataset]]
name = "badly"
digest = "abc"
""".replace("DIGEST", "0" * 64)


def test_an_unprepared_folder_is_described_by_guesses() -> None:
    """The guesses are marked, and a note says how to replace them."""
    produced = ComponentProducer().produce(ComponentFolder.read(FOLDERS / "onnx"))

    (claim,) = claims(produced, Component)
    assert (claim.purl, claim.kind, claim.version) == ("pkg:generic/onnx", "model", "0")
    assert claim.extra["guessed"] == ["purl", "version", "kind"]
    assert claim.model_files == ("hatesonar/model/model.onnx",)
    assert claim.maintainer is None
    assert codes(produced) == ["producer.no-toml"]


def test_what_sunlit_toml_says_is_said(tmp_path: Path) -> None:
    """Datasets come with columns and rows; unknown keys and lost files are noted."""
    folder = written(tmp_path, {
        "sunlit.toml": TOML, "weights/a": "1", "other": "2", "people.csv": "age,colour\n1,2\n3,4\n",
    })  # fmt: skip

    produced = ComponentProducer().produce(folder)

    (claim,) = claims(produced, Component)
    assert (claim.purl, claim.version) == ("pkg:generic/agency.example/triage", "2")
    assert claim.model_files == ("weights/a",)
    assert claim.extra == {}
    people, elsewhere = claims(produced, Dataset)
    assert (people.rows, people.sensitive_columns) == (2, ("age",))
    assert (elsewhere.rows, elsewhere.sensitive_columns) == (None, None)
    assert codes(produced) == [
        "producer.unknown-key", "producer.sensitive-columns", "producer.dataset-missing",
        "producer.dataset-missing",
    ]  # fmt: skip


def test_what_python_compiled_by_itself_is_bound_and_noted(tmp_path: Path) -> None:
    """It could be loaded; whoever runs the release learns how to keep it as it is."""
    folder = written(tmp_path, {"a.py": "1", "__pycache__/a.cpython-311.pyc": "2"})

    produced = ComponentProducer().produce(folder)

    (claim,) = claims(produced, Component)
    assert (claim.files, claim.oms_root) == (2, oms_root(folder.manifest))
    note = next(one for one in produced.notes if one.code == "producer.bytecode")
    assert not note.blocks
    assert "PYTHONDONTWRITEBYTECODE=1" in (note.mend or "")


def test_a_malformed_sunlit_toml_is_noted_and_not_used(tmp_path: Path) -> None:
    """The rest of the folder is still looked at."""
    produced = ComponentProducer().produce(written(tmp_path, {"sunlit.toml": "schema = "}))

    assert codes(produced) == ["producer.bad-toml"]
    assert claims(produced, Component)[0].purl == f"pkg:generic/{tmp_path.name}"


def test_a_table_that_cannot_be_read_is_noted(tmp_path: Path) -> None:
    """Nobody looked, and the claim says so: None, not an empty list."""
    toml = '[[dataset]]\nname = "d"\npath = "d.csv"\n'
    produced = ComponentProducer().produce(written(tmp_path, {"sunlit.toml": toml, "d.csv": ""}))

    assert claims(produced, Dataset)[0].sensitive_columns is None
    assert "tabular.malformed" in codes(produced)


def test_a_table_without_sensitive_names_has_none(tmp_path: Path) -> None:
    """Somebody looked: an empty list, not None."""
    toml = '[[dataset]]\nname = "d"\npath = "d.csv"\n'
    produced = ComponentProducer().produce(
        written(tmp_path, {"sunlit.toml": toml, "d.csv": "x,y\n"})
    )

    assert claims(produced, Dataset)[0].sensitive_columns == ()


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["model.onnx", "a.py"], "model"),
        (["config.cfg"], "model"),
        (["a.csv", "b.parquet", "read.py"], "dataset"),
        (["a.py", "b.py", "c.csv"], "code"),
        ([], "code"),
    ],
)
def test_the_kind_is_guessed_from_names(names: list[str], kind: str) -> None:
    """A model file decides; else what there is more of."""
    assert guess_kind(names) == kind


def test_the_tool_version_is_that_of_the_table_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a kept answer is not used once the reader is installed."""
    assert ComponentProducer().tool_version() is not None

    monkeypatch.setattr("sunlit.producers.component.find_spec", lambda name: None)
    assert ComponentProducer().tool_version() is None
    assert tabular.is_table(Path("A.CSV"))


def test_every_producer_is_listed_once_under_its_own_name() -> None:
    """The list names them without importing them."""
    for producer in PRODUCERS:
        assert producer.name == producer.loaded.name  # type: ignore[attr-defined]
        assert producer.version
        assert producer.tool_version() is None or producer.tool_version()

    assert len({producer.name for producer in PRODUCERS}) == 7
