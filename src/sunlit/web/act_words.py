"""What a statement says, in rows and in words: everything that is signed is shown.

Fields are called as `act_fields` says. A field or a value that nobody gave words is shown as it
stands, with its name taken apart: nothing is ever left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from sunlit.base.times import parse_time
from sunlit.base.wording import Text, fixed, joined, text
from sunlit.claims.base import Claim, claim_types
from sunlit.claims.codec import json_name
from sunlit.rubric.aia import fact_questions, question_set
from sunlit.rubric.matrix import matrix
from sunlit.rubric.risk_code import autonomy_levels
from sunlit.statement.intoto import Statement
from sunlit.views.entry_words import on_day
from sunlit.views.practices import practice_title
from sunlit.web.act_fields import NUMBERED, ORGANISATIONS, VALUES, label

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_QUESTIONS: Final = ("answers", "facts")
MANY: Final = 20  # answers to questions, beyond which a page folds them away
Named = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that is said. Of a digest `value` is its beginning and `whole` all of it.

    A `Text` is ours and is translated; any other `str` is a name or the writer's own words.
    """

    name: str
    value: str
    whole: str = ""
    is_answer: bool = False

    @property
    def is_ours(self) -> bool:
        """Tell whether the value is a sentence of ours, to be translated."""
        return isinstance(self.value, Text)


def rows_of(payload: bytes, named: Named = lambda _: None) -> list[Row]:
    """Return what a statement's payload says: about what, then each field.

    `named` gives the name of an organisation by its id, where it is known.
    """
    statement = Statement.parse(payload)
    kind = claim_types().get(statement.predicate_type)
    known = {json_name(one.name): one.name for one in fields(kind)} if kind else {}
    about = [
        _plain(text("About"), one.name or next(iter(one.digest.values()), ""))
        for one in statement.subjects
    ]
    rows: list[Row] = []
    order = {
        name: place for place, name in enumerate(known)
    }  # as the claim tells it, not by letter
    said = sorted(statement.predicate.items(), key=lambda it: order.get(it[0], len(order)))
    for field, value in said:
        rows += _field(kind, known.get(field, field), value, named)
    return [*about, *rows]


def folded(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return what stands open on a page, and the many answers that a reader opens."""
    answers = [row for row in rows if row.is_answer]
    if len(answers) < MANY:
        return list(rows), []
    return [row for row in rows if not row.is_answer], answers


def words(name: str) -> str:
    """Return a field's name in words: `validUntil` becomes `Valid until`."""
    found = _HUMP.sub(" ", name).replace("_", " ").replace("-", " ").lower()
    return found[:1].upper() + found[1:]


def _field(kind: type[Claim] | None, name: str, value: object, named: Named) -> Iterator[Row]:
    said = label(kind, name)
    heading = fixed(said) if said else words(name)
    if name in _QUESTIONS and isinstance(value, Mapping):
        asked = _answers(value) if name == "answers" else _facts(value)
        for question, answer in asked:
            yield Row(name=question, value=answer, is_answer=True)
    elif isinstance(value, list) and not any(isinstance(one, Mapping) for one in value):
        rows = [_one(kind, name, heading, one, named) for one in value]
        if any(row.whole for row in rows):
            yield from rows
        elif rows:
            yield Row(name=heading, value=joined((row.value for row in rows), "; "))
    else:
        for row in _nested(heading, value):
            yield _one(kind, name, row[0], row[1], named)


def _one(
    kind: type[Claim] | None, name: str, heading: str, value: object, named: Named
) -> Row:  # fmt: skip
    if name == "asked" and (said := label(kind, str(value))):
        return Row(name=heading, value=fixed(said))
    if name in ORGANISATIONS and (known := named(str(value))) and known != value:
        return Row(name=heading, value=f"{known} ({value})")
    return _plain(heading, _in_words(name, value) or value)


def _in_words(name: str, value: object) -> Text | None:
    """Return the words of a value that is one of a list, None for all others."""
    if name == "practice":
        return joined((str(value), practice_title(str(value))), ": ")
    if name == "row" and (row := matrix().rows.get(str(value))):
        return fixed(row.title)
    if name == "autonomy_level" and isinstance(value, int) and value in autonomy_levels():
        return joined((str(value), fixed(autonomy_levels()[value])), ": ")
    said = VALUES.get(name, {}).get(str(value))
    if said is None:
        return None
    return joined((str(value), fixed(said)), ": ") if name in NUMBERED else fixed(said)


def _answers(value: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    asked = {one.name: one for one in question_set().questions}
    order = list(asked)
    for name, chosen in sorted(value.items(), key=lambda it: _place(order, it[0])):
        one = asked.get(name)
        every = chosen if isinstance(chosen, list) else [chosen]
        said = [one.choices.get(str(it), str(it)) if one else str(it) for it in every]
        yield (fixed(one.title) if one else words(name)), joined(map(fixed, said), "; ")


def _facts(value: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    order = list(fact_questions())
    for name, said in sorted(value.items(), key=lambda it: _place(order, it[0])):
        asked = fact_questions().get(name)
        yield (fixed(asked) if asked else words(name)), _scalar(said)


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _nested(before: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _nested(joined((before, words(str(name)).lower()), ", "), item)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, 1):
            yield from _nested(joined((before, str(number))), item)
    elif value is not None and value not in ("", [], {}):
        yield before, value


def _plain(heading: str, value: object) -> Row:
    if isinstance(value, str) and _DIGEST.fullmatch(value):
        return Row(name=heading, value=f"{value[:16]}…", whole=value)
    return Row(name=heading, value=_scalar(value))


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return text("yes") if value else text("no")
    if isinstance(value, list):
        return "; ".join(map(_scalar, value))
    if isinstance(value, str) and _TIME.fullmatch(value):
        at = parse_time(value)
        return text("%(day)s, %(clock)s UTC", day=on_day(at), clock=f"{at:%H:%M}")
    return value if isinstance(value, str) else str(value)
