"""D4, the mitigation gap, and the state of each practice: computed and dated, never voted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.wording import fixed, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, TestResult
from sunlit.claims.base import Claim
from sunlit.claims.bias import BiasAudit
from sunlit.claims.risk import Mitigation, RiskAssessment, RiskCode, Use, Vote
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome
from sunlit.rubric.risk_code import Scheme, scheme
from sunlit.rubric.standing import about, by_deployer, by_maintainer, is_current, when


class State(StrEnum):
    """Where one practice of one use stands; a blank is a state of its own."""

    IN_PLACE = "In place"
    DUE = "Due"
    MISSING = "Missing"
    NOT_NEEDED = "Not needed"
    NOT_ANSWERED = "Not answered"


SETTLED: Final = frozenset({State.IN_PLACE, State.NOT_NEEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """Where one practice stands, in `why` a sentence, and `behind` it the statements.

    `rests_on` and `expires` are of valid evidence only; `owner` and `due` of a promise.
    """

    name: str
    state: State
    why: str
    behind: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    expires: str | None = None
    owner: str | None = None
    due: datetime | None = None

    @property
    def evidenced(self) -> bool:
        """Tell whether it has valid evidence, or a legal ground why it needs none."""
        return self.state in SETTLED


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


def digit_of(states: Iterable[State]) -> int:
    """Return D4 of the states of all practices: 1 + gaps, 0 where none was answered."""
    known = tuple(states)
    if all(state is State.NOT_ANSWERED for state in known):
        return 0
    return 1 + sum(state not in SETTLED for state in known)


def told_state(claims: Iterable[Mitigation], at: datetime) -> State:
    """Return the state of one practice as it is told, whoever tells it.

    This is the scheme's arithmetic on a table, and no evidence: whose word counts is not asked.
    """
    known = tuple(claims)
    current = [claim for claim in known if at < claim.valid_until]
    if any(_is_said(claim.not_needed_ground) for claim in current):
        return State.NOT_NEEDED
    if any(_is_said(claim.evidence) for claim in current):
        return State.IN_PLACE
    if any(_is_promise(claim) and claim.due is not None and at < claim.due for claim in current):
        return State.DUE
    return State.MISSING if known else State.NOT_ANSWERED


def mitigation_gap(evidence: Evidence, known: Scheme | None = None) -> Gap:
    """Compute D4 from the other findings and the mitigation statements.

    Nothing is assessed, and the digit is 0, while no use is named, no statement is there, or
    none of the practices was answered. 0 is within no ceiling.
    """
    known = known or scheme()
    if evidence.use is None or evidence.deployer is None or not evidence.statements:
        return Gap(digit=0)
    practices = tuple(practice(evidence, name) for name in known.practices)
    return Gap(digit=digit_of(item.state for item in practices), practices=practices)


def practice(evidence: Evidence, name: str) -> Practice:
    """Tell where a practice stands.

    1. A signed legal ground, "not needed", settles it.
    2. Where controls ask for it, every one of them has to hold.
    3. Where none asks, a signed mitigation statement that names its evidence does.
    4. Else a signed promise, with owner and date, makes it due until that date.
    5. Else it is missing if anybody was heard on it, and not answered if nobody was.
    """
    told = _told(evidence, name)
    current = [one for one in told if is_current(evidence, one[1].valid_until)]
    for said, claim, answer in current:
        if _is_said(claim.not_needed_ground):
            return _settled(name, State.NOT_NEEDED, said, claim, answer)
    asking = [finding for finding in evidence.findings if name in finding.practices]
    if asking and all(finding.outcome is Outcome.HOLDS for finding in asking):
        return _by_findings(name, asking)
    for said, claim, answer in current:
        if not asking and _is_said(claim.evidence):
            return _settled(name, State.IN_PLACE, said, claim, answer)
    promise = next((one for one in current if _is_promise(one[1])), None)
    if promise is not None and is_current(evidence, promise[1].due):
        return _due(name, promise[0], promise[1])
    return _open(name, told, asking, heard=_heard(evidence, name))


# What speaks of a practice that controls ask for: evidence that ended was an answer once.
SPEAKS: Final[dict[str, tuple[type[Claim], ...]]] = {
    "M1": (TestResult, BiasAudit),
    "M2": (RiskAssessment, RiskCode, Vote),
    "M3": (Attestation,),
    "M6": (Use,),
}


def _heard(evidence: Evidence, name: str) -> bool:
    """Tell whether anybody ever signed something on a practice that controls ask for."""
    return any(
        isinstance(said.claim, SPEAKS.get(name, ())) and not said.is_draft and not _is_scan(said)
        for said in evidence.statements
    )


def _is_scan(said: Admitted) -> bool:
    # Whether loading a file runs code is no test of what the component does.
    return isinstance(said.claim, TestResult) and said.claim.sunlit_kind == "artefact-safety"


def _is_said(text: str | None) -> bool:
    return bool(text and text.strip())


def _is_promise(claim: Mitigation) -> bool:
    shown = _is_said(claim.evidence) or _is_said(claim.not_needed_ground)
    return not shown and _is_said(claim.owner) and claim.due is not None


Told = tuple[Admitted, Mitigation, Answer]


def _told(evidence: Evidence, name: str) -> tuple[Told, ...]:
    """Mitigations of the use by the deployer or a maintainer, ended ones too; the latest first."""
    found = [
        (said, claim, answer)
        for said, claim in about(evidence, Mitigation)
        if claim.practice == name
        and (claim.use, claim.deployer) == (evidence.use, evidence.deployer)
        and not said.is_draft
        and (answer := _by_whom(evidence, said, claim)).allowed
    ]
    return tuple(sorted(found, key=_latest, reverse=True))


def _latest(one: Told) -> tuple[str, str]:
    # By date and id: so that the same evidence is named in whatever order logs are read.
    return when(one[0].admitted_at) or "", one[0].statement_id


def _by_whom(evidence: Evidence, said: Admitted, claim: Mitigation) -> Answer:
    answer = by_deployer(evidence, said)
    # That the law asks for nothing is for the deployer to say, who answers for the use.
    if answer.allowed or _is_said(claim.not_needed_ground):
        return answer
    return by_maintainer(evidence, said)


def _settled(
    name: str, state: State, said: Admitted, claim: Mitigation, answer: Answer
) -> Practice:
    ids = (said.statement_id,)
    return Practice(
        name=name, state=state, why=claim.not_needed_ground or claim.evidence or "", behind=ids,
        rests_on=ids, expires=when(claim.valid_until, answer.expires), owner=claim.owner,
    )  # fmt: skip


def _by_findings(name: str, asking: list[Finding]) -> Practice:
    rests_on = tuple(id_ for finding in asking for id_ in finding.rests_on)
    return Practice(
        name=name,
        state=State.IN_PLACE,
        why=joined(fixed(finding.reason) for finding in asking),
        behind=tuple(dict.fromkeys(rests_on)),
        rests_on=rests_on,
        expires=min((it.expires for it in asking if it.expires is not None), default=None),
    )


def _due(name: str, said: Admitted, claim: Mitigation) -> Practice:
    assert claim.due is not None  # noqa: S101 - a promise has a date
    return Practice(
        name=name, state=State.DUE,
        why=text("Promised by %(who)s for %(day)s.", who=claim.owner or "",
                 day=f"{claim.due:%Y-%m-%d}"),
        behind=(said.statement_id,), owner=claim.owner, due=claim.due,
    )  # fmt: skip


def _open(name: str, told: tuple[Told, ...], asking: list[Finding], *, heard: bool) -> Practice:
    against = [finding for finding in asking if finding.outcome is not Outcome.HOLDS]
    answered = any(it.outcome is Outcome.FAILS or it.rests_on for it in asking)
    behind = dict.fromkeys(
        [*(id_ for it in against for id_ in it.rests_on), *(it[0].statement_id for it in told)]
    )
    if not (answered or told or (asking and heard)):
        return Practice(name=name, state=State.NOT_ANSWERED, why=text("Nobody answered it."))
    reasons = [finding.reason for finding in against] or [_not_shown(told[0][1])]
    return Practice(
        name=name, state=State.MISSING, why=joined(map(fixed, reasons)), behind=tuple(behind)
    )


def _not_shown(claim: Mitigation) -> str:
    if _is_promise(claim) and claim.due is not None:
        return text("%(who)s promised it for %(day)s, and it is overdue.", who=claim.owner or "",
                    day=f"{claim.due:%Y-%m-%d}")  # fmt: skip
    if _is_said(claim.evidence) or _is_said(claim.not_needed_ground):
        return text("What was said ended on %(day)s.", day=f"{claim.valid_until:%Y-%m-%d}")
    return "It was answered without evidence."
