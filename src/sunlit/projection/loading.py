"""Projects whole logs into an empty SQLite file, and puts it in the place of what there was.

Rows are loaded as they come, and put in order and indexed once they are all there: in an index
that grows entry by entry, each lands somewhere else. All of that happens in files beside the
database, which are not synced; the pages are then copied over in one transaction. A crash before
its end leaves the rows as they were: whoever reads sees the old ones or the new ones, whole.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from sunlit.authority.directory import Directory
from sunlit.authority.trustfile import TrustFile
from sunlit.log.reader import LogReader
from sunlit.projection.ahead import Ahead, helpers, seldom_collected
from sunlit.projection.engine import answering, create_indices, create_tables, scratch
from sunlit.projection.folding import fold_entries
from sunlit.projection.load_again import mend_said_again
from sunlit.projection.load_cards import load_cards
from sunlit.projection.rooms import makers, rooms
from sunlit.projection.tables import CARD, CARD_FACET, FACT, METADATA, POSITION, THREAD
from sunlit.projection.writing import Pending

BATCH: Final = 1000  # entries
# Of these the rows of an entry land anywhere: they wait, and are put in order at the end.
_SCATTERED: Final = (THREAD, FACT)
_LAST: Final = (CARD, CARD_FACET)  # filled when all else is there


def file_of(engine: Engine) -> Path | None:
    """Return the file of a SQLite database; None of any other."""
    name = engine.url.database
    is_file = engine.dialect.name == "sqlite" and name and name != ":memory:"
    return Path(str(name)) if is_file else None


def load(
    engine: Engine, path: Path, logs: Sequence[LogReader], trust: TrustFile, digest: str,
    step: Callable[[str, int, int], None],
) -> int:  # fmt: skip
    """Project logs from their beginnings, in place of all that is there; return how many entries.

    Raises:
        SunlitError: as `sunlit.projection.project.project`.
    """
    with answering(), seldom_collected(), _beside(path) as connection:
        create_tables(connection)
        for table in _SCATTERED:
            connection.exec_driver_sql(
                f"CREATE TABLE waiting.{table.name} AS SELECT * FROM main.{table.name}"  # noqa: S608 - our own name
            )
        size = sum(reader.size for reader in logs)
        with helpers(size) as pool:
            for reader in logs:
                _load_log(connection, reader, trust, pool, step)
                _note(connection, reader, digest)
            _put_in_order(connection)
            create_indices(connection, [it for it in METADATA.sorted_tables if it not in _LAST])
            mend_said_again(connection, logs, trust)
            load_cards(connection, pool)
        create_indices(connection, _LAST)
        connection.commit()
        connection.exec_driver_sql("PRAGMA shrink_memory")
        _put_in_place(connection, engine)
        return size


def _put_in_order(connection: Connection) -> None:
    for table in _SCATTERED:
        keys = ", ".join(column.name for column in table.primary_key)
        connection.exec_driver_sql(
            f"INSERT INTO main.{table.name} SELECT * FROM waiting.{table.name} ORDER BY {keys}"  # noqa: S608 - our own name
        )


def _load_log(
    connection: Connection, reader: LogReader, trust: TrustFile,
    pool: ProcessPoolExecutor | None, step: Callable[[str, int, int], None],
) -> None:  # fmt: skip
    """Load the rows of a log as if nobody had said anything twice: `mend_said_again` sees to it."""
    directory, origin, known = Directory.rooted(trust), reader.checkpoint.origin, makers(rooms())
    done = 0
    ahead, kept = Ahead(reader, pool, BATCH, once=True), Pending(connection)
    while done < reader.size:
        batch = ahead.take(done, directory)
        folded = batch.folded(directory) or fold_entries(
            batch.entries, origin, done, directory, None, known
        )
        kept.insert(_waiting(folded.rows))
        directory = folded.directory if folded.acted else directory
        done = batch.end
        step(origin, done, reader.size)
    kept.end()


def _waiting(rows: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    scattered = {table.name for table in _SCATTERED}
    return {f"waiting.{it}" if it in scattered else it: values for it, values in rows.items()}


def _note(connection: Connection, reader: LogReader, digest: str) -> None:
    made = reader.checkpoint
    values = {"origin": made.origin, "size": made.size, "root": made.root.hex(), "trust": digest}
    if made.size:
        connection.execute(POSITION.insert().values(values))


@contextmanager
def _beside(path: Path) -> Iterator[Connection]:
    """Give an empty database beside another one, and delete it afterwards."""
    made, waiting = (path.with_name(f"{path.name}.{it}") for it in ("made", "waiting"))
    try:
        for one in (made, waiting):
            one.unlink(missing_ok=True)  # of somebody who was ended
        engine = scratch(made, waiting)
        with engine.connect() as connection:
            yield connection
        engine.dispose()
    finally:
        for one in (made, waiting):
            one.unlink(missing_ok=True)


def _put_in_place(made: Connection, engine: Engine) -> None:
    """Copy every page over, in one transaction."""

    def expect_free(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # it has waited already
            raise sqlite3.OperationalError

    with engine.connect() as connection:
        target, source = (it.connection.driver_connection for it in (connection, made))
        assert isinstance(target, sqlite3.Connection)  # noqa: S101 - the dialect says so
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - as above
        connection.detach()  # what is kept of pages that are written once is of no use to others
        target.execute("PRAGMA cache_size = -8192")
        source.backup(target, progress=expect_free)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # it is as large as the database by now
