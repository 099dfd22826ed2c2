"""Sizes of files for people: whole kilobytes, megabytes or gigabytes, and no decimals."""

from typing import Final

STEP: Final = 1000
MOST: Final = 10_000  # of one unit, before the next is taken
UNITS: Final = ("kB", "MB", "GB", "TB")


def size(count: int) -> str:
    """Return how large so many bytes are, at least 1 kB: `312 kB`, `14 MB`."""
    value, unit = max(1, round(count / STEP)), 0
    while value >= MOST and unit < len(UNITS) - 1:
        value, unit = round(value / STEP), unit + 1
    return f"{value} {UNITS[unit]}"
