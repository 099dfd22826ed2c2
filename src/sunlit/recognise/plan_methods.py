"""The methods of a mask plan: what each is called, and what may be said about it.

A number in a plan is a whole number, or decimal text (`"0.5"`), so that nothing is rounded.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final, TypeAlias

from sunlit.base.canonical import MAX_SAFE_INTEGER

Value: TypeAlias = str | int | bool | tuple[str | int, ...]
Options: TypeAlias = Mapping[str, Value]

_LABEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,39}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
MAX_TEXT: Final = 200


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may be said about a method: what fits, and in words what is expected."""

    fits: Callable[[object], bool]
    expected: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its options, and where it may stand.

    `makes` is `text` where the result is text whatever came in, `same` where it keeps the type.
    `in_text` says that it can replace a find in prose; `keyed` that it needs the mask's key.
    """

    options: Mapping[str, Option]
    makes: str = "same"
    in_text: bool = False
    keyed: bool = False


def number(value: object) -> Decimal | None:
    """Return a plan's number, or None where it is none: a whole number, or decimal text."""
    if type(value) is int and abs(value) <= MAX_SAFE_INTEGER:
        return Decimal(value)
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", value):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:  # pragma: no cover - the pattern allows only what Decimal reads
        return None


def _is_number(value: object) -> bool:
    return number(value) is not None


def _is_positive(value: object) -> bool:
    found = number(value)
    return found is not None and found > 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT


def _is_rising(value: object) -> bool:
    if not isinstance(value, tuple) or not value:
        return False
    found = [number(one) for one in value]
    known = [one for one in found if one is not None]
    return len(known) == len(found) and all(a < b for a, b in pairwise(known))


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _whole(low: int, high: int) -> Option:
    return Option(
        lambda value: type(value) is int and low <= value <= high,
        f"a whole number from {low} to {high}",
    )


def _choice(*names: str) -> Option:
    return Option(lambda value: value in names, " or ".join(names))


def _needed(option: Option) -> Option:
    return Option(option.fits, option.expected, required=True)


_TEXT: Final = Option(_is_text, f"text of at most {MAX_TEXT} characters")
_TEXTS: Final = Option(
    lambda value: isinstance(value, tuple) and bool(value) and all(map(_is_text, value)),
    "names of columns",
)
_FLAG: Final = Option(lambda value: isinstance(value, bool), "true or false")
_NUMBER: Final = Option(_is_number, 'a whole number, or decimal text such as "0.5"')
_POSITIVE: Final = Option(_is_positive, 'a number above 0, such as 5 or "0.5"')
_LABELLED: Final = Option(_matches(_LABEL), "at most 40 letters, digits, spaces or dashes")
_NULLS: Final = _choice("keep", "redact")
MIN_CLASS: Final = _needed(_whole(2, 1_000_000))
NAMES: Final = _needed(_TEXTS)

GENERALISATIONS: Final[Mapping[str, Mapping[str, Option]]] = {
    "bands": {"width": _needed(_POSITIVE), "start": _NUMBER},
    "edges": {"edges": _needed(Option(_is_rising, "numbers that rise"))},
    "date": {"to": _needed(_choice("month", "quarter", "year", "decade")), "format": _TEXT},
    "postcode": {"to": _needed(_choice("sector", "outward", "area"))},
    "network": {"bits": _whole(1, 31), "bits6": _whole(1, 127)},
    "prefix": {"length": _needed(_whole(1, 64))},
    "hierarchy": {
        "file": _needed(_TEXT),
        "sha256": _needed(Option(_matches(_HEX), "the file's SHA-256 in hex")),
        "level": _needed(_whole(1, 20)),
    },
}
"""By what a value may be made coarser -> what must be said about it."""

METHODS: Final[Mapping[str, Method]] = {
    "keep": Method({}, in_text=True),
    "drop": Method({}, in_text=True),
    "redact": Method({"label": _LABELLED, "nulls": _NULLS}, makes="text", in_text=True),
    "pseudonym": Method(
        {"domain": _TEXT, "prefix": _LABELLED, "length": _whole(8, 60),
         "format": _choice("letters", "kept"), "fold": _FLAG, "nulls": _NULLS},
        makes="text", in_text=True, keyed=True,
    ),
    "hash": Method(
        {"salt": _needed(_TEXT), "length": _whole(8, 64), "fold": _FLAG, "nulls": _NULLS},
        makes="text", in_text=True,
    ),
    "generalise": Method(
        {"by": _needed(_choice(*GENERALISATIONS)), "nulls": _NULLS}, makes="text", in_text=True
    ),
    "date-shift": Method(
        {"person": _needed(_TEXT), "days": _needed(_whole(1, 3650)), "domain": _TEXT,
         "fold": _FLAG, "format": _TEXT},
        keyed=True,
    ),
    "clip": Method({"low": _NUMBER, "high": _NUMBER}),
    "round": Method({"to": _needed(_POSITIVE)}),
    "noise": Method(
        {"law": _needed(_choice("laplace", "gaussian")), "scale": _needed(_POSITIVE)}, keyed=True
    ),
    "suppress": Method({"smaller_than": _whole(2, 1_000_000), "among": _TEXTS}),
    "text": Method({"nulls": _NULLS}, makes="text"),
}  # fmt: skip
"""What may be done to a column, or where `in_text` to a find in prose."""


def options_of(method: str, by: object = None) -> Mapping[str, Option]:
    """Return what may be said about a method, and for `generalise` about its `by`."""
    known = METHODS[method].options
    more = GENERALISATIONS.get(by, {}) if isinstance(by, str) and method == "generalise" else {}
    return {**known, **more}
