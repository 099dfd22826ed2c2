"""Opens the database of the projections, and makes its tables: a SQLite file, or PostgreSQL.

It is a cache: a version of the tables that this program does not know is dropped and made anew.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, Table, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.projection.dialect import is_postgresql
from sunlit.projection.rooms import rooms
from sunlit.projection.tables import CHANGED, MADE, META, METADATA, VERSION

SCHEMA: Final = "projections"
BUSY_MS: Final = 10_000
# WAL lets readers read while somebody writes. Synchronous NORMAL: after a power cut the file is
# whole and perhaps some batches old; the projector then goes on from there.
PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 1073741824", f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA temp_store = MEMORY",
)  # fmt: skip
# What is in these files need not outlive its process. Sorting may use the disk: memory does not
# grow with a log. Runs of 8 MiB, sorted by another thread, fit the processor's caches.
SCRATCH: Final = (
    "PRAGMA main.journal_mode = OFF", "PRAGMA waiting.journal_mode = OFF",
    "PRAGMA main.synchronous = OFF", "PRAGMA waiting.synchronous = OFF",
    "PRAGMA main.secure_delete = OFF", "PRAGMA waiting.secure_delete = OFF",
    "PRAGMA main.mmap_size = 2000000000", "PRAGMA waiting.mmap_size = 2000000000",
    "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA main.cache_size = -8192",
    "PRAGMA waiting.cache_size = -8192", "PRAGMA temp_store = FILE", "PRAGMA threads = 1",
)  # fmt: skip
_FTS: Final = "CREATE VIRTUAL TABLE card_text USING fts5(words, detail='none', prefix='2 3 4')"
# `search` is folded by us to words between single spaces: both databases then find the same.
_DOC: Final = (
    # Narrow, and beside the cards: a common word is in many, and each one's page is looked at.
    """CREATE TABLE card_words (id integer PRIMARY KEY REFERENCES card ON DELETE CASCADE,
                              doc tsvector NOT NULL)""",
    "CREATE INDEX card_words_doc ON card_words USING gin (doc)",
)
_LOCK: Final = 0x53554E4C49540001  # ours, among PostgreSQL's advisory locks: "SUNLIT", tables


def open_projections(url: str) -> Engine:
    """Open the projections at `url`, with the tables of this version.

    Raises:
        MalformedError: `projection.bad-url`.
        UnavailableError: `projection.unavailable`.
    """
    rooms()  # their tables are in METADATA now
    engine = connect(url)
    with answering():
        _make_tables(engine)
    return engine


def connect(url: str) -> Engine:
    """Return an engine over the database at `url`, as it is.

    Raises:
        MalformedError: `projection.bad-url`.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _bad_url() from error
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() != "postgresql":
        raise _bad_url()
    return _postgresql(parsed)


def scratch(made: Path, waiting: Path) -> Engine:
    """Return an engine over two new files of nobody else's, the second attached as `waiting`."""

    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute("ATTACH :name AS waiting", {"name": str(waiting)})
        for pragma in SCRATCH:
            connection.execute(pragma)

    engine = create_engine(URL.create("sqlite", database=str(made)), poolclass=NullPool)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_pre_ping=True,
        # Its default says that another page costs as on a turning disk: a word that a quarter of
        # all cards have was then looked for in each card, in twice the time of the index.
        connect_args={"options": f"-csearch_path={SCHEMA} -crandom_page_cost=1.1"},
    )  # fmt: skip


def _prepare_sqlite(connection: object, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined] # a DBAPI connection has no type
    # The driver must not begin by itself: what writes begins at once, see `writing`.
    connection.isolation_level = None  # type: ignore[attr-defined]
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    wanted = connection.get_execution_options().get("sunlit_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if wanted else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database.

    Raises:
        UnavailableError: `projection.unavailable`.
    """
    with answering(), engine.connect() as connection:
        # SQLite's readers see one state anyway.
        level = {"isolation_level": "REPEATABLE READ"} if is_postgresql(connection) else {}
        chosen = connection.execution_options(**level)
        with chosen.begin():
            yield chosen


@contextmanager
def writing(engine: Engine, lock: int) -> Iterator[Connection]:
    """Give a connection in a transaction of which there is only one at a time for `lock`.

    On SQLite there is one for the whole file.

    Raises:
        UnavailableError: `projection.unavailable`.
    """
    with answering(), engine.connect() as connection:
        chosen = connection.execution_options(sunlit_writes=True)
        with chosen.begin():
            if is_postgresql(chosen):
                chosen.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
            yield chosen


@contextmanager
def answering() -> Iterator[None]:
    """Turn what the database's driver raises into our own error; the text stays out of it."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raised = error.orig if isinstance(error, DBAPIError) else error
        raise UnavailableError(
            "projection.unavailable", "the database of the projections does not answer",
            got=type(raised).__name__,
            mend="check that it runs and has space; what is in it can be made anew with "
            "sunlit rebuild",
        ) from error  # fmt: skip


def drop_all(connection: Connection) -> None:
    """Drop every table of the projections, of whatever version."""
    if is_postgresql(connection):
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        return
    # The shadow tables of the text index go with it.
    connection.exec_driver_sql("DROP TABLE IF EXISTS card_text")
    found = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (name,) in connection.exec_driver_sql(found).all():
        quoted = str(name).replace('"', '""')
        connection.exec_driver_sql(f'DROP TABLE "{quoted}"')


def create_all(connection: Connection) -> None:
    """Make every table that the rooms have declared by now, and note their version."""
    if is_postgresql(connection):
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    create_tables(connection)
    create_indices(connection, METADATA.sorted_tables)


def create_tables(connection: Connection) -> None:
    """Make every table without its indices, and note the version."""
    for table in METADATA.sorted_tables:
        connection.execute(CreateTable(table))
    words = _DOC if is_postgresql(connection) else (_FTS,)
    for statement in words:
        connection.exec_driver_sql(statement)
    names = {"version": version(), CHANGED: "0", MADE: secrets.token_hex(8)}
    for name, value in names.items():
        connection.execute(META.insert().values(name=name, value=value))


def create_indices(connection: Connection, tables: Iterable[Table]) -> None:
    """Make the indices of tables."""
    for table in tables:
        for index in sorted(table.indexes, key=lambda it: str(it.name)):
            connection.execute(CreateIndex(index))


def version() -> str:
    """Return the number of these tables, with the names of all columns: rooms add theirs."""
    tables = sorted(METADATA.tables.values(), key=lambda it: it.name)
    names = ";".join(f"{it.name}({','.join(it.columns.keys())})" for it in tables)
    return f"{VERSION} {names}"


def _make_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        if _found_version(connection) == version():
            return
    with writing(engine, _LOCK) as connection:
        if _found_version(connection) != version():
            drop_all(connection)
            create_all(connection)


def _found_version(connection: Connection) -> str | None:
    exists = "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
    if is_postgresql(connection):
        exists = f"SELECT 1 FROM pg_tables WHERE schemaname = '{SCHEMA}' AND tablename = 'meta'"  # noqa: S608 - our own name
    if connection.exec_driver_sql(exists).first() is None:
        return None
    row = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'version'").first()
    return None if row is None else str(row[0])


def _bad_url() -> MalformedError:
    return MalformedError(
        "projection.bad-url", "this names no database that projections can be kept in",
        expected="sqlite:///FILE or postgresql://HOST/NAME",
    )  # fmt: skip
