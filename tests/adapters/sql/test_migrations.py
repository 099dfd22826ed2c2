"""The migrations make the very tables that the code speaks to, on each database."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from sunlit.adapters.sql.migrate import settings
from sunlit.adapters.sql.private import METADATA, open_private, upgrade, writing
from sunlit.adapters.sql.queue import SqlSubmissions
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock

_OLD = text(
    "INSERT INTO submission (id, organisation, statement, state, put_at)"
    " VALUES (:id, 'a', :id, :state, 1)"
)
_SIZES = text("SELECT id, size FROM submission")
_ENVELOPE = text("INSERT INTO submitted (submission, place, envelope) VALUES (:id, 0, :envelope)")


def test_the_migrations_make_the_tables_that_the_code_speaks_to(private: Engine) -> None:
    """Alembic, asked what it would change, changes nothing."""
    with private.connect() as connection:
        differs = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_server_default": True}), METADATA
        )

    assert differs == []


def newest_revision() -> str | None:
    """Ask Alembic itself for the end of the one chain."""
    return ScriptDirectory.from_config(settings()).get_current_head()


def test_a_store_that_is_up_to_date_stays_as_it_is(private: Engine) -> None:
    """Every process runs the migrations when it starts."""
    upgrade(private)

    with private.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest_revision()


def test_the_migrations_are_one_chain() -> None:
    """Two that rest on the same one would leave it to chance what a store looks like."""
    scripts = ScriptDirectory.from_config(settings())

    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1


def test_postgresql_is_migrated_from_nothing(postgres: str) -> None:
    """Its tables stand in a schema of their own."""
    engine = open_private(postgres)

    upgrade(engine)
    with engine.connect() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar()

    assert schema == "private"
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_waited_before_an_upgrade_is_measured_by_it(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Also what is put by a process of the version before, which knows nothing of sizes."""
    url = f"sqlite:///{tmp_path}/p.sqlite"
    engine = open_private(url if kind == "sqlite" else request.getfixturevalue(kind))
    with writing(engine) as connection:
        if kind == "postgres":
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS private"))
        command.upgrade(settings(connection), "0004")
        for number, state in enumerate(("waiting", "admitted", "waiting")):
            connection.execute(_OLD, {"id": str(number), "state": state})
            connection.execute(_ENVELOPE, {"id": str(number), "envelope": b"\x00" * 70})

    upgrade(engine)
    with writing(engine) as connection:
        connection.execute(_OLD, {"id": "beside", "state": "waiting"})
        connection.execute(_ENVELOPE, {"id": "beside", "envelope": b"late"})
        found = {row.id: row.size for row in connection.execute(_SIZES)}
    waits = SqlSubmissions(engine=engine, clock=SetClock(START)).waiting("a", 10, 60)

    assert found == {"0": 70, "1": 0, "2": 70, "beside": 0}
    assert [group.id for group in waits] == ["0"]
    engine.dispose()


def test_a_database_of_an_unknown_kind_is_refused() -> None:
    """Its name is said, the rest of the URL is not."""
    with pytest.raises(MalformedError) as caught:
        open_private("mysql://somebody:secret@host/name")

    assert caught.value.code == "private.url"
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_said_to_be_unavailable(tmp_path: Path) -> None:
    """Its own words may hold what was written, so they are not repeated."""
    engine = open_private(f"sqlite:///{tmp_path}/none/private.sqlite")

    with pytest.raises(UnavailableError) as caught, writing(engine):
        pass

    assert caught.value.code == "private.unavailable"


def test_the_newest_file_is_the_newest_revision() -> None:
    """A start looks at the names only, so that it need not load Alembic."""
    scripts = ScriptDirectory.from_config(settings())
    named = {
        script.revision: Path(script.path).stem.lstrip("r")[:4]
        for script in scripts.walk_revisions()
    }

    assert all(revision == name for revision, name in named.items())
    assert max(named) == newest_revision()
