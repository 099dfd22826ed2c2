"""`sunlit assure` on folders that nobody prepared, and what it prints for programs."""

import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from tests.cli.doors import Door, Ended

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ROOT / "tests" / "fixtures" / "folders"
SCHEMA: Final = json.loads((ROOT / "spec/schemas/assure.schema.json").read_text(encoding="utf-8"))
SAFE: Final = "assu-1"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of a fixture's folder."""
    return Path(shutil.copytree(FOLDERS / request.param, tmp_path / request.param))


def read(ended: Ended) -> dict[str, Any]:
    """Return the document that was printed; it has to be what the schema says."""
    document = json.loads(ended.out)
    Draft202012Validator(SCHEMA).validate(document)
    assert isinstance(document, dict)
    return document


def outcomes(document: dict[str, Any]) -> dict[str, str]:
    """Return control -> outcome."""
    return {one["control"]: one["outcome"] for one in document["findings"]}


def test_the_schema_is_one() -> None:
    """By the draft's own meta-schema."""
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("folder", "safe", "files"),
    [("onnx", "HOLDS", 3), ("spacy", "HOLDS", 11), ("joblib", "UNKNOWN", 2)],
    indirect=["folder"],
)
def test_a_folder_that_nobody_prepared_is_assured(
    sunlit: Door, folder: Path, safe: str, files: int
) -> None:
    """A pip-installed ONNX model, a spaCy pipeline, a joblib model: no key, no sunlit.toml."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    ended = sunlit("assure", folder, "--json")

    found = read(ended)
    assert ended.code == 1  # nobody is named who maintains it
    assert found["files"] == files
    assert outcomes(found)[SAFE] == safe
    assert found["logs"] == []
    # Nothing that holds ends; what is not in force yet begins to be asked on that day.
    assert found["expires"] == "2027-12-02T00:00:00Z"
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


@pytest.mark.parametrize("folder", ["onnx", "spacy", "joblib"], indirect=True)
def test_drafts_hold_nothing_that_hangs_on_a_signer(sunlit: Door, folder: Path) -> None:
    """Without a key those controls are UNKNOWN, whatever the folder says."""
    found = outcomes(read(sunlit("assure", folder, "--json")))

    for control in ("assu-2", "assu-3", "assu-4", "risk-1", "risk-4", "life-1", "life-2"):
        assert found[control] == "UNKNOWN"


def test_an_empty_folder_has_nothing_to_show(sunlit: Door, tmp_path: Path) -> None:
    """No control holds, and the answer says what to add."""
    (tmp_path / "empty").mkdir()

    ended = sunlit("assure", tmp_path / "empty", "--json")

    found = read(ended)
    assert ended.code == 1
    assert "HOLDS" not in outcomes(found).values()
    assert (found["files"], found["bytes"]) == (0, 0)
    assert "producer.nothing-to-scan" in {note["code"] for note in found["notes"]}


class Trap:
    """An object whose pickle makes a file when it is loaded."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch '{self.canary}'",)


def trapped(folder: Path, canary: Path) -> list[Path]:
    """Write pickles that make the canary when loaded, plain and hidden."""
    folder.mkdir()
    paths = []
    for protocol in range(6):
        paths.append(folder / f"model-{protocol}.pkl")
        paths[-1].write_bytes(pickle.dumps(Trap(canary), protocol))
    paths.append(folder / "weights.bin")  # told by content, not by name
    paths[-1].write_bytes(pickle.dumps(Trap(canary)))
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Trap(canary)))
    return [*paths, folder / "model.pt"]


def test_a_malicious_pickle_is_caught_and_never_loaded(sunlit: Door, tmp_path: Path) -> None:
    """A canary would sing: loading one of these files by hand makes it."""
    canary = tmp_path / "canary"
    paths = trapped(tmp_path / "model", canary)

    ended = sunlit("assure", tmp_path / "model", "--json")

    (found,) = (one for one in read(ended)["findings"] if one["control"] == SAFE)
    assert ended.code == 1
    assert found["outcome"] == "FAILS"
    assert not canary.exists()
    assert not canary_of_each_file(sunlit, paths, canary)
    load = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
    subprocess.run([sys.executable, "-c", load, str(paths[0])], check=True)
    assert canary.exists()


def canary_of_each_file(sunlit: Door, paths: list[Path], canary: Path) -> list[str]:
    """Assure each file alone; return the names of those that passed or were loaded."""
    passed = []
    for path in paths:
        found = outcomes(read(sunlit("assure", path, "--json")))
        if found[SAFE] != "FAILS" or canary.exists():
            passed.append(path.name)
    return passed


@pytest.mark.parametrize("folder", ["malicious"], indirect=True)
def test_the_malicious_fixtures_fail_and_print_nothing(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """In a process of its own: what it printed is the answer, and the answer alone."""
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-m", "sunlit", "assure", str(folder), "--json"],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    found = read(Ended(done.returncode, done.stdout, done.stderr))
    assert done.returncode == 1
    assert outcomes(found)[SAFE] == "FAILS"
    assert "must never be printed" not in done.stdout + done.stderr + capfd.readouterr().out


def test_an_error_is_a_document_too(sunlit: Door, tmp_path: Path) -> None:
    """With its code, what, got and how to mend it; nothing is there: could not find out."""
    ended = sunlit("assure", tmp_path / "nothing", "--json")

    error = read(ended)["error"]
    assert ended.code == 3
    assert error["code"] == "manifest.unreadable"


def test_a_folder_that_has_no_digest_is_malformed(sunlit: Door, tmp_path: Path) -> None:
    """A symbolic link: exit 2, by a documented code."""
    (tmp_path / "link").symlink_to("elsewhere")

    ended = sunlit("assure", tmp_path, "--json")

    assert ended.code == 2
    assert read(ended)["error"]["code"] == "manifest.symlink"


@pytest.mark.parametrize(
    "words",
    [("--key", "maintainer"), ("--at", "yesterday"), ("--nothing",), (".", ".")],
    ids=["key without home", "no time", "no option", "two paths"],
)
def test_wrong_usage_ends_with_2(sunlit: Door, tmp_path: Path, words: tuple[str, ...]) -> None:
    """And says how to use it."""
    ended = sunlit("assure", tmp_path, *words)

    assert ended.code == 2
    assert ended.err


@pytest.mark.parametrize("folder", ["onnx"], indirect=True)
def test_people_read_failures_first_each_with_its_way_to_mend(sunlit: Door, folder: Path) -> None:
    """Then what is unknown, then what holds, and where the answer comes from."""
    lines = sunlit("assure", folder).out.splitlines()

    first = {word: next(n for n, line in enumerate(lines) if line.startswith(word))
             for word in ("FAILS", "UNKNOWN", "HOLDS")}  # fmt: skip
    assert first["FAILS"] < first["UNKNOWN"] < first["HOLDS"]
    assert any(line.strip() == f"mend: sunlit init {folder}" for line in lines)
    assert lines[-1].startswith("Computed from no log, rubric ")


@pytest.mark.parametrize("folder", ["onnx"], indirect=True)
def test_the_answer_is_written_for_other_tools(sunlit: Door, folder: Path, tmp_path: Path) -> None:
    """A SLSA verification summary and OSCAL assessment results; UNKNOWN is FAILED there."""
    vsa, oscal = tmp_path / "vsa.json", tmp_path / "oscal.json"

    sunlit("assure", folder, "--vsa", vsa, "--oscal", oscal)

    summary = json.loads(vsa.read_bytes())
    assert summary["predicate"]["verificationResult"] == "FAILED"
    assert "assessment-results" in json.loads(oscal.read_bytes())


@pytest.mark.parametrize("folder", ["onnx"], indirect=True)
def test_the_same_question_has_the_same_answer(sunlit: Door, folder: Path) -> None:
    """With or without a cache, as of the same time."""
    words = ("assure", folder, "--at", "2030-01-01T00:00:00Z", "--json")

    first, second, third = sunlit(*words), sunlit(*words), sunlit(*words, "--no-cache")

    assert first.out == second.out == third.out
