"""What a benchmark found, as data: rows of samples, the ratio of a row, its target."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

OURS: Final = "Sunlit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a measured number must reach; `name` is the key of its text in limits.toml."""

    name: str
    text: str
    measured: float
    bound: float
    at_least: bool

    @property
    def is_met(self) -> bool:
        """Whether the measured number is on the right side of the bound."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing measured: samples for each contender, one a round, all in the same unit."""

    what: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    ratio: str | None = None  # ready to print, with the peer's name
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One benchmark's rows, what they mean, and the versions of the peers."""

    name: str
    title: str
    text: str
    rows: Sequence[Row]
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain data, with `met` beside each target."""
        plain = asdict(self)
        for row, written in zip(self.rows, plain["rows"], strict=True):
            if row.target is not None:
                written["target"]["met"] = row.target.is_met
        return plain

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Part":
        """Read what `to_json` wrote."""
        rows = [_row(row) for row in value["rows"]]
        return cls(**{**value, "rows": rows, "notes": tuple(value["notes"])})


def _row(value: Mapping[str, Any]) -> Row:
    target = value["target"]
    if target is not None:
        target = Target(**{name: part for name, part in target.items() if name != "met"})
    return Row(**{**value, "target": target})


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios: what a busy machine disturbs least."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


def rotated(names: Sequence[str], number: int) -> list[str]:
    """Return the contenders in another order each round, so that none always comes first."""
    first = number % len(names)
    return [*names[first:], *names[:first]]
