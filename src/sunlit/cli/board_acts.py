"""`sunlit board open|dissent|recuse|history`: how a board comes to its code, in public."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.acting import (
    DAYS,
    DAYS_OPTION,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signing_options,
    tell,
    use_options,
)
from sunlit.cli.output import emit, home_option, json_option

if TYPE_CHECKING:
    from sunlit.registry.board_history import Move

BOARD = click.option("--board", help="The board's organisation; the home's unless given.")
FILE = click.Path(path_type=Path, dir_okay=False)
PROFILES = click.option("--profile", "profiles", multiple=True, type=FILE,
                        help="An agency's OSCAL profile.")  # fmt: skip


@click.command("open")
@PATH_ARGUMENT
@use_options
@click.option("--days", type=DAYS, default=14, show_default=True, help="When votes should be in.")
@click.option("--document", "documents", type=FILE, multiple=True,
              help="A further file for the members; repeat for more.")  # fmt: skip
@click.option("--note", help="What the members are asked.")
@BOARD
@PROFILES
@signing_options("board")
def open_(
    *, path: Path, days: int, board: str | None, profiles: tuple[Path, ...], home: Path,
    key: str | None, as_json: bool,
    **given: Any,  # noqa: ANN401 - use_id, deployer, documents, note
) -> None:  # fmt: skip
    """Open a session: the members are given conformity, assessment and attestations by digest."""
    from sunlit.claims.risk import BoardSession
    from sunlit.registry.board import question_for
    from sunlit.registry.board_session import open_session
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.saying import find_use

    component = component_at(path)
    with acting(home, key, "board") as act:
        use = find_use(act.ledger.history, given["use_id"], given["deployer"])
        question = question_for(load_rubric(profiles), use, act.at, str(path))
        said = open_session(
            act.ledger, component, question, board or act.organisation, signer=act.signer,
            closes_on=act.ends(days), note=given["note"], documents=given["documents"],
        )  # fmt: skip
        closes = act.ends(days)
    lines = [f"Session open until {closes:%Y-%m-%d}", f"  {logged(said)}"]
    if isinstance(said.claim, BoardSession):
        lines += [f"  {it.name}: {it.digest.get('sha256')}" for it in said.claim.documents]
    emit(said.to_json(), lines, as_json=as_json)


@click.command()
@PATH_ARGUMENT
@use_options
@click.option("--reason", required=True, help="Why you disagree; it is published.")
@click.option("--impact-raw", type=int, help="The score you hold right; as assessed unless given.")
@click.option("--autonomy-level", type=click.IntRange(1, 10),
              help="The level you hold right; as assessed unless given.")  # fmt: skip
@click.option("--ceiling", type=click.IntRange(1, 9), default=1, show_default=True,
              help="The highest mitigation gap (D4) that you would accept.")  # fmt: skip
@DAYS_OPTION
@BOARD
@signing_options("board")
def dissent(
    *, path: Path, days: int, board: str | None, home: Path, key: str | None, as_json: bool,
    **given: Any,  # noqa: ANN401 - use_id, deployer, reason and scores
) -> None:  # fmt: skip
    """Vote against, with a reason: it is published and never counts as agreement."""
    from sunlit.registry.board import Judgement, vote
    from sunlit.registry.saying import find_use

    component = component_at(path)
    with acting(home, key, "board") as act:
        use = find_use(act.ledger.history, given["use_id"], given["deployer"])
        judgement = Judgement(
            impact_raw=given["impact_raw"], autonomy_level=given["autonomy_level"],
            ceiling=given["ceiling"], valid_until=act.ends(days), dissent=given["reason"],
        )  # fmt: skip
        said = vote(act.ledger, component, use, board or act.organisation, judgement, act.signer)
    tell(said, "Dissented", as_json=as_json)


@click.command()
@PATH_ARGUMENT
@use_options
@click.option("--reason", required=True, help="Why you stand aside; it is published.")
@BOARD
@signing_options("board")
def recuse(
    *, path: Path, use_id: str, deployer: str | None, reason: str, board: str | None,
    home: Path, key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Stand aside, for good: your vote on this never counts, cast before or after."""
    from sunlit.registry.board_session import recuse as stand_aside
    from sunlit.registry.saying import find_use

    component = component_at(path)
    with acting(home, key, "board") as act:
        use = find_use(act.ledger.history, use_id, deployer)
        board = board or act.organisation
        said = stand_aside(act.ledger, component, use, board, reason, act.signer)
    tell(said, "Stands aside", as_json=as_json)


@click.command()
@PATH_ARGUMENT
@use_options
@PROFILES
@home_option
@json_option
def history(
    *, path: Path, use_id: str, deployer: str | None, profiles: tuple[Path, ...], home: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Show each move of the code: when, and why. Judged again at each time."""
    from sunlit.cli.authority import now
    from sunlit.registry.board import question_for
    from sunlit.registry.board_history import board_history
    from sunlit.registry.home import Home
    from sunlit.registry.manifests import kept_manifests
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.saying import find_use

    component, opened, at = component_at(path), Home.open(home), now()
    known = opened.history(at)
    use = find_use(known, use_id, deployer)
    manifests = kept_manifests(opened, known)
    question = replace(question_for(load_rubric(profiles), use, at, str(path)), manifests=manifests)
    moves = board_history(known, component, question, use)
    document = {"use": use.id, "deployer": use.deployer, "moves": [it.to_json() for it in moves]}
    emit(document, _moves(moves), as_json=as_json)


def _moves(moves: "Sequence[Move]") -> Iterator[str]:
    for move in moves:
        above = ", above the ceiling" if move.above else ""
        ceiling = f", ceiling {move.ceiling}" if move.ceiling is not None else ""
        yield f"{move.to_json()['at']}  {move.code}{ceiling}{above}"
        yield from (f"  {reason}" for reason in move.why)
    if not moves:
        yield "Nothing has happened yet."
