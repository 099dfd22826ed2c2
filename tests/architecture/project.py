"""Where things are, for the tests that read the project itself."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
PACKAGE: Final = ROOT / "src" / "sunlit"
NEVER_COMMITTED: Final = {".git", ".venv", "build", "dist", "sunlit-demo"}


def modules() -> list[Path]:
    """Return every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def named(path: Path) -> str:
    """Return a path as it is written in the project."""
    return str(path.relative_to(ROOT))


@cache
def committed() -> tuple[Path, ...]:
    """Return every file under version control; without git, every file that could be."""
    asked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    if asked.returncode == 0 and asked.stdout:
        names = [ROOT / name for name in asked.stdout.split("\0") if name]
        return tuple(path for path in names if path.is_file())
    found = (path for path in ROOT.rglob("*") if path.is_file())
    return tuple(p for p in found if not NEVER_COMMITTED & set(p.relative_to(ROOT).parts))
