"""Tables of databases: DuckDB files read-only, and a real PostgreSQL started for the test."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pytest

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.producers.data.source import open_source

POSTGRES: Final = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
ROWS: Final = 70_000
MAKE: Final = """
DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA s;
CREATE TABLE s.people (
    id bigint, name text, paid numeric(10, 2), born date, ok boolean, at timestamptz, tags jsonb,
    raw bytea, gone int, "se""lect" inet
);
ALTER TABLE s.people DROP COLUMN gone;
INSERT INTO s.people SELECT
    g, CASE WHEN g % 2 = 0 THEN 'n' || g END, g + 0.10, '2000-02-29', true,
    '2020-01-01 00:00+00', '{"a": 1}', '\\x00ff', '10.0.0.1'
FROM generate_series(1, 70000) g
"""


def database(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for one in statements:
            connection.execute(one)
    return path


def expected_digest(columns: list[str], rows: list[list[str | None]]) -> str:
    """Compute the rows digest as spec/data.md tells it, without our code."""

    def row_digest(row: list[str | None]) -> bytes:
        parts = ["-" if one is None else f"{len(one.encode())}:{one}" for one in row]
        return hashlib.sha256("".join(parts).encode()).digest()

    header = encode({"columns": columns, "format": "sunlit-rows/1"})
    return hashlib.sha256(header + b"".join(sorted(map(row_digest, rows)))).hexdigest()


def test_a_duckdb_table_is_named_by_its_rows(tmp_path: Path) -> None:
    """The digest is what the spec says, does not depend on the rows' order, and counts twins."""
    path = database(
        tmp_path / "w.duckdb",
        "CREATE TABLE a AS SELECT * FROM (VALUES (1, 'x'), (2, NULL), (2, NULL)) t(id, name)",
        "CREATE TABLE b AS SELECT * FROM a ORDER BY id DESC",
        "CREATE TABLE c AS SELECT DISTINCT * FROM a",
    )
    digests = []
    for table in "abc":
        with open_source(f"duckdb:{path}?table={table}") as source:
            digests.append(source.digest["sha256"])
            assert (source.name, source.shape) == (f"w.duckdb#{table}", "table")

    rows: list[list[str | None]] = [["1", "x"], ["2", None], ["2", None]]
    assert digests[0] == digests[1] == expected_digest(["id", "name"], rows)
    assert digests[2] == expected_digest(["id", "name"], rows[:2])


def test_a_duckdb_table_of_another_schema_with_hostile_names_is_read(tmp_path: Path) -> None:
    """Names are quoted wherever they stand, and nests are flattened as in Parquet."""
    path = database(
        tmp_path / "w.duckdb", 'CREATE SCHEMA "s x"',
        'CREATE TABLE "s x"."t""; drop" AS SELECT {\'a\': 1, \'b c\': [2]} AS "select"',
    )  # fmt: skip

    with open_source(f'duckdb:{path}?table=s x.t"%3B drop') as source:
        assert [one.to_pylist() for one in source.batches()] == [
            [{"select.a": 1, "select.b c": "[2]"}]
        ]
        assert source.rows() == 1


def test_a_view_in_somebody_elses_database_reads_no_file_of_ours(tmp_path: Path) -> None:
    """Else a database could make us look at files that it names."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    path = database(
        tmp_path / "w.duckdb",
        f"CREATE VIEW v AS FROM read_csv('{tmp_path}/secret.csv')",
    )

    with pytest.raises(SunlitError):
        open_source(f"duckdb:{path}?table=v")


def test_a_big_table_is_digested_in_little_memory(tmp_path: Path) -> None:
    """Sorting spills into the temporary folder, which external access does not need."""
    path = database(
        tmp_path / "w.duckdb",
        "CREATE TABLE t AS SELECT range AS id, 'value ' || range AS v FROM range(1500000)",
    )

    with open_source(f"duckdb:{path}?table=t", memory="60MB") as source:
        assert source.rows() == 1_500_000


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("duckdb:none.duckdb?table=t", "data.database"), ("duckdb:w.duckdb", "data.place"),
        ("duckdb:w.duckdb?table=none", "data.no-table"), ("duckdb:n.txt?table=t", "data.database"),
        ("postgresql://u:hunter2@h/d", "data.place"),
        ("postgresql://u:hunter2@[h/d?table=t", "data.place"),
        ("postgresql+psycopg://u:hunter2@h/d?table=t", "data.place"),
        ("postgresql:u:hunter2@h/d?table=t", "data.place"),
        ("s3://hunter2@bucket/a.csv", "data.place"),
    ],
)  # fmt: skip
def test_what_names_no_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, code: str
) -> None:
    """Each with its own code, and no password."""
    monkeypatch.chdir(tmp_path)
    database(tmp_path / "w.duckdb", "CREATE TABLE t(a INT)")
    (tmp_path / "n.txt").write_text("no database")

    with pytest.raises((MalformedError, UnavailableError)) as error:
        open_source(place)
    assert error.value.code == code
    assert "hunter2" not in str(error.value.to_json())


def run_as(command: list[str], owner: pwd.struct_passwd | None) -> None:
    user = owner.pw_uid if owner else None
    subprocess.run(
        command, check=True, capture_output=True, user=user, extra_groups=[] if owner else None
    )


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a PostgreSQL on a unix socket, as somebody else when we are root (it refuses root)."""
    if not POSTGRES:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    binaries = POSTGRES[-1].parent
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path must be short
    if owner:
        os.chown(folder, owner.pw_uid, -1)
    data = folder / "data"
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    try:
        run_as([str(binaries / "initdb"), "-D", str(data), "-U", "ann", "-A", "trust",
                "--encoding", "UTF8", "--no-locale", "--no-sync"], owner)  # fmt: skip
        run_as([*control, "-l", str(folder / "log"), "-o", options, "start"], owner)
        yield f"postgresql://ann:hunter2@/postgres?host={folder}"
    finally:
        if data.exists():
            subprocess.run(
                [*control, "-m", "immediate", "stop"], check=False, capture_output=True,
                user=owner.pw_uid if owner else None,
            )  # fmt: skip
        shutil.rmtree(folder)


@pytest.fixture
def people(server: str) -> str:
    """Make a table of every kind of column."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        for statement in MAKE.split(";"):
            cursor.execute(statement)
    return server


def test_a_postgresql_table_is_read_and_named_by_its_rows(people: str) -> None:
    """Numbers exactly, other types as PostgreSQL writes them; the password nowhere."""
    with open_source(f"{people}&table=s.people") as source:
        assert source.name == "postgres#s.people"
        assert source.rows() == ROWS
        first = next(iter(source.batches())).to_pylist()[1]
        assert {key: first[key] for key in ("id", "name", "paid", "ok")} == {
            "id": 2, "name": "n2", "paid": "2.10", "ok": True,
        }  # fmt: skip
        assert (first["tags"], first["raw"], first['se"lect']) == (
            '{"a": 1}',
            "00ff",
            "10.0.0.1/32",
        )
        with source.reading():
            assert source.table().paid.nunique().to_pyarrow().as_py() == ROWS
        again = source.digest
        facts = vars(source)
    assert "hunter2" not in str({key: facts[key] for key in ("name", "digest", "reasons")})
    with open_source(f"{people}&table=s.people") as twice:
        assert twice.digest == again


@pytest.mark.parametrize("table", ["s.nobody", 's.peo"ple', "people; DROP SCHEMA s"])
def test_a_table_that_is_not_there_is_refused(people: str, table: str) -> None:
    """Whatever its name tries to be."""
    with pytest.raises(MalformedError) as error:
        open_source(f"{people}&table={table}")
    assert error.value.code in {"data.no-table", "data.place"}


def test_a_server_that_does_not_answer_is_no_secret_spilt(tmp_path: Path) -> None:
    """The driver's message holds the address; ours does not."""
    place = f"postgresql://ann:hunter2@/postgres?host={tmp_path}&table=t"
    with pytest.raises(UnavailableError) as error:
        open_source(place)
    assert error.value.code == "data.database"
    assert "hunter2" not in str(error.value.to_json())
    assert error.value.__suppress_context__


def test_the_digest_is_the_same_in_every_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Times with a zone are written in UTC, wherever the machine stands."""
    path = database(
        tmp_path / "w.duckdb",
        "CREATE TABLE t AS SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS at",
    )
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    with open_source(f"duckdb:{path}?table=t") as source:
        assert source.digest["sha256"] == expected_digest(["at"], [["2020-01-01 00:00:00+00"]])


def test_a_view_that_writes_is_not_obeyed(people: str) -> None:
    """Its function runs with the reader's rights; nothing is written, and an error says little."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(people, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE spoils (n int)")
        cursor.execute(
            "CREATE FUNCTION harm() RETURNS int LANGUAGE sql AS "
            "'INSERT INTO spoils VALUES (1) RETURNING n'"
        )
        cursor.execute("CREATE VIEW trap AS SELECT harm() AS n")

    with pytest.raises(SunlitError) as caught:
        open_source(f"{people}&table=trap")

    assert "hunter2" not in str(caught.value)
    with dbapi.connect(people) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM spoils")
        assert cursor.fetchone() == (0,)
