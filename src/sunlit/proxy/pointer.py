"""JSON Pointer (RFC 6901) into parsed JSON, and parsing that never raises."""

import json
import re
from typing import Final

MISSING: Final = object()
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}")


def parsed(data: bytes) -> object:
    """Return the JSON value of untrusted bytes; None where they are no JSON."""
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value


def is_pointer(text: str) -> bool:
    """Tell whether this is a JSON Pointer: empty, or beginning with a slash."""
    return (not text or text.startswith("/")) and not re.search(r"~(?![01])", text)


def resolve(document: object, pointer: str) -> object:
    """Return the value at a pointer, or `MISSING`."""
    value = document
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and _INDEX.fullmatch(name) and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return value


def encoded(value: object) -> bytes:
    """Return a part of a document as JSON again: what is recorded where a pointer chose it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        errors="surrogatepass"
    )


def members(value: object) -> dict[str, object]:
    """Return an object's members; nothing where it is no object."""
    return value if isinstance(value, dict) else {}


def first(value: object) -> object:
    """Return the first item of a list; None where there is none."""
    return value[0] if isinstance(value, list) and value else None


def whole(value: object) -> int | None:
    """Return a whole number that is not negative; None where it is something else."""
    return value if type(value) is int and value >= 0 else None


def text(value: object, limit: int = 200) -> str | None:
    """Return a text, cut to a limit; None where it is something else."""
    return value[:limit] if isinstance(value, str) else None
