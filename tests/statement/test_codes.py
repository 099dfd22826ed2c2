"""The documented codes of this package."""

import re

from sunlit.statement.codes import CODES


def test_every_code_has_an_area_and_one_sentence() -> None:
    """Codes sort by area, and their sentences end."""
    assert list(CODES) == sorted(CODES)
    for code, sentence in CODES.items():
        assert re.fullmatch(r"(key|manifest|oms|statement)\.[a-z-]+", code)
        assert sentence.endswith(".")
