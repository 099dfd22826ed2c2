"""The recorded campaign of examples/local-llm can be judged again by anybody, without the model."""

import re
from pathlib import Path

from sunlit.producers.audit.redteam.calibrate import known_answers
from sunlit.producers.audit.redteam.judge import judge
from sunlit.producers.audit.redteam.transcript import open_transcript
from tools.local_model import SHA256, SIZE

EXAMPLE = Path(__file__).parents[3] / "examples" / "local-llm"
ROW = re.compile(
    r"^\| ([a-z-]+) \| (\d+) of (\d+) \| (0\.\d+|1\.0+) to (0\.\d+|1\.0+) \|", re.MULTILINE
)


def test_the_readme_says_what_the_transcript_comes_to() -> None:
    """Counts and exact intervals, by kind of attack; and the run came to its end."""
    judged = judge(open_transcript(EXAMPLE / "redteam-qwen.jsonl"), known_answers())
    said = ROW.findall((EXAMPLE / "README.md").read_text(encoding="utf-8"))

    found = [
        (one.group, str(one.count), str(one.rows), f"{one.low:.3f}", f"{one.high:.3f}")
        for one in judged.metrics
        if one.name == "attack-success" and one.group
    ]
    assert judged.is_complete
    assert said == found


def test_the_readme_names_the_model_by_its_digest() -> None:
    """The same that the tool checks before it serves it."""
    page = (EXAMPLE / "README.md").read_text(encoding="utf-8")

    assert SHA256 in page
    assert f"{SIZE:,}" in page
