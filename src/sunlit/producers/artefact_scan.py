"""Grades one file: what would happen to whoever loads it? Bounded, and nothing is loaded.

Containers (zip, tar, gzip, bzip2, xz, lzma, zlib) are opened in memory up to the bounds below;
beyond a bound a file counts as not scanned, never as safe.
"""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Final, cast

from sunlit.base.zips import BROKEN_MEMBER
from sunlit.producers import file_formats as formats
from sunlit.producers.artefact_grade import MAX_INFLATED, Budget, Grade, Seen
from sunlit.producers.msgpack_walk import blobs
from sunlit.producers.pickle_imports import read_imports
from sunlit.producers.pickle_judge import dangerous

MAX_NESTING: Final = 4
MAX_SEARCHED: Final = 64 * 1024 * 1024  # bytes of HDF5 or JSON searched for Lambda layers
MAX_MSGPACK: Final = 256 * 1024 * 1024

CONVERT: Final = "convert it to skops, ONNX or safetensors"

Opener = Callable[[], IO[bytes]]

# What the standard library raises for containers that are broken, encrypted or unknown.
_BROKEN: Final[tuple[type[Exception], ...]] = (*BROKEN_MEMBER, tarfile.TarError)


def scan(
    name: str, stream: IO[bytes], size: int, budget: Budget | None = None, depth: int = 0
) -> tuple[Seen, ...]:
    """Grade the file in a seekable stream of `size` bytes, and what it contains."""
    budget = budget or Budget()
    head = stream.read(formats.HEAD)
    stream.seek(0)
    # A file may be two things at once: a pickle in front, an archive behind it.
    pickle = _pickle(name, stream, size, head, budget, depth)
    for look in _LOOKS:
        try:
            seen = look(name, stream, size, head, budget, depth)
        except _BROKEN:
            seen = (_said(name, Grade.UNSCANNED, "it cannot be unpacked"),)
        if seen:
            return pickle + (seen if look in _CONTAINERS or not pickle else ())
    return pickle or (_said(name, Grade.UNSCANNED, "its format is not known here"),)


def _said(name: str, grade: Grade, reason: str) -> Seen:
    return Seen(name=name, grade=grade, reason=reason)


def _pickle(
    name: str, stream: IO[bytes], size: int, head: bytes, _budget: Budget, _depth: int
) -> tuple[Seen, ...]:
    imports = read_imports(stream, size)
    stream.seek(0)
    marked = head[:1] == b"\x80" and head[1:2] <= b"\x05" and len(head) > 2
    named = any(name.lower().endswith(suffix) for suffix in formats.PICKLE_SUFFIXES)
    whole = imports.pickles > 0 and bool(imports.names or imports.calls or named)
    if not (marked or whole or (imports.names and imports.calls)):
        return ()
    return (_judged(name, imports.names, whole=imports.pickles > 0, complete=imports.complete),)


def _judged(name: str, names: tuple[tuple[str, str], ...], *, whole: bool, complete: bool) -> Seen:
    bad = dangerous(names)
    if bad:
        return _said(name, Grade.FAILED, f"a pickle that imports {', '.join(bad[:5])}")
    if not whole:
        return _said(name, Grade.FAILED, "a pickle that breaks off: what it would do is hidden")
    if not complete:
        return _said(name, Grade.WARNED, f"a pickle with unread bytes behind it: {CONVERT}")
    return _said(name, Grade.WARNED, f"a pickle: loading it runs code that it names; {CONVERT}")


def _numpy(
    name: str, stream: IO[bytes], size: int, head: bytes, budget: Budget, depth: int
) -> tuple[Seen, ...]:
    if not head.startswith(formats.NUMPY):
        return ()
    header = formats.npy_holds_objects(head)
    if header is None:
        return (_said(name, Grade.UNSCANNED, "its NumPy header is longer than is read"),)
    objects, start = header
    if not objects:
        return (_said(name, Grade.PASSED, "a NumPy array of numbers"),)
    stream.seek(start)
    imports = read_imports(stream, size)
    del budget, depth
    return (_judged(name, imports.names, whole=imports.pickles > 0, complete=imports.complete),)


def _zip(
    name: str, stream: IO[bytes], _size: int, _head: bytes, budget: Budget, depth: int
) -> tuple[Seen, ...]:
    if not zipfile.is_zipfile(stream):
        stream.seek(0)
        return ()
    with zipfile.ZipFile(stream) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        # torch.save keeps raw numbers under `<archive>/data/`, described by `data.pkl`.
        tensors = tuple(
            one.filename.removesuffix(".pkl") + "/"
            for one in members
            if one.filename.endswith("data.pkl")
        )
        opened = ((one.filename, _opener(archive, one)) for one in members)
        seen = _inside(name, opened, budget, depth)
    return tuple(
        _said(one.name, Grade.PASSED, "raw numbers of a PyTorch archive")
        if one.grade is Grade.UNSCANNED and _member(one.name, name).startswith(tensors or ("\0",))
        else one
        for one in seen
    )


def _member(full: str, archive: str) -> str:
    return full.removeprefix(archive + "!")


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Opener:
    return lambda: archive.open(member)


def _tar(
    name: str, stream: IO[bytes], _size: int, head: bytes, budget: Budget, depth: int
) -> tuple[Seen, ...]:
    if head[257:262] != b"ustar":
        return ()
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        return tuple(_inside(name, _tar_members(archive), budget, depth))


def _tar_members(archive: tarfile.TarFile) -> Iterator[tuple[str, Opener]]:
    for member in archive:
        if member.isfile():
            yield member.name, lambda member=member: archive.extractfile(member)  # type: ignore[misc]


def _inside(
    name: str, members: Iterator[tuple[str, Opener]], budget: Budget, depth: int
) -> tuple[Seen, ...]:
    found: list[Seen] = []
    for member, opener in members:
        full = f"{name}!{member}"
        budget.members_left -= 1
        if budget.members_left < 0 or depth >= MAX_NESTING:
            found.append(_said(name, Grade.UNSCANNED, "it holds more, or deeper, than is opened"))
            break
        found.extend(_opened(full, opener, budget, depth))
    return tuple(found) or (_said(name, Grade.PASSED, "an empty archive"),)


def _opened(full: str, opener: Opener, budget: Budget, depth: int) -> tuple[Seen, ...]:
    try:
        with opener() as stream:
            data = budget.read(stream)
    except _BROKEN:
        return (_said(full, Grade.UNSCANNED, "it cannot be unpacked"),)
    if data is None:
        return (_said(full, Grade.UNSCANNED, f"more than {MAX_INFLATED} bytes unpacked"),)
    return scan(full, io.BytesIO(data), len(data), budget, depth + 1)


def _lzma(stream: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", lzma.LZMAFile(stream))


# first bytes -> opener. zlib has no magic: its header is a deflate method and a checksum.
_COMPRESSED: Final[tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...]] = (
    (b"\x1f\x8b", lambda stream: cast("IO[bytes]", gzip.GzipFile(fileobj=stream))),
    (b"BZh", lambda stream: cast("IO[bytes]", bz2.BZ2File(stream))),
    (b"\xfd7zXZ\x00", _lzma),
    (b"\x5d\x00\x00", _lzma),
)


def _compressed(
    name: str, stream: IO[bytes], _size: int, head: bytes, budget: Budget, depth: int
) -> tuple[Seen, ...]:
    opener = next((one for magic, one in _COMPRESSED if head.startswith(magic)), None)
    if opener is None and _is_zlib(head):
        opener = _Zlib
    if opener is None:
        return ()
    if depth >= MAX_NESTING:
        return (_said(name, Grade.UNSCANNED, "it is packed deeper than is opened"),)
    packed = opener
    return _opened(f"{name}!", lambda: packed(stream), budget, depth)


def _is_zlib(head: bytes) -> bool:
    # RFC 1950: CM = 8 and CMF * 256 + FLG is a multiple of 31; then it must begin to inflate.
    if len(head) < 3 or head[0] & 0x0F != 8 or (head[0] << 8 | head[1]) % 31:
        return False
    try:
        return bool(zlib.decompressobj().decompress(head, 16))
    except zlib.error:
        return False


class _Zlib(io.BytesIO):
    """A zlib stream, inflated up to one byte over the bound."""

    def __init__(self, stream: IO[bytes]) -> None:
        inflater = zlib.decompressobj()
        super().__init__(inflater.decompress(stream.read(MAX_INFLATED), MAX_INFLATED + 1))


_LAMBDA: Final = re.compile(rb'"class_name"\s*:\s*"(?:Lambda|__lambda__)"')


def _keras(
    name: str, stream: IO[bytes], size: int, head: bytes, _budget: Budget, _depth: int
) -> tuple[Seen, ...]:
    is_config = name.lower().endswith("config.json") and b"class_name" in head
    if not is_config and not head.startswith(formats.HDF5):
        return ()
    data = stream.read(MAX_SEARCHED)
    stream.seek(0)
    if _LAMBDA.search(data):
        return (_said(name, Grade.FAILED, "a Keras Lambda layer: Python code hidden as bytes"),)
    if size > MAX_SEARCHED:
        return (_said(name, Grade.UNSCANNED, "too large to be searched for Lambda layers"),)
    return (_said(name, Grade.PASSED, "Keras or HDF5 without a Lambda layer"),)


def _msgpack(
    name: str, stream: IO[bytes], size: int, head: bytes, budget: Budget, depth: int
) -> tuple[Seen, ...]:
    if size > MAX_MSGPACK or not head or formats.is_text(head, size):
        return ()
    data = stream.read(MAX_MSGPACK)
    stream.seek(0)
    inside = blobs(data)
    if inside is None:
        return ()
    # msgpack-numpy writes arrays of objects as pickles inside the document.
    hidden = [
        seen
        for number, blob in enumerate(inside)
        if blob[0] == 0x80 and blob[1] <= 5
        for seen in _pickle(
            f"{name}!{number}", io.BytesIO(blob), len(blob), bytes(blob[:64]), budget, depth
        )
        if not seen.reason.startswith("a pickle that breaks off")
    ]
    return tuple(hidden) or (_said(name, Grade.PASSED, "MessagePack"),)


def _known(
    name: str, _stream: IO[bytes], size: int, head: bytes, _budget: Budget, _depth: int
) -> tuple[Seen, ...]:
    if not size:
        return (_said(name, Grade.PASSED, "empty"),)
    compiled = formats.code_format(name, head)
    if compiled:
        return (_said(name, Grade.WARNED, f"{compiled}: whoever loads it runs it"),)
    closed = formats.closed_format(head)
    if closed:
        return (_said(name, Grade.UNSCANNED, f"{closed} is not opened here"),)
    data = formats.data_format(name, head, size)
    return (_said(name, Grade.PASSED, data),) if data else ()


Look = Callable[[str, IO[bytes], int, bytes, Budget, int], tuple[Seen, ...]]
_CONTAINERS: Final[tuple[Look, ...]] = (_compressed, _zip, _tar)
_LOOKS: Final[tuple[Look, ...]] = (_numpy, *_CONTAINERS, _keras, _known, _msgpack)
