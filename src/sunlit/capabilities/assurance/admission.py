"""May this claim about tests enter? Assessors speak for their own organisation only."""

from collections.abc import Sequence
from datetime import datetime

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import (
    Attestation,
    ChangePlan,
    CounterEvidence,
    Effort,
    Reply,
    TestResult,
    WeightBinding,
    Withdrawal,
)
from sunlit.claims.authority import Role
from sunlit.claims.bias import BiasAudit
from sunlit.rubric.entry import enters, first_no, not_ours, refused, speaks
from sunlit.rubric.finding import Verdict


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit tests by maintainers and assessors, the rest by the organisation that it names."""
    match said.claim:
        case TestResult() | BiasAudit():
            return _test(said, directory)
        case WeightBinding():
            return _own(said, directory, said.claim.bound_by)
        case CounterEvidence():
            return _own(said, directory, said.claim.assessor)
        case Reply() | Effort():
            return _own(said, directory, said.claim.organisation)
        case Attestation():
            return _attestation(said, said.claim, directory)
        case ChangePlan():
            return _plan(said, said.claim, history, directory)
        case Withdrawal():
            return _withdrawal(said, said.claim, history, directory)
        case _:
            return not_ours(said)


def _test(said: Admitted, directory: Directory) -> Verdict:
    no = speaks(said, directory, Role.MAINTAINER)
    if no is not None:
        no = speaks(said, directory, Role.ASSESSOR)
    return no or enters(said, "A maintainer or an assessor signed it.")


def _own(said: Admitted, directory: Directory, organisation: str) -> Verdict:
    """Anybody known may say this, in their own name."""
    if organisation not in directory.organisations(said):
        return refused(f"No key of {organisation} signed it.")
    return enters(said, f"A key of {organisation} signed it.")


def _attestation(said: Admitted, claim: Attestation, directory: Directory) -> Verdict:
    no = first_no(
        speaks(said, directory, Role.ASSESSOR, claim.assessor),
        refused("An attestation names what it looked at.") if not claim.scope else None,
        _over(said.admitted_at, claim.valid_until),
        _ahead(said.admitted_at, claim.assessed_on),
    )
    return no or enters(said, f"An assessor key of {claim.assessor} signed it.")


def _over(now: datetime | None, until: datetime) -> Verdict | None:
    return refused("It has ended already.") if now is not None and until <= now else None


def _ahead(now: datetime | None, on: datetime) -> Verdict | None:
    return refused("It is dated in the future.") if now is not None and on > now else None


def _plan(
    said: Admitted, claim: ChangePlan, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    attested = any(
        other.statement_id == claim.attestation
        and isinstance(other.claim, Attestation)
        and other.claim.assessor == claim.assessor
        for other in history
    )
    no = first_no(
        speaks(said, directory, Role.ASSESSOR, claim.assessor),
        None if attested else refused("The log holds no attestation of theirs under that id."),
        None if claim.retests else refused("A change plan names at least one retest."),
        _over(said.admitted_at, claim.valid_until),
    )
    return no or enters(said, f"An assessor key of {claim.assessor} signed it.")


def _withdrawal(
    said: Admitted, claim: Withdrawal, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    own = directory.organisations(said)
    # Whoever signed the same statement later has an entry of its own.
    entries = [other for other in history if other.statement_id == claim.statement]
    if not entries:
        return refused("The log holds no statement under that id.")
    if not any(own & directory.organisations(other) for other in entries):
        return refused("Only the organisation that said it may take it back.")
    return enters(said, "The organisation that said it takes it back.")
