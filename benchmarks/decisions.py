"""What a durable decision record costs, side by side with other ways to keep one.

Each contender runs in a process of its own (`decision_contenders`), all on the same disk, one
after the other in every round, in another order each round.

    python -m benchmarks.decisions [--rounds 5] [--count 20000] [--directory .] [--json]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.parts import OURS, Part, Row, Target, ratio
from benchmarks.render import show

ROOT: Final = Path(__file__).parent.parent
CALLERS: Final = 32
DEFAULTS: Final = "OpenTelemetry, defaults"
COMPACT: Final = "OpenTelemetry, a line a span"
TASKS: Final = "Sunlit, tasks"
PEERS: Final = (OURS, TASKS, "OpenTelemetry", COMPACT, DEFAULTS, "JSON lines", "SQLite", "MLflow")
SLOW: Final = {"MLflow": 200}  # how much of the count a contender is given: one in ...
HALF: Final = 0.5
MLFLOW: Final = 200.0
RATE: Final = 8_000.0
Samples = dict[str, list[dict[str, float]]]


def once(name: str, count: int, callers: int, where: Path) -> dict[str, float]:
    """Run one contender once, in a process and a folder of its own."""
    with tempfile.TemporaryDirectory(dir=where, prefix="bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.decision_contenders", name, str(count),
             str(callers), folder],
            check=True, capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
    # A peer may print to the same stream before the result.
    found: dict[str, float] = json.loads(done.stdout[done.stdout.rindex("{") :])
    return found


def sample(rounds: int, count: int, where: Path) -> Samples:
    """Return what each contender took, round by round."""
    found: Samples = {name: [] for name in PEERS}
    for number in range(rounds):
        at = number % len(PEERS)
        for name in PEERS[at:] + PEERS[:at]:
            callers = 1 if name in SLOW else CALLERS
            found[name].append(once(name, count // SLOW.get(name, 1), callers, where))
    return found


def measure(rounds: int, count: int, where: Path) -> Part:
    """Measure and make the table."""
    found = sample(rounds, count, where)
    cpu = {name: [one["cpu"] / one["count"] * 1e6 for one in rows] for name, rows in found.items()}
    rate = {name: [one["kept"] / one["wall"] for one in rows] for name, rows in found.items()}
    lost = {name: [one["count"] - one["kept"] for one in rows] for name, rows in found.items()}
    return Part(
        name="decisions",
        title="A durable record of each decision",
        text=(
            f"{count:,} decisions of 20 inputs and 20 contributions in a burst from {CALLERS} "
            f'threads ("{TASKS}": from as many tasks of one event loop, as in its proxy; '
            f"MLflow: {count // SLOW['MLflow']:,} from one); {rounds} interleaved "
            "rounds. Sunlit seals and commits to six values, adds the record to a Merkle tree, "
            "signs checkpoints and syncs before it answers each caller. OpenTelemetry: a span of "
            "43 attributes, the SDK's batch processor and its own exporter to a file; once with "
            "a queue that holds everything, once so with a formatter for one line a span, once at "
            "its defaults. JSON lines are synced each "
            "hundred; SQLite commits each insert (WAL, FULL); MLflow traces into its SQLite store, "
            "synchronous. CPU time is all of it, exporting and closing included."
        ),
        rows=[_cost(cpu), _against_mlflow(cpu), _rate(rate), _lost(lost)],
        versions={name: version(name) for name in ("mlflow-skinny", "opentelemetry-sdk")},
        notes=[
            "The rate counts what can be read back; the time runs until nothing waits any more."
        ],
    )


def _cost(cpu: dict[str, list[float]]) -> Row:
    measured = ratio(cpu[OURS], cpu["OpenTelemetry"])
    in_tasks = ratio(cpu[TASKS], cpu["OpenTelemetry"])
    return Row(
        what="CPU time of a decision", unit="µs",
        samples={name: found for name, found in cpu.items() if name != DEFAULTS},
        ratio=f"{measured:.2f} of OpenTelemetry's ({ratio(cpu[OURS], cpu[COMPACT]):.2f} with a "
        f"line a span), from tasks {in_tasks:.2f} ({ratio(cpu[TASKS], cpu[COMPACT]):.2f}); "
        f"{ratio(cpu[OURS], cpu['JSON lines']):.2f} of "
        f"JSON lines', {ratio(cpu[OURS], cpu['SQLite']):.2f} of SQLite's",
        target=Target(
            name="decision-cost", text="at most half of OpenTelemetry's", measured=measured,
            bound=HALF, at_least=False,
        ),
    )  # fmt: skip


def _against_mlflow(cpu: dict[str, list[float]]) -> Row:
    measured = ratio(cpu["MLflow"], cpu[OURS])
    return Row(
        what="the same, against MLflow", unit="µs",
        samples={name: cpu[name] for name in (OURS, "MLflow")},
        ratio=f"MLflow's is {measured:,.0f} times as much",
        target=Target(
            name="decision-mlflow", text="200 times less than MLflow's", measured=measured,
            bound=MLFLOW, at_least=True,
        ),
    )  # fmt: skip


def _rate(rate: dict[str, list[float]]) -> Row:
    return Row(
        what=f"durable decisions a second, {CALLERS} callers", unit="1/s",
        samples={name: rate[name] for name in (OURS, TASKS, "JSON lines", "SQLite")},
        ratio=f"{ratio(rate[OURS], rate['JSON lines']):.2f} of JSON lines' rate, "
        f"{ratio(rate[OURS], rate['SQLite']):.2f} of SQLite's",
        target=Target(
            name="decision-rate", text="at least 8,000", measured=median(rate[OURS]), bound=RATE,
            at_least=True,
        ),
    )  # fmt: skip


def _lost(lost: dict[str, list[float]]) -> Row:
    return Row(
        what="decisions lost in the burst",
        unit="",
        samples={name: lost[name] for name in (OURS, TASKS, DEFAULTS, "JSON lines", "SQLite")},
        target=Target(
            name="decision-lost",
            text="none",
            measured=max(lost[OURS] + lost[TASKS]),
            bound=0,
            at_least=False,
        ),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--directory", type=Path, default=Path())
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    show(measure(asked.rounds, asked.count, asked.directory), as_json=asked.json)


if __name__ == "__main__":
    main()
