"""One reading of a zip: its list at the end and the files before it must say the same.

Zips can say one thing to a program that reads the list (as the verifier does) and another to one
that reads file after file, finds a second list by a zip64 record, or heeds extra fields. A bundle
leaves nothing to choose: files and list follow each other without a gap, nothing is optional.
"""

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from sunlit.base.errors import MalformedError

ARCHIVE: Final = "bundle.archive"
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL_SIZE: Final = 46
_LOCATOR64: Final = b"PK\x06\x07"
_LOCATOR64_SIZE: Final = 20
_LATE: Final = 0x08  # sizes stand behind the file: whoever reads forward must guess


@dataclass(frozen=True, slots=True)
class End:
    """What the last 22 bytes of a zip say of its list: how many files, its size and place."""

    count: int
    size: int
    offset: int


def read_end(stream: IO[bytes]) -> End:
    """Read a zip's end; leaves the stream at its start.

    Raises:
        MalformedError: `bundle.archive`.
    """
    length = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, length - _END.size - _LOCATOR64_SIZE))
    tail = stream.read()
    stream.seek(0)
    last = tail[-_END.size :]
    if len(last) < _END.size or not last.startswith(b"PK\x05\x06"):
        raise refused("it is no zip, was cut short, or has something behind its end")
    _, disk, at_disk, here, count, size, offset, comment = _END.unpack(last)
    if comment:
        raise refused("it has a comment, which no list of files covers")
    if tail[: -_END.size].startswith(_LOCATOR64) or (disk, at_disk, here) != (0, 0, count):
        raise refused("it has a second list of files, or parts elsewhere")
    return End(count, size, offset)


def expect_end(stream: IO[bytes], end: End) -> None:
    """Check that the list stands right before the end, so that there is one.

    Raises:
        MalformedError: `bundle.archive`.
    """
    length = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if end.offset + end.size + _END.size != length:
        raise refused("something stands before its first file, or between its list and its end")


def expect_one_reading(stream: IO[bytes], infos: Sequence[zipfile.ZipInfo], end: End) -> None:
    """Check that list and files agree, without gaps; names are checked to be ASCII before.

    Raises:
        MalformedError: `bundle.archive`.
    """
    listed = sum(_CENTRAL_SIZE + len(info.filename) for info in infos)
    if (len(infos), listed) != (end.count, end.size):
        raise refused("its list has comments, extra fields, or another length than it says")
    at = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset != at:
            raise refused("two files share bytes, or there is something between them")
        _expect_local(stream, info)
        at += _LOCAL.size + len(info.filename) + info.compress_size
    if at != end.offset:
        raise refused("something stands between its last file and its list")
    stream.seek(0)


def _expect_local(stream: IO[bytes], info: zipfile.ZipInfo) -> None:
    name = info.filename.encode("ascii")
    stream.seek(info.header_offset)
    head = stream.read(_LOCAL.size + len(name))
    if len(head) != _LOCAL.size + len(name) or info.flag_bits & _LATE:
        raise refused(f"{info.filename} does not say its size before it begins")
    mark, _, flags, method, _, _, crc, packed, size, length, extra = _LOCAL.unpack_from(head)
    said = (mark, flags, method, crc, packed, size, length, extra, head[_LOCAL.size :])
    listed = (
        b"PK\x03\x04", info.flag_bits, info.compress_type, info.CRC, info.compress_size,
        info.file_size, len(name), 0, name,
    )  # fmt: skip
    if said != listed:
        raise refused(f"{info.filename} is another file where it stands than in the list")


def refused(why: str) -> MalformedError:
    """Return the refusal of a zip that is no bundle."""
    return MalformedError(
        ARCHIVE, f"this is no bundle that can be read: {why}",
        mend="get the whole file again, from where you got it",
    )  # fmt: skip
