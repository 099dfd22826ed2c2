"""`sunlit review`: ask for an independent review of a dataset, see what is asked, answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.base.times import format_time
from sunlit.cli.acting import DAYS, acting, logged, signer_option, signing_options
from sunlit.cli.authority import now
from sunlit.cli.output import emit, home_option, json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sunlit.claims.privacy import Decision, Reidentification, Review, Scan
    from sunlit.registry.review import Dossier

EPILOG: Final = """\b
Examples:
  sunlit review ask data/masked.csv --component model --home maker
  sunlit review list --home lab
  sunlit review show 3f7a09c1 --home lab
  sunlit review accept 3f7a09c1 --reasons "Masked; 1 in 12 at worst" --condition "stays in-house" \\
    --no-conflict --days 180 --home lab
  sunlit review refuse 3f7a09c1 --reasons "Names in the notes" --home lab

A dataset is named by its path, its SHA-256, or the first 8 digits or more of it. The review names
the scans and measurements that the log holds of it. It counts where the reviewer is accredited for
privacy; to accept, also independent of maintainer and deployer, without a conflict.
"""
ANY: Final = "any"
SHOWN: Final = 12  # finds in a list


@click.group(epilog=EPILOG)
def command() -> None:
    """Ask for an independent review of a dataset, or give one."""


@command.command()
@click.argument("dataset")
@click.option(
    "--component", type=click.Path(path_type=Path, file_okay=False, exists=True), default=Path(),
    show_default=True, help="The component's folder, where what was found is kept.",
)  # fmt: skip
@signing_options("maintainer")
def ask(*, dataset: str, component: Path, home: Path, key: str | None, as_json: bool) -> None:
    """Sign and log what was found about DATASET, and ask for its review."""
    from sunlit.registry.review import ask as ask_for
    from sunlit.registry.review import digest_named
    from sunlit.registry.run import digest_of

    with acting(home, key, "maintainer") as act:
        path = Path(dataset)
        digest = (
            digest_of(path)["sha256"] if path.exists()
            else digest_named(dataset, act.ledger.history)
        )  # fmt: skip
        drafts = ask_for(act.ledger, component, digest, act.signer, at=act.at)
        origin = act.ledger.home.origin
    kinds = [one.claim.TYPE.split(":")[-2] for one in drafts]
    document = {"sha256": digest, "log": origin, "statements": [one.to_json() for one in drafts]}
    lines = [
        f"Asked for an independent review of sha256:{digest}",
        f"  logged in {origin}: {', '.join(kinds)}",
        f"Next: a reviewer takes over this log, then: sunlit review show {digest[:12]}",
    ]
    emit(document, lines, as_json=as_json)


@command.command(name="list")
@home_option
@json_option
def list_(*, home: Path, as_json: bool) -> None:
    """List the datasets whose review is asked for and not given."""
    from sunlit.registry.home import Home
    from sunlit.registry.review import open_requests

    at = now()
    found = open_requests(Home.open(home).history(at), at)
    lines = [line for one in found for line in _short(one)] or ["No review is open."]
    emit({"format": "sunlit-reviews/1", "open": [_plain(one) for one in found]}, lines,
         as_json=as_json)  # fmt: skip


@command.command()
@click.argument("dataset")
@home_option
@json_option
def show(*, dataset: str, home: Path, as_json: bool) -> None:
    """Show all that the log holds of DATASET: finds, figures, statements, reviews."""
    from sunlit.registry.home import Home
    from sunlit.registry.review import digest_named, dossier

    at = now()
    history = Home.open(home).history(at)
    found = dossier(history, digest_named(dataset, history), at)
    emit({"format": "sunlit-reviews/1", **_plain(found)}, _long(found), as_json=as_json)


def _answer_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        json_option,
        signer_option("assessor"),
        home_option,
        click.option("--days", type=DAYS, default=365, show_default=True,
                     help="How long it counts."),
        click.option("--no-conflict", "no_conflict_declared", is_flag=True,
                     help="Declare that there is no conflict of interest."),
        click.option("--for", "only_for", metavar="PURL",
                     help="The component that it is for, or 'any' (default: that of the request)."),
        click.option("--purpose", default="training", show_default=True, help="What it is for."),
        click.option("--reasons", required=True, help="Why, in words; without personal data."),
        click.argument("dataset"),
    ):  # fmt: skip
        function = option(function)
    return function


@command.command()
@click.option("--condition", "conditions", multiple=True, help="What it hangs on; repeat for more.")
@_answer_options
def accept(**given: Any) -> None:  # noqa: ANN401 - the options above
    """Accept DATASET for the purpose; the reviewer signs."""
    from sunlit.claims.privacy import Decision

    _decide(Decision.ACCEPT, given)


@command.command()
@_answer_options
def refuse(**given: Any) -> None:  # noqa: ANN401 - the options above
    """Refuse DATASET for the purpose; the reviewer signs."""
    from sunlit.claims.privacy import Decision

    _decide(Decision.REFUSE, {**given, "conditions": ()})


def _decide(decision: Decision, given: dict[str, Any]) -> None:
    from sunlit.claims.privacy import Review
    from sunlit.registry.review import decide, digest_named, dossier, earlier

    with acting(given["home"], given["key"], "assessor") as act:
        history = act.ledger.history
        found = dossier(history, digest_named(given["dataset"], history), act.at)
        purpose, component = given["purpose"], _component(found, given["only_for"])
        review = Review(
            reviewer=act.organisation, decision=decision, purpose=purpose, component=component,
            statements=found.statements, conditions=given["conditions"],
            reasons=given["reasons"], no_conflict_declared=given["no_conflict_declared"],
            reviewed_on=act.at, valid_until=act.ends(given["days"]),
            supersedes=earlier(found, act.organisation, purpose, component),
        )  # fmt: skip
        done = decide(act.ledger, found, review, act.signer)
    emit(done.to_json(), _decided(found, review, logged(done)), as_json=given["as_json"])


def _component(found: Dossier, only_for: str | None) -> str | None:
    if only_for is not None:
        return None if only_for == ANY else only_for
    asked = {request.component for _, request in found.requests}
    return asked.pop() if len(asked) == 1 else None


def _decided(found: Dossier, review: Review, place: str) -> Iterator[str]:
    yield (
        f"{review.reviewer}: {review.decision} {found.name} for {review.purpose} until "
        f"{format_time(review.valid_until)}"
    )
    yield f"  {place}"
    yield f"  for {review.component or 'any component'}; it names:"
    for said, claim in (*found.scans, *found.measurements):
        yield f"    {said.statement_id[:16]} {type(claim).__name__.lower()}"
    yield from (f"  on condition: {one}" for one in review.conditions)
    if str(review.decision) == "accept" and not review.no_conflict_declared:
        yield "  It counts only with --no-conflict."


def _short(found: Dossier) -> Iterator[str]:
    yield f"{found.digest[:12]}  {found.name}"
    for _, request in found.open:
        went_on = "; training went on all the same" if request.went_on else ""
        yield (
            f"  {request.purpose} of {request.component or 'any component'}, asked on "
            f"{format_time(request.opened_on)}{went_on}"
        )
        yield f"  because: {'; '.join(request.reasons[:SHOWN])}"
    yield from _figures(found)


def _figures(found: Dossier) -> Iterator[str]:
    for _, scan in found.scans[-1:]:
        word = "sensitive" if scan.sensitive else "not sensitive"
        yield f"  scanned {format_time(scan.scanned_on)}: {scan.rows:,} rows, {word}"
    for _, measured in found.measurements[-1:]:
        yield (
            f"  risk up to {measured.risk.normalize():f}, threshold "
            f"{measured.threshold.normalize():f} ({measured.profile})"
        )


def _long(found: Dossier) -> Iterator[str]:
    yield click.style(found.name, bold=True)
    yield f"sha256:{found.digest}"
    yield from list(_short(found))[1:]
    for said, scan in found.scans:
        yield f"Scan {said.statement_id[:16]} by {scan.tool}"
        yield from _finds(scan)
    for said, measured in found.measurements:
        yield f"Measurement {said.statement_id[:16]} by {measured.tool}"
        yield from _risks(measured)
    for said, review in found.reviews:
        terms = f"; on condition: {'; '.join(review.conditions)}" if review.conditions else ""
        yield (
            f"Review {said.statement_id[:16]}: {review.reviewer} {review.decision} until "
            f"{format_time(review.valid_until)}{terms}"
        )


def _finds(scan: Scan) -> Iterator[str]:
    for one in scan.found[:SHOWN]:
        place = one.column or "in text"
        yield f"  {place}: {one.kind} ({one.category}), {one.hits:,} of {one.rows:,}"
    more = len(scan.found) - SHOWN + scan.not_listed
    if more > 0:
        yield f"  and {more} more"
    if scan.free_text:
        yield f"  prose: {', '.join(scan.free_text[:SHOWN])}"
    if scan.report is not None:
        yield f"  report: sha256:{scan.report.digest.get('sha256')}"


def _risks(measured: Reidentification) -> Iterator[str]:
    yield f"  by {', '.join(measured.quasi_identifiers)} ({measured.chosen})"
    for one in measured.figures[:SHOWN]:
        value = "not had" if one.value is None else f"{one.value.normalize():f}"
        yield f"  {one.name}{f' of {one.attribute}' if one.attribute else ''}: {value}"
    if measured.left_out:
        yield f"  left out: {', '.join(measured.left_out)}"
    if measured.report is not None:
        yield f"  report: sha256:{measured.report.digest.get('sha256')}"


def _plain(found: Dossier) -> dict[str, object]:
    return {
        "sha256": found.digest,
        "name": found.name,
        "open": bool(found.open),
        "statements": [
            {"statement": said.statement_id, "predicateType": claim.TYPE,
             "predicate": claim.to_predicate()}
            for said, claim in (
                *found.requests, *found.scans, *found.measurements, *found.reviews,
            )
        ],
    }  # fmt: skip
