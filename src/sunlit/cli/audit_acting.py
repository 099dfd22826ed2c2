"""What the commands of `sunlit audit` share: where what they find is kept, and who signs it.

A command takes `@audit_options`, gets `options: AuditOptions`, and ends with
`said_audit(claim, reports, options)`, which does what the options ask and returns lines to print.
`reports` are such as `{"bias.json": ..., "bias.html": ...}`, at most one of them JSON: the claim
names that one by digest. What must stay with its owner (a full cube, a salt) goes into `guarded`.
With `--json` a command prints `answer(detail, with_report(claim, reports), kept)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.data_acting import FOLDER, answer, nearest
from sunlit.cli.output import json_option

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sunlit.claims.assurance import TestResult
    from sunlit.claims.base import Claim
    from sunlit.claims.bias import BiasAudit
    from sunlit.registry.producing import ComponentFolder

__all__ = ["AuditOptions", "answer", "audit_options", "component_of", "said_audit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """Which component was tested, who signs (`home`, `key`), where reports go (`reports`)."""

    component: Path | None = None
    home: Path | None = None
    key: str | None = None
    reports: Path | None = None
    as_json: bool = False


def audit_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--component`, `--home`, `--key`, `--reports` (or `--out`) and `--json`, as `options`."""

    @wraps(function)
    def wrapped(
        *args: Any, component: Path | None, home: Path | None, key: str | None,  # noqa: ANN401
        _reports: Path | None, as_json: bool, **others: Any,  # noqa: ANN401
    ) -> object:  # fmt: skip
        if key is not None and home is None:
            raise click.UsageError("--key needs --home: keys are kept in a home")
        if component is not None and not component.exists():
            raise click.UsageError(f"--component: there is nothing at {component}")
        found = component if component is not None else nearest(Path.cwd())
        if home is not None and found is None:
            raise click.UsageError("--home needs --component: what is signed is about its files")
        options = AuditOptions(
            component=found, home=home, key=key, reports=_reports, as_json=as_json
        )
        return function(*args, options=options, **others)

    for option in _options():
        option(wrapped)
    return wrapped


def _options() -> tuple[Callable[..., Any], ...]:
    return (
        json_option,
        click.option(
            "--reports", "--out", "_reports", type=FOLDER,
            help="Write the reports into this folder.",
        ),
        click.option(
            "--key", help="The home's key that signs (default: maintainer; assessors: assessor)."
        ),
        click.option(
            "--home", type=FOLDER, envvar="SUNLIT_HOME",
            help="Sign what is found and admit it to this home's log (or SUNLIT_HOME).",
        ),
        click.option(
            "--component", type=click.Path(path_type=Path),
            help="The component that was tested; what is found is kept there as a draft "
            "(default: the nearest folder upward with a sunlit.toml).",
        ),
    )  # fmt: skip


def component_of(options: AuditOptions) -> ComponentFolder | None:
    """Return the component that is tested, hashed; None where none was named or found."""
    from sunlit.cli.acting import component_at

    return None if options.component is None else component_at(options.component)


def said_audit(
    claim: TestResult | BiasAudit,
    reports: Mapping[str, bytes],
    options: AuditOptions,
    *,
    name: str = "",
    guarded: Mapping[str, bytes] | None = None,
) -> list[str]:
    """Keep, sign and log an audit as the options ask; return lines that say where it stands.

    `name` tells audits of one kind apart, for example by probe set. `guarded` is written beside
    the draft for its owner alone (into `guarded/` of `--reports`, where there is no component).

    Raises:
        SunlitError: what `keep_audit` and `say` raise.
    """
    from sunlit.registry.audit_keep import keep_audit, series_of, with_report
    from sunlit.registry.home import write_whole

    claim = with_report(claim, reports)
    series_of(claim, name)  # a malformed name is said before anything is written
    lines = []
    for one, data in reports.items() if options.reports else ():
        path = (options.reports or Path()) / one
        write_whole(path, data)
        lines.append(f"Report: {path}")
    component = component_of(options)
    if component is None:
        return [*lines, *_loose(guarded or {}, options.reports)]
    path = keep_audit(component, claim, reports, name=name, guarded=guarded)
    lines.append(f"Draft: {path}")
    if options.home is not None:
        lines.append(_logged(component, claim, reports, options.home, options.key))
    return lines


def _loose(guarded: Mapping[str, bytes], folder: Path | None) -> list[str]:
    from sunlit.registry.audit_keep import GUARDED
    from sunlit.registry.home import write_whole

    lines = []
    for one, data in guarded.items() if folder is not None else ():
        path = (folder or Path()) / GUARDED / one  # never beside what is there to be passed on
        write_whole(path, data, private=True)
        lines.append(f"Guarded, for you alone: {path}")
    return [*lines, "Not kept: name the component that was tested with --component."]


def _logged(
    component: ComponentFolder,
    claim: Claim,
    reports: Mapping[str, bytes],
    home: Path,
    key: str | None,
) -> str:
    from sunlit.cli.acting import acting, logged
    from sunlit.registry.blobs import keep_blob
    from sunlit.registry.model_files import audited
    from sunlit.registry.saying import say

    with acting(home, key, "maintainer") as act:
        for data in reports.values():
            keep_blob(act.ledger.home, data)
        first, *more = audited(component)
        done = say(act.ledger, claim, first, act.signer, *more)
    return f"Logged: {logged(done)}"
