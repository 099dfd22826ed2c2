"""Opening a database for the private store, and transactions that say what went wrong in words."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from sunlit.base.errors import MalformedError, UnavailableError

SCHEMA: Final = "private"
BUSY_SECONDS: Final = 10
READING: Final = "sunlit_reading"
USED: Final = "sunlit_used"  # when a connection was given back
TRUSTED_SECONDS: Final = 1.0


def open_private(url: str, *, pool: int = 10) -> Engine:
    """Open the private store at `sqlite:///FILE` or `postgresql://...`; nothing is connected yet.

    On PostgreSQL its tables stand in the schema `private`. `pool` is how many connections are
    kept; twice as many may be open for a moment.

    Raises:
        MalformedError: `private.url`.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(url, pool)
        case "postgresql":
            engine = create_engine(
                parsed.set(drivername="postgresql+psycopg"), pool_size=pool, max_overflow=pool,
                connect_args={
                    # A plan is kept that was made while a table was empty: the queue's tables have
                    # thousands of rows a minute later, and are never to be read whole.
                    "options": (
                        f"-csearch_path={SCHEMA} -csynchronous_commit=on -cenable_seqscan=off"
                    ),
                    "connect_timeout": BUSY_SECONDS,
                },
            )  # fmt: skip
            _mind_the_idle(engine)
            return engine
        case other:
            raise MalformedError(
                "private.url", "the private store is in no database that is known here",
                expected="sqlite:///FILE or postgresql://HOST/NAME", got=other,
            )  # fmt: skip


def _sqlite(url: str, pool: int) -> Engine:
    engine = create_engine(
        url, pool_size=pool, max_overflow=pool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )  # fmt: skip
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _mind_the_idle(engine: Engine) -> None:
    """Have a connection made anew that the server dropped while nobody used it.

    As `pool_pre_ping`, but without asking after one that was used a moment ago: under load that
    would be as many questions more as there are questions.
    """
    dialect = engine.dialect

    def note(_raw: object, record: ConnectionPoolEntry) -> None:
        record.info[USED] = time.monotonic()

    def expect_alive(raw: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get(USED, math.inf) < TRUSTED_SECONDS:
            return
        try:
            dialect.do_ping(raw)
        except dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", expect_alive)


class _Cursor(Protocol):
    def execute(self, statement: str) -> object: ...

    def close(self) -> None: ...


class _Raw(Protocol):
    def cursor(self) -> _Cursor: ...


def _prepare(raw: _Raw, record: object) -> None:
    del record
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a commit returns when it is on the disk
    cursor.execute("PRAGMA fullfsync = ON")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # Python begins no transaction of its own (isolation_level None). Who writes takes the lock at
    # once: a reader that turns into a writer half-way would be refused without waiting.
    reads = connection.get_execution_options().get(READING, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that is committed at the end, or rolled back when something is raised.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    with translated(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a transaction that changes nothing and waits for no writer.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    with translated(), engine.connect() as connection:
        yield connection.execution_options(**{READING: True})


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """Give a connection for one statement that reads: no transaction is begun and ended for it.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    with reading(engine) as connection:
        if engine.dialect.name == "postgresql":  # SQLite's transactions cost no way to a server
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")  # noqa: PLW2901
        yield connection


@contextmanager
def at_once(engine: Engine) -> Iterator[Connection]:
    """Give a connection for statements of which each is a transaction on PostgreSQL.

    In SQLite all of them are one: there a commit costs a sync, and no way to a server.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    if engine.dialect.name != "postgresql":
        with writing(engine) as connection:
            yield connection
        return
    with translated(), engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database's errors into ours; their text may hold what was written, so it stays.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise UnavailableError(
            "private.unavailable", "the private store could not be read or written",
            got=type(error).__name__,
            mend="look at the database and its disk, then try again: nothing was acknowledged",
        ) from error  # fmt: skip
