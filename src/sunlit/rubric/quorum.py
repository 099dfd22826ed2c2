"""How a board has to go about it before its code counts: parameters of the rubric, as data.

That k of n distinct member keys agree is the trust file's threshold and always holds. A rubric
may ask for more: `min-votes` members who voted at all, dissents counted; `needs-session` (1): a
session was opened; `min-days-open`: so many days lie between its opening and the code's entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Final

from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.risk import BoardSession, RiskCode
from sunlit.rubric.control import Rubric
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.published import Published
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import when
from sunlit.rubric.votes import ballots

RULE: Final = "risk-code-published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """What a rubric asks of a board; with the defaults nothing beyond the trust file."""

    min_votes: int = 0
    min_days_open: int = 0
    needs_session: bool = False

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "Quorum":
        """Read the parameters of the control; what is not set asks for nothing."""
        days = _least(parameters, "min-days-open")
        return cls(
            min_votes=_least(parameters, "min-votes"),
            min_days_open=days,
            needs_session=days > 0 or _least(parameters, "needs-session") > 0,
        )


def _least(parameters: Mapping[str, str], name: str) -> int:
    # A rubric may write 1.5, which the floor takes for stricter than 1: so up, never down.
    return ceil(Decimal(parameters.get(name) or "0"))


def quorum_of(rubric: Rubric) -> Quorum:
    """Return what a rubric asks of a board: the parameters of the control with this rule."""
    asking = [it for it in rubric.controls if it.rule == RULE]
    return Quorum.read(asking[0].values()) if asking else Quorum()


def sessions(evidence: Evidence, board: str) -> tuple[tuple[Admitted, BoardSession], ...]:
    """Return the sessions that members of the board opened, the first opened first."""
    found = [
        (said, claim)
        for said, claim in evidence.current(BoardSession)
        if claim.board == board
        and not said.is_draft
        and (claim.release, claim.use, claim.deployer)
        == (evidence.release, evidence.use, evidence.deployer)
        and evidence.directory.may(said, Role.BOARD, organisation=board, at=evidence.at).allowed
    ]
    return tuple(sorted(found, key=lambda pair: (when(pair[1].opened_on), pair[0].statement_id)))


def not_quorate(evidence: Evidence, found: Published, quorum: Quorum) -> str | None:
    """Say what the rubric asks of the board that is not so; None where all of it is."""
    board = found.code.board
    entered = _entered(evidence, found)
    if (reason := no_session(evidence, board, quorum, entered)) is not None:
        return reason
    return too_few(evidence, board, quorum)


def too_few(evidence: Evidence, board: str, quorum: Quorum) -> str | None:
    """Say that too few members voted, if so."""
    known = evidence.directory.trust.board(board) if evidence.directory.trust else None
    cast = len(ballots(evidence, known, scheme())) if known else 0
    if cast < quorum.min_votes:
        return text("%(cast)s members voted, and the rubric asks for %(least)s.", cast=str(cast),
                    least=str(quorum.min_votes))  # fmt: skip
    return None


def no_session(evidence: Evidence, board: str, quorum: Quorum, entered: datetime) -> str | None:
    """Say that no session was open long enough for a code that enters at that time, if so."""
    if not quorum.needs_session:
        return None
    opened = sessions(evidence, board)
    if not opened:
        return "The rubric asks for a session of the board, and none was opened."
    first = opened[0][1].opened_on
    if entered < first + timedelta(days=quorum.min_days_open):
        return text("The session was opened on %(day)s, and the rubric asks for %(days)s days "
                    "before the code.", day=f"{first:%Y-%m-%d}",
                    days=str(quorum.min_days_open))  # fmt: skip
    return None


def _entered(evidence: Evidence, found: Published) -> datetime:
    """Return when the code entered its log: a copy in another log never enters earlier."""
    return min(
        said.admitted_at or evidence.at
        for said, _ in evidence.current(RiskCode)
        if said.statement_id == found.rests_on[0]
    )
