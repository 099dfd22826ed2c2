"""`sunlit attest`: what an independent assessor found, over exact digests."""

import re
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.acting import (
    DAYS_OPTION,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signing_options,
    tell,
)
from sunlit.cli.output import emit, when

if TYPE_CHECKING:
    from sunlit.claims.assurance import Metric

MAX_REPORT: Final = 256 * 1024 * 1024  # bytes; a report is kept whole, in public
LIMIT: Final = re.compile(
    r"(?P<name>[^\[\]<>=]+)(?:\[(?P<group>[^\[\]<>=]+)\])?\s*(?P<sign>>=|<=)\s*"
    r"(?P<number>-?\d{1,12}(?:\.\d{1,12})?)"
)
EPILOG = """\b
Examples:
  sunlit attest model --use outreach --scope performance --result PASSED \\
    --method "Recomputed on held-out data" --no-conflict --home lab
  sunlit attest plan model --attestation ID --permit "retrain on new data" \\
    --may-change "model.txt" --retest performance --limit "auc>=0.75" --home lab
  sunlit attest counter ID --scope performance --finding "Accuracy is 0.61" --home lab
  sunlit attest reply model --control assu-2 --text "Other data was used" --home supplier
  sunlit attest withdraw ID --reason "The test data was wrong" --home lab
  sunlit attest show model --home council --use outreach --deployer council.example
  sunlit attest effort model --activity bias-audit --started 2026-11-02 --ended 2026-11-06 \
    --days-worked 2.5 --cost 1200 --currency GBP --home supplier
"""


def limits_of(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> "tuple[Metric, ...]":
    """Read limits such as `auc>=0.75` or `recall[women]>=0.8`."""
    from decimal import Decimal

    from sunlit.claims.assurance import Metric

    found = []
    for text in texts:
        parts = LIMIT.fullmatch(text)
        if parts is None:
            raise click.BadParameter(f"{text!r} is no limit such as 'auc>=0.75'")
        number = Decimal(parts["number"])
        better = "higher" if parts["sign"] == ">=" else "lower"
        found.append(Metric(
            name=parts["name"].strip(), group=parts["group"], value=number, threshold=number,
            better=better,
        ))  # fmt: skip
    return tuple(found)


LATER: Final = {
    "counter": ("attest_against", "contest"),
    "reply": ("attest_against", "reply"),
    "show": ("attest_show", "command"),
    "effort": ("attest_effort", "command"),
}


class _DefaultsToSign(click.Group):
    """`sunlit attest PATH` signs; `plan`, `withdraw` and the others are words of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted([*super().list_commands(ctx), *LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported when it is asked for."""
        if cmd_name not in LATER:
            return super().get_command(ctx, cmd_name)
        module, name = LATER[cmd_name]
        found: click.Command = getattr(import_module(f"sunlit.cli.{module}"), name)
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `sign` before a path; name a folder ./plan to tell it from the word."""
        if args and args[0] not in {*self.list_commands(ctx), "-h", "--help"}:
            args = ["sign", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_DefaultsToSign, epilog=EPILOG)
def command() -> None:
    """Sign what an independent assessor found, over exact digests."""


@command.command()
@PATH_ARGUMENT
@click.option("--scope", multiple=True, required=True,
              help="What was looked at; repeat for more.")  # fmt: skip
@click.option("--result", type=click.Choice(["PASSED", "WARNED", "FAILED"]), required=True)
@click.option("--method", default="As the report says.", show_default=True, help="How.")
@click.option("--use", help="The use it was assessed for; any unless given.")
@click.option("--tool", help="The tool that was used.")
@click.option("--tool-version", help="Its version.")
@click.option("--limits", help="What was not looked at, in words.")
@click.option("--contract", help="The contract under which it was assessed (its id).")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False),
              help="The report: kept as a blob, named by its digest.")  # fmt: skip
@click.option(
    "--no-conflict",
    "no_conflict_declared",
    is_flag=True,
    help="Declare that there is no conflict of interest.",
)
@DAYS_OPTION
@click.option("--until", callback=when, help="Until when it counts, instead of --days.")
@click.option("--supersedes", help="An attestation of yours (its id) whose place it takes.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False),
              help="Sign into this file and log nothing, to withhold it.")  # fmt: skip
@signing_options("assessor")
def sign(
    *, path: Path, days: int, until: datetime | None,
    report: Path | None, out: Path | None, home: Path, key: str | None, as_json: bool,
    **fields: Any,  # noqa: ANN401 - further fields of the claim
) -> None:  # fmt: skip
    """Attest to the files in PATH; the assessor signs."""
    from sunlit.claims.assurance import Attestation, Result
    from sunlit.registry.attest import attest
    from sunlit.registry.home import write_whole
    from sunlit.registry.saying import signed
    from sunlit.registry.trust import read_file

    if out is not None and report is not None:
        raise click.UsageError("a report is kept in public: give --out or --report")
    component = component_at(path)
    kept = (report.name, read_file(report, limit=MAX_REPORT)) if report else None
    with acting(home, key, "assessor") as act:
        claim = Attestation(
            assessor=act.organisation, result=Result(fields.pop("result")),
            assessed_on=act.at, valid_until=until or act.ends(days), **fields,
        )  # fmt: skip
        if out is not None:
            envelope = signed(claim, act.signer, component.subject())
            write_whole(out, envelope.to_bytes(), private=True)
            document = {"statement": envelope.statement_id, "file": str(out)}
            emit(document, [f"Signed {out}; no log holds it."], as_json=as_json)
            return
        said = attest(act.ledger, component, claim, act.signer, report=kept)
    lines = [f"{claim.assessor}: {claim.result} for {', '.join(claim.scope)}", f"  {logged(said)}"]
    if not claim.no_conflict_declared:
        lines.append("  It counts as independent only with --no-conflict.")
    emit(said.to_json(), lines, as_json=as_json)


@command.command()
@PATH_ARGUMENT
@click.option("--attestation", required=True, help="The attestation to inherit (statement id).")
@click.option("--permit", "permitted", multiple=True, required=True, help="A change, in words.")
@click.option("--may-change", multiple=True, required=True, help="A file name pattern.")
@click.option("--retest", "retests", multiple=True, required=True, help="A kind of test.")
@click.option("--limit", "limits", multiple=True, callback=limits_of, metavar="METRIC>=NUMBER",
              help="What a retest must meet: 'auc>=0.75', 'recall[women]>=0.8', 'error<=0.1'.",
              )  # fmt: skip
@DAYS_OPTION
@signing_options("assessor")
def plan(
    *, path: Path, days: int, home: Path, key: str | None, as_json: bool,
    **fields: Any,  # noqa: ANN401 - the fields of the claim
) -> None:  # fmt: skip
    """Agree in advance to changes of the files in PATH, with the tests that they need."""
    from sunlit.claims.assurance import ChangePlan
    from sunlit.registry.attest import plan_change

    component = component_at(path)
    with acting(home, key, "assessor") as act:
        claim = ChangePlan(
            assessor=act.organisation, valid_until=act.ends(days), **fields
        )  # fmt: skip
        said = plan_change(act.ledger, component, claim, act.signer)
    tell(said, "Agreed to changes in advance", as_json=as_json)


@command.command()
@click.argument("statement")
@click.option("--reason", required=True, help="Why it is taken back.")
@signing_options("assessor")
def withdraw(*, statement: str, reason: str, home: Path, key: str | None, as_json: bool) -> None:
    """Take back a STATEMENT (its id) of your organisation; its entry stays."""
    from sunlit.registry.attest import withdraw as take_back

    with acting(home, key, "assessor") as act:
        said = take_back(act.ledger, statement, reason, act.signer)
    tell(said, f"Withdrew {statement}", as_json=as_json)
