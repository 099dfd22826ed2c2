"""`sunlit attest effort`: record what a piece of assurance took, and show what is recorded."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.base.errors import MalformedError
from sunlit.base.times import parse_time
from sunlit.cli.acting import (
    PATH_ARGUMENT,
    acting,
    component_at,
    signing_options,
    tell,
)
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sunlit.views.effort import EffortView, Spent, Sum

EPILOG: Final = """\b
Examples:
  sunlit attest effort model --activity bias-audit --started 2026-11-02 --ended 2026-11-06 \\
    --days-worked 2.5 --cost 1200 --currency GBP --contract C-7 --home supplier
  sunlit attest effort model --home council        show what is recorded; blanks are blanks
"""
BLANK: Final = "-"


def day(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """Read a day (its first second, UTC) or a time."""
    if text is None:
        return None
    try:
        return parse_time(text if "T" in text else f"{text}T00:00:00Z")
    except MalformedError as error:
        raise click.BadParameter(f"{text!r} is no day such as 2026-11-02") from error


def number(_context: click.Context, _option: click.Parameter, text: str | None) -> Decimal | None:
    """Read a figure that is not negative."""
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise click.BadParameter(f"{text!r} is no number") from error
    if not (value.is_finite() and 0 <= value < Decimal("1e12")):
        raise click.BadParameter(f"{text!r} is not between 0 and a million million")
    return value


@click.command(epilog=EPILOG)
@PATH_ARGUMENT
@click.option("--activity", help="What was done: bias-audit, red-team, attestation, ...")
@click.option("--started", callback=day, metavar="DAY", help="When it began (YYYY-MM-DD).")
@click.option("--ended", callback=day, metavar="DAY", help="When it was done (YYYY-MM-DD).")
@click.option("--days-worked", callback=number, metavar="N", help="Working days of people.")
@click.option("--cost", callback=number, metavar="N", help="What it cost.")
@click.option("--currency", help="In which currency (ISO 4217, such as GBP).")
@click.option("--contract", help="The contract it was done under (its id).")
@signing_options("maintainer")
def command(
    *, path: Path, activity: str | None, home: Path, key: str | None, as_json: bool,
    **fields: Any,  # noqa: ANN401 - the fields of the claim
) -> None:  # fmt: skip
    """Record what a piece of assurance of PATH took; without --activity, show what is recorded."""
    if activity is None:
        if key is not None or any(value is not None for value in fields.values()):
            raise click.UsageError("what took so long? give --activity")
        return _show(path, home, as_json=as_json)
    if fields["started"] is None or fields["ended"] is None:
        raise click.UsageError("--activity needs --started and --ended")
    return _record(path, activity, home, key, fields, as_json=as_json)


def _record(
    path: Path, activity: str, home: Path, key: str | None, fields: dict[str, Any], *,
    as_json: bool,
) -> None:  # fmt: skip
    from sunlit.claims.assurance import Effort
    from sunlit.registry.saying import say

    component = component_at(path)
    with acting(home, key, "maintainer") as act:
        claim = Effort(
            organisation=act.organisation, activity=activity, started_on=fields["started"],
            ended_on=fields["ended"], person_days=fields["days_worked"], cost=fields["cost"],
            currency=fields["currency"], contract=fields["contract"],
        )  # fmt: skip
        said = say(act.ledger, claim, component.subject(), act.signer)
    tell(said, f"Recorded {activity}", as_json=as_json)


def _show(path: Path, home: Path, *, as_json: bool) -> None:
    from sunlit.bootstrap import Asked, evidence_of
    from sunlit.registry.home import Home
    from sunlit.views.effort import effort_view

    found = effort_view(evidence_of(path, Asked(), Home.open(home)))
    emit(found.to_json(), lines(found), as_json=as_json)


def lines(found: EffortView) -> Iterator[str]:
    """Yield what a person reads: a table, sums with how many are recorded, the log's own times."""
    yield f"{found.component or '(no name)'} sha256:{found.release[:12]}"
    yield f"  {'activity':<20} {'by':<28} {'elapsed':>9} {'worked':>8} {'cost':>14}"
    for one in found.spent:
        yield _row(one)
    if not found.spent:
        yield "  nothing recorded"
    yield ""
    yield f"Elapsed from the first start to the last end: {_days(found.elapsed)}"
    yield f"Working days: {_sum(found.person_days, 'days')}"
    for currency, total in sorted(found.costs.items()):
        yield f"Cost: {_sum(total, currency)}"
    if not found.costs:
        yield f"Cost: {BLANK}, 0 of {len(found.spent)} recorded"
    yield f"From the first entry of the release to its risk code: {_days(found.logged)}"


def _row(one: Spent) -> str:
    cost = f"{one.cost} {one.currency}" if one.cost is not None else BLANK
    worked = BLANK if one.person_days is None else str(one.person_days)
    return (
        f"  {one.activity[:20]:<20} {one.organisation[:28]:<28} {one.elapsed:>7} d "
        f"{worked:>8} {cost:>14}"
    )


def _sum(total: Sum, unit: str) -> str:
    value = f"{total.value} {unit}" if total.recorded else BLANK
    return f"{value}, {total.recorded} of {total.of} recorded"


def _days(value: Decimal | None) -> str:
    return BLANK if value is None else f"{value} days"
