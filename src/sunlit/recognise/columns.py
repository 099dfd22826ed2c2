"""What a column seems to hold by its name, and by its values where they are few and well known.

Names of recognisers' kinds stand in their files; all others, special categories of personal data
and data on crime among them, in `columns.json`, with the text of law that makes them so.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sunlit.recognise.context import column_words
from sunlit.recognise.recognisers import DECOY, Recogniser, shipped

MIN_CODES: Final = 3  # so many survey codes side by side are no accident
CLEAR: Final = 4  # letters of a code that is clear by itself: AGEP, RAC1P
MAX_VALUES: Final = 1000
KNOWN: Final = 0.6  # share of a column's distinct values that stand in a list
CODED: Final = 0.9  # the same for short codes, which may stand for anything
MIN_CODED: Final = 4
# Words at the end of a name that say how a thing is written, not what it is.
_NOISE: Final = frozenset(
    str.split(
        "code cd desc description flag value val category cat type ind indicator group grp "
        "status no num number nr id text txt txtvalue label lbl key raw orig original clean "
        "norm hash x y"
    )
)
# Words that say little at the end of a longer name: "file name", "third party".
_VAGUE: Final = frozenset(
    str.split(
        "name names nom namn naam nome nombre party origin region city town ward district "
        "county rank school union rent rente charge charges drug vote native household "
        "address street via cap dom tro ort gata kon lon job origin language lingua sprache "
        "relationship record hash identifier signature alias residence benefit benefits "
        "procedure treatment age race means place point reg plate pc index ip mac geo tin cf "
        "x long location"
    )
)
_LAST: Final = frozenset(str.split("age sex dob ssn nhs chi bsn dni nie nif utr email phone iban"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A kind that a column seems to hold, its category, and the ground: `name` or `values`.

    `kind` is a recogniser's kind or one of the dictionary (`ethnicity`, `health`, ...), `category`
    one of those of `sunlit.claims.privacy.Found`, `title` the kind in words; `source` says where
    it is written that it is so; `protected` kinds are identifiers or stand in a law.
    """

    kind: str
    category: str
    ground: str
    title: str
    source: str
    protected: bool = True


def name_kinds(column: str) -> tuple[Named, ...]:
    """Return what the column seems to hold by its name; nothing for a name that is not known."""
    phrases = _phrases()
    for words in _readings(column_words(column)):
        known = phrases.get(words)
        if known:
            return known
    code = _codes().get(column)
    clear = len(column) >= CLEAR or any(map(str.isdigit, column))
    return (code,) if code and clear else _inside(column_words(column).split())


def all_name_kinds(columns: Sequence[str]) -> dict[str, tuple[Named, ...]]:
    """Return column -> kinds by name; several codes of a survey side by side explain each other."""
    codes = _codes()
    coded = {column: (codes[column],) for column in columns if column in codes}
    named = {column: kinds for column in columns if (kinds := name_kinds(column))}
    return coded | named if len(coded) >= MIN_CODES else named


def value_kinds(values: Collection[str]) -> tuple[Named, ...]:
    """Return what the distinct values of a column say that it holds: lists that are well known."""
    if len(values) > MAX_VALUES:
        return ()
    written = {value.strip() for value in values if value and value.strip()}
    plain = {" ".join(re.sub(r"[\W_]+", " ", value).lower().split()) for value in written}
    return tuple(
        named for named, known, patterns, least in _values()
        if _are_listed(plain, known, least) or any(_are_coded(written, one) for one in patterns)
    )  # fmt: skip


def _are_listed(values: set[str], known: frozenset[str], least: int) -> bool:
    found = len(values & known)
    return found >= least and found >= KNOWN * len(values)


def _are_coded(values: set[str], pattern: re.Pattern[str]) -> bool:
    found = sum(bool(pattern.fullmatch(value)) for value in values)
    return found >= MIN_CODED and found >= CODED * len(values)


def _readings(words: str) -> Iterator[str]:
    """Yield the name, and then without what numbers it and says how it is written."""
    yield words
    parts = [part for part in re.sub(r"\d+$", "", words).split() if part]
    yield " ".join(parts)
    while len(parts) > 1 and parts[-1] in _NOISE:
        parts.pop()
        yield " ".join(parts)


def _inside(parts: list[str]) -> tuple[Named, ...]:
    """Return the kinds of the longest known phrase in a longer name: `victim_date_of_birth`."""
    phrases = _phrases()
    while len(parts) > 1 and parts[-1] in _NOISE:
        parts = parts[:-1]
    for length in range(len(parts) - 1, 1, -1):
        for first in range(len(parts) - length + 1):
            known = phrases.get(" ".join(parts[first : first + length]))
            if known:
                return known
    last = parts[-1] if len(parts) > 1 else ""
    if last in _LAST or (len(last) > CLEAR and last not in _VAGUE):
        return phrases.get(last, ())
    return ()


@cache
def _phrases() -> Mapping[str, tuple[Named, ...]]:
    """Return a phrase -> the kinds that it names; a recogniser's are named first."""
    phrases: dict[str, dict[str, Named]] = {}
    for one in shipped():
        if one.category != DECOY:
            for phrase in one.columns:
                phrases.setdefault(column_words(phrase), {}).setdefault(one.kind, _of(one))
    for kind, listed in _document()["words"].items():
        named = _named(kind, "name", listed["source"])
        for phrase in listed["names"]:
            phrases.setdefault(column_words(phrase), {}).setdefault(kind, named)
    return {phrase: tuple(kinds.values()) for phrase, kinds in phrases.items()}


def _of(one: Recogniser) -> Named:
    return Named(
        kind=one.kind, category=one.category, ground="name", title="identifier", source=one.source
    )


@cache
def _codes() -> Mapping[str, Named]:
    codes = _document()["codes"]
    return {
        form: _named(kind, "name", codes["source"])
        for code, kind in codes["names"].items()
        for form in (code, code.lower())
    }


@cache
def _values() -> list[tuple[Named, frozenset[str], list[re.Pattern[str]], int]]:
    return [
        (
            _named(kind, "values", listed["source"]),
            frozenset(listed["values"]),
            [re.compile(one) for one in listed.get("patterns", ())],
            listed["least"],
        )
        for kind, listed in _document()["values"].items()
    ]


def _named(kind: str, ground: str, source: str) -> Named:
    listed = _document()["words"][kind]
    return Named(
        kind=kind,
        category=listed["category"],
        ground=ground,
        title=listed["title"],
        source=_document()["sources"].get(source, source),
        protected=listed.get("protected", True),
    )


@cache
def _document() -> Any:  # noqa: ANN401 - our own JSON, proven by tests
    return json.loads(files("sunlit.recognise").joinpath("columns.json").read_text("utf-8"))
