"""Names in addresses: any text as one path segment that needs no percent signs, and back.

Letters, digits, `.` and `-` stay as they are, `/` is `~`, every other byte is `_` and two hex
digits. So two texts never share a slug. Only a very long text is cut: `_-` and its digest follow.
"""

import hashlib
import re
from functools import lru_cache
from typing import Final

from sunlit.base.purl import bare, is_purl

MAX_SLUG: Final = 180  # characters; browsers and logs stand that
_DIGEST: Final = 32  # hex digits
_OTHERS: Final = re.compile(rb"[^A-Za-z0-9.-]")
_WRITTEN: Final = re.compile(r"(?:[A-Za-z0-9.~-]|_[0-9a-f]{2})*")
_DOTS: Final = re.compile(r"_(?:_2e)*")


def slug(text: str) -> str:
    """Return a text as one path segment: never empty, `.` or `..`, at most MAX_SLUG long."""
    data = text.encode("utf-8", "surrogatepass")
    whole = _OTHERS.sub(_written, data).decode("ascii")
    if set(whole) <= {"."}:
        whole = "_" + "".join("_2e" for _ in whole)
    if len(whole) <= MAX_SLUG:
        return whole
    digest = hashlib.sha256(data).hexdigest()[:_DIGEST]
    return f"{whole[: MAX_SLUG - _DIGEST - 2]}_-{digest}"


def unslug(key: str) -> str | None:
    """Return the text of a slug; None where it is none, or was cut and must be looked up."""
    inner = key[1:] if _DOTS.fullmatch(key) else key
    if not _WRITTEN.fullmatch(inner) or len(key) > MAX_SLUG:
        return None
    data = re.sub(
        rb"_([0-9a-f]{2})|~", lambda it: bytes.fromhex(it[1].decode()) if it[1] else b"/",
        inner.encode(),
    )  # fmt: skip
    try:
        text = data.decode("utf-8")  # half a surrogate pair stands in no statement
    except UnicodeDecodeError:
        return None
    return text if slug(text) == key else None  # one text, one address


@lru_cache(maxsize=4096)  # what is said of one thing stands together in a log
def component_key(purl: str) -> str:
    """Return the key of a component: the slug of its package URL without version and `pkg:`."""
    name = bare(purl)
    # What is no package URL begins with `~`, which no type of a package URL does.
    return slug(name.removeprefix("pkg:")) if is_purl(name) else f"~{slug(name)}"


def _written(found: re.Match[bytes]) -> bytes:
    return b"~" if found[0] == b"/" else b"_%02x" % found[0][0]
