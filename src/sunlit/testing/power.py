"""A power supply that fails where a test says, for the fakes that share it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

T = TypeVar("T")


class PowerCut(BaseException):
    """The machine went off. Nothing may catch it but the test."""


class Kind(Enum):
    """What happens at a step."""

    CUT_BEFORE = auto()
    CUT_HALF_WAY = auto()  # a file is there and half written; else as CUT_BEFORE
    CUT_AFTER = auto()
    FAILS = auto()  # an error is raised and nothing was done
    FAILS_BUT_DONE = auto()  # an error is raised although it was done


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: at the step of that number (from 1), with the error to raise."""

    step: int
    kind: Kind
    error: Callable[[], Exception] = OSError


class Power:
    """Counts what a program does to the world, and fails once, at the planned step."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        self.steps: list[str] = []
        self._off = False

    def step(self, name: str, act: Callable[[], T], half: Callable[[], object] | None = None) -> T:
        """Do `act`, unless the planned fault is here; `half` is how it is left half done."""
        if self._off:
            raise PowerCut(name)
        self.steps.append(name)
        fault = self.fault
        if fault is None or fault.step != len(self.steps):
            return act()
        return self._fail(fault, name, act, half)

    def _fail(
        self, fault: Fault, name: str, act: Callable[[], T], half: Callable[[], object] | None
    ) -> T:
        if fault.kind in {Kind.CUT_AFTER, Kind.FAILS_BUT_DONE}:
            act()
        elif fault.kind is Kind.CUT_HALF_WAY and half is not None:
            half()
        if fault.kind in {Kind.FAILS, Kind.FAILS_BUT_DONE}:
            raise fault.error()
        self._off = True
        raise PowerCut(name)

    def restore(self, fault: Fault | None = None) -> None:
        """Switch on again, with the next fault or none, counting from 1."""
        self.fault = fault
        self.steps = []
        self._off = False
