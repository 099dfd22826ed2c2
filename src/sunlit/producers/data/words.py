"""Counts in words, the same in every command and report about data."""


def many(count: int, what: str) -> str:
    """Return a count with its noun, in the plural where it is one.

    >>> many(1, "row"), many(15_000, "column")
    ('1 row', '15,000 columns')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"
