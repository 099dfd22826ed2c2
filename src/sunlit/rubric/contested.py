"""Counter-evidence: what an independent assessor brings against a statement, and what ends it.

Counter-evidence is kept and shown, whoever brings it. It stands, and no finding that rests on the
statement holds, when:

1. its assessor still says it, and it is not dated in the future;
2. a key of the assessor signed it that was accredited for its scope at that entry: accreditations
   that are given or end later change nothing;
3. the assessor is independent of maintainers and deployer, as was known at that entry: nobody
   silences it by declaring a conflict afterwards;
4. the scope is what the statement is about. Decisions (votes, codes, uses, accreditations) are
   taken back by who made them, and by nobody else;
5. no third assessor attested anew: a passed attestation that counts, for the same scope, by an
   organisation apart from both sides, entered after the counter-evidence and made no earlier than
   what was found, and itself not contested.

It stands also against what the same organisation says of the same thing again, also of a later
release with the same tested files: nobody answers by repeating. A reply is shown beside it and
never ends it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sunlit.authority.records import Place
from sunlit.base.wording import fixed, joined, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import (
    Attestation,
    CounterEvidence,
    Result,
    TestResult,
    WeightBinding,
)
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.bias import BiasAudit
from sunlit.claims.privacy import Mask, Minimisation, Reidentification, Scan, Synthesis
from sunlit.claims.provenance import Component, Dataset, Documentation, Provenance
from sunlit.claims.risk import Measure, Mitigation
from sunlit.rubric.assessing import Attested, counts
from sunlit.rubric.attested import plain
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome, Verdict
from sunlit.rubric.standing import kind_of, maintainers

_DIGEST: Final = re.compile("[0-9a-f]{64}")
PRIVACY: Final = "privacy"
MEND: Final = (
    "reply: sunlit attest reply {path} --control CONTROL --text TEXT --home HOME, and let another "
    "assessor attest anew: sunlit attest {path} --scope SCOPE --result PASSED --no-conflict "
    "--home HOME"
)
_DATA: Final = (Scan, Reidentification, Mask, Minimisation, Synthesis)
_FACTS: Final = (
    Component, Provenance, Dataset, Documentation, WeightBinding, Mitigation, Measure,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Counter-evidence, the statements that it is against, and whether it stands.

    `reason` is why it does not, None where it stands. `against` holds the statement that it names
    and what the same organisation says of the same thing.
    """

    said: Admitted
    claim: CounterEvidence
    against: tuple[str, ...]
    reason: str | None

    @property
    def stands(self) -> bool:
        """Tell whether findings that rest on what it is against are open."""
        return self.reason is None


def contests(evidence: Evidence) -> tuple[Contest, ...]:
    """Return all counter-evidence that bears on the release, the latest first."""
    if not any(isinstance(said.claim, CounterEvidence) for said in evidence.statements):
        return ()
    known = {said.statement_id: said for said in evidence.statements if not said.is_draft}
    found: list[Contest] = []
    # Anybody known may bring counter-evidence, as often as they like: look at each target once.
    same: dict[str, tuple[str, ...]] = {}
    open_: set[str] = set()
    for said, claim in reversed(evidence.current(CounterEvidence)):
        target = known.get(claim.statement)
        if target is None or said.is_draft:
            continue
        against = same.get(claim.statement) or _same(evidence, target)
        same[claim.statement] = against
        reason = _why_not(evidence, said, claim, target) or _answered(
            evidence, said, claim, target, open_
        )
        found.append(Contest(said=said, claim=claim, against=against, reason=reason))
        if reason is None:
            open_.update(against)
    return tuple(found)


def turned(verdict: Verdict, found: Iterable[Contest]) -> Verdict:
    """Return the verdict; one that holds is UNKNOWN where it rests on what is contested."""
    if verdict.outcome is not Outcome.HOLDS:
        return verdict
    rests_on = set(verdict.rests_on)
    for one in found:
        if one.stands and rests_on & set(one.against):
            return replace(
                verdict,
                outcome=Outcome.UNKNOWN,
                reason=joined((fixed(verdict.reason), said_against(one))),
                rests_on=(*verdict.rests_on, one.said.statement_id),
                expires=None,
                mend=MEND,
            )
    return verdict


def said_against(one: Contest) -> str:
    """Return who brings counter-evidence against what, as a sentence."""
    words = plain(one.claim.finding).rstrip(".")
    return text("But %(who)s found against %(statement)s: %(what)s.", who=one.claim.assessor,
                statement=one.claim.statement[:12], what=words)  # fmt: skip


def _same(evidence: Evidence, target: Admitted) -> tuple[str, ...]:
    """Return the statement, and what its organisation says of the same thing in other words."""
    subjects, authors = _subjects(target), _authors(evidence, target)
    again = (
        said.statement_id
        for said in evidence.statements
        if _topic(said.claim) == _topic(target.claim)
        and _subjects(said) & subjects
        and (said.is_draft or _authors(evidence, said) & authors)
    )
    return tuple(dict.fromkeys((target.statement_id, *again)))


def _topic(claim: Claim) -> tuple[str, str | None]:
    return claim.TYPE, kind_of(claim)


def _subjects(said: Admitted) -> frozenset[str]:
    digests = {one.digest["sha256"] for one in said.subjects if "sha256" in one.digest}
    return frozenset(digests | tested_digests(said.claim))


def tested_digests(claim: Claim) -> frozenset[str]:
    """Return the SHA-256 of the files that a test report says it tested, as `tests` keeps them."""
    found = claim.extra.get("sunlit_tested") if isinstance(claim, TestResult) else None
    names = found if isinstance(found, list) else []
    return frozenset(it for it in names if isinstance(it, str) and _DIGEST.fullmatch(it))


def _authors(evidence: Evidence, said: Admitted) -> frozenset[str]:
    names = (evidence.directory.organisation_of(key) for key in said.signers)
    return frozenset(name for name in names if name is not None)


def _why_not(
    evidence: Evidence, said: Admitted, claim: CounterEvidence, target: Admitted
) -> str | None:
    place, keepers = Place.of(said), maintainers(evidence)
    assert place is not None  # noqa: S101 - drafts were left out
    if claim.found_on > evidence.at:
        return text("It is dated in the future: %(day)s.", day=str(claim.found_on.date()))
    if not _is_about(target.claim, claim.scope):
        return text("What it is against is not about %(scope)s, or is a decision.",
                    scope=claim.scope)  # fmt: skip
    accredited = evidence.directory.may(
        said, Role.ASSESSOR, organisation=claim.assessor, scope=claim.scope, at=place.at
    )
    if not accredited.allowed:
        return text("It is shown only: %(why)s.", why=fixed(accredited.reason))
    parties = {*keepers, *([evidence.deployer] if evidence.deployer else [])}
    independent = evidence.directory.independent(
        claim.assessor, of=parties, component=evidence.component, at=place.at, said=place
    )
    if independent.allowed:
        return None
    return text("It is shown only: %(why)s.", why=fixed(independent.reason))


def _is_about(claim: Claim, scope: str) -> bool:
    if isinstance(claim, Attestation):
        return scope in claim.scope
    if isinstance(claim, TestResult | BiasAudit):
        return scope == kind_of(claim)
    return scope == PRIVACY if isinstance(claim, _DATA) else isinstance(claim, _FACTS)


def _answered(
    evidence: Evidence,
    said: Admitted,
    claim: CounterEvidence,
    target: Admitted,
    contested: set[str],
) -> str | None:
    """Return which third assessor attested anew after it."""
    sides = {claim.assessor, *_authors(evidence, target)}
    lines = frozenset(name for side in sides for name in evidence.directory.parents(side))
    about = _subjects(target) | {evidence.release}
    for other, attestation in evidence.current(Attestation):
        if (
            other.statement_id in contested
            or attestation.assessed_on < claim.found_on
            or not (_subjects(other) & about and _after(other, said))
            or evidence.directory.parents(attestation.assessor) & lines
        ):
            continue
        found = counts(evidence, other, attestation)
        if _passes(found, claim.scope):
            return text("%(who)s attested anew after it.", who=attestation.assessor)
    return None


def _passes(found: object, scope: str) -> bool:
    return isinstance(found, Attested) and found.result is Result.PASSED and scope in found.scopes


def _after(later: Admitted, earlier: Admitted) -> bool:
    """Tell whether an entry surely came after another: not in the same second of two logs."""
    one, other = Place.of(later), Place.of(earlier)
    return one is not None and other is not None and not one.precedes(other)


def by_statement(found: Iterable[Contest]) -> Mapping[str, tuple[Contest, ...]]:
    """Return the counter-evidence for each statement that it is against."""
    places: dict[str, tuple[Contest, ...]] = {}
    for one in found:
        for id_ in one.against:
            places[id_] = (*places.get(id_, ()), one)
    return places
