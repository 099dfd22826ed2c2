"""Folders, drafts, notes and the key under which an answer is kept."""

from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers import PRODUCERS
from sunlit.producers.component import ComponentProducer
from sunlit.producers.test_reports import TestReportsProducer
from sunlit.registry.producing import ComponentFolder, Produced, cache_key
from tests.producers.folders import FOLDERS, written


@pytest.mark.parametrize("name", ["onnx", "spacy", "joblib", "malicious"])
def test_what_was_produced_survives_being_kept(name: str) -> None:
    """An unchanged folder is answered from the cache, draft by draft."""
    folder = ComponentFolder.read(FOLDERS / name)

    for producer in PRODUCERS:
        produced = producer.produce(folder)
        assert Produced.from_bytes(produced.to_bytes()) == produced


@pytest.mark.parametrize(
    "kept",
    [
        b"{}", b'{"drafts":[],"notes":[{"x":1}]}', b'{"drafts":[{}],"notes":[]}', b"[]",
        b'{"drafts":[{"subjects":[{"digest":{}}],"predicate":{}}],"notes":[]}',
    ],
)  # fmt: skip
def test_a_damaged_cache_is_refused(kept: bytes) -> None:
    """The caller looks again."""
    with pytest.raises(MalformedError):
        Produced.from_bytes(kept)


def test_a_single_file_is_a_component_too(tmp_path: Path) -> None:
    """Its folder is only where it stands."""
    (tmp_path / "m.onnx").write_bytes(b"\x08\x09")
    (tmp_path / "other").write_bytes(b"x")

    folder = ComponentFolder.read(tmp_path / "m.onnx")

    assert [one.name for one in folder.manifest.files] == ["m.onnx"]
    assert folder.purl == "pkg:generic/m.onnx"
    assert folder.subject().digest == {"sha256": folder.release}


def test_a_file_is_read_within_its_limit(tmp_path: Path) -> None:
    """Missing, too large or a symlink: one error, which names the file."""
    folder = written(tmp_path, {"big": "x" * 20})
    (tmp_path / "link").symlink_to(tmp_path / "big")

    assert folder.read_file("big") == b"x" * 20
    for name, limit in (("big", 5), ("missing", 5), ("link", 50)):
        with pytest.raises(UnavailableError) as caught:
            folder.read_file(name, limit=limit)
        assert caught.value.code in {"producer.unreadable", "manifest.unreadable"}


def test_the_key_changes_with_the_folder_and_with_what_is_in_no_manifest(tmp_path: Path) -> None:
    """Else an answer would outlive its reason."""
    first = written(tmp_path, {"a": "1"})
    producer = TestReportsProducer()
    key = cache_key(producer, first)
    assert cache_key(producer, ComponentFolder.read(tmp_path)) == key

    kept = written(tmp_path, {".sunlit/tests/a.json": "{}"})
    assert kept.release == first.release
    assert cache_key(producer, kept) != key
    assert cache_key(ComponentProducer(), kept) == cache_key(ComponentProducer(), first)
    (tmp_path / ".sunlit/tests/a.json").unlink()
    (tmp_path / ".sunlit/tests/a.json").symlink_to("/dev/null")
    assert cache_key(producer, kept) != key
    (tmp_path / "a").write_text("2")
    assert cache_key(producer, ComponentFolder.read(tmp_path)) != key


def test_an_unreadable_sunlit_toml_is_kept_as_an_error(tmp_path: Path) -> None:
    """Larger than any such file."""
    folder = written(tmp_path, {"sunlit.toml": "#" * 300_000})

    assert folder.toml_error is not None
    assert folder.toml_error.code == "producer.unreadable"
