"""Folders for the producers' tests: real ones from the fixtures, small ones written on the spot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from sunlit.claims.base import Claim
from sunlit.registry.producing import ComponentFolder, Produced

FOLDERS: Final = Path(__file__).parent.parent / "fixtures" / "folders"
C = TypeVar("C", bound=Claim)


def written(root: Path, files: Mapping[str, str | bytes]) -> ComponentFolder:
    """Write the files and read the folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return ComponentFolder.read(root)


def claims(produced: Produced, kind: type[C]) -> list[C]:
    """Return the claims of a kind."""
    return [one.claim for one in produced.drafts if isinstance(one.claim, kind)]


def codes(produced: Produced) -> list[str]:
    """Return the codes of the notes."""
    return [one.code for one in produced.notes]
