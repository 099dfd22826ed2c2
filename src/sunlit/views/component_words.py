"""Sentences of ours that can be translated, with others' words kept apart in them.

`words("Tested by %(who)s.", who=...)`: the text is what the catalogues translate (Babel's keyword
`words`, for counts `counted`), the values are facts and others' words, never translated and
never trusted: a page sets each apart with `<bdi>`.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.base.times import format_time
from sunlit.base.wording import Text
from sunlit.claims.admitted import Admitted
from sunlit.rubric.evidence import Evidence

MAX_WORDS: Final = 1200  # characters of one of others' texts on a page
Value = str | int | datetime  # a time is shown as a date, in the reader's language
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # unicode categories


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence: `text` with `%(name)s` places, `values` for them.

    With `plural`, `count` chooses between the two texts.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)
    plural: str | None = None
    count: int = 1

    def __str__(self) -> str:
        """Return the sentence in English."""
        text = self.text if self.plural is None or self.count == 1 else self.plural
        return text % {
            name: day(it) if isinstance(it, datetime) else it for name, it in self.values.items()
        }


def words(text: str, /, **values: Value) -> Words:
    """Return a sentence of ours; others' words go into `values`."""
    return Words(text, {name: _shown(value) for name, value in values.items()})


def counted(one: str, many: str, count: int, /, **values: Value) -> Words:
    """Return a sentence that hangs on a count; `%(count)d` stands for it."""
    kept = {name: _shown(value) for name, value in values.items()}
    return Words(one, {**kept, "count": count}, many, count)


def quoted(text: str, limit: int = MAX_WORDS) -> Words:
    """Return others' words and nothing of ours."""
    return words("%(text)s", text=tidy(text, limit))


def _shown(value: Value) -> Value:
    # A sentence of ours stays one: it is said in the reader's language.
    return tidy(value) if isinstance(value, str) and not isinstance(value, Text) else value


def tidy(text: str, limit: int = MAX_WORDS) -> str:
    """Return others' words as they can be shown: on one line, nothing unseen, not too long.

    Characters that turn the direction of a text, have no width or control a device are left out.
    """
    if not text.isprintable():  # where all is, nothing is unseen
        text = "".join(" " if it.isspace() else it for it in text if _is_seen(it))
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{_between_words(flat, limit)}\N{HORIZONTAL ELLIPSIS}"


def _between_words(text: str, limit: int) -> str:
    """Cut a text between two words, or inside one that is most of it."""
    cut = text[: limit - 1]
    if text[limit - 1] == " ":
        return cut
    head = cut.rpartition(" ")[0]
    return head if len(head) > limit // 2 else cut


def _is_seen(character: str) -> bool:
    # A joiner (ZWJ, ZWNJ) is part of how some languages are written: alone it hides nothing.
    return (
        character.isspace()
        or character in "\u200c\u200d"
        or unicodedata.category(character) not in _UNSEEN
    )


def day(at: datetime) -> str:
    """Return a date in figures: `2026-11-22`."""
    return at.date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that somebody says: the words, who, when, in which statement.

    Without words it is a blank: `asked_on` says since when somebody was asked, None for never.
    `lead` says of what it is where a line has several; `digest` (hex SHA-256) what it is about.
    """

    words: Words | None = None
    lead: Words | None = None
    who: tuple[str, ...] = ()
    on: datetime | None = None
    statement: str | None = None
    asked_on: datetime | None = None
    computed: bool = False
    digest: str | None = None

    @property
    def is_blank(self) -> bool:
        """Tell whether nobody said it."""
        return self.words is None

    def to_json(self) -> dict[str, object]:
        """Return the fact for `--json` and the API; blanks are null."""
        return {
            "lead": str(self.lead) if self.lead else None,
            "text": str(self.words) if self.words else None,
            "who": list(self.who),
            "on": format_time(self.on) if self.on else None,
            "statement": self.statement,
            "askedOn": format_time(self.asked_on) if self.asked_on else None,
            "computed": self.computed,
            "digest": self.digest,
        }


def fact(
    evidence: Evidence,
    said: Admitted,
    what: Words | None,
    *,
    lead: Words | None = None,
    digest: str | None = None,
) -> Fact:
    """Return what a logged statement says; a blank where `what` is None."""
    if what is None:
        return Fact(lead=lead)
    return Fact(
        words=what, lead=lead, who=tuple(sorted(evidence.organisations(said))),
        on=said.admitted_at, statement=said.statement_id, digest=digest,
    )  # fmt: skip


def computed(what: Words, at: datetime, *, lead: Words | None = None) -> Fact:
    """Return what this node computed from statements, and when."""
    return Fact(words=what, lead=lead, on=at, computed=True)
