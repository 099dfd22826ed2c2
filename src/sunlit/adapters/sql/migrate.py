"""Bringing the private store's tables up to date: one chain of migrations, run by one at a time."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from sunlit.adapters.sql.engine import SCHEMA, writing

SCRIPTS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x53756E6C6974  # "Sunlit": processes that start together wait for each other


def upgrade(engine: Engine) -> None:
    """Run the migrations that the store lacks; in one transaction, so all of them or none.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        command.upgrade(settings(connection), "head")


def settings(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; the migrations run on the connection that is given."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """Return the newest revision of the one chain."""
    head = ScriptDirectory.from_config(settings()).get_current_head()
    return head or ""
