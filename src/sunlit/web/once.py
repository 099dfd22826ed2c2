"""What is costly to make is made by one request at a time, and kept for the others."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sunlit.base.errors import UnavailableError

V = TypeVar("V")
PATIENCE: Final = 5.0  # seconds that a request waits for another one's making
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
    """

    most: int
    paced: bool = False
    monotonic: Callable[[], float] = time.monotonic
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
        if not slot.lock.acquire(timeout=PATIENCE if older is None else 0):
            return _expect(older)
        try:
            if slot.value is None or not self._holds(slot, stamp):
                self._make(slot, stamp, make)
            return _expect(slot.value)
        finally:
            slot.lock.release()

    def _slot(self, key: Hashable) -> _Slot[V]:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot[V]())
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
