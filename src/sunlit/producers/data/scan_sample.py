"""Which of a batch's different values are looked at, when not all are."""

from typing import Any, Final

from sunlit.producers.data.arrow import Array, compute

STEP: Final = 64  # one in so many
ODD: Final = 1_000  # unlike values of one batch
MIX: Final = 11400714819323198485  # 2^64 divided by the golden ratio (Fibonacci hashing)


class Span:
    """The lengths seen so far in a column; what is outside them is unlike the rest."""

    __slots__ = ("longest", "shortest")

    def __init__(self) -> None:
        self.shortest = 1 << 31
        self.longest = 0

    def widen(self, lengths: Any) -> None:  # noqa: ANN401 - a NumPy array
        """Take more lengths in."""
        if len(lengths):
            self.shortest = min(self.shortest, int(lengths.min()))
            self.longest = max(self.longest, int(lengths.max()))


def sampled(distinct: Array, room: int, *, span: Span, first: int, mails: bool) -> Array:
    """Return the positions of the values to look at, in order.

    The first `room`, one in `STEP` of the others (by a hash of the row's number, which begins at
    `first`: data that come in turns would else show one side only), and the most unlike: longer
    or shorter than any before, or with an `@` when `mails` are news.
    """
    import numpy as np  # noqa: PLC0415 - an extra
    import pyarrow as pa  # noqa: PLC0415 - an extra

    pc = compute()

    lengths = pc.utf8_length(distinct).to_numpy(zero_copy_only=False)
    span.widen(lengths[:room])
    unlike = np.maximum(lengths - span.longest, span.shortest - lengths)
    if mails:
        has_at = pc.match_substring(distinct, "@").to_numpy(zero_copy_only=False)
        unlike = np.maximum(unlike, has_at)
    odd = np.argsort(-unlike, kind="stable")[:ODD]
    odd = odd[unlike[odd] > 0]
    span.widen(lengths)
    numbers = np.arange(first, first + len(distinct), dtype=np.uint64)
    steady = np.flatnonzero((numbers * np.uint64(MIX)) >> np.uint64(32) < np.uint64(2**32 // STEP))
    return pa.array(np.union1d(np.union1d(np.arange(room), steady), odd))
