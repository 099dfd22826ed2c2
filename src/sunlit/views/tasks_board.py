"""Where a board stands on a use, seat by seat, and what waits for its members and others. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.trust_parts import Board
from sunlit.base.wording import fixed, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import BoardSession, Recusal, RiskCode
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.quorum import sessions
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.votes import Ballot, NotYet, ballots, publishable, recusals
from sunlit.views.entry_words import on_day
from sunlit.views.tasks import Begun, Case, Kind, Task, Waiting, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One member: by a label of the trust file or by number; what they did, if anything."""

    key: str
    label: str
    ballot: Ballot | None = None
    recusal: Recusal | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was heard from them."""
        return self.ballot is None and self.recusal is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A board on one use: the session that is open, its seats, what they come to."""

    board: Board
    session: BoardSession | None
    opened: Admitted | None
    seats: tuple[Seat, ...]
    agreed: RiskCode | NotYet
    published: Published | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the seats that are empty."""
        return tuple(seat.label for seat in self.seats if seat.is_empty)

    @property
    def heard(self) -> int:
        """Return how many voted."""
        return sum(seat.ballot is not None for seat in self.seats)

    @property
    def is_open(self) -> bool:
        """Tell whether votes are asked for: a session is open, and its code is not there yet."""
        return self.session is not None and not self.is_settled

    @property
    def is_settled(self) -> bool:
        """Tell whether the code in force is what the votes say, with every dissent beside it."""
        found = self.published
        return (
            found is not None
            and isinstance(self.agreed, RiskCode)
            and found.code.votes == self.agreed.votes
            and set(self.agreed.dissents) <= set(found.code.dissents)
        )


def sitting(case: Case, organisation: str) -> Sitting | None:
    """Return where an organisation's board stands on a use; None where it has no board."""
    trust = case.evidence.directory.trust
    board = trust.board(organisation) if trust else None
    if board is None:
        return None
    cast = {it.member: it for it in ballots(case.evidence, board, scheme())}
    aside = {
        key: claim
        for said, claim in recusals(case.evidence, organisation)
        for key in said.signers
    }  # fmt: skip
    seats = tuple(
        Seat(
            key=key.public.key_id,
            label=key.label or text("Seat %(number)s", number=number),
            ballot=cast.get(key.public.key_id),
            recusal=aside.get(key.public.key_id),
        )
        for number, key in enumerate(board.keys, start=1)
        if key.valid_until is None or key.valid_until > case.evidence.at
    )
    open_ = sessions(case.evidence, organisation)
    code = published_code(case.evidence)
    return Sitting(
        board=board,
        session=open_[-1][1] if open_ else None,
        opened=open_[-1][0] if open_ else None,
        seats=seats,
        agreed=publishable(case.evidence, board),
        published=code if isinstance(code, Published) else None,
    )


def of_member(case: Case, who: Who, at: datetime) -> Iterator[Task]:
    """Yield the vote that a member owes, and the code that the chair can publish."""
    found = sitting(case, who.organisation) if who.is_any("board-member", "chair") else None
    if found is None or found.session is None or not found.is_open:
        return
    path = f"/work/votes/{case.key}"
    mine = [seat for seat in found.seats if seat.key in who.keys]
    if any(seat.is_empty for seat in mine):
        late = found.session.closes_on < at
        yield Task(
            kind=Kind.VOTE,
            title=text("Vote on %(use)s", use=case.name),
            path=path,
            reason=text(
                "%(some)s of %(all)s members have voted, %(needed)s have to agree.",
                some=found.heard,
                all=len(found.seats),
                needed=found.board.threshold,
            ),
            deadline=found.session.closes_on,
            consequence=text("The session has ended without you.")
            if late
            else text("Without enough votes the use gets no risk code."),
        )
    if isinstance(found.agreed, RiskCode) and who.is_any("chair"):
        yield Task(
            kind=Kind.PUBLISH_CODE,
            title=text("Publish the code of %(use)s", use=case.name),
            path=path,
            reason=text(
                "%(count)s members agree on %(digits)s.",
                count=len(found.agreed.votes),
                digits=found.agreed.digits,
            ),
            consequence=text("Until then nobody can be given a safety token."),
        )


def waits_for_board(case: Case, who: Who) -> Iterator[Waiting]:
    """Yield the votes of others that a member or the deployer waits for."""
    trust = case.evidence.directory.trust
    concerned = who.organisation == case.line.deployer and who.is_any("officer")
    for board in trust.boards if trust else ():
        member = who.organisation == board.organisation and who.is_any("board-member", "chair")
        found = sitting(case, board.organisation) if member or concerned else None
        if found is None or found.session is None or not found.is_open or not found.missing:
            continue
        if member and any(seat.is_empty and seat.key in who.keys for seat in found.seats):
            continue  # their own turn
        yield Waiting(
            title=text("The board's vote on %(use)s", use=case.name),
            path=f"/boards/{board.organisation}",
            reason=text(
                "%(some)s of %(all)s have voted; it takes %(needed)s who agree.",
                some=found.heard,
                all=len(found.seats),
                needed=board.threshold,
            ),
            missing=found.missing,
            until=found.session.closes_on,
        )


def of_drafts(begun: Begun, who: Who) -> Iterator[Task]:
    """Yield what a draft asks of somebody: to check another's, to mend or finish one's own."""
    about = begun.about
    if begun.state == "to-check" and not begun.mine and who.is_any("publisher"):
        yield Task(
            kind=Kind.CHECK,
            title=text("Check the registration of %(what)s", what=about),
            path=begun.path,
            reason=text("Another person of your organisation wrote it."),
            consequence=text("Until a second person publishes it, nobody sees it."),
        )
    if begun.state == "returned" and begun.mine:
        yield Task(
            kind=Kind.RETURNED,
            title=text("Mend the registration of %(what)s", what=about),
            path=begun.path,
            reason=begun.reason or text("It was returned to you."),
            consequence=text("It is not published as it is."),
        )
    if begun.state == "draft" and begun.mine:
        yield Task(
            kind=Kind.FINISH,
            title=text("Finish the %(kind)s of %(what)s", kind=fixed(str(begun.kind)), what=about),
            path=begun.path,
            reason=text("You last worked on it on %(day)s.", day=on_day(begun.changed)),
            consequence=text("Nobody else sees it until you hand it on."),
        )


def waits_for_check(begun: Begun) -> Iterator[Waiting]:
    """Yield one's own draft that another person has to check."""
    if begun.state == "to-check" and begun.mine:
        yield Waiting(
            title=text("A check of the registration of %(what)s", what=begun.about),
            path=begun.path,
            reason=text("Another person of your organisation publishes it, or returns it to you."),
        )
