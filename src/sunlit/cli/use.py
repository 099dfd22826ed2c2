"""`sunlit use`: what a component is used for, and what is done about its risks."""

from pathlib import Path
from typing import Any

import click

from sunlit.cli.acting import (
    DAYS,
    DAYS_OPTION,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signing_options,
    use_options,
)
from sunlit.cli.authority import time_option
from sunlit.cli.output import emit

EPILOG = """\b
Examples:
  sunlit use declare model --from use.json --home council
  sunlit use declare model --id outreach --area 5 --description "Choose whom to write to" \\
    --affected "people without cover" --oversight human-decides --fallback "Write to all"
  sunlit use mitigate model --use outreach --practice M4 --evidence "Consulted on 3 March"
  sunlit use mitigate model --use outreach --practice M5 --owner "HR" --due 2027-03-01T00:00:00Z
  sunlit use measure model --use outreach --topic dpa2018-s62-logging --text "Kept" --document a.pdf
  sunlit use accept model --use outreach --what M5 --reason "Training is in May" --owner Director
"""
PRACTICES = [f"M{number}" for number in range(1, 9)]
TEXTS = {
    "description": "What it is used for.",
    "owner": "The office that answers for the use; no person's name.",
    "affected": "Who is affected.",
    "need": "What the deployer wants to know.",
    "target": "What the model predicts.",
    "target_fits": "Why the target serves the need.",
    "fallback": "What staff do when it may not be used.",
    "break_glass": "Who may use it in an emergency, and how that is recorded.",
    "prohibited_practice": "The letter of Article 5 of the EU AI Act, if it is one.",
}
LISTS = {
    "jurisdiction": ("jurisdictions", "Where, for example US-CA; repeat for more."),
    "data_class": ("data_classes", "A class of data it may see; repeat for more."),
    "permit": ("permitted", "What it may be used for; repeat for more."),
    "prohibit": ("prohibited", "What it may not be used for; repeat for more."),
}


@click.group(epilog=EPILOG)
def command() -> None:
    """Declare what a component is used for."""


def _text_options(function: Any) -> Any:  # noqa: ANN401 - decorates any command
    for name, text in reversed(TEXTS.items()):
        function = click.option(f"--{name.replace('_', '-')}", name, help=text)(function)
    for name, (field, text) in reversed(LISTS.items()):
        option = f"--{name.replace('_', '-')}"
        function = click.option(option, field, multiple=True, help=text)(function)
    return function


@command.command()
@PATH_ARGUMENT
@click.option("--from", "source", type=click.Path(path_type=Path, dir_okay=False),
              help="A JSON object with the fields of the use; options override it.")  # fmt: skip
@click.option("--id", "id", help="A short id of the use.")
@click.option("--area", type=click.IntRange(1, 9),
              help="Annex III area of the EU AI Act, 1-8; 9 for none of these.")  # fmt: skip
@click.option("--further-area", "further_areas", type=click.IntRange(1, 9), multiple=True,
              help="A further area; repeat for more.")  # fmt: skip
@click.option("--oversight", type=click.Choice(["human-decides", "human-reviews", "none"]))
@click.option("--minimum-binding",
              type=click.Choice(["files-verified", "declared", "endpoint-only"]))  # fmt: skip
@_text_options
@signing_options("operator")
def declare(
    *, path: Path, source: Path | None, home: Path, key: str | None, as_json: bool,
    **fields: Any,  # noqa: ANN401 - the fields of the claim, checked by its codec
) -> None:  # fmt: skip
    """Declare what the component in PATH is used for; the deployer signs."""
    from sunlit.base.canonical import decode_object
    from sunlit.claims.codec import json_name
    from sunlit.claims.risk import Use
    from sunlit.registry.trust import read_file
    from sunlit.registry.use import declare_use

    given = decode_object(read_file(source), what=str(source)) if source else {}
    chosen = {json_name(name): value for name, value in fields.items() if value not in (None, ())}
    component = component_at(path)
    with acting(home, key, "operator") as act:
        known = {"deployer": act.organisation, "component": component.purl}
        use = Use.from_predicate({**known, **given, **chosen})
        said = declare_use(act.ledger, use, act.signer)
    emit(
        said.to_json(),
        [f"{use.deployer} declares the use {use.id} of {use.component}", f"  {logged(said)}"],
        as_json=as_json,
    )


@command.command()
@PATH_ARGUMENT
@use_options
@click.option("--practice", type=click.Choice(PRACTICES), required=True)
@click.option("--evidence", help="What was done.")
@click.option("--not-needed", "ground", help="The legal ground on which it is not needed.")
@click.option("--owner", help="The office that does it; no person's name.")
@time_option("--due", text="When it will be done; with --owner alone it is a promise.")
@DAYS_OPTION
@signing_options("operator")
def mitigate(
    *, path: Path, use_id: str, deployer: str | None, days: int, home: Path, key: str | None,
    as_json: bool,
    **what: Any,  # noqa: ANN401 - practice, evidence, ground, owner, due
) -> None:  # fmt: skip
    """Say what was done about one of M1-M8, why it is not needed, or who does it by when."""
    from sunlit.registry.use import Done
    from sunlit.registry.use import mitigate as admit_done

    said_how = [it for it in ("evidence", "ground") if what[it] is not None]
    promised = what["owner"] is not None and what["due"] is not None
    if len(said_how) > 1 or not (said_how or promised):
        raise click.UsageError("give --evidence, --not-needed, or --owner and --due")
    component = component_at(path)
    with acting(home, key, "operator") as act:
        said = admit_done(
            act.ledger, component, (use_id, deployer), Done(**what), valid_until=act.ends(days),
            signer=act.signer,
        )  # fmt: skip
    done = what["evidence"] or what["ground"] or f"promised by {what['owner']}"
    lines = [f"{what['practice']}: {done}", f"  {logged(said)}"]
    emit(said.to_json(), lines, as_json=as_json)


@command.command()
@PATH_ARGUMENT
@use_options
@click.option("--topic", required=True, help="The word that a control asks for.")
@click.option("--text", required=True, help="What was done.")
@click.option("--document", type=click.Path(path_type=Path, dir_okay=False),
              help="The document that shows it; it is named by digest and kept.")  # fmt: skip
@click.option("--owner", help="The office that answers for it; no person's name.")
@DAYS_OPTION
@signing_options("operator")
def measure(
    *, path: Path, use_id: str, deployer: str | None, days: int, home: Path, key: str | None,
    as_json: bool,
    **what: Any,  # noqa: ANN401 - topic, text, document, owner
) -> None:  # fmt: skip
    """Say what was done for a duty that no tool can look at; PATH is the component."""
    from sunlit.registry.trust import read_file
    from sunlit.registry.use import declare_measure

    del path  # a measure is about the use; PATH stands here as in every other command of a use
    paper = what.pop("document")
    document = (paper.name, read_file(paper)) if paper else None
    with acting(home, key, "operator") as act:
        said = declare_measure(
            act.ledger, (use_id, deployer), document=document, valid_until=act.ends(days),
            signer=act.signer, **what,
        )  # fmt: skip
    lines = [f"{what['topic']}: {what['text']}", f"  {logged(said)}"]
    if document is None:
        lines.append("  names no document, so no control holds by it: give --document FILE")
    emit(said.to_json(), lines, as_json=as_json)


@command.command()
@PATH_ARGUMENT
@use_options
@click.option("--what", required=True, help="A practice (M1-M8) or a control's id.")
@click.option("--reason", required=True, help="Why it is accepted; it is published.")
@click.option("--owner", required=True, help="The office that accepts it; no person's name.")
@click.option("--days", type=DAYS, default=90, show_default=True, help="Until when.")
@signing_options("operator")
def accept(
    *, path: Path, use_id: str, deployer: str | None, days: int, home: Path, key: str | None,
    as_json: bool,
    **what: Any,  # noqa: ANN401 - what, reason, owner
) -> None:  # fmt: skip
    """Accept a risk that is left, for a time: shown beside the finding, which it never turns."""
    from sunlit.registry.use import accept_risk

    component = component_at(path)
    with acting(home, key, "operator") as act:
        said = accept_risk(
            act.ledger, component, (use_id, deployer), valid_until=act.ends(days),
            signer=act.signer, **what,
        )  # fmt: skip
    lines = [f"{what['what']} accepted by {what['owner']}; no finding turns", f"  {logged(said)}"]
    emit(said.to_json(), lines, as_json=as_json)
