"""Zips that two programs could read in two ways: both verifiers refuse them, before a check."""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Final

import pytest

from sunlit.bundle.outcome import Outcome
from tests.bundle.cases import checked, copied_world, made, now
from tests.security.in_node import needs_node, node_verdict

END: Final = 22


def members(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return files, list and end of a zip."""
    size, offset = struct.unpack_from("<2L", data, len(data) - END + 12)
    return data[:offset], data[offset : offset + size], data[-END:]


def joined(files: bytes, listed: bytes, end: bytes) -> bytes:
    """Return a zip of these three, the end made to fit."""
    return files + listed + end[:12] + struct.pack("<2L", len(listed), len(files)) + end[20:]


def hidden_file() -> bytes:
    """A file stands between the others and the list; whoever reads forward unpacks it too."""
    files, listed, end = members(made().data)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        out.writestr("index.html", b"<h1>Every check passed</h1>")
    return joined(files + members(stream.getvalue())[0], listed, end)


def two_lists() -> bytes:
    """A zip64 record leads to a second list, which is hidden in a comment of the first one's end.

    Programs that heed the record read one bundle, the others another: each of them whole.
    """
    files, listed, end = members(made().data)
    other_files, other, _ = members(made("released").data)
    moved = bytearray(other)
    at = 0
    while at < len(moved):
        name, extra, comment = struct.unpack_from("<3H", moved, at + 28)
        (place,) = struct.unpack_from("<L", moved, at + 42)
        struct.pack_into("<L", moved, at + 42, place + len(files))
        at += 46 + name + extra + comment
    count = struct.unpack_from("<H", made("released").data[-END:], 10)[0]
    first = bytearray(listed)
    last = first.rindex(b"PK\x01\x02")
    struct.pack_into("<H", first, last + 32, len(moved) + 56 + 20)
    # The list of the first, whose last row has the second list and the record as its comment.
    body = files + other_files
    at_record = len(body) + len(first) + len(moved)
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(moved),
        len(body) + len(first),
    )  # fmt: skip
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at_record, 1)
    return joined(body, bytes(first) + bytes(moved) + record + locator, end)


def local_patched(offset: int, form: str, value: int) -> Callable[[], bytes]:
    """Change one field of the first file's own header; the list says what it said."""

    def make() -> bytes:
        data = bytearray(made().data)
        struct.pack_into(form, data, offset, value)
        return bytes(data)

    return make


def late_sizes() -> bytes:
    """Write as to a pipe: sizes stand behind each file."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(made_file(), "r") as found, zipfile.ZipFile(pipe, "w") as out:
        for name in found.namelist():
            out.writestr(zipfile.ZipInfo(name), found.read(name))
    return bytes(pipe.data)


def made_file() -> io.BytesIO:
    return io.BytesIO(made().data)


def with_extra() -> bytes:
    """Give a file an extra field, in which another name could stand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(made_file()) as found, zipfile.ZipFile(stream, "w") as out:
        for name in found.namelist():
            info = zipfile.ZipInfo(name)
            if name == "decision/record.json":
                info.extra = struct.pack("<2H4s", 0x7777, 4, b"word")
            out.writestr(info, found.read(name))
    return stream.getvalue()


def row_comment() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(made_file()) as found, zipfile.ZipFile(stream, "w") as out:
        for name in found.namelist():
            info = zipfile.ZipInfo(name)
            info.comment = b"All is well."
            out.writestr(info, found.read(name))
    return stream.getvalue()


def dotted() -> bytes:
    """Add a file that one system writes over another file when it unpacks them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(made_file()) as found, zipfile.ZipFile(stream, "w") as out:
        for name in found.namelist():
            out.writestr(zipfile.ZipInfo(name), found.read(name))
        out.writestr(zipfile.ZipInfo("index.html."), b"<h1>Every check passed</h1>")
    return stream.getvalue()


def comment_with_a_zip() -> bytes:
    stream = io.BytesIO(made().data)
    with zipfile.ZipFile(stream, "a") as out:
        out.comment = made("released").data[-20_000:]
    return stream.getvalue()


ZIPS: Final[dict[str, Callable[[], bytes]]] = {
    "a file that is not in the list": hidden_file,
    "two lists, each of a whole bundle": two_lists,
    "another packing where the file stands": local_patched(8, "<H", 0),
    "another size where the file stands": local_patched(22, "<L", 7),
    "another checksum where the file stands": local_patched(14, "<L", 7),
    "other flags where the file stands": local_patched(6, "<H", 0x800),
    "sizes behind the files": late_sizes,
    "an extra field": with_extra,
    "comments in the list": row_comment,
    "a comment with a zip in it": comment_with_a_zip,
    "a name that ends in a dot": dotted,
    "a zip within a longer file": lambda: b"x" * 100 + made().data,
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_with_two_readings_is_refused(name: str) -> None:
    """Check 1 fails and nothing else is looked at, whatever the list alone would say."""
    found = checked(ZIPS[name]())

    assert found.check("files").outcome is Outcome.FAILED
    assert found.check("files").code in ("bundle.archive", "bundle.name")
    assert found.shown is None


@needs_node
@pytest.mark.parametrize("name", ZIPS)
def test_the_browser_refuses_it_too(name: str) -> None:
    """Or one verifier would pass what the other never looked at."""
    found = node_verdict(ZIPS[name](), copied_world().trust.read_bytes(), now())

    assert found["files"][0] == "Failed"
    assert {outcome for outcome, _ in found.values()} == {"Failed", "Not done"}


@needs_node
def test_the_browser_passes_what_was_not_tampered_with() -> None:
    """The zip that we write has one reading."""
    found = node_verdict(made().data, copied_world().trust.read_bytes(), now())

    assert {name for name, (outcome, _) in found.items() if outcome != "Passed"} == {"findings"}
