"""Bringing the private store's tables up to date: one chain of migrations, run by one at a time."""

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, inspect, text

from sunlit.adapters.sql.engine import SCHEMA, reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x53756E6C6974  # "Sunlit": processes that start together wait for each other


def upgrade(engine: Engine) -> None:
    """Run the migrations that the store lacks; in one transaction, so all of them or none.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    if _is_newest(engine):
        return  # a start need not wait for Alembic
    from alembic import command  # noqa: PLC0415 - heavy, and seldom needed

    logging.getLogger("alembic.runtime.migration").setLevel(logging.WARNING)  # else: how, each time
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        command.upgrade(settings(connection), "head")


def _is_newest(engine: Engine) -> bool:
    """Tell whether the store has the newest revision; files are named by theirs."""
    names = (re.search("[0-9]{4}", path.stem) for path in (SCRIPTS / "versions").glob("*.py"))
    newest_file = max(name[0] for name in names if name)
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return found == [newest_file]


def settings(connection: Connection | None = None) -> "Config":
    """Return Alembic's settings; the migrations run on the connection that is given."""
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
