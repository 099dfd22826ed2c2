"""Marking of constants whose words a page translates: found by `tools/locale.py`, changed by none.

`N_("Testing")` is "Testing"; whoever shows it passes it through the reader's catalogue.
"""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Return a text as it is; the mark alone says that it is to be translated."""
    return text
