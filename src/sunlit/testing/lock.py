"""A lock store in memory that survives power cuts, as the real one promises to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sunlit.log.lock import lost_race
from sunlit.log.ports import Batch, Head
from sunlit.testing.power import Power


@dataclass(slots=True)
class _Rows:
    head: Head
    batches: tuple[Batch, ...] = ()
    keys: dict[bytes, int] = field(default_factory=dict[bytes, int])


class FakeLock:
    """`Lock` that commits whole or not at all. Each call is one step of `power`."""

    def __init__(self, power: Power, *, origin: str, checkpoint: bytes) -> None:
        self._power = power
        self.rows = _Rows(Head(origin=origin, checkpoint=checkpoint, admitted_at=None))
        self._staged: tuple[int, bytes] | None = None

    def head(self) -> Head:
        """Return the checkpoint that was swapped in last."""
        self._staged = None
        return self.rows.head

    def batches(self) -> tuple[Batch, ...]:
        """Return the staged batches, oldest first."""
        return self.rows.batches

    def find(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the entry index of each key that is known."""
        return {key: self.rows.keys[key] for key in keys if key in self.rows.keys}

    def stage(self, old_size: int, bundle: bytes) -> bytes:
        """Open the commit and return the entries as they were stored."""

        def put() -> bytes:
            self._staged = (old_size, bundle)
            return bundle

        return self._power.step(f"stage {old_size}", put)

    def swap(
        self,
        expected: bytes,
        batch: Batch,
        *,
        admitted_at: datetime,
        keys: Mapping[bytes, int],
    ) -> None:
        """Commit, if the checkpoint still is `expected`."""
        if self._staged != (batch.old_size, batch.bundle):
            raise AssertionError("swapped what was not staged")
        self._staged = None
        rows = self.rows
        if rows.head.checkpoint != expected:
            raise lost_race()
        head = replace(rows.head, checkpoint=batch.checkpoint, admitted_at=admitted_at)

        def commit() -> None:
            self.rows = _Rows(head, (*rows.batches, batch), {**rows.keys, **keys})

        self._power.step(f"swap {batch.old_size}", commit)

    def drop(self, durable_size: int) -> None:
        """Forget the staged batches that end at or below `durable_size`."""

        def delete() -> None:
            self.rows.batches = _after(self.rows.batches, durable_size)

        self._power.step(f"drop {durable_size}", delete)

    def close(self) -> None:
        """Forget what was not committed."""
        self._staged = None


def _after(batches: tuple[Batch, ...], durable_size: int) -> tuple[Batch, ...]:
    return tuple(
        batch for batch in batches if int(batch.checkpoint.split(b"\n", 2)[1]) > durable_size
    )
