"""`sunlit board`: the 4-digit risk code, by k of n members."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.acting import (
    DAYS_OPTION,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signing_options,
    tell,
    use_options,
)
from sunlit.cli.board_acts import dissent, history, open_, recuse
from sunlit.cli.output import emit, home_option, json_option

if TYPE_CHECKING:
    from sunlit.registry.board import Standing

EPILOG = """\b
Examples:
  sunlit board open model --use outreach --days 14 --home board
  sunlit board vote model --use outreach --ceiling 4 --home board
  sunlit board dissent model --use outreach --ceiling 2 --reason "Too few tests" --home board
  sunlit board recuse model --use outreach --reason "I advised the maker" --home board
  sunlit board publish model --use outreach --home board
  sunlit board history model --use outreach --home board
"""
BOARD = click.option("--board", help="The board's organisation; the home's unless given.")
PROFILES = click.option("--profile", "profiles", multiple=True,
                        type=click.Path(path_type=Path, dir_okay=False),
                        help="An agency's OSCAL profile.")  # fmt: skip


@click.group(epilog=EPILOG)
def command() -> None:
    """Open a session, vote on, publish and show the 4-digit risk code."""


@command.command()
@PATH_ARGUMENT
@use_options
@click.option(
    "--impact-raw",
    type=int,
    help="Raw score of the Algorithmic Impact Assessment; as assessed unless given.",
)
@click.option("--autonomy-level", type=click.IntRange(1, 10),
              help="Level of automation (Parasuraman, Sheridan and Wickens); as assessed unless "
              "given.")  # fmt: skip
@click.option("--ceiling", type=click.IntRange(1, 9), required=True,
              help="The highest mitigation gap (D4) that you accept.")  # fmt: skip
@click.option("--area", type=click.IntRange(1, 9), help="D1; the use's area unless given.")
@click.option("--dissent", help="Why you disagree; it is published.")
@DAYS_OPTION
@BOARD
@signing_options("board")
def vote(
    *, path: Path, use_id: str, deployer: str | None, days: int, board: str | None, home: Path,
    key: str | None, as_json: bool,
    **scores: Any,  # noqa: ANN401 - impact_raw, autonomy_level, ceiling, area, dissent
) -> None:  # fmt: skip
    """Cast one member's vote on the component in PATH under a use."""
    from sunlit.registry.board import Judgement
    from sunlit.registry.board import vote as cast
    from sunlit.registry.saying import find_use

    component = component_at(path)
    with acting(home, key, "board") as act:
        judgement = Judgement(valid_until=act.ends(days), **scores)
        use = find_use(act.ledger.history, use_id, deployer)
        said = cast(act.ledger, component, use, board or act.organisation, judgement, act.signer)
    tell(said, "Voted", as_json=as_json)


@command.command()
@PATH_ARGUMENT
@use_options
@BOARD
@PROFILES
@signing_options("board")
def publish(
    *, path: Path, use_id: str, deployer: str | None, board: str | None,
    profiles: tuple[Path, ...], home: Path, key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Publish the code that enough members agree on."""
    from sunlit.registry.board import publish as publish_code
    from sunlit.registry.board import question_for
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.saying import find_use

    component = component_at(path)
    with acting(home, key, "board") as act:
        use = find_use(act.ledger.history, use_id, deployer)
        question = question_for(load_rubric(profiles), use, act.at, str(path))
        said = publish_code(act.ledger, component, question, board or act.organisation, act.signer)
    code = said.claim.to_predicate()
    emit(
        said.to_json(),
        [
            f"Code {code['digits']}x, tier {code['tier']}, mitigation gap up to {code['ceiling']}",
            f"  {logged(said)}",
        ],
        as_json=as_json,
    )


@command.command()
@PATH_ARGUMENT
@use_options
@BOARD
@PROFILES
@home_option
@json_option
def show(
    *, path: Path, use_id: str, deployer: str | None, board: str | None,
    profiles: tuple[Path, ...], home: Path, as_json: bool,
) -> None:  # fmt: skip
    """Show the code with today's mitigation gap, and the votes."""
    from sunlit.cli.authority import now
    from sunlit.registry.board import question_for, standing
    from sunlit.registry.home import Home
    from sunlit.registry.manifests import kept_manifests
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.saying import find_use

    component, opened, at = component_at(path), Home.open(home), now()
    history = opened.history(at)
    use = find_use(history, use_id, deployer)
    manifests = kept_manifests(opened, history)
    question = replace(question_for(load_rubric(profiles), use, at, str(path)), manifests=manifests)
    found = standing(history, component, question, board or opened.organisation)
    emit(found.to_json(), _lines(found), as_json=as_json)


def _lines(found: "Standing") -> Iterator[str]:
    yield f"Code {found.code} for the use {found.use.id} by {found.use.deployer}"
    if isinstance(found.published, str):
        yield f"  not published: {found.published}"
    else:
        code = found.published.code
        yield f"  tier {code.tier}, mitigation gap up to {code.ceiling} accepted"
    if found.gap.lacking:
        yield f"  without valid evidence: {', '.join(found.gap.lacking)}"
    for one in found.ballots:
        dissent = f", dissent: {one.vote.dissent}" if one.vote.dissent else ""
        yield f"  member {one.member[:12]}: {one.digits}, ceiling {one.vote.ceiling}{dissent}"
    for aside in found.recusals:
        yield f"  stands aside: {aside.reason}"
    for session in found.sessions:
        yield f"  session opened {session.opened_on:%Y-%m-%d}, closes {session.closes_on:%Y-%m-%d}"


for _more in (open_, dissent, recuse, history):
    command.add_command(_more)
