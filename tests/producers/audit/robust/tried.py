"""Small models of our own for tests of robustness; the CLI's tests import it by name too."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def rich(batch: Mapping[str, Array]) -> Array:
    """Score income against 100, a little by age; refuse what is missing."""
    income, age = (np.asarray(batch[name], float) for name in ("income", "age"))
    if np.isnan(income).any():
        raise ValueError("income is missing")
    return np.asarray(1 / (1 + np.exp(-(income - 100) / 10 - (age - 40) / 400)))


def of_area(batch: Mapping[str, Array]) -> list[str]:
    """Answer with a label by area; refuse an area that it never saw."""
    names = {"north": "cold", "south": "warm"}
    return [names[area] for area in batch["area"]]


def shouts(batch: list[str]) -> list[int]:
    """Say 1 of texts with a capital letter."""
    return [int(any(one.isupper() for one in text)) for text in batch]


def bright(batch: list[Array]) -> list[str]:
    """Say whether an image is more light than dark."""
    return ["light" if image.mean() > 127 else "dark" for image in batch]


def shade(batch: list[Array]) -> list[str]:
    """Read an image as a number of ten shades, written in words of two letters."""
    return ["ab" * int(image.mean() // 26) for image in batch]


def broken(batch: Mapping[str, Array]) -> list[int]:
    """Answer one row too few."""
    return [0] * (len(next(iter(batch.values()))) - 1)


class Restless:
    """Answers in another way each time."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, batch: Mapping[str, Array]) -> list[int]:
        self.asked += 1
        return [self.asked] * len(next(iter(batch.values())))


restless = Restless()
