"""TOML that strangers wrote, in a time that grows with its length only.

`tomllib` takes time that is quadratic in the parts of a dotted key: 60 kB of `a.a.a...` take it
15 seconds. No key of ours or of any format that is read here has more than a handful.
"""

import tomllib
from typing import Any, Final

MAX_PARTS: Final = 100


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML document says.

    Raises:
        ValueError: where it is none, or a key has more than 100 parts.
        RecursionError: where it is nested too deeply.
    """
    for line in text.splitlines():
        if line.count(".") > MAX_PARTS and line.partition("=")[0].count(".") > MAX_PARTS:
            message = f"a key has more than {MAX_PARTS} parts"
            raise tomllib.TOMLDecodeError(message)
    return tomllib.loads(text)
