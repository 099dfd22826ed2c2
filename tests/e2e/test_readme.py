"""What README says that the demo prints is what the demo prints."""

import re
from pathlib import Path

from tests.docs import blocks

ROOT = Path(__file__).parents[2]


def test_the_demo_ends_as_readme_shows(demo: Path) -> None:
    """Line by line; only the times differ from play to play."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```text\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    shown = tuple(
        "…" + re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "…", line) for line in block[1].splitlines()
    )

    printed = (demo / "transcript.txt").read_text(encoding="utf-8")

    ending = printed[printed.index("one byte of the model is changed") :]
    assert blocks.shows(shown, ending)
