"""The real guard behind the proxy: `sunlit.guard`, awaited."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from sunlit.base.errors import SunlitError, VerificationError
from sunlit.base.times import Clock
from sunlit.decision.record import Binding, Kind
from sunlit.decision.store import DecisionStore
from sunlit.guard.declared import Said
from sunlit.guard.guard import Guard
from sunlit.guard.judge import expect_allowed, expect_now
from sunlit.guard.live import Ask
from sunlit.guard.permit import Permit
from sunlit.guard.standing import PASSING
from sunlit.guard.writing import Written
from sunlit.proxy.declared import NOTHING, Declared
from sunlit.proxy.masking import expect_known
from sunlit.proxy.masks import MASKS
from sunlit.proxy.ports import Allowed, Values
from sunlit.proxy.ports import Written as AnyWritten


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """How the guard is opened. `token` and `trust` are the store's own unless given.

    `fixed` is what the operator declares for every request, `plan` the constraint that the
    proxy's mask plan meets, if it has one.
    """

    token: Path | None = None
    trust: Path | None = None
    binding: Binding = Binding.ENDPOINT_ONLY
    staleness: timedelta = timedelta(0)
    oversight: str | None = None
    clock: Clock | None = None
    fixed: Declared = NOTHING
    plan: tuple[str, ...] = ()


class GuardGate:
    """One guard of one store."""

    def __init__(
        self, guard: Guard, binding: Binding, fixed: Declared = NOTHING,
        plan: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Take an open guard; one that would refuse whatever is asked is refused at once.

        Raises:
            VerificationError: `proxy.mask-*`, `proxy.binding`, `token.other-*`, `guard.*`.
        """
        self._guard = guard
        self._binding = binding
        self._fixed = fixed
        self._masks = (*MASKS, *plan)
        expect_known(guard.standing.constraints.masks, plan)
        self._expect_binding()
        try:
            self._expect_possible(guard.live.watch.now())
        except SunlitError as error:
            if error.code not in PASSING:  # what may be otherwise later; not ready until then
                raise

    @classmethod
    def open(cls, store: DecisionStore, options: GateOptions) -> Self:
        """Open the guard of a store.

        Raises:
            SunlitError: as `Guard.open` and `GuardGate`.
        """
        guard = Guard.open(
            options.token or store.root / "token", options.trust or store.root / "trust.json",
            records=store, use=store.use, oversight=options.oversight,
            staleness=options.staleness, clock=options.clock,
        )  # fmt: skip
        try:
            return cls(guard, options.binding, options.fixed, options.plan)
        except SunlitError:
            guard.close()
            raise

    @property
    def fallback(self) -> str:
        """What the token says to do by hand."""
        return self._guard.standing.token.claims.fallback

    def expect_ready(self) -> None:
        """Check what the operator fixed, token, status and recorder, without counting anything."""
        live = self._guard.live
        live.look()
        at = live.watch.now()
        self._expect_possible(at)
        for error in expect_now(live.standing, at):
            raise error
        live.desk.recorder()

    async def check(self, declared: Declared, trace: str) -> Permit:
        """Check one use; a refusal is recorded by the guard."""
        return await self._guard.apermit(self._ask(declared, trace, declared.break_glass))

    async def decide(self, allowed: Allowed, values: Values, *, opened: bool = False) -> Written:
        """Write a decision under its permit."""
        assert isinstance(allowed, Permit)  # noqa: S101 - `check` gave it
        return (await self._guard.arecord_decisions(allowed, [values], opened=opened))[0]

    async def refuse(self, declared: Declared, error: SunlitError, trace: str) -> None:
        """Record a refusal of the proxy's own."""
        ask = self._ask(declared, trace, None)
        await self._guard.arefuse(error, ask.context, ask.declared)

    async def end(self, opened: AnyWritten, result: str, values: Values) -> None:
        """Record a stream's end."""
        await self._guard.arecord(Kind.CLOSED, values, of=opened.pointer, result=result)

    def close(self) -> None:
        """Let go of the log."""
        self._guard.close()

    def _expect_binding(self) -> None:
        least = self._guard.standing.token.claims.minimum_binding
        if least not in set(Binding) or self._binding.is_at_least(Binding(least)):
            return
        weaker = "ask for a token whose use has the minimum binding endpoint-only"
        raise VerificationError(
            "proxy.binding", "every call would be refused: the token asks for a stronger binding",
            expected=least, got=str(self._binding),
            mend=f"`--binding declared`, where whoever runs the model answers for which release "
            f"it is; or {weaker}" if least == Binding.DECLARED
            else f"{weaker}, or declared; or run the model where its files are, by `guard.load`",
        )  # fmt: skip

    def _expect_possible(self, at: datetime) -> None:
        """Check a request that says what the token wants to hear, where the operator left it to it.

        Raises:
            SunlitError: as `expect_allowed`.
        """
        fixed, grant = self._fixed, self._guard.standing.token.claims
        best = Declared(
            use=fixed.use or grant.use, purpose=fixed.purpose,
            jurisdiction=fixed.jurisdiction or next(iter(grant.jurisdictions), None),
            data_class=fixed.data_class or next(iter(grant.data_classes), None),
        )  # fmt: skip
        ask = self._ask(best, "", None)
        expect_allowed(self._guard.standing, ask.declared, at)

    def _ask(self, declared: Declared, trace: str, reason: str | None) -> Ask:
        said: Said = {"binding": self._binding, "masks": self._masks}
        if declared.use is not None:
            said["use"] = declared.use
        if declared.jurisdiction is not None:
            said["jurisdiction"] = declared.jurisdiction
        if declared.data_class is not None:
            said["data_class"] = declared.data_class
        if declared.purpose is not None:
            said["purpose"] = declared.purpose
        return self._guard.ask(break_glass=reason, case=declared.case, trace=trace, **said)
