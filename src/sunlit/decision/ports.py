"""What a guard needs of a recorder: records in, and back only when they are durable."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from sunlit.decision.content import Content
from sunlit.decision.record import Pointer, Record


@dataclass(frozen=True, slots=True)
class Draft:
    """A record about to be written: its leaf, its id, and its content in the clear."""

    leaf: bytes
    record_id: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, record: Record, content: Content) -> Self:
        """Take a record and the content that it commits to."""
        return cls(record.to_bytes(), record.id, content.to_bytes())


class Recorder(Protocol):
    """One writer of one decision log. Threads may share it."""

    @property
    def origin(self) -> str:
        """The decision log's origin."""
        ...

    def append(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        """Write records, in order; when this returns they are durable.

        Raises:
            UnavailableError: `recorder.*`: nothing was acknowledged, so nothing may be released.
        """
        ...

    async def append_async(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        """Do the same without holding up the event loop."""
        ...

    def close(self) -> None:
        """Sign what is there and let go of the log. The second time does nothing."""
        ...
