"""Masking on a token's order: the text of a JSON request changes, and nothing else of it does.

Only the string tokens in which something was found are written anew; every other byte of the
document stays: spaces, order, numbers, duplicate names.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.proxy.masks import MASKS, Span

MAX_BYTES: Final = 1 << 20  # masks run in pure Python; a larger text is refused, not let through
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
UNREADABLE: Final = "proxy.mask-unreadable"


@dataclass(frozen=True, slots=True)
class Masked:
    """A body after masking, and how often each mask that was ordered found something."""

    body: bytes
    counts: Mapping[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the masks that found something."""
        return tuple(sorted(name for name, count in self.counts.items() if count))


def expect_known(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, sorted.

    Raises:
        VerificationError: `proxy.mask-unknown`.
    """
    wanted = tuple(sorted(set(names)))
    unknown = [name for name in wanted if name not in MASKS]
    if unknown:
        raise VerificationError(
            "proxy.mask-unknown", "the token orders a mask that this proxy does not have",
            expected=" or ".join(sorted(MASKS)), got=", ".join(unknown)[:80],
            mend="use a newer sunlit, or ask for a token without it",
        )  # fmt: skip
    return wanted


def mask_body(body: bytes, names: Sequence[str], *, encoding: str | None = None) -> Masked:
    """Mask every string of a JSON document; `encoding` is the request's Content-Encoding.

    Raises:
        MalformedError: `proxy.mask-unreadable`: not JSON in UTF-8, compressed, or too large.
    """
    text = _json_text(body, encoding)
    counts = dict.fromkeys(names, 0)

    def masked(found: re.Match[str]) -> str:
        before: str = json.loads(found[0])
        after = _mask_text(before, names, counts)
        return found[0] if after == before else json.dumps(after)

    return Masked(_STRING.sub(masked, text).encode(), counts)


def mask_text(text: str, names: Sequence[str]) -> tuple[str, dict[str, int]]:
    """Mask plain text; return it and the number of finds by name."""
    counts = dict.fromkeys(names, 0)
    return _mask_text(text, names, counts), counts


def _mask_text(text: str, names: Sequence[str], counts: dict[str, int]) -> str:
    found: list[tuple[Span, str]] = sorted(
        ((span, name) for name in names for span in MASKS[name](text)),
        key=lambda one: (one[0][0], -one[0][1]),
    )
    parts: list[str] = []
    at = 0
    for (start, end), name in found:
        counts[name] += 1
        if start >= at:
            parts += [text[at:start], f"[{name}]"]
        at = max(at, end)  # two masks that overlap hide everything that either found
    return "".join([*parts, text[at:]])


def _json_text(body: bytes, encoding: str | None) -> str:
    if encoding not in (None, "", "identity"):
        raise _unreadable("an uncompressed body")
    if len(body) > MAX_BYTES:
        raise _unreadable(f"at most {MAX_BYTES} bytes of what has to be masked")
    try:
        text = body.decode()
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable("JSON in UTF-8") from error
    return text


def _unreadable(expected: str) -> MalformedError:
    return MalformedError(
        UNREADABLE, "the token orders masking, and this request cannot be read for it",
        expected=expected, mend="send plain JSON, with content in its strings",
    )  # fmt: skip
