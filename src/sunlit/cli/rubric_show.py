"""`sunlit rubric show`: the controls of a rubric, or one with its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.output import emit, json_option
from sunlit.cli.rubric import PROFILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sunlit.rubric.control import Control, Rubric

EPILOG: Final = """\b
Examples:
  sunlit rubric show
  sunlit rubric show assu-4
  sunlit rubric show assu-4 --profile policing --json
"""


@click.command(epilog=EPILOG)
@click.argument("control", required=False)
@PROFILES
@json_option
def command(*, control: str | None, profiles: tuple[Path, ...], as_json: bool) -> None:
    """Show all controls, or CONTROL with its statement, guidance and parameters."""
    from sunlit.registry.rubrics import load_rubric

    rubric = load_rubric(profiles)
    if control is not None:
        found = one_control(rubric, control)
        emit(control_json(found), control_lines(found), as_json=as_json)
        return
    document = {
        "title": rubric.title, "version": rubric.version, "digest": rubric.digest,
        "controls": [control_json(one) for one in rubric.controls],
    }  # fmt: skip
    emit(document, _lines(rubric), as_json=as_json)


def one_control(rubric: Rubric, id_: str) -> Control:
    """Return a control by its id.

    Raises:
        MalformedError: `rubric.unknown-control`.
    """
    from sunlit.base.errors import MalformedError

    if (found := rubric.control(id_)) is not None:
        return found
    raise MalformedError(
        "rubric.unknown-control", f"{rubric.title} has no control {id_}",
        mend="see them all: sunlit rubric show",
    )  # fmt: skip


def control_json(control: Control) -> dict[str, object]:
    """Return a control for `--json`."""
    return {
        "id": control.id, "title": control.title, "group": control.group,
        "statement": control.statement, "guidance": control.guidance, "rule": control.rule,
        "mend": control.mend, "drafts": control.drafts, "needs": sorted(control.needs),
        "practices": list(control.practices), "law": list(control.laws),
        "mapsTo": list(control.maps),
        "applies": {one.fact: sorted(one.values) for one in control.applies},
        "appliesFrom": control.starts.date().isoformat() if control.starts else None,
        "parameters": [
            {
                "id": one.id, "label": one.label, "values": list(one.values),
                "stricter": str(one.stricter),
            }
            for one in control.parameters
        ],
    }  # fmt: skip


def _lines(rubric: Rubric) -> Iterator[str]:
    yield f"{rubric.title} {rubric.version}: {len(rubric.controls)} controls"
    yield f"sha256:{rubric.digest}"
    group = ""
    for control in rubric.controls:
        if control.group != group:
            group = control.group
            yield ""
            yield click.style(group, bold=True)
        where = f"  [{conditions(control)}]" if control.applies else ""
        yield f"  {control.id:<14} {control.title}{where}"


def conditions(control: Control) -> str:
    """Return where a control applies, in one line."""
    said = (f"{one.fact} {' or '.join(sorted(one.values))}" for one in control.applies)
    return ", ".join(said)


def control_lines(control: Control) -> Iterator[str]:
    """Yield what a person reads of one control."""
    yield click.style(f"{control.id} {control.title}", bold=True)
    yield ""
    yield control.statement
    yield ""
    yield control.guidance
    for parameter in control.parameters:
        value = ", ".join(parameter.values) or "none"
        yield f"  {parameter.name} = {value}  ({parameter.label}; {parameter.stricter} is stricter)"
    if control.applies:
        yield f"Applies where: {conditions(control)}"
    if control.starts:
        yield f"Applies from: {control.starts.date().isoformat()}"
