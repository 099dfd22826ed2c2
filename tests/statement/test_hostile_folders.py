"""Folders that lie, leave, loop, vanish or change while they are read."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.statement import folder
from sunlit.statement.folder import walk
from sunlit.statement.hashing import open_folder, sha256_of_open_file, state_of
from sunlit.statement.manifest import read_manifest

BIG = b"x" * 700_000  # several chunks


def refusal(root: Path) -> SunlitError:
    """Return the error that reading `root` ends with."""
    with pytest.raises(SunlitError) as refused:
        read_manifest(root)
    return refused.value


@pytest.mark.parametrize("target", ["file", "/etc/hostname", "..", "link", "nowhere", "sub"])
def test_any_symbolic_link_is_refused(tmp_path: Path, target: str) -> None:
    """Inside, outside, loop, dangling: version 1 knows no links, and says how to go on."""
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to(target)

    error = refusal(tmp_path)

    assert error.code == "manifest.symlink"
    assert "'link'" in error.what
    assert error.mend is not None


def test_a_pipe_a_socket_and_a_device_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but files and folders can be hashed, in a folder or as the root."""
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        (tmp_path / "s").mkdir()
        monkeypatch.chdir(tmp_path / "s")  # a socket's path may have 108 bytes only
        listener.bind("sock")

        assert refusal(tmp_path).code == "manifest.special-file"
        assert refusal(tmp_path / "s").code == "manifest.special-file"
        assert refusal(tmp_path / "pipe").code == "manifest.special-file"
        assert refusal(Path("/dev/null")).code == "manifest.special-file"


def test_a_missing_root_and_a_loop_of_links_are_named(tmp_path: Path) -> None:
    """The path is in the message."""
    (tmp_path / "loop").symlink_to("loop")

    for name in ("missing", "loop"):
        error = refusal(tmp_path / name)
        assert isinstance(error, UnavailableError)
        assert error.code == "manifest.unreadable"
        assert name in error.what


@pytest.mark.parametrize("name", [b"\xff", b"a\nb", b"a\\b"])
def test_a_name_that_cannot_be_listed_is_refused(tmp_path: Path, name: bytes) -> None:
    """Bytes that are no UTF-8, control characters and backslashes."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")

    assert refusal(tmp_path).code == "manifest.name"


def test_names_that_are_one_in_normal_form_are_refused(tmp_path: Path) -> None:
    """One of them would hide behind the other."""
    (tmp_path / "caf\u00e9").write_bytes(b"1")
    (tmp_path / "cafe\u0301").write_bytes(b"2")

    assert refusal(tmp_path).code == "manifest.name-collision"


def test_a_folder_nested_too_deep_is_refused(tmp_path: Path) -> None:
    """65 folders below the root are one too many."""
    deep = tmp_path.joinpath(*["d"] * 64)
    deep.mkdir(parents=True)
    (deep / "file").write_bytes(b"")
    assert len(read_manifest(tmp_path).files) == 1

    (deep / "d").mkdir()

    assert refusal(tmp_path).code == "manifest.too-deep"


def test_a_folder_with_too_many_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is lowered here so that the test stays quick."""
    monkeypatch.setattr(folder, "MAX_FILES", 2)
    for name in "abc":
        (tmp_path / name).write_bytes(b"")

    assert refusal(tmp_path).code == "manifest.too-many-files"


def shrink(path: Path) -> None:
    """Cut the file."""
    os.truncate(path, 10)


def grow(path: Path) -> None:
    """Add to the file."""
    with path.open("ab") as file:
        file.write(b"more")


def rewrite(path: Path) -> None:
    """Put other bytes of the same length into the file."""
    with path.open("r+b") as file:
        file.write(b"y")


def replace_by_link(path: Path) -> None:
    """Put a link in the place of the file."""
    path.unlink()
    path.symlink_to("/etc/hostname")


def replace_by_pipe(path: Path) -> None:
    """Put a pipe in the place of the file."""
    path.unlink()
    os.mkfifo(path)


def replace_folder_by_link(path: Path) -> None:
    """Put a link in the place of the folder that the file is in."""
    path.parent.rename(path.parent.with_name("moved"))
    path.parent.symlink_to("moved")


CHANGED, UNREADABLE = "manifest.changed-while-reading", "manifest.unreadable"


@pytest.mark.parametrize(
    ("when", "change", "code"),
    [
        ("before", Path.unlink, UNREADABLE),
        ("before", replace_by_link, UNREADABLE),
        ("before", replace_folder_by_link, UNREADABLE),
        ("before", replace_by_pipe, CHANGED),
        ("before", rewrite, CHANGED),
        ("before", grow, CHANGED),
        ("before", shrink, CHANGED),
        ("amid", rewrite, CHANGED),
        ("amid", grow, CHANGED),
        ("amid", shrink, CHANGED),
    ],
)
def test_a_file_that_changes_while_it_is_read_is_found(
    tmp_path: Path, when: str, change: Callable[[Path], None], code: str
) -> None:
    """Between listing and opening, or between two chunks."""
    path = tmp_path / "sub" / "weights.bin"
    path.parent.mkdir()
    path.write_bytes(BIG)
    os.utime(path, (1, 1))  # so that a write in the same tick of the clock is seen
    pending = [change]

    def progress(done: int, _total: int) -> None:
        if (done > 0) is (when == "amid") and pending:
            pending.pop()(path)

    with pytest.raises(UnavailableError) as refused:
        read_manifest(tmp_path, progress=progress)

    assert refused.value.code == code


def test_what_vanishes_during_the_walk_is_named(tmp_path: Path) -> None:
    """A file that goes between the listing and its turn, and a folder that is gone."""
    (tmp_path / "gone").write_bytes(b"")
    root = open_folder(tmp_path)

    def skip(path: str) -> bool:
        (tmp_path / path).unlink()
        return False

    try:
        with pytest.raises(UnavailableError, match="gone"):
            walk(root, tmp_path, skip)
        with pytest.raises(UnavailableError, match="sub"):
            open_folder("sub", below=root)
    finally:
        os.close(root)


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    """What was a folder a moment ago may be one no longer."""
    (tmp_path / "file").write_bytes(b"")
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)

    try:
        with pytest.raises(UnavailableError) as refused:
            walk(descriptor, tmp_path, lambda _: False)
    finally:
        os.close(descriptor)

    assert refused.value.code == "manifest.unreadable"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A read that the system refuses is no traceback."""
    path = tmp_path / "weights.bin"
    path.write_bytes(b"x")
    descriptor = os.open(path, os.O_WRONLY)

    try:
        with pytest.raises(UnavailableError) as refused:
            sha256_of_open_file(descriptor, state_of(str(path), path.stat()), lambda _: None)
    finally:
        os.close(descriptor)

    assert refused.value.code == "manifest.unreadable"
    assert "weights.bin" in refused.value.what


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Whatever ends the reading, every descriptor is closed."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").symlink_to("x")
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(3):
        with pytest.raises(MalformedError):
            read_manifest(tmp_path)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
