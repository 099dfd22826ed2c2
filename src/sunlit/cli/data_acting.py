"""What the commands of `sunlit data` share: where what they find is kept, and who signs it.

A command takes `@data_options` (or `@data_options_as("--reports")` where it has an `--out` of its
own, for a dataset), gets `options: DataOptions`, and ends with `said(claim, subject, reports,
options)`, which does what the options ask and returns lines to print. `reports` are such as
`{"scan.json": ..., "scan.html": ...}`. With `--json` it prints `answer(detail, claim, kept)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.output import json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sunlit.claims.base import Claim
    from sunlit.statement.intoto import Subject

FOLDER: Final = click.Path(path_type=Path, file_okay=False)
TOML: Final = "sunlit.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataOptions:
    """Where claims are kept (`component`), who signs them (`home`, `key`), where reports go."""

    component: Path | None = None
    home: Path | None = None
    key: str | None = None
    reports: Path | None = None
    as_json: bool = False


def data_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--component`, `--home`, `--key`, `--reports` (or `--out`) and `--json`, as `options`."""
    return data_options_as("--reports", "--out")(function)


def data_options_as(*reports: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """As `data_options`, with other names for the option that says where reports go."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapped(
            *args: Any, component: Path | None, home: Path | None, key: str | None,  # noqa: ANN401
            _reports: Path | None, as_json: bool, **others: Any,  # noqa: ANN401
        ) -> object:  # fmt: skip
            if key is not None and home is None:
                raise click.UsageError("--key needs --home: keys are kept in a home")
            if component is not None and not component.is_dir():
                raise click.UsageError(f"--component: there is no folder {component}")
            options = DataOptions(
                component=component if component is not None else nearest(Path.cwd()),
                home=home, key=key, reports=_reports, as_json=as_json,
            )  # fmt: skip
            return function(*args, options=options, **others)

        for option in _options(*reports):
            option(wrapped)
        return wrapped

    return decorate


def _options(*reports: str) -> tuple[Callable[..., Any], ...]:
    return (
        json_option,
        click.option(*reports, "_reports", type=FOLDER, help="Write the reports into this folder."),
        click.option("--key", help="The home's key that signs (default: maintainer)."),
        click.option(
            "--home", type=FOLDER, envvar="SUNLIT_HOME",
            help="Sign what is found and admit it to this home's log (or SUNLIT_HOME).",
        ),
        click.option(
            "--component", type=FOLDER,
            help="Keep what is found as a draft of this component's "
            "(default: the nearest folder upward with a sunlit.toml, else none).",
        ),
    )  # fmt: skip


def answer(detail: Mapping[str, Any], claim: Claim | None, kept: Sequence[str]) -> dict[str, Any]:
    """Return what `--json` prints, the same for every command about data.

    The report's own keys, `format` and `headline` first; then `claim` (`type` and `predicate`, or
    null where nothing is claimed) and `kept`, the lines that say where it all stands.
    """
    said = None if claim is None else {"type": claim.TYPE, "predicate": claim.to_predicate()}
    first = {name: detail[name] for name in ("format", "headline") if name in detail}
    return {**first, **detail, "claim": said, "kept": list(kept)}


def nearest(start: Path) -> Path | None:
    """Return the nearest folder, upward from `start`, that holds a `sunlit.toml`."""
    whole = start.resolve()
    return next((one for one in (whole, *whole.parents) if (one / TOML).is_file()), None)


def said(
    claim: Claim, subject: Subject, reports: Mapping[str, bytes], options: DataOptions
) -> list[str]:
    """Keep, sign and log a claim as the options ask; return lines that say where it stands.

    `reports` are files by name, at most one of them JSON; the claim names that one by digest.

    Raises:
        SunlitError: what `keep` and `say` raise.
    """
    from sunlit.registry.data_keep import with_report
    from sunlit.registry.home import write_whole

    claim = with_report(claim, reports)
    lines = []
    for name, data in reports.items() if options.reports else ():
        path = (options.reports or Path()) / name
        write_whole(path, data)
        lines.append(f"Report: {path}")
    if options.component is not None:
        from sunlit.registry.data_keep import keep

        lines.append(f"Draft: {keep(options.component, [(claim, (subject,))], reports)}")
    if options.home is not None:
        lines.append(_logged(claim, subject, reports, options.home, options.key))
    return lines


def _logged(
    claim: Claim, subject: Subject, reports: Mapping[str, bytes], home: Path, key: str | None
) -> str:
    from sunlit.cli.acting import acting, logged
    from sunlit.registry.blobs import keep_blob
    from sunlit.registry.saying import say

    with acting(home, key, "maintainer") as act:
        for data in reports.values():
            keep_blob(act.ledger.home, data)
        done = say(act.ledger, claim, subject, act.signer)
    return f"Logged: {logged(done)}"
