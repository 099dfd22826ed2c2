"""Ways to write a text so that a filter for words does not see it. All are deterministic."""

from base64 import b64encode
from codecs import encode
from collections.abc import Callable, Mapping
from typing import Final

_LEET: Final = str.maketrans("aeiostAEIOST", "431057431057")
# Cyrillic letters that look like Latin ones (Unicode confusables.txt).
_LOOKALIKES: Final = str.maketrans(
    {
        "a": "\u0430", "c": "\u0441", "e": "\u0435", "i": "\u0456", "o": "\u043e",
        "p": "\u0440", "x": "\u0445", "y": "\u0443",
    }
)  # fmt: skip
ZERO_WIDTH: Final = "\u200b"


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _rot13(text: str) -> str:
    return encode(text, "rot13")


def _zero_width(text: str) -> str:
    return ZERO_WIDTH.join(text)


ENCODERS: Final[Mapping[str, Callable[[str], str]]] = {
    "base64": _base64,
    "hex": lambda text: text.encode().hex(),
    "rot13": _rot13,
    "leet": lambda text: text.translate(_LEET),
    "homoglyphs": lambda text: text.translate(_LOOKALIKES),
    "zero-width": _zero_width,
    "reversed": lambda text: text[::-1],
}
"""Name -> encoder; a probe set names them as `{list.field|name}`."""
