"""Zips made to harm: each is refused in words, in little time and memory, and never unpacked."""

import io
import stat
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.bundle import archive
from sunlit.bundle.archive import opened, write_archive
from sunlit.bundle.outcome import Outcome
from tests.bundle.cases import checked, files_of, flipped, made, trust


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip of these files, whatever their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as out:
        for name, data in files:
            out.writestr(name, data)
    return stream.getvalue()


def info(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    """Return how a file is described in a zip."""
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    return found


def patched(data: bytes, signature: bytes, offset: int, form: str, value: int) -> bytes:
    """Return a zip with one field of its first header of a kind changed."""
    at = data.index(signature) + offset
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form) :]


def both(data: bytes, local: int, central: int, form: str, value: int) -> bytes:
    """Return a zip with one field of its first file changed, in both headers."""
    data = patched(data, b"PK\x03\x04", local, form, value)
    return patched(data, b"PK\x01\x02", central, form, value)


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped(("manifest.json", b"{}"), ("manifest.json", b"[]"))


def bomb() -> bytes:
    return zipped(("manifest.json", bytes(300 * 1024 * 1024)), method=zipfile.ZIP_DEFLATED)


def hidden_bomb() -> bytes:
    """Say that 50 megabytes are 50 bytes."""
    data = zipped(("manifest.json", bytes(50_000_000)), method=zipfile.ZIP_DEFLATED)
    return both(data, 22, 24, "<L", 50)


def overlapping() -> bytes:
    data = zipped(("a", b"x" * 100), ("b", b"y" * 100))
    second = data.rindex(b"PK\x01\x02")
    return data[: second + 42] + struct.pack("<L", 0) + data[second + 46 :]


def commented() -> bytes:
    stream = io.BytesIO(zipped(("a", b"x")))
    with zipfile.ZipFile(stream, "a") as out:
        out.comment = b"All is well."
    return stream.getvalue()


def huge_list() -> bytes:
    data = zipped(("a", b"x"))
    return patched(data, b"PK\x05\x06", 12, "<L", 200_000_000)


def huge_list_in_zip64() -> bytes:
    data = zipped(("a", b"x"))
    end = data.index(b"PK\x05\x06")
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 2_000_000_000,
        data.index(b"PK\x01\x02"),
    )  # fmt: skip
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    return data[:end] + record + locator + data[end:]


MAKERS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing": ("bundle.archive", lambda: b""),
    "no zip": ("bundle.archive", lambda: b"%PDF-1.7 no zip at all" * 10),
    "an end without a beginning": ("bundle.archive", lambda: made().data[-22:]),
    "cut in the middle": ("bundle.archive", lambda: made().data[: len(made().data) // 2]),
    "cut at the front": ("bundle.archive", lambda: made().data[1000:]),
    "something before it": ("bundle.archive", lambda: b"#!/bin/sh\n" + made().data),
    "a comment": ("bundle.archive", commented),
    "a file that stands twice": ("bundle.name", twice),
    "names alike but for case": ("bundle.name", lambda: zipped(("a", b""), ("A", b""))),
    "a path upwards": ("bundle.name", lambda: zipped(("../../etc/passwd", b""))),
    "a path upwards further on": ("bundle.name", lambda: zipped(("token/../../x", b""))),
    "an absolute path": ("bundle.name", lambda: zipped(("/etc/passwd", b""))),
    "a path of another system": ("bundle.name", lambda: zipped(("C:\\x", b""))),
    "a name that ends early": (
        "bundle.name", lambda: zipped(("manifest.jsonX", b"")).replace(b"jsonX", b"json\x00"),
    ),
    "a folder": ("bundle.name", lambda: zipped(("token/", b""))),
    "a hidden file": ("bundle.name", lambda: zipped((".profile", b""))),
    "a link": (
        "bundle.archive", lambda: zipped((info("a", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")),
    ),
    "a device": ("bundle.archive", lambda: zipped((info("a", mode=stat.S_IFCHR | 0o666), b""))),
    "encryption": ("bundle.archive", lambda: both(zipped(("a", b"x")), 6, 8, "<H", 1)),
    "another packing": (
        "bundle.archive", lambda: zipped(("a", b"x" * 99), method=zipfile.ZIP_BZIP2),
    ),
    "an unknown packing": ("bundle.archive", lambda: both(zipped(("a", b"x")), 8, 10, "<H", 77)),
    "too many files": (
        "bundle.too-large", lambda: zipped(*((f"f{n}", b"") for n in range(archive.MAX_FILES + 1))),
    ),
    "a bomb": ("bundle.too-large", bomb),
    "a bomb that says it is small": ("bundle.archive", hidden_bomb),
    "a file that says it is huge": (
        "bundle.too-large", lambda: both(zipped(("a", b"x")), 22, 24, "<L", 2**31),
    ),
    "files that share bytes": ("bundle.archive", overlapping),
    "a list of files of 200 megabytes": ("bundle.too-large", huge_list),
    "a zip64 list of files of two gigabytes": ("bundle.archive", huge_list_in_zip64),
    "no manifest": ("bundle.file-missing", lambda: zipped(("a", b"x"))),
    "a manifest that is none": ("bundle.manifest", lambda: zipped(("manifest.json", b"[1]"))),
    "a manifest that nests": (
        "bundle.manifest", lambda: zipped(("manifest.json", b"[" * 100_000)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MAKERS)
def test_a_hostile_zip_fails_check_1_in_words(name: str, tmp_path: Path) -> None:
    """All other checks are Not done; it takes little time, and no file is written anywhere."""
    code, maker = MAKERS[name]
    path = tmp_path / "bundle.zip"
    path.write_bytes(maker())
    trust()  # the world is made once, outside of what is measured
    tracemalloc.start()
    try:
        start = time.process_time()
        found = checked(path)
        took, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.check("files").code == code, found.check("files").words
    assert found.check("files").outcome in (Outcome.FAILED, Outcome.NOT_DONE)
    assert {check.outcome for check in found.checks[1:]} == {Outcome.NOT_DONE}
    assert found.exit_code == 1
    assert found.shown is None
    assert took < 10
    assert peak < 100_000_000
    assert list(tmp_path.iterdir()) == [path]


def test_a_zip_in_the_zip_is_not_opened() -> None:
    """It is bytes like any other file."""
    inner = zipped(("../../x", b""))
    with opened(zipped(("inner.zip", inner))) as found:
        assert found.read("inner.zip") == inner


def test_what_cannot_be_read_from_disk_is_said(tmp_path: Path) -> None:
    """A missing file, and a limit below a file's size."""
    with pytest.raises(UnavailableError, match=r"bundle.zip"), opened(tmp_path / "bundle.zip"):
        pass
    with opened(zipped(("a", b"xyz"))) as found, pytest.raises(MalformedError, match="at most 2"):
        found.read("a", limit=2)


def test_the_same_files_give_the_same_zip() -> None:
    """No time, no order of a dict, no owner of a file gets into it."""
    files = {"manifest.json": b"{}", "b": b"x" * 100, "a/c": b"", "big": bytes(3_000_000)}
    one, other = io.BytesIO(), io.BytesIO()
    write_archive(files, one)
    write_archive(dict(reversed(files.items())), other)

    assert one.getvalue() == other.getvalue()
    assert files_of(one.getvalue()) == files
    with zipfile.ZipFile(one) as found:
        assert found.namelist()[0] == "manifest.json"


def test_no_zip_is_written_that_could_not_be_read() -> None:
    """A name that no bundle has is refused by the writer too."""
    with pytest.raises(MalformedError):
        write_archive({"../x": b""}, io.BytesIO())


@given(at=st.integers(0, 10**9), bit=st.integers(0, 7))
@settings(max_examples=40, deadline=None)
def test_no_flipped_bit_goes_unnoticed_or_breaks_the_verifier(at: int, bit: int) -> None:
    """Anywhere in the zip: if every check still passes, every file is what it was."""
    good = made().data
    place = at % len(good)
    bad = good[:place] + bytes([good[place] ^ (1 << bit)]) + good[place + 1 :]

    found = checked(bad)

    if found.holds:
        with opened(bad) as one:
            assert {name: one.read(name) for name in one.sizes} == files_of(good)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_a_flipped_bit_in_any_file_is_refused_though_the_zip_is_whole(data: st.DataObject) -> None:
    """The zip's own checksums fit again; the manifest does not, or is no longer itself."""
    files = files_of(made().data)
    path = data.draw(st.sampled_from(sorted(name for name, one in files.items() if one)))
    files[path] = flipped(files[path], data.draw(st.integers(0, len(files[path]) - 1)))
    stream = io.BytesIO()
    write_archive(files, stream)

    assert checked(stream.getvalue()).exit_code == 1


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_bytes_give_an_answer(data: bytes, after: bool) -> None:  # noqa: FBT001 - drawn
    """Noise, before or after a real bundle's end, raises nothing that Sunlit cannot name."""
    good = made().data[-3000:]
    try:
        found = checked(good + data if after else data + good)
    except SunlitError as error:  # pragma: no cover - there is none
        pytest.fail(str(error))
    assert not found.holds
