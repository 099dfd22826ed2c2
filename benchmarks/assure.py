"""`sunlit assure` on the example, again and again: what an unchanged repository costs.

The example is copied to a folder of its own and assured with an empty cache, then again with
the kept results; `--no-cache` runs between them, so that both meet the same machine.

    python -m benchmarks.assure [--rounds 7] [--json]
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.parts import OURS, Part, Row, Target, ratio
from benchmarks.process import Took, timed
from benchmarks.render import show

EXAMPLE: Final = Path(__file__).parent.parent / "examples" / "benefits-outreach"
SETTLES: Final = 2.1  # seconds after which the cache takes a file's state for settled
BOUND: Final = 1.0
FINDINGS: Final = (0, 1, 3)  # all hold, one fails, one is unknown; never 2
ANEW: Final = "Sunlit, `--no-cache`"


def sample(rounds: int) -> tuple[list[Took], list[Took], Took]:
    """Return the runs with kept results, those without, and the very first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "benefits-outreach")
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".sunlit", "__pycache__"))
        time.sleep(SETTLES)
        environment = {**os.environ, "XDG_CACHE_HOME": str(Path(name, "cache"))}
        command = [sys.executable, "-m", "sunlit", "assure", str(folder), "--json"]

        def assure(*more: str) -> Took:
            return timed([*command, *more], accept=FINDINGS, environment=environment)

        first = assure()
        pairs = [(assure(), assure("--no-cache")) for _ in range(rounds)]
    return [kept for kept, _ in pairs], [anew for _, anew in pairs], first


def measure(rounds: int) -> Part:
    """Measure and make the table."""
    kept, anew, first = sample(rounds)
    wall = [one.wall for one in kept]
    again = [one.wall for one in anew]
    cpu = ([one.cpu for one in kept], [one.cpu for one in anew])
    return Part(
        name="assure",
        title="`sunlit assure` on an unchanged example",
        text=(
            "`examples/benefits-outreach`, without keys and log; the whole process, start "
            f"included; {rounds} rounds after a first run that filled the cache."
        ),
        rows=[
            Row(
                what="assure again, by the wall",
                unit="s",
                samples={OURS: wall, ANEW: again},
                ratio=f"{ratio(wall, again):.2f} of the time without the cache",
                target=Target(
                    name="assure",
                    text=f"under {BOUND:.0f} s",
                    measured=statistics.median(wall),
                    bound=BOUND,
                    at_least=False,
                ),
            ),
            Row(
                what="assure again, by CPU time",
                unit="s",
                samples={OURS: cpu[0], ANEW: cpu[1]},
                ratio=f"{ratio(*cpu):.2f} of the time without the cache",
            ),
        ],
        notes=[f"The first run, with an empty cache, took {first.wall:.2f} s."],
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    show(measure(asked.rounds), as_json=asked.json)


if __name__ == "__main__":
    main()
