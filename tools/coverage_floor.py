"""Hold the coverage floors: 95 % over all, every branch of the packages that verify.

python -m tools.coverage_floor .coverage.json
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

OVERALL: Final = 95.0
EVERY_BRANCH: Final = ("statement", "log", "rubric")


def main(report: Path) -> int:
    """Print what is missing; return 1 if a floor is not reached."""
    document = json.loads(report.read_text(encoding="utf-8"))
    total = float(document["totals"]["percent_covered"])
    gaps = [
        line
        for name, file in sorted(document["files"].items())
        if any(f"sunlit/{package}/" in name for package in EVERY_BRANCH)
        for line in _gaps(name, file)
    ]
    print(f"coverage: {total:.2f} % of lines and branches (floor {OVERALL:.0f})")
    if total < OVERALL:
        print(*_worst(document["files"]), sep="\n")
    print(f"coverage: {', '.join(EVERY_BRANCH)}: {_said(gaps)}", *gaps, sep="\n  ")
    return 1 if gaps or total < OVERALL else 0


def _said(gaps: list[str]) -> str:
    return "gaps, where none may be" if gaps else "every branch"


def _gaps(name: str, file: dict[str, Any]) -> list[str]:
    lines = file["missing_lines"]
    branches = [
        f"{start} -> {'exit' if end < 0 else end}"
        for start, end in file["missing_branches"]
        if start not in lines
    ]
    found = [f"{name}: not run: {_ranges(lines)}"] if lines else []
    return [*found, f"{name}: not taken: {', '.join(branches)}"] if branches else found


def _worst(files: dict[str, Any]) -> list[str]:
    def missing(name: str) -> int:
        summary = files[name]["summary"]
        return int(summary["missing_lines"]) + int(summary["missing_branches"])

    ordered = sorted(files, key=missing, reverse=True)[:20]
    return [
        f"  {missing(name):4} missing in {name}: lines {_ranges(files[name]['missing_lines'])}"
        for name in ordered
        if missing(name)
    ]


def _ranges(lines: list[int]) -> str:
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
