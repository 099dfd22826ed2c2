"""TOML that strangers wrote, in a time that grows with its length only.

`tomllib` takes time that is quadratic in the parts of a dotted key: 60 kB of `a.a.a...` take it
15 seconds. No key of ours or of any format that is read here has more than a handful.
"""

import re
import tomllib
from typing import Any, Final

MAX_PARTS: Final = 100
_AT: Final = re.compile(r"\(at (line \d+, column \d+|end of document)\)\Z")


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML document says.

    Raises:
        ValueError: where it is none, or a key has more than 100 parts.
        RecursionError: where it is nested too deeply.
    """
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MAX_PARTS and line.partition("=")[0].count(".") > MAX_PARTS:
            message = f"a key has more than {MAX_PARTS} parts (at line {number}, column 1)"
            raise tomllib.TOMLDecodeError(message)
    return tomllib.loads(text)


def place_in(error: Exception) -> str:
    """Return where a document stops being TOML, in words; nothing that stands in it.

    The reader's own messages name keys, which in a table of values are people's.
    """
    found = _AT.search(str(error))
    return found[1] if found else "no line can be named"
