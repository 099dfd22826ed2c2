"""Read the runnable blocks of a Markdown page; CONTRIBUTING.md tells authors the convention."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

SHELLS: Final = {"console", "sh"}
DIRECTIVE: Final = re.compile(r"<!--\s*docs-test:\s*(\w+)\s*[:=]\s*(.*?)\s*-->", re.DOTALL)
EXIT: Final = re.compile(r"\s+# exit (\d+)\s*$")
PROMPT: Final = "$ "
CONTINUED: Final = "> "


@dataclass(frozen=True)
class Command:
    """One command of a page: its text, the exit code it must have, the output shown under it."""

    line: int
    text: str
    exit_code: int = 0
    shown: tuple[str, ...] = ()
    is_python: bool = False


@dataclass(frozen=True)
class Page:
    """A page's commands in order, what it needs, and what it skips and why."""

    path: Path
    needs: tuple[str, ...]
    commands: tuple[Command, ...]
    skipped: tuple[tuple[int, str], ...]


def read(path: Path) -> Page:
    """Return what a page promises to do."""
    needs: list[str] = []
    commands: list[Command] = []
    skipped: list[tuple[int, str]] = []
    why_skip: str | None = None
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        line = (token.map or [0])[0] + 1
        if token.type == "html_block":
            for kind, value in DIRECTIVE.findall(token.content):
                if kind == "needs":
                    needs.extend(value.split())
                elif kind == "skip":
                    why_skip = value
                else:
                    raise ValueError(f"{path}:{line}: unknown directive {kind!r}")
        elif token.type == "fence":
            found = _commands(token, line)
            if found and why_skip:
                skipped.append((line, why_skip))
            else:
                commands.extend(found)
            why_skip = None
    return Page(path, tuple(needs), tuple(commands), tuple(skipped))


def _commands(token: Token, line: int) -> list[Command]:
    language = token.info.split()[0] if token.info.strip() else ""
    if language == "python":
        return [Command(line, token.content, is_python=True)]
    return _console(token.content.splitlines(), line + 1) if language in SHELLS else []


def _console(lines: list[str], first: int) -> list[Command]:
    found: list[Command] = []
    for number, text in enumerate(lines, first):
        if text.startswith(PROMPT):
            code = EXIT.search(text)
            bare = EXIT.sub("", text.removeprefix(PROMPT))
            found.append(Command(number, bare, int(code[1]) if code else 0))
        elif found and text.startswith(CONTINUED) and not found[-1].shown:
            last = found[-1]
            code = EXIT.search(text)
            more = f"{last.text}\n{EXIT.sub('', text.removeprefix(CONTINUED))}"
            found[-1] = Command(last.line, more, int(code[1]) if code else last.exit_code)
        elif found:
            last = found[-1]
            found[-1] = Command(last.line, last.text, last.exit_code, (*last.shown, text))
    return found


def shows(shown: tuple[str, ...], printed: str) -> bool:
    """Say whether the shown lines stand in what was printed, in order.

    An ellipsis within a line stands for any text, one alone on a line for any lines.
    """
    lines = iter(line.rstrip() for line in printed.splitlines())
    for wanted in (line.rstrip() for line in shown):
        if wanted in {"", "…", "..."}:
            continue
        pattern = ".*".join(re.escape(part) for part in re.split("…", wanted))
        if not any(re.fullmatch(pattern, line) for line in lines):
            return False
    return True
