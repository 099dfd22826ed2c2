"""The short way to JSON, for values that JSON holds as they stand.

`serial` gives the very same bytes the long way; a property test holds the two together.
"""

import json
from collections.abc import Iterable
from json.encoder import encode_basestring
from math import isfinite
from types import NoneType
from typing import Final

_SCALARS: Final = frozenset({str, int, float, bool, NoneType})
_NESTING: Final = frozenset({dict, list})
_TEXT: Final = {str}
_FLOAT: Final = {float}
_SHALLOW: Final = 8
_MARK: Final = '"$'
_ROWS: Final[dict[tuple[object, ...], str]] = {}  # by a row's names: its text, but for the values
_MAX_ROWS: Final = 256

encode: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False
).encode  # fmt: skip
"""Return the text of a document that has a JSON form."""


def as_it_is(value: object) -> str | None:
    """Return the text of what JSON holds as it stands, or None where nobody is sure of that."""
    text = _row(value) if type(value) is dict else None
    if text is None:
        if type(value) not in _NESTING or not _is_plain(value):
            return None
        try:
            text = encode(value)
        except ValueError:  # a number that is none
            return None
    return None if _MARK in text else text  # a key may begin with the mark


def _row(value: dict[object, object]) -> str | None:
    """Return the text of a row of finite floats, whose names were those of many before it."""
    names, floats = tuple(value), tuple(value.values())
    if set(map(type, floats)) != _FLOAT or set(map(type, names)) != _TEXT:
        return None
    if not isfinite(sum(floats)):  # type: ignore[arg-type]
        return None
    form = _ROWS.get(names)
    if form is None:
        form = ",".join([encode_basestring(str(one)).replace("%", "%%") + ":%r" for one in names])
        if len(_ROWS) < _MAX_ROWS:  # whoever makes up names must not fill the memory
            _ROWS[names] = form
    return f"{{{form % floats}}}"


def _is_plain(value: object, depth: int = 0) -> bool:
    """Tell whether there are but texts, numbers, lists, and mappings from texts in it."""
    inner: Iterable[object]
    if type(value) is dict:
        if not _TEXT.issuperset(map(type, value)):
            return False
        inner = value.values()
    elif type(value) is list:
        inner = value
    else:
        return False
    odd = set(map(type, inner)) - _SCALARS
    if not odd:
        return True
    return (
        depth < _SHALLOW and odd <= _NESTING
        and all(_is_plain(one, depth + 1) for one in inner if type(one) in _NESTING)
    )  # fmt: skip
