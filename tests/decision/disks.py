"""Disks that fail on purpose, over real files."""

import os
import random
from collections.abc import Callable
from pathlib import Path

from sunlit.decision.disk import LocalDisk
from sunlit.testing.power import PowerCut


class FaultyDisk(LocalDisk):
    """Takes down what it is asked to do; `fault` may raise at any of it."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.fault: Callable[[int, str], None] = lambda number, step: None
        self.space = 2**40

    def _step(self, what: str) -> None:
        self.steps.append(what)
        self.fault(len(self.steps), what)

    def create(self, path: Path) -> int:
        self._step("create")
        return super().create(path)

    def open(self, path: Path) -> int:
        self._step("open")
        return super().open(path)

    def write(self, descriptor: int, data: bytes, at: int) -> None:
        try:
            self._step("write")
        except OSError:
            super().write(descriptor, data[: len(data) // 2], at)  # as a full disk does
            raise
        super().write(descriptor, data, at)

    def sync(self, descriptor: int) -> None:
        self._step("sync")
        super().sync(descriptor)

    def cut(self, descriptor: int, size: int) -> None:
        self._step("cut")
        super().cut(descriptor, size)

    def replace(self, source: Path, target: Path) -> None:
        self._step("replace")
        super().replace(source, target)

    def sync_dir(self, path: Path) -> None:
        self._step("sync-dir")
        super().sync_dir(path)

    def free(self, path: Path) -> int:
        return min(super().free(path), self.space)


class ForgetfulDisk(FaultyDisk):
    """After a power cut, what was not synced is old, new or torn, file by file."""

    def __init__(self) -> None:
        super().__init__()
        self._paths: dict[int, Path] = {}
        self._durable: dict[Path, bytes] = {}

    def cut_at(self, number: int) -> None:
        """Let the power fail at a step."""

        def fault(step: int, what: str) -> None:
            if step == number:
                raise PowerCut

        self.fault = fault

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self._paths[descriptor] = path
        self._durable[path] = b""
        return descriptor

    def open(self, path: Path) -> int:
        descriptor = super().open(path)
        self._paths[descriptor] = path
        self._durable.setdefault(path, path.read_bytes())
        return descriptor

    def write(self, descriptor: int, data: bytes, at: int) -> None:
        try:
            super().write(descriptor, data, at)
        except PowerCut:
            os.pwrite(descriptor, data, at)  # it may have reached the disk, or not
            raise

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        self._durable[self._paths[descriptor]] = self._paths[descriptor].read_bytes()

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self._durable[target] = self._durable.pop(source)

    def lose(self, chance: random.Random) -> None:
        """Let the cut take what was not synced."""
        for path, durable in self._durable.items():
            if path.exists():
                path.write_bytes(_torn(durable, path.read_bytes(), chance))


def _torn(durable: bytes, now: bytes, chance: random.Random) -> bytes:
    if durable == now:
        return now
    size = len(now)
    pages = bytearray(now)
    for at in range(0, size, 512):
        if chance.random() < 0.5:
            end = min(at + 512, size)
            pages[at:end] = durable[at:end].ljust(end - at, b"\x00")
    shorter = now[: chance.randrange(min(len(durable), size), size + 1)]
    return chance.choice((durable, now, shorter, bytes(pages)))
