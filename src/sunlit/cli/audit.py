"""`sunlit audit`: real tests of a component, over exact digests."""

from typing import ClassVar, Final

import click

from sunlit.cli.lazy import LazyGroup

EPILOG: Final = """\b
Examples:
  sunlit audit bias predictions.parquet --prediction selected --outcome truth --attribute SEX=sex
  sunlit audit redteam --endpoint http://127.0.0.1:8000/v1 --model chat
  sunlit audit import report.jsonl
"""


class AuditGroup(LazyGroup):
    """The commands that test a component."""

    table: ClassVar = {}


@click.group(cls=AuditGroup, epilog=EPILOG)
def command() -> None:
    """Test a component: bias, attacks, robustness, drift; import other tools' reports."""
