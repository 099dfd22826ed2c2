"""Count what a mask took out of the notes, by the truth about them and not by any recogniser.

    python measure.py masked.jsonl

A detail is gone when its text stands nowhere in the masked note. Only made-up notes have such a
truth; on real ones a person has to read a sample.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent


def lines(place: Path) -> list[dict[str, str]]:
    """Read JSON lines."""
    return [json.loads(line) for line in place.read_text(encoding="utf-8").split("\n") if line]


def count(masked: Path, folder: Path = HERE) -> dict[str, tuple[int, int]]:
    """Return kind -> how many details are gone, of how many."""
    after = {row["id"]: row["note"] for row in lines(masked)}
    before = {row["id"]: row["note"] for row in lines(folder / "notes.jsonl")}
    every: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for row in lines(folder / "truth.jsonl"):
        for start, end, kind in row["spans"]:
            every[kind] += 1
            gone[kind] += before[row["id"]][int(start) : int(end)] not in after[row["id"]]
    return {kind: (gone[kind], every[kind]) for kind in sorted(every)}


def main() -> None:
    """Print one line a kind."""
    parser = argparse.ArgumentParser(description="Count what a mask took out of the notes.")
    parser.add_argument("masked", type=Path)
    asked = parser.parse_args()
    for kind, (gone, every) in count(asked.masked).items():
        print(f"{kind:<20} {gone:>4} of {every:<4} gone  {gone / every:6.1%}")


if __name__ == "__main__":
    main()
