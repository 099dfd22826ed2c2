"""Tables of databases: DuckDB opened read-only, PostgreSQL copied once in one stream.

A PostgreSQL table is copied into the temporary folder by a single SELECT, so what is digested
and what is looked at are the same rows whatever others write meanwhile.
"""

from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.data.source_engine import EXTRA, DuckEngine, literal, quoted
from sunlit.producers.data.source_parquet import flattened
from sunlit.producers.data.source_place import TablePlace

PLAIN: Final = frozenset({
    "bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "bpchar", "name",
    "date", "timestamp", "timestamptz",
})  # fmt: skip
COLUMNS: Final = """
SELECT a.attname::text, t.typname::text FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass($1)::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


def select_duckdb(engine: DuckEngine, place: TablePlace) -> tuple[str, tuple[str, ...]]:
    """Attach the file read-only; return the SQL that reads the table, and its columns' names.

    Raises:
        MalformedError: `data.no-table`.
        UnavailableError: `data.database`.
    """
    import duckdb  # noqa: PLC0415 - an extra; the engine has found it

    path = Path(place.where)
    if not path.is_file():
        raise UnavailableError("data.database", f"there is no file {path.name!r}")
    try:
        engine.connection.execute(f"ATTACH {literal(str(path))} AS src (READ_ONLY, TYPE duckdb)")
        # A view in somebody else's file must not read files of ours.
        engine.connection.execute("SET enable_external_access = false")
    except duckdb.Error:
        raise UnavailableError(
            "data.database", f"the database {path.name!r} cannot be opened",
            expected="a DuckDB file that no other process is writing to",
        ) from None  # fmt: skip
    table = ".".join(quoted(part) for part in ("src", *place.table.split(".", 1)))
    try:
        engine.connection.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608 - quoted
    except duckdb.Error:
        raise _no_table(place) from None
    return flattened(engine, table)


def _no_table(place: TablePlace) -> MalformedError:
    return MalformedError(
        "data.no-table", f"the database holds no table {place.table!r} that can be read",
        mend="name it as ?table=NAME or ?table=SCHEMA.NAME",
    )  # fmt: skip


def select_postgresql(engine: DuckEngine, place: TablePlace) -> tuple[str, tuple[str, ...]]:
    """Copy the table into the temporary folder; return the SQL that reads the copy, and its names.

    Raises:
        MalformedError: `data.no-table`.
        UnavailableError: `data.database`, `data.no-reader`, `data.no-memory`.
    """
    try:
        from adbc_driver_manager import Error  # noqa: PLC0415 - an extra
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415
    except ImportError as error:
        raise UnavailableError(
            "data.no-reader", "PostgreSQL cannot be read", expected="its ADBC driver", mend=EXTRA
        ) from error
    try:
        with closing(dbapi.connect(place.where)) as remote:
            return _copied(engine, remote, place)
    except Error:  # its text may hold the address, and that the password
        raise UnavailableError(
            "data.database", f"the PostgreSQL table {place.name!r} cannot be read",
            mend="try the same address and table with psql",
        ) from None  # fmt: skip


def _copied(engine: DuckEngine, remote: Any, place: TablePlace) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401
    table = ".".join(quoted(part) for part in place.table.split(".", 1))
    with remote.cursor() as cursor:
        # What a view of somebody else's calls runs with our rights: it may read, and no more.
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(COLUMNS, [table])
        columns = cursor.fetchall()
    if not columns:
        raise _no_table(place)
    chosen = ", ".join(_expression(name, kind) for name, kind in columns)
    # Without an order asked of it, ours is the order of arrival; the digest does not depend on it.
    with remote.cursor() as cursor:
        cursor.execute(f"SELECT {chosen} FROM {table}")  # noqa: S608 - quoted
        with engine.reading():
            engine.connection.execute(f"ATTACH {literal(str(engine.folder / 'copy'))} AS src")
            engine.connection.register("remote", cursor.fetch_record_batch())
            engine.connection.execute("CREATE TABLE src.copied AS SELECT * FROM remote")
            engine.connection.unregister("remote")
    return flattened(engine, "src.copied")


def _expression(name: str, kind: str) -> str:
    if kind in PLAIN:
        return quoted(name)
    shown = f"encode({quoted(name)}, 'hex')" if kind == "bytea" else f"{quoted(name)}::text"
    return f"{shown} AS {quoted(name)}"
