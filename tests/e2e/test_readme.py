"""What README says that the demo prints is what the demo prints."""

import re
from pathlib import Path

import pytest

from tests.docs import blocks

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("number", "after"),
    [(0, "one byte of the model is changed"), (1, "Somebody changes one figure")],
    ids=["a changed byte", "a changed value"],
)
def test_the_demo_prints_what_readme_shows(demo: Path, number: int, after: str) -> None:
    """Line by line; only the times differ from play to play."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = tuple(
        "…" + re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "…", line)
        for line in re.findall(r"```text\n(.*?)```", readme, re.DOTALL)[number].splitlines()
    )

    printed = (demo / "transcript.txt").read_text(encoding="utf-8")

    assert blocks.shows(shown, printed[printed.index(after) :])
