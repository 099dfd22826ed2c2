"""Every licence that the folder declares is found, wherever it stands."""

from pathlib import Path

import pytest

from sunlit.claims.openness import Licence
from sunlit.producers.licences import LicencesProducer
from sunlit.registry.producing import ComponentFolder
from tests.producers.folders import FOLDERS, claims, codes, written

TWO = "Classifier: License :: OSI Approved :: A\nClassifier: License :: OSI Approved :: B\n"
OWN_TOML = """
[component]
licence = "EUPL-1.2"
[[dataset]]
name = "d"
path = "d.csv"
licence = "LicenseRef-Own"
[[dataset]]
name = "e"
licence = "CC0-1.0"
[[dataset]]
name = "f"
"""
MIT = "Permission is hereby granted, free of charge, to anybody. The software is provided as is."


def found(folder: ComponentFolder) -> dict[str | None, tuple[str, str | None, bool | None]]:
    """Return where -> covers, expression, approved."""
    drafts = claims(LicencesProducer().produce(folder), Licence)
    return {one.found_in: (one.covers, one.expression, one.osi_approved) for one in drafts}


def test_a_wheels_metadata_and_a_pipelines_meta_are_read() -> None:
    """As pip and spaCy leave them."""
    assert found(ComponentFolder.read(FOLDERS / "onnx")) == {
        "hatesonar-0.1.0.dist-info/METADATA": ("component", "MIT", True)
    }
    assert found(ComponentFolder.read(FOLDERS / "spacy")) == {
        "meta.json": ("component", "CC0-1.0", False)
    }


def test_a_folder_without_any_is_noted(tmp_path: Path) -> None:
    """No licence means no permission; the note says how to give one."""
    produced = LicencesProducer().produce(written(tmp_path, {"a": "1"}))

    assert produced.drafts == ()
    assert codes(produced) == ["producer.no-licence"]


def test_sources_are_told_apart_and_data_is_not_the_component(tmp_path: Path) -> None:
    """Each stands beside the file that declares it."""
    folder = written(tmp_path, {
        "sunlit.toml": OWN_TOML,
        "d.csv": "a\n",
        "LICENSE": MIT,
        "LICENSE-data.txt": "SPDX-License-Identifier: ODbL-1.0\n",
        "COPYING": "All rights reserved.",
        "README.md": "---\nlicense: gpl-3.0\n---\n# M\n",
        "data/README.md": "---\nlicense: other\nlicense_name: my-own\n---\n",
        "pyproject.toml": '[project]\nlicense = {text = "BSD-3-Clause"}\n',
        "package.json": '{"license": "ISC"}',
        "publiccode.yml": "legal:\n  license: AGPL-3.0-or-later\n",
        "PKG-INFO": "License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n",
    })  # fmt: skip

    drafts = LicencesProducer().produce(folder).drafts
    where = found(folder)

    assert where["LICENSE"] == ("component", "MIT", True)
    assert where["LICENSE-data.txt"] == ("dataset", "ODbL-1.0", False)
    assert where["COPYING"] == ("component", None, None)
    assert where["README.md"] == ("component", "GPL-3.0-only", True)
    assert where["data/README.md"] == ("dataset", None, None)
    assert where["pyproject.toml"] == ("component", "BSD-3-Clause", True)
    assert where["package.json"] == ("component", "ISC", True)
    assert where["publiccode.yml"] == ("component", "AGPL-3.0-or-later", True)
    assert where["PKG-INFO"] == ("component", "MIT", True)
    entry = folder.entry("d.csv")
    assert entry is not None
    assert any(one.subjects[0].digest["sha256"] == entry.sha256 for one in drafts)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", "[project"),
        ("pyproject.toml", "project = 1"),
        ("package.json", "{"),
        ("package.json", "[]"),
        ("publiccode.yml", "a: [b"),
        ("publiccode.yml", "a: b"),
        ("PKG-INFO", "Name: x\n"),
        ("PKG-INFO", TWO),
        ("README.md", "---\na: [\n---\n"),
        ("README.md", "# no front matter"),
    ],
    ids=str,
)  # fmt: skip
def test_broken_metadata_declares_nothing(tmp_path: Path, name: str, content: str) -> None:
    """Nothing is guessed from it."""
    assert found(written(tmp_path, {name: content})) == {}


def test_a_dataset_component_is_licensed_by_its_card(tmp_path: Path) -> None:
    """There the dataset is the component."""
    folder = written(tmp_path, {
        "sunlit.toml": '[component]\nkind = "dataset"\n',
        "README.md": "---\nlicense: cc0-1.0\n---\n",
    })  # fmt: skip

    assert found(folder) == {"README.md": ("component", "CC0-1.0", False)}


def test_a_vanished_licence_file_declares_nothing(tmp_path: Path) -> None:
    """It was listed and is gone."""
    folder = written(tmp_path, {"LICENSE": MIT})
    (tmp_path / "LICENSE").unlink()

    assert found(folder) == {}
