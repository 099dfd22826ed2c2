"""What changes while a guard runs: the status list, the token, the counts, the clock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from time import monotonic

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.wording import text
from sunlit.decision.record import Binding
from sunlit.guard.clock import Watch
from sunlit.guard.counters import Counters
from sunlit.guard.declared import Context, Declared
from sunlit.guard.desk import Desk
from sunlit.guard.judge import expect_allowed, expect_now, state_under, strongest_oversight
from sunlit.guard.opening import newest, read_token, read_trust
from sunlit.guard.permit import Permit, overridden
from sunlit.guard.ports import StatusSource
from sunlit.guard.standing import Standing, stand
from sunlit.runtime.verify import TokenParts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question to the guard.

    `release` is what the model at hand was found to be, `standing` the snapshot that goes with
    it; None: the newest.
    """

    declared: Declared
    context: Context = field(repr=False)
    count: int = 1
    reasons: str | None = field(default=None, repr=False)
    release: str | None = None
    standing: Standing | None = None


class Live:
    """The running state of one guard. Threads share it; a forked child goes on with its own."""

    def __init__(
        self, standing: Standing, watch: Watch, desk: Desk, source: StatusSource | None
    ) -> None:
        self.standing = standing
        self.watch = watch
        self.desk = desk
        self.problem: SunlitError | None = None
        self.hashed: set[str] = set()  # releases whose files this guard has hashed
        self._source = source
        self._next = 0.0
        self._pending: bytes | None = None
        self._mutex = Lock()
        self._asking = Lock()
        self._counters: tuple[str, int, Counters] | None = None

    def permit(self, ask: Ask) -> Permit:
        """Check, and count; see `Guard.check`."""
        standing, watch = self.newest_of(ask.standing), self.watch
        at = watch.now()
        expect_allowed(standing, ask.declared, at)
        self._expect_release(standing, ask)
        broken = overridden(expect_now(standing, at), standing, ask.reasons)
        if standing.constraints.are_counted:
            broken += self._count(standing, ask, at)
        if not broken:
            watch.rely(at)
        return Permit(
            at=at, standing=standing, declared=ask.declared, count=ask.count,
            state=state_under(strongest_oversight(standing.token.claims, ask.declared)),
            broken=tuple(broken), reasons=ask.reasons, context=ask.context,
        )  # fmt: skip

    def _expect_release(self, standing: Standing, ask: Ask) -> None:
        if ask.release is not None and ask.release != standing.release:
            raise VerificationError(
                "token.other-files",
                "the model is not the release that the token is for",
                expected=text("manifest digest %(digest)s", digest=standing.release),
                got=ask.release,
                mend="reload model and token together",
            )
        is_hashed = ask.release is not None or standing.release in self.hashed
        if ask.declared.binding is Binding.FILES_VERIFIED and not is_hashed:
            raise VerificationError(
                "guard.binding", "nobody hashed the files that are said to be verified",
                expected="declared or endpoint-only", mend="load the model with `guard.load`",
            )  # fmt: skip

    def _count(self, standing: Standing, ask: Ask, at: datetime) -> list[str]:
        counters, second = self.counters(standing), int(at.timestamp())
        try:
            counters.take(second, ask.count)
        except VerificationError as error:
            broken = overridden([error], standing, ask.reasons)
            counters.take_anyway(second, ask.count)
            return broken
        return []

    def counters(self, standing: Standing) -> Counters:
        """Return this process's view of the token's counts.

        Raises:
            UnavailableError: `guard.limits-unreadable`.
        """
        grant = standing.token.grant_id
        known = self._counters
        if known is not None and known[:2] == (grant, os.getpid()):
            return known[2]
        root = self.desk.root
        if root is None:
            raise UnavailableError(
                "guard.limits-unreadable", "the token limits how often, and there is nowhere to "
                "count it", mend="give the guard a decision store, not one writer",
            )  # fmt: skip
        with self._mutex:
            recorded = partial(self.desk.decided, grant)
            made = Counters(root / "limits" / f"{grant}.bin", standing.constraints, recorded)
            self._counters = (grant, os.getpid(), made)
        return made

    def newest_of(self, snapshot: Standing | None) -> Standing:
        """Return the newest standing under the same token as a snapshot, or the snapshot."""
        standing = self.standing
        if snapshot is None or snapshot.token.grant_id == standing.token.grant_id:
            return standing
        return snapshot

    # --- status -----------------------------------------------------------------------------

    def look(self) -> None:
        """Ask for a fresh status list when it is time to; a slow source is asked beside."""
        source = self._source
        if source is None:
            return
        if source.is_slow and self._is_needed_now():
            with self._asking:  # whoever comes meanwhile waits for the same answer
                if monotonic() >= self._next and self._is_needed_now():
                    self._quietly()
                    self._next = monotonic() + source.every
        elif monotonic() >= self._next:
            self._next = monotonic() + source.every
            if source.is_slow:
                Thread(target=self._quietly, name="sunlit-status", daemon=True).start()
            else:
                self._quietly()

    @property
    def must_wait(self) -> bool:
        """Whether the next `look` would wait for a network."""
        source = self._source
        if source is None or not source.is_slow or not self._is_needed_now():
            return False
        return self._asking.locked() or monotonic() >= self._next

    def _is_needed_now(self) -> bool:
        standing = self.standing
        if standing.status is None:
            return True
        expired_for = self.desk.now() - standing.status.found.expires_at
        return expired_for >= standing.staleness

    def _quietly(self) -> None:
        try:
            self.refresh()
            self.problem = None
        except SunlitError as error:
            self.problem = error  # the list that is known counts until it is stale

    def refresh(self) -> bool:
        """Take the source's list if it is newer; see `Guard.refresh`."""
        raw = None if self._source is None else self._source.read()
        with self._mutex:
            raw = raw or self._pending
            if raw is None:
                return False
            self._pending = raw  # until it is accepted: the clock may be wrong, the disk full
            accepted = self._accept(raw)
            self._pending = None
            return accepted

    def _accept(self, raw: bytes) -> bool:
        standing = self.standing
        status = standing.read(raw, self.watch.now())
        if standing.status is not None and standing.status.digest == status.digest:
            return False
        fresh = standing.with_status(status)
        self.desk.keep_status(status.digest, status.raw)
        self.watch.rely(status.found.issued_at)
        self.standing = fresh
        return True

    # --- token and trust --------------------------------------------------------------------

    def prepare(self, token: Path | TokenParts | None, trust: Path | TrustFile | None) -> Standing:
        """Verify another token or trust file; nothing is swapped yet."""
        known, at = self.standing, self.watch.now()
        new_trust = known.trust if trust is None else read_trust(trust, at)
        if new_trust.version < known.trust.version:
            raise VerificationError(
                "guard.older-trust",
                "the trust file is older than the one in use",
                expected=text("version %(version)s or later", version=str(known.trust.version)),
                got=text("version %(version)s", version=str(new_trust.version)),
                mend="get the latest trust file",
            )
        parts = known.parts if token is None else read_token(token)
        return stand(parts, new_trust, at, known.staleness)

    @contextmanager
    def swapping(self, fresh: Standing) -> Iterator[None]:
        """Swap the standing after the body has swapped the model: both in one step."""
        with self._mutex:
            known = self.standing.status
            lists = [] if known is None else [known.raw]
            fresh = newest(fresh, lists, self.watch.now())
            if fresh.status is not None:
                self.desk.keep_status(fresh.status.digest, fresh.status.raw)
            yield
            self.standing = fresh

    def settle(self) -> None:
        """Wait until a swap that is under way is done."""
        with self._mutex:
            return

    def forked(self) -> None:
        """Begin anew in a child: another thread of the parent may have held the lock."""
        self._mutex, self._asking = Lock(), Lock()

    def close(self) -> None:
        """Let go of counts and writer."""
        known, self._counters = self._counters, None
        if known is not None and known[1] == os.getpid():
            known[2].close()
        self.desk.close()


def open_live(
    parts: TokenParts, trust: Path | TrustFile, desk: Desk, watch: Watch, staleness: timedelta
) -> Standing:
    """Verify token and trust file, and go on from the newest status list that is known."""
    at = watch.now()
    standing = stand(parts, read_trust(trust, at), at, staleness)
    standing = newest(standing, desk.remembered().lists, at)
    if standing.status is not None:
        desk.keep_status(standing.status.digest, standing.status.raw)
        watch.rely(standing.status.found.issued_at)
    return standing
