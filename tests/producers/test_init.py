"""`sunlit init` looks, writes what it found, and overwrites nothing."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from sunlit.base.errors import SunlitError
from sunlit.cli.init import command
from sunlit.formats.sunlit_toml import read_toml
from sunlit.producers import PRODUCERS
from sunlit.registry.init import init
from sunlit.registry.producing import ComponentFolder
from tests.producers.folders import written

LOOKS = [one for one in PRODUCERS if one.name in {"component", "licences", "documentation"}]


def test_a_spacy_pipelines_own_words_are_used(tmp_path: Path) -> None:
    """Version, description and licence stand in its meta.json."""
    meta = {"version": "3.1", "description": "Finds\nnames", "license": "MIT"}
    written(tmp_path, {"meta.json": json.dumps(meta), "config.cfg": "[nlp]", "people.csv": "a\n"})

    done = init(tmp_path, LOOKS)

    said = read_toml(done.path.read_bytes())
    assert (said.version, said.description, said.licence) == ("3.1", "Finds names", "MIT")
    assert said.kind == "model"
    assert [one.path for one in said.datasets] == ["people.csv"]
    assert "maintainer" in done.missing
    assert "# maintainer = " in done.path.read_text()
    assert ComponentFolder.read(tmp_path).toml.found


def test_cards_model_files_and_pyproject_are_found(tmp_path: Path) -> None:
    """And the repository's address gives the package URL."""
    written(tmp_path, {
        "README.md": "# M", "m.onnx": b"\x08\x09", "data/README.md": "# D",
        "pyproject.toml": '[project]\nversion = "4"\n', "package.json": "[]",
    })  # fmt: skip
    for arguments in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"],
        ["remote", "add", "origin", "https://github.com/Agency/Tool.git"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, capture_output=True)

    said = read_toml(init(tmp_path, LOOKS).path.read_bytes())

    assert (said.purl, said.version) == ("pkg:github/agency/tool", "4")
    assert (said.model_files, said.model_card) == (("m.onnx",), "README.md")
    assert said.dataset_card == "data/README.md"


@pytest.mark.parametrize("content", ["[project", "project = 1", "[tool]\n"])
def test_a_pyproject_that_says_nothing_is_passed_over(tmp_path: Path, content: str) -> None:
    """The repository's address on another forge is, too."""
    written(tmp_path, {"pyproject.toml": content, "package.json": '{"version": 3}'})

    done = init(tmp_path, [])

    assert set(done.found) == {"purl"}


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    """Nor a link that leads nowhere, nor one that appeared at the last moment."""
    (tmp_path / "sunlit.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SunlitError) as caught:
        init(tmp_path, LOOKS)
    assert caught.value.code == "init.exists"

    (tmp_path / "sunlit.toml").unlink()

    class Races:
        """Writes the file while it looks."""

        name = version = "races"

        def produce(self, component: ComponentFolder) -> object:
            """Write."""
            (component.root / "sunlit.toml").write_text("mine")
            return LOOKS[0].produce(component)

    with pytest.raises(SunlitError) as caught:
        init(tmp_path, [Races()])  # type: ignore[list-item]
    assert caught.value.code == "init.exists"
    assert (tmp_path / "sunlit.toml").read_text() == "mine"


def test_what_an_existing_file_lacks_is_named(tmp_path: Path) -> None:
    """The file stays as it is, to the byte; a malformed one is an error."""
    text = '[component]\npurl = "pkg:generic/x"\nversion = "1"\ncontact = " "\n'
    written(tmp_path, {"sunlit.toml": text})

    done = init(tmp_path, LOOKS)

    assert not done.new
    assert done.found["version"] == "1"
    assert {"maintainer", "target", "licence"} <= set(done.missing)
    assert (tmp_path / "sunlit.toml").read_text() == text
    (tmp_path / "sunlit.toml").write_text("[component")
    with pytest.raises(SunlitError) as caught:
        init(tmp_path, LOOKS)
    assert caught.value.code.startswith("toml.")


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """Nothing is made."""
    with pytest.raises(SunlitError) as caught:
        init(tmp_path / "nowhere", LOOKS)

    assert caught.value.code == "init.no-folder"


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full or read-only disk."""

    def refuse(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sunlit.registry.init.os.fsync", refuse)

    with pytest.raises(SunlitError) as caught:
        init(tmp_path, [])

    assert caught.value.got == "No space left on device"
    assert not (tmp_path / "sunlit.toml").exists()


def test_the_command_line_says_what_is_left_to_do(tmp_path: Path) -> None:
    """For people and for programs."""
    done = CliRunner().invoke(command, [str(tmp_path)], catch_exceptions=False)
    assert "To be filled in there: version" in done.output

    (tmp_path / "sunlit.toml").unlink()
    done = CliRunner().invoke(command, [str(tmp_path), "--json"], catch_exceptions=False)
    assert json.loads(done.output)["format"] == "sunlit-init/1"
