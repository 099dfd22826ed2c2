"""What a database can keep of what somebody wrote."""

from typing import Final

_REPLACED: Final = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")


def storable(value: object) -> object:
    """Return a value that both databases keep: PostgreSQL has no NUL, UTF-8 no surrogates."""
    if isinstance(value, str) and ("\x00" in value or not value.isascii()):
        return value.translate(_REPLACED)
    return value
