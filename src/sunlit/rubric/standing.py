"""Whose word counts: the questions that rules of every capability ask alike."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeVar

from sunlit.authority.answer import Answer
from sunlit.base.purl import bare
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import TestResult
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.bias import BiasAudit
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component, Dataset, Provenance
from sunlit.claims.risk import Mitigation, Use
from sunlit.rubric.evidence import Evidence

C = TypeVar("C", bound=Claim)
NOBODY: Final = Answer.no("Nobody whose word counts signed it.")
FAIRNESS: Final = "fairness"  # what an assessor is accredited for whose bias audits count


def about(evidence: Evidence, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
    """Return the current claims of a kind about the release."""
    return evidence.once(
        ("about", kind),
        lambda: tuple(
            pair for pair in evidence.current(kind) if pair[0].is_about(evidence.release)
        ),
    )


def may(
    evidence: Evidence, said: Admitted, role: Role, organisation: str, *, scope: str | None = None
) -> Answer:
    """Ask the directory; a draft counts only where `as_if_signed` asks for it."""
    if said.is_draft:
        return Answer.yes("A draft.") if evidence.as_if_signed else NOBODY
    return evidence.once(
        ("may", *_entry(said), role.value, organisation, scope),
        lambda: evidence.directory.may(
            said, role, organisation=organisation, scope=scope, at=evidence.at
        ),
    )


def first_yes(answers: Iterable[Answer]) -> Answer:
    """Return the yes that lasts longest, or a no."""
    allowed = [answer for answer in answers if answer.allowed]
    if not allowed:
        return NOBODY
    return max(allowed, key=lambda answer: (answer.expires is None, answer.expires or _EPOCH))


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def maintainers(evidence: Evidence) -> frozenset[str]:
    """Return the organisations that keep the component.

    The first in log order to say, as a maintainer, what a release of it is keeps it: nobody
    else can speak for a name that is taken. A statement of a keeper that names another maintainer
    and is signed by both lets the other in; that is how a component is handed over. A signature
    alone does not: anybody can put theirs beside a keeper's. A name that carries the domain of
    an organisation that is known here begins with that one, or with one below it.
    """
    return evidence.once("maintainers", lambda: _maintainers(evidence))


def _maintainers(evidence: Evidence) -> frozenset[str]:
    keepers: set[str] = set()
    for said in evidence.statements:
        if said.is_draft or not _names(evidence, said):
            continue
        signed = {
            organisation
            for organisation in evidence.organisations(said)
            if may(evidence, said, Role.MAINTAINER, organisation).allowed
        }
        if not keepers:
            signed = {name for name in signed if _may_begin(evidence, name)}
        if len(signed) > 1:
            signed &= keepers | {_named_maintainer(said.claim)}
        if not keepers or keepers & signed:
            keepers |= signed
    return frozenset(keepers)


def _may_begin(evidence: Evidence, organisation: str) -> bool:
    kind, *namespace = bare(evidence.component or "").split("/")[:-1] or [""]
    if kind != "pkg:generic" or not namespace or not evidence.directory.knows(namespace[0]):
        return True
    return namespace[0] in evidence.directory.parents(organisation)


def _named_maintainer(claim: Claim) -> str | None:
    if isinstance(claim, Release):
        return claim.sunlit_maintainer
    return claim.maintainer if isinstance(claim, Component) else None


def _names(evidence: Evidence, said: Admitted) -> bool:
    if not isinstance(said.claim, Component | Release):
        return False
    if evidence.component is None:
        return said.is_about(evidence.release)
    return bare(said.claim.purl) == bare(evidence.component)


def by_maintainer(
    evidence: Evidence, said: Admitted, keepers: frozenset[str] | None = None
) -> Answer:
    """Did a maintainer of the component sign it?"""
    if said.is_draft:
        return may(evidence, said, Role.MAINTAINER, "")
    known = maintainers(evidence) if keepers is None else keepers
    return evidence.once(
        ("by maintainer", *_entry(said), known),
        lambda: first_yes(
            may(evidence, said, Role.MAINTAINER, organisation) for organisation in sorted(known)
        ),
    )


def _entry(said: Admitted) -> tuple[Hashable, ...]:
    """Return what answers on who said a thing hang on."""
    return said.statement_id, said.origin, said.index, said.signers


def stated(evidence: Evidence, kind: type[C]) -> tuple[tuple[Admitted, C], ...]:
    """Return what drafts and maintainers say of the release, for facts that the files show."""
    return evidence.once(
        ("stated", kind),
        lambda: tuple(
            pair
            for pair in about(evidence, kind)
            if pair[0].is_draft or by_maintainer(evidence, pair[0]).allowed
        ),
    )


def datasets(evidence: Evidence) -> tuple[tuple[Admitted, Dataset], ...]:
    """Return what drafts and maintainers, of this or of the data, say of datasets."""
    return tuple(
        (said, claim)
        for said, claim in evidence.current(Dataset)
        if said.is_draft or evidence.directory.may(said, Role.MAINTAINER, at=evidence.at).allowed
    )


def by_tester(
    evidence: Evidence, said: Admitted, kind: str, keepers: frozenset[str] | None = None
) -> Answer:
    """Did a maintainer sign it, or an assessor who is accredited for this kind of test?"""
    if (answer := by_maintainer(evidence, said, keepers)).allowed:
        return answer
    return first_yes(
        may(evidence, said, Role.ASSESSOR, organisation, scope=kind)
        for organisation in sorted(evidence.organisations(said))
    )


def by_deployer(evidence: Evidence, said: Admitted) -> Answer:
    """Did an operator of the deployer sign it?"""
    return may(evidence, said, Role.OPERATOR, evidence.deployer or "")


def vouched(evidence: Evidence, said: Admitted, keepers: frozenset[str]) -> bool:
    """Did somebody sign it whose word counts on such a claim?"""
    claim = said.claim
    if isinstance(claim, Use | Mitigation) and by_deployer(evidence, said).allowed:
        return True
    if isinstance(claim, Dataset):
        return evidence.directory.may(said, Role.MAINTAINER, at=evidence.at).allowed
    kind = kind_of(claim)
    if kind is not None:
        return by_tester(evidence, said, kind, keepers).allowed
    return by_maintainer(evidence, said, keepers).allowed


def kind_of(claim: Claim) -> str | None:
    """Return for what an assessor is accredited whose word on this test or audit counts."""
    if isinstance(claim, BiasAudit):
        return FAIRNESS
    return claim.sunlit_kind if isinstance(claim, TestResult) else None


def is_current(evidence: Evidence, until: datetime | None) -> bool:
    """Tell whether something that ends at `until` still counts; it ends at that second."""
    return until is None or evidence.at < until


def when(*times: datetime | None) -> str | None:
    """Return the earliest known time, written."""
    known = [time for time in times if time is not None]
    return format_time(min(known)) if known else None


def uses(evidence: Evidence) -> tuple[tuple[Admitted, Use], ...]:
    """Return the current statements of this use by its deployer, drafts included."""
    return tuple(
        (said, use)
        for said, use in evidence.current(Use)
        if (use.id, use.deployer) == (evidence.use, evidence.deployer)
        and (evidence.component is None or bare(use.component) == bare(evidence.component))
        and (said.is_draft or by_deployer(evidence, said).allowed)
    )


def declared_use(evidence: Evidence) -> tuple[Admitted, Use, Answer] | None:
    """Return the deployer's latest signed statement of this use."""
    signed = [(said, use, by_deployer(evidence, said)) for said, use in uses(evidence)]
    return next((found for found in reversed(signed) if found[2].allowed), None)


def tests(evidence: Evidence, kind: str) -> tuple[tuple[Admitted, TestResult, Answer], ...]:
    """Return the current, unexpired tests of a kind about the release that count."""
    keepers = maintainers(evidence)
    return tuple(
        (said, test, answer)
        for said, test in about(evidence, TestResult)
        if test.sunlit_kind == kind and is_current(evidence, test.sunlit_valid_until)
        if (answer := by_tester(evidence, said, kind, keepers)).allowed
    )


def signed_runs(evidence: Evidence) -> tuple[tuple[Admitted, Provenance, Answer], ...]:
    """Return the training runs of this release that a maintainer signed."""
    return evidence.once("signed runs", lambda: tuple(_signed_runs(evidence)))


def _signed_runs(evidence: Evidence) -> Iterator[tuple[Admitted, Provenance, Answer]]:
    keepers = maintainers(evidence)
    return (
        (said, run, answer)
        for said, run in runs(evidence)
        if (answer := by_maintainer(evidence, said, keepers)).allowed
    )


def runs(evidence: Evidence) -> tuple[tuple[Admitted, Provenance], ...]:
    """Return the current provenance of which an output is a file of the release."""
    held = set(evidence.files.values())
    return tuple(
        (said, run)
        for said, run in evidence.current(Provenance)
        if any(subject.digest.get("sha256") in held for subject in said.subjects)
    )
