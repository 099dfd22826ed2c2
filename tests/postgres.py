"""A PostgreSQL of the tests' own: this machine's programs, a data directory that goes afterwards.

`postgres_server` is started once a run, when a test first asks for it; `postgres` is a fresh
database in it. It listens on a Unix socket only. Where PostgreSQL is not installed the tests
that ask for it are skipped, unless SUNLIT_NEED_POSTGRES says that they must not be.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sqlalchemy import Engine

NEEDED = "SUNLIT_NEED_POSTGRES" in os.environ  # before a fixture takes our variables away


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest one; None where there is none."""
    found = shutil.which("pg_ctl")
    if found is not None:
        return Path(found).resolve().parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda it: it.parts[-3])
    return places[-1].parent if places else None


def _as_somebody() -> list[str]:
    """Return what stands before a command so that it does not run as root, as PostgreSQL asks."""
    if os.geteuid() != 0:
        return []
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    return ["setpriv", f"--reuid={name}", "--clear-groups"]


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Start PostgreSQL and give the URL of its first database; stop it at the end.

    Without `durable` it does not sync: tests need no disk that survives the power.
    """
    found = programs()
    if found is None:
        if NEEDED:
            pytest.fail("PostgreSQL is not installed, and these tests are asked for")
        pytest.skip("PostgreSQL is not installed")
    root = Path(tempfile.mkdtemp(prefix="sunlit-pg-", dir="/tmp"))
    prefix = _as_somebody()
    if prefix:
        shutil.chown(root, prefix[1].partition("=")[2])

    def run(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, capture_output=True, cwd=root)

    data = str(root / "data")
    run(str(found / "initdb"), "-D", data, "-U", "sunlit", "-A", "trust", "-E", "UTF8", "-N")
    settings = [
        f"-c unix_socket_directories={root}", "-c listen_addresses=''", "-c max_connections=60",
        f"-c fsync={'on' if durable else 'off'}", "-c shared_buffers=32MB",
    ]  # fmt: skip
    log = str(root / "log")
    run(str(found / "pg_ctl"), "-D", data, "-l", log, "-w", "-o", " ".join(settings), "start")
    try:
        yield f"postgresql://sunlit@/postgres?host={root}"
    finally:
        run(str(found / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def database(url: str) -> Iterator[str]:
    """Make a fresh database on a server and give its URL; drop it at the end."""
    import psycopg  # most runs of a few tests need none
    from psycopg import sql

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a server that is started once a run."""
    with server() as url:
        yield url


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """Give the URL of a fresh database."""
    with database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_server(postgres_server: str) -> Iterator[str]:
    """Give the URL of a database with the private store's tables, made once a run."""
    from sunlit.adapters.sql.private import open_private, upgrade

    with database(postgres_server) as url:
        engine = open_private(url)
        upgrade(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with the private store's tables, made once a run."""
    from sunlit.adapters.sql.private import open_private, upgrade

    path = tmp_path_factory.mktemp("private") / "private.sqlite"
    engine = open_private(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def private_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty private store, brought up to date, on each kind of database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "private.sqlite")
        return f"sqlite:///{tmp_path / 'private.sqlite'}"
    url: str = request.getfixturevalue("migrated_server")
    _empty(url)
    return url


def _empty(url: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'private'"
            " AND tablename <> 'alembic_version'"
        ).fetchall()
        tables = sql.SQL(", ").join(sql.Identifier("private", name) for (name,) in names)
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(tables))


@pytest.fixture
def private(private_url: str) -> Iterator["Engine"]:
    """Give an empty private store on each kind of database."""
    from sunlit.adapters.sql.private import open_private

    engine = open_private(private_url)
    yield engine
    engine.dispose()
