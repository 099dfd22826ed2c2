"""What stands beside a finding and never changes it: counter-evidence, replies, contracts.

Counter-evidence that stands opens findings in `rubric.contested`; here it is shown, also where it
does not stand, with the reason. Of replies those are shown whose authors it concerns: maintainers,
the deployer, and whoever said what is answered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.base.times import format_time
from sunlit.base.wording import Text, fixed, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import (
    Attestation,
    ChangePlan,
    CounterEvidence,
    Reply,
    TestResult,
    WeightBinding,
    Withdrawal,
)
from sunlit.claims.base import Claim
from sunlit.claims.bias import BiasAudit
from sunlit.rubric.attested import plain
from sunlit.rubric.contested import Contest, contests
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding
from sunlit.rubric.standing import maintainers

COUNTER: Final = "counter-evidence"
REPLY: Final = "reply"
CONTRACT: Final = "contract"
WITHDRAWAL: Final = "withdrawal"
_WORDS: Final = 2000  # characters of somebody's words
_TESTING: Final[Mapping[type[Claim], str]] = {
    TestResult: "a test", BiasAudit: "a bias audit", Attestation: "an attestation",
    ChangePlan: "a change plan", CounterEvidence: "counter-evidence", WeightBinding: "a binding",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that somebody said: what it is, who, when, in which statement, in which words.

    `stands` is None where nothing hangs on it; `reason` says why counter-evidence does not stand.
    """

    kind: str
    organisation: str
    statement: str
    text: str
    said_on: datetime | None = None
    stands: bool | None = None
    reason: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the remark for `--json`; blanks are null."""
        return {
            "kind": self.kind,
            "organisation": self.organisation,
            "statement": self.statement,
            "text": self.text,
            "saidOn": format_time(self.said_on) if self.said_on else None,
            "stands": self.stands,
            "reason": self.reason,
        }

    @property
    def line(self) -> str:
        """The remark in one line for people."""
        if self.kind == CONTRACT:
            return text("contract %(what)s (%(who)s)", what=self.text, who=self.organisation)
        day = f", {self.said_on.date()}" if self.said_on else ""
        said = text("%(kind)s of %(who)s%(day)s: %(what)s", kind=fixed(self.kind),
                    who=self.organisation, day=day, what=plain(self.text))  # fmt: skip
        if self.kind != COUNTER:
            return said
        flat = plain(self.reason or "")
        why = self.reason if isinstance(self.reason, Text) and self.reason == flat else flat
        return joined((said, text("[stands]") if self.stands else text("[%(why)s]", why=why)))


def beside(conformity: Conformity, evidence: Evidence) -> Mapping[str, tuple[Remark, ...]]:
    """Return, for each control that has any, what stands beside its finding."""
    against, answers = contests(evidence), tuple(replies(evidence))
    contracts = dict(_contracts(evidence))
    found = {
        finding.control: tuple(_of(finding, against, answers, contracts))
        for finding in conformity.findings
    }
    return {control: remarks for control, remarks in found.items() if remarks}


def _of(
    finding: Finding,
    against: Iterable[Contest],
    answers: Iterable[tuple[Admitted, Reply]],
    contracts: Mapping[str, Remark],
) -> Iterator[Remark]:
    rests_on = set(finding.rests_on)
    for one in against:
        if rests_on & {one.said.statement_id, *one.against}:
            yield counter_remark(one)
            rests_on.add(one.said.statement_id)  # a reply may answer the counter-evidence
    for said, reply in answers:
        if reply.control == finding.control or rests_on & set(reply.statements):
            yield reply_remark(said, reply)
    seen = {(it.organisation, it.text): it for id_, it in contracts.items() if id_ in rests_on}
    yield from seen.values()


def counter_remark(one: Contest) -> Remark:
    """Return counter-evidence as it is shown."""
    return Remark(
        kind=COUNTER, organisation=one.claim.assessor, statement=one.said.statement_id,
        text=plain(one.claim.finding, _WORDS), said_on=one.claim.found_on, stands=one.stands,
        reason=one.reason,
    )  # fmt: skip


def reply_remark(said: Admitted, reply: Reply) -> Remark:
    """Return a reply as it is shown."""
    return Remark(
        kind=REPLY, organisation=reply.organisation, statement=said.statement_id,
        text=plain(reply.text, _WORDS), said_on=reply.replied_on,
    )  # fmt: skip


def replies(evidence: Evidence) -> Iterator[tuple[Admitted, Reply]]:
    """Yield the replies of those who were assessed, or whose statement is answered."""
    known = {said.statement_id: said for said in evidence.statements}
    concerned = {*maintainers(evidence), evidence.deployer}
    for said, reply in evidence.current(Reply):
        named = [known[id_] for id_ in reply.statements if id_ in known]
        authors = {name for one in named for name in evidence.organisations(one)}
        signed = reply.organisation in evidence.organisations(said)
        if signed and reply.organisation in concerned | authors:
            yield said, reply


def _contracts(evidence: Evidence) -> Iterator[tuple[str, Remark]]:
    """Yield statement id -> the contract that it was made under."""
    for said in evidence.statements:
        name = _contract(said.claim)
        if name:
            who = ", ".join(sorted(evidence.organisations(said))) or "a draft"
            yield (
                said.statement_id,
                Remark(
                    kind=CONTRACT, organisation=who, statement=said.statement_id, text=plain(name)
                ),
            )


def _contract(claim: Claim) -> str | None:
    if isinstance(claim, TestResult):
        return claim.sunlit_contract
    return claim.contract if isinstance(claim, Attestation | BiasAudit) else None


def taken_back(evidence: Evidence) -> tuple[Remark, ...]:
    """Return which tests, attestations and counter-evidence were withdrawn, by whom and why."""
    known = {said.statement_id: said for said in evidence.statements}
    found = []
    for said in evidence.statements:
        claim = said.claim
        old = known.get(claim.statement) if isinstance(claim, Withdrawal) else None
        if old is None or not isinstance(claim, Withdrawal) or type(old.claim) not in _TESTING:
            continue
        if own := evidence.organisations(said) & evidence.organisations(old):
            found.append(Remark(
                kind=WITHDRAWAL, organisation=", ".join(sorted(own)), statement=old.statement_id,
                text=f"{_TESTING[type(old.claim)]}: {plain(claim.reason, _WORDS)}",
                said_on=said.admitted_at,
            ))  # fmt: skip
    return tuple(found)
