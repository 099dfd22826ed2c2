"""The scene of `sunlit demo` in which training data is masked, measured and reviewed."""

from hashlib import sha256
from typing import Final

from sunlit.cli.stage import Stage

RAW: Final = "survey/people.parquet"
MASKED: Final = "model/data/acs-public-coverage-2018-train.parquet"
REVIEWER: Final = "north-lab"
POPULATION: Final = "100000000"
CUT: Final = "0.7"


def join_the_register(stage: Stage) -> None:
    """Make the table that the maker has: the survey, joined with an address register."""
    (stage.root / "survey").mkdir()
    (stage.root / MASKED).unlink()
    stage.tool("example/story/people.py", "--out", RAW)


def training(data: str, *more: str) -> tuple[str, ...]:
    """Return the words of a training run on some data."""
    return (
        "run", "--component", "model", "--input", data, "--output", "model/model.txt",
        "--output", "model/cut.json", "--home", "maker", "--", "python", "model/train.py",
        "--data", data, *more,
    )  # fmt: skip


def the_data_is_masked_and_reviewed(stage: Stage) -> None:
    """Stop at the gate, mask, measure, and let another organisation review."""
    stage.say("""The maker wants a record of its training. Before the command starts, `sunlit run`
        looks at what goes in, and stops: everybody in the table is named.""")
    stage.sunlit(*training(RAW), expect=1, show=18)
    stage.say("""A scan says what is there, column by column, and writes a plan that a person can
        read and change. How easily a person is found in it is measured too: the columns that tell
        people apart are searched for. The maker's own plan keeps what the model uses, drops the
        rest, and makes age, income and schooling coarser. What comes out is scanned again.""")
    stage.sunlit("data", "scan", RAW, "--plan", "survey/plan.toml", expect=1, show=8)
    _measured(stage, RAW, expect=1)
    stage.sunlit(
        "data", "mask", RAW, "--plan", "example/story/mask-plan.toml", "--out", MASKED,
        "--component", "model", show=3,
    )  # fmt: skip
    stage.say("""How easily is a person found in what is left? Each figure's upper end is held
        against a threshold with a source.""")
    _measured(stage, MASKED, "--component", "model")
    stage.say("""Nobody is named any more, and the risk is within the threshold. But the table still
        tells who has a disability: that is for somebody else to accept.""")
    stage.sunlit(*training(MASKED), expect=1, show=4)
    stage.sunlit("review", "ask", MASKED, "--component", "model", "--home", "maker", show=3)
    _review(stage)


def _measured(stage: Stage, data: str, *more: str, expect: int = 0) -> None:
    stage.sunlit(
        "data", "risk", data, "--profile", "controlled-training", "--population", POPULATION, *more,
        expect=expect, show=3,
    )  # fmt: skip


def _review(stage: Stage) -> None:
    stage.say("""A laboratory, accredited for privacy, takes over the maker's log. It sees figures,
        never the data; it accepts on conditions, until a day, and signs.""")
    stage.aside("log", "import", "maker/log", "--home", REVIEWER)
    stage.sunlit("review", "list", "--home", REVIEWER, show=8)
    digits = sha256((stage.root / MASKED).read_bytes()).hexdigest()[:12]
    stage.sunlit(
        "review", "accept", digits, "--reasons", "Coarse enough for training in-house",
        "--condition", "The masked table does not leave the maker's training machines",
        "--no-conflict", "--days", "365", "--home", REVIEWER, show=8,
    )  # fmt: skip
    stage.aside("log", "import", f"{REVIEWER}/log", "--home", "maker")
