"""`sunlit risk explain`: where each digit comes from."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.acting import PATH_ARGUMENT, component_at, use_options
from sunlit.cli.output import emit, home_option, json_option, when

if TYPE_CHECKING:
    from sunlit.views.register_explain import Explained

EPILOG = """\b
Examples:
  sunlit risk explain model --use outreach --home council
  sunlit risk explain model --use outreach --home council --at 2027-01-01T00:00:00Z
"""
FILE = click.Path(path_type=Path, dir_okay=False)
SHOWN = 4  # statements that are named for one digit


@click.command(epilog=EPILOG)
@PATH_ARGUMENT
@use_options
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--profile", "profiles", multiple=True, type=FILE, help="An agency's OSCAL profile.")
@home_option
@json_option
def command(
    *, path: Path, at: datetime | None, profiles: tuple[Path, ...], home: Path, as_json: bool,
    **named: Any,  # noqa: ANN401 - use_id, deployer
) -> None:  # fmt: skip
    """Say what each digit rests on, what would lower the fourth, and what lapses next."""
    from dataclasses import replace

    from sunlit.cli.authority import now
    from sunlit.registry.assure import judge
    from sunlit.registry.board import question_for
    from sunlit.registry.home import Home
    from sunlit.registry.manifests import kept_manifests
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.saying import find_use
    from sunlit.views.register_explain import explained

    component, opened, as_of = component_at(path), Home.open(home), at or now()
    history = opened.history(as_of)
    use = find_use(history, named["use_id"], named["deployer"])
    question = question_for(load_rubric(profiles), use, as_of, str(path))
    question = replace(question, manifests=kept_manifests(opened, history))
    found = judge(component, (), (), history, question)
    told = explained(found.evidence, found.conformity, str(path))
    emit(told.to_json(), _lines(told), as_json=as_json)


def _lines(told: "Explained") -> Iterator[str]:
    yield f"Code {told.code} as of {told.at}"
    for digit in told.digits:
        yield f"{digit.name} = {digit.value}  {digit.says}"
        yield f"     {digit.because}"
        yield from (f"     statement {id_[:16]}" for id_ in digit.statements[:SHOWN])
        if len(digit.statements) > SHOWN:
            yield f"     and {len(digit.statements) - SHOWN} more, with --json"
    if told.tier:
        yield f"Tier {told.tier}; a gap up to {told.ceiling} is accepted"
        yield from (f"     {why}" for why in told.tier_why)
    for item in told.practices:
        more = f", until {item.expires[:10]}" if item.expires else ""
        yield f"{item.name} {item.state}{more}: {item.why}"
    if told.lower:
        yield "Would lower D4:"
        yield from (f"  {name}  {way}" for name, ways in told.lower.items() for way in ways)
    if told.lapses:
        yield "Lapses next:"
        yield from (f"  {at}  {what}" for at, what in told.lapses)
