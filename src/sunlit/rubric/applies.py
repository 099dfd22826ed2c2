"""When a control applies: facts from signed statements, and what they excuse.

A fact is what somebody whose word counts signed: the maintainer says what the component is, the
deployer what it is used for and where, the board which tier it has. Drafts and others' words
excuse nothing; what nobody said is unknown, and then the control applies. Where several
statements of a use stand, all of their values count; of assessments the latest, as everywhere.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.base.times import format_time
from sunlit.base.wording import either, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.provenance import KINDS, Component
from sunlit.rubric.aia import fact_questions
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.control import Condition, Control
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.places import places
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.standing import about, by_deployer, by_maintainer, uses

OVERSIGHT: Final = frozenset({"human-decides", "human-reviews", "none"})
ANSWERS: Final = frozenset({"no", "yes"})
WORDS: Final = {
    "kind": text("the kind of component"),
    "area": text("the area of use"),
    "tier": text("the tier"),
    "jurisdiction": text("the jurisdiction"),
    "oversight": text("the oversight"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known: all values that were said, by which statements, until when."""

    values: frozenset[str]
    rests_on: tuple[str, ...]
    expires: datetime | None = None
    until: str | None = field(init=False)

    def __post_init__(self) -> None:
        """Write the end once: many controls ask for the same fact."""
        object.__setattr__(self, "until", format_time(self.expires) if self.expires else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """A control that was not asked, why, on which statements, until when."""

    control: str
    title: str
    reason: str
    rests_on: tuple[str, ...] = ()
    expires: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "control": self.control,
            "title": self.title,
            "reason": self.reason,
            "restsOn": list(self.rests_on),
            "expires": self.expires,
        }


@dataclass(frozen=True, slots=True)
class _Said:
    """One statement's values for a fact; None where it says what cannot be understood."""

    statement: str
    values: frozenset[str] | None
    expires: datetime | None


class Facts:
    """The facts of one release under one use, each found when it is first asked for."""

    def __init__(self, evidence: Evidence, contested: frozenset[str] = frozenset()) -> None:
        """Look at what was signed; drafts are left out, and what is `contested` says nothing."""
        self._contested = contested
        self._evidence = evidence.signed()
        self._found: dict[str, Fact | None] = {}
        self._why: dict[tuple[str, frozenset[str]], str] = {}

    def get(self, name: str) -> Fact | None:
        """Return a fact, None while it is unknown."""
        if name not in self._found:
            source = SOURCES.get(name)
            said = tuple(source(self._evidence) if source else _assessed(self._evidence, name))
            open_ = any(one.statement in self._contested for one in said)
            self._found[name] = None if open_ else _together(said)
        return self._found[name]

    def why_not(self, condition: Condition, fact: Fact) -> str:
        """Return in words why a fact excuses from what has this condition."""
        asked = condition.fact, condition.values
        if asked not in self._why:
            self._why[asked] = _reason(condition, fact)
        return self._why[asked]


def _together(said: tuple[_Said, ...]) -> Fact | None:
    values: set[str] = set()
    for one in said:
        if one.values is None:
            return None
        values |= one.values
    if not values:
        return None
    ends = [one.expires for one in said if one.expires is not None]
    # What one statement leaves off, the others still say: the fact lasts as the longest does.
    lasts = max(ends) if len(ends) == len(said) else None
    return Fact(
        values=frozenset(values), rests_on=tuple(sorted({one.statement for one in said})),
        expires=lasts,
    )  # fmt: skip


def _said(said: Admitted, values: Iterable[str] | None, *ends: datetime | None) -> _Said:
    known = [end for end in ends if end is not None]
    return _Said(
        said.statement_id, None if values is None else frozenset(values), min(known, default=None)
    )


def _kind(evidence: Evidence) -> Iterator[_Said]:
    for said, claim in about(evidence, Component):
        if (answer := by_maintainer(evidence, said)).allowed:
            # What holds weights is a model too, whatever its wrapping is called.
            kinds = [claim.kind, *(["model"] if claim.model_files else [])]
            yield _said(said, kinds if claim.kind in KINDS else None, answer.expires)


def _from_use(name: str) -> Callable[[Evidence], Iterator[_Said]]:
    def found(evidence: Evidence) -> Iterator[_Said]:
        for said, use in uses(evidence):
            # `uses` gives what the deployer's operator signed; drafts are left out already.
            answer = by_deployer(evidence, said)
            areas = [str(area) for area in (use.area, *use.further_areas)]
            values: dict[str, Iterable[str] | None] = {
                "area": areas,
                "jurisdiction": places(use.jurisdictions),
                "oversight": [use.oversight] if use.oversight in OVERSIGHT else None,
            }
            yield _said(said, values[name], answer.expires)

    return found


def _tier(evidence: Evidence) -> Iterator[_Said]:
    found = published_code(evidence)
    if isinstance(found, Published):
        yield _Said(found.rests_on[0], frozenset({str(found.code.tier)}), found.code.valid_until)


def _assessed(evidence: Evidence, name: str) -> Iterator[_Said]:
    found = assessment(evidence)
    if found is not None and name in found.claim.facts:
        words = _words(found.claim.facts[name])
        if name in fact_questions() and words is not None and not words <= ANSWERS:
            words = None  # `YES` is no `yes`, and no excuse either
        yield _said(found.said, words, found.claim.valid_until, found.answer.expires)


def _words(value: object) -> frozenset[str] | None:
    """Return the words that a fact's value says; None for what is no answer."""
    if isinstance(value, bool):
        return frozenset({"yes" if value else "no"})
    items = value if isinstance(value, list | tuple) else [value]
    words = frozenset(item.strip() for item in items if isinstance(item, str))
    unclear = not words or len(words) < len(items) or words & {"", "unknown"}
    return None if unclear else words


SOURCES: Final[Mapping[str, Callable[[Evidence], Iterator[_Said]]]] = {
    "kind": _kind,
    "area": _from_use("area"),
    "jurisdiction": _from_use("jurisdiction"),
    "oversight": _from_use("oversight"),
    "tier": _tier,
}


def not_applicable(control: Control, facts: Facts, at: datetime) -> NotApplicable | None:
    """Return why a control is not asked, None where it applies."""
    for condition in control.applies:
        fact = facts.get(condition.fact)
        if fact is not None and fact.values.isdisjoint(condition.values):
            return NotApplicable(
                control=control.id, title=control.title, rests_on=fact.rests_on,
                reason=facts.why_not(condition, fact), expires=fact.until,
            )  # fmt: skip
    if control.starts is not None and at < control.starts:
        day = control.starts.date().isoformat()
        return NotApplicable(
            control=control.id, title=control.title,
            reason=text("Not yet in force: the duty applies from %(day)s.", day=day),
            expires=format_time(control.starts),
        )  # fmt: skip
    return None


def _reason(condition: Condition, fact: Fact) -> str:
    name = WORDS.get(condition.fact, condition.fact)
    return text("Asked only where %(fact)s is %(asked)s; here it is %(here)s.", fact=name,
                asked=either(sorted(condition.values)),
                here=", ".join(sorted(fact.values)))  # fmt: skip
