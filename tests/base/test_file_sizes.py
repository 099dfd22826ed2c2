"""Sizes of files for people."""

import pytest

from sunlit.base.sizes import size


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "1 kB"), (999, "1 kB"), (312_180, "312 kB"), (9_999_400, "9999 kB"),
     (14_200_000, "14 MB"), (20_000_000_000, "20 GB"), (10**17, "100000 TB")],
)  # fmt: skip
def test_a_size_is_whole_and_never_nothing(count: int, words: str) -> None:
    """No decimals, so that no language needs another separator; a file is never 0 kB."""
    assert size(count) == words
