"""`sunlit risk assess`: typed questions about a use, a score, a signed assessment."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT
from sunlit.cli.acting import (
    DAYS_OPTION,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signing_options,
    use_options,
)
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.claims.risk import Use
    from sunlit.registry.assessment import Sum
    from sunlit.registry.assessment_form import Form
    from sunlit.registry.saying import Said

EPILOG = """\b
Examples:
  sunlit risk assess model --use outreach --template answers.toml --home council
  sunlit risk assess model --use outreach --answers answers.toml --draft --home council
  sunlit risk assess model --use outreach --answers answers.toml --home council

Blank answers are kept as a draft beside the component and end with 3; a whole assessment is
signed by the deployer's operator and logged.
"""
FILE = click.Path(path_type=Path, dir_okay=False)
SHOWN = 8  # blank questions that are named


@click.command(epilog=EPILOG)
@PATH_ARGUMENT
@use_options
@click.option("--answers", type=FILE, help="The answers: a form as --template writes it.")
@click.option("--template", type=FILE, help="Write a form to fill in (.toml or .json).")
@click.option("--draft", is_flag=True, help="Keep the answers beside the component; sign nothing.")
@DAYS_OPTION
@signing_options("operator")
def command(
    *, path: Path, answers: Path | None, template: Path | None, draft: bool, home: Path,
    as_json: bool,
    **act_on: Any,  # noqa: ANN401 - use_id, deployer, days, key
) -> None:  # fmt: skip
    """Answer the questions about a use of the component in PATH."""
    from sunlit.registry.assessment import keep_draft, summed

    named = (act_on["use_id"], act_on["deployer"])
    if answers is None or template is not None:
        _without_signing(path, named, answers, template, home, as_json=as_json)
        return
    form = _read(answers)
    found = summed(form)
    if found.blank or draft:
        use = _use(home, named)
        kept = keep_draft(component_at(path), use, form)
        lines = [*_lines(use, form, found), f"  kept as a draft: {kept}"]
        emit(found.to_json() | {"draft": str(kept)}, lines, as_json=as_json)
        raise SystemExit(COULD_NOT_FIND_OUT if found.blank else 0)
    use, said = _signed(form, named, home, key=act_on["key"], days=act_on["days"])
    lines = [*_lines(use, form, found), f"  {logged(said)}"]
    emit({**found.to_json(), "signed": said.to_json()}, lines, as_json=as_json)


def _signed(
    form: "Form", named: tuple[str, str | None], home: Path, *, key: str | None, days: int
) -> "tuple[Use, Said]":
    from sunlit.registry.assessment import assess
    from sunlit.registry.saying import find_use

    with acting(home, key, "operator") as act:
        use = find_use(act.ledger.history, *named)
        ends = act.ends(days)
        return use, assess(act.ledger, use, form, valid_until=ends, signer=act.signer)


def _read(answers: Path) -> "Form":
    from sunlit.registry.assessment import read_answers

    return read_answers(answers)


def _use(home: Path, named: tuple[str, str | None]) -> "Use":
    from sunlit.cli.authority import now
    from sunlit.registry.home import Home
    from sunlit.registry.saying import find_use

    return find_use(Home.open(home).history(now()), *named)


def _without_signing(
    path: Path, named: tuple[str, str | None], answers: Path | None, template: Path | None,
    home: Path, *, as_json: bool,
) -> None:  # fmt: skip
    """Write a form, or show what is known."""
    from sunlit.cli.authority import now
    from sunlit.registry.assessment import known_form, summed
    from sunlit.registry.assessment_form import write_form
    from sunlit.registry.home import Home, write_whole
    from sunlit.registry.saying import find_use

    component, history = component_at(path), Home.open(home).history(now())
    use = find_use(history, *named)
    form = _read(answers) if answers else known_form(component, use, history)
    found = summed(form)
    lines = list(_lines(use, form, found))
    if template is not None:
        write_whole(template, write_form(use, form, toml=template.suffix.casefold() == ".toml"))
        lines.append(f"  form to fill in: {template}")
    emit(found.to_json(), lines, as_json=as_json)
    if template is None and found.blank:
        raise SystemExit(COULD_NOT_FIND_OUT)


def _lines(use: "Use", form: "Form", found: "Sum") -> Iterator[str]:
    from sunlit.rubric.risk_code import autonomy_levels

    yield f"Use {use.id} by {use.deployer}: D1-D3 {found.digits}, tier {found.tier or 'unknown'}"
    yield f"  area {form.area or 'blank'}, row {form.row or 'blank'}"
    yield f"  impact {found.raw} of {found.maximum}" + (" so far" if found.blank else "")
    level = form.autonomy_level
    yield f"  autonomy {level}: {autonomy_levels()[level]}" if level else "  autonomy blank"
    if found.blank:
        some = ", ".join(found.blank[:SHOWN])
        more = len(found.blank) - SHOWN
        yield f"  blank: {some}" + (f" and {more} more" if more > 0 else "")
    if found.unknown_facts:
        yield f"  facts not stated, so controls apply: {', '.join(found.unknown_facts)}"
