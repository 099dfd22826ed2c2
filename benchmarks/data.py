"""Measure the data safeguards beside Presidio and pyCANON: `make bench-data`.

    python -m benchmarks.data [--only accuracy text table risk mask growth] [--scale quick|full]
                              [--public PATH] [--output FILE] [--json]

Each part runs in a process of its own. A full run writes benchmarks/DATA.md and takes some twenty
minutes; a quick one, too small to be believed, only prints.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import machine, render
from benchmarks.parts import Part
from benchmarks.run import QUIET, Failed, summary
from sunlit.base.times import format_time

HERE: Final = Path(__file__).parent
PAGE: Final = HERE / "DATA.md"
LONGEST: Final = 1_800  # seconds for one part
# What each part is called, and the module and first words that run it.
PARTS: Final = {
    "accuracy": ("data_accuracy",),
    "text": ("data_speed", "text"), "table": ("data_speed", "table"),
    "risk": ("data_speed", "risk"), "mask": ("data_speed", "mask"), "growth": ("data_growth",),
}  # fmt: skip
QUICK: Final = (
    "**A quick run**, to see that all of it works: its sizes are too small to be believed, and "
    "fixed costs weigh heavily."
)
HEAD: Final = (
    "Written by `make bench-data`; do not edit. Speeds are of CPU time, user and system, of one "
    "run in a process of its own, without imports and the loading of models: peers are slow enough "
    "that they are given less, and compared by rate. What was made for it came from a seed."
)


def run_part(name: str, scale: str, public: Path | None) -> Part | Failed:
    """Run one part in a process of its own."""
    module, *words = PARTS[name]
    command = [sys.executable, "-m", f"benchmarks.{module}", *words, "--scale", scale, "--json"]
    if name == "accuracy" and public is not None:
        command += ["--public", str(public)]
    try:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=LONGEST, cwd=HERE.parent
        )
    except subprocess.TimeoutExpired:
        return Failed(name, f"it took more than {LONGEST} s")
    if done.returncode:
        return Failed(name, "\n".join(done.stderr.splitlines()[-5:]))
    return Part.from_json(json.loads(done.stdout))


def report(facts: dict[str, Any], found: Sequence[Part | Failed]) -> str:
    """Return the page: summary, machine, a section for each part."""
    parts = [one for one in found if isinstance(one, Part)]
    failed = [f"## {one.name}\n\nDid not run: {one.why}\n" for one in found
              if isinstance(one, Failed)]  # fmt: skip
    return "\n".join([
        "# Data safeguards, measured", "", HEAD, "",
        *([QUICK, ""] if facts.get("scale") == "quick" else []),
        summary(parts), "", "## Machine", "",
        render.facts(facts), *(render.part(one) for one in parts), *failed,
    ])  # fmt: skip


def facts_of(parts: Sequence[Part], *, before: str, seconds: float, scale: str) -> dict[str, Any]:
    """Return the date, the machine, the versions of all peers."""
    versions = {name: text for part in parts for name, text in part.versions.items()}
    described = machine.describe(HERE)
    described["load average"] = f"{before} before, {described['load average']} after"
    if float(before.split(maxsplit=1)[0]) > QUIET:
        described["load average"] += "; **busy**: the wall's times measure the neighbours too"
    return {
        "date": format_time(datetime.fromtimestamp(int(time.time()), UTC)),
        **described,
        "peers and engine": ", ".join(f"{name} {text}" for name, text in sorted(versions.items())),
        "scale": scale,
        "whole run": f"{seconds:.0f} s",
    }


def main() -> None:
    """Run, write, and end with 3 where a part could not be run. A missed target is a result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="these parts alone")
    parser.add_argument("--scale", choices=["quick", "full"], default="full")
    parser.add_argument("--public", type=Path, help="presidio-research's set, or its repository")
    parser.add_argument("--output", type=Path, help="the page to write (a full run: DATA.md)")
    parser.add_argument("--json", action="store_true", help="print all samples as JSON")
    asked = parser.parse_args()
    before, start = machine.load(), time.perf_counter()
    found: list[Part | Failed] = []
    for name in asked.only or PARTS:
        print(f"{name} ...", end="", file=sys.stderr, flush=True)
        began = time.perf_counter()
        found.append(run_part(name, asked.scale, asked.public))
        print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr)
    parts = [one for one in found if isinstance(one, Part)]
    took = time.perf_counter() - start
    facts = facts_of(parts, before=before, seconds=took, scale=asked.scale)
    page = report(facts, found)
    output = asked.output or (PAGE if asked.scale == "full" and not asked.only else None)
    if output is not None:
        output.write_text(page, encoding="utf-8")
    if asked.json:
        said = {"facts": facts, "parts": [one.to_json() for one in parts]}
        print(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        print(page if output is None else f"{summary(parts)} Written to {output.name}.")
    if len(parts) < len(found):
        sys.exit(3)


if __name__ == "__main__":
    main()
