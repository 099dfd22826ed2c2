"""Projections on each kind of database, emptied between tests; the log that tests read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from sunlit.projection.engine import open_projections, writing
from sunlit.projection.tables import METADATA
from sunlit.testing.authority import LOG, World
from sunlit.testing.logs import MadeLog
from tests.postgres import database
from tests.projection.folds import told


def empty(engine: Engine) -> Engine:
    """Delete every row, and return the engine."""
    with writing(engine, 1) as connection:
        for table in METADATA.tables.values():
            if table.name != "meta":
                connection.execute(table.delete())
        if engine.dialect.name == "sqlite":
            connection.execute(text("DELETE FROM card_text"))
    return engine


@pytest.fixture(scope="session")
def projections_server(postgres_server: str) -> Iterator[str]:
    """Give the URL of a database of the projections' own, made once a run."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def projections_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with the tables, made once a run."""
    path = tmp_path_factory.mktemp("projections") / "made.sqlite"
    open_projections(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def sqlite(projections_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """Give empty projections in a SQLite file."""
    shutil.copy(projections_file, tmp_path / "p.sqlite")
    engine = open_projections(f"sqlite:///{tmp_path / 'p.sqlite'}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def projections(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Give empty projections on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    engine = open_projections(request.getfixturevalue("projections_server"))
    yield empty(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def world() -> World:
    """Give the world in whose log something of every kind is said. Not to be changed."""
    return told()


@pytest.fixture
def log(world: World) -> MadeLog:
    """Give its log."""
    return MadeLog(LOG, world.entries[LOG])
