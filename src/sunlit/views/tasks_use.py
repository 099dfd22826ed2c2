"""What waits for an officer and an assessor about uses. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from sunlit.base.slugs import component_key
from sunlit.base.wording import Id, Text, fixed, joined, text, texts
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
from sunlit.views.practices import practice_title
from sunlit.views.tasks import AHEAD, Case, Kind, Task, Who

NAMED: Final = 3  # practices that a task names
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
            kind=Kind.ASSESS,
            title=text("Assess %(use)s", use=case.line.use),
            path=path,
            reason=text("No assessment of this use is in force."),
            consequence=text("The risk code has no digits, so the board cannot vote."),
        )
    elif found.claim.valid_until <= at + AHEAD:
        yield Task(
            kind=Kind.ASSESS,
            title=text("Assess %(use)s again", use=case.line.use),
            path=path,
            reason=text("Its assessment ends."),
            deadline=found.claim.valid_until,
            consequence=text("From then on the use counts as not assessed."),
        )


def _gaps(case: Case) -> Iterator[Task]:
    for cell in case.line.cells:
        if cell.state is State.DUE and cell.due is not None:
            yield Task(
                kind=Kind.MITIGATE,
                deadline=cell.due,
                title=text(
                    "Show what was done for %(use)s: %(practice)s",
                    use=case.line.use,
                    practice=_practices([cell.practice]),
                ),
                reason=text("%(who)s promised it.", who=cell.owner or text("Somebody")),
                consequence=text("After that day the practice counts as missing."),
                path=f"/work/risk/{case.key}/{cell.practice}",
            )
    blank = [it for it in case.line.cells if it.state in (State.MISSING, State.NOT_ANSWERED)]
    if blank:
        yield Task(
            kind=Kind.MITIGATE,
            title=text(
                "Answer %(count)s of 8 practices for %(use)s", count=len(blank), use=case.line.use
            ),
            reason=text(
                "Nothing valid is said about %(practices)s.",
                practices=_practices([it.practice for it in blank]),
            ),
            consequence=text("Each raises the last digit of the risk code by one."),
            path=f"/work/risk/{case.key}/{blank[0].practice}",
        )


def _practices(ids: list[str]) -> Text:
    """Return practices by name, a few of many: `Training (M5), Monitoring (M6) and 2 more`."""
    told = [text("%(title)s (%(id)s)", title=practice_title(one), id=one) for one in ids[:NAMED]]
    if len(ids) > NAMED:
        return text(
            "%(some)s and %(more)s more", some=joined(told, ", "), more=str(len(ids) - NAMED)
        )
    if len(told) == 1:
        return told[0]
    return text("%(some)s and %(last)s", some=joined(told[:-1], ", "), last=told[-1])


def _fails(case: Case) -> Iterator[Task]:
    failing = [it for it in case.evidence.findings if it.outcome is Outcome.FAILS]
    if failing:
        yield Task(
            kind=Kind.FAILS,
            title=texts(
                "Mend %(count)s control that fails for %(use)s",
                "Mend %(count)s controls that fail for %(use)s",
                len(failing),
                use=case.line.use,
            ),
            reason=_first(failing),
            path=f"/components/{component_key(case.line.component)}",
            consequence=text("While a control fails there is no full safety token."),
        )


def _first(failing: list[Finding]) -> Text:
    return text("%(title)s: %(reason)s", title=fixed(failing[0].title), reason=failing[0].reason)


def _ends(case: Case) -> Iterator[Task]:
    """Yield what was given for a time: attestations, the code, the token."""
    path = f"/components/{component_key(case.line.component)}"
    code = published_code(case.evidence)
    if isinstance(code, Published):
        yield _renew_code(code.code, case)
    for said, claim in about(case.evidence, Attestation):
        if isinstance(counts(case.evidence, said, claim), Attested):
            yield Task(
                kind=Kind.RENEW_ATTESTATION,
                deadline=claim.valid_until,
                path=path,
                title=text(
                    "Ask %(who)s to attest %(use)s again", who=Id(claim.assessor), use=case.line.use
                ),
                reason=text("The attestation ends."),
                consequence=text("After that it no longer counts: what rests on it is unknown."),
            )
    for _, grant in about(case.evidence, TokenGrant):
        same = (grant.use, grant.deployer) == (case.line.use, case.line.deployer)
        if same and is_current(case.evidence, grant.valid_until):
            yield Task(
                kind=Kind.TOKEN_ENDS,
                deadline=grant.valid_until,
                path=path,
                title=text("Ask for a new safety token for %(use)s", use=case.line.use),
                reason=text("The token ends."),
                consequence=text("After that the component may not be used."),
            )


def _renew_code(code: RiskCode, case: Case) -> Task:
    return Task(
        kind=Kind.RENEW_CODE,
        title=text("Ask the board to vote on %(use)s again", use=case.line.use),
        reason=text("The risk code %(digits)s ends.", digits=code.digits),
        deadline=code.valid_until,
        consequence=text("Without a code in force the safety token is suspended."),
        path=f"/register/{case.key}/M1",  # only the board may open its votes
    )


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
        if claim.assessor == who.organisation and claim.use in (None, case.line.use)
    ]  # fmt: skip
    for claim in mine:
        if at < claim.valid_until <= at + AHEAD:
            yield Task(
                kind=Kind.RENEW_ATTESTATION,
                path=path,
                title=text("Attest %(use)s again", use=case.name),
                reason=text("Your attestation ends."),
                deadline=claim.valid_until,
                consequence=text("From then on it counts as nothing."),
            )
    if asks_review(case) and not any(at < claim.valid_until for claim in mine):
        yield Task(
            kind=Kind.REVIEW,
            title=text("Review %(use)s", use=case.name),
            path=path,
            reason=text("It asks for an independent assessment that nobody has given."),
            consequence=text("Without it there is no full safety token."),
        )


def of_problems(found: Iterable[Standing], who: Who) -> Iterator[Task]:
    """Yield the reported problems that the organisation has to answer."""
    for one in found if who.is_any("officer") else ():
        if one.organisation != who.organisation or not one.is_open:
            continue
        answered = bool(one.updates)
        yield Task(
            kind=Kind.PROBLEM,
            title=f"{'Settle' if answered else 'Answer'} problem {one.claim.number}",
            reason=text("Somebody reported it about %(what)s.", what=one.claim.component),
            consequence=text("Open problems stand on the component's label."),
            path=f"/work/problems/{one.claim.number}",
            deadline=None if answered else one.claim.answer_by,
        )
