"""Folds the next batches of a log in other processes, while this one writes the last.

Each batch is folded as if nothing before it changed who may sign what, and as if nobody had said
any of it before; both are rare. Whoever writes the rows finds out, and folds such a batch again.
"""

import gc
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.log.reader import LogReader
from sunlit.projection.folding import Folded, fold_entries
from sunlit.projection.rooms import makers, rooms

WORTHWHILE: Final = 20_000  # entries; for fewer, starting a process costs more than it gives
MOST: Final = 4  # processes
_SELDOM: Final = 200_000  # new objects; looking for cycles among 700 takes a twentieth


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of a log from `start` on, perhaps being folded by `directory` already."""

    start: int
    entries: list[bytes]
    directory: Directory | None = None
    folding: Future[Folded] | None = None

    @property
    def end(self) -> int:
        """The index after the last entry."""
        return self.start + len(self.entries)

    def serves(self, directory: Directory) -> bool:
        """Tell whether what is being folded ahead, if anything is, counts by this directory."""
        return self.folding is None or self.directory is directory

    def folded(self, directory: Directory) -> Folded | None:
        """Return what was folded ahead; None where it was not, or by another directory."""
        if self.folding is None or not self.serves(directory):
            return None
        try:
            return self.folding.result()
        except BrokenProcessPool:  # somebody ended our helpers: then this process does it
            return None


class Ahead:
    """The batches of one log, one after the other; the next ones are folded by `pool`."""

    def __init__(
        self, reader: LogReader, pool: ProcessPoolExecutor | None, batch: int, *, once: bool = False
    ) -> None:
        """`once` folds each entry as if it were the only one of its statement."""
        self._reader, self._pool, self._batch, self._once = reader, pool, batch, once
        self._next, self._depth = 0, 0 if pool is None else 1
        self._begun = deque[Batch]()

    def take(self, start: int, directory: Directory) -> Batch:
        """Return the batch that begins at `start`, and begin some after it."""
        first = self._begun[0] if self._begun else None
        if first is None or first.start != start or not first.serves(directory):
            self._forget()
            self._next = start
        else:
            self._depth = min(MOST, 2 * self._depth)
        while self._next < self._reader.size and len(self._begun) <= self._depth:
            self._begun.append(self._begin(directory))
        return self._begun.popleft()

    def _forget(self) -> None:
        for one in self._begun:
            if one.folding is not None:
                one.folding.cancel()
        self._begun.clear()
        # What is begun now may be in vain too: where who may sign what changes often, it is.
        self._depth = min(1, self._depth)

    def _begin(self, directory: Directory) -> Batch:
        start, end = self._next, min(self._next + self._batch, self._reader.size)
        self._next = end
        entries = list(self._reader.entries(start, end))
        if self._pool is None:
            return Batch(start, entries)
        try:
            origin = self._reader.checkpoint.origin
            folding = self._pool.submit(_fold, entries, origin, start, directory, self._once)
        except BrokenProcessPool:
            return Batch(start, entries)
        return Batch(start, entries, directory, folding)


@contextmanager
def helpers(entries: int) -> Iterator[ProcessPoolExecutor | None]:
    """Give processes that fold ahead, None where it is not worthwhile."""
    count = min(MOST, os.cpu_count() or 1)
    if entries < WORTHWHILE or count < 2:
        yield None
        return
    pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin_helper)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_helper() -> None:
    gc.freeze()
    gc.set_threshold(_SELDOM)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cycles seldom: rows are made by the thousand and hold none."""
    before = gc.get_threshold()
    gc.set_threshold(_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _fold(
    entries: list[bytes],
    origin: str,
    start: int,
    directory: Directory,
    once: bool,  # noqa: FBT001 - only processes call it
) -> Folded:
    folded = fold_entries(entries, origin, start, directory, None if once else {}, makers(rooms()))
    if not folded.acted:  # whoever asked has it
        folded.directory = Directory.empty()
    return folded
