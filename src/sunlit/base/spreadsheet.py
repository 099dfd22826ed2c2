"""Cells of CSV files that people open in a spreadsheet, which runs what looks like a formula."""

from typing import Final

# What a spreadsheet takes for a formula (OWASP, CSV injection).
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: what begins like a formula begins with `'`."""
    return f"'{text}" if text.startswith(FORMULA) else text
