"""A board on the website: open a session, read, vote or stand aside, publish what k agree on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.base.wording import Id, text
from sunlit.claims.assurance import Attestation
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import BoardSession, Recusal, RiskCode, Vote
from sunlit.node.acts import KEYS
from sunlit.node.permission import Actor, Role
from sunlit.node.proposal import Proposal
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.attested import Attested, counts, plain
from sunlit.rubric.control import Rubric
from sunlit.rubric.finding import Outcome, Verdict
from sunlit.rubric.own_work import Holders, votes_apart
from sunlit.rubric.quorum import no_session, quorum_of, too_few
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import about
from sunlit.rubric.votes import work_on
from sunlit.statement.intoto import Subject
from sunlit.views.entry_words import on_day
from sunlit.views.tasks import Case
from sunlit.views.tasks_board import Sitting, sitting

MAX_TEXT: Final = 1_000
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Something that members read before they vote: what it is, where, which statement."""

    what: str
    path: str
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a member typed; None where it is blank or could not be read."""

    impact: int | None = None
    autonomy: int | None = None
    area: int | None = None
    ceiling: int | None = None
    valid_until: datetime | None = None
    dissents: bool = False
    dissent: str = ""


def sits(case: Case, board: str | None) -> Sitting:
    """Return where a board stands on a use.

    Raises:
        UnavailableError: `vote.no-such-board`.
    """
    found = sitting(case, board or "")
    if found is None or not case.evidence.release:
        raise UnavailableError(
            "vote.no-such-board", "your organisation has no board that could vote on this",
            mend="the trust file names the boards and their members",
        )  # fmt: skip
    return found


def may_vote(case: Case, found: Sitting, keys: frozenset[str]) -> Answer:
    """Tell whether one of these keys has a seat and may vote; the log asks again."""
    seats = [seat for seat in found.seats if seat.key in keys]
    if not seats:
        return Answer.no(text("none of your passkeys has a seat on this board"))
    if any(seat.recusal is not None for seat in seats):
        return Answer.no(text("you stood aside from this, and that is for good"))
    judged = {signer for said in work_on(case.evidence) for signer in said.signers}
    if judged & keys:
        return Answer.no(text("a member does not vote on what they made or assessed"))
    return Answer.yes("you have a seat")


def suggested(case: Case, where: Sitting, at: datetime) -> Typed:
    """Return the deployer's scores, which a member may take or change.

    The end is that of the code in force, if any: an agreeing vote that ends sooner ends the code.
    """
    found = assessment(case.evidence)
    until = at + timedelta(days=365)
    if found is not None:
        until = min(until, found.claim.valid_until)
    if where.published is not None:
        until = max(until, where.published.code.valid_until)
    if found is None:
        return Typed(valid_until=until)
    claim = found.claim
    return Typed(
        impact=claim.impact_raw, autonomy=claim.autonomy_level, area=claim.area, valid_until=until
    )


def problems(typed: Typed, at: datetime) -> dict[str, str]:
    """Return what is wrong with a vote, by field, as it is said on the page."""
    most, practices = scheme().maximum, len(scheme().practices)
    end = typed.valid_until
    checks: tuple[tuple[str, bool, str], ...] = (
        ("area", _within(typed.area, 1, 9), text("Choose an area")),
        (
            "impact", _within(typed.impact, 0, most),
            text("Enter a score from 0 to %(most)s", most=most),
        ),
        ("autonomy", _within(typed.autonomy, 1, 10), text("Choose how much the machine decides")),
        (
            "ceiling", _within(typed.ceiling, 1, 1 + practices),
            text("Enter a ceiling from 1 to %(most)s", most=1 + practices),
        ),
        ("valid_until", end is not None, text("Enter the day on which the code is to end")),
        ("valid_until", end is None or end > at, text("The date must be in the future")),
        ("valid_until", end is None or end <= at + LONGEST, text("A code lasts one year at most")),
        (
            "dissent", not typed.dissents or bool(typed.dissent.strip()),
            text("Give the reason for your dissent: it is published"),
        ),
        (
            "dissent", len(typed.dissent) <= MAX_TEXT,
            text("Use %(most)s characters or fewer", most=MAX_TEXT),
        ),
    )  # fmt: skip
    found: dict[str, str] = {}
    for name, holds, message in checks:
        if not holds:
            found.setdefault(name, message)
    return found


def _within(value: int | None, low: int, high: int) -> bool:
    return value is not None and low <= value <= high


def to_vote(case: Case, found: Sitting, typed: Typed, at: datetime) -> Proposal:
    """Return the vote that a member signs; `problems` was asked and found none.

    Raises:
        MalformedError: `risk.out-of-range`.
    """
    assert typed.area is not None  # noqa: S101 - `problems` found none
    assert typed.impact is not None  # noqa: S101
    assert typed.autonomy is not None  # noqa: S101
    assert typed.ceiling is not None  # noqa: S101
    assert typed.valid_until is not None  # noqa: S101
    digits = scheme().digits(
        area=typed.area, impact_raw=typed.impact, autonomy_level=typed.autonomy
    )
    claim = Vote(
        board=found.board.organisation, release=case.evidence.release, use=case.line.use,
        deployer=case.line.deployer, scheme=scheme().id, area=typed.area,
        impact_raw=typed.impact, impact_max=scheme().maximum, autonomy_level=typed.autonomy,
        ceiling=typed.ceiling, valid_until=typed.valid_until, voted_on=at,
        dissent=plain(typed.dissent, MAX_TEXT) if typed.dissents else None,
    )  # fmt: skip
    told: dict[str, str | int] = {"use": case.line.use, "digits": digits, "ceiling": typed.ceiling}
    title = (
        text("Sign your dissent on %(use)s: %(digits)s, ceiling %(ceiling)s", **told)
        if typed.dissents
        else text("Sign your vote on %(use)s: %(digits)s, ceiling %(ceiling)s", **told)
    )
    return _proposal(case, found, claim, title, text(
        "It enters the public log under your key, not your name. Of your votes the latest counts."
    ))  # fmt: skip


def to_recuse(case: Case, found: Sitting, reason: str, at: datetime) -> Proposal:
    """Return the recusal that a member signs.

    Raises:
        MalformedError: `vote.no-reason`.
    """
    claim = Recusal(
        board=found.board.organisation, release=case.evidence.release, use=case.line.use,
        deployer=case.line.deployer, reason=_reason(reason), recused_on=at,
    )  # fmt: skip
    return _proposal(
        case, found, claim, text("Stand aside from the vote on %(use)s", use=case.line.use),
        text(
            "It is for good: your vote on this use and release never counts, cast before or after."
        ),
    )  # fmt: skip


def _reason(text: str) -> str:
    found = plain(text, MAX_TEXT)
    if not found:
        raise MalformedError(
            "vote.no-reason", "standing aside takes a reason, which is published",
            mend="say in one sentence what your interest is, naming no person",
        )  # fmt: skip
    return found


def to_open(
    case: Case, found: Sitting, closes_on: datetime, at: datetime, note: str = ""
) -> Proposal:
    """Return the session that a member of the board opens on what the log holds now.

    The conformity is named by digest: who proposes this keeps it (`Known.keep_findings`).
    """
    claim = BoardSession(
        board=found.board.organisation, release=case.evidence.release, use=case.line.use,
        deployer=case.line.deployer, scheme=scheme().id, opened_on=at, closes_on=closes_on,
        documents=material(case), note=plain(note, MAX_TEXT) or None,
    )  # fmt: skip
    return _proposal(
        case, found, claim, text("Open the vote on %(use)s", use=case.line.use),
        text("Members are asked to vote by then. They are shown what the log holds now."),
    )  # fmt: skip


def material(case: Case) -> tuple[Resource, ...]:
    """Return what members are given: the conformity, the assessment, attestations that count."""
    given = [Resource(name="conformity", digest={"sha256": case.conformity.digest})]
    if (assessed := assessment(case.evidence)) is not None:
        given.append(Resource(name="assessment", digest={"sha256": assessed.said.statement_id}))
    for said, claim in about(case.evidence, Attestation):
        if isinstance(counts(case.evidence, said, claim), Attested):
            name = f"attestation by {claim.assessor}"
            given.append(Resource(name=name, digest={"sha256": said.statement_id}))
    return tuple(given)


def papers(case: Case) -> tuple[Paper, ...]:
    """Return where the material of `material` is read."""
    first = text("What was found about each practice")
    found = [Paper(what=first, path=f"/register/{case.key}/M1")]
    if (assessed := assessment(case.evidence)) is not None:
        what = text("The assessment by the organisation that uses it")
        found.append(_paper(what, assessed.said.statement_id))
    for said, claim in about(case.evidence, Attestation):
        if isinstance(counts(case.evidence, said, claim), Attested):
            what = text("Attestation by %(who)s", who=Id(claim.assessor))
            found.append(_paper(what, said.statement_id))
    return tuple(found)


def _paper(what: str, statement: str) -> Paper:
    return Paper(what=what, path=f"/statements/{statement}", statement=statement)


def why_not_yet(case: Case, found: Sitting, rubric: Rubric, holders: Holders) -> Verdict:
    """Tell whether the code can be published now: UNKNOWN too lets it, and is said beside it."""
    more = text("let more members vote, then try again")
    if not isinstance(found.agreed, RiskCode):
        return Verdict.fails(found.agreed.reason, found.agreed.votes, mend=more)
    board, quorum = found.board.organisation, quorum_of(rubric)
    missing = no_session(case.evidence, board, quorum, case.evidence.at)
    if (why := missing or too_few(case.evidence, board, quorum)) is not None:
        return Verdict.fails(why, found.agreed.votes, mend=more)
    return votes_apart(case.evidence, found.agreed, holders)


def to_publish(case: Case, found: Sitting, rubric: Rubric, holders: Holders) -> Proposal:
    """Return the code that the chair signs.

    Raises:
        VerificationError: `vote.not-yet`.
    """
    answer, code = why_not_yet(case, found, rubric, holders), found.agreed
    if answer.outcome is Outcome.FAILS or not isinstance(code, RiskCode):
        raise VerificationError("vote.not-yet", answer.reason, mend=answer.mend)
    return _proposal(
        case, found, code,
        text(
            "Publish the code %(digits)s of %(use)s, ceiling %(ceiling)s",
            digits=code.digits, use=case.line.use, ceiling=code.ceiling,
        ),
        text(
            "It holds until %(day)s. Dissents are published beside it.",
            day=on_day(code.valid_until),
        ),
    )  # fmt: skip


def is_chair(actor: Actor) -> bool:
    """Tell whether somebody may publish what the board agrees on."""
    return Role.CHAIR in actor.roles


def _proposal(
    case: Case, found: Sitting, claim: Vote | Recusal | BoardSession | RiskCode, title: str,
    consequence: str,
) -> Proposal:  # fmt: skip
    # By any other passkey of theirs the log would refuse it: it is not a seat.
    seats = " ".join(seat.key for seat in found.seats)
    subject = Subject(case.line.component, {"sha256": case.evidence.release})
    return Proposal(
        claim=claim, subjects=(subject,), title=title, consequence=consequence,
        back=f"/work/votes/{case.key}", log=case.host, context={KEYS: seats},
    )  # fmt: skip
