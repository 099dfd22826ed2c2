"""Recognisers: one TOML file each says how one kind of personal data is written and known again.

A file names patterns (the subset of regular expressions that RE2 and Hyperscan match in linear
time), a check of what they find (`checks.py`), words that stand near it (context), names that
its column has, how sure a find is with and without context, the public source of all this, and
texts that must be found and must not. An agency's own files stand beside the shipped ones.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.recognise.reading import read_file

DECOY: Final = "none"  # the category of what is known not to be personal data


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What a recogniser's file promises: `found` marks the finds «so», `ignored` holds none."""

    found: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def count(self) -> int:
        """Return how many tests there are."""
        return len(self.found) + len(self.ignored) + sum(map(len, self.column.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """How one kind of personal data is written.

    `alone` and `with_context` are confidences from 0 to 1; a find counts when its confidence
    reaches the engine's threshold. `context` are words (any of them) within `within` characters;
    where `also` is given, one of those must stand there too. `against` are words that make a find
    without context unlikely ("order no"). `category` `none` makes it a decoy: what it finds is
    known not to be personal data and hides what other recognisers see in it.
    """

    id: str
    kind: str
    title: str
    category: str
    region: str
    source: str
    patterns: tuple[str, ...] = ()
    validator: str | None = None
    alone: float = 0.0
    with_context: float = 0.9
    context: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    within: int = 60
    after: bool = True
    edges: bool = True
    case_sensitive: bool = False
    tests: Examples = field(default_factory=Examples, compare=False)


@dataclass(frozen=True)
class Recognisers:
    """Recognisers in order of their ids, and a digest of what they say."""

    items: tuple[Recogniser, ...]

    def __iter__(self) -> Iterator[Recogniser]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def by_id(self) -> Mapping[str, Recogniser]:
        """Return id -> recogniser."""
        return {one.id: one for one in self.items}

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """Return kind -> category, without decoys."""
        return {one.kind: one.category for one in self.items if one.category != DECOY}

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of all that decides what is found."""
        said = [{**asdict(one), "tests": None} for one in self.items]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def shipped() -> Recognisers:
    """Return the recognisers that come with Sunlit."""
    found = _walk(files("sunlit.recognise").joinpath("data"))
    return _together(make(read_file(path.name, path.read_bytes())) for path in found)


def source_of(name: str) -> str:
    """Return the file of a shipped recogniser.

    Raises:
        MalformedError: `recognise.no-recogniser`.
    """
    for one in _files():
        if f'id = "{name}"' in one.splitlines():
            return one
    raise MalformedError(
        "recognise.no-recogniser", "no recogniser has this id",
        got=name[:40], mend="see `sunlit data recognisers`",
    )  # fmt: skip


@lru_cache(maxsize=1)
def _files() -> list[str]:
    return [path.read_text("utf-8") for path in _walk(files("sunlit.recognise").joinpath("data"))]


def load(*folders: Path) -> Recognisers:
    """Return the shipped recognisers and those of an agency's folders.

    Raises:
        MalformedError: `recognise.file`, `recognise.key`, `recognise.twice`,
            `recognise.no-folder`.
    """
    own = [one for folder in folders for one in read_folder(folder)]
    return _together([*shipped(), *own])


def read_folder(folder: Path) -> list[Recogniser]:
    """Return the recognisers of one folder and the folders in it.

    Raises:
        MalformedError: `recognise.file`, `recognise.key`, `recognise.no-folder`.
    """
    paths = sorted(folder.rglob("*.toml")) if folder.is_dir() else []
    if not paths:
        raise MalformedError(
            "recognise.no-folder", f"{folder.name!r} holds no recognisers",
            expected="a folder of .toml files, one recogniser each",
            mend="copy one from `sunlit data recognisers --show nhs-number`",
        )  # fmt: skip
    return [make(read_file(path.name, path.read_bytes())) for path in paths]


def make(said: Mapping[str, object]) -> Recogniser:
    """Return the recogniser of what a file said, already checked by `read_file`."""
    tests = said.get("tests", {})
    assert isinstance(tests, dict)  # noqa: S101 - read_file checked it
    named = {name: value for name, value in said.items() if name != "tests"}
    return Recogniser(**{"kind": said["id"], **named}, tests=Examples(**tests))  # type: ignore[arg-type]


def _walk(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.name.endswith(".toml"):
            yield entry


def _together(them: "Iterator[Recogniser] | list[Recogniser]") -> Recognisers:
    items = sorted(them, key=lambda one: one.id)
    for one, after in pairwise(items):
        if one.id == after.id:
            raise MalformedError(
                "recognise.twice", f"two recognisers have the id {one.id!r}",
                mend="give your own another id, and the same `kind` if it finds the same thing",
            )  # fmt: skip
    return Recognisers(tuple(items))
