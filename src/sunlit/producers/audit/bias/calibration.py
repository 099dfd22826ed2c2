"""Whether a score means the same for every group: of each bin, how many were then positive."""

from dataclasses import dataclass
from decimal import Decimal

from sunlit.base.proportion import clopper_pearson
from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.metrics import Rate


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of the score in one group.

    `rows` people have such a score; of those whose outcome is known, `observed` were positive.
    """

    low: Decimal
    high: Decimal
    rows: int
    observed: Rate

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        """The exact interval of the share that was positive, at 95 %."""
        return clopper_pearson(self.observed.count, self.observed.of)

    @property
    def agrees(self) -> bool | None:
        """Whether, read as a probability, the score can be right; None of nobody."""
        if not self.observed.of:
            return None
        low, high = self.interval
        return low <= self.high and self.low <= high


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The bins of one group."""

    values: tuple[str, ...]
    bins: tuple[Bin, ...]


def calibration(cube: Cube) -> tuple[Calibrated, ...]:
    """Return the bins of each group; nothing where no score was counted."""
    if cube.scores is None:
        return ()
    edges = [Decimal(one) for one in cube.scores.edges]
    found = list[Calibrated]()
    for at, values in cube.groups():
        bins = list[Bin]()
        for place, row in enumerate(cube.scores.counts[at].tolist()):
            observed = Rate(row[1], row[0] + row[1])
            bins.append(Bin(edges[place], edges[place + 1], sum(row), observed))
        found.append(Calibrated(values, tuple(bins)))
    return tuple(found)
