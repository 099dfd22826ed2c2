"""What looking, measuring and masking cost, beside Presidio and pyCANON, in CPU-seconds.

python -m benchmarks.data_speed text|table|risk|mask [--scale quick|full] [--json]
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks import contender, data_made
from benchmarks.contender import MissingError, Run
from benchmarks.parts import OURS, Part, Row, Target
from benchmarks.render import number, show

GIB: Final = 2**30
QUASI: Final = ",".join(data_made.QUASI)
ASKED: Final = ("--quasi", QUASI, "--sensitive", data_made.SENSITIVE)
NOTES: Final = {"quick": (3_000, 60), "full": (30_000, 600)}  # ours, theirs
TABLE: Final = {"quick": (50_000, 50), "full": (1_000_000, 500)}
RISK: Final = {"quick": 30_000, "full": 1_000_000}  # beside pyCANON
ALONE: Final = {"quick": (100_000, 300_000), "full": (10_000_000, 100_000_000)}
MASK: Final = {"quick": 50_000, "full": 1_000_000}
TARGETS: Final = {"text": 200, "table": 1_000, "risk": 200}
NO_NER: Final = "Presidio without NER"
Works = Callable[[Path, str], Part]


def text(folder: Path, scale: str) -> Part:
    """Look through notes: our engine and our whole scan, Presidio without and with names."""
    many, few = NOTES[scale]
    data_made.notes(folder / "many.jsonl", many)
    data_made.notes(folder / "few.jsonl", few)
    data_made.notes(folder / "dense.jsonl", many, is_dense=True)
    data_made.notes(folder / "few-dense.jsonl", few, is_dense=True)
    runs = {
        OURS: contender.ours("text", folder / "many.jsonl"),
        "Sunlit, `scan` of the file": contender.ours("scan", folder / "many.jsonl"),
    }
    notes = _theirs(runs, NO_NER, lambda: contender.presidio("text", folder / "few.jsonl"))
    if not notes:
        runs["Presidio with NER"] = contender.presidio("text", folder / "few.jsonl", "--ner")
    speed = {name: run.facts["bytes"] / run.cpu / 1e6 for name, run in runs.items()}
    dense = {OURS: contender.ours("text", folder / "dense.jsonl")}
    _theirs(dense, NO_NER, lambda: contender.presidio("text", folder / "few-dense.jsonl"))
    packed = {name: run.facts["bytes"] / run.cpu / 1e6 for name, run in dense.items()}
    return _part(
        "text", "Looking through text",
        f"{many:,} made-up case notes for Sunlit, {few:,} of them for Presidio, with prose "
        "between so that there is an identifier in about 300 characters, or without (dense: one in "
        "60), each in a process of its own; what was loaded before is not counted. Presidio's slim "
        "engine splits into words and lemmas, which its context rules need; it names nobody.",
        [
            _rate("text looked through", "MB/CPU-s", speed, NO_NER, "text"),
            replace(_rate("dense text", "MB/CPU-s", packed, NO_NER, "text"), target=None),
            _memory(runs),
        ],
        runs, notes,
    )  # fmt: skip


def table(folder: Path, scale: str) -> Part:
    """Label 7 text columns: our scan of every row, presidio-structured of a few."""
    many, few = TABLE[scale]
    data_made.table(folder / "table.parquet", many)
    runs = {OURS: contender.ours("scan", folder / "table.parquet")}
    theirs = "presidio-structured"
    arguments = ("table", folder / "table.parquet", "--rows", str(few))
    notes = _theirs(runs, theirs, lambda: contender.presidio(*arguments))
    speed = {name: run.facts["rows"] / run.cpu / 1e3 for name, run in runs.items()}
    wall = runs[OURS].wall
    rows = [
        _rate("rows looked through", "1,000 rows/CPU-s", speed, theirs, "table"),
        _bound(f"the whole scan of {many:,} rows", "s", {OURS: wall}, "table-seconds",
               15 * many / 1e6, scale),
        _memory(runs),
    ]  # fmt: skip
    looked = runs[OURS].facts["looked"]
    notes.append(
        f"Of {many * len(data_made.TEXT_COLUMNS):,} values Sunlit put {looked:,} through the "
        f"recognisers: {number(looked / runs[OURS].cpu / 1e3)} thousand a CPU-second, all of its "
        "work counted."
    )
    if theirs in runs:
        values = few * len(data_made.TEXT_COLUMNS) / runs[theirs].cpu / 1e3
        notes.append(f"By value that a recogniser saw, {theirs} does {number(values)} thousand.")
    notes += [f"{name} said: {_said(run)}." for name, run in runs.items()]
    return _part(
        "table", "Looking through a table",
        f"{many:,} rows of 7 text columns ({', '.join(data_made.TEXT_COLUMNS)}; notes of 160 "
        "characters), Parquet. Sunlit hashes and reads the whole file and searches every value; of "
        "kinds that are frequent in a column it checks one value in 64 after the first 30,000 and "
        "reports intervals; presidio-structured, with names, is given "
        f"{few:,} rows. Rows are those that the report covers.", rows, runs, notes,
    )  # fmt: skip


def risk(folder: Path, scale: str) -> Part:
    """Measure k, l and t: beside pyCANON, then alone on tables that it cannot hold."""
    size = RISK[scale]
    data_made.people(folder / "beside.parquet", size)
    runs = {OURS: contender.ours("klt", folder / "beside.parquet", *ASKED)}
    notes = _theirs(runs, "pyCANON", lambda: contender.pycanon(folder / "beside.parquet", *ASKED))
    cpu = {name: run.cpu for name, run in runs.items()}
    rows = [_cost(f"k, l and t of {size:,} rows", cpu, "pyCANON", "risk")]
    if "pyCANON" in runs:
        notes.append(_agreement(runs[OURS], runs["pyCANON"]))
    middle, most = ALONE[scale]
    for count, memory in ((middle, "400MB"), (most, "2500MB")):
        place = folder / "alone.parquet"
        data_made.people(place, count)
        run = contender.ours("klt", place, *ASKED, "--memory", memory)
        place.unlink()
        runs[f"Sunlit, {count:,} rows"] = run
        rows += _alone(run, count, scale)
    return _part(
        "risk", "Measuring k-anonymity, l-diversity and t-closeness",
        f"{len(data_made.QUASI)} quasi-identifiers with the numbers of values that Adult has, "
        f"and {data_made.SENSITIVE} as the sensitive attribute, from Parquet; pyCANON's reading of "
        "the file is not counted, ours is. Peak memory is the whole process's.",
        [*rows, _memory(runs)], runs, notes,
    )  # fmt: skip


def _alone(run: Run, count: int, scale: str) -> list[Row]:
    is_most = count == ALONE[scale][1]
    seconds, memory = (None, 4.0) if is_most else (6.0, 0.6)
    said = f"k, l and t of {count:,} rows"
    name = "risk-100m" if is_most else "risk-10m"
    rows = [_bound(said, "CPU-s", {OURS: run.cpu}, f"{name}-seconds", seconds, scale)]
    peak = {OURS: run.peak / GIB}
    return [*rows, _bound(f"{said}: peak memory", "GiB", peak, f"{name}-memory", memory, scale)]


def mask(folder: Path, scale: str) -> Part:
    """Replace values by keyed pseudonyms: the pass alone, then the command's whole work."""
    size = MASK[scale]
    data_made.table(folder / "table.parquet", size)
    (folder / "key").write_bytes(bytes(range(32)))
    (folder / "key").chmod(0o600)
    key = ("--key", folder / "key")
    runs = {
        "reading and masking": contender.ours("pass", folder / "table.parquet", *key),
        "`mask`: writing and the second scan too": contender.ours(
            "mask", folder / "table.parquet", folder / "out.parquet", *key
        ),
    }  # fmt: skip
    speed = {name: run.facts["values"] / run.cpu / 1e6 for name, run in runs.items()}
    first = next(iter(speed.values()))
    target = Target(
        name="data-mask", text="at least 1 million a CPU-second", measured=first, bound=1,
        at_least=True,
    )  # fmt: skip
    rows = [
        Row(what="values replaced by HMAC-SHA-256 pseudonyms", unit="million values/CPU-s",
            samples={name: [one] for name, one in speed.items()}, target=target),
        _memory(runs),
    ]  # fmt: skip
    return _part(
        "mask", "Masking a table",
        f"{size:,} rows, 5 columns of identifiers and one of names (pseudonyms), notes dropped; "
        "nearly every value is different, so that nothing is gained by remembering.",
        rows, runs, [],
    )  # fmt: skip


def _theirs(runs: dict[str, Run], name: str, run: Callable[[], Run]) -> list[str]:
    """Run a peer, or say that it is not there."""
    try:
        runs[name] = run()
    except MissingError as missing:
        return [str(missing)]
    return []


def _rate(what: str, unit: str, speed: dict[str, float], peer: str, name: str) -> Row:
    """Return a row of speeds, with the times that ours is faster."""
    times = speed[OURS] / speed[peer] if peer in speed else None
    return _compared(what, unit, speed, times, peer, name)


def _cost(what: str, cpu: dict[str, float], peer: str, name: str) -> Row:
    times = cpu[peer] / cpu[OURS] if peer in cpu else None
    return _compared(what, "CPU-s", cpu, times, peer, name)


def _compared(
    what: str, unit: str, found: dict[str, float], times: float | None, peer: str, name: str
) -> Row:
    target = None if times is None else Target(
        name=f"data-{name}", text=f"at least {TARGETS[name]:,} times", measured=times,
        bound=TARGETS[name], at_least=True,
    )  # fmt: skip
    ratio = None if times is None else f"{number(times)} times {peer}"
    samples = {who: [one] for who, one in found.items()}
    return Row(what=what, unit=unit, samples=samples, ratio=ratio, target=target)


def _bound(
    what: str, unit: str, found: dict[str, float], name: str, bound: float | None, scale: str
) -> Row:
    target = None
    if bound is not None and scale == "full":  # a small set is not what the target is about
        target = Target(name=f"data-{name}", text=f"at most {bound:g} {unit}", measured=found[OURS],
                        bound=bound, at_least=False)  # fmt: skip
    samples = {who: [one] for who, one in found.items()}
    return Row(what=what, unit=unit, samples=samples, target=target)


def _memory(runs: dict[str, Run]) -> Row:
    peaks = {name: [run.peak / GIB] for name, run in runs.items()}
    return Row(what="peak memory of the process", unit="GiB", samples=peaks)


def _agreement(one: Run, other: Run) -> str:
    ours, theirs = one.facts["figures"], other.facts["figures"]
    gaps = {name: abs(ours[name] - theirs[name]) for name in theirs}
    said = ", ".join(
        f"{name} {ours[name]:.15g} (differs by {gap:.1g})" for name, gap in gaps.items()
    )
    return f"Sunlit's figures beside pyCANON's: {said}."


def _said(run: Run) -> str:
    found = run.facts["found"]
    return ", ".join(f"{name}: {kind}" for name, kind in sorted(found.items()) if name) or "nothing"


def _part(
    name: str, title: str, text: str, rows: list[Row], runs: dict[str, Run], notes: list[str]
) -> Part:  # fmt: skip
    versions = {package: said for run in runs.values() for package, said in run.versions.items()}
    return Part(name=f"data-{name}", title=title, text=text, rows=rows, versions=versions,
                notes=notes)  # fmt: skip


WORKS: Final[dict[str, Works]] = {"text": text, "table": table, "risk": risk, "mask": mask}


def main() -> None:
    """Measure one part and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("part", choices=list(WORKS))
    parser.add_argument("--scale", choices=list(NOTES), default="full")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        show(WORKS[asked.part](Path(folder), asked.scale), as_json=asked.json)


if __name__ == "__main__":
    main()
