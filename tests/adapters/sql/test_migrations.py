"""The migrations make the very tables that the code speaks to, on each database."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from sunlit.adapters.sql.migrate import newest, settings
from sunlit.adapters.sql.private import METADATA, open_private, upgrade, writing
from sunlit.base.errors import MalformedError, UnavailableError


def test_the_migrations_make_the_tables_that_the_code_speaks_to(private: Engine) -> None:
    """Alembic, asked what it would change, changes nothing."""
    with private.connect() as connection:
        differs = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_server_default": True}), METADATA
        )

    assert differs == []


def test_a_store_that_is_up_to_date_stays_as_it_is(private: Engine) -> None:
    """Every process runs the migrations when it starts."""
    upgrade(private)

    with private.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest()


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
    assert max(named) == newest()
