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
        case WeightBinding() | CounterEvidence() | Reply() | Effort() as claim:
            return _own(said, claim, history, directory)
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


Own = WeightBinding | CounterEvidence | Reply | Effort


def _own(said: Admitted, claim: Own, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Anybody known may say this, in their own name."""
    organisation, problem = _named(said, claim, history)
    if organisation not in directory.organisations(said):
        return refused(f"No key of {organisation} signed it.")
    if problem is not None:
        return refused(problem)
    return enters(said, f"A key of {organisation} signed it.")


def _named(said: Admitted, claim: Own, history: Sequence[Admitted]) -> tuple[str, str | None]:
    """Return in whose name it is said, and why it makes no sense, if it does not."""
    match claim:
        case WeightBinding():
            never = claim.bound_from >= claim.valid_until
            return claim.bound_by, "It would bind for no time at all." if never else None
        case CounterEvidence():
            return claim.assessor, _counter(said, claim, history)
        case Reply():
            blank = not (claim.control or claim.statements)
            return claim.organisation, "A reply answers something." if blank else None
        case Effort():
            return claim.organisation, _effort(claim)


def _counter(said: Admitted, claim: CounterEvidence, history: Sequence[Admitted]) -> str | None:
    if not any(other.statement_id == claim.statement for other in history):
        return "The log holds no statement under that id."
    ahead = said.admitted_at is not None and claim.found_on > said.admitted_at
    return "It is dated in the future." if ahead else None


def _effort(claim: Effort) -> str | None:
    if claim.ended_on < claim.started_on:
        return "It ended before it started."
    if any(value is not None and value < 0 for value in (claim.person_days, claim.cost)):
        return "Nothing takes less than nothing."
    if (claim.cost is None) != (claim.currency is None):
        return "A cost has a currency, and nothing else has."
    return None


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
