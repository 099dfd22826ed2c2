"""What a file is, by its content first and its name second; none is ever loaded."""

import json
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final

HEAD: Final = 4096  # bytes that are enough to tell

PICKLE_SUFFIXES: Final = frozenset({
    ".ckpt", ".dat", ".data", ".dill", ".joblib", ".pickle", ".pkl", ".pt", ".pth",
})  # fmt: skip

# (first bytes, at this offset, what it is): formats that hold data and run nothing when read.
_DATA_MAGIC: Final[tuple[tuple[bytes, int, str], ...]] = (
    (b"GGUF", 0, "GGUF"),
    (b"TFL3", 4, "TensorFlow Lite"),
    (b"PAR1", 0, "Parquet"),
    (b"ARROW1", 0, "Arrow"),
    (b"ORC", 0, "ORC"),
    (b"Obj\x01", 0, "Avro"),
    (b"\x89PNG\r\n\x1a\n", 0, "PNG"),
    (b"\xff\xd8\xff", 0, "JPEG"),
    (b"GIF8", 0, "GIF"),
    (b"RIFF", 0, "RIFF (WAV, WebP)"),
    (b"%PDF-", 0, "PDF"),
    (b"wOF", 0, "a web font"),
    (b"\x00\x01\x00\x00\x00", 0, "a font"),
    (b"SQLite format 3\x00", 0, "SQLite"),
)
# Compiled code: whoever loads it runs it, and nobody can say what it does.
_CODE_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x7fELF", "compiled code (ELF)"),
    (b"MZ", "compiled code (Windows)"),
    (b"\xcf\xfa\xed\xfe", "compiled code (Mach-O)"),
    (b"\xca\xfe\xba\xbe", "compiled code (Java or Mach-O)"),
    (b"\x00asm", "compiled code (WebAssembly)"),
)
# Containers that this scanner does not open.
_CLOSED_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"\x04\x22\x4d\x18", "LZ4 data"),
)
HDF5: Final = b"\x89HDF\r\n\x1a\n"
NUMPY: Final = b"\x93NUMPY"
_ONNX: Final = re.compile(rb"\x08[\x01-\x7f]")  # ModelProto.ir_version, field 1
_UTF8_TAIL: Final = 3


def data_format(name: str, head: bytes, size: int) -> str | None:
    """Return the name of a format that only holds data, or None."""
    for magic, at, what in _DATA_MAGIC:
        if head[at : at + len(magic)] == magic:
            return what
    suffix = PurePosixPath(name.lower()).suffix
    known = _BY_SUFFIX.get(suffix)
    if known is not None and known[1](head, size):
        return known[0]
    return "text" if is_text(head, size) else None


def code_format(name: str, head: bytes) -> str | None:
    """Return the name of a compiled code format, or None."""
    if name.lower().endswith((".pyc", ".pyo")):
        return "compiled Python"
    return next((what for magic, what in _CODE_MAGIC if head.startswith(magic)), None)


def closed_format(head: bytes) -> str | None:
    """Return the name of a container that is not opened here, or None."""
    return next((what for magic, what in _CLOSED_MAGIC if head.startswith(magic)), None)


def is_text(head: bytes, size: int) -> bool:
    """Tell whether the beginning of a file is UTF-8 text without control characters."""
    if b"\x00" in head or any(one < 9 or (13 < one < 32 and one != 27) for one in head):
        return False
    for cut in range(_UTF8_TAIL + 1 if size > len(head) else 1):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_safetensors(head: bytes, size: int) -> bool:
    # 8 bytes little-endian length N, then N bytes of a JSON object.
    length = int.from_bytes(head[:8], "little")
    if not 2 <= length <= size - 8 or head[8:9] != b"{":
        return False
    if length > HEAD - 8:
        return True
    try:
        return isinstance(json.loads(head[8 : 8 + length]), dict)
    except (ValueError, RecursionError):
        return False


_BY_SUFFIX: Final[dict[str, tuple[str, Callable[[bytes, int], bool]]]] = {
    ".onnx": ("ONNX", lambda head, _: _ONNX.match(head) is not None),
    ".ort": ("ONNX Runtime", lambda head, _: head[4:8] == b"ORTM"),
    ".safetensors": ("safetensors", _is_safetensors),
    ".ubj": ("XGBoost UBJSON", lambda head, _: head[:1] == b"{"),
    ".spm": ("SentencePiece", lambda head, _: head[:1] == b"\n"),
}


def npy_holds_objects(head: bytes) -> tuple[bool, int] | None:
    """Return whether a .npy holds Python objects (a pickle), and where its header ends."""
    wide = head[6:7] > b"\x01"
    length = int.from_bytes(head[8:12] if wide else head[8:10], "little")
    start = 12 if wide else 10
    header = head[start : start + length]
    if len(header) != length:
        return None
    return re.search(rb"['\"][|<>=]?O\d*['\"]", header) is not None, start + length
