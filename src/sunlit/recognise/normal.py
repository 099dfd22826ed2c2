"""Text -> one byte for each character, in which identifiers look the same however they are set.

Typesetters' spaces, dashes and quotes, full-width letters and the digits of any script become
ASCII; a letter that is not in Latin-1 becomes a byte that counts as a letter, any other character
one that does not. One byte for one character: an offset in the bytes is an offset in the text.
"""

import codecs
import unicodedata
from functools import lru_cache
from typing import Final

LETTER: Final = 0xFF
OTHER: Final = 0x1A
_HANDLER: Final = "sunlit-recognise"
_QUOTES: Final = {
    "\u2018": 0x27, "\u2019": 0x27, "\u02bc": 0x27, "\u2032": 0x27,
    "\u201c": 0x22, "\u201d": 0x22, "\u2033": 0x22, "\u2212": 0x2D,
}  # fmt: skip
_SPACED: Final = bytes.maketrans(b"\xa0\xad", b"  ")  # no-break space, soft hyphen
# Latin-1 has capitals and small letters from 0xC0 on, but for these two signs.
_SIGNS: Final = b"\xd7\xf7"


def normalise(text: str) -> bytes:
    """Return the text's bytes, `len(text)` of them; no text is refused."""
    if text.isascii():
        return text.encode("ascii")
    return text.encode("latin-1", _HANDLER).translate(_SPACED)


@lru_cache(maxsize=4096)
def _byte(letter: str) -> int:
    """Return the byte for a character that is not in Latin-1."""
    if letter in _QUOTES:
        return _QUOTES[letter]
    kind = unicodedata.category(letter)
    if kind == "Nd":
        return ord("0") + unicodedata.digit(letter)
    if kind == "Pd":
        return ord("-")
    if kind in ("Zs", "Cf"):  # spaces, and characters that are not seen
        return ord(" ")
    if 0xFF01 <= ord(letter) <= 0xFF5E:  # full-width ASCII
        return ord(letter) - 0xFEE0
    return LETTER if letter.isalnum() else OTHER


def _bytes(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - registered for encoding only
    return bytes(map(_byte, error.object[error.start : error.end])), error.end


codecs.register_error(_HANDLER, _bytes)
