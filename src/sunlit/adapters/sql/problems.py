"""Reports of problems in the private store."""

from typing import Any, Final

from sqlalchemy import (
    Column,
    Engine,
    Index,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from sunlit.adapters.sql.engine import reading, writing
from sunlit.adapters.sql.metadata import METADATA, Moment
from sunlit.node.problems import Report

REPORT: Final = Table(
    "report",
    METADATA,
    Column("number", String(32), primary_key=True),
    Column("organisation", String(255), nullable=False),
    Column("component", Text, nullable=False),
    Column("release", String(64)),
    Column("kind", String(32), nullable=False),
    Column("received_on", Moment, nullable=False),
    Column("answer_by", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("named", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("statement", String(64)),
    Index("ix_report_organisation", "organisation", "received_on"),
)


class SqlReports:
    """`Reports` in SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, report: Report) -> None:
        """Keep a report; durable when this returns."""
        values = {name: getattr(report, name) for name in REPORT.c.keys()}  # noqa: SIM118 - no mapping
        with writing(self._engine) as connection:
            connection.execute(insert(REPORT).values(**values))

    def get(self, number: str) -> Report | None:
        """Return a report."""
        asked = select(REPORT).where(REPORT.c.number == number)
        with reading(self._engine) as connection:
            row = connection.execute(asked).mappings().one_or_none()
        return _report(row) if row is not None else None

    def of(self, organisation: str) -> tuple[Report, ...]:
        """Return an organisation's reports, the newest first."""
        asked = (
            select(REPORT)
            .where(REPORT.c.organisation == organisation)
            .order_by(REPORT.c.received_on.desc(), REPORT.c.number)
        )
        with reading(self._engine) as connection:
            return tuple(_report(row) for row in connection.execute(asked).mappings())

    def logged(self, number: str, statement: str) -> None:
        """Say under which id a report was logged."""
        self._set(number, statement=statement)

    def forget(self, number: str) -> None:
        """Delete what the reporter wrote, and the salt."""
        self._set(number, text="", contact="", named="", salt=b"")

    def _set(self, number: str, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(REPORT).where(REPORT.c.number == number).values(**values))


def _report(row: RowMapping) -> Report:
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    return Report(**values)
