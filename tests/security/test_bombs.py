"""Small inputs that would cost hours or gigabytes if they were read carelessly.

No clock is asked: with the weakness these tests do not end.
"""

import pytest

from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import TestResult
from sunlit.claims.base import read_claim
from sunlit.formats.card import read_card


@pytest.mark.parametrize("text", ["!" * 400_000 + "a", "{" * 400_000 + "a", "a <!-- " * 200_000])
def test_a_card_of_one_sign_is_read_in_its_own_length(text: str) -> None:
    """Patterns that could match a placeholder anywhere ran over the text for each of its signs."""
    card = read_card(f"# Uses\n\n{text}\n".encode())

    assert card.sections == ((1, "uses", True),)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_front_matter_that_nests_without_end_is_refused(opening: str) -> None:
    """The YAML reader's time grows with the square of the depth."""
    with pytest.raises(MalformedError, match="nests deeper"):
        read_card(f"---\n{opening * 50_000}\n---\n".encode())


def test_front_matter_has_a_largest_size() -> None:
    """It is metadata; a megabyte of it is none."""
    with pytest.raises(MalformedError, match="too long"):
        read_card(b"---\n" + b"a: b\n" * 200_000 + b"---\n")


@pytest.mark.parametrize("value", ["1e999999999", "1e-999999999", "9" * 401])
def test_a_figure_that_fills_the_memory_when_written_is_refused(value: str) -> None:
    """Eleven characters here are a gigabyte of zeros in the statement that repeats them."""
    metric = {"name": "accuracy", "value": value}

    with pytest.raises(MalformedError, match="value is malformed"):
        read_claim(TestResult.TYPE, {"result": "PASSED", "sunlit_metrics": [metric]})
