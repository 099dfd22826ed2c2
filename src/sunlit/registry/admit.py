"""Admit a statement to a home's log: verify the bytes, parse, ask, append, answer.

Asking before appending is a courtesy to the submitter: what counts is the fold at the entry's
index, which every mirror and auditor runs again.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Opaque
from sunlit.claims.openness import Opened, Withheld
from sunlit.log.entry import Entry
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log
from sunlit.registry.home import Home
from sunlit.registry.wiring import CAPABILITIES
from sunlit.rubric.finding import Outcome
from sunlit.statement.dsse import Envelope
from sunlit.statement.withheld import check_opening, read_salt

KEY_PREFIX: Final = b"sunlit-admission-v1\x00"
POLL: Final = 0.1  # seconds between two tries to become a log's writer
TRIES: Final = 51  # five seconds


@dataclass(slots=True)
class Ledger:
    """A home's log, open for appending, with its history folded and kept in step."""

    home: Home
    log: Log
    history: History
    now: Callable[[], datetime]

    def admit(self, envelope: Envelope) -> Receipt:
        """Admit one envelope; the same statement is admitted once for each of its signers.

        Raises:
            VerificationError: as `examine`.
            MalformedError: as `examine`.
            UnavailableError, VerificationError: as `Log.append`.
        """
        said = self.examine(envelope)
        # 4. Append, durable when it returns; 5. fold what was really written.
        before = self.log.size
        (receipt,) = self.log.append([envelope.to_bytes()], keys=[admission_key(said)])
        if receipt.index == before:
            self.history.feed(receipt.entry, origin=self.home.origin, index=receipt.index)
        return receipt

    def examine(self, envelope: Envelope) -> Admitted:
        """Return what `admit` would log now, changing nothing.

        Raises:
            VerificationError: `admit.log-closed`, `admit.unknown-signer`, `admit.refused`,
                `statement.opening`.
            MalformedError: whatever the statement or its claim is malformed with.
        """
        entry = Entry.of(self.now(), envelope.to_json()).to_bytes()
        # 1. Verify the envelope's bytes against the keys known by now; 2. parse the claim.
        said = self.history.preview(entry, origin=self.home.origin, index=self.log.size)
        if not said.signers:
            raise _unknown_signer(self.home)
        self._expect_open(said)
        # 3. Ask the capability that owns the claim, of those signers whose word is new. What is
        # held already is not asked again: it may have ended since, and changes nothing.
        fresh = self.history.fresh(said)
        if not fresh.signers:
            return replace(said, signers=self.history.said_before(said))
        expect_admissible(fresh, self.history)
        expect_true_opening(said, self.history, self.home)
        return said

    def _expect_open(self, said: Admitted) -> None:
        closed = self.history.directory.closed
        if self.home.origin not in closed:
            return
        # What it holds already is answered as before, so that a lost answer can be asked again.
        if admission_key(said) not in {admission_key(one) for one in self.history.statements}:
            successor = closed[self.home.origin]
            raise VerificationError(
                "admit.log-closed", f"the log {self.home.origin} is closed and takes no more",
                expected=f"statements for {successor}" if successor else None,
                mend="say it to the successor: name its home with --home",
            )  # fmt: skip


@contextmanager
def open_ledger(
    home: Home, clock: Clock, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Ledger]:
    """Open a home for admitting statements; one process at a time, another waits its turn.

    Raises:
        UnavailableError: `log.writer-busy`, `log.lock-missing`, `home.no-trust`, ...
    """
    with writing(home, clock, sleep) as log:
        yield Ledger(home, log, home.history(clock.now()), clock.now)


def writing(home: Home, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> Log:
    """Open a home's log for writing; wait up to five seconds while another process writes.

    Raises:
        UnavailableError: `log.writer-busy`, and as `Log.open`.
    """
    for _ in range(TRIES - 1):
        try:
            return home.open_log(clock)
        except UnavailableError as error:
            if error.code != "log.writer-busy":
                raise
        sleep(POLL)
    return home.open_log(clock)


def admit(home: Home, envelope: Envelope, clock: Clock) -> Receipt:
    """Admit one envelope to a home's log; see `Ledger.admit`."""
    with open_ledger(home, clock) as ledger:
        return ledger.admit(envelope)


def admission_key(said: Admitted) -> bytes:
    """Return what makes an admission the same: the statement id and who signed it."""
    return sha256(
        KEY_PREFIX + "\x00".join((said.statement_id, *sorted(said.signers))).encode()
    ).digest()


def expect_admissible(said: Admitted, history: History) -> None:
    """Ask the capability that owns the claim whether it may enter after this history.

    A predicate of an unknown type is logged as opaque and never acted on.

    Raises:
        VerificationError: `admit.refused`.
    """
    if isinstance(said.claim, Opaque):
        return
    for capability in CAPABILITIES:
        if type(said.claim) in capability.claims:
            verdict = capability.admission(said, history.statements, history.directory)
            if verdict.outcome is not Outcome.HOLDS:
                raise VerificationError(
                    "admit.refused",
                    f"{capability.name} does not admit this statement: {verdict.reason}",
                    mend=verdict.mend,
                )


def expect_true_opening(said: Admitted, history: History, home: Home) -> None:
    """Check that what an organisation calls opened is the very envelope that it had withheld.

    Admission sees claims only; this needs the bytes of an earlier entry.

    Raises:
        VerificationError: `statement.opening`.
        MalformedError: `statement.withheld`.
    """
    if not isinstance(said.claim, Opened):
        return
    known = {one.statement_id: one for one in history.statements}
    closed, opened = known[said.claim.supersedes or ""].claim, known[said.claim.statement]
    if isinstance(closed, Withheld) and opened.index is not None:
        entry = Entry.parse(home.reader().entry(opened.index))
        content = Envelope.from_json(entry.envelope).to_bytes()
        check_opening(closed.commitment, read_salt(said.claim.salt), content)


def _unknown_signer(home: Home) -> VerificationError:
    return VerificationError(
        "admit.unknown-signer",
        "no signature on this statement is by a key that this log knows",
        expected="a key in the trust file, or registered by an earlier statement",
        mend=f"sunlit log import DIR --home {home.root}, to bring the signer's registration first",
    )
