"""The floor: an agency profile may add or tighten; it never drops or loosens."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.rubric.control import Control, Parameter, Stricter
from sunlit.rubric.oscal import NS, Addition, malformed

NUMBER: Final = re.compile(r"[0-9]{1,7}(\.[0-9]{1,9})?", re.ASCII)
MOST: Final = 1_000_000


def check_new(floor: Mapping[str, Control], taken: Mapping[str, Control]) -> None:
    """Refuse a layer that lacks a control of the floor, or evidences more practices.

    A control of an agency may make a practice harder to evidence and never easier: so it may
    name only practices that the floor already asks a control for.

    Raises:
        MalformedError: `rubric.dropped-control`, `rubric.overrides-core`.
    """
    for id_ in floor:
        if id_ not in taken:
            raise MalformedError(
                "rubric.dropped-control", f"the profile drops {id_}, a control of the core",
                expected="every control of the core", mend=f"include {id_} again",
            )  # fmt: skip
    covered = {practice for control in floor.values() for practice in control.practices}
    for id_, control in taken.items():
        if id_ not in floor and (extra := sorted(set(control.practices) - covered)):
            raise _overrides(id_, f"evidences {extra[0]}, for which the core wants a statement")


def check_additions(floor: Mapping[str, Control], additions: tuple[Addition, ...]) -> None:
    """Refuse props in our namespace on controls of the floor: they decide how it is judged.

    Raises:
        MalformedError: `rubric.overrides-core`.
    """
    for addition in additions:
        if addition.control in floor and any(prop.get("ns") == NS for prop in addition.props):
            raise _overrides(addition.control, "gains a prop that decides how it is judged")


def _overrides(id_: str, what: str) -> MalformedError:
    return MalformedError(
        "rubric.overrides-core", f"the control {id_} {what}",
        mend="add a control of your own beside it",
    )  # fmt: skip


def check_values(floor: Mapping[str, Control], layer: Mapping[str, Control]) -> None:
    """Refuse a parameter value that is looser than the floor's.

    Raises:
        MalformedError: `rubric.loosened-parameter`.
    """
    for id_, control in floor.items():
        for old, new in zip(control.parameters, layer[id_].parameters, strict=True):
            if not at_least_as_strict(old, new):
                raise MalformedError(
                    "rubric.loosened-parameter", f"the profile loosens {old.id}",
                    expected=_wanted(old), got=", ".join(new.values) or "nothing",
                )  # fmt: skip


def at_least_as_strict(old: Parameter, new: Parameter) -> bool:
    """Tell whether the new value is as strict as the old one, in the declared direction."""
    if old.stricter is Stricter.SUPERSET:
        return set(old.values) <= set(new.values)
    if old.stricter is Stricter.SUBSET:
        return bool(new.values) and set(new.values) <= set(old.values)
    floor, value = number(old), number(new)
    return value >= floor if old.stricter is Stricter.HIGHER else value <= floor


def number(parameter: Parameter) -> Decimal:
    """Return the one number that a `higher` or `lower` parameter holds: plain digits, no sign.

    Rules compute days and people from it. What is larger, or below nought, overflows there.

    Raises:
        MalformedError: `rubric.malformed`.
    """
    text = parameter.values[0] if len(parameter.values) == 1 else ""
    if not NUMBER.fullmatch(text) or Decimal(text) > MOST:
        raise malformed(f"the parameter {parameter.id}", f"exactly one number, 0 to {MOST}")
    return Decimal(text)


def _wanted(parameter: Parameter) -> str:
    wanted = ", ".join(parameter.values)
    return {
        Stricter.HIGHER: f"at least {wanted}",
        Stricter.LOWER: f"at most {wanted}",
        Stricter.SUPERSET: f"at least these: {wanted}",
        Stricter.SUBSET: f"some of these and no other: {wanted}",
    }[parameter.stricter]
