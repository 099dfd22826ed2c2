"""Independent attestations that count: given for the release, or inherited by a change plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from sunlit.authority.answer import Answer
from sunlit.authority.duties import Action, Case, can
from sunlit.authority.records import Place
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, ChangePlan, Metric, Result, TestResult
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import about, is_current, maintainers, tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """One attestation that counts for the release. `scopes` are the accredited ones."""

    assessor: str
    scopes: frozenset[str]
    result: Result
    rests_on: tuple[str, ...]
    expires: datetime


def attestations(evidence: Evidence) -> tuple[Attested, ...]:
    """Return the attestations that count for the release and the use, passed or not."""
    direct = [
        found
        for said, claim in about(evidence, Attestation)
        if (found := counts(evidence, said, claim)) is not None
    ]
    inherited = [
        found
        for said, plan in evidence.current(ChangePlan)
        if not said.is_about(evidence.release)
        and (found := _inherited(evidence, said, plan)) is not None
    ]
    return (*direct, *inherited)


def counts(evidence: Evidence, said: Admitted, claim: Attestation) -> Attested | None:
    """Return the attestation if it counts, whatever release it is about.

    1. It is in force, for this use or any, and was made before now.
    2. Its assessor declares no conflict in it.
    3. A key of the assessor signed it and may assess: it is accredited for at least one of
       the scopes and independent of maintainers and deployer, at the entry and now.

    For a failure, accreditation is enough: else whoever was assessed could silence it by
    declaring a conflict with the assessor afterwards.
    """
    warns = claim.result is Result.FAILED
    if claim.use not in (None, evidence.use) or not (claim.no_conflict_declared or warns):
        return None
    if not (claim.assessed_on <= evidence.at and is_current(evidence, claim.valid_until)):
        return None
    asked = may_warn if warns else may_assess
    accredited = {
        scope: answer
        for scope in claim.scope
        if (answer := asked(evidence, said, claim.assessor, scope)).allowed
    }
    if not accredited:
        return None
    ends = [answer.expires for answer in accredited.values() if answer.expires is not None]
    rests_on = {id_ for answer in accredited.values() for id_ in answer.rests_on}
    return Attested(
        assessor=claim.assessor,
        scopes=frozenset(accredited),
        result=claim.result,
        rests_on=(said.statement_id, *sorted(rests_on)),
        expires=min([claim.valid_until, *ends]),
    )


def may_warn(evidence: Evidence, said: Admitted, assessor: str, scope: str) -> Answer:
    """Did a key of the assessor, accredited in this scope, sign it?"""
    return evidence.directory.may(
        said, Role.ASSESSOR, organisation=assessor, scope=scope, at=evidence.at
    )


def may_assess(
    evidence: Evidence,
    said: Admitted,
    assessor: str,
    scope: str,
    keepers: frozenset[str] | None = None,
) -> Answer:
    """May a key of the assessor that signed this assess the component in this scope?

    `keepers` are who maintains the component, where that is known already.
    """
    own = tuple(
        record.key.key_id
        for record in evidence.directory.in_force(said)
        if record.organisation == assessor
    )
    keepers = maintainers(evidence) if keepers is None else keepers
    if not keepers:
        return Answer.no("Nobody knows yet who maintains the component.")
    answers = [
        can(
            replace(said, signers=own),
            Action.ASSESS,
            Case(
                maintainer=keeper,
                deployer=evidence.deployer,
                component=evidence.component,
                scopes=(scope,),
            ),
            directory=evidence.directory,
            at=evidence.at,
        )
        for keeper in sorted(keepers)
    ]
    return next((answer for answer in answers if not answer.allowed), answers[0])


def _inherited(evidence: Evidence, said: Admitted, plan: ChangePlan) -> Attested | None:
    """Return the attestation that a change plan carries over to this release.

    1. The plan is in force and a key of its assessor, accredited for the attested scopes,
       signed it.
    2. The attestation it names counts, is the same assessor's, about the release that the
       plan starts from, and passed.
    3. Only files that may change differ from that release.
    4. Each retest was signed and passed on this release, within the plan's limits.
    5. The plan stood in a log before anything was said of this release: it was agreed in advance.
    """
    if not (is_current(evidence, plan.valid_until) and _in_advance(evidence, said)):
        return None
    found = _attestation(evidence, said, plan)
    if found is None or found.result is not Result.PASSED:
        return None
    if not all(may_assess(evidence, said, plan.assessor, scope).allowed for scope in found.scopes):
        return None
    if not any(_within(evidence, start, plan) for start in _digests(said)):
        return None
    retests = _retests(evidence, plan)
    if retests is None:
        return None
    return Attested(
        assessor=found.assessor,
        scopes=found.scopes,
        result=found.result,
        rests_on=(*found.rests_on, said.statement_id, *retests.rests_on),
        expires=min(found.expires, plan.valid_until, *retests.ends),
    )


def _in_advance(evidence: Evidence, plan: Admitted) -> bool:
    """Tell whether the plan's entry precedes all that is logged of the release and its retests.

    Also what was taken back: else a retest could be withdrawn and said again after the plan.
    """
    agreed = Place.of(plan)
    own = (
        Place.of(said)
        for said in evidence.statements
        if isinstance(said.claim, Component | Release | TestResult)
        and said.is_about(evidence.release)
    )
    return agreed is not None and all(place is None or agreed.precedes(place) for place in own)


def _attestation(evidence: Evidence, said: Admitted, plan: ChangePlan) -> Attested | None:
    for other, claim in evidence.current(Attestation):
        if (
            other.statement_id == plan.attestation
            and claim.assessor == plan.assessor
            and any(other.is_about(start) for start in _digests(said))
        ):
            return counts(evidence, other, claim)
    return None


def _digests(said: Admitted) -> tuple[str, ...]:
    return tuple(
        subject.digest["sha256"] for subject in said.subjects if "sha256" in subject.digest
    )


def _within(evidence: Evidence, start: str, plan: ChangePlan) -> bool:
    before = evidence.manifests.get(start)
    if not before or not evidence.files:
        return False  # what cannot be compared may have changed
    return all(
        any(fnmatchcase(name, pattern) for pattern in plan.may_change)
        for name in changed(before, evidence.files)
    )


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of files that were added, removed or changed."""
    names = sorted(set(before) | set(after))
    return tuple(name for name in names if before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True)
class _Retests:
    rests_on: tuple[str, ...]
    ends: tuple[datetime, ...]


def _retests(evidence: Evidence, plan: ChangePlan) -> _Retests | None:
    """Return the passing tests of every kind that the plan asks for; None where one lacks."""
    by_kind = [tests(evidence, kind) for kind in plan.retests]
    found = [item for kind in by_kind for item in kind]
    if not by_kind or not all(by_kind):
        return None
    if any(test.result is not Result.PASSED for _, test, _ in found):
        return None
    measured = [metric for _, test, _ in found for metric in test.sunlit_metrics]
    if not all(keeps(limit, measured) for limit in plan.limits):
        return None
    ends = [end for _, test, answer in found for end in (test.sunlit_valid_until, answer.expires)]
    return _Retests(
        tuple(said.statement_id for said, _, _ in found),
        tuple(end for end in ends if end is not None),
    )


def keeps(limit: Metric, measured: Iterable[Metric]) -> bool:
    """Tell whether the limit's metric was measured, and every measure of it is within."""
    wanted = limit.threshold if limit.threshold is not None else limit.value
    values = [
        metric.value
        for metric in measured
        if (metric.name, metric.group) == (limit.name, limit.group)
    ]
    return bool(values) and all(meets(value, wanted, limit.better) for value in values)


def meets(value: Decimal, threshold: Decimal, better: str | None) -> bool:
    """Tell whether a value meets its threshold; an unknown direction meets nothing."""
    if better == "higher":
        return value >= threshold
    return better == "lower" and value <= threshold
