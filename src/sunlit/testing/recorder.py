"""A recorder in memory, for tests of what writes records: ours and other people's."""

from collections.abc import Sequence
from hashlib import sha256
from threading import Lock

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.content import Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Pointer, Record
from sunlit.log.tiles import MAX_ENTRY, entry_too_large


class MemoryRecorder:
    """`Recorder` that keeps drafts in a list. Threads may share it.

    `fails_with`, once set, is raised by every append, which then keeps nothing.
    """

    def __init__(self, origin: str = "decisions.example.org/test") -> None:
        self._origin = origin
        self._mutex = Lock()
        self.drafts: list[Draft] = []
        self.fails_with: SunlitError | None = None
        self.closed = False

    @property
    def origin(self) -> str:
        """The decision log's origin."""
        return self._origin

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.drafts)

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record, parsed strictly."""
        return tuple(Record.parse(draft.leaf) for draft in self.drafts)

    def content(self, pointer: Pointer) -> Content:
        """Return the content of a record, checked against its commitments."""
        draft = self.drafts[pointer.index]
        content = Content.parse(draft.content)
        content.check(Record.parse(draft.leaf).commit)
        return content

    def append(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        """Keep drafts, in order.

        Raises:
            UnavailableError: `recorder.stopped` after `close`; or what a test set.
            MalformedError: `log.entry-too-large`.
        """
        for draft in drafts:
            if len(draft.leaf) > MAX_ENTRY:
                raise entry_too_large(len(draft.leaf))
        with self._mutex:
            if self.fails_with is not None:
                raise self.fails_with
            if self.closed:
                raise UnavailableError("recorder.stopped", "the recorder was closed")
            first = len(self.drafts)
            self.drafts += drafts
        return tuple(
            Pointer(log=self._origin, index=index, leaf=sha256(b"\x00" + draft.leaf).hexdigest())
            for index, draft in enumerate(drafts, first)
        )

    async def append_async(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        """Do the same.

        Raises:
            SunlitError: as `append`.
        """
        return self.append(drafts)

    def close(self) -> None:
        """Take nothing more. The second time does nothing."""
        self.closed = True
