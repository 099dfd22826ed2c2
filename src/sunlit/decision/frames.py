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


class Sealed(NamedTuple):
    """A record ready to be written: what needs no index was done in the caller's thread."""

    leaf: bytes
    sealed: bytes
    key: bytes
    leaf_crc: int
    sealed_crc: int


def write_head(index: int, group: int, record: Sealed) -> bytes:
    """Return the head of a record's frame."""
    body = _BODY.pack(
        index, group, len(record.leaf), len(record.sealed), record.leaf_crc, record.sealed_crc
    )
    return _START.pack(MAGIC, crc32(body)) + body


def write_group(first: int, records: list[Sealed]) -> bytes:
    """Return the frames of records that become durable together, the first at index `first`."""
    parts: list[bytes] = []
    for index, record in enumerate(records, first):
        parts += (write_head(index, first, record), record.leaf, record.sealed)
    return b"".join(parts)


def read_head(data: bytes) -> Head | None:
    """Read the head at the start of `data`, or return None where there is no whole one."""
    if len(data) < HEAD_SIZE:
        return None
    magic, crc = _START.unpack_from(data)
    if magic != MAGIC or crc32(data[_START.size : HEAD_SIZE]) != crc:
        return None
    return Head._make(_BODY.unpack_from(data, _START.size))


def has_later_group(rest: bytes, index: int) -> bool:
    """Tell whether a frame of a group begun after record `index` stands anywhere in `rest`."""
    at = rest.find(MAGIC)
    while at >= 0:
        head = read_head(rest[at : at + HEAD_SIZE])
        if head is not None and head.group > index:
            return True
        at = rest.find(MAGIC, at + 1)
    return False
