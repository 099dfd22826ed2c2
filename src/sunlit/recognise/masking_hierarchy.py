"""Hierarchies: files that say, for each value, what it is called at coarser levels.

A CSV file has the value in its first column and a level in each further one (the form that ARX
writes, with `;` or `,` between); a TOML file has `value = ["level 1", "level 2"]`. The plan
names the file's digest, so that the plan's own digest covers what it does.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.base.toml import parse_toml, place_in
from sunlit.recognise.masking_coarse import Coarser
from sunlit.recognise.masking_pseudonym import normal
from sunlit.recognise.plan import Rule

MAX_FILE: Final = 64 << 20

Levels = Mapping[str, Sequence[str]]


class Hierarchies:
    """The hierarchy files beside a plan, each read once."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that the plan's names of files are relative to."""
        self._folder = folder
        self._read: dict[str, Levels] = {}

    def coarser(self, rule: Rule) -> Coarser:
        """Return text -> its name at the rule's level; None for a value that is not in the file.

        Raises:
            UnavailableError: `mask.hierarchy-unreadable`.
            VerificationError: `mask.hierarchy-changed`.
            MalformedError: `mask.hierarchy`.
        """
        name, level = rule.text("file"), rule.whole("level", 1)
        digest = rule.text("sha256")
        if digest not in self._read:
            self._read[digest] = read_hierarchy(_bytes(self._folder / name, digest), name)
        levels = self._read[digest]
        if any(len(one) < level for one in levels.values()):
            _no(name, f"not every value has a level {level}")
        names = {normal(value, fold=False): one[level - 1] for value, one in levels.items()}
        return lambda text: names.get(normal(text, fold=False))


def read_hierarchy(data: bytes, name: str) -> Levels:
    """Read a hierarchy's bytes; `name` tells its form by its end.

    Raises:
        MalformedError: `mask.hierarchy`, with the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        _no(name, "the file is not UTF-8")
    pairs = _toml(text, name) if name.endswith(".toml") else _csv(text, name)
    found: dict[str, Sequence[str]] = {}
    for value, levels in pairs:
        if value in found and found[value] != levels:
            _no(name, f"a value stands twice, with other levels (line {len(found) + 1})")
        found[value] = levels
    return found or _no(name, "the file is empty")


def _csv(text: str, name: str) -> Iterator[tuple[str, Sequence[str]]]:
    first = text.partition("\n")[0]
    rows: Iterable[list[str]] = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if ";" in first else ","
    )
    try:
        for at, row in enumerate(rows, 1):
            if len(row) == 1:
                _no(name, f"line {at} has a value and no level")
            if row:
                yield row[0], tuple(row[1:])
    except csv.Error:
        _no(name, "the file is no CSV")


def _toml(text: str, name: str) -> Iterator[tuple[str, Sequence[str]]]:
    try:
        document = parse_toml(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        _no(name, f"the file is no TOML: {place_in(error)}")
    for value, levels in document.items():
        if not isinstance(levels, list) or not all(isinstance(one, str) for one in levels):
            _no(name, "a value has no list of levels")
        yield value, tuple(levels)


def _bytes(path: Path, digest: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UnavailableError(
            "mask.hierarchy-unreadable", f"cannot read the hierarchy {path}", got=error.strerror,
            mend="the plan names it relative to the plan's own folder",
        ) from error  # fmt: skip
    if len(data) > MAX_FILE:
        _no(str(path), "the file is too large")
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise VerificationError(
            "mask.hierarchy-changed", f"the hierarchy {path} is not the one that the plan names",
            expected=digest, got=found, mend="review it, and write its SHA-256 into the plan",
        )  # fmt: skip
    return data


def _no(name: str, what: str) -> NoReturn:
    raise MalformedError(
        "mask.hierarchy", f"the hierarchy {name[:80]}: {what}",
        mend="a CSV file with value, level 1, level 2 in each line; see spec/mask-plan.md",
    )  # fmt: skip
