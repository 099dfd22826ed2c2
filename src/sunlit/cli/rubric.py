"""`sunlit rubric`: what is asked, by which law, from when, and what an agency changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import click

from sunlit.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from sunlit.rubric.control import Rubric

EPILOG: Final = """\b
Examples:
  sunlit rubric list
  sunlit rubric show assu-5 --profile policing
  sunlit rubric explain eu-10
  sunlit rubric applies model --use outreach --deployer council.example --home council
  sunlit rubric diff core policing
  sunlit rubric check agency-profile.json
  sunlit rubric resolve --profile policing -o rubric.json
"""
PROFILES = click.option(
    "--profile", "profiles", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="A profile that is shipped (see sunlit rubric list), or an agency's OSCAL profile.",
)  # fmt: skip


class RubricGroup(LazyGroup):
    """The commands about rubrics."""

    table: ClassVar = {
        "applies": ("rubric_applies", "Say which controls apply to a component under a use."),
        "check": ("rubric_check", "Check that a profile drops and loosens nothing."),
        "diff": ("rubric_diff", "Say what is stricter, looser, added and dropped."),
        "explain": ("rubric_explain", "Explain one control: rule, parameters, law, evidence."),
        "list": ("rubric_list", "List the rubrics that are shipped."),
        "resolve": ("rubric_resolve", "Write the resolved rubric as an OSCAL catalog."),
        "show": ("rubric_show", "Show the controls, or one with its text."),
    }


@click.group(cls=RubricGroup, epilog=EPILOG)
def command() -> None:
    """Show, compare, resolve, check and explain rubrics."""


def named(name: str) -> Rubric:
    """Return the rubric that a word or path names: `core`, `core-1.1`, a profile.

    Raises:
        UnavailableError: `rubric-file.unreadable`.
        MalformedError: `rubric.*`.
    """
    from sunlit.registry.rubrics import load_rubric
    from sunlit.rubric.core import EARLIER, core_rubric, earlier_rubrics

    before = {
        f"core-{version}": one for version, one in zip(EARLIER, earlier_rubrics(), strict=True)
    }
    if name in before:
        return before[name]
    return core_rubric() if name == "core" else load_rubric([name])
