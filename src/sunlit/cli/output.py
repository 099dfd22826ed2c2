"""How every command prints: plain lines for people, one JSON document for programs."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from sunlit.base.errors import MalformedError
from sunlit.base.times import parse_time

F = TypeVar("F", bound=Callable[..., Any])


def emit(document: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print `document` as JSON, or `lines` for people."""
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(line)


def json_option(function: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(
        function
    )


def home_option(function: F) -> F:
    """Add `--home` (also from SUNLIT_HOME)."""
    return click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="SUNLIT_HOME",
        default=Path(".sunlit-home"),
        show_default=True,
        help="The organisation's home directory (or SUNLIT_HOME).",
    )(function)


def when(_context: click.Context, _option: click.Parameter, text: str | None) -> datetime | None:
    """Read an option that is a time."""
    if text is None:
        return None
    try:
        return parse_time(text)
    except MalformedError as error:
        raise click.BadParameter(str(error)) from error
