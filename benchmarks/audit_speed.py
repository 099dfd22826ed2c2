"""What audits cost, beside fairlearn, nannyml, evidently and Inspect, in CPU-seconds.

python -m benchmarks.audit_speed bias|drift|redteam|rubric [--scale quick|full] [--json]
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import audit_made, contender
from benchmarks.contender import MissingError, Run
from benchmarks.parts import OURS, Part, Row, Target
from benchmarks.render import number, show

GIB: Final = 2**30
REPLICATES: Final = 1_000
COMBINATIONS: Final = 15  # of four attributes
PEOPLE: Final = {"quick": 20_000, "full": 1_000_000}
BOOT: Final = {"quick": 1, "full": 2}
ROWS: Final = {"quick": 20_000, "full": 1_000_000}
PROMPTS: Final = {"quick": 50, "full": 500}
COMPONENTS: Final = {"quick": 200, "full": 10_000}
Runs = dict[str, Run]
Works = Callable[[Path, str], Part]


def bias(folder: Path, scale: str) -> Part:
    """All count metrics of 15 combinations with intervals; fairlearn's replicates extrapolated."""
    place = folder / "decisions.parquet"
    audit_made.decisions(place, PEOPLE[scale])
    runs = {OURS: contender.here("audit_ours", "bias", place)}
    runs["fairlearn, no intervals"] = plain = contender.here("audit_fairlearn", place)
    boot = contender.here("audit_fairlearn", place, "--boot", str(BOOT[scale]))
    replicate = float(boot.facts["replicate"])
    whole = plain.cpu + COMBINATIONS * REPLICATES * replicate
    cpu = {**_cpu(runs), "fairlearn, extrapolated": whole}
    seconds = runs[OURS].cpu
    rows = [
        _times("all figures with intervals", cpu, "fairlearn, extrapolated", 1_000, "bias", scale),
        _bound("the same, by the wall", {OURS: runs[OURS].wall}, "s", 2, "bias-wall", scale),
        _memory(runs),
    ]
    text = (
        f"{PEOPLE[scale]:,} people, four attributes: {plain.facts['groups']} groups in all "
        f"{COMBINATIONS} combinations, {REPLICATES:,} bootstrap replicates each. Sunlit reads the "
        f"file, counts it once and draws cells: {seconds:.2f} CPU-s. fairlearn is given the frame, "
        f"read before, and computes six metrics for each combination once ({plain.cpu:.0f} CPU-s). "
        f"**Its intervals are extrapolated**: one replicate of one pair of attributes took "
        f"{replicate:.1f} CPU-s (measured over {BOOT[scale]}), times {COMBINATIONS} times "
        f"{REPLICATES:,}."
    )
    return _part("bias", "Bias audit", text, rows, runs)


def drift(folder: Path, scale: str) -> Part:
    """Two samples of 20 columns: PSI, KS and missing values; the peers' own univariate tests."""
    first, second = folder / "reference.parquet", folder / "current.parquet"
    audit_made.sample(first, ROWS[scale])
    audit_made.sample(second, ROWS[scale], moved=0.1)
    runs = {OURS: contender.here("audit_ours", "drift", first, second)}
    notes = _peers(runs, {
        "nannyml": lambda: contender.beside("nannyml", "audit_nannyml", first, second),
        "evidently": lambda: contender.beside("evidently", "audit_evidently", first, second),
    })  # fmt: skip
    cpu = _cpu(runs)
    peers = {name: took for name, took in cpu.items() if name != OURS}
    rows = [_memory(runs)]
    if peers:
        fastest = min(peers, key=lambda name: peers[name])
        rows.insert(0, _times("drift of all columns", cpu, fastest, 2, "drift", scale))
    text = (
        f"Two samples of {ROWS[scale]:,} rows, 15 columns of numbers and 5 of categories, reading "
        "included. Sunlit: PSI, the exact two-sample KS, chi-square, unseen categories and missing "
        "values; nannyml: KS and chi-square, one chunk; evidently: its preset with KS and PSI."
    )
    return _part("drift", "Drift", text, rows, runs, notes)


def redteam(folder: Path, scale: str) -> Part:
    """What the harness itself costs a prompt, against an endpoint that answers at once."""
    del folder
    count = str(PROMPTS[scale])
    with _stub() as endpoint:
        runs = {OURS: contender.here("audit_ours", "redteam", endpoint, count)}
        notes = _peers(runs, {
            "Inspect": lambda: contender.beside("inspect", "audit_inspect", endpoint, count),
        })  # fmt: skip
    cost = {name: run.cpu / PROMPTS[scale] * 1e3 for name, run in runs.items()}
    wall = {name: [run.wall / PROMPTS[scale] * 1e3] for name, run in runs.items()}
    rows = [Row(what="wall", unit="ms a prompt", samples=wall), _memory(runs)]
    if "Inspect" in cost:
        rows.insert(0, _times("CPU of the harness", cost, "Inspect", 3, "redteam", scale,
                              unit="ms a prompt"))  # fmt: skip
    text = (
        f"{count} prompts, four at a time, to a server of the standard library on loopback that "
        "always refuses; in CPU time of the asking process, without its imports. Both write a log."
    )
    return _part("redteam", "Red-team harness", text, rows, runs, notes)


def rubric(folder: Path, scale: str) -> Part:
    """Every control of the core, for many components."""
    del folder
    run = contender.here("audit_ours", "rubric", str(COMPONENTS[scale]), "1")
    spread = contender.here("audit_ours", "rubric", str(COMPONENTS[scale]), str(os.cpu_count()))
    facts = run.facts
    rows = [
        _bound(
            "all components, on all processors, by the wall",
            {OURS: spread.wall},
            "s",
            10,
            "rubric",
            scale,
        ),
        Row(what="all components, in one process", unit="CPU-s", samples={OURS: [run.cpu]}),
        Row(what="one component", unit="ms", samples={OURS: [run.cpu / COMPONENTS[scale] * 1e3]}),
    ]
    text = (
        f"{COMPONENTS[scale]:,} evaluations of the core ({facts['controls']} controls) over "
        f"components with {facts['statements']} signed statements each, verified before: 50 "
        "components, each again and again; nothing is kept between but which organisations stand, "
        "which a directory finds out once. This machine has "
        f"{os.cpu_count()} processors; of each component its outcome comes back."
    )
    return _part("rubric", "Rubric", text, rows, {OURS: run})


@contextmanager
def _stub() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.audit_stub"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, cwd=contender.ROOT,
    )  # fmt: skip
    try:
        yield (process.stdout.readline() if process.stdout else "").strip()
    finally:
        process.communicate(timeout=10)


def _peers(runs: Runs, works: Mapping[str, Callable[[], Run]]) -> list[str]:
    """Run the peers, and say which are not there."""
    missing: list[str] = []
    for name, work in works.items():
        try:
            runs[name] = work()
        except MissingError as error:
            missing.append(str(error))
    return missing


def _cpu(runs: Runs) -> dict[str, float]:
    return {name: run.cpu for name, run in runs.items()}


def _times(
    what: str, found: Mapping[str, float], peer: str, aim: float, name: str, scale: str,
    *, unit: str = "CPU-s",
) -> Row:  # fmt: skip
    times = found[peer] / found[OURS]
    target = Target(name=f"audit-{name}", text=f"at least {aim:,g} times", measured=times,
                    bound=aim, at_least=True) if scale == "full" else None  # fmt: skip
    samples = {who: [one] for who, one in found.items()}
    return Row(what=what, unit=unit, samples=samples, ratio=f"{number(times)} times {peer}",
               target=target)  # fmt: skip


def _bound(
    what: str, found: Mapping[str, float], unit: str, bound: float, name: str, scale: str
) -> Row:
    target = Target(name=f"audit-{name}", text=f"under {bound:g} {unit}", measured=found[OURS],
                    bound=bound, at_least=False) if scale == "full" else None  # fmt: skip
    samples = {who: [one] for who, one in found.items()}
    return Row(what=what, unit=unit, samples=samples, target=target)


def _memory(runs: Runs) -> Row:
    peaks = {name: [run.peak / GIB] for name, run in runs.items()}
    return Row(what="peak memory of the process", unit="GiB", samples=peaks)


def _part(
    name: str, title: str, text: str, rows: list[Row], runs: Runs, notes: list[str] | None = None
) -> Part:  # fmt: skip
    versions = {package: said for run in runs.values() for package, said in run.versions.items()}
    return Part(name=f"audit-{name}", title=title, text=text, rows=rows, versions=versions,
                notes=notes or [])  # fmt: skip


WORKS: Final[dict[str, Works]] = {
    "bias": bias, "drift": drift, "redteam": redteam, "rubric": rubric,
}  # fmt: skip


def main() -> None:
    """Measure one part and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("part", choices=list(WORKS))
    parser.add_argument("--scale", choices=list(PEOPLE), default="full")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show(WORKS[asked.part](Path(folder), asked.scale), as_json=asked.json)


if __name__ == "__main__":
    main()
