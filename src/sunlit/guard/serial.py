"""Inputs and outputs as bytes, and back: deterministic, and the same values come out again.

Bytes stay as they are. Everything else is JSON in the order in which it stands (a model may
look at the order), with the shortest text of each float that reads back as the same float.
What JSON has no form for is an object with one key that begins with `$`:

| written | stands for |
|---|---|
| `{"$float": "nan"}`, `"inf"`, `"-inf"` | floats that JSON has no number for |
| `{"$bytes": base64}`, `{"$decimal": text}` | bytes within a value; a Decimal |
| `{"$time": text}`, `{"$date": text}` | a datetime, a date, in ISO 8601 |
| `{"$tuple": [...]}` | a tuple |
| `{"$map": [[key, value], ...]}` | a mapping with keys that are no texts, or begin with `$` |
| `{"$array": {"dtype", "shape", "values"}}` | a NumPy array or scalar (shape `[]`), `.tolist()` |
| `{"$frame": {"columns", "dtypes", "values"}}` | a data frame, row by row |

A NumPy scalar of Python's own precision (float64, int64, bool, a text) is written plainly.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.wording import text
from sunlit.decision.content import JSON
from sunlit.guard.plain import as_it_is, encode
from sunlit.guard.ports import Serialise

OCTETS: Final = "application/octet-stream"
MAX_DEPTH: Final = 64
UNKNOWN: Final = "guard.serialise"
MALFORMED: Final = "guard.serial-malformed"
_OCTETS: Final = (bytes, bytearray, memoryview)  # a union would be made anew at each call
_AS_PYTHON: Final = frozenset({"float64", "int64", "bool"})
_ODD: Final = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}
_TEXTS: Final[Mapping[str, Callable[[str], object]]] = {
    "$float": _ODD.__getitem__,
    "$bytes": partial(base64.b64decode, validate=True),
    "$decimal": Decimal,
    "$time": datetime.fromisoformat,
    "$date": date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Array:
    """An array as it was written, for whoever has NumPy to build it again."""

    dtype: str
    shape: tuple[int, ...]
    values: object


@dataclass(frozen=True, slots=True)
class Frame:
    """A data frame as it was written: its columns, their types, its rows."""

    columns: tuple[object, ...]
    dtypes: tuple[str, ...]
    values: tuple[tuple[object, ...], ...]


def to_bytes(value: object, serialise: Serialise | None = None) -> tuple[str, bytes]:
    """Return media type and bytes of a value; `serialise` is asked about what is not known.

    Raises:
        VerificationError: `guard.serialise`.
    """
    if isinstance(value, _OCTETS):
        return OCTETS, bytes(value)
    text = as_it_is(value)
    if text is None:
        return JSON, dumps(_Writer(serialise).write(value, 0))
    return JSON, _encoded(text)


def dumps(document: object) -> bytes:
    """Return the bytes of a document that has a JSON form.

    Raises:
        VerificationError: `guard.serialise` for half a surrogate pair.
    """
    return _encoded(encode(document))


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise VerificationError(
            UNKNOWN, "a text holds half a surrogate pair", mend="repair the text before it is used"
        ) from error


@dataclass(frozen=True, slots=True)
class _Writer:
    serialise: Serialise | None

    def write(self, value: object, depth: int) -> object:
        """Return what JSON can hold."""
        if value is None or type(value) in (str, bool, int):
            return value
        if type(value) is float:
            return _float(value)
        if depth > MAX_DEPTH:
            raise VerificationError(
                UNKNOWN,
                "a value nests too deep",
                expected=text("at most %(most)s levels", most=str(MAX_DEPTH)),
            )
        if type(value) is list:
            return [self.write(one, depth + 1) for one in value]
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        return self._tagged(value, depth)

    def _mapping(self, value: Mapping[object, object], depth: int) -> object:
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {str(key): self.write(one, depth + 1) for key, one in value.items()}
        pairs = [
            [self.write(key, depth + 1), self.write(one, depth + 1)] for key, one in value.items()
        ]
        return {"$map": pairs}

    def _tagged(self, value: object, depth: int) -> object:
        match value:
            case _ if hasattr(value, "dtype") and callable(getattr(value, "tolist", None)):
                return self._array(value, depth)
            case _ if hasattr(value, "dtypes") and hasattr(value, "columns"):
                return self._frame(value, depth)
            case tuple():
                return {"$tuple": [self.write(one, depth + 1) for one in value]}
            case bytes() | bytearray() | memoryview():
                return {"$bytes": base64.b64encode(bytes(value)).decode()}
            case Decimal():
                return {"$decimal": str(value)}
            case datetime():
                return {"$time": value.isoformat()}
            case date():
                return {"$date": value.isoformat()}
            case _:
                return self._other(value, depth)

    def _array(self, value: object, depth: int) -> object:
        plain = value.tolist()  # type: ignore[attr-defined]
        if type(plain) is type(value):  # a long double has no Python number
            return self._other(value, depth)
        dtype, shape = str(value.dtype), list(value.shape)  # type: ignore[attr-defined]
        if not shape and (dtype in _AS_PYTHON or dtype.startswith("<U")):
            return self.write(plain, depth)
        values = self.write(plain, depth + 1)
        return {"$array": {"dtype": dtype, "shape": shape, "values": values}}

    def _frame(self, value: object, depth: int) -> object:
        columns, dtypes = list(value.columns), list(value.dtypes)  # type: ignore[attr-defined]
        rows = value.to_numpy(dtype=object).tolist()  # type: ignore[attr-defined]
        return {
            "$frame": {
                "columns": self.write(columns, depth + 1),
                "dtypes": [str(one) for one in dtypes],
                "values": self.write(rows, depth + 1),
            }
        }

    def _other(self, value: object, depth: int) -> object:
        if self.serialise is None:
            raise VerificationError(
                UNKNOWN, "a value of this type cannot be recorded", got=type(value).__name__,
                mend="give `serialise=`, a function that turns it into plain values",
            )  # fmt: skip
        plain = self.serialise(value)
        if type(plain) is type(value):
            raise VerificationError(
                UNKNOWN, "`serialise` returned a value of the same type", got=type(value).__name__
            )
        return self.write(plain, depth + 1)


def _float(value: float) -> object:
    if value - value == 0.0:
        return value
    return {"$float": "nan" if value != value else "inf" if value > 0 else "-inf"}  # noqa: PLR0124


def from_bytes(
    media_type: str,
    data: bytes,
    array: Callable[[Array], object] | None = None,
    frame: Callable[[Frame], object] | None = None,
) -> object:
    """Return the value that `to_bytes` wrote; `array` and `frame` build what they say.

    Raises:
        MalformedError: `guard.serial-malformed`.
    """
    if media_type == OCTETS:
        return data
    try:
        document = json.loads(data)
        return _Reader(array, frame).read(document)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise MalformedError(
            MALFORMED, "what was recorded cannot be read as a value", got=type(error).__name__
        ) from error


@dataclass(frozen=True, slots=True)
class _Reader:
    array: Callable[[Array], object] | None
    frame: Callable[[Frame], object] | None

    def read(self, value: object) -> object:
        if isinstance(value, list):
            return [self.read(one) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((tag, inner),) = value.items()
            if tag.startswith("$"):
                return self._untagged(tag, inner)
        return {key: self.read(one) for key, one in value.items()}

    def _untagged(self, tag: str, inner: object) -> object:
        if isinstance(inner, str):
            return _TEXTS[tag](inner)
        match tag, inner:
            case "$tuple", list():
                return tuple(self.read(one) for one in inner)
            case "$map", list():
                return {self.read(key): self.read(one) for key, one in inner}
            case "$array" | "$frame", dict():
                return self._table(tag, inner)
            case _:
                raise ValueError(tag)

    def _table(self, tag: str, inner: Mapping[str, object]) -> object:
        values = self.read(inner["values"])
        if tag == "$array":
            shape = inner["shape"]
            if not isinstance(shape, list):
                raise TypeError(tag)
            found = Array(str(inner["dtype"]), tuple(int(one) for one in shape), values)
            return self.array(found) if self.array else found
        columns, dtypes = self.read(inner["columns"]), inner["dtypes"]
        if not (
            isinstance(columns, list) and isinstance(dtypes, list) and isinstance(values, list)
        ):
            raise TypeError(tag)
        rows = tuple(tuple(row) for row in values)
        table = Frame(tuple(columns), tuple(str(one) for one in dtypes), rows)
        return self.frame(table) if self.frame else table
