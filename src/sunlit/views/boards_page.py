"""A review board as its page shows it: what it voted on, and one matter with every vote. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sunlit.authority.directory import Directory
from sunlit.authority.trust_parts import Board
from sunlit.claims.admitted import Admitted
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import BoardSession, Recusal, RiskCode, Use, Vote
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.quorum import sessions
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.votes import NotYet, ballots, publishable, recusals
from sunlit.views.register_explain import Explained, explained

Acted = Vote | RiskCode | BoardSession | Recusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a board was asked: a release under a use. `last` is when it was last spoken of."""

    release: str
    use: str
    deployer: str
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """One member's latest vote. `seat` is its place among the board's keys, from 1."""

    seat: int
    label: str
    key: str
    digits: str
    ceiling: int
    at: datetime | None
    dissent: str | None
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Somebody who stood aside, and why."""

    seat: int
    label: str
    reason: str
    at: datetime
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session: when, and what its members were given."""

    opened_on: datetime
    closes_on: datetime
    note: str | None
    documents: tuple[Resource, ...]
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One matter with all that the board did: the code, the votes, who stood aside."""

    use: Use
    release: str
    board: str
    needed: int
    seats: int
    explained: Explained
    published: RiskCode | None
    why_not: str | None
    agreeing: int
    votes: tuple[Voted, ...]
    asides: tuple[Aside, ...]
    sessions: tuple[Session, ...]

    @property
    def silent(self) -> int:
        """How many seats neither voted nor stood aside."""
        spoken = {one.seat for one in self.votes} | {one.seat for one in self.asides}
        return self.seats - len(spoken - {0})


def matters(said: Iterable[Admitted], directory: Directory, board: str) -> tuple[Matter, ...]:
    """Return what a board spoke of, the latest first. Only its own members' words count."""
    found: dict[tuple[str, str, str], Matter] = {}
    for one in said:
        claim = one.claim
        if not isinstance(claim, Acted) or claim.board != board or one.admitted_at is None:
            continue
        if board in directory.organisations(one):
            key = (claim.release, claim.use, claim.deployer)
            found[key] = Matter(release=claim.release, use=claim.use, deployer=claim.deployer,
                                last=one.admitted_at)  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: (one.last, one.use), reverse=True))


def decided(evidence: Evidence, conformity: Conformity, use: Use, board: Board) -> Decided:
    """Return one matter as of the evidence's time."""
    seen = replace(evidence, findings=conformity.findings)
    code, count = published_code(seen), publishable(seen, board)
    return Decided(
        use=use, release=evidence.release, board=board.organisation, needed=board.threshold,
        seats=_seats(board, evidence.at), explained=explained(evidence, conformity),
        published=code.code if isinstance(code, Published) else None,
        why_not=None if isinstance(code, Published) else code,
        agreeing=_agreeing(seen, board, count),
        votes=tuple(_votes(seen, board)), asides=tuple(_asides(seen, board)),
        sessions=tuple(_sessions(seen, board.organisation)),
    )  # fmt: skip


def _agreeing(evidence: Evidence, board: Board, count: RiskCode | NotYet) -> int:
    """Count members, not statements: two of them may sign one and the same."""
    if isinstance(count, NotYet):
        return count.agreeing
    return sum(
        one.choice == (count.digits, count.ceiling) and one.vote.dissent is None
        for one in ballots(evidence, board, scheme())
    )


def _seats(board: Board, at: datetime) -> int:
    """Count the keys in force: one that was rotated out stays listed and has no seat."""
    return sum(one.valid_until is None or at < one.valid_until for one in board.keys)


def _votes(evidence: Evidence, board: Board) -> Iterator[Voted]:
    for one in ballots(evidence, board, scheme()):
        seat, label = _seat(board, one.member)
        yield Voted(
            seat=seat, label=label, key=one.member, digits=one.digits, ceiling=one.vote.ceiling,
            at=one.vote.voted_on, dissent=one.vote.dissent, statement=one.statement,
        )  # fmt: skip


def _asides(evidence: Evidence, board: Board) -> Iterator[Aside]:
    for said, claim in recusals(evidence, board.organisation):
        for key in said.signers:
            seat, label = _seat(board, key)
            if seat:
                yield Aside(seat=seat, label=label, reason=claim.reason, at=claim.recused_on,
                            statement=said.statement_id)  # fmt: skip


def _sessions(evidence: Evidence, board: str) -> Iterator[Session]:
    for said, claim in sessions(evidence, board):
        yield Session(
            opened_on=claim.opened_on, closes_on=claim.closes_on, note=claim.note,
            documents=claim.documents, statement=said.statement_id,
        )  # fmt: skip


def _seat(board: Board, key: str) -> tuple[int, str]:
    """Return the place of a key among the board's, and what the trust file calls it."""
    for place, one in enumerate(board.keys, start=1):
        if one.public.key_id == key:
            return place, one.label or ""
    return 0, ""
