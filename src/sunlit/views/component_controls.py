"""Every control that was asked of a use: the finding in words, what it rests on, how to mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.rubric.applies import NotApplicable
from sunlit.rubric.control import Control, Rubric
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome
from sunlit.views.component_words import Fact, Words, fact, quoted, words
from sunlit.views.control_words import reason, sources
from sunlit.views.findings_beside import Remark, beside

OUTCOMES: Final = {
    Outcome.HOLDS: words("Holds: shown by signed statements"),
    Outcome.FAILS: words("Fails: signed statements speak against it"),
    Outcome.UNKNOWN: words("Not known: nobody has shown it yet"),
}
KINDS: Final = {  # what a statement is, by the end of its type
    "attestation": words("Attestation"), "code": words("Risk code"), "vote": words("Vote"),
    "use": words("Declared use"), "release": words("Release"), "component": words("Component"),
    "test-result": words("Test result"), "provenance": words("Training run"),
    "dataset": words("Dataset"), "documentation": words("Card"), "licence": words("Licence"),
    "mitigation": words("Safeguard"), "assessment": words("Risk assessment"),
    "measure": words("Measure"), "scan": words("Scan for personal data"),
    "bias-audit": words("Bias audit"), "accreditation": words("Accreditation"),
    "organisation": words("Organisation"), "key": words("Key"),
    "counter-evidence": words("Counter-evidence"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One control with its finding. `applies` says why it is asked, `sources` by which law."""

    control: str
    title: str
    group: str
    statement: str
    guidance: str
    outcome: Outcome
    reason: str
    applies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    expires: str | None = None
    mend: str | None = None
    rests_on: tuple[Fact, ...] = ()
    beside: tuple[Remark, ...] = ()

    @property
    def words(self) -> Words:
        """The finding in words."""
        return OUTCOMES[self.outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """All controls of a rubric for one use: those asked, and those that do not apply."""

    rubric: str
    digest: str
    asked: tuple[Asked, ...]
    apart: tuple[NotApplicable, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many have this answer."""
        return sum(one.outcome is outcome for one in self.asked)

    def groups(self) -> Mapping[str, Sequence[Asked]]:
        """Return them by the group that the rubric puts them in, in its order."""
        found: dict[str, list[Asked]] = {}
        for one in self.asked:
            found.setdefault(one.group, []).append(one)
        return found

    def control(self, id_: str) -> Asked | None:
        """Return one control that was asked."""
        return next((one for one in self.asked if one.control == id_), None)

    def without(self, id_: str) -> NotApplicable | None:
        """Return one control that was not asked, with the reason."""
        return next((one for one in self.apart if one.control == id_), None)


def controls(rubric: Rubric, evidence: Evidence, conformity: Conformity) -> Controls:
    """Return every control with what it answers and what that rests on. Pure."""
    known = {said.statement_id: said for said in evidence.statements}
    remarks = beside(conformity, evidence)
    return Controls(
        rubric=f"{rubric.title} {rubric.version}", digest=rubric.digest,
        asked=tuple(
            _asked(control, finding, evidence, known, remarks.get(finding.control, ()))
            for finding in conformity.findings
            if (control := rubric.control(finding.control)) is not None
        ),
        apart=conformity.not_applicable,
    )  # fmt: skip


def _asked(
    control: Control,
    finding: Finding,
    evidence: Evidence,
    known: Mapping[str, Admitted],
    remarks: tuple[Remark, ...],
) -> Asked:
    return Asked(
        control=control.id, title=control.title, group=control.group,
        statement=control.statement, guidance=control.guidance, outcome=finding.outcome,
        reason=finding.reason, expires=finding.expires, mend=finding.mend,
        applies=tuple(map(reason, control.applies)), beside=remarks,
        sources=sources(*control.laws, *control.maps),
        rests_on=tuple(_rested(evidence, id_, known) for id_ in finding.rests_on),
    )  # fmt: skip


def _rested(evidence: Evidence, id_: str, known: Mapping[str, Admitted]) -> Fact:
    said = known.get(id_)
    if said is None:
        return Fact(words=words("A statement"), statement=id_)
    return fact(evidence, said, kind_words(said.claim.TYPE))


def kind_words(predicate_type: str) -> Words:
    """Return what a statement is, in a word or two."""
    parts = predicate_type.rstrip("/").replace("/", ":").split(":")
    name = parts[-2] if len(parts) > 1 else predicate_type
    return KINDS.get(name) or quoted(name.replace("-", " "))
