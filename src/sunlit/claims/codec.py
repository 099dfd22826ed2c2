"""Dataclass <-> JSON object, for claims: strict about known fields, faithful to unknown ones.

Field types: str, int, bool, datetime (RFC 3339), Decimal (written as a text), enums of texts,
nested frozen dataclasses, tuples, `X | None`, and `Mapping[str, ...]` kept as it stands.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, parse_time

T = TypeVar("T")
Plan = tuple[tuple[Field[Any], str, object], ...]
Reader = Callable[[object, str], object]
_PLAIN = (str, int, bool)
_LIST = (list, tuple)
_OBJECT = (dict, Mapping)  # to ask an abstract class takes longer
_PLANS: dict[type, Plan] = {}
_COMPILED: dict[type, "_Compiled"] = {}


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


@dataclass(frozen=True, slots=True)
class _Compiled:
    """How to read a class: (attribute, JSON name, reader, whether it must be there)."""

    steps: tuple[tuple[str, str, Reader, bool], ...]
    known: frozenset[str]
    has_extra: bool


def _compiled(cls: type) -> _Compiled:
    # Made once a class: every claim of a log comes by here.
    found = _COMPILED.get(cls)
    if found is None:
        named = [it for it in _plan(cls) if it[0].name != "extra"]
        steps = tuple((item.name, name, _reader(hint), _is_required(item))
                      for item, name, hint in named)  # fmt: skip
        known = frozenset(name for _, name, _ in named)
        found = _COMPILED[cls] = _Compiled(steps, known, len(named) < len(_plan(cls)))
    return found


def _is_required(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def read_fields(cls: type[T], source: Mapping[str, object], where: str = "") -> T:
    """Read a JSON object into the dataclass `cls`; unknown names go to its `extra`, if any.

    Raises:
        MalformedError: `claim.malformed`.
    """
    values: dict[str, object] = {}
    plan, before = _compiled(cls), f"{where}." if where else ""
    for attribute, name, read, required in plan.steps:
        if name in source:
            values[attribute] = read(source[name], before + name)
        elif required:
            raise malformed(before + name, "a value", None)
    if plan.has_extra:
        known, is_all = plan.known, len(values) == len(source)
        values["extra"] = (
            {} if is_all else {key: value for key, value in source.items() if key not in known}
        )
    return cls(**values)


def _reader(hint: object) -> Reader:
    """Return what reads a value as the type `hint`, named where it stands."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        (inner,) = (arg for arg in get_args(hint) if arg is not NoneType)
        return _read_optional(_reader(inner))
    if origin is tuple:
        return _read_tuple(_reader(get_args(hint)[0]))
    if isinstance(hint, type) and hint in _READERS:
        return _READERS[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _read_enum(hint)
    return _read_object(hint if isinstance(hint, type) and is_dataclass(hint) else None)


def _read_object(cls: type | None) -> Reader:
    def read(value: object, where: str) -> object:
        if not isinstance(value, _OBJECT):
            raise malformed(where, "an object", value)
        return dict(value) if cls is None else read_fields(cls, value, where)

    return read


def _read_optional(inner: Reader) -> Reader:
    def read(value: object, where: str) -> object:
        return None if value is None else inner(value, where)

    return read


def _read_tuple(inner: Reader) -> Reader:
    def read(value: object, where: str) -> object:
        if not isinstance(value, _LIST):
            raise malformed(where, "a list", value)
        return tuple(inner(item, f"{where}[{n}]") for n, item in enumerate(value))

    return read


def _read_enum(hint: type[StrEnum]) -> Reader:
    members = {str(one): one for one in hint}

    def read(value: object, where: str) -> object:
        if isinstance(value, str) and value in members:
            return members[value]
        raise malformed(where, "one of " + ", ".join(hint), value)

    return read


def _read_plain(kind: type) -> Reader:
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


_READERS: dict[type, Reader] = {
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
