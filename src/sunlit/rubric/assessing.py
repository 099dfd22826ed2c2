"""May this organisation assess this component? And does an attestation of it count, or why not?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sunlit.authority.answer import Answer
from sunlit.authority.duties import Action, Case, can
from sunlit.authority.records import Place
from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, Result
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component, Provenance
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import is_current, maintainers


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """One attestation that counts for the release. `scopes` are the accredited ones."""

    assessor: str
    scopes: frozenset[str]
    result: Result
    rests_on: tuple[str, ...]
    expires: datetime
    contract: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounted:
    """One attestation, or change plan, that does not count, and why: one plain sentence."""

    assessor: str
    statement_id: str
    reason: str


def counts(evidence: Evidence, said: Admitted, claim: Attestation) -> Attested | Discounted:
    """Return the attestation if it counts, whatever release it is about; else why it does not.

    1. It is in force, for this use or any, and was made before now.
    2. Its assessor declares no conflict in it.
    3. A key of the assessor signed it and may assess: it is accredited for at least one of
       the scopes and independent of maintainers and deployer, at the entry and now.

    For a failure, accreditation is enough: else whoever was assessed could silence it by
    declaring a conflict with the assessor afterwards.
    """
    warns = claim.result is Result.FAILED
    if (reason := _why_not(evidence, claim, warns=warns)) is not None:
        return Discounted(assessor=claim.assessor, statement_id=said.statement_id, reason=reason)
    answers = _answers(evidence, said, claim, warns=warns)
    accredited = {scope: answer for scope, answer in answers.items() if answer.allowed}
    if not accredited:
        first = next((answer.reason for answer in answers.values()), "it names no scope")
        return Discounted(
            assessor=claim.assessor, statement_id=said.statement_id, reason=sentence(first)
        )
    ends = [answer.expires for answer in accredited.values() if answer.expires is not None]
    rests_on = {id_ for answer in accredited.values() for id_ in answer.rests_on}
    return Attested(
        assessor=claim.assessor,
        scopes=frozenset(accredited),
        result=claim.result,
        rests_on=(said.statement_id, *sorted(rests_on)),
        expires=min([claim.valid_until, *ends]),
        contract=claim.contract,
    )


def sentence(reason: str) -> str:
    """Return a reason as a sentence; it may begin with the name of an organisation."""
    text = reason.rstrip(".")
    first = text.split(" ", maxsplit=1)[0]
    return f"{text if '.' in first else text[:1].upper() + text[1:]}."


def _why_not(evidence: Evidence, claim: Attestation, *, warns: bool) -> str | None:
    if claim.use not in (None, evidence.use):
        return f"It is for the use {claim.use}, not for {evidence.use or 'any'}."
    if not (claim.no_conflict_declared or warns):
        return "It does not declare that there is no conflict of interest."
    if claim.assessed_on > evidence.at:
        return text("It is dated in the future: %(day)s.", day=str(claim.assessed_on.date()))
    if not is_current(evidence, claim.valid_until):
        return text("It ended on %(day)s.", day=str(claim.valid_until.date()))
    return None


def _answers(
    evidence: Evidence, said: Admitted, claim: Attestation, *, warns: bool
) -> Mapping[str, Answer]:
    asked = may_warn if warns else may_assess
    return {scope: asked(evidence, said, claim.assessor, scope) for scope in claim.scope}


def may_warn(evidence: Evidence, said: Admitted, assessor: str, scope: str) -> Answer:
    """Did a key of the assessor, accredited in this scope, sign it?"""
    if (reason := _not_signed(evidence, said, assessor)) is not None:
        return Answer.no(reason)
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

    `keepers` are who maintains the component, where that is known already. Nobody assesses what
    they had a hand in: neither the assessor nor an organisation of its group trained the model
    or signed what the component or the release is.
    """
    keepers = maintainers(evidence) if keepers is None else keepers
    if not keepers:
        return Answer.no("Nobody knows yet who maintains the component.")
    if (reason := _not_signed(evidence, said, assessor)) is not None:
        return Answer.no(reason)
    own = tuple(
        record.key.key_id
        for record in evidence.directory.in_force(said)
        if record.organisation == assessor
    )
    alone = replace(said, signers=own)
    answers = [
        can(
            alone,
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
    refused = next((answer for answer in answers if not answer.allowed), None)
    if refused is not None:
        return refused
    made = evidence.once(("made by", assessor), lambda: next(_made(evidence, assessor), None))
    return answers[0] if made is None else made


def _not_signed(evidence: Evidence, said: Admitted, organisation: str) -> str | None:
    """Return why no key of the organisation, in force at the entry, signed this."""
    directory, place = evidence.directory, Place.of(said)
    if place is None:
        return "nobody has signed and logged this"
    own = [key for key in said.signers if directory.organisation_of(key) == organisation]
    if not own:
        return f"no key of {organisation} signed it"
    reasons = [directory.why_not(key, place) for key in own]
    return None if None in reasons else reasons[0]


def _made(evidence: Evidence, assessor: str) -> Iterator[Answer]:
    """Yield a no for each statement by which the assessor's group made or vouched for this."""
    line, held = evidence.directory.parents(assessor), set(evidence.files.values())
    for said in evidence.statements:
        claim = said.claim
        trained = isinstance(claim, Provenance) and any(
            one.digest.get("sha256") in held for one in said.subjects
        )
        named = isinstance(claim, Component | Release) and said.is_about(evidence.release)
        if not (trained or named):
            continue
        for key in said.signers:
            # Also a key that lost its authority: what one did without is done all the same.
            maker = evidence.directory.organisation_of(key)
            if maker is not None and line & evidence.directory.parents(maker):
                why = (
                    text("%(who)s trained it, and nobody assesses their own work", who=maker)
                    if trained
                    else text("%(who)s signed what the release is, and nobody assesses their own "
                              "work", who=maker)
                )  # fmt: skip
                yield Answer.no(why, [said.statement_id])
