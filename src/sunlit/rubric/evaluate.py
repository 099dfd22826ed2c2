"""Ask every control of a rubric once: pure, deterministic, recomputable by anyone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time
from sunlit.base.wording import fixed, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.provenance import HOSTED, Component
from sunlit.rubric.applies import Facts, NotApplicable, not_applicable
from sunlit.rubric.capability import Rule
from sunlit.rubric.closed import closed_note
from sunlit.rubric.contested import contests, turned
from sunlit.rubric.control import Control, Rubric
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome, Verdict, exit_code
from sunlit.rubric.standing import maintainers, stated, vouched

DECLARE_USE: Final = "sunlit use declare {path} --id {use} --from FILE --home HOME"
VOTE: Final = "sunlit board vote {path} --use {use} --impact-raw N --autonomy-level N --ceiling N"
SIGN: Final = "sunlit assure {path} --home HOME --key maintainer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How much of which log was looked at."""

    origin: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformity:
    """All findings for one (release, use, deployer) under one rubric at one time.

    `rubric` is the resolved rubric's digest, `engine` what computed the answer; `logs` are
    empty where no log was looked at. With the same four anyone gets the same answer.
    `not_applicable` are the controls that were not asked, each with the reason.
    """

    release: str
    component: str | None
    use: str | None
    deployer: str | None
    rubric: str
    engine: str
    at: datetime
    findings: tuple[Finding, ...]
    logs: tuple[Position, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """FAILS if any finding does, else UNKNOWN if any is (or there is none), else HOLDS."""
        return (Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN, Outcome.UNKNOWN)[self.exit_code]

    @property
    def exit_code(self) -> int:
        """Return 0, 1 or 3, as the command line ends."""
        return exit_code(self.findings)

    @property
    def expires(self) -> str | None:
        """Return the earliest time at which a finding stops holding, or a control applies."""
        held = [it.expires for it in self.findings if it.outcome is Outcome.HOLDS]
        return earliest([*held, *(it.expires for it in self.not_applicable)])

    @property
    def digest(self) -> str:
        """Return the hex SHA-256 of the canonical form: what a token grant names."""
        return sha256(canonical.encode(self.to_json())).hexdigest()

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Return every statement that an answer rests on, once, sorted."""
        answers: tuple[Finding | NotApplicable, ...] = (*self.findings, *self.not_applicable)
        return tuple(sorted({id_ for one in answers for id_ in one.rests_on}))

    def finding(self, control: str) -> Finding | None:
        """Return the finding of one control."""
        return next((finding for finding in self.findings if finding.control == control), None)

    def to_json(self) -> dict[str, object]:
        """Return the conformity for `--json` and for its digest.

        `notApplicable` stands only where there is one: rubrics before 2.0 know none, and what
        names their digests stays true.
        """
        apart = [it.to_json() for it in self.not_applicable]
        return {
            "release": self.release,
            "component": self.component,
            "use": self.use,
            "deployer": self.deployer,
            "rubric": self.rubric,
            "engine": self.engine,
            "at": format_time(self.at),
            "logs": [{"origin": log.origin, "size": log.size} for log in self.logs],
            "outcome": str(self.outcome),
            "expires": self.expires,
            "findings": [finding.to_json() for finding in self.findings],
            **({"notApplicable": apart} if apart else {}),
        }


def earliest(times: Iterable[str | None]) -> str | None:
    """Return the first of the times as `YYYY-MM-DDTHH:MM:SSZ`: they sort as texts."""
    return min((time for time in times if time is not None), default=None)


def evaluate(
    rubric: Rubric,
    evidence: Evidence,
    rules: Mapping[str, Rule],
    *,
    engine: str,
    logs: Iterable[Position] = (),
    path: str = ".",
) -> Conformity:
    """Ask each control; those marked `last` see the findings of all others.

    `path` is what the mending commands name. The order of controls is the rubric's.

    Raises:
        MalformedError: `rubric.unknown-rule`, before any control is asked.
    """
    expect_rules(rubric, rules)
    evidence = replace(evidence, findings=(), as_if_signed=False)
    places, closed = _places(evidence, path), closed_note(evidence)
    against = contests(evidence)
    open_ = frozenset(id_ for one in against if one.stands for id_ in one.against)
    asked, apart = _applying(rubric.controls, evidence, open_)
    found: dict[str, Finding] = {}
    for control in sorted(asked, key=lambda item: item.last):
        seen = evidence
        if control.last:
            seen = evidence.beside(found[it.id] for it in asked if not it.last)
        verdict = turned(answer(control, seen, rules[control.rule]), against)
        if closed and verdict.outcome is Outcome.UNKNOWN:
            verdict = replace(verdict, reason=joined((fixed(verdict.reason), closed)))
        found[control.id] = _finding(control, verdict, places)
    return Conformity(
        release=evidence.release,
        component=evidence.component,
        use=evidence.use,
        deployer=evidence.deployer,
        rubric=rubric.digest,
        engine=engine,
        at=evidence.at,
        findings=tuple(found[control.id] for control in asked),
        logs=tuple(sorted(logs, key=lambda log: log.origin)),
        not_applicable=apart,
    )


def expect_rules(rubric: Rubric, rules: Mapping[str, Rule]) -> None:
    """Expect that every control names a rule that there is.

    Raises:
        MalformedError: `rubric.unknown-rule`.
    """
    for control in rubric.controls:
        if control.rule not in rules:
            raise MalformedError(
                "rubric.unknown-rule", f"{control.id} asks for the rule {control.rule}",
                expected="one of " + ", ".join(sorted(rules)),
            )  # fmt: skip


def _applying(
    controls: Iterable[Control], evidence: Evidence, contested: frozenset[str]
) -> tuple[tuple[Control, ...], tuple[NotApplicable, ...]]:
    """Return the controls to ask, and why the others are not asked."""
    facts = Facts(evidence, contested)
    why = [(control, not_applicable(control, facts, evidence.at)) for control in controls]
    return (
        tuple(control for control, apart in why if apart is None),
        tuple(apart for _, apart in why if apart is not None),
    )


def answer(control: Control, evidence: Evidence, rule: Rule) -> Verdict:
    """Return the verdict on one control: what it needs first, then the rule, then drafts."""
    if "use" in control.needs and (evidence.use is None or evidence.deployer is None):
        return Verdict.unknown("No use is named, and this hangs on the use.", mend=DECLARE_USE)
    count = rule(evidence, control.values()) if control.drafts else None
    verdict = count or _signed_first(control, evidence, rule)
    hosted = "files" in control.needs and is_hosted(evidence)
    if hosted and verdict.outcome is not Outcome.FAILS:  # calling it hosted hides no failure
        return Verdict.unknown("A hosted service shows no files, so nobody can see this.")
    return verdict


def is_hosted(evidence: Evidence) -> bool:
    """Tell whether its maintainer says that it is a hosted service: one without files."""
    return any(claim.kind == HOSTED for _, claim in stated(evidence, Component))


def _signed_first(control: Control, evidence: Evidence, rule: Rule) -> Verdict:
    """A draft may warn; it never vouches."""
    verdict = rule(evidence.signed(), control.values())
    drafts = evidence.once("unsigned", lambda: unsigned(evidence))
    if not drafts:
        return verdict
    as_if = evidence.once("as if signed", lambda: replace(evidence, as_if_signed=True))
    trial = rule(as_if, control.values())
    if trial.outcome is Outcome.FAILS:
        return trial
    if verdict.outcome is Outcome.UNKNOWN and trial.outcome is Outcome.HOLDS:
        return Verdict.unknown(
            text("Nobody signed it yet. The drafts say: %(what)s", what=fixed(trial.reason)),
            trial.rests_on,
            mend=SIGN,
        )
    return verdict


def unsigned(evidence: Evidence) -> tuple[Admitted, ...]:
    """Return the drafts that nobody whose word counts on them has signed and stands by."""
    drafts = {said.statement_id: said for said in evidence.statements if said.is_draft}
    if not drafts:
        return ()
    keepers = maintainers(evidence)
    for said, _ in evidence.current(Claim):
        if not said.is_draft and said.statement_id in drafts and vouched(evidence, said, keepers):
            del drafts[said.statement_id]
    return tuple(drafts.values())


def _places(evidence: Evidence, path: str) -> dict[str, str]:
    return {
        "{path}": path,
        "{release}": evidence.release,
        "{component}": evidence.component or "COMPONENT",
        "{use}": evidence.use or "USE",
        "{deployer}": evidence.deployer or "DEPLOYER",
    }


def _finding(control: Control, verdict: Verdict, places: Mapping[str, str]) -> Finding:
    mend = None if verdict.outcome is Outcome.HOLDS else verdict.mend or control.mend
    for place, value in places.items():
        mend = mend and mend.replace(place, value)
    return Finding(
        control=control.id,
        title=control.title,
        outcome=verdict.outcome,
        reason=verdict.reason,
        rests_on=verdict.rests_on,
        expires=verdict.expires,
        mend=mend,
        practices=control.practices if verdict.evidences else (),
    )
