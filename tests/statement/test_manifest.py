"""The canonical manifest: its vectors, round trips, and what makes two folders differ."""

import base64
import hashlib
import json
import tempfile
import tracemalloc
import unicodedata
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.statement.hashing import FileState
from sunlit.statement.manifest import (
    Difference,
    FileEntry,
    Manifest,
    compare,
    read_manifest,
)
from sunlit.statement.names import normal_name

VECTORS = Path(__file__).resolve().parents[2] / "spec/vectors/statement/manifest-v1"
EMPTY = hashlib.sha256(b"").hexdigest()


def write(root: Path, files: dict[str, bytes]) -> Path:
    """Write files below `root` and return it."""
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def vectors(folder: str) -> list[Path]:
    """Return the vectors of one kind."""
    found = sorted((VECTORS / folder).glob("*.json"))
    assert found
    return found


@pytest.mark.parametrize("path", vectors("valid"), ids=lambda path: path.stem)
def test_a_folder_has_the_manifest_of_its_vector(path: Path, tmp_path: Path) -> None:
    """Bytes and digest are those that were written without this code."""
    vector = json.loads(path.read_text())
    files = {name: bytes.fromhex(content) for name, content in vector["files"].items()}

    manifest = read_manifest(write(tmp_path / "root", files))

    assert manifest.to_bytes().decode() == vector["manifest"]
    assert manifest.digest == vector["digest"]
    assert Manifest.parse(vector["manifest"].encode()) == manifest


@pytest.mark.parametrize("path", vectors("invalid"), ids=lambda path: path.stem)
def test_a_malformed_manifest_is_refused_as_its_vector_says(path: Path) -> None:
    """Each has its code."""
    vector = json.loads(path.read_text())

    with pytest.raises(MalformedError) as refused:
        Manifest.parse(vector["manifest"].encode())

    assert refused.value.code == vector["expect_code"]


@pytest.mark.parametrize(
    "text",
    [
        "[7]",
        '[{"digest":"sha256:' + EMPTY + '","name":7,"size":0}]',
        '[{"digest":7,"name":"a","size":0}]',
        '[{"digest":"sha256:' + EMPTY + '","name":"a","size":9007199254740992}]',
    ],
)
def test_an_entry_of_other_types_is_refused(text: str) -> None:
    """Every field has one type and a bound."""
    with pytest.raises(MalformedError) as refused:
        Manifest.parse(text.encode())

    assert refused.value.code == "manifest.malformed"


def is_listable(name: str) -> bool:
    """Say whether a file of this name may stand in a manifest."""
    try:
        normal_name(name)
    except MalformedError:
        return False
    return True


def is_good_name(name: str) -> bool:
    """Say whether a manifest may hold `name` as it is."""
    return is_listable(name) and normal_name(name) == name


names = st.text(min_size=1, max_size=12).filter(is_good_name)
entries = st.builds(
    FileEntry, names, st.integers(0, 2**53 - 1), st.binary(max_size=9).map(
        lambda data: hashlib.sha256(data).hexdigest()
    )
)  # fmt: skip
manifests = st.lists(entries, max_size=6, unique_by=lambda one: one.name).map(
    lambda found: Manifest(tuple(sorted(found, key=lambda one: one.name.encode())))
)


@given(manifests)
def test_a_manifest_survives_its_bytes(manifest: Manifest) -> None:
    """Parsing undoes writing, and the bytes are those of another RFC 8785 library."""
    document = [
        {"name": one.name, "size": one.size, "digest": f"sha256:{one.sha256}"}
        for one in manifest.files
    ]

    assert Manifest.parse(manifest.to_bytes()) == manifest
    assert manifest.to_bytes() == rfc8785.dumps(document)  # type: ignore[arg-type]


@given(st.binary(max_size=80))
def test_no_bytes_make_parsing_fail_in_any_other_way(junk: bytes) -> None:
    """Junk is malformed, never a library's exception."""
    try:
        parsed = Manifest.parse(junk)
    except MalformedError:
        return

    assert parsed.to_bytes() == junk


file_names = st.text("ab.-_ é", min_size=1, max_size=6).filter(is_good_name)


@settings(max_examples=40)
@given(st.dictionaries(file_names, st.binary(max_size=40), max_size=6))
def test_reading_a_folder_finds_every_file(files: dict[str, bytes]) -> None:
    """Names, sizes and digests are those of the files, in order."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = read_manifest(write(Path(folder), files))

    assert [one.name for one in manifest.files] == sorted(files, key=str.encode)
    assert {one.name: (one.size, one.sha256) for one in manifest.files} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()
    }


@given(st.text(max_size=20))
def test_a_normal_name_is_its_own_normal_name(name: str) -> None:
    """Normalising twice changes nothing, and leads nowhere else."""
    if not is_listable(name):
        return

    normal = normal_name(name)

    assert normal_name(normal) == normal == unicodedata.normalize("NFC", name)
    assert not {"", ".", ".."} & set(normal.split("/"))


@pytest.mark.parametrize("name", ["x" * 256, "é" * 128, "/".join(["x" * 200] * 21), "a//b", ""])
def test_a_name_too_long_or_empty_is_refused(name: str) -> None:
    """Lengths are counted in bytes."""
    with pytest.raises(MalformedError) as refused:
        normal_name(name)

    assert refused.value.code == "manifest.name"


def test_a_single_file_is_a_folder_of_one(tmp_path: Path) -> None:
    """Its name is its own, without the folders above, and links above it may be followed."""
    write(tmp_path / "real", {"model.onnx": b"x", "other": b"y"})
    (tmp_path / "link").symlink_to("real")

    manifest = read_manifest(tmp_path / "link" / "model.onnx")

    assert [one.name for one in manifest.files] == ["model.onnx"]
    assert manifest == read_manifest(write(tmp_path / "alone", {"model.onnx": b"x"}))


def test_progress_is_told_from_nothing_to_all(tmp_path: Path) -> None:
    """Every chunk is counted once, up to the total."""
    root = write(tmp_path / "root", {"a": b"x" * 600_000, "b": b"y" * 10})
    heard: list[tuple[int, int]] = []

    read_manifest(root, progress=lambda done, total: heard.append((done, total)))

    assert heard[0] == (0, 600_010)
    assert heard[-1] == (600_010, 600_010)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


def hash_of_zeros(root: Path, size: int) -> int:
    """Hash a sparse file of `size` bytes; return the peak of memory that it took."""
    root.mkdir()
    with (root / "weights.bin").open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        assert read_manifest(root).files[0].size == size
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 64 MiB takes well under one."""
    assert hash_of_zeros(tmp_path / "root", 64 * 2**20) < 2**20


@pytest.mark.long
def test_a_file_of_ten_gigabytes_is_hashed(tmp_path: Path) -> None:
    """Size is no reason to refuse, nor to take more memory."""
    assert hash_of_zeros(tmp_path / "root", 10 * 10**9) < 2**20


class MemoryCache:
    """A digest cache in memory."""

    def __init__(self) -> None:
        self.known: dict[FileState, str] = {}

    def get(self, state: FileState) -> str | None:
        """Return what is kept."""
        return self.known.get(state)

    def put(self, state: FileState, sha256: str) -> None:
        """Keep a digest."""
        self.known[state] = sha256


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    """What the cache says is taken, and progress still reaches the total."""
    root = write(tmp_path / "root", {"a": b"x", "b": b"yy"})
    cache, heard = MemoryCache(), []
    first = read_manifest(root, cache=cache)
    cache.known = dict.fromkeys(cache.known, EMPTY)

    second = read_manifest(root, cache=cache, progress=lambda done, _: heard.append(done))

    assert first.files[0].sha256 == hashlib.sha256(b"x").hexdigest()
    assert [one.sha256 for one in second.files] == [EMPTY, EMPTY]
    assert heard == [0, 1, 3]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """Another size, time or inode is another state."""
    root = write(tmp_path / "root", {"a": b"x"})
    cache = MemoryCache()
    read_manifest(root, cache=cache)
    write(root, {"a": b"longer"})

    assert read_manifest(root, cache=cache).files[0].size == 6
    assert len(cache.known) == 2


def files(**named: bytes) -> Manifest:
    """Return a manifest of files held in memory."""
    return Manifest(
        tuple(
            FileEntry(name, len(data), hashlib.sha256(data).hexdigest())
            for name, data in sorted(named.items())
        )
    )


def test_equal_folders_do_not_differ() -> None:
    """Nothing to say."""
    assert compare(files(a=b"1"), files(a=b"1")) == ()


def test_differences_are_named_by_what_happened() -> None:
    """Added, missing, changed (with and without size) and renamed, in order of names."""
    before = files(changed=b"1", grown=b"1", gone=b"2", old=b"3", twin=b"3", same=b"4")
    after = files(changed=b"9", grown=b"11", new=b"3", fresh=b"5", same=b"4")

    found = compare(before, after)

    assert [(one.kind, one.name) for one in found] == [
        ("changed", "changed"),
        ("added", "fresh"),
        ("missing", "gone"),
        ("changed", "grown"),
        ("renamed", "old"),
        ("missing", "twin"),
    ]
    assert found[4] == Difference("renamed", "old", "the same bytes are now named new")
    assert "1 bytes became 2" in found[3].detail


def test_a_manifest_is_told_from_the_file_that_holds_it() -> None:
    """The digest is of the bytes, so base64 or any other wrapping has another."""
    manifest = files(a=b"1")

    assert manifest.digest == hashlib.sha256(manifest.to_bytes()).hexdigest()
    assert manifest.digest != hashlib.sha256(base64.b64encode(manifest.to_bytes())).hexdigest()
