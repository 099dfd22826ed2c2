"""`sunlit rubric explain`: one control in plain words, and how it stands for a component."""

from __future__ import annotations

from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.output import emit, json_option
from sunlit.cli.rubric import PROFILES
from sunlit.cli.rubric_applies import DEPLOYER, HOME, USE, looked
from sunlit.cli.rubric_show import control_json, control_lines, one_control

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sunlit.rubric.control import Control
    from sunlit.rubric.law import Provision

EPILOG: Final = """\b
Examples:
  sunlit rubric explain eu-10
  sunlit rubric explain assu-4 --profile policing
  sunlit rubric explain assu-4 model --use outreach --deployer council.example --home council

Exit codes: 0; with PATH as sunlit assure: 1 the control FAILS, 3 it is UNKNOWN.
"""
VERIFIED: Final = {
    "read": "the source was read", "web": "a page about it was read",
    "memory": "from memory, not looked up",
}  # fmt: skip


@click.command(epilog=EPILOG)
@click.argument("control")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@USE
@DEPLOYER
@HOME
@PROFILES
@json_option
def command(
    *, control: str, path: Path | None, use: str | None, deployer: str | None, home: Path | None,
    profiles: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Explain CONTROL; with PATH also how it stands for the component there."""
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.wiring import RULES
    from sunlit.rubric.law import law

    found = one_control(load_rubric(profiles), control)
    rule = RULES.get(found.rule)
    told: dict[str, object] = {
        **control_json(found),
        "ruleSays": (getdoc(rule) or "") if rule else "No capability provides this rule.",
        "setBy": set_by(found, profiles),
        "provisions": [_provision(one) for one in law().of(found)],
        "lawKnownOn": law().known_on,
    }
    lines, code = list(_lines(found, told, law().of(found))), 0
    if path is not None:
        stands, more, code = _stands(found.id, path, use, deployer, home, profiles)
        told, lines = {**told, "finding": stands}, [*lines, "", *more]
    emit(told, lines, as_json=as_json)
    raise SystemExit(code)


def set_by(control: Control, profiles: tuple[Path, ...]) -> dict[str, str]:
    """Return which layer gave each parameter its value: parameter id -> title of a document."""
    from sunlit.registry.rubrics import load_rubric
    from sunlit.rubric.core import core_catalog

    catalog = str(core_catalog().metadata["title"])
    given: dict[str, str] = {one.id: catalog for one in control.parameters}
    values: dict[str, tuple[str, ...]] = {}
    for count in range(len(profiles) + 1):
        rubric = load_rubric(profiles[:count])
        found = rubric.control(control.id)
        for one in found.parameters if found else ():
            if one.id not in values or values[one.id] != one.values:
                values[one.id], given[one.id] = one.values, rubric.title
    return given


def _provision(one: Provision) -> dict[str, object]:
    return {
        "id": one.id, "title": one.title, "source": one.source, "appliesFrom": one.applies_from,
        "amendedBy": one.amended_by, "note": one.note, "verified": one.verified,
    }  # fmt: skip


def _lines(
    control: Control, told: Mapping[str, object], provisions: tuple[Provision, ...]
) -> Iterator[str]:
    yield from control_lines(control)
    by = told["setBy"]
    if isinstance(by, dict) and by:
        yield "Set by: " + "; ".join(f"{id_}: {title}" for id_, title in by.items())
    yield ""
    yield f"How it is answered ({control.rule}): {told['ruleSays']}"
    yield (
        "Evidence: what the files show counts unsigned too."
        if control.drafts
        else "Evidence: signed statements; an unsigned draft may warn and never vouches."
    )
    if not control.applies:
        yield "It applies always."
    for one in provisions:
        yield from _of_law(one)
    if control.maps:
        yield f"Answers to: {', '.join(control.maps)}"
    yield f"To mend: {control.mend}"


def _of_law(one: Provision) -> Iterator[str]:
    since = f"applies from {one.applies_from}" if one.applies_from else "in force"
    yield f"Law: {one.title} ({one.source}): {since}; {VERIFIED[one.verified]}."
    if one.amended_by:
        yield f"  Amended by: {one.amended_by}."
    if one.note:
        yield f"  {one.note}"


def _stands(
    id_: str, path: Path, use: str | None, deployer: str | None, home: Path | None,
    profiles: tuple[Path, ...],
) -> tuple[dict[str, object] | None, list[str], int]:  # fmt: skip
    """Return how the control stands for a component, for programs and people, and the exit."""
    from sunlit.rubric.finding import exit_code

    conformity = looked(path, use, deployer, home, profiles).conformity
    found = conformity.finding(id_)
    if found is None:
        apart = next(one for one in conformity.not_applicable if one.control == id_)
        return apart.to_json(), [f"Here it does not apply. {apart.reason}"], 0
    lines = [f"Here: {found.outcome}. {found.reason}"]
    lines += [f"rests on {', '.join(one[:12] for one in found.rests_on)}"] if found.rests_on else []
    lines += [f"mend: {found.mend}"] if found.mend else []
    return found.to_json(), lines, exit_code([found])
