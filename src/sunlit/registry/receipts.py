"""Renew the receipts beside tokens, once witnesses have cosigned the log's checkpoint.

A token is issued under a checkpoint that nobody has cosigned yet; a verifier whose trust file asks
for a quorum accepts it only with the cosignatures.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import VerificationError
from sunlit.log.proof import TlogProof, verify_receipt
from sunlit.registry.home import Home, write_whole
from sunlit.registry.status import grants, token_folder
from sunlit.runtime.folder import RECEIPT, read_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """The folders whose receipts a quorum vouches for now, and those that still wait."""

    witnessed: tuple[Path, ...]
    waiting: tuple[Path, ...]


def is_witnessed(entry: bytes, receipt: bytes | TlogProof, trust: TrustFile) -> bool:
    """Tell whether a verifier with this trust file accepts the receipt."""
    try:
        verify_receipt(entry, receipt, trust.policy)
    except VerificationError:
        return False
    return True


def renew_receipts(home: Home, history: History, at: datetime) -> Renewed:
    """Lay a receipt under the newest checkpoint beside each token whose own has no quorum.

    A receipt that a quorum vouches for is never taken away: a newer checkpoint may have fewer
    cosignatures.
    """
    trust, reader = home.trust(at), home.reader()
    witnessed: list[Path] = []
    waiting: list[Path] = []
    for said, _ in grants(history.statements, home.organisation):
        where = token_folder(home, said.statement_id)
        if where is None or said.index is None or said.origin != home.origin:
            continue
        parts = read_parts(where)
        entry = reader.entry(said.index)
        if parts.receipt is not None and is_witnessed(entry, parts.receipt, trust):
            witnessed.append(where)
            continue
        newest = reader.receipt(said.index)
        if is_witnessed(entry, newest, trust):
            write_whole(where / RECEIPT, newest.to_bytes())
            witnessed.append(where)
        else:
            waiting.append(where)
    return Renewed(witnessed=tuple(witnessed), waiting=tuple(waiting))
