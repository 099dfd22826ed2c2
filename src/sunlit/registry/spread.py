"""Do one thing to many items on all processors; the order of the answers is the items'."""

import os
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_all_start_methods, get_context
from typing import Any, Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")
FEW: Final = 200  # below this, starting processes costs more than it saves
PIECE: Final = 50  # items a process takes at a time

# What the processes inherit when they are forked: nothing but the answers is copied between them.
_inherited: tuple[Callable[[Any], object], Sequence[Any]] | None = None


def spread(work: Callable[[T], R], items: Sequence[T], *, jobs: int | None = None) -> Iterator[R]:
    """Yield `work(item)` for each item, in order; `jobs` processes (default: one a processor).

    The answers have to be picklable. In one process where the items are few, or where the system
    cannot fork. Not for use where other threads run: a fork takes their locks along.
    """
    wanted = min(jobs or len(os.sched_getaffinity(0)), len(items) // PIECE)
    if len(items) < FEW or wanted < 2 or "fork" not in get_all_start_methods():
        yield from map(work, items)
        return
    global _inherited  # noqa: PLW0603 - a fork hands it on
    _inherited = (work, items)
    try:
        with get_context("fork").Pool(wanted) as pool:
            pieces = [(at, at + PIECE) for at in range(0, len(items), PIECE)]
            for answers in pool.imap(_piece, pieces):
                yield from answers
    finally:
        _inherited = None


def _piece(bounds: tuple[int, int]) -> list[Any]:
    assert _inherited is not None  # noqa: S101 - set before the fork
    work, items = _inherited
    return [work(item) for item in items[slice(*bounds)]]
