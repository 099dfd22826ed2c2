"""Base64 as the formats here allow it: either alphabet, exact bits, no white space."""

import base64
import binascii
import re
from typing import Final

from sunlit.base.errors import MalformedError

_STANDARD: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9_-]*={0,2}")


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def encode_base64url(data: bytes) -> str:
    """Return URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64(text: object, code: str, what: str) -> bytes:
    """Read standard or URL-safe base64 (never mixed), with or without its padding.

    Raises:
        MalformedError: `code`, when the text is anything else: other characters, white space,
            wrong padding, or bits set after the last byte.
    """
    if isinstance(text, str) and (data := _usual(text)) is not None:
        return data
    if isinstance(text, str) and (_STANDARD.fullmatch(text) or _URL_SAFE.fullmatch(text)):
        # Most are standard already: then nothing is to be replaced.
        data = _decoded(text.translate(_TO_STANDARD) if "-" in text or "_" in text else text)
        if data is not None:
            return data
    raise MalformedError(code, f"{what} is not base64", expected="RFC 4648 base64")


def _usual(text: str) -> bytes | None:
    """Return what a text says that is just as `encode_base64` writes it; None of any other."""
    try:
        data = binascii.a2b_base64(text)
        return data if binascii.b2a_base64(data, newline=False) == text.encode("ascii") else None
    except ValueError:  # also what is no ASCII
        return None


_TO_STANDARD: Final = str.maketrans("-_", "+/")


def _decoded(text: str) -> bytes | None:
    bare = text.rstrip("=")
    padded = bare + "=" * (-len(bare) % 4)
    if text not in (bare, padded):
        return None
    try:
        data = base64.b64decode(padded, validate=True)
    except binascii.Error:
        return None
    # RFC 4648, section 3.5: pad bits must be zero, so that one value has one text.
    return data if encode_base64(data) == padded else None
