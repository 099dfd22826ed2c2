"""Canonical JSON: RFC 8785 restricted to integers, and strict reading.

Numbers with a fraction are refused: a digest must not hang on how a language prints floats,
so decimals travel as strings ("0.8125"). What is left of RFC 8785 fits the standard library,
which keeps the verifying core light; a test holds it against the `rfc8785` package.
"""

import json
from collections.abc import Mapping
from typing import Final, cast

from sunlit.base.errors import MalformedError

MAX_SAFE_INTEGER: Final = 2**53 - 1  # RFC 7493, section 2.2
MAX_DEPTH: Final = 64

UNSUPPORTED: Final = "json.unsupported-value"


def encode(value: object) -> bytes:
    """Return the canonical bytes of `value` (RFC 8785; objects, lists, texts, integers).

    Raises:
        MalformedError: `json.unsupported-value` for floats, unsafe integers, lone surrogates,
            keys that are no text, or nesting beyond 64.
    """
    ordered = _ordered(value, 0)
    try:
        return _ENCODER.encode(ordered).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedError(UNSUPPORTED, "a text holds half a surrogate pair") from error


def _ordered(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise MalformedError(UNSUPPORTED, f"the document nests deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise MalformedError(UNSUPPORTED, f"the integer {value} is beyond 2^53-1")
        return value
    if isinstance(value, Mapping):
        return _ordered_object(value, depth)
    if isinstance(value, list | tuple):
        return [_ordered(item, depth + 1) for item in value]
    raise MalformedError(
        UNSUPPORTED,
        "canonical JSON cannot hold this value",
        expected="objects, lists, texts, integers, true, false or null",
        got=type(value).__name__,
        mend='write decimals as texts, for example "0.8125"',
    )


def _ordered_object(value: Mapping[object, object], depth: int) -> dict[str, object]:
    keys = list(value)
    for key in keys:
        if not isinstance(key, str):
            raise MalformedError(UNSUPPORTED, "object keys must be texts", got=repr(key))
    # RFC 8785, section 3.2.3: sorted by UTF-16 code units; ASCII sorts so by itself.
    names = sorted(str(key) for key in keys)
    if not "".join(names).isascii():
        names.sort(key=_utf16)
    return {name: _ordered(value[name], depth + 1) for name in names}


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def decode(data: bytes, *, what: str = "the document", limit: int = 16 * 1024 * 1024) -> object:
    """Read JSON strictly: bounded size and depth, Unicode, no duplicate keys, no NaN.

    Raises:
        MalformedError: `json.too-large`, `json.not-json`.
    """
    if len(data) > limit:
        raise MalformedError(
            "json.too-large", f"{what} is too large", expected=f"at most {limit} bytes",
            got=f"{len(data)} bytes",
        )  # fmt: skip
    try:
        text = data.decode("utf-8")
        value = _read(text)
        if "\\u" in text:  # only an escape can bring half a surrogate pair (RFC 7493, section 2.1)
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value
    except (ValueError, RecursionError) as error:
        raise MalformedError(
            "json.not-json", f"{what} is not JSON", expected="one JSON document", got=str(error),
            mend="get the whole file again: it was cut short, or changed on its way",
        ) from error  # fmt: skip


def decode_object(
    data: bytes, *, what: str = "the document", limit: int = 16 * 1024 * 1024
) -> dict[str, object]:
    """Read a JSON object strictly; see `decode`.

    Raises:
        MalformedError: also `json.not-an-object`.
    """
    value = decode(data, what=what, limit=limit)
    if not isinstance(value, dict):
        raise MalformedError(
            "json.not-an-object", f"{what} is not a JSON object", got=type(value).__name__
        )
    return cast("dict[str, object]", value)  # JSON has no other keys


def _read(text: str) -> object:
    # Nearly always there is no space around an object, and none need be looked for.
    if text.startswith("{"):
        value, end = _DECODER.raw_decode(text)
        if end == len(text) or not text[end:].strip(" \t\n\r"):
            return value
    return _DECODER.decode(text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    found.clear()
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice")
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


# Made once: every entry of a log comes by here.
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
