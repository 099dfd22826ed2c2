"""What `sunlit assure` does first: the audits that `sunlit.toml` asks for, each once.

It calls the doors of `sunlit audit` with the table's options. What only counts rows or reads a file
is run; what would load a model or ask one is not: its exact command is printed instead.
"""

from __future__ import annotations

import io
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.cli.progress import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sunlit.formats.sunlit_toml_audit import AuditEntry
    from sunlit.registry.producing import ComponentFolder, Note

NAME: Final = "audits"
RUN: Final = frozenset({"bias", "drift", "import"})  # and a red team from its transcript


def run_audits(path: Path, *, again: bool = False) -> tuple[Note, ...]:
    """Make the audits that `sunlit.toml` asks for, as far as due; return which could not be."""
    from sunlit.cli.acting import component_at

    if not _asks(path):
        return ()
    return tuple(_made(component_at(path), again=again))


def _asks(path: Path) -> bool:
    from sunlit.formats.sunlit_toml import FILE_NAME, MAX_BYTES, read_toml

    try:
        file = path / FILE_NAME
        return file.stat().st_size <= MAX_BYTES and bool(read_toml(file.read_bytes()).audits)
    except (OSError, SunlitError):
        return False  # nothing is asked for; what is malformed is told by what reads the folder


def _made(component: ComponentFolder, *, again: bool) -> Iterator[Note]:
    from sunlit.registry.producing import Note

    for entry in component.toml.audits:
        try:
            _make(component, entry, again=again)
        except SunlitError as error:
            yield Note.of(NAME, error)


def _make(component: ComponentFolder, entry: AuditEntry, *, again: bool) -> None:
    from sunlit.registry.audit_asked import done, is_done, question

    words = (*entry.arguments(f"{component.root}/"), "--component", str(component.root))
    if not (entry.command in RUN or any(name == "replay" for name, _ in entry.options)):
        raise UnavailableError(
            "assure.not-run", f"an audit ({entry.command}) loads or asks the model, so it is "
            "not run here", mend=shlex.join(("sunlit", "audit", *words)),
        )  # fmt: skip
    asked = question(component, entry)
    if not again and is_done(component, entry, asked):
        return
    tell(f"audit {entry.command}")
    _call(words)
    done(component, entry, asked)


def _call(words: tuple[str, ...]) -> None:
    """Call a door of `sunlit audit`; an exit code is its opinion, what it keeps is what counts."""
    from sunlit.cli.audit import command

    try:
        with redirect_stdout(io.StringIO()):
            command.main(list(words), prog_name="sunlit audit", standalone_mode=False)
    except SystemExit:
        return
    except click.ClickException as error:
        raise MalformedError(
            "assure.audit-table",
            f"sunlit.toml: [audit.{words[0]}]: {error.format_message()}",
            mend="take an option that the command of this name has",
        ) from error
