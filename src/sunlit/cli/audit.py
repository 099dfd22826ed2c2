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

    table: ClassVar = {
        "bias": ("audit_bias", "Are groups of people treated alike?"),
        "binding": ("audit_binding", "Who started a server says which files it served."),
        "import": ("audit_import", "Bring in the report of garak, Inspect, PyRIT and others."),
        "drift": ("audit_drift", "Has the data, or how often the answers are right, moved?"),
        "redteam": ("audit_redteam", "How often does a model fall for attacks?"),
        "robustness": ("audit_robustness", "Does a small change of the input change the answer?"),
    }


@click.group(cls=AuditGroup, epilog=EPILOG)
def command() -> None:
    """Test a component: bias, attacks, robustness, drift; import other tools' reports."""
