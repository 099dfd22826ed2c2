"""What every generator of the corpus draws with: one seeded source, and how values are written."""

from random import Random
from typing import Final

UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS: Final = "0123456789"


def seeded(seed: object) -> Random:
    """Return a source that gives the same values for the same seed."""
    return Random(str(seed))  # noqa: S311 - to be repeated


def digits(chance: Random, count: int) -> str:
    """Return that many digits."""
    return "".join(chance.choices(DIGITS, k=count))


def letters(chance: Random, count: int, among: str = UPPER) -> str:
    """Return that many letters."""
    return "".join(chance.choices(among, k=count))


def split(text: str, sizes: tuple[int, ...], by: str) -> str:
    """Return the text in groups of these sizes."""
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return by.join(parts)


def sometimes_lower(chance: Random, text: str, share: float = 0.1) -> str:
    """Return the text, in lower case for a share of all."""
    return text.lower() if chance.random() < share else text


def birth(chance: Random, first: int = 1932, last: int = 2009) -> tuple[int, int, int]:
    """Return a year, month and day."""
    return chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28)
