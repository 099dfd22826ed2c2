"""Attestations that a change plan carries over to a later release, or why it carries none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from sunlit.authority.records import Place
from sunlit.base.wording import fixed, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, ChangePlan, Metric, Result, TestResult
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component
from sunlit.rubric.assessing import Attested, Discounted, counts, may_assess, sentence
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import is_current, tests


def inherited(evidence: Evidence, said: Admitted, plan: ChangePlan) -> Attested | Discounted:
    """Return the attestation that a change plan carries over to this release, or why none.

    1. The plan is in force, and stood in a log before anything was said of this release: it was
       agreed in advance.
    2. The attestation it names counts, is the same assessor's, about the release that the
       plan starts from, and passed; a key of that assessor, accredited for its scopes, signed the
       plan.
    3. Only files that may change differ from that release.
    4. Each retest was signed and passed on this release, within the plan's limits.
    """
    found = _carried(evidence, said, plan)
    if isinstance(found, str):
        return _none(said, plan, found)
    retests = _outside(evidence, said, plan) or _retests(evidence, plan)
    if isinstance(retests, str):
        return _none(said, plan, retests)
    return Attested(
        assessor=found.assessor,
        scopes=found.scopes,
        result=found.result,
        rests_on=(*found.rests_on, said.statement_id, *retests.rests_on),
        expires=min(found.expires, plan.valid_until, *retests.ends),
        contract=found.contract,
    )


def _none(said: Admitted, plan: ChangePlan, reason: str) -> Discounted:
    return Discounted(assessor=plan.assessor, statement_id=said.statement_id, reason=reason)


def _carried(evidence: Evidence, said: Admitted, plan: ChangePlan) -> Attested | str:
    """Return the attestation that the plan may carry over, else why there is none."""
    if not is_current(evidence, plan.valid_until):
        return text("The change plan ended on %(day)s.", day=str(plan.valid_until.date()))
    if not _in_advance(evidence, said):
        return "The change plan was agreed after something was said of this release or a retest."
    found = _attestation(evidence, said, plan)
    if found is None:
        return "The attestation that the change plan names is gone, or is none of its assessor."
    if isinstance(found, Discounted):
        return joined(
            (
                text("The attestation that the change plan names does not count."),
                fixed(found.reason),
            )
        )
    if found.result is not Result.PASSED:
        return "The attestation that the change plan names did not pass."
    answers = [may_assess(evidence, said, plan.assessor, scope) for scope in sorted(found.scopes)]
    refused = next((answer.reason for answer in answers if not answer.allowed), None)
    return (
        found
        if refused is None
        else joined((text("The change plan does not count."), sentence(refused)))
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


def _attestation(
    evidence: Evidence, said: Admitted, plan: ChangePlan
) -> Attested | Discounted | None:
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


def _outside(evidence: Evidence, said: Admitted, plan: ChangePlan) -> str | None:
    """Return why this release lies outside the plan, by its files; None where it does not."""
    reasons = [_differs(evidence, start, plan) for start in _digests(said)]
    return None if None in reasons else next(iter(reasons), "The change plan names no release.")


def _differs(evidence: Evidence, start: str, plan: ChangePlan) -> str | None:
    before = evidence.manifests.get(start)
    if not before or not evidence.files:  # what cannot be compared may have changed
        return "The files of the release that the change plan starts from are not known."
    for name in changed(before, evidence.files):
        if not any(fnmatchcase(name, pattern) for pattern in plan.may_change):
            return text("%(file)s changed, and the change plan does not let it.", file=name)
    return None


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of files that were added, removed or changed."""
    names = sorted(set(before) | set(after))
    return tuple(name for name in names if before.get(name) != after.get(name))


@dataclass(frozen=True, slots=True)
class Retests:
    """The retests that a plan asks for, passed; `ends` are the times at which one ends."""

    rests_on: tuple[str, ...]
    ends: tuple[datetime, ...]


def _retests(evidence: Evidence, plan: ChangePlan) -> Retests | str:
    """Return the passing tests of every kind that the plan asks for, else what lacks."""
    by_kind = {kind: tests(evidence, kind) for kind in plan.retests}
    for kind, items in by_kind.items():
        if not items:
            return text("The retest %(kind)s lacks.", kind=kind)
        if any(test.result is not Result.PASSED for _, test, _ in items):
            return text("The retest %(kind)s did not pass.", kind=kind)
    found = [item for items in by_kind.values() for item in items]
    if not found:
        return "The change plan names no retest."
    measured = [metric for _, test, _ in found for metric in test.sunlit_metrics]
    for limit in plan.limits:
        if not keeps(limit, measured):
            return text("The limit on %(name)s is not shown to be kept.", name=limit.name)
    ends = [end for _, test, answer in found for end in (test.sunlit_valid_until, answer.expires)]
    return Retests(
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
