"""The review queue and the attestation form: who may attest is asked before anything is typed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.authority.duties import Action, can
from sunlit.authority.duties import Case as Duty
from sunlit.base.wording import Id, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, Result
from sunlit.claims.authority import Conflict
from sunlit.claims.names import named_digest
from sunlit.node.proposal import Proposal
from sunlit.rubric.attested import attestations, plain
from sunlit.rubric.published import tier_of
from sunlit.rubric.standing import maintainers
from sunlit.statement.intoto import Subject
from sunlit.views.tasks import Case
from sunlit.views.tasks_use import asks_review

MAX_TEXT: Final = 1_000
LONGEST: Final = timedelta(days=366 * 2)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

RESULTS: Final = {
    Result.PASSED: text("Passed"),
    Result.WARNED: text("Passed, with a warning"),
    Result.FAILED: text("Failed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One use that asks for an independent look; `why_not` where this organisation may not."""

    case: Case
    attested: tuple[str, ...]
    mine_ends: datetime | None
    tier: str | None
    scopes: tuple[str, ...]
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What an assessor typed; dates are None where they could not be read."""

    scopes: tuple[str, ...] = ()
    result: str = ""
    method: str = ""
    limits: str = ""
    tool: str = ""
    contract: str = ""
    assessed_on: datetime | None = None
    valid_until: datetime | None = None
    no_conflict: str = ""


def queue(cases: Iterable[Case], organisation: str, at: datetime) -> tuple[Row, ...]:
    """Return the uses that ask for an independent assessment, those that one may do first."""
    rows = [row(case, organisation, at) for case in cases if asks_review(case)]
    return tuple(sorted(rows, key=lambda it: (it.why_not is not None, it.case.key)))


def again(cases: Iterable[Case], organisation: str, at: datetime) -> tuple[Row, ...]:
    """Return what needs no review now and may be attested (again), what ends first before."""
    every = (row(case, organisation, at) for case in cases if not asks_review(case))
    rows = [one for one in every if one.why_not is None]
    return tuple(sorted(rows, key=lambda it: (it.mine_ends or _NEVER, it.case.key)))


def row(case: Case, organisation: str, at: datetime) -> Row:
    """Return one use as an assessor sees it."""
    scopes = accredited(case, organisation, at)
    answer = independent(case, organisation, at)
    why = None if answer else answer.reason
    if answer and not scopes:
        why = text(
            "%(who)s is accredited for no scope by whom the trust file names",
            who=Id(organisation),
        )
    if not case.evidence.release:
        why = text("no release of the component is in the log")
    tier, attested = tier_of(case.evidence), attestations(case.evidence)
    ends = [one.expires for one in attested if one.assessor == organisation]
    return Row(
        case=case, attested=tuple(sorted({one.assessor for one in attested})),
        mine_ends=max(ends, default=None),
        tier=tier.value if tier else None, scopes=scopes, why_not=why,
    )  # fmt: skip


def accredited(case: Case, organisation: str, at: datetime) -> tuple[str, ...]:
    """Return the scopes for which an organisation is accredited now."""
    directory = case.evidence.directory
    trusted = directory.trust.accreditors if directory.trust else ()
    found = {
        scope
        for record in directory.accreditations
        if record.claim.assessor == organisation
        and record.claim.accreditor in trusted
        and record.claim.valid_from <= at < record.claim.valid_until
        and not directory.is_replaced(record.basis.statement_id)
        for scope in record.claim.scopes
    }
    return tuple(sorted(found))


def independent(case: Case, organisation: str, at: datetime) -> Answer:
    """Tell whether an organisation has nothing to do with who makes and uses it, and why not."""
    others = {case.line.deployer, *maintainers(case.evidence)}
    return case.evidence.directory.independent(
        organisation, of=others, component=case.line.component, at=at
    )


def may_attest(
    case: Case, organisation: str, keys: Iterable[str], scopes: tuple[str, ...], at: datetime
) -> Answer:
    """Ask the duties as the log will: with a passkey of whoever would sign."""
    keepers = sorted(maintainers(case.evidence))
    duty = Duty(
        maintainer=keepers[0] if keepers else None, deployer=case.line.deployer,
        component=case.line.component, scopes=scopes,
    )  # fmt: skip
    origin, size = _place(case)
    said = Admitted(
        claim=Attestation(
            assessor=organisation, scope=scopes, method="", result=Result.PASSED, assessed_on=at,
            valid_until=at,
        ),
        statement_id="", subjects=(), signers=tuple(keys), origin=origin, index=size,
        admitted_at=at,
    )  # fmt: skip
    answer = can(said, Action.ASSESS, duty, directory=case.evidence.directory, at=at)
    for keeper in keepers[1:] if answer else ():
        answer = can(
            said, Action.ASSESS, replace(duty, maintainer=keeper),
            directory=case.evidence.directory, at=at,
        )  # fmt: skip
        if not answer:
            break
    return answer


def _place(case: Case) -> tuple[str | None, int]:
    logs = case.conformity.logs
    return (logs[0].origin, logs[0].size) if logs else (None, 0)


def problems(typed: Typed, scopes: tuple[str, ...], at: datetime) -> dict[str, str]:
    """Return what is wrong with the form, by field, as it is said on the page."""
    made, end = typed.assessed_on, typed.valid_until
    checks: tuple[tuple[str, bool, str], ...] = (
        (
            "no_conflict", typed.no_conflict in ("no", "yes"),
            text("Say whether you have an interest"),
        ),
        ("scopes", bool(typed.scopes), text("Choose what you looked at")),
        ("scopes", set(typed.scopes) <= set(scopes), text("Choose what you are accredited for")),
        ("result", typed.result in set(Result), text("Choose the result")),
        ("method", bool(typed.method.strip()), text("Say how you tested it")),
        ("limits", bool(typed.limits.strip()), text("Give the figures, and what they do not show")),
        ("assessed_on", made is not None, text("Enter the day on which you tested it")),
        ("assessed_on", made is None or made <= at, text("The day must not be in the future")),
        ("valid_until", end is not None, text("Enter the day until which you stand by it")),
        ("valid_until", end is None or end > at, text("The date must be in the future")),
        (
            "valid_until", end is None or end <= at + LONGEST,
            text("Stand by it for two years at most"),
        ),
    )  # fmt: skip
    found: dict[str, str] = {}
    for name, holds, message in checks:
        if not holds:
            found.setdefault(name, message)
    for name in ("method", "limits", "tool", "contract"):
        if len(getattr(typed, name)) > MAX_TEXT:
            found.setdefault(name, text("Use %(most)s characters or fewer", most=MAX_TEXT))
    return found


def to_attest(case: Case, organisation: str, typed: Typed) -> Proposal:
    """Return the attestation that an assessor signs; `problems` was asked and found none."""
    assert typed.assessed_on is not None  # noqa: S101 - `problems` found none
    assert typed.valid_until is not None  # noqa: S101
    claim = Attestation(
        assessor=organisation, scope=typed.scopes, method=plain(typed.method, MAX_TEXT),
        result=Result(typed.result), assessed_on=typed.assessed_on,
        valid_until=typed.valid_until, tool=plain(typed.tool, MAX_TEXT) or None,
        use=case.line.use, contract=plain(typed.contract, MAX_TEXT) or None,
        no_conflict_declared=typed.no_conflict == "no", limits=plain(typed.limits, MAX_TEXT),
    )  # fmt: skip
    return Proposal(
        claim=claim,
        subjects=(Subject(case.line.component, {"sha256": case.evidence.release}),),
        title=text(
            "Attest %(use)s: %(result)s", use=case.line.use, result=RESULTS[Result(typed.result)]
        ),
        consequence=text(
            "It enters the public log over the exact release. You may withdraw it; the log keeps "
            "that you said it."
        ),
        back=f"/work/reviews/{case.key}/attest", log=case.host,
    )  # fmt: skip


def to_declare(case: Case, organisation: str) -> Proposal:
    """Return the conflict of interest that an assessor declares instead of attesting."""
    claim = Conflict(organisation=organisation, component=case.line.component)
    return Proposal(
        claim=claim,
        subjects=(Subject(organisation, {"sha256": named_digest("organisation", organisation)}),),
        title=text("Declare an interest in %(component)s", component=case.line.component),
        consequence=text(
            "From then on no attestation of this component by your organisation counts."
        ),
        back=f"/work/reviews/{case.key}/attest", log=case.host,
    )  # fmt: skip
