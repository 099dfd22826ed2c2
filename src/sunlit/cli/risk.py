"""`sunlit risk`: assess a use, show the register, explain a code."""

from typing import ClassVar, Final

import click

from sunlit.cli.lazy import LazyGroup

EPILOG: Final = """\b
Examples:
  sunlit risk assess model --use outreach --template answers.toml --home council
  sunlit risk assess model --use outreach --answers answers.toml --home council
  sunlit risk register --home council --html register.html
  sunlit risk explain model --use outreach --home council
"""


class RiskGroup(LazyGroup):
    """The commands about the risk of uses."""

    table: ClassVar = {
        "assess": ("risk_assess", "Answer the questions of a use; sign a whole assessment."),
        "explain": ("risk_explain", "Say where each digit comes from, and what lapses next."),
        "export": ("risk_export", "Write what the register is computed from, as JSON lines."),
        "register": ("risk_register", "Show the register: 12 uses by 8 practices."),
    }


@click.group(cls=RiskGroup, epilog=EPILOG)
def command() -> None:
    """Assess a use; show the risk register; explain the code."""
