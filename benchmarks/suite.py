"""Several measurements, each in a process of its own, written to one page with one table a part."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from benchmarks import machine, render
from benchmarks.parts import Part
from benchmarks.run import QUIET, Failed, summary
from sunlit.base.times import format_time

HERE: Final = Path(__file__).parent
LONGEST: Final = 1_800  # seconds for one part
QUICK: Final = (
    "**A quick run**, to see that all of it works: its sizes are too small to be believed, and "
    "fixed costs weigh heavily."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A page of measurements. `parts` are names, each with the module and first words that run it.

    `head` stands below the title; `option` names an option that takes a path, which `option_for`
    parts are given.
    """

    page: str
    title: str
    head: str
    parts: Mapping[str, tuple[str, ...]]
    option: str | None = None
    option_for: str | None = None

    def run_part(self, name: str, scale: str, given: Path | None) -> Part | Failed:
        """Run one part in a process of its own."""
        module, *words = self.parts[name]
        command = [sys.executable, "-m", f"benchmarks.{module}", *words, "--scale", scale, "--json"]
        if given is not None and name == self.option_for:
            command += [str(self.option), str(given)]
        try:
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, timeout=LONGEST,
                cwd=HERE.parent,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Failed(name, f"it took more than {LONGEST} s")
        if done.returncode:
            return Failed(name, "\n".join(done.stderr.splitlines()[-5:]))
        return Part.from_json(json.loads(done.stdout))

    def report(self, facts: dict[str, Any], found: Sequence[Part | Failed]) -> str:
        """Return the page: summary, machine, a section for each part."""
        parts = [one for one in found if isinstance(one, Part)]
        failed = [f"## {one.name}\n\nDid not run: {one.why}\n" for one in found
                  if isinstance(one, Failed)]  # fmt: skip
        return "\n".join([
            f"# {self.title}", "", self.head, "",
            *([QUICK, ""] if facts.get("scale") == "quick" else []),
            summary(parts), "", "## Machine", "",
            render.facts(facts), *(render.part(one) for one in parts), *failed,
        ])  # fmt: skip

    def main(self, words: Sequence[str] | None = None) -> None:
        """Run, write, and end with 3 where a part could not be run. A missed target is a result."""
        asked = self._asked(words)
        before, start = machine.load(), time.perf_counter()
        found: list[Part | Failed] = []
        for name in asked.only or self.parts:
            print(f"{name} ...", end="", file=sys.stderr, flush=True)
            began = time.perf_counter()
            found.append(self.run_part(name, asked.scale, asked.given))
            print(f" {time.perf_counter() - began:.0f} s", file=sys.stderr)
        took = time.perf_counter() - start
        parts = [one for one in found if isinstance(one, Part)]
        facts = facts_of(parts, before=before, seconds=took, scale=asked.scale)
        page = self.report(facts, found)
        whole = asked.scale == "full" and not asked.only
        output = asked.output or (HERE / self.page if whole else None)
        if output is not None:
            output.write_text(page, encoding="utf-8")
        if asked.json:
            said = {"facts": facts, "parts": [one.to_json() for one in parts]}
            print(json.dumps(said, indent=2, ensure_ascii=False))
        else:
            print(page if output is None else f"{summary(parts)} Written to {output.name}.")
        if len(parts) < len(found):
            sys.exit(3)

    def _asked(self, words: Sequence[str] | None) -> argparse.Namespace:
        parser = argparse.ArgumentParser(description=self.title)
        parser.add_argument("--only", nargs="+", choices=list(self.parts), help="these parts alone")
        parser.add_argument("--scale", choices=["quick", "full"], default="full")
        parser.add_argument("--output", type=Path, help=f"the page (a full run: {self.page})")
        parser.add_argument("--json", action="store_true", help="print all samples as JSON")
        parser.set_defaults(given=None)
        if self.option is not None:
            parser.add_argument(self.option, dest="given", type=Path, help=f"for {self.option_for}")
        return parser.parse_args(words)


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
