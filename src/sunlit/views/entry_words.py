"""One plain sentence for each kind of statement: who says what, about what. Data, no HTML.

A pattern names fields of the claim in braces; `{who}` are the organisations that signed and
`{about}` is what the statement is about. What it says is somebody else's text: whoever shows it
escapes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.base.marking import N_
from sunlit.base.purl import Purl
from sunlit.base.wording import Text, fixed, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim, Opaque
from sunlit.views.entry_patterns import PATTERNS
from sunlit.views.scopes import scope_title

NOBODY: Final = text("Somebody whose key this log does not know")
NOT_STATED: Final = N_("not stated")
MONTHS: Final = tuple(
    text(name)
    for name in (
        N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
        N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
    )
)  # fmt: skip
UNKNOWN: Final = N_(
    "{who} said something of a kind that this version does not know: {predicate_type}."
)
SHOWN: Final = 300  # characters of one field
LISTED: Final = 5  # of a list
_SCOPES: Final = frozenset({"scope", "scopes"})  # fields with what an assessor looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A pattern of ours (to be translated) and the values that fill it (never translated)."""

    pattern: str
    values: Mapping[str, str]

    def __str__(self) -> str:
        """Return the sentence, filled."""
        return fill(self.pattern, self.values)


def on_day(at: datetime) -> Text:
    """Return a day in words: 22 November 2026."""
    month = MONTHS[at.month - 1]
    return text("%(day)s %(month)s %(year)s", day=at.day, month=month, year=f"{at:%Y}")


def fill(pattern: str, values: Mapping[str, str], missing: str = NOT_STATED) -> str:
    """Fill a pattern; values are never read as patterns, and what is missing says so."""
    return pattern.format_map(_Known(values, missing))


class _Known(dict[str, str]):
    def __init__(self, values: Mapping[str, str], missing: str) -> None:
        super().__init__(values)
        self._missing = missing

    def __missing__(self, key: str) -> str:
        return self._missing


def sentence(said: Admitted, who: Sequence[str]) -> Sentence:
    """Return what a statement says; `who` are the names of the organisations that signed it."""
    claim = said.claim
    pattern = UNKNOWN if isinstance(claim, Opaque) else PATTERNS.get(type(claim), UNKNOWN)
    chosen = pattern(claim) if callable(pattern) else pattern
    values = _values(claim)
    values["who"] = ", ".join(who) or NOBODY
    values["about"] = _about(said)
    values["predicate_type"] = _short(claim.predicate_type if isinstance(claim, Opaque) else
                                      type(claim).TYPE)  # fmt: skip
    return Sentence(pattern=chosen, values=values)


def kind_of(claim: Claim) -> Text:
    """Return the name of a kind of statement, in words: `RiskCode` is "risk code"."""
    return text("unknown kind") if isinstance(claim, Opaque) else fixed(type_words(type(claim)))


def type_words(kind: type[Claim]) -> str:
    """Return the name of a type of claim in words."""
    words = (f" {char.lower()}" if char.isupper() else char for char in kind.__name__)
    return "".join(words).strip()


def _values(claim: Claim) -> dict[str, str]:
    names = (name for name in claim.__dataclass_fields__ if name != "extra")
    return {name: said for name in names if (said := _said(claim, name)) is not None}


def _said(claim: Claim, name: str) -> str | None:
    value = getattr(claim, name, None)
    if name not in _SCOPES or value is None:
        return _text(value)
    several = value if isinstance(value, tuple) else (value,)
    return _text([scope_title(str(one)) for one in several])


def _text(value: object) -> str | None:
    match value:
        case None | "" | () | []:
            return None
        case bool():
            return text("yes") if value else text("no")
        case datetime():
            return on_day(value)
        case Text():
            return value
        case StrEnum():
            return fixed(_short(value.value.replace("-", " ").lower()))
        case tuple() | list():
            told = [one for one in map(_text, value[:LISTED]) if one is not None]
            listed = joined(told, ", ") if told else None
            more = len(value) - LISTED
            return (
                text("%(some)s and %(more)s more", some=listed, more=str(more))
                if more > 0 and listed is not None
                else listed
            )
        case Mapping():
            return None
        case _:
            return _named(value)


def _named(value: object) -> str | None:
    """Return the name of something that has one (a resource, a topic), else its text."""
    if hasattr(value, "__dataclass_fields__"):
        known = (getattr(value, name, None) for name in ("name", "uri", "kind", "what"))
        return next((_short(str(one)) for one in known if one), None)
    return _short(str(value))


def called(purl: str) -> str:
    """Return a component by its name, with whose it is: `outreach (maker.example)`; else the text.

    The whole address stands in the entry itself. What only begins like one stays as it is: whose
    it is is not to be read from free text.
    """
    try:
        found = Purl.parse(purl)
    except MalformedError:
        return purl
    return f"{found.name} ({'/'.join(found.namespace)})" if found.namespace else found.name


def _short(text: str) -> str:
    text = called(text)
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1]}…"


def _about(said: Admitted) -> str:
    named = [subject.name for subject in said.subjects if subject.name]
    if named:
        return _short(named[0])
    digests = [str(one) for subject in said.subjects for one in subject.digest.values()]
    if not digests:
        return text("nothing that is named")
    return text("the folder or file with the digest %(digest)s…", digest=digests[0][:12])
