"""What a format takes of what is known, and what it loses: counted, not remembered.

A view is a flat mapping of facts: a name to a text, a number, several texts, or rows of texts.
Whatever an exporter does not take is lost by that; what it turns into the format's own words is
listed too. So the list is complete without anybody keeping it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Facts = Mapping[str, object]
NOT_PROVIDED: Final = "Not provided"  # where a format wants a text and nobody gave one


class How(StrEnum):
    """In which way something is lost."""

    LEFT_OUT = "left out"
    OTHER_WORDS = "in the format's own words"
    CUT = "cut to what the format takes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One fact that the document does not hold as it is known, and why."""

    fact: str
    how: How
    reason: str

    def to_json(self) -> dict[str, str]:
        """Return the loss for a list of losses."""
        return {"fact": self.fact, "how": str(self.how), "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A document, what it loses, and what its format asks for and nobody has said (`lacks`)."""

    format: str
    name: str  # a file's name
    media_type: str
    data: bytes
    losses: tuple[Loss, ...]
    lacks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return what to tell beside the document."""
        return {
            "format": self.format, "file": self.name,
            "losses": [one.to_json() for one in self.losses], "lacks": list(self.lacks),
        }  # fmt: skip


# Why a fact has no place, by the beginning of its name; the longest that fits counts.
WHY: Final[Mapping[str, str]] = {
    "": "The format has no field for it.",
    "attestations.": "It does not name who assessed a component, how, and until when.",
    "blanks": "It cannot tell a blank from a question that was never asked.",
    "constraints": "It has no limits that end a permission.",
    "cut": "It has no way to say that a text was cut.",
    "code": "It does not know the 4-digit risk code.",
    "engine": "It does not say what computed an answer.",
    "fields.": "It is a field of the register that the record comes from.",
    "files": "It does not list files.",
    "findings.mend": "It has no place for the command that mends a gap.",
    "findings.": "It has no place for the answer to a control.",
    "logs.": "It names no transparency log.",
    "mitigations.": "It has no place for practices and their evidence.",
    "rollback": "It names no release to go back to.",
    "rubric": "It does not name by what something was judged.",
    "statements.": "It cannot name signed statements.",
    "token_": "It knows no safety token.",
    "uses.": "It is about the component, not about each use.",
}
_OWN: Final[Mapping[How, str]] = {
    How.OTHER_WORDS: "The format allows a few words of its own.",
    How.CUT: "The format bounds the length.",
}


@dataclass(slots=True)
class Taking:
    """Takes facts out of a view and remembers which. A fact that is not there is blank."""

    facts: Facts
    _prefix: str = ""
    _taken: dict[str, How | None] = field(default_factory=dict)
    _wanting: list[str] = field(default_factory=list)

    def text(self, name: str, most: int | None = None) -> str:
        """Take a text (a number as a text; several, one after the other), cut at `most`."""
        value = self.facts.get(name)
        found = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
        if most is not None and len(found) > most:
            self._mark(name, How.CUT)
            return found[: most - 1].rstrip() + "…"
        self._mark(name)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """Take several texts."""
        self._mark(name)
        value = self.facts.get(name)
        if isinstance(value, tuple):
            return tuple(map(str, value))
        return (str(value),) if value else ()

    def word(self, name: str) -> str:
        """Take a text that is said in the format's own words."""
        self._mark(name, How.OTHER_WORDS)
        return str(self.facts.get(name) or "")

    def rows(self, name: str) -> Iterator["Taking"]:
        """Yield a taking for each row; what is taken of one counts as taken of all."""
        value = self.facts.get(name)
        for row in value if isinstance(value, tuple) else ():
            yield Taking(row, f"{self._prefix}{name}.", self._taken, self._wanting)

    def wanted(self, name: str, value: str) -> str:
        """Return what the format must have; where nobody said it, it is listed as lacking."""
        if not value and name not in self._wanting:
            self._wanting.append(name)
        return value

    def _mark(self, name: str, how: How | None = None) -> None:
        known = self._taken.get(self._prefix + name)
        self._taken[self._prefix + name] = how or known

    def lacks(self) -> tuple[str, ...]:
        """Return what the format asks for and nobody has said."""
        return tuple(self._wanting)

    def losses(self) -> tuple[Loss, ...]:
        """Return everything that the view holds minus what was taken as it is."""
        lost = []
        for leaf in leaves(self.facts):
            how = self._taken.get(leaf, How.LEFT_OUT)
            if how is not None:
                reason = _OWN.get(how) or why(leaf)
                lost.append(Loss(fact=leaf, how=how, reason=reason))
        return tuple(lost)


def leaves(facts: Facts) -> tuple[str, ...]:
    """Return the name of every fact, of rows each column, sorted."""
    found = set[str]()
    for name, value in facts.items():
        rows = value if isinstance(value, tuple) else ()
        columns = {key for row in rows if isinstance(row, Mapping) for key in row}
        found.update(f"{name}.{column}" for column in columns)
        if not columns:
            found.add(name)
    return tuple(sorted(found))


def why(fact: str) -> str:
    """Return why a format has no place for a fact."""
    return WHY[max((prefix for prefix in WHY if fact.startswith(prefix)), key=len)]


def only_known(facts: Facts) -> dict[str, object]:
    """Return the facts without blanks: a blank is not there, rather than empty."""
    known = {name: _known(value) for name, value in facts.items()}
    return {name: value for name, value in known.items() if value not in (None, "", ())}


def _known(value: object) -> object:
    if isinstance(value, tuple):
        rows = (only_known(one) if isinstance(one, Mapping) else one for one in value)
        return tuple(one for one in rows if one not in (None, "", {}))
    return value
