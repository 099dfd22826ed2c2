"""Typos: neighbours on the keyboard, swapped, left-out and doubled letters, look-alikes, case.

Each letter or digit is changed with the probability that the level says; other characters stay.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import numpy as np

from sunlit.producers.audit.robust.answers import Case, severities

LEVELS: Final = (0.02, 0.05, 0.1)  # of all letters
MOST_CHARACTERS: Final = 20_000  # of one text; the rest stays as it is
# The rows of a QWERTY keyboard (ISO/IEC 9995); neighbours are beside, above and below.
ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
# Letters of other scripts that look the same in most fonts (Unicode's confusables.txt, UTS 39).
LOOK_ALIKE: Final[Mapping[str, str]] = {
    "a": "\u0430", "c": "\u0441", "e": "\u0435", "i": "\u0456", "j": "\u0458", "o": "\u043e",
    "p": "\u0440", "s": "\u0455", "x": "\u0445", "y": "\u0443", "A": "\u0410", "B": "\u0412",
    "C": "\u0421", "E": "\u0415", "H": "\u041d", "I": "\u0406", "K": "\u041a", "M": "\u041c",
    "O": "\u041e", "P": "\u0420", "T": "\u0422", "X": "\u0425",
}  # fmt: skip
Rng = np.random.Generator


def _neighbours() -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in enumerate(ROWS):
        for at, key in enumerate(row):
            beside = [row[at - 1 : at], row[at + 1 : at + 2]]
            above = [other[at : at + 1] for other in ROWS[max(line - 1, 0) : line + 2]]
            near = "".join(one for one in (*beside, *above) if one and one != key)
            found[key.upper()] = near.upper()
            found[key] = near  # last: a digit is its own capital
    return found


NEAR: Final = _neighbours()


def typo(kind: str, rate: float, text: str, rng: Rng) -> str:
    """Return the text with typos of one kind, at a rate for each letter."""
    head, tail = list(text[:MOST_CHARACTERS]), text[MOST_CHARACTERS:]
    hit = rng.random(len(head)) < rate
    which = rng.random(len(head))
    change = KINDS[kind]
    for at in np.flatnonzero(hit):
        change(head, int(at), float(which[at]))
    return "".join(head) + tail


def _near(letters: list[str], at: int, which: float) -> None:
    near = NEAR.get(letters[at], "")
    if near:
        letters[at] = near[int(which * len(near))]


def _swapped(letters: list[str], at: int, which: float) -> None:
    del which
    if at + 1 < len(letters) and letters[at].isalnum() and letters[at + 1].isalnum():
        letters[at], letters[at + 1] = letters[at + 1], letters[at]


def _left_out(letters: list[str], at: int, which: float) -> None:
    del which
    if letters[at].isalnum():
        letters[at] = ""


def _doubled(letters: list[str], at: int, which: float) -> None:
    del which
    if letters[at].isalnum():
        letters[at] *= 2


def _look_alike(letters: list[str], at: int, which: float) -> None:
    del which
    letters[at] = LOOK_ALIKE.get(letters[at], letters[at])


def _case(letters: list[str], at: int, which: float) -> None:
    del which
    if len(letters[at].swapcase()) == 1:
        letters[at] = letters[at].swapcase()


KINDS: Final[Mapping[str, Callable[[list[str], int, float], None]]] = {
    "keyboard-neighbour": _near, "swapped-letters": _swapped, "left-out-letters": _left_out,
    "doubled-letters": _doubled, "look-alikes": _look_alike, "changed-case": _case,
}  # fmt: skip


def cases() -> list[Case]:
    """Return every kind of typo at every level."""
    return [
        Case(check=kind, level=f"{rate:g}", severity=severity, apply=partial(_all, kind, rate))
        for kind in KINDS
        for rate, severity in severities(LEVELS, 0.02, 0.05)
    ]


def _all(kind: str, rate: float, batch: list[str], rng: Rng) -> list[str]:
    return [typo(kind, rate, text, rng) for text in batch]
