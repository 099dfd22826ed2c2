"""An unchanged folder is assured again without reading it: what was seen is remembered."""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from sunlit.registry.producing import OWN_FOLDER
from tests.cli.doors import Door

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "benefits-outreach"
_OPENED: Final[list[str]] = []
_LISTENING: Final[list[bool]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _LISTENING and not int(str(arguments[2] or 0)) & os.O_DIRECTORY:
        _OPENED.append(str(arguments[0]))


@cache
def _hook() -> None:
    """Once asked for it stays for the process's life, and costs every later test a little."""
    sys.addaudithook(_hear)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect the names of files that are opened by whatever way."""
    _hook()
    _OPENED.clear()
    _LISTENING.append(True)
    try:
        yield _OPENED
    finally:
        _LISTENING.clear()


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's folder with a record of its own, old enough to be remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "model"))
    later = time.time_ns() + 60 * 1_000_000_000
    monkeypatch.setattr("sunlit.adapters.cache.time.time_ns", lambda: later)
    return folder


def opened_of(folder: Path, opened: list[str]) -> set[str]:
    """Return which files of the folder were opened, by their last names."""
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    return {Path(one).name for one in opened} & names


def test_the_first_time_every_file_is_read(sunlit: Door, model: Path) -> None:
    """So that the next test shows something."""
    names = {path.name for path in model.rglob("*") if path.is_file()}

    with listening() as opened:
        sunlit("assure", model)

    assert opened_of(model, opened) == names


def test_the_second_time_no_file_is_read_but_sunlit_toml(sunlit: Door, model: Path) -> None:
    """The answer is the same; only the small file that says what the component is was opened."""
    words = ("assure", model, "--at", "2030-01-01T00:00:00Z", "--json")
    first = sunlit(*words)

    with listening() as opened:
        second = sunlit(*words)

    assert opened_of(model, opened) == {"sunlit.toml"}
    assert second.out == first.out


def test_one_changed_file_is_read_again_and_the_others_are_not_hashed(
    sunlit: Door, model: Path
) -> None:
    """The release is another one, so producers look again at what concerns them."""
    sunlit("assure", model)
    (model / "notes.txt").write_text("new", encoding="utf-8")

    with listening() as opened:
        found = sunlit("assure", model, "--json")

    assert opened.count("notes.txt") >= 1
    hashed = [one for one in opened if one.endswith(".parquet")]
    assert len(hashed) <= 2 * 2  # the scan and the look at columns; no digest
    assert json.loads(found.out)["files"] == len(
        [path for path in model.rglob("*") if path.is_file() and OWN_FOLDER not in path.parts]
    )


def test_without_a_cache_everything_is_read_again(sunlit: Door, model: Path) -> None:
    """`--no-cache` believes nothing."""
    sunlit("assure", model)

    with listening() as opened:
        sunlit("assure", model, "--no-cache")

    assert "train.py" in opened_of(model, opened)
