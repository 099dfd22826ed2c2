"""Is a decision log the registered one, and since when is a record in it unchanged?"""

from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.capabilities.decision.standing import Registered, anchors_of, registration_of
from sunlit.claims.base import read_claim
from sunlit.claims.decision import Anchor, LogRegistration
from sunlit.decision.anchored import Anchored, read_anchor
from sunlit.decision.record import Pointer
from sunlit.decision.store import DecisionStore
from sunlit.log.entry import Entry
from sunlit.log.proof import verify_receipt
from sunlit.log.reader import LogReader
from sunlit.registry.home import Home
from sunlit.registry.trust import read_file
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The first anchor that covers a record: when the organisation's log took it, and where."""

    at: datetime
    size: int
    origin: str
    index: int
    statement: str


def registered(history: History, store: DecisionStore, origin: str) -> Registered:
    """Return the registration of a log of the store, as an organisation's log holds it.

    Raises:
        VerificationError: `decision.not-registered`.
    """
    found = registration_of(history.statements, history.directory, origin, store.organisation)
    folder = next((one for one in store.logs() if one.origin == origin), None)
    if found is None or folder is None or found.key.vkey != folder.vkey:
        raise VerificationError(
            "decision.not-registered",
            f"{store.organisation} has not registered this decision log with this key",
            expected=f"a registration of {origin}",
            mend="give the home of the organisation that made the store",
        )  # fmt: skip
    return found


def registered_by_receipt(store: DecisionStore, origin: str) -> datetime:
    """Check the registration's receipt by the store's own trust file; return when it was logged.

    Raises:
        UnavailableError: `decision.no-registration`.
        VerificationError: `decision.not-registered`, and as `verify_receipt`.
        MalformedError: what the files are malformed with.
    """
    folder = next((one for one in store.logs() if one.origin == origin), None)
    if folder is None or folder.registration is None or folder.receipt is None:
        raise UnavailableError(
            "decision.no-registration", "no registration of the log lies in the store",
            mend="compare with the organisation's log: add --home HOME",
        )  # fmt: skip
    trust = TrustFile.read(read_file(store.root / "trust.json"))
    verify_receipt(folder.registration, folder.receipt, trust.policy)
    entry = Entry.parse(folder.registration)
    said = Statement.parse(Envelope.from_json(entry.envelope).payload)
    claim = read_claim(said.predicate_type, said.predicate)
    if not isinstance(claim, LogRegistration) or (claim.origin, claim.vkey, claim.deployer) != (
        origin, folder.vkey, store.organisation,
    ):  # fmt: skip
        raise VerificationError(
            "decision.not-registered", "the registration is of another log, key or organisation"
        )
    return entry.admitted_at


def unchanged_since(
    home: Home, history: History, store: DecisionStore, pointer: Pointer
) -> Since | None:
    """Return the first anchor that covers a record and that the log still leads to.

    None when no anchor covers it yet. A closed anchor counts where the home keeps its opening.

    Raises:
        VerificationError: `decision.anchor-differs`, `decision.not-registered`.
        UnavailableError: as reading the log raises.
    """
    log = registered(history, store, pointer.log)
    reader = store.reader(pointer.log)
    for said, anchor in anchors_of(history.statements, history.directory, log):
        found = _read(home, said.statement_id, anchor, log)
        if found is None or found.size <= pointer.index:
            continue
        _expect_leads_to(reader, found)
        if said.admitted_at is not None and said.origin is not None and said.index is not None:
            return Since(
                at=said.admitted_at, size=found.size, origin=said.origin, index=said.index,
                statement=said.statement_id,
            )  # fmt: skip
    return None


def _read(home: Home, statement: str, anchor: Anchor, log: Registered) -> Anchored | None:
    path = home.root / "private" / "anchors" / f"{statement}.json"
    try:
        opening = read_file(path) if anchor.is_closed and path.exists() else None
        return read_anchor(anchor, log.key, opening)
    except SunlitError:
        return None  # closed and nobody opens it, or signed with nonsense: it shows nothing


def _expect_leads_to(reader: LogReader, anchor: Anchored) -> None:
    size = anchor.size
    if size > reader.size or reader.root(size) != anchor.checkpoint.root:
        raise VerificationError(
            "decision.anchor-differs", "the decision log is not the one that was anchored",
            expected=f"a log that has grown from the anchor at size {size}",
            got=f"size {reader.size}" if size > reader.size else "another root at that size",
            mend="keep the store as it is, and tell the auditor and the log's witnesses",
        )  # fmt: skip
