"""Masking on a token's order: the text of a JSON request changes, and nothing else of it does.

Only the string tokens in which something was found are written anew; every other byte of the
document stays: spaces, order, numbers, duplicate names.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.proxy.masks import MASKS, Span

MAX_BYTES: Final = 1 << 20  # masks run in pure Python; a larger text is refused, not let through
_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
MAX_PLAN_BYTES: Final = 64 << 20  # a plan's finder is quick; the proxy's own limit comes first
UNREADABLE: Final = "proxy.mask-unreadable"
PLAN: Final = "mask-plan:"


@dataclass(frozen=True, slots=True)
class Masked:
    """A body after masking, and how often each mask that was ordered found something."""

    body: bytes
    counts: Mapping[str, int]
    plan: Mapping[str, int] = field(default_factory=dict)  # finds of the plan, by kind

    @property
    def names(self) -> tuple[str, ...]:
        """Return the masks that found something."""
        return tuple(sorted(name for name, count in self.counts.items() if count))


class Plan(Protocol):
    """A mask plan bound to its key and engine; `sunlit.recognise.masking` has the real one."""

    @property
    def digest(self) -> str:
        """The plan's digest, in hex."""
        ...

    def mask_many(self, texts: Sequence[str | None]) -> tuple[Mapping[int, str], Mapping[str, int]]:
        """Return number -> masked text of those that change, and counts by kind."""
        ...


def plan_name(plan: Plan | None) -> tuple[str, ...]:
    """Return the constraint that a plan meets; none without a plan."""
    return () if plan is None else (f"{PLAN}{plan.digest}",)


def expect_known(names: Iterable[str], plan: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the names, sorted; `plan` is `plan_name` of the plan that this proxy has.

    Raises:
        VerificationError: `proxy.mask-plan`, `proxy.mask-unknown`.
    """
    wanted = tuple(sorted(set(names)))
    unknown = [name for name in wanted if name not in MASKS and name not in plan]
    if unknown and unknown[0].startswith(PLAN):
        raise VerificationError(
            "proxy.mask-plan", "the token orders masking after a plan that is not this proxy's",
            expected=unknown[0], got="".join(plan) or "no plan",
            mend="name that plan, unchanged, as mask_plan in --config",
        )  # fmt: skip
    if unknown:
        raise VerificationError(
            "proxy.mask-unknown", "the token orders a mask that this proxy does not have",
            expected=" or ".join(sorted(MASKS)), got=", ".join(unknown)[:80],
            mend="use a newer sunlit, or ask for a token without it",
        )  # fmt: skip
    return wanted


def mask_body(
    body: bytes, names: Sequence[str], *, encoding: str | None = None, plan: Plan | None = None
) -> Masked:
    """Mask every string of a JSON document; `encoding` is the request's Content-Encoding.

    The plan goes first, then what `names` orders; a plan's own name among them is met by it.

    Raises:
        MalformedError: `proxy.mask-unreadable`: not JSON in UTF-8, compressed, or too large.
    """
    names = [name for name in names if not name.startswith(PLAN)]
    text = _json_text(body, encoding, MAX_BYTES if names else MAX_PLAN_BYTES)
    counts = dict.fromkeys(names, 0)
    found: Mapping[str, int] = {}
    if plan is not None:
        text, found = _after_plan(text, plan)
    if not names:
        return Masked(text.encode(), counts, found)

    def masked(found: re.Match[str]) -> str:
        before: str = json.loads(found[0])
        after = _mask_text(before, names, counts)
        return found[0] if after == before else json.dumps(after)

    return Masked(_STRING.sub(masked, text).encode(), counts, found)


def _after_plan(text: str, plan: Plan) -> tuple[str, Mapping[str, int]]:
    """Mask all strings in one go: the plan's engine is quick over many, not over each."""
    spans = [found.span() for found in _STRING.finditer(text)]
    strings = [_string(text[start:end]) for start, end in spans]
    masked, counts = plan.mask_many(strings)
    parts, at = list[str](), 0
    for number, after in sorted(masked.items()):
        start, end = spans[number]
        parts += [text[at:start], json.dumps(after)]
        at = end
    return "".join([*parts, text[at:]]), counts


def _string(written: str) -> str:
    if "\\" not in written:
        return written[1:-1]
    read: str = json.loads(written)
    return read


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


def _json_text(body: bytes, encoding: str | None, most: int) -> str:
    if encoding not in (None, "", "identity"):
        raise _unreadable("an uncompressed body")
    if len(body) > most:
        raise _unreadable(f"at most {most} bytes of what has to be masked")
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
