"""Close a log: its last statement names the successor, and it takes no more."""

from sunlit.authority.statements import subject_of
from sunlit.base.errors import MalformedError
from sunlit.claims.authority import LogClosed
from sunlit.registry.admit import Ledger
from sunlit.registry.saying import Said, say
from sunlit.statement.keys import Signer


def close_log(
    ledger: Ledger, successor: str, reason: str, signer: Signer, *, origin: str | None = None
) -> Said:
    """Say that a log is closed: this ledger's own, or `origin` whose lock store is lost.

    Raises:
        MalformedError: `close.successor`.
        VerificationError: `admit.refused`, `admit.log-closed`.
    """
    closed = origin or ledger.home.origin
    if successor == closed or not successor.strip():
        raise MalformedError(
            "close.successor", "a log is not its own successor", expected="another log's origin",
            mend="make it first: sunlit org new ID --origin ORIGIN --home DIR",
        )  # fmt: skip
    claim = LogClosed(origin=closed, successor=successor, reason=reason)
    return say(ledger, claim, subject_of(claim), signer)
