"""What is costly to make is made by one request at a time, and kept for the others."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sunlit.base.errors import UnavailableError

V = TypeVar("V")
PATIENCE: Final = 5.0  # seconds that a request waits for another one's making ...
WAITING: Final = 10  # ... and how many may: each holds one of the 40 threads that answer everybody
SLOW: Final = 0.5  # seconds: what takes less is made again whenever it rests on something else
PACE: Final = 20  # what took longer stays for so many times as long: a twentieth of one core


@dataclass(slots=True)
class _Slot(Generic[V]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    stamp: Hashable = None
    value: V | None = None
    until: float = 0.0


@dataclass(slots=True)
class Once(Generic[V]):
    """Values by key, `most` of them, each as good as what it rests on (`stamp`).

    `paced`: a value that took long to make is kept for a while though its stamp is another.
    `alone`: of all of them one is made at a time, where visitors choose among many keys.
    """

    most: int
    paced: bool = False
    alone: bool = False
    monotonic: Callable[[], float] = time.monotonic
    _one: threading.Lock = field(default_factory=threading.Lock, init=False)
    _may_wait: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(WAITING), init=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _slots: OrderedDict[Hashable, _Slot[V]] = field(
        default_factory=OrderedDict[Hashable, _Slot[V]], init=False
    )

    def get(self, key: Hashable, stamp: Hashable, make: Callable[[], V]) -> V:
        """Return what is kept, or make it; who finds it being made gets the older one at once.

        Raises:
            UnavailableError: `page.being-made`: there is no older one, and it takes a while.
        """
        slot = self._slot(key)
        older = slot.value
        if older is not None and self._holds(slot, stamp):
            return older
        if not self._takes(slot.lock, patient=older is None):
            return _expect(older)
        try:
            if slot.value is None or not self._holds(slot, stamp):
                self._make(slot, stamp, make)
            return _expect(slot.value)
        finally:
            slot.lock.release()

    def _takes(self, lock: threading.Lock, *, patient: bool) -> bool:
        if lock.acquire(blocking=False):
            return True
        if not patient or not self._may_wait.acquire(blocking=False):
            return False
        try:
            return lock.acquire(timeout=PATIENCE)
        finally:
            self._may_wait.release()

    def _slot(self, key: Hashable) -> _Slot[V]:
        with self._lock:
            new = _Slot[V](self._one) if self.alone else _Slot[V]()
            slot = self._slots.setdefault(key, new)
            self._slots.move_to_end(key)
            if len(self._slots) > self.most:
                self._slots.popitem(last=False)
            return slot

    def _holds(self, slot: _Slot[V], stamp: Hashable) -> bool:
        return slot.stamp == stamp or (self.paced and self.monotonic() < slot.until)

    def _make(self, slot: _Slot[V], stamp: Hashable, make: Callable[[], V]) -> None:
        begun = self.monotonic()
        slot.value, slot.stamp = make(), stamp
        ended = self.monotonic()
        slot.until = ended + PACE * (ended - begun) if ended - begun > SLOW else ended


def _expect(value: V | None) -> V:
    if value is None:
        raise UnavailableError(
            "page.being-made", "this is being made for somebody else, which takes a while",
            mend="try again in half a minute",
        )  # fmt: skip
    return value
