"""Limits that an audit of robustness or drift is held against, and who set them.

The defaults are ours and are recorded as such; an agency gives its own on the command line or in
a file: `{"set_by": "...", "limits": {"accuracy-drop": "0.05"}}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from sunlit.base.canonical import decode_object
from sunlit.base.errors import MalformedError, UnavailableError

MAX_BYTES: Final = 64 * 1024
DEFAULTS_BY: Final = "Sunlit's defaults"


@dataclass(frozen=True, slots=True)
class Limits:
    """Figure -> the most that it may be; `set_by` says who set those that are not defaults."""

    values: Mapping[str, Decimal]
    set_by: str = DEFAULTS_BY

    def get(self, name: str) -> Decimal | None:
        """Return the limit of a figure, None where there is none."""
        return self.values.get(name)

    def to_json(self) -> dict[str, object]:
        """Return the limits as the claim records them."""
        return {"setBy": self.set_by, "limits": {k: str(v) for k, v in self.values.items()}}


def read_limits(
    defaults: Mapping[str, str], given: Sequence[str] = (), file: Path | None = None,
    set_by: str | None = None, also: Sequence[str] = (),
) -> Limits:  # fmt: skip
    """Return the defaults with those of the file, and those given as `NAME=VALUE`, in their place.

    `also` names figures that have no default and may be given a limit.

    Raises:
        MalformedError: `audit.limit`, `json.*`.
        UnavailableError: `audit.unreadable`.
    """
    values, by = dict(defaults), set_by
    if file is not None:
        document = _document(file)
        limits = document.get("limits")
        if not isinstance(limits, dict):
            raise _malformed("the file of limits", '{"set_by": "...", "limits": {...}}')
        values |= {str(name): str(value) for name, value in limits.items()}
        by = by or str(document.get("set_by") or file.name)
    values |= dict(map(_pair, given))
    known = (*defaults, *also)
    if unknown := sorted(set(values) - set(known)):
        raise _malformed(f"the limit {unknown[0][:40]!r}", "one of " + ", ".join(known))
    if given and by is None:
        by = "whoever ran the audit"
    return Limits({name: _number(name, value) for name, value in values.items()}, by or DEFAULTS_BY)


def _document(file: Path) -> dict[str, object]:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError(
            "audit.unreadable", f"cannot read {file.name!r}", got=error.strerror
        ) from error
    return decode_object(data, what="the file of limits", limit=MAX_BYTES)


def _pair(text: str) -> tuple[str, str]:
    name, is_given, value = text.partition("=")
    if not is_given:
        raise _malformed("a limit", "NAME=VALUE, for example accuracy-drop=0.05")
    return name, value


def _number(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= 1000:
        raise _malformed(f"the limit {name!r}", "a number from 0 to 1000")
    return value


def _malformed(what: str, expected: str) -> MalformedError:
    return MalformedError("audit.limit", f"{what} is malformed", expected=expected)
