"""The fields that the log's text formats are made of, each with one way to write it."""

import base64
import binascii
import re
from typing import Final

from sunlit.base.errors import MalformedError

MAX_NAME: Final = 255  # tlog-cosignature writes names and origins behind a u8 length

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_NOT_IN_NAMES: Final = re.compile(r"[\s+\x00-\x1f\ud800-\udfff]")  # \s: every Unicode space


def strict_base64(text: str, what: str) -> bytes:
    """Return the bytes of standard base64 in its only canonical writing.

    Raises:
        MalformedError: `note.base64`.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError("note.base64", f"{what} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise MalformedError("note.base64", f"{what} is not canonical base64")
    return data


def strict_decimal(text: str, what: str) -> int:
    """Return a whole number from 0 to 2^63-1 without sign or leading zeroes.

    Raises:
        MalformedError: `note.decimal`.
    """
    if _DECIMAL.fullmatch(text) is None or int(text) > 2**63 - 1:
        raise MalformedError(
            "note.decimal",
            f"{what} is not a decimal number",
            expected="0 to 2^63-1, no sign, no leading zeroes",
        )
    return int(text)


def check_name(name: str) -> None:
    """Check a key name: 1 to 255 bytes of UTF-8 without spaces, `+` and control characters.

    Raises:
        MalformedError: `note.key-name`.
    """
    # Half a surrogate pair counts as one byte here and has no UTF-8; U+D800 to U+DFFF.
    size = len(name.encode("utf-8", "replace"))
    if not 0 < size <= MAX_NAME or _NOT_IN_NAMES.search(name):
        raise MalformedError(
            "note.key-name",
            "a key name is malformed",
            expected=f"1 to {MAX_NAME} bytes of UTF-8 without spaces and +",
            mend="use a URL without its scheme, for example log.example.org/2026",
        )
