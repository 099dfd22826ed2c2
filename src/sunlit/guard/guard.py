"""The guard: checks before each use of a component, and a durable record of each decision.

    with Guard.open(token, trust, records=store, use="outreach", jurisdiction="US-CA") as guard:
        model = guard.load(Path("model"), load_model)
        decision = model.decide(inputs, case="2026/0042")

`docs/guard.md` is the long form.
"""

import os
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final, Self, Unpack

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import MalformedError, SunlitError
from sunlit.base.times import from_unix
from sunlit.decision.record import Binding, Kind, Pointer
from sunlit.guard import writing
from sunlit.guard.answering import Decision
from sunlit.guard.clock import MachineClock, Watch
from sunlit.guard.core import Core
from sunlit.guard.declared import (
    Declared,
    Manner,
    MannerOf,
    Options,
    OutcomeFields,
    expect_words,
)
from sunlit.guard.desk import Desk, Records
from sunlit.guard.guarded import Guarded
from sunlit.guard.live import Live, open_live
from sunlit.guard.loading import Model, load_model
from sunlit.guard.opening import read_token
from sunlit.guard.serial import to_bytes
from sunlit.guard.sources import FileStatus
from sunlit.guard.standing import Standing
from sunlit.runtime.folder import STATUS
from sunlit.runtime.verify import TokenParts
from sunlit.statement.hashing import Progress

RESULTS: Final = ("confirmed", "changed", "declined")
_GUARDS: Final["weakref.WeakSet[Guard]"] = weakref.WeakSet()


class Guard(Core):
    """Enforces one token for one use, and records. Threads may share it; use it as a context."""

    def __init__(self, live: Live, declared: Declared) -> None:
        """Use `Guard.open`."""
        super().__init__(live, declared)
        _GUARDS.add(self)

    @classmethod
    def open(
        cls, token: Path | TokenParts, trust: Path | TrustFile, *, records: Records,
        **options: Unpack[Options],
    ) -> Self:  # fmt: skip
        """Verify a token and take a place for records.

        A token that is suspended, expired or without a status list opens too: each check then
        refuses by name and records it, and break-glass stays possible where the token has it.

        Raises:
            SunlitError: with the code of the step that does not hold; `guard.clock-back`,
                `trust.*`, `guard.log-unregistered`, `recorder.*`.
        """
        expect_words(options, Options)
        clock = options.get("clock") or MachineClock()
        desk = Desk(records, clock)
        watch = Watch(clock, desk.remembered().latest or from_unix(0))
        staleness = options.get("staleness", timedelta(0))
        standing = open_live(read_token(token), trust, desk, watch, staleness)
        source = options.get("status")
        if source is None and isinstance(token, Path) and token.is_dir():
            source = FileStatus(token.absolute() / STATUS)
        declared = Declared(
            use=options["use"], deployer=options.get("deployer") or desk.organisation,
            jurisdiction=options.get("jurisdiction"), data_class=options.get("data_class"),
            purpose=options.get("purpose"), oversight=options.get("oversight"),
        )  # fmt: skip
        desk.require(standing)
        desk.recorder()
        return cls(Live(standing, watch, desk, source), declared)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def standing(self) -> Standing:
        """The token, trust file and status list in use now: a snapshot."""
        return self.live.standing

    @property
    def status_problem(self) -> SunlitError | None:
        """Why the last refresh that the guard began by itself brought nothing."""
        return self.live.problem

    def refresh(self) -> bool:
        """Take the status source's list now, if it is newer; tell whether it was.

        Raises:
            SunlitError: `status.*`, `guard.status-*`, `guard.older-status`; the list that is
                known goes on counting until it is stale.
        """
        return self.live.refresh()

    def reload(
        self, token: Path | TokenParts | None = None, trust: Path | TrustFile | None = None
    ) -> None:
        """Go on under another token or trust file; decisions under way finish under the old.

        A model of another release is refused until it is reloaded: `Guarded.reload` swaps both
        in one step.

        Raises:
            SunlitError: as `open`, and `guard.older-trust`; the old ones stay in use.
        """
        with self.live.swapping(self.live.prepare(token, trust)):
            pass

    # --- models -----------------------------------------------------------------------------

    def load(
        self, path: Path, loader: Callable[[Path], object], *, progress: Progress | None = None,
        **manner: Unpack[MannerOf],
    ) -> Guarded:  # fmt: skip
        """Hash a component's files, load it, and guard it: binding `files-verified`.

        `loader` is called with `path` after the files were found to be the release, and must
        read what it needs before it returns; a change meanwhile is refused.

        Raises:
            SunlitError: `token.other-files`, `guard.files-changed`, `manifest.*`.
        """
        with self.watched("guard.load-failed"):
            standing = self.standing
            model = load_model(standing, self.live.watch.now(), path, loader, progress)
            self.live.hashed.add(standing.release)
        return Guarded(self, model, Manner(**manner))

    def wrap(
        self, model: object, binding: str = Binding.DECLARED, **manner: Unpack[MannerOf]
    ) -> Guarded:
        """Guard a callable or an estimator whose files nobody hashed.

        Raises:
            MalformedError: `guard.wrap` for a binding that only `load` can give.
        """
        if binding not in (Binding.DECLARED, Binding.ENDPOINT_ONLY):
            raise MalformedError(
                "guard.wrap", "only `load` hashes files",
                expected="declared or endpoint-only", got=binding[:40],
                mend="use `guard.load(path, loader)`",
            )  # fmt: skip
        return Guarded(self, Model(model, Binding(binding)), Manner(**manner))

    # --- people -----------------------------------------------------------------------------

    def outcome(
        self, decision: Decision | Pointer, result: str, *, role: str,
        **said: Unpack[OutcomeFields],
    ) -> Pointer:  # fmt: skip
        """Record what a human decided about a proposal: confirmed, changed or declined.

        `role` is an office, never a person; `actor` (who it was), `reasons` and the changed
        `output` are committed to and lie, encrypted, beside the log.

        Raises:
            MalformedError: `guard.outcome`.
            UnavailableError: `recorder.*`.
        """
        expect_words(said, OutcomeFields)
        if result not in RESULTS or (result == "changed") != ("output" in said):
            raise MalformedError(
                "guard.outcome", "the outcome is not one that can be recorded",
                expected="confirmed, declined, or changed with the new `output`", got=result[:40],
            )  # fmt: skip
        texts = {"reasons": said.get("reasons"), "actor": said.get("actor")}
        values = {name: writing.text(one) for name, one in texts.items() if one is not None}
        if "output" in said:
            values["output"] = to_bytes(said["output"], said.get("serialise"))
        pointer = decision.pointer if isinstance(decision, Decision) else decision
        return self.record(Kind.OUTCOME, values, of=pointer, role=role, result=result)

    def close(self) -> None:
        """Let go of the decision log; the last guard of this process closes it."""
        self.live.close()


def _after_fork() -> None:
    for guard in list(_GUARDS):
        guard.live.forked()


os.register_at_fork(after_in_child=_after_fork)
