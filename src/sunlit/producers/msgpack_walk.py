"""Walks a MessagePack document without building it (spaCy and thinc save weights that way)."""

import struct
from typing import Final

_FIXED: Final = {
    0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8,
    0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
}  # fmt: skip
# type -> (width of the length, bytes that follow the length besides the content)
_COUNTED: Final = {
    0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1),
    0xD9: (1, 0), 0xDA: (2, 0), 0xDB: (4, 0),
}  # fmt: skip
_LISTS: Final = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
MIN_BLOB: Final = 4


def blobs(data: bytes) -> tuple[memoryview, ...] | None:
    """Return every byte string and extension in one MessagePack document; None if it is none.

    A document is a map or a list and fills `data` exactly.
    """
    if not data or not (0x80 <= data[0] <= 0x9F or data[0] in _LISTS):
        return None
    view, found = memoryview(data), list[memoryview]()
    at, waiting = 0, 1
    while waiting:
        if at >= len(data) or waiting > len(data):
            return None
        step = _step(view, at)
        if step is None:
            return None
        kind, after, more = data[at], *step
        if after > len(data):
            return None
        if kind in _COUNTED and kind < 0xD0 and after - at > MIN_BLOB:
            width, _ = _COUNTED[kind]
            found.append(view[at + 1 + width : after])
        at, waiting = after, waiting - 1 + more
    return tuple(found) if at == len(data) else None


def _step(view: memoryview, at: int) -> tuple[int, int] | None:
    """Return where the item at `at` ends, and how many items it says follow inside it."""
    kind = view[at]
    if kind < 0x80 or kind >= 0xE0:
        return at + 1, 0
    if kind < 0xA0:
        return at + 1, (kind & 0x0F) * (2 if kind < 0x90 else 1)
    if kind < 0xC0:
        return at + 1 + (kind & 0x1F), 0
    if kind in _FIXED:
        return at + 1 + _FIXED[kind], 0
    if kind in _COUNTED:
        width, besides = _COUNTED[kind]
        return at + 1 + width + besides + _length(view, at + 1, width), 0
    if kind in _LISTS:
        width, times = _LISTS[kind]
        return at + 1 + width, times * _length(view, at + 1, width)
    return None


def _length(view: memoryview, at: int, width: int) -> int:
    form = {1: ">B", 2: ">H", 4: ">I"}[width]
    piece = bytes(view[at : at + width])
    return int(struct.unpack(form, piece)[0]) if len(piece) == width else len(view)
