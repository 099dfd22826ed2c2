"""Counting the board: who may vote, whose latest vote agrees, when a code may be published."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.authority.duties import Action, Case, can
from sunlit.authority.trust_parts import Board
from sunlit.base.errors import MalformedError
from sunlit.base.wording import fixed, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, ChangePlan, TestResult
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component, Provenance
from sunlit.claims.risk import Recusal, RiskCode, Vote
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.risk_code import Scheme, scheme
from sunlit.rubric.standing import is_current, uses, when

OWN_WORK: Final = (Attestation, ChangePlan, Component, Provenance, Release, TestResult)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Why no code may be published, and how the board stands."""

    reason: str
    needed: int
    agreeing: int = 0
    votes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """The latest vote of one member. `member` is a key id."""

    member: str
    statement: str
    vote: Vote
    digits: str

    @property
    def choice(self) -> tuple[str, int]:
        """Return what has to agree: D1-D3 and the ceiling."""
        return self.digits, self.vote.ceiling


def work_on(evidence: Evidence) -> tuple[Admitted, ...]:
    """Return every statement by which somebody made or judged the release.

    Withdrawn and corrected ones too: who once judged stays a judge.
    """
    return evidence.once("work on it", lambda: tuple(_work_on(evidence)))


def _work_on(evidence: Evidence) -> Iterator[Admitted]:
    held = {evidence.release, *evidence.files.values()}
    for said in evidence.statements:
        about = (subject.digest.get("sha256") for subject in said.subjects)
        if isinstance(said.claim, OWN_WORK) and not held.isdisjoint(about):
            yield said


def may_vote(evidence: Evidence, board: str, said: Admitted, key: str) -> Answer:
    """May this member key vote, by this statement? Nobody votes on what they assessed."""
    alone = replace(said, signers=(key,))
    case = Case(board=board, assessed=work_on(evidence))
    return can(alone, Action.VOTE, case, directory=evidence.directory, at=evidence.at)


def why_invalid(evidence: Evidence, vote: Vote, known: Scheme) -> str | None:
    """Say why a vote is not one on this release, use and deployer under the scheme, if so."""
    if (vote.release, vote.use, vote.deployer) != (
        evidence.release, evidence.use, evidence.deployer,
    ):  # fmt: skip
        return "The vote is about another release, use or deployer."
    if vote.scheme != known.id or vote.impact_max != known.maximum:
        return "The vote uses another scheme or another maximum of the impact score."
    if not 1 <= vote.ceiling <= 1 + len(known.practices):
        return text("The ceiling lies outside 1 to %(most)s.", most=str(1 + len(known.practices)))
    try:
        known.digits(area=vote.area, impact_raw=vote.impact_raw, autonomy_level=vote.autonomy_level)
    except MalformedError as error:
        return text("%(what)s.", what=fixed(str(error)))
    return None


def recusals(evidence: Evidence, board: str) -> tuple[tuple[Admitted, Recusal], ...]:
    """Return who stands aside on this release, use and deployer, in whatever order.

    A recusal is for good: nobody takes it back, and it needs no authority beyond the key's own
    signature, because all that it does is to take that key's vote away.
    """
    return tuple(
        (said, said.claim)
        for said in evidence.statements
        if isinstance(said.claim, Recusal)
        and not said.is_draft
        and said.claim.board == board
        and (said.claim.release, said.claim.use, said.claim.deployer)
        == (evidence.release, evidence.use, evidence.deployer)
    )


def recused(evidence: Evidence, board: str) -> frozenset[str]:
    """Return the keys whose vote never counts, whether they voted before or after."""
    return frozenset(key for said, _ in recusals(evidence, board) for key in said.signers)


def ballots(evidence: Evidence, board: Board, known: Scheme) -> tuple[Ballot, ...]:
    """Return each member's latest vote that counts: in force, unexpired, not recused.

    Pure, and the same in whatever order the statements stand.
    """
    question = ("ballots", board.organisation, known.digest)
    return evidence.once(question, lambda: _ballots(evidence, board, known))


def _ballots(evidence: Evidence, board: Board, known: Scheme) -> tuple[Ballot, ...]:
    latest: dict[str, Ballot] = {}
    aside = recused(evidence, board.organisation)
    for said, vote in sorted(evidence.current(Vote), key=lambda pair: _place(*pair)):
        if vote.board != board.organisation or why_invalid(evidence, vote, known) is not None:
            continue
        for member in said.signers:
            if member in aside:
                continue
            if not may_vote(evidence, board.organisation, said, member).allowed:
                continue
            latest[member] = Ballot(
                member=member,
                statement=said.statement_id,
                vote=vote,
                digits=known.digits(
                    area=vote.area,
                    impact_raw=vote.impact_raw,
                    autonomy_level=vote.autonomy_level,
                ),
            )
    return tuple(
        latest[member]
        for member in sorted(latest)
        if is_current(evidence, latest[member].vote.valid_until)
    )


def _place(said: Admitted, vote: Vote) -> tuple[str, str, int, str]:
    # A date that the member states may be earlier than the entry, never later. Of two votes in
    # one second the later entry counts; between logs the id decides, so that all decide alike.
    voted, entered = when(vote.voted_on, said.admitted_at) or "", when(said.admitted_at) or ""
    return voted, entered, -1 if said.index is None else said.index, said.statement_id


def publishable(evidence: Evidence, board: Board, known: Scheme | None = None) -> RiskCode | NotYet:
    """Return the code that k of the board's n members agree on, or why there is none.

    A vote that carries a dissent never counts as agreement; it is named in the code.
    """
    known = known or scheme()
    if any(use.prohibited_practice for _, use in uses(evidence)):
        return NotYet(
            reason="The use is a prohibited practice: it gets no code.", needed=board.threshold
        )
    cast = ballots(evidence, board, known)
    groups: Mapping[tuple[str, int], list[Ballot]] = _groups(cast)
    enough = [group for group in groups.values() if len(group) >= board.threshold]
    if len(enough) != 1:
        return _not_yet(board, cast, groups, split=bool(enough))
    (agreed,) = enough
    digits, ceiling = agreed[0].choice
    tier = known.tier(digits)
    assert tier is not None  # noqa: S101 - `digits` never returns a 0
    others = {ballot.statement for ballot in cast} - {ballot.statement for ballot in agreed}
    return RiskCode(
        board=board.organisation,
        release=evidence.release,
        use=agreed[0].vote.use,
        deployer=agreed[0].vote.deployer,
        scheme=known.id,
        scheme_digest=known.digest,
        digits=digits,
        ceiling=ceiling,
        tier=tier,
        votes=tuple(sorted({ballot.statement for ballot in agreed})),
        dissents=tuple(sorted(others)),
        valid_until=min(ballot.vote.valid_until for ballot in agreed),
    )


def _groups(cast: Iterable[Ballot]) -> Mapping[tuple[str, int], list[Ballot]]:
    groups: dict[tuple[str, int], list[Ballot]] = defaultdict(list)
    for ballot in cast:
        if ballot.vote.dissent is None:
            groups[ballot.choice].append(ballot)
    return groups


def _not_yet(
    board: Board,
    cast: tuple[Ballot, ...],
    groups: Mapping[tuple[str, int], list[Ballot]],
    *,
    split: bool,
) -> NotYet:
    most = max((len(group) for group in groups.values()), default=0)
    reason = (
        text("The board is split: more than one code has enough votes.")
        if split
        else text(
            "%(some)s of the %(needed)s members that it takes agree.",
            some=str(most),
            needed=str(board.threshold),
        )
    )
    return NotYet(
        reason=reason,
        needed=board.threshold,
        agreeing=most,
        votes=tuple(sorted({ballot.statement for ballot in cast})),
    )
