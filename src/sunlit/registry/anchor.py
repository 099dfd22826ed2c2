"""Anchor decision logs in the organisation's own log: checkpoint and counts, open or closed.

For each registered log of a store, in this order:
1. let an idle log sign what a crash left unsigned; read it at its newest checkpoint, signed by the
   key that was registered;
2. check that it only grew since the last anchor that can be read;
3. count the records that came since, by kind;
4. of a closed anchor keep the opening in private, before it is logged: nobody else could open it;
5. log the anchor, signed by the deployer;
6. keep entry, receipt and checkpoint beside the store, for bundles.
A log that does not hold is refused and said; the others are anchored all the same.
"""

from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.capabilities.decision.standing import (
    Registered,
    anchors_of,
    log_subject,
    registration_of,
)
from sunlit.claims.decision import Anchor, Counts
from sunlit.decision.anchored import Anchored, closed_form, counted, read_anchor
from sunlit.decision.folder import LogFolder
from sunlit.decision.record import Record
from sunlit.decision.store import DecisionStore
from sunlit.log.reader import LogReader
from sunlit.registry.admit import Ledger
from sunlit.registry.anchor_files import keep_anchors, opening_path, read_opening
from sunlit.registry.guard_logs import settle
from sunlit.registry.home import write_whole
from sunlit.registry.saying import Said, signed
from sunlit.statement.keys import Signer
from sunlit.statement.withheld import new_salt

NOTHING: Final = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of one log: its size now and at the last anchor, what was said, or why not.

    `unopened` counts the closed anchors since then whose opening the home has lost: with those
    nothing was compared.
    """

    origin: str
    size: int = 0
    before: int | None = None
    said: Said | None = None
    closed: bool = False
    counts: Counts = NOTHING
    unopened: int = 0
    refused: SunlitError | None = None

    def to_json(self) -> dict[str, object]:
        """Return the row for `--json`."""
        return {
            "log": self.origin,
            "size": self.size,
            "before": self.before,
            "statement": self.said.statement_id if self.said else None,
            "index": self.said.index if self.said else None,
            "closed": self.closed,
            "unopened": self.unopened,
            "counts": dict(zip(COUNT_NAMES, self.counts.numbers(), strict=True)),
            "refused": self.refused.to_json() if self.refused else None,
        }


COUNT_NAMES: Final = tuple(Counts.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to anchor: closed, so that volumes do not leak; and logs that have nothing new too."""

    closed: bool = False
    idle_too: bool = False


OPEN: Final = Wish()


def anchor(
    ledger: Ledger, store: DecisionStore, wish: Wish = OPEN, *, signer: Signer | None = None
) -> tuple[Done, ...]:
    """Anchor every registered log of a store that grew since its last anchor.

    `signer` is the deployer's operator key, the home's unless given.

    Raises:
        UnavailableError: `home.no-such-key`, `home.cannot-write`.
    """
    by = signer or ledger.home.signer("operator")
    done = []
    for folder in store.logs():
        try:
            done.append(_anchor(ledger, store, folder, wish, by))
        except SunlitError as error:
            done.append(Done(origin=folder.origin, refused=error))
    return tuple(done)


def _anchor(
    ledger: Ledger, store: DecisionStore, folder: LogFolder, wish: Wish, signer: Signer
) -> Done:
    registered = _registration(ledger, folder)
    # 1. the log at its newest checkpoint
    settle(folder, ledger.now)
    reader = store.reader(folder.origin)
    # 2. it only grew
    before, unopened = last_anchored(ledger, registered)
    if before is not None:
        reader.expect_growth_from(before.checkpoint)
    size, old = reader.size, before.size if before else None
    if not _is_due(size, old, wish):
        keep_anchors(ledger, store, folder, registered)
        return Done(origin=folder.origin, size=size, before=old, unopened=unopened)
    # 3. to 6.
    now = _counted(reader, before)
    said = _say(ledger, now, wish, registered, signer)
    keep_anchors(ledger, store, folder, registered)
    return Done(
        origin=folder.origin, size=size, before=old, said=said, closed=wish.closed,
        counts=now.counts, unopened=unopened,
    )  # fmt: skip


def _is_due(size: int, old: int | None, wish: Wish) -> bool:
    # Without a record there is no checkpoint that a receipt could carry.
    return size > 0 and (wish.idle_too or size != old)


def _registration(ledger: Ledger, folder: LogFolder) -> Registered:
    history = ledger.history
    found = registration_of(
        history.statements, history.directory, folder.origin, ledger.home.organisation
    )
    if found is None or found.claim.vkey != folder.vkey:
        raise VerificationError(
            "anchor.unregistered", f"the decision log {folder.origin} is not registered here",
            expected="its registration, with the same key, in the log of this home",
            mend="sunlit guard init DIR --token FOLDER --use USE --home HOME",
        )  # fmt: skip
    return found


def last_anchored(ledger: Ledger, registered: Registered) -> tuple[Anchored | None, int]:
    """Return what the last anchor of a log says that can be read, and how many since cannot be.

    Raises:
        SunlitError: as `read_anchor` for an anchor that does not hold.
    """
    history, unopened = ledger.history, 0
    for said, claim in reversed(anchors_of(history.statements, history.directory, registered)):
        try:
            opening = read_opening(ledger.home, said.statement_id)
            return read_anchor(claim, registered.key, opening), unopened
        except UnavailableError:
            unopened += 1  # closed, and its opening was lost
    return None, unopened


def _counted(reader: LogReader, before: Anchored | None) -> Anchored:
    """Return the log at its checkpoint with its records counted, those before taken as counted."""
    start = before.size if before else 0
    kinds = (Record.parse(leaf).kind for leaf in reader.entries(start))
    counts = counted(kinds, before.counts if before else NOTHING)
    return Anchored(note=reader.receipt(0).checkpoint, checkpoint=reader.checkpoint, counts=counts)


def _say(ledger: Ledger, now: Anchored, wish: Wish, registered: Registered, signer: Signer) -> Said:
    claim, opening = _claim(ledger, now, wish, registered)
    envelope = signed(claim, signer, log_subject(claim.origin))
    path = opening_path(ledger.home, envelope.statement_id)
    if opening is not None:
        write_whole(path, opening, private=True)
    try:
        receipt = ledger.admit(envelope)
    except VerificationError:
        path.unlink(missing_ok=True)  # refused; after any other error it may stand in the log
        raise
    return Said(
        claim=claim, statement_id=envelope.statement_id, origin=ledger.home.origin,
        index=receipt.index, entry=receipt.entry, proof=receipt.proof.to_bytes(),
    )  # fmt: skip


def _claim(
    ledger: Ledger, now: Anchored, wish: Wish, registered: Registered
) -> tuple[Anchor, bytes | None]:
    of = registered.claim
    at = ledger.now()
    if not wish.closed:
        return Anchor(
            origin=of.origin, deployer=of.deployer, anchored_on=at,
            checkpoint=now.note.decode(), size=now.size, counts=now.counts,
        ), None  # fmt: skip
    committed, opening = closed_form(now, new_salt())
    return Anchor(
        origin=of.origin, deployer=of.deployer, anchored_on=at, commitment=committed
    ), opening
