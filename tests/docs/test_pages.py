"""Every command and Python example of README and docs runs, in order, as a reader would."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from tests.docs import blocks
from tests.e2e.played import play

ROOT: Final = Path(__file__).parent.parent.parent
FILES: Final = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
PAGES: Final = [blocks.read(path) for path in FILES if path.is_file()]
# need -> the modules and programs it stands for
NEEDS: Final = {
    "demo": ("lightgbm", "pyarrow"), "audit": ("picklescan",), "git": ("git",),
    "proxy": ("aiohttp", "curl"), "data": ("duckdb", "pyarrow"), "openssl": ("openssl",),
}  # fmt: skip
SECONDS: Final = 300
# A page is one terminal: what a command sets, and where it goes, is there for the next.
TERMINAL: Final = """\
set -a
. "$DOCS_TERMINAL"
trap '{ export -p; printf "cd %q\\n" "$PWD"; } > "$DOCS_TERMINAL"' EXIT
"""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where the demo was played, once in a run for all tests."""
    base = tmp_path_factory.getbasetemp()
    return play(base if worker_id == "master" else base.parent)


def _name(page: blocks.Page) -> str:
    return str(page.path.relative_to(ROOT))


@pytest.mark.timeout(SECONDS * 2)
@pytest.mark.parametrize("page", [p for p in PAGES if p.commands], ids=_name)
def test_a_page_does_what_it_says(
    page: blocks.Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each page has one empty folder; its commands run there one after the other."""
    missing = [need for need in page.needs if not all(_there(what) for what in NEEDS[need])]
    if missing:
        pytest.skip(f"needs the extras {missing}")
    for command in page.commands:
        target = re.fullmatch(r"make ([a-z-]+).*", command.text)
        if target:
            assert _is_target(target[1]), f"{_name(page)}:{command.line}: no such make target"
            continue

        story = re.fullmatch(r"sunlit demo --in ([a-z-]+)", command.text)
        if story:
            demo = request.getfixturevalue("demo")
            shutil.copytree(demo, tmp_path / story[1])
            assert blocks.shows(command.shown, (demo / "transcript.txt").read_text("utf-8"))
            continue

        done = _run(command, tmp_path)

        said = f"{_name(page)}:{command.line}: {command.text}\n{done.stdout}{done.stderr}"
        assert done.returncode == command.exit_code, said
        assert blocks.shows(command.shown, done.stdout + done.stderr), said


@pytest.mark.parametrize(
    ("page", "line", "why"),
    [
        pytest.param(page, line, why, id=f"{_name(page)}:{line}")
        for page in PAGES
        for line, why in page.skipped
    ],
)
def test_a_skipped_block_says_why(page: blocks.Page, line: int, why: str) -> None:
    """What is not run stands in the test report with its reason."""
    assert len(why.split()) > 2
    pytest.skip(f"{_name(page)}:{line}: {why}")


def _run(command: blocks.Command, folder: Path) -> subprocess.CompletedProcess[str]:
    terminal = folder.parent / f"{folder.name}.terminal"
    terminal.touch()
    text = 'python -c "$1"' if command.is_python else command.text
    arguments = [
        shutil.which("bash") or "bash", "-euo", "pipefail", "-c", TERMINAL + text, "docs",
        *([command.text] if command.is_python else []),
    ]  # fmt: skip
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "REPO": str(ROOT),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "DOCS_TERMINAL": str(terminal),
    }
    # Not measured for coverage: hundreds of processes, of commands that have tests of their own.
    return subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _there(what: str) -> bool:
    return find_spec(what) is not None or shutil.which(what) is not None


def _is_target(name: str) -> bool:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return re.search(rf"^{re.escape(name)}:.*## ", makefile, re.MULTILINE) is not None
