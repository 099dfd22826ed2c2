"""Names of files in a manifest: one form for each name, and nothing that can lead astray."""

import unicodedata
from typing import Final

from sunlit.base.errors import MalformedError

MAX_NAME: Final = 4096  # bytes of UTF-8
MAX_SEGMENT: Final = 255  # bytes of UTF-8

BAD_NAME: Final = "manifest.name"

# Cc control, Cs surrogate (how Python shows bytes that are no UTF-8), Cn unassigned: what is
# assigned later may get a normal form that this version does not know.
_REFUSED: Final = frozenset({"Cc", "Cs", "Cn"})
# Unicode's bidirectional controls (UAX #9, section 2): shown, a name would read as another one.
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CHARACTERS: Final = "UTF-8 without control, bidirectional, unassigned or backslash characters"


def normal_name(name: str) -> str:
    """Return the NFC form of a relative path with `/` between its parts.

    Raises:
        MalformedError: `manifest.name`.
    """
    for character in name:
        if unicodedata.category(character) in _REFUSED or character in _BIDI or character == "\\":
            raise _bad(name, _CHARACTERS)
    normal = unicodedata.normalize("NFC", name)
    parts = normal.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise _bad(name, "a relative path without empty parts, '.' or '..'")
    if any(len(part.encode()) > MAX_SEGMENT for part in parts) or len(normal.encode()) > MAX_NAME:
        raise _bad(name, f"at most {MAX_SEGMENT} bytes a part and {MAX_NAME} in all")
    return normal


def sort_key(name: str) -> bytes:
    """Return what names are ordered by: their UTF-8 bytes, which is code point order."""
    return name.encode("utf-8")


def _bad(name: str, expected: str) -> MalformedError:
    shown = ascii(name)[:120]
    return MalformedError(
        BAD_NAME, f"the file name {shown} cannot stand in a manifest", expected=expected,
        mend="rename the file",
    )  # fmt: skip
