"""The stage of `sunlit demo`: it narrates, runs real `sunlit` commands, and keeps a transcript."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT, DOES_NOT_HOLD, HOLDS, VerificationError

WIDTH: Final = 96
FEW: Final = 2  # lines left out that need no mention
SHOWN: Final = 14  # lines of a command's output; the transcript has all of them
ANSWERS: Final = {HOLDS, DOES_NOT_HOLD, COULD_NOT_FIND_OUT}
KEPT_VARIABLES: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SYSTEMROOT",
    "COVERAGE_PROCESS_CONFIG",
)


@dataclass(slots=True)
class Stage:
    """One directory in which the story is played. Every command is one a reader could type."""

    root: Path
    transcript: list[str] = field(default_factory=list)
    asides: int = 0

    def scene(self, number: int, of: int, title: str) -> None:
        """Begin a scene."""
        self._tell_asides()
        self._out("")
        self._out(f"[{number}/{of}] {title}", bold=True)

    def say(self, text: str) -> None:
        """Narrate, in plain words."""
        self._tell_asides()
        for line in textwrap.wrap(" ".join(text.split()), WIDTH):
            self._out(line)

    def aside(
        self, *words: str, expect: int | None = 0, into: str | None = None, onto: str | None = None
    ) -> None:
        """Run `sunlit` as a reader would, and show it in the transcript only.

        `into` names a file that takes the output; `onto` one that it is added to.
        """
        shown = " ".join(["sunlit", *map(_quoted, words)])
        shown += f" > {into}" if into else f" >> {onto}" if onto else ""
        self.transcript.append(f"  $ {shown}")
        command = [sys.executable, "-m", "sunlit", *words]
        text = self._run(shown, command, expect=expect, show=0)
        if into:
            (self.root / into).write_text(text, encoding="utf-8")
        if onto:
            with (self.root / onto).open("a", encoding="utf-8") as file:
                file.write(text)
        self.asides += 1

    def _tell_asides(self) -> None:
        if self.asides:
            click.echo(f"    (and {self.asides} commands like these: see transcript.txt)")
        self.asides = 0

    def command(self, text: str) -> None:
        """Show a command for the reader to type."""
        self._out(f"  $ {text}", colour="cyan")

    def point(self, path: str, what: str) -> None:
        """Point at a file."""
        self._out(f"  {what}:")
        self._out(f"    {path}")

    def sunlit(
        self,
        *words: str,
        expect: int | None = 0,
        show: int = SHOWN,
        into: str | None = None,
    ) -> str:
        """Run `sunlit` with these words; return what it printed.

        `into` names a file that takes the output; with `expect` None any answer will do: 0, 1, 3.

        Raises:
            VerificationError: `cli.demo-step` when it ends with another exit code.
        """
        shown = " ".join(["sunlit", *map(_quoted, words)])
        shown += f" > {into}" if into else ""
        self.command(shown)
        command = [sys.executable, "-m", "sunlit", *words]
        text = self._run(shown, command, expect=expect, show=0 if into else show)
        if into:
            (self.root / into).write_text(text, encoding="utf-8")
        return text

    def tool(self, *words: str, expect: int = 0, show: int = SHOWN) -> str:
        """Run a Python program of the example, as a reader would with `python`."""
        shown = " ".join(["python", *map(_quoted, words)])
        self.command(shown)
        return self._run(shown, [sys.executable, *words], expect=expect, show=show)

    def _run(self, shown: str, command: Sequence[str], *, expect: int | None, show: int) -> str:
        done = subprocess.run(
            list(command), cwd=self.root, env=dict(self._environment()), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        lines = (done.stdout if show else "").splitlines() + done.stderr.splitlines()
        self.transcript.extend(f"  {line}" for line in lines)
        for line in lines[:show] if show else lines:
            click.echo(f"    {line}")
        if show and len(lines) > show + FEW:
            click.echo(f"    … {len(lines) - show} more lines in transcript.txt")
        crashed = "Traceback (most recent call last):" in done.stderr  # Python ends with 1 too
        if crashed or done.returncode not in (ANSWERS if expect is None else {expect}):
            raise VerificationError(
                "cli.demo-step", f"the step `{shown}` did not end as the story needs",
                expected=f"exit code {expect}", got=f"{done.returncode}: {_last(lines)}",
                mend="please report this with the file transcript.txt",
            )  # fmt: skip
        return done.stdout

    def _environment(self) -> Mapping[str, str]:
        """Nothing of the reader's own homes, caches or settings plays a part."""
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        here = os.path.dirname(sys.executable)  # noqa: PTH120 - the links on the way matter
        return kept | {
            "PATH": os.pathsep.join([here, os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.root / "nobody"),
        }

    def save_transcript(self) -> Path:
        """Write everything that was said and printed."""
        path = self.root / "transcript.txt"
        path.write_text("\n".join(self.transcript) + "\n", encoding="utf-8")
        return path

    def _out(self, text: str, *, bold: bool = False, colour: str | None = None) -> None:
        self.transcript.append(text)
        click.echo(click.style(text, bold=bold, fg=colour))


def _quoted(word: str) -> str:
    return f"'{word}'" if not word or any(one in word for one in " '\"#&;|<>*?$") else word


def _last(lines: Sequence[str]) -> str:
    return lines[-1].strip() if lines else "it printed nothing"
