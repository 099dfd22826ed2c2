"""What every guarded call uses: check, refuse, record."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Unpack

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.decision.content import Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Pointer, Record, State, new_id
from sunlit.decision.recorder import MAX_CONTENT, expect_fit
from sunlit.guard import writing
from sunlit.guard.declared import Context, Declared, RecordFields, Said, expect_asked, expect_words
from sunlit.guard.judge import BREAKABLE
from sunlit.guard.live import Ask, Live
from sunlit.guard.permit import Permit
from sunlit.guard.writing import Values, Written


class Core:
    """Checks and records under one token for one use. Threads may share it."""

    def __init__(self, live: Live, declared: Declared) -> None:
        self.live = live
        self.declared = declared
        self._writer = writing.Writer()

    # --- check ------------------------------------------------------------------------------

    def ask(
        self, *, count: int = 1, break_glass: str | None = None, case: str | None = None,
        trace: str | None = None, release: str | None = None, **said: Unpack[Said],
    ) -> Ask:  # fmt: skip
        """Put a question to `permit` or `apermit`; the words are those of `check`.

        Raises:
            MalformedError: `guard.break-glass-reason`, `guard.asked`.
        """
        texts = [one for name, one in said.items() if name not in {"binding", "masks"}]
        expect_asked(count, case, trace, break_glass, *texts)
        expect_words(said, Said)
        if break_glass is not None and not break_glass.strip():
            raise MalformedError(
                "guard.break-glass-reason", "break-glass needs a stated reason",
                mend="say why it cannot wait: it is recorded, and reviewed later",
            )  # fmt: skip
        return Ask(
            declared=replace(self.declared, **said) if said else self.declared,
            context=Context(case=case, trace=trace), count=count, reasons=break_glass,
            release=release,
        )  # fmt: skip

    def check(
        self, *, count: int = 1, break_glass: str | None = None, case: str | None = None,
        trace: str | None = None, **said: Unpack[Said],
    ) -> Permit:  # fmt: skip
        """Allow `count` decisions now, or refuse and record the refusal.

        `said` overrides what was declared when the guard was opened. `break_glass` is the reason
        for going on in an emergency. Counted limits are used up by a check, whatever follows.

        Raises:
            VerificationError, UnavailableError: the refusal, with `code` and `mend`.
            MalformedError: `guard.break-glass-reason`, `guard.asked`.
        """
        return self.permit(self.ask(
            count=count, break_glass=break_glass, case=case, trace=trace, **said
        ))  # fmt: skip

    def permit(self, ask: Ask) -> Permit:
        """Do as `check` does."""
        self.live.look()
        try:
            return self.live.permit(ask)
        except SunlitError as error:
            self.refuse(error, ask.context, ask.declared)
            raise

    async def apermit(self, ask: Ask) -> Permit:
        """Do as `check` does without holding up the event loop."""
        if self.live.must_wait:
            from asyncio import to_thread  # noqa: PLC0415 - asyncio is slow to import

            await to_thread(self.live.look)
        else:
            self.live.look()
        try:
            return self.live.permit(ask)
        except SunlitError as error:
            await self.arefuse(error, ask.context, ask.declared)
            raise

    def refuse(self, error: SunlitError, context: Context, declared: Declared) -> None:
        """Record a refusal and add to the error what staff do meanwhile.

        A refusal that cannot be recorded is one all the same; the error then says so.
        """
        draft = self._refusal(error, context, declared)
        try:
            self.live.desk.recorder().append([draft])
        except SunlitError as failed:
            error.add_note(f"the refusal could not be recorded: {failed.code}: {failed}")

    async def arefuse(self, error: SunlitError, context: Context, declared: Declared) -> None:
        """Do as `refuse` does without holding up the event loop."""
        draft = self._refusal(error, context, declared)
        try:
            await self.live.desk.recorder().append_async([draft])
        except SunlitError as failed:
            error.add_note(f"the refusal could not be recorded: {failed.code}: {failed}")

    @contextmanager
    def watched(
        self, code: str, context: Context | None = None, declared: Declared | None = None
    ) -> Iterator[None]:
        """Record whatever ends the body as a refusal, and let it go on.

        An error of our own is recorded under its code; anything else, a model's own exception
        for instance, under `code`, with the name of its kind and none of its words.
        """
        try:
            yield
        except BaseException as error:
            found = error if isinstance(error, SunlitError) else _failed(code, error)
            self.refuse(found, context or Context(), declared or self.declared)
            raise

    @asynccontextmanager
    async def awatched(
        self, code: str, context: Context | None = None, declared: Declared | None = None
    ) -> AsyncIterator[None]:
        """Do as `watched` does without holding up the event loop."""
        try:
            yield
        except BaseException as error:
            found = error if isinstance(error, SunlitError) else _failed(code, error)
            await self.arefuse(found, context or Context(), declared or self.declared)
            raise

    def _refusal(self, error: SunlitError, context: Context, declared: Declared) -> Draft:
        standing = self.live.standing
        writing.with_fallback(error, standing, breakable=error.code in BREAKABLE)
        return writing.refusal(error, standing, declared, context, self.live.watch.written())

    # --- records ----------------------------------------------------------------------------

    def record_decisions(
        self, permit: Permit, values: Sequence[Values], *, opened: bool = False
    ) -> tuple[Written, ...]:
        """Record decisions under a permit; when this returns they are durable.

        The permit is looked at once more: what ended meanwhile is refused, and nothing goes out.
        `opened`: a stream begins; record its end with `record(Kind.CLOSED, ...)`.

        Raises:
            SunlitError: the refusal; `recorder.*`: nothing was recorded, so release nothing.
        """
        with self.watched("guard.model-failed", permit.context, permit.declared):
            group = self._group(permit, values, opened=opened)
        with self._mending():
            return group.written(self.live.desk.recorder().append(group.drafts))

    async def arecord_decisions(
        self, permit: Permit, values: Sequence[Values], *, opened: bool = False
    ) -> tuple[Written, ...]:
        """Do as `record_decisions` does without holding up the event loop."""
        async with self.awatched("guard.model-failed", permit.context, permit.declared):
            group = self._group(permit, values, opened=opened)
        with self._mending():
            return group.written(await self.live.desk.recorder().append_async(group.drafts))

    @contextmanager
    def _mending(self) -> Iterator[None]:
        """Say what staff do while nothing can be recorded, and so nothing is decided."""
        try:
            yield
        except SunlitError as error:
            writing.with_fallback(error, self.live.standing, breakable=False)
            raise

    def _group(self, permit: Permit, values: Sequence[Values], *, opened: bool) -> writing.Group:
        live = self.live
        standing, at = live.newest_of(permit.standing), live.watch.now()
        permit.expect_still(standing, at)
        permit.spend(len(values))
        state = State.OPENED if opened else permit.state
        group = self._writer.group(permit, standing, state, at, values)
        for draft in group.drafts:
            if len(draft.content) > MAX_CONTENT:  # refused by name, and on the record
                expect_fit(draft)
        return group

    def record(self, kind: Kind, values: Values, **fields: Unpack[RecordFields]) -> Pointer:
        """Record something that is no decision: the end of a stream, an outcome, a refusal.

        Raises:
            MalformedError: `guard.no-permit`, `record.malformed`.
            UnavailableError: `recorder.*`.
        """
        return self.live.desk.recorder().append([self._draft(kind, values, fields)])[0]

    async def arecord(self, kind: Kind, values: Values, **fields: Unpack[RecordFields]) -> Pointer:
        """Do as `record` does without holding up the event loop."""
        drafts = [self._draft(kind, values, fields)]
        return (await self.live.desk.recorder().append_async(drafts))[0]

    def _draft(self, kind: Kind, values: Values, fields: RecordFields) -> Draft:
        # By its text: a caller may give the plain word.
        if str(kind) == Kind.DECISION:
            raise MalformedError(
                "guard.no-permit", "a decision is recorded under a permit",
                mend="use `check`, then `record_decisions`",
            )  # fmt: skip
        content = Content.of(values)
        record = Record(
            kind=kind, id=new_id(), time=self.live.watch.written(),
            commit=content.commitments(), **fields,
        )  # fmt: skip
        draft = Draft.of(record, content)
        Record.parse(draft.leaf)
        return draft


def _failed(code: str, error: BaseException) -> VerificationError:
    return VerificationError(
        code, "the decision was not made: the component or what goes with it failed",
        got=type(error).__name__,
    )  # fmt: skip
