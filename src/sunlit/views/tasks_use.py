"""What waits for an officer and an assessor about uses. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from sunlit.base.slugs import component_key
from sunlit.capabilities.incident.standing import Standing
from sunlit.claims.assurance import Attestation
from sunlit.claims.lifecycle import TokenGrant
from sunlit.claims.risk import RiskCode
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.attested import Attested, counts
from sunlit.rubric.finding import Finding, Outcome
from sunlit.rubric.mitigations import State
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.standing import about, is_current, maintainers
from sunlit.views.tasks import SOON, Case, Kind, Task, Who

ASSESSING: Final = "M3"  # the practice that independent assessment shows


def of_officer(case: Case, who: Who, at: datetime) -> Iterator[Task]:
    """Yield what an officer of the deployer has to do about one of its uses."""
    if who.organisation != case.line.deployer or not who.is_any("officer"):
        return
    yield from _assess(case, at)
    yield from _gaps(case)
    yield from _fails(case)
    yield from _ends(case)


def _assess(case: Case, at: datetime) -> Iterator[Task]:
    path = f"/work/uses/{case.key}/assess"
    found = assessment(case.evidence)
    if found is None:
        yield Task(
            kind=Kind.ASSESS, title=f"Assess {case.name}", path=path,
            reason="No assessment of this use is in force.",
            consequence="The risk code has no digits, so the board cannot vote.",
        )  # fmt: skip
    elif found.claim.valid_until <= at + SOON:
        yield Task(
            kind=Kind.ASSESS, title=f"Assess {case.name} again", path=path,
            reason="Its assessment ends.", deadline=found.claim.valid_until,
            consequence="From then on the use counts as not assessed.",
        )  # fmt: skip


def _gaps(case: Case) -> Iterator[Task]:
    for cell in case.line.cells:
        if cell.state is State.DUE and cell.due is not None:
            yield Task(
                kind=Kind.MITIGATE, title=f"Show what was done: {cell.practice} of {case.name}",
                reason=f"{cell.owner or 'Somebody'} promised it.", deadline=cell.due,
                consequence="After that day the practice counts as missing.",
                path=f"/work/risk/{case.key}/{cell.practice}",
            )  # fmt: skip
    blank = [it for it in case.line.cells if it.state in (State.MISSING, State.NOT_ANSWERED)]
    if blank:
        names = ", ".join(cell.practice for cell in blank)
        yield Task(
            kind=Kind.MITIGATE, title=f"Answer {len(blank)} of 8 practices for {case.name}",
            reason=f"Nothing valid is said about {names}.",
            consequence="Each raises the last digit of the risk code by one.",
            path=f"/work/risk/{case.key}/{blank[0].practice}",
        )  # fmt: skip


def _fails(case: Case) -> Iterator[Task]:
    failing = [it for it in case.evidence.findings if it.outcome is Outcome.FAILS]
    if failing:
        yield Task(
            kind=Kind.FAILS,
            title=f"Mend {_count(len(failing), 'control')} that {_verb(failing)} for {case.name}",
            reason=_first(failing), path=f"/components/{component_key(case.line.component)}",
            consequence="While a control fails there is no full safety token.",
        )  # fmt: skip


def _verb(failing: list[Finding]) -> str:
    return "fails" if len(failing) == 1 else "fail"


def _first(failing: list[Finding]) -> str:
    return f"{failing[0].title}: {failing[0].reason}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _ends(case: Case) -> Iterator[Task]:
    """Yield what was given for a time: attestations, the code, the token."""
    path = f"/components/{component_key(case.line.component)}"
    code = published_code(case.evidence)
    if isinstance(code, Published):
        yield _renew_code(code.code, case)
    for said, claim in about(case.evidence, Attestation):
        if isinstance(counts(case.evidence, said, claim), Attested):
            yield Task(
                kind=Kind.RENEW_ATTESTATION, deadline=claim.valid_until, path=path,
                title=f"Ask {claim.assessor} to attest {case.name} again",
                reason="The attestation ends.",
                consequence="From then on it counts as nothing, and findings become unknown.",
            )  # fmt: skip
    for _, grant in about(case.evidence, TokenGrant):
        same = (grant.use, grant.deployer) == (case.line.use, case.line.deployer)
        if same and is_current(case.evidence, grant.valid_until):
            yield Task(
                kind=Kind.TOKEN_ENDS, deadline=grant.valid_until, path=path,
                title=f"Ask for a new safety token for {case.name}",
                reason="The token ends.", consequence="After that the component may not be used.",
            )  # fmt: skip


def _renew_code(code: RiskCode, case: Case) -> Task:
    return Task(
        kind=Kind.RENEW_CODE, title=f"Ask the board to vote on {case.name} again",
        reason=f"The risk code {code.digits} ends.", deadline=code.valid_until,
        consequence="Without a code in force the safety token is suspended.",
        path=f"/register/{case.key}/M1",  # only the board may open its votes
    )  # fmt: skip


def asks_review(case: Case) -> bool:
    """Tell whether a control asks for an independent assessment that is not there."""
    return any(
        ASSESSING in finding.practices and finding.outcome is not Outcome.HOLDS
        for finding in case.evidence.findings
    )


def of_assessor(case: Case, who: Who, at: datetime) -> Iterator[Task]:
    """Yield what an assessor could look at, and what they attested that ends soon."""
    if not who.is_any("assessor"):
        return
    own = {case.line.deployer, *maintainers(case.evidence)}
    if who.organisation in own or not case.evidence.release:
        return
    path = f"/work/reviews/{case.key}/attest"
    mine = [
        claim for _, claim in about(case.evidence, Attestation)
        if claim.assessor == who.organisation
    ]  # fmt: skip
    for claim in mine:
        if at < claim.valid_until <= at + SOON:
            yield Task(
                kind=Kind.RENEW_ATTESTATION, title=f"Attest {case.name} again", path=path,
                reason="Your attestation ends.", deadline=claim.valid_until,
                consequence="From then on it counts as nothing.",
            )  # fmt: skip
    if asks_review(case) and not any(at < claim.valid_until for claim in mine):
        yield Task(
            kind=Kind.REVIEW, title=f"Review {case.name}", path=path,
            reason="It asks for an independent assessment that nobody has given.",
            consequence="Without it there is no full safety token.",
        )  # fmt: skip


def of_problems(found: Iterable[Standing], who: Who) -> Iterator[Task]:
    """Yield the reported problems that the organisation has to answer."""
    for one in found if who.is_any("officer") else ():
        if one.organisation != who.organisation or not one.is_open:
            continue
        answered = bool(one.updates)
        yield Task(
            kind=Kind.PROBLEM,
            title=f"{'Settle' if answered else 'Answer'} problem {one.claim.number}",
            reason=f"Somebody reported it about {one.claim.component}.",
            consequence="Open problems stand on the component's label.",
            path=f"/work/problems/{one.claim.number}",
            deadline=None if answered else one.claim.answer_by,
        )  # fmt: skip
