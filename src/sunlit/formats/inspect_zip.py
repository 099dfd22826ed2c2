"""The members of an Inspect `.eval` file: a zip whose members are packed with zstd (method 93).

Python reads that method from 3.14 on. The directory is `zipfile`'s; members are unpacked here, each
within a bound, so that a small file cannot fill the memory.
"""

import io
import struct
import zipfile
import zlib
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.base.zips import BROKEN_MEMBER
from sunlit.formats.foreign import malformed, too_large

MAX_MEMBERS: Final = 200_000
MAX_MEMBER: Final = 64 * 1024 * 1024
MAX_TOTAL: Final = 1024 * 1024 * 1024
_LOCAL: Final = struct.Struct("<4s22xHH")  # APPNOTE 4.3.7: signature, ..., name and extra lengths
_STORED, _DEFLATED, _ZSTD = 0, 8, 93


class Members:
    """A zip's members by name, unpacked when they are asked for.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`.
    """

    def __init__(self, data: bytes) -> None:
        self._data, self._spent = data, 0
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                infos = opened.infolist()
        except BROKEN_MEMBER as error:
            raise malformed("the .eval file is no zip, or was cut short") from error
        if len(infos) > MAX_MEMBERS:
            raise too_large("the .eval file", f"at most {MAX_MEMBERS} members")
        self._infos = {one.filename: one for one in infos}
        if len(self._infos) != len(infos):
            raise malformed("the .eval file holds two members of one name")

    def names(self) -> list[str]:
        """Return the names in the order of the directory."""
        return list(self._infos)

    def read(self, name: str) -> bytes:
        """Unpack one member and check its checksum."""
        info = self._infos[name]
        if info.flag_bits & 1:
            raise malformed("a member of the .eval file is encrypted")
        if info.file_size > MAX_MEMBER or self._spent + info.file_size > MAX_TOTAL:
            raise too_large("the .eval file, unpacked,", f"at most {MAX_MEMBER} bytes a member")
        found = _unpacked(self._packed(info), info.compress_type, info.file_size)
        self._spent += len(found)
        if len(found) != info.file_size or zlib.crc32(found) != info.CRC:
            raise malformed("a member of the .eval file is not what its directory says")
        return found

    def _packed(self, info: zipfile.ZipInfo) -> bytes:
        start = info.header_offset
        head = self._data[start : start + _LOCAL.size]
        if len(head) < _LOCAL.size or head[:4] != b"PK\x03\x04":
            raise malformed("the directory of the .eval file points nowhere")
        _, name, extra = _LOCAL.unpack(head)
        begin = start + _LOCAL.size + name + extra
        return self._data[begin : begin + info.compress_size]


def _unpacked(packed: bytes, method: int, size: int) -> bytes:
    if method == _STORED:
        return packed
    if method == _DEFLATED:
        try:
            return zlib.decompressobj(-15).decompress(packed, size + 1)
        except zlib.error as error:
            raise malformed("a member of the .eval file cannot be unpacked") from error
    if method == _ZSTD:
        return _zstd(packed, size)
    raise malformed("a member of the .eval file is packed in a way that is not known")


def _zstd(packed: bytes, size: int) -> bytes:
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnavailableError(
            "foreign.no-zstandard", "reading an .eval file needs zstandard",
            mend="pip install 'sunlit[audit]', or write the log with --log-format json",
        ) from error  # fmt: skip
    try:
        # the window is bounded too: a frame may ask for far more memory than it fills
        reader = zstandard.ZstdDecompressor(max_window_size=128 * 1024 * 1024)
        return reader.stream_reader(io.BytesIO(packed), read_across_frames=True).read(size + 1)
    except zstandard.ZstdError as error:
        raise malformed("a member of the .eval file cannot be unpacked") from error
