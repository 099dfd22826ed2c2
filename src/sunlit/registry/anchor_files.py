"""What lies beside a store of its anchors, and in private: entries, receipts, openings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.capabilities.decision.standing import Registered, anchors_of
from sunlit.claims.admitted import Admitted
from sunlit.decision.anchored import read_anchor
from sunlit.decision.folder import LogFolder
from sunlit.decision.store import DecisionStore
from sunlit.log.proof import TlogProof
from sunlit.registry.admit import Ledger
from sunlit.registry.home import Home, write_whole
from sunlit.registry.receipts import Renewed, is_witnessed

ANCHORS: Final = "anchors"
ENTRY, RECEIPT, CHECKPOINT = ".entry.json", ".tlog-proof", ".checkpoint"


def opening_path(home: Home, statement_id: str) -> Path:
    """Return where the home keeps the opening of a closed anchor."""
    return home.root / "private" / ANCHORS / f"{statement_id}.json"


def read_opening(home: Home, statement_id: str) -> bytes | None:
    """Return the opening of a closed anchor, None where the home has none."""
    try:
        return opening_path(home, statement_id).read_bytes()
    except OSError:
        return None


def keep_anchors(
    ledger: Ledger, store: DecisionStore, folder: LogFolder, registered: Registered
) -> None:
    """Lay entry, receipt and checkpoint of each anchor of this home's log beside the store.

    Also of those that a crash kept an earlier run from laying there.
    """
    history, home = ledger.history, ledger.home
    where = store.root / ANCHORS / folder.name
    reader = None
    for said, claim in anchors_of(history.statements, history.directory, registered):
        stem = anchor_stem(said)
        if said.origin != home.origin or (where / f"{stem}{RECEIPT}").exists():
            continue
        reader = reader or home.reader()
        try:
            note = read_anchor(claim, registered.key, read_opening(home, said.statement_id)).note
            write_whole(where / f"{stem}{CHECKPOINT}", note, private=True)
        except UnavailableError as error:
            if error.code != "anchor.closed":
                raise
        index = said.index or 0
        write_whole(where / f"{stem}{ENTRY}", reader.entry(index))
        write_whole(where / f"{stem}{RECEIPT}", reader.receipt(index).to_bytes())


def anchor_stem(said: Admitted) -> str:
    """Return the name of an anchor's files: they sort as they stand in the organisation's log."""
    return f"{said.index or 0:010d}-{said.statement_id[:12]}"


def renew_store(home: Home, store: DecisionStore, ledger: Ledger) -> Renewed:
    """Renew the receipts of registrations and anchors that no quorum vouches for yet.

    A receipt that a quorum vouches for is never taken away.
    """
    trust, reader = home.trust(ledger.now()), home.reader()
    witnessed: list[Path] = []
    waiting: list[Path] = []
    for path, entry, receipt in _kept(store):
        if is_witnessed(entry, receipt, trust):
            continue
        newest = reader.receipt(TlogProof.parse(receipt).index)
        if is_witnessed(entry, newest, trust):
            write_whole(path, newest.to_bytes())
            witnessed.append(path)
        else:
            waiting.append(path)
    return Renewed(witnessed=tuple(witnessed), waiting=tuple(waiting))


def _kept(store: DecisionStore) -> Iterator[tuple[Path, bytes, bytes]]:
    paths = [folder.path / f"registration{RECEIPT}" for folder in store.logs()]
    paths += sorted((store.root / ANCHORS).glob(f"*/*{RECEIPT}"))
    for path in paths:
        entry = path.with_name(path.name.removesuffix(RECEIPT) + ENTRY)
        if path.is_file() and entry.is_file():
            yield path, entry.read_bytes(), path.read_bytes()
