"""Reads a file that somebody named, and never more of it than is bearable."""

from pathlib import Path


def read_most(path: Path, most: int) -> bytes:
    """Return a file's bytes, at most one more than `most`: a device has no end.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(most + 1)
