"""How every command prints: plain lines for people, one JSON document for programs."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from sunlit.base.errors import MalformedError
from sunlit.base.times import parse_time

F = TypeVar("F", bound=Callable[..., Any])
# What a terminal obeys, or what turns the order of letters: words of others end up in lines.
_OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_OURS: Final = re.compile(r"\x1b\[(?:0|1|3[1-6])m")  # bold and six colours: they hide nothing


def emit(document: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print `document` as JSON, or `lines` for people."""
    if as_json:
        click.echo(_OBEYED.sub(_escaped, json.dumps(document, ensure_ascii=False, indent=2)))
        return
    for line in lines:
        click.echo(shown(line))


def shown(line: str) -> str:
    """Return a line without what a terminal would obey: whoever wrote the words in it."""
    parts = zip(_OURS.split(line), [*_OURS.findall(line), ""], strict=True)
    return "".join(_OBEYED.sub(_replaced, text) + style for text, style in parts)


def _replaced(found: re.Match[str]) -> str:
    # What is no text at all, in a file's name, is shown by its number.
    return f"\\u{ord(found[0]):04x}" if found[0] >= "\ud800" else "\N{REPLACEMENT CHARACTER}"


def _escaped(found: re.Match[str]) -> str:
    # In JSON such a character stands in a text only, so the document says the same.
    return f"\\u{ord(found[0]):04x}"


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
