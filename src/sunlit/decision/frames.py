"""How records stand in a segment file. Pure: bytes in, bytes out.

A segment is the line `sunlit-segment/1` and then frames, one a record, in the order of indices:

    magic "SLf1" | CRC of what follows of the head | index u64 | group u64
    | leaf length u32 | sealed length u32 | CRC of leaf | CRC of sealed content
    | leaf | sealed content                                     (big-endian, CRC-32)

`group` is the index of the first record that was made durable together with this one. A later
group is begun only once the one before it is durable: a bad frame with a later group behind it is
damage, and one without is what a crash left of a group that nobody was told of.
"""

from struct import Struct
from typing import Final, NamedTuple
from zlib import crc32

HEADER: Final = b"sunlit-segment/1\n"
MAGIC: Final = b"SLf1"
_BODY: Final = Struct(">QQIIII")
_START: Final = Struct(">4sI")
_WHOLE: Final = Struct(">4sIQQIIII")
HEAD_SIZE: Final = _START.size + _BODY.size  # 40


class Head(NamedTuple):
    """What stands before a leaf and its sealed content."""

    number: int  # the record's index
    group: int
    leaf_size: int
    sealed_size: int
    leaf_crc: int
    sealed_crc: int

    @property
    def size(self) -> int:
        """How many bytes the whole frame has."""
        return HEAD_SIZE + self.leaf_size + self.sealed_size


def write_frame(number: int, group: int, leaf: bytes, sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Return a record's frame in three parts: head, leaf, sealed content."""
    body = _BODY.pack(number, group, len(leaf), len(sealed), crc32(leaf), crc32(sealed))
    return _START.pack(MAGIC, crc32(body)) + body, leaf, sealed


def read_head(data: bytes) -> Head | None:
    """Read the head at the start of `data`, or return None where there is no whole one."""
    if len(data) < HEAD_SIZE:
        return None
    magic, crc = _START.unpack_from(data)
    if magic != MAGIC or crc32(data[_START.size : HEAD_SIZE]) != crc:
        return None
    return Head._make(_BODY.unpack_from(data, _START.size))


def read_leaves(data: bytes, number: int, wanted: int) -> tuple[list[bytes], int]:
    """Return whole leaves from record `number` on, at most `wanted`, and where they end in `data`.

    It ends before the first frame that is not whole, not the next one, or not what was written.
    """
    found: list[bytes] = []
    at, size = 0, len(data) - HEAD_SIZE
    unpack, start = _WHOLE.unpack_from, _START.size
    while at <= size and len(found) < wanted:
        magic, crc, index, _, leaf_size, sealed_size, leaf_crc, _ = unpack(data, at)
        begin = at + HEAD_SIZE
        if magic != MAGIC or crc32(data[at + start : begin]) != crc:
            break
        end = begin + leaf_size
        leaf = data[begin:end]
        if index != number + len(found) or end + sealed_size > len(data):
            break
        if crc32(leaf) != leaf_crc:
            break
        found.append(leaf)
        at = end + sealed_size
    return found, at


def has_later_group(rest: bytes, index: int) -> bool:
    """Tell whether a frame of a group begun after record `index` stands anywhere in `rest`."""
    at = rest.find(MAGIC)
    while at >= 0:
        head = read_head(rest[at : at + HEAD_SIZE])
        if head is not None and head.group > index:
            return True
        at = rest.find(MAGIC, at + 1)
    return False
