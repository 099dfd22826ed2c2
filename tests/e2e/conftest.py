"""The demo is played once a run: by the first test that needs it, in one of the processes."""

import shutil
from pathlib import Path

import pytest

from tests.cli.doors import Door
from tests.e2e.played import Town, play


@pytest.fixture
def sunlit(capsys: pytest.CaptureFixture[str]) -> Door:
    """The command line, called in this process."""
    return Door(capsys)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where the demo was played; nobody changes it."""
    base = tmp_path_factory.getbasetemp()
    return play(base if worker_id == "master" else base.parent)


@pytest.fixture
def town(demo: Path, tmp_path: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A copy of where the demo ends, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(demo, tmp_path / "town")
    monkeypatch.chdir(tmp_path / "town")
    return Town(tmp_path / "town", sunlit)
