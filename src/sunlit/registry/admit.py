"""Admit a statement to a home's log: verify the bytes, parse, ask, append, answer.

Asking before appending is a courtesy to the submitter: what counts is the fold at the entry's
index, which every mirror and auditor runs again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.claims.admitted import Admitted
from sunlit.claims.openness import Opened, Withheld
from sunlit.log.admission import Prepared, entry_of, prepare
from sunlit.log.entry import Entry
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log
from sunlit.projection.quick import signed
from sunlit.registry.admissible import expect_admissible, unknown_signer
from sunlit.registry.heard import Heard
from sunlit.registry.held import Held
from sunlit.registry.home import Home
from sunlit.statement.dsse import Envelope
from sunlit.statement.withheld import check_opening, read_salt

KEY_PREFIX: Final = b"sunlit-admission-v1\x00"
POLL: Final = 0.02  # seconds between two tries to become a log's writer
TRIES: Final = 251  # five seconds


@dataclass(frozen=True, slots=True)
class _Tried:
    """An envelope that was examined; `entry` is None where the log holds it already."""

    said: Admitted
    prepared: Prepared
    entry: bytes | None


@dataclass(slots=True)
class Ledger:
    """A home's log, open for appending, with its history folded and kept in step."""

    home: Home
    log: Log
    history: History
    clock: Held
    heard: Heard = field(default_factory=Heard)
    _ahead: list[bytes] = field(default_factory=list[bytes])  # entries that a batch is about to log

    def now(self) -> datetime:
        """Return the time at which a statement would be admitted."""
        return self.clock.now()

    def admit(self, envelope: Envelope) -> Receipt:
        """Admit one envelope; the same statement is admitted once for each of its signers.

        Raises:
            VerificationError: as `examine`.
            MalformedError: as `examine`.
            UnavailableError, VerificationError: as `Log.append`.
        """
        (answer,) = self.admit_many([[envelope]])
        if isinstance(answer, SunlitError):
            raise answer
        return answer[0]

    def admit_many(
        self, groups: Sequence[Sequence[Envelope | Prepared]]
    ) -> tuple[tuple[Receipt, ...] | SunlitError, ...]:
        """Admit groups of envelopes in order, in one commit of the log; durable when it returns.

        What says that it is canonical is examined for that, too, and not written down again.

        A group enters whole or not at all: it is answered by its receipts, or by the error
        that one of its envelopes met, as `examine` raises it. The others enter all the same.

        Raises:
            UnavailableError, VerificationError: as `Log.append`; nothing was answered.
        """
        mark, size = self.history.mark(), self.log.size
        with self.clock.still():
            try:
                tried = [self._try(group) for group in groups]
                chosen = [
                    one for each in tried if not isinstance(each, SunlitError) for one in each
                ]
                receipts = self._append(chosen)
            except BaseException:
                self.history.rewind(mark)
                raise
            finally:
                self._ahead.clear()
        if not _as_tried(chosen, receipts):
            self.history.rewind(mark)
            self._feed(receipts, size)
        rest = iter(receipts)
        return tuple(
            each if isinstance(each, SunlitError) else tuple([next(rest) for _ in each])
            for each in tried
        )

    def _try(self, group: Sequence[Envelope | Prepared]) -> list[_Tried] | SunlitError:
        """Examine a group, each envelope as if those before it were logged."""
        mark, ahead = self.history.mark(), len(self._ahead)
        try:
            return [self._one(envelope) for envelope in group]
        except SunlitError as error:
            self.history.rewind(mark)
            del self._ahead[ahead:]
            return error

    def _one(self, envelope: Envelope | Prepared) -> _Tried:
        prepared = _prepared(envelope)
        said, entry = self._examine(prepared)
        if entry is not None:
            self.history.take(said)
            self._ahead.append(entry)
        return _Tried(said, prepared, entry)

    def _append(self, chosen: Sequence[_Tried]) -> tuple[Receipt, ...]:
        # 4. Append, durable when it returns.
        keys = [admission_key(one.said) for one in chosen]
        return self.log.append([one.prepared for one in chosen], keys=keys) if chosen else ()

    def _feed(self, receipts: Sequence[Receipt], size: int) -> None:
        # 5. Fold what was really written, where that is not what was examined.
        entries = {one.index: one.entry for one in receipts if one.index >= size}
        for index, entry in sorted(entries.items()):
            self.history.feed(entry, origin=self.home.origin, index=index)

    def examine(self, envelope: Envelope) -> Admitted:
        """Return what `admit` would log now, changing nothing.

        Raises:
            VerificationError: `admit.log-closed`, `admit.unknown-signer`, `admit.refused`,
                `statement.opening`.
            MalformedError: whatever the statement or its claim is malformed with.
        """
        return self._examine(_prepared(envelope))[0]

    def _examine(self, prepared: Prepared) -> tuple[Admitted, bytes | None]:
        """Return the statement, and its entry unless the log holds it already."""
        entry = entry_of(prepared, self.now())
        index = self.log.size + len(self._ahead)
        # 1. Verify the envelope's bytes against the keys known by now; 2. parse the claim.
        said = self.history.preview(entry, origin=self.home.origin, index=index, check=signed)
        if not said.signers:
            raise unknown_signer(self.home)
        self._expect_open(said)
        # 3. Ask the capability that owns the claim, of those signers whose word is new. What is
        # held already is not asked again: it may have ended since, and changes nothing.
        fresh = self.history.fresh(said)
        if not fresh.signers:
            return replace(said, signers=self.history.said_before(said)), None
        expect_admissible(fresh, self.heard.before(fresh.claim, self.history), self.history)
        self._expect_true_opening(said)
        return said, entry

    def _expect_true_opening(self, said: Admitted) -> None:
        """Check that what an organisation calls opened is the very envelope that it had withheld.

        Admission sees claims only; this needs the bytes of an earlier entry.
        """
        if not isinstance(said.claim, Opened):
            return
        closed = self.heard.called(said.claim.supersedes or "", self.history)
        opened = self.heard.called(said.claim.statement, self.history)
        if (
            closed is None
            or not isinstance(closed.claim, Withheld)
            or opened is None
            or opened.index is None
        ):
            return
        entry = Entry.parse(self._entry(opened.index))
        content = Envelope.from_json(entry.envelope).to_bytes()
        check_opening(closed.claim.commitment, read_salt(said.claim.salt), content)

    def _entry(self, index: int) -> bytes:
        ahead = index - self.log.size
        return self._ahead[ahead] if ahead >= 0 else self.home.reader().entry(index)

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
    held = Held(clock)
    with writing(home, held, sleep) as log:
        yield Ledger(home, log, home.history(clock.now()), held)


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


def admission_key(said: Admitted) -> bytes:
    """Return what makes an admission the same: the statement id and who signed it."""
    return sha256(
        KEY_PREFIX + "\x00".join((said.statement_id, *sorted(said.signers))).encode()
    ).digest()


def _prepared(envelope: Envelope | Prepared) -> Prepared:
    return envelope if isinstance(envelope, Prepared) else prepare(envelope.to_json())


def _as_tried(chosen: Sequence[_Tried], receipts: Sequence[Receipt]) -> bool:
    """Tell whether the log holds what was examined, where and when it was examined.

    It does not where its clock stood still before ours, and where it knew an entry that nobody
    had the authority to say.
    """
    return all(
        one.entry is None or (receipt.index, receipt.entry) == (one.said.index, one.entry)
        for one, receipt in zip(chosen, receipts, strict=True)
    )
