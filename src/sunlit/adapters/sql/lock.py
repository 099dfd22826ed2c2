"""The lock store in PostgreSQL: rows of one log in the schema `lock`.

What is said of the SQLite store holds here too (docs/adr/0003-staging-in-the-lock-store.md): the
staged entries and the checkpoint are swapped in one transaction, which is durable when it
returns. The writer's lock is an advisory lock of the same connection: it goes with it, and what
the connection had not committed goes too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.base.times import from_unix
from sunlit.log.faults import disk_full
from sunlit.log.lock import lost_race
from sunlit.log.ports import Batch, Head
from sunlit.log.writer import busy

SCHEMA: Final = """
CREATE SCHEMA IF NOT EXISTS lock;
CREATE TABLE IF NOT EXISTS lock.head (
    origin text PRIMARY KEY, checkpoint bytea NOT NULL, admitted bigint
);
CREATE TABLE IF NOT EXISTS lock.batch (
    origin text NOT NULL, old_size bigint NOT NULL, size bigint NOT NULL DEFAULT 0,
    old_root bytea NOT NULL DEFAULT '', checkpoint bytea NOT NULL DEFAULT '',
    bundle bytea NOT NULL, PRIMARY KEY (origin, old_size)
);
CREATE TABLE IF NOT EXISTS lock.seen (
    origin text NOT NULL, key bytea NOT NULL, idx bigint NOT NULL, PRIMARY KEY (origin, key)
);
"""
_Connection = psycopg.Connection[tuple[Any, ...]]
TABLES_LOCK: Final = 0x53756E6C6F636B  # processes that make the tables at once wait for each other


class PostgresLock:
    """`Lock` in a PostgreSQL database; `origin` says which log's rows."""

    def __init__(self, url: str, origin: str) -> None:
        """Open the lock store of a log that exists, and keep every other writer out.

        Raises:
            UnavailableError: `log.lock-missing`, `log.writer-busy`, `log.lock-failed`.
        """
        self._origin = origin
        self._db = _connect(url)
        try:
            with _translated():
                row = self._db.execute(
                    "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"sunlit {origin}",)
                ).fetchone()
            if row is None or not row[0]:
                raise busy()
            self.head()
        except SunlitError:
            self.close()
            raise

    @classmethod
    def create(
        cls,
        url: str,
        *,
        origin: str,
        checkpoint: bytes,
        admitted_at: datetime | None = None,
        seen: Mapping[bytes, int] | None = None,
    ) -> "PostgresLock":
        """Make the lock store of a log, whole or not at all, and open it.

        `seen` are entry indices by the SHA-256 of their keys, where the log was kept elsewhere.

        Raises:
            MalformedError: `log.lock-exists`.
            UnavailableError: `log.lock-failed`, `log.writer-busy`.
        """
        admitted = None if admitted_at is None else int(admitted_at.timestamp())
        with _translated(), _connect(url) as database, database.transaction():
            database.execute("SELECT pg_advisory_xact_lock(%s)", (TABLES_LOCK,))
            database.execute(SCHEMA)
            made = database.execute(
                "INSERT INTO lock.head VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (origin, checkpoint, admitted),
            )
            if made.rowcount != 1:
                raise MalformedError(
                    "log.lock-exists", f"a lock store exists already for {origin}",
                    mend="open that log, or choose another database for the new one",
                )  # fmt: skip
            _insert_keys(database, origin, seen or {})
        return cls(url, origin)

    def head(self) -> Head:
        """Return the checkpoint that was swapped in last."""
        with _translated():
            self._roll_back()
            row = self._db.execute(
                "SELECT checkpoint, admitted FROM lock.head WHERE origin = %s", (self._origin,)
            ).fetchone()
        if row is None:
            raise _missing(self._origin)
        admitted = None if row[1] is None else from_unix(row[1])
        return Head(origin=self._origin, checkpoint=row[0], admitted_at=admitted)

    def batches(self) -> tuple[Batch, ...]:
        """Return the staged batches, oldest first."""
        with _translated():
            rows = self._db.execute(
                "SELECT old_size, old_root, checkpoint, bundle FROM lock.batch"
                " WHERE origin = %s ORDER BY old_size",
                (self._origin,),
            ).fetchall()
        return tuple(
            Batch(old_size=size, old_root=root, checkpoint=note, bundle=bundle)
            for size, root, note, bundle in rows
        )

    def find(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the entry index of each key that is known."""
        asked = {_short(key): key for key in keys}
        with _translated():
            rows = self._db.execute(
                "SELECT key, idx FROM lock.seen WHERE origin = %s AND key = ANY(%s)",
                (self._origin, list(asked)),
            ).fetchall()
        return {asked[bytes(short)]: index for short, index in rows}

    def stage(self, old_size: int, bundle: bytes) -> bytes:
        """Open the commit, put the entries in it and return them as read back from it."""
        with self._or_rollback():
            self._db.execute("BEGIN")
            self._db.execute(
                "INSERT INTO lock.batch (origin, old_size, bundle) VALUES (%s, %s, %s)",
                (self._origin, old_size, bundle),
            )
            row = self._db.execute(
                "SELECT bundle FROM lock.batch WHERE origin = %s AND old_size = %s",
                (self._origin, old_size),
            ).fetchone()
        return bytes(row[0]) if row else b""

    def swap(
        self,
        expected: bytes,
        batch: Batch,
        *,
        admitted_at: datetime,
        keys: Mapping[bytes, int],
    ) -> None:
        """Commit: replace the checkpoint if it still is `expected`, and keep what was staged."""
        size = int(batch.checkpoint.split(b"\n", 2)[1])
        run = self._db.execute
        with self._or_rollback():
            swapped = run(
                "UPDATE lock.head SET checkpoint = %s, admitted = %s"
                " WHERE origin = %s AND checkpoint = %s",
                (batch.checkpoint, int(admitted_at.timestamp()), self._origin, expected),
            )
            if swapped.rowcount != 1:
                raise lost_race()
            run(
                "UPDATE lock.batch SET size = %s, old_root = %s, checkpoint = %s"
                " WHERE origin = %s AND old_size = %s",
                (size, batch.old_root, batch.checkpoint, self._origin, batch.old_size),
            )
            _insert_keys(self._db, self._origin, {_short(key): at for key, at in keys.items()})
            run("COMMIT")

    def drop(self, durable_size: int) -> None:
        """Forget the staged batches that end at or below `durable_size`."""
        with _translated():
            self._db.execute(
                "DELETE FROM lock.batch WHERE origin = %s AND size <= %s",
                (self._origin, durable_size),
            )

    def close(self) -> None:
        """Let go of the store; what was not committed is gone. The second time does nothing."""
        if not self._db.closed:
            # The server notices a closed connection in its own time: the next writer need not wait.
            with suppress(psycopg.Error):  # where the connection is lost, so is the lock
                self._roll_back()
                self._db.execute("SELECT pg_advisory_unlock_all()")
        self._db.close()

    def _roll_back(self) -> None:
        if self._db.info.transaction_status != TransactionStatus.IDLE:
            self._db.execute("ROLLBACK")

    @contextmanager
    def _or_rollback(self) -> Iterator[None]:
        try:
            with _translated():
                yield
        except SunlitError:
            if not self._db.closed:
                with _translated():
                    self._roll_back()
            raise


def _connect(url: str) -> _Connection:
    with _translated():
        return psycopg.connect(
            url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True,
            connect_timeout=10, options="-csynchronous_commit=on", application_name="sunlit-log",
        )  # fmt: skip


def _insert_keys(database: _Connection, origin: str, keys: Mapping[bytes, int]) -> None:
    rows = [(origin, short, at) for short, at in sorted(keys.items())]
    if rows:
        with database.cursor() as cursor:
            cursor.executemany("INSERT INTO lock.seen VALUES (%s, %s, %s)", rows)


def _short(key: bytes) -> bytes:
    return sha256(key).digest()


def _missing(origin: str) -> UnavailableError:
    return UnavailableError(
        "log.lock-missing", f"the database holds no lock store of {origin}",
        mend="check the database's name; never begin a second lock store for a log that exists",
    )  # fmt: skip


@contextmanager
def _translated() -> Iterator[None]:
    """Turn PostgreSQL's errors into ours; its own text may name what was written."""
    try:
        yield
    except psycopg.errors.UndefinedTable as error:
        raise _missing("this log") from error
    except (psycopg.errors.DiskFull, psycopg.errors.InsufficientResources) as error:
        raise disk_full() from error
    except psycopg.Error as error:
        raise UnavailableError(
            "log.lock-failed", "the lock store could not be read or written",
            got=type(error).__name__,
            mend="look at the database and its messages, then open the log again",
        ) from error  # fmt: skip
