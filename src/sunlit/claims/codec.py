"""Dataclass <-> JSON object, for claims: strict about known fields, faithful to unknown ones.

Field types: str, int, bool, datetime (RFC 3339), Decimal (written as a text), enums of texts,
nested frozen dataclasses, tuples, `X | None`, and `Mapping[str, ...]` kept as it stands.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, parse_time

T = TypeVar("T")
Plan = tuple[tuple[Field[Any], str, object], ...]
_PLAIN = (str, int, bool)
_PLANS: dict[type, Plan] = {}


def json_name(name: str) -> str:
    """Return the JSON name of a field: camelCase, a `sunlit_` prefix kept as it stands."""
    if name.startswith("sunlit_"):
        return "sunlit_" + json_name(name.removeprefix("sunlit_"))
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name.rstrip("_"))


def malformed(where: str, expected: str, got: object) -> MalformedError:
    """Return the error for a field that is not what it should be; values are not repeated."""
    return MalformedError(
        "claim.malformed",
        f"the field {where} is malformed",
        expected=expected,
        got="nothing" if got is None else type(got).__name__,
    )


def _plan(cls: type) -> Plan:
    if cls not in _PLANS:
        hints = get_type_hints(cls)
        _PLANS[cls] = tuple((item, json_name(item.name), hints[item.name]) for item in fields(cls))
    return _PLANS[cls]


def read_fields(cls: type[T], source: Mapping[str, object], where: str = "") -> T:
    """Read a JSON object into the dataclass `cls`; unknown names go to its `extra`, if any.

    Raises:
        MalformedError: `claim.malformed`.
    """
    values: dict[str, object] = {}
    known: set[str] = set()
    for item, name, hint in _plan(cls):
        if item.name == "extra":
            continue
        known.add(name)
        path = f"{where}.{name}" if where else name
        if name in source:
            values[item.name] = read_value(hint, source[name], path)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise malformed(path, "a value", None)
    if any(item.name == "extra" for item, _, _ in _plan(cls)):
        values["extra"] = {key: value for key, value in source.items() if key not in known}
    return cls(**values)


def read_value(hint: object, value: object, where: str) -> object:
    """Read one JSON value as the type `hint`.

    Raises:
        MalformedError: `claim.malformed`.
    """
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _read_optional(hint, value, where)
    if origin is tuple:
        return _read_tuple(hint, value, where)
    if isinstance(hint, type) and hint in _READERS:
        return _READERS[hint](value, where)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _read_enum(hint, value, where)
    if not isinstance(value, Mapping):
        raise malformed(where, "an object", value)
    if isinstance(hint, type) and is_dataclass(hint):
        return read_fields(hint, value, where)
    return dict(value)


def _read_optional(hint: object, value: object, where: str) -> object:
    if value is None:
        return None
    (inner,) = (arg for arg in get_args(hint) if arg is not NoneType)
    return read_value(inner, value, where)


def _read_tuple(hint: object, value: object, where: str) -> tuple[object, ...]:
    if not isinstance(value, list | tuple):
        raise malformed(where, "a list", value)
    inner = get_args(hint)[0]
    return tuple(read_value(inner, item, f"{where}[{n}]") for n, item in enumerate(value))


def _read_enum(hint: type[StrEnum], value: object, where: str) -> StrEnum:
    if isinstance(value, str) and value in tuple(hint):
        return hint(value)
    raise malformed(where, "one of " + ", ".join(hint), value)


def _read_plain(kind: type) -> Callable[[object, str], object]:
    def read(value: object, where: str) -> object:
        if type(value) is not kind:
            raise malformed(where, {str: "a text", int: "an integer"}.get(kind, "a boolean"), value)
        return value

    return read


def _read_time(value: object, where: str) -> datetime:
    return parse_time(value, what=f"the field {where}")


def _read_decimal(value: object, where: str) -> Decimal:
    # Foreign documents write JSON numbers; ours write texts.
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise malformed(where, "a decimal number", value) from error
        # "1e999999999" is short here and a gigabyte when it is written out.
        if number.is_finite() and max(abs(number.adjusted()), len(number.as_tuple().digits)) <= 400:
            return number
    raise malformed(where, "a decimal number", value)


_READERS: dict[type, Callable[[object, str], object]] = {
    **{kind: _read_plain(kind) for kind in _PLAIN},
    datetime: _read_time,
    Decimal: _read_decimal,
}


def write_fields(value: object) -> dict[str, object]:
    """Write a dataclass as a JSON object; fields that are None or empty tuples are left out."""
    extra = getattr(value, "extra", {})
    written: dict[str, object] = dict(extra)
    for item, name, _ in _plan(type(value)):
        content = getattr(value, item.name)
        if item.name == "extra" or content is None or content == ():
            continue
        written[name] = write_value(content)
    return written


def write_value(value: object) -> object:
    """Write one field's value as JSON."""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple):
        return [write_value(item) for item in value]
    if is_dataclass(value):
        return write_fields(value)
    return value
