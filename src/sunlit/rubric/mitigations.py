"""D4, the mitigation gap: computed and dated, never voted."""

from dataclasses import dataclass

from sunlit.authority.answer import Answer
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Mitigation
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome
from sunlit.rubric.risk_code import Scheme, scheme
from sunlit.rubric.standing import about, by_deployer, by_maintainer, is_current, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Whether one practice has valid, unexpired evidence, and which."""

    name: str
    evidenced: bool
    rests_on: tuple[str, ...] = ()
    expires: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """D4 with what it was computed from. `digit` is 0 where nothing was assessed."""

    digit: int
    practices: tuple[Practice, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        """Return the practices without evidence."""
        return tuple(item.name for item in self.practices if not item.evidenced)

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Return the statements that the evidenced practices rest on."""
        return tuple(sorted({id_ for item in self.practices for id_ in item.rests_on}))

    @property
    def expires(self) -> str | None:
        """Return the earliest time at which a practice loses its evidence."""
        return min((it.expires for it in self.practices if it.expires is not None), default=None)


def mitigation_gap(evidence: Evidence, known: Scheme | None = None) -> Gap:
    """Compute D4 from the other findings and the mitigation statements.

    Nothing is assessed, and the digit is 0, while no use is named or no statement is there.
    """
    known = known or scheme()
    if evidence.use is None or evidence.deployer is None or not evidence.statements:
        return Gap(digit=0)
    practices = tuple(practice(evidence, name) for name in known.practices)
    return Gap(digit=1 + sum(not item.evidenced for item in practices), practices=practices)


def practice(evidence: Evidence, name: str) -> Practice:
    """Tell whether a practice is evidenced.

    1. A signed legal ground, "not needed", settles it.
    2. Where controls ask for it, every one of them has to hold.
    3. Where none asks, a signed mitigation statement that names its evidence does.
    """
    signed = _signed(evidence, name)
    for said, claim, answer in signed:
        if _is_said(claim.not_needed_ground):
            return _evidenced(name, said, claim, answer)
    asking = [finding for finding in evidence.findings if name in finding.practices]
    if asking:
        return _by_findings(name, asking)
    for said, claim, answer in signed:
        if _is_said(claim.evidence):
            return _evidenced(name, said, claim, answer)
    return Practice(name=name, evidenced=False)


def _is_said(text: str | None) -> bool:
    return bool(text and text.strip())


def _signed(evidence: Evidence, name: str) -> tuple[tuple[Admitted, Mitigation, Answer], ...]:
    """Mitigations of the use, by the deployer or a maintainer; the latest first."""
    found = [
        (said, claim, answer)
        for said, claim in about(evidence, Mitigation)
        if claim.practice == name
        and (claim.use, claim.deployer) == (evidence.use, evidence.deployer)
        and is_current(evidence, claim.valid_until)
        and not said.is_draft
        and (answer := _by_whom(evidence, said, claim)).allowed
    ]
    return tuple(reversed(found))


def _by_whom(evidence: Evidence, said: Admitted, claim: Mitigation) -> Answer:
    answer = by_deployer(evidence, said)
    # That the law asks for nothing is for the deployer to say, who answers for the use.
    if answer.allowed or _is_said(claim.not_needed_ground):
        return answer
    return by_maintainer(evidence, said)


def _evidenced(name: str, said: Admitted, claim: Mitigation, answer: Answer) -> Practice:
    return Practice(
        name=name,
        evidenced=True,
        rests_on=(said.statement_id,),
        expires=when(claim.valid_until, answer.expires),
    )


def _by_findings(name: str, asking: list[Finding]) -> Practice:
    if any(finding.outcome is not Outcome.HOLDS for finding in asking):
        return Practice(name=name, evidenced=False)
    return Practice(
        name=name,
        evidenced=True,
        rests_on=tuple(id_ for finding in asking for id_ in finding.rests_on),
        expires=min((it.expires for it in asking if it.expires is not None), default=None),
    )
