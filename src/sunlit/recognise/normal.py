"""Text -> one byte for each character, in which identifiers look the same however they are set.

Typesetters' spaces and dashes, full-width and other digits become ASCII; a letter that is not in
Latin-1 becomes a byte that counts as a letter, any other character one that does not. One byte for
one character: an offset in the bytes is an offset in the text.
"""

import codecs
import re
import unicodedata
from functools import cache
from typing import Final

LETTER: Final = 0xFF
OTHER: Final = 0x1A
_HANDLER: Final = "sunlit-recognise"
_QUOTES: Final = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u02bc": "'", "\u2032": "'", "\u2033": '"'}
# Latin-1 has capitals and small letters from 0xC0 on, but for these two.
_SIGNS: Final = bytes((0xD7, 0xF7))
WORD: Final = frozenset(
    one for one in range(256) if chr(one).isascii() and chr(one).isalnum() or one >= 0xC0
    and one not in _SIGNS
)  # fmt: skip


def normalise(text: str) -> bytes:
    """Return the text's bytes, `len(text)` of them; no text is refused."""
    if text.isascii():
        return text.encode("ascii")
    pattern, plain = _plain()
    text = pattern.sub(lambda found: plain[found.group()], text)
    return text.encode("latin-1", _HANDLER)


@cache
def _plain() -> tuple[re.Pattern[str], dict[str, str]]:
    plain = dict(_QUOTES)
    for point in range(0xA0, 0x20000):
        letter = chr(point)
        kind = unicodedata.category(letter)
        if kind == "Nd":
            plain[letter] = str(unicodedata.digit(letter))
        elif kind in ("Pd", "Zs", "Cf") or point == 0x2212:  # dash, space, format, minus
            plain[letter] = "-" if kind in ("Pd", "Sm") or point == 0xAD else " "
        elif 0xFF01 <= point <= 0xFF5E:  # full-width ASCII
            plain[letter] = chr(point - 0xFEE0)
    return re.compile("[" + "".join(map(re.escape, plain)) + "]"), plain


def _one_byte(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - registered for encoding only
    letters = error.object[error.start : error.end]
    return bytes(LETTER if one.isalnum() else OTHER for one in letters), error.end


codecs.register_error(_HANDLER, _one_byte)
