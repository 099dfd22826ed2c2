"""Masks prose: what an engine finds in a text is replaced as the plan says for its kind.

One find, one replacement: `[email]`, or where the plan asks for pseudonyms `[person-bcdfghjklmnp]`,
the same for the same value in every text, and the beginning of its pseudonym in a column of the
same domain. A kind that the plan keeps stays as it is. What is made coarser stands there without
brackets (`LS7`, `192.0.2.0/24`) and may look like something else to who looks again, so what was
written is remembered (`written`).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from sunlit.recognise.masking_coarse import Coarser
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_pseudonym import IN_TEXT, LETTERS
from sunlit.recognise.masking_values import label_of, value_maker
from sunlit.recognise.plan import MaskPlan, Rule

MEMORY: Final = 65_536  # replacements that are remembered; a longer list begins again
# What this module writes: a label, or a label with a pseudonym or a hash.
AGAIN: Final = 2  # times that a masked text is looked at again
REACH: Final = 40  # characters of what is written without brackets
TOKEN: Final = re.compile(
    rf"\[[A-Za-z0-9][A-Za-z0-9 -]{{0,39}}(?:-(?:[{LETTERS}]{{8,60}}|[0-9a-f]{{8,64}}))?\]"
)


class Find(Protocol):
    """What an engine found: characters of the text, and their kind."""

    @property
    def start(self) -> int:
        """The first character."""
        ...

    @property
    def end(self) -> int:
        """The character after the last."""
        ...

    @property
    def kind(self) -> str:
        """What kind it is of."""
        ...


class Finder(Protocol):
    """Finds kinds in texts: finds of one text stand in order and do not overlap."""

    def find_many(
        self, texts: Sequence[str | None], *, column: str | None = None
    ) -> Iterable[tuple[int, Find]]:
        """Yield (number of the text, find), in order."""
        ...


class TextMasker:
    """One plan's way with prose, with one key. Not for two threads at once."""

    def __init__(
        self, plan: MaskPlan, engine: Finder, key: MaskKey | None, *, folder: Path | None = None,
        again: Finder | None = None,
    ) -> None:  # fmt: skip
        """Take a plan, what finds, and the key; `folder` is where the plan's hierarchies lie.

        `again` finds what shows itself only when the rest is masked (`engine`, where it is None).

        Raises:
            MalformedError: `mask.key-missing`, `mask.hierarchy`.
            UnavailableError, VerificationError: a hierarchy's.
        """
        self._plan, self._engine, self._key = plan, engine, key
        self._again = again if again is not None else engine
        self._hierarchies = Hierarchies(folder or Path())
        self._makers: dict[str, Coarser | None] = {}
        self._known: dict[tuple[str, str], str] = {}
        self._written: set[str] = set()
        self._here: set[str] = set()  # of them, those of the texts at hand: not bounded by number
        for kind in plan.text:
            self._maker(kind)
        self._maker("")  # every kind that is not named: a missing key is known now, not later

    @property
    def digest(self) -> str:
        """The plan's digest."""
        return self._plan.digest

    @property
    def written(self) -> Collection[str]:
        """What was written without brackets: coarser values, pseudonyms in the value's shape.

        A bounded number of them: of what is not in it, who looks again thinks that it was left.
        """
        return self._written

    def mask(self, text: str) -> tuple[str, Mapping[str, int]]:
        """Return the text masked, and how often each kind was replaced."""
        masked, counts = self.mask_many([text])
        return masked.get(0, text), counts

    def mask_many(
        self, texts: Sequence[str | None], *, column: str | None = None
    ) -> tuple[dict[int, str], Mapping[str, int]]:
        """Return number -> masked text of those texts that change, and counts by kind."""
        counts: Counter[str] = Counter()
        self._here.clear()
        masked = self._once(texts, self._engine.find_many(texts, column=column), counts)
        changed = masked
        for _ in range(AGAIN):
            # Where a value is gone, what stood beside it may look like one.
            numbers, left = list(changed), list(changed.values())
            found = self._again.find_many(left, column=column) if left else ()
            theirs = ((at, one) for at, one in found if not self._is_ours(left[at], one))
            more = self._once(left, theirs, counts)
            changed = {numbers[at]: text for at, text in more.items()}
            masked |= changed
        return masked, counts

    def _once(
        self, texts: Sequence[str | None], finds: Iterable[tuple[int, Find]], counts: Counter[str]
    ) -> dict[int, str]:
        held: dict[int, list[Find]] = {}
        for number, find in finds:
            if self._maker(find.kind) is not None:
                held.setdefault(number, []).append(find)
        masked: dict[int, str] = {}
        for number, found in held.items():
            text = texts[number]
            if text is not None:
                masked[number] = self._replaced(text, found, counts)
        return masked

    def _is_ours(self, text: str, find: Find) -> bool:
        return _is_token(text, find) or _is_written(text, find, self._here)

    def _replaced(self, text: str, finds: Iterable[Find], counts: Counter[str]) -> str:
        parts, at = list[str](), 0
        for find in sorted(finds, key=lambda one: (one.start, -one.end)):
            counts[find.kind] += 1
            if find.start >= at:
                parts.append(text[at : find.start])
                parts.append(self._instead(find.kind, text[find.start : find.end]))
            at = max(at, find.end)
        return "".join([*parts, text[at:]])

    def _instead(self, kind: str, found: str) -> str:
        known = self._known.get((kind, found))
        if known is None:
            if len(self._known) >= MEMORY:
                self._known.clear()
            known = self._known[kind, found] = self._made(kind, found)
        if 0 < len(known) <= REACH and known[0] != "[" and known != found:
            self._here.add(known)
            if len(self._written) < MEMORY:
                self._written.add(known)
        return known

    def _made(self, kind: str, found: str) -> str:
        rule, maker = self._plan.in_text(kind), self._maker(kind)
        made = maker(found) if maker is not None else found
        if made is None:  # it could not be made coarser
            return label_of(rule, kind)
        if rule.method == "hash" or (rule.method == "pseudonym" and rule.text("format") != "kept"):
            return f"[{made if rule.text('prefix') else f'{kind}-{made}'}]"
        return made

    def _maker(self, kind: str) -> Coarser | None:
        """Return what replaces a find of a kind; None where the plan keeps it."""
        if kind not in self._makers:
            self._makers[kind] = self._make(self._plan.in_text(kind), kind)
        return self._makers[kind]

    def _make(self, rule: Rule, kind: str) -> Coarser | None:
        if rule.method == "keep":
            return None
        if rule.method == "drop":
            return lambda _text: ""
        return value_maker(rule, kind, key=self._key, hierarchies=self._hierarchies, length=IN_TEXT)


def survivors(
    engine: Finder, texts: Sequence[str | None], kinds: Collection[str], column: str | None = None,
    *, written: Collection[str] = (),
) -> Iterator[tuple[int, str]]:  # fmt: skip
    """Yield (number of the text, kind) for what is still found of `kinds` beside what we wrote.

    That is a token, or one of `written` (`TextMasker.written`).
    """
    for number, find in engine.find_many(texts, column=column):
        text = texts[number]
        if find.kind not in kinds or text is None or _is_token(text, find):
            continue
        if not (written and _is_written(text, find, written)):
            yield number, find.kind


def _is_written(text: str, find: Find, written: Collection[str]) -> bool:
    """Whether a find is, but for letters, a whole word of ours.

    `SE22 and` looks like a registration: its number is ours, and its letters were no find before.
    """
    for start in range(max(0, find.start - REACH), find.end):
        if _goes_through(text, start):
            continue
        for end in range(max(start, find.start) + 1, min(len(text), start + REACH) + 1):
            if text[start:end] in written and not _goes_through(text, end):
                rest = text[find.start : start] + text[end : find.end]
                if not any(one.isnumeric() or one == "@" for one in rest):
                    return True
    return False


def _goes_through(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _is_token(text: str, find: Find) -> bool:
    around = text[max(0, find.start - 110) : find.end + 110]
    shift = max(0, find.start - 110)
    return any(
        one.start() + shift <= find.start and find.end <= one.end() + shift
        for one in TOKEN.finditer(around)
    )
