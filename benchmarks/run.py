"""Run every benchmark, one after the other, and write what was measured: `make bench`.

Each benchmark runs in a process of its own, so that none inherits another's memory or imports.
A full run writes benchmarks/RESULTS.md; a quick one, too small to be believed, only prints.

    python -m benchmarks.run [--quick] [--only NAME ...] [--output FILE] [--json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import machine, render
from benchmarks.convert import CONVERT
from benchmarks.parts import Part
from sunlit.base.times import format_time

HERE: Final = Path(__file__).parent
FULL: Final = {
    "append": ["--rounds", "9"],
    "proofs": ["--rounds", "9"],
    "hashing": ["--rounds", "7"],
    "token": ["--rounds", "15"],
    "startup": ["--rounds", "21"],
    "assure": ["--rounds", "9"],
    "decisions": ["--rounds", "5"],
    "guarding": ["--rounds", "7"],
}
QUICK: Final = {
    "append": ["--rounds", "1"],
    "proofs": ["--rounds", "2"],
    "hashing": ["--rounds", "1", "--gigabytes", "0.2"],
    "token": ["--rounds", "3"],
    "startup": ["--rounds", "3"],
    "assure": ["--rounds", "1"],
    "decisions": ["--rounds", "1", "--count", "2000"],
    "guarding": ["--rounds", "1", "--decisions", "20000"],
}
QUIET: Final = 0.5  # load average, before the first benchmark, up to which nobody else is working
LONGEST: Final = 900  # seconds for one benchmark


@dataclass(frozen=True, slots=True)
class Failed:
    """A benchmark that gave no result, and the last lines that it wrote."""

    name: str
    why: str


def run_one(name: str, options: Sequence[str]) -> Part | Failed:
    """Run one benchmark in a process of its own."""
    # Not from this folder: Python would then take token.py here for the standard library's.
    command = [sys.executable, "-m", f"benchmarks.{name}", *options, "--json"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        try:
            done = subprocess.run(
                command, check=False, stdout=subprocess.PIPE, stderr=errors, text=True,
                timeout=LONGEST, cwd=HERE.parent,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Failed(name, f"it took more than {LONGEST} s")
        errors.seek(0)
        if done.returncode:
            return Failed(name, "\n".join(errors.read().splitlines()[-5:]))
    found = json.loads(done.stdout)
    return CONVERT[name](found) if name in CONVERT else Part.from_json(found)


def run_all(chosen: dict[str, list[str]]) -> list[Part | Failed]:
    """Run the chosen benchmarks, saying on stderr how far it is."""
    found: list[Part | Failed] = []
    for number, (name, options) in enumerate(chosen.items(), start=1):
        print(f"[{number}/{len(chosen)}] {name} ...", end="", file=sys.stderr, flush=True)
        start = time.perf_counter()
        found.append(run_one(name, options))
        print(f" {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return found


def report(facts: dict[str, Any], found: Sequence[Part | Failed]) -> str:
    """Return the page: summary, machine, a section for each benchmark."""
    parts = [one for one in found if isinstance(one, Part)]
    failed = [f"## {one.name}\n\nDid not run: {one.why}\n" for one in found
              if isinstance(one, Failed)]  # fmt: skip
    return "\n".join([
        "# Results", "",
        ("Written by `make bench`; do not edit. Each cell is the median with the least and the "
        "greatest of the rounds; ratios are medians of the rounds' ratios. What is measured, and "
        "how to read it: [README](README.md)."), "",
        summary(parts), "", "## Machine", "", render.facts(facts),
        *(render.part(one) for one in parts), *failed,
    ])  # fmt: skip


def summary(parts: Sequence[Part]) -> str:
    """Say how many targets are met, and name those that are not."""
    aims = [(part, row, row.target) for part in parts for row in part.rows if row.target]
    missed = [f"{part.title}: {row.what}" for part, row, aim in aims if not aim.is_met]
    said = f"**{len(aims) - len(missed)} of {len(aims)} targets met.**"
    return f"{said} Missed: {'; '.join(missed)}." if missed else said


def facts_of(parts: Sequence[Part], *, before: str, seconds: float) -> dict[str, Any]:
    """Return the date, the machine and the versions of all peers."""
    versions = {name: text for part in parts for name, text in part.versions.items()}
    described = machine.describe(HERE)
    described["load average"] = f"{before} before, {described['load average']} after"
    if float(before.split(maxsplit=1)[0]) > QUIET:
        described["load average"] += "; **busy**: what is by the wall measures the neighbours too"
    return {
        "date": format_time(datetime.fromtimestamp(int(time.time()), UTC)),
        **described,
        "peers": ", ".join(f"{name} {text}" for name, text in sorted(versions.items())),
        "whole run": f"{seconds:.0f} s",
    }


def main() -> None:
    """Run, write, and end with 3 when a benchmark could not be run. A missed target is a result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="a minute, to see that all of it runs")
    parser.add_argument("--only", nargs="+", choices=list(FULL), help="these benchmarks alone")
    parser.add_argument("--output", type=Path, help="the page to write (a full run: RESULTS.md)")
    parser.add_argument("--json", action="store_true", help="print all samples as JSON")
    asked = parser.parse_args()
    options = QUICK if asked.quick else FULL
    before, start = machine.load(), time.perf_counter()
    found = run_all({name: options[name] for name in asked.only or options})
    parts = [one for one in found if isinstance(one, Part)]
    facts = facts_of(parts, before=before, seconds=time.perf_counter() - start)
    page = report(facts, found)
    output = asked.output or (None if asked.quick or asked.only else HERE / "RESULTS.md")
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
