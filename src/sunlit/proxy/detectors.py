"""Live detectors: small and pure, over a sliding window, with state that is bounded.

Each is shown samples (`observe`) with a time that only grows, and answers with an alarm at most
once per window. An alarm holds counts and limits, never an input.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

SLICES: Final = 10  # a window slides in tenths
BEFORE: Final = 4  # windows whose mean a rate is compared with
FLOOR: Final = 1e-4  # PSI of an empty bin would be infinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One request as detectors see it; `numbers` are its numeric inputs by field."""

    at: float  # seconds
    refused: bool = False  # by the guard, or by the model
    numbers: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that a person should look at."""

    detector: str
    counts: Mapping[str, int | str]
    limits: Mapping[str, int | str]


class Detector(Protocol):
    """Looks at samples, one after the other."""

    def observe(self, sample: Sample) -> Alarm | None:
        """Take one sample; return an alarm at most once per window."""
        ...


class Window:
    """Sums of the last `seconds`, in tenths; holds `windows` of them."""

    def __init__(self, seconds: float, sums: int, windows: int = 1) -> None:
        self._slice = seconds / SLICES
        self._size = SLICES * windows
        self._sums = sums
        self._rows: deque[tuple[int, list[int]]] = deque(maxlen=self._size)
        self._newest = 0

    def add(self, at: float, *amounts: int) -> None:
        """Add to the slice of `at`."""
        now = max(int(at / self._slice), self._newest)
        self._newest = now
        if not self._rows or self._rows[-1][0] != now:
            self._rows.append((now, [0] * self._sums))
        while self._rows[0][0] <= now - self._size:
            self._rows.popleft()
        row = self._rows[-1][1]
        for at_sum, amount in enumerate(amounts):
            row[at_sum] += amount

    def sums(self, windows_ago: int = 0) -> list[int]:
        """Return the sums of one window, counted back from the newest slice."""
        newest = self._newest - windows_ago * SLICES
        rows = [row for at, row in self._rows if newest - SLICES < at <= newest]
        return [sum(row[one] for row in rows) for one in range(self._sums)]


class _Quiet:
    """Says whether an alarm may be raised again: once per window."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = -math.inf

    def may(self, at: float) -> bool:
        if at < self._until:
            return False
        self._until = at + self._seconds
        return True


class RateSpike:
    """More requests in the window than `factor` times the usual.

    The usual is the mean of the windows before, and at least `minimum`.
    """

    def __init__(self, seconds: float, factor: float, minimum: int) -> None:
        self._window = Window(seconds, 1, windows=BEFORE + 1)
        self._seconds, self._factor, self._minimum = seconds, factor, minimum
        self._quiet = _Quiet(seconds)
        self._first: float | None = None

    def observe(self, sample: Sample) -> Alarm | None:
        """Take one request. Says nothing until two windows have passed."""
        self._window.add(sample.at, 1)
        self._first = sample.at if self._first is None else self._first
        seen = min(
            int((sample.at - self._first) / self._seconds) - 1, BEFORE
        )  # whole windows before
        now = self._window.sums()[0]
        if seen < 1:
            return None
        mean = sum(self._window.sums(ago)[0] for ago in range(1, seen + 1)) / seen
        # A service that slept all night is not spiking when it wakes: `minimum` counts as usual.
        if now <= self._factor * max(mean, self._minimum) or not self._quiet.may(sample.at):
            return None
        return Alarm(
            detector="rate-spike", counts={"requests": now, "meanBefore": f"{mean:.1f}"},
            limits={"factor": f"{self._factor:g}", "minimum": self._minimum},
        )  # fmt: skip


class _Share:
    """More than a share of what was counted in the window is of one kind."""

    name = ""

    def __init__(self, seconds: float, share: float, minimum: int) -> None:
        self._window = Window(seconds, 2)
        self._share, self._minimum = share, minimum
        self._quiet = _Quiet(seconds)

    def _judge(self, at: float, counted: int, odd: int) -> Alarm | None:
        self._window.add(at, counted, odd)
        total, found = self._window.sums()
        enough = total >= self._minimum and found > self._share * total
        if not enough or not self._quiet.may(at):
            return None
        return Alarm(
            detector=self.name, counts={"counted": total, "found": found},
            limits={"share": f"{self._share:g}", "minimum": self._minimum},
        )  # fmt: skip


class RefusalShare(_Share):
    """Too many refusals, by the guard or by the model."""

    name = "refusals"

    def observe(self, sample: Sample) -> Alarm | None:
        """Take one request."""
        return self._judge(sample.at, 1, int(sample.refused))


class OutOfRange(_Share):
    """Too many numeric inputs outside the range that the reference gives for their field."""

    name = "out-of-range"

    def __init__(
        self, seconds: float, share: float, minimum: int,
        ranges: Mapping[str, tuple[float, float]],
    ) -> None:  # fmt: skip
        super().__init__(seconds, share, minimum)
        self._ranges = ranges

    def observe(self, sample: Sample) -> Alarm | None:
        """Take one request; each of its numbers in a field of the reference counts."""
        counted = odd = 0
        for name, (low, high) in self._ranges.items():
            for number in sample.numbers.get(name, ()):
                counted += 1
                odd += not low <= number <= high
        return self._judge(sample.at, counted, odd) if counted else None


class Drift:
    """The last `window` numbers of a field are distributed otherwise than the reference (PSI)."""

    def __init__(
        self, name: str, edges: Sequence[float], reference: Sequence[int], *,
        window: int, psi: float,
    ) -> None:  # fmt: skip
        """Take inner bin edges (n) and the reference's counts (n + 1)."""
        total = sum(reference)
        self._name, self._edges, self._window, self._psi = name, tuple(edges), window, psi
        self._expected = [max(one / total, FLOOR) for one in reference]
        self._bins: deque[int] = deque(maxlen=window)
        self._counts = [0] * len(reference)
        self._quiet = 0

    def observe(self, sample: Sample) -> Alarm | None:
        """Take one request's numbers in this field. Says nothing until the window is full."""
        numbers = sample.numbers.get(self._name, ())
        for number in numbers:
            self._add(sum(number >= edge for edge in self._edges))
        if not numbers or len(self._bins) < self._window or self._quiet > 0:
            return None
        found = psi(self._counts, self._expected)
        if found <= self._psi:
            return None
        self._quiet = self._window
        return Alarm(
            detector="drift", counts={"field": self._name, "numbers": len(self._bins),
                                      "psi": f"{found:.3f}"},
            limits={"psi": f"{self._psi:g}", "window": self._window},
        )  # fmt: skip

    def _add(self, at: int) -> None:
        if len(self._bins) == self._window:
            self._counts[self._bins[0]] -= 1
        self._bins.append(at)
        self._counts[at] += 1
        self._quiet = max(0, self._quiet - 1)


def psi(counts: Sequence[int], expected: Sequence[float]) -> float:
    """Return the population stability index of counts against a reference's shares."""
    total = sum(counts)
    shares = [max(one / total, FLOOR) for one in counts]
    return sum(
        (now - then) * math.log(now / then) for now, then in zip(shares, expected, strict=True)
    )
