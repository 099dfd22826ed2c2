"""How a value is written, without the value: letters become A or a, digits 9, the rest stays."""

from typing import Final

MAX_SHAPE: Final = 60


def shape(value: str) -> str:
    """Return the value's shape, `Jo 12` as `Aa 99`; a long one is cut."""
    cut = value[:MAX_SHAPE]
    masked = "".join(map(_letter, cut))
    return masked + "…" if len(value) > MAX_SHAPE else masked


def _letter(one: str) -> str:
    if one.isdigit() or one.isdecimal():
        return "9"
    if one.isalpha():
        return "A" if one.isupper() else "a"
    return one if one.isascii() and one.isprintable() else " "
