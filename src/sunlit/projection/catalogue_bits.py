"""Sets of cards as the bits of a number: counting and combining them is one step of the machine."""

import re
from collections.abc import Collection, Iterator
from typing import Final

_SOME: Final = re.compile(rb"[^\0]")


def bits_of(numbers: Collection[int]) -> int:
    """Return a number whose bits are these."""
    if not numbers:
        return 0
    digits = bytearray(b"0") * (max(numbers) + 1)
    for one in numbers:
        digits[one] = 49  # "1"
    digits.reverse()
    return int(digits, 2)


def numbers_of(bits: int) -> Iterator[int]:
    """Yield which bits are set, the lowest first."""
    packed = packed_of(bits)
    for found in _SOME.finditer(packed):
        place = found.start()
        byte, first = packed[place], place << 3
        yield from (first + bit for bit in range(8) if byte >> bit & 1)


def packed_of(bits: int) -> bytes:
    """Return the bits as bytes: bit n is bit n % 8 of byte n // 8."""
    return bits.to_bytes((bits.bit_length() + 7) >> 3, "little")


def has(packed: bytes, number: int) -> bool:
    """Tell whether a bit is set."""
    place = number >> 3
    return place < len(packed) and bool(packed[place] >> (number & 7) & 1)
