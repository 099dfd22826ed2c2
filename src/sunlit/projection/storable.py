"""What a database can keep of what somebody wrote."""

from typing import Final

_REPLACED: Final = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")


def storable(value: object) -> object:
    """Return a value that both databases keep: PostgreSQL has no NUL, UTF-8 no surrogates."""
    return value.translate(_REPLACED) if isinstance(value, str) and not _is_kept(value) else value


def storable_rows(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return rows with values that both databases keep; nearly always they are such."""
    if _is_kept("".join([one for row in rows for one in row if type(one) is str])):
        return rows
    return [tuple(map(storable, row)) for row in rows]


def _is_kept(text: str) -> bool:
    if "\x00" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
