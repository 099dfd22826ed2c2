"""Ways to keep a record of each decision, each run in a process of its own.

The callers are threads; those of a contender in `TASKS` are tasks of one event loop.

    python -m benchmarks.decision_contenders NAME COUNT CALLERS DIRECTORY

Every contender is given the same decision: 20 inputs, 20 contributions, an estimate, who decided
under what. It starts from Python objects and ends when it says that it is done with all of them.
Prints {"wall", "cpu", "kept"}: seconds without imports and set-up, and how many can be read back.
"""

import asyncio
import gc
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

Decision = dict[str, Any]
Keep = Callable[[Decision], object]
WARM: Final = 20
GROUP: Final = 100  # lines a sync, as in a usual log shipper


def decision(number: int) -> Decision:
    """Return the decision that all keep."""
    return {
        "input": {f"feature_{at:02}": round(0.37 * at + number % 97, 3) for at in range(20)},
        "explanation": {f"feature_{at:02}": round(0.0137 * at - 0.11, 6) for at in range(20)},
        "output": {"estimate": 0.7312, "write": True},
        "case": f"case-{number:08}",
        "token": "ab" * 32,
        "release": "cd" * 32,
        "use": "outreach",
    }


@contextmanager
def sunlit(where: Path, *, tasks: bool = False) -> Iterator[tuple[Keep, Callable[[], int]]]:
    """Our recorder: commitments, encryption, Merkle tree, durable before it answers."""
    from benchmarks.decision_ours import recorder  # noqa: PLC0415 - imports are not timed

    with recorder(where, tasks=tasks) as found:
        yield found


@contextmanager
def json_lines(where: Path) -> Iterator[tuple[Keep, Callable[[], int]]]:
    """JSON lines in one file, a sync for each hundred: the rest of a hundred may be lost."""
    path, lock, since = where / "decisions.jsonl", threading.Lock(), [0]
    with path.open("ab", buffering=0) as file:

        def keep(one: Decision) -> None:
            line = json.dumps(one, separators=(",", ":")).encode() + b"\n"
            with lock:
                file.write(line)
                since[0] += 1
                if since[0] == GROUP:
                    os.fdatasync(file.fileno())
                    since[0] = 0

        yield keep, lambda: path.read_bytes().count(b"\n")


@contextmanager
def sqlite(where: Path) -> Iterator[tuple[Keep, Callable[[], int]]]:
    """A plain insert, committed each time (WAL, synchronous=FULL)."""
    database = sqlite3.connect(where / "plain.db", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE decision (id INTEGER PRIMARY KEY, data TEXT)")
    lock = threading.Lock()

    def keep(one: Decision) -> None:
        text = json.dumps(one, separators=(",", ":"))
        with lock:
            database.execute("INSERT INTO decision (data) VALUES (?)", (text,))

    yield keep, lambda: int(database.execute("SELECT count(*) FROM decision").fetchone()[0])
    database.close()


@contextmanager
def opentelemetry(
    where: Path, queue: int | None = None, *, one_line: bool = False
) -> Iterator[tuple[Keep, Callable[[], int]]]:
    """A span of 43 attributes, the batch processor, the SDK's own exporter to a file.

    `queue` None leaves the processor at its defaults: what does not fit is dropped. The
    exporter writes a span over many lines unless it is told otherwise (`one_line`).
    """
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - imports are not timed
    from opentelemetry.sdk.trace.export import (  # noqa: PLC0415 - imports are not timed
        BatchSpanProcessor,
        ConsoleSpanExporter,
    )

    path = where / "spans.json"
    file = path.open("w", encoding="utf-8")
    provider = TracerProvider()
    lines = {"formatter": lambda span: span.to_json(indent=None) + "\n"} if one_line else {}
    exporter = ConsoleSpanExporter(out=file, **lines)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=queue))
    tracer = provider.get_tracer("benchmark")

    def keep(one: Decision) -> None:
        with tracer.start_as_current_span("decision") as span:
            span.set_attributes(_attributes(one))

    def kept() -> int:
        provider.shutdown()  # flushes
        file.flush()
        os.fdatasync(file.fileno())
        return path.read_text(encoding="utf-8").count('"span_id"')

    yield keep, kept
    file.close()


def _attributes(one: Decision) -> dict[str, Any]:
    flat = {f"{kind}.{name}": value for kind in ("input", "explanation")
            for name, value in one[kind].items()}  # fmt: skip
    return {**flat, "output.estimate": one["output"]["estimate"], "case": one["case"],
            "use": one["use"]}  # fmt: skip


@contextmanager
def mlflow(where: Path) -> Iterator[tuple[Keep, Callable[[], int]]]:
    """An MLflow trace for each decision, into its SQLite store, synchronous."""
    os.environ |= {
        "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true",
        "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
    }  # fmt: skip
    import mlflow as peer  # noqa: PLC0415 - the environment comes first

    peer.set_tracking_uri(f"sqlite:///{where}/mlflow.db")
    experiment = peer.set_experiment("decisions").experiment_id

    def keep(one: Decision) -> None:
        with peer.start_span("decision") as span:
            span.set_inputs(one["input"])
            span.set_outputs({"output": one["output"], "explanation": one["explanation"]})
            span.set_attributes({"case": one["case"], "use": one["use"]})

    def kept() -> int:
        database = sqlite3.connect(where / "mlflow.db")
        row = database.execute(
            "SELECT count(*) FROM trace_info WHERE experiment_id = ?", (int(experiment),)
        ).fetchone()
        database.close()
        return int(row[0])

    yield keep, kept


CONTENDERS: Final[
    dict[str, Callable[[Path], AbstractContextManager[tuple[Keep, Callable[[], int]]]]]
] = {
    "Sunlit": sunlit,
    "Sunlit, tasks": partial(sunlit, tasks=True),
    "JSON lines": json_lines,
    "SQLite": sqlite,
    "OpenTelemetry": partial(opentelemetry, queue=10_000_000),
    "OpenTelemetry, a line a span": partial(opentelemetry, queue=10_000_000, one_line=True),
    "OpenTelemetry, defaults": opentelemetry,
    "MLflow": mlflow,
}


TASKS: Final = frozenset({"Sunlit, tasks"})


def in_threads(keep: Keep, shares: list[list[Decision]]) -> None:
    """Keep each share from a thread of its own."""

    def work(share: list[Decision]) -> None:
        for one in share:
            keep(one)

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_tasks(keep: Callable[[Decision], Any], shares: list[list[Decision]]) -> None:
    """Keep each share from a task of its own, all in one event loop."""

    async def work(share: list[Decision]) -> None:
        for one in share:
            await keep(one)

    async def together() -> None:
        await asyncio.gather(*[work(share) for share in shares])

    asyncio.run(together())


def run(name: str, count: int, callers: int, where: Path) -> dict[str, float]:
    """Keep `count` decisions from so many callers; return what it took."""
    per_caller = count // callers
    given = [decision(number) for number in range(per_caller * callers)]
    gc.collect()
    gc.freeze()  # what was made before is nobody's cost
    shares = [given[at : at + per_caller] for at in range(0, len(given), per_caller)]
    together: Callable[[Any, list[list[Decision]]], None]
    together = in_tasks if name in TASKS else in_threads
    with CONTENDERS[name](where) as (keep, kept):
        together(keep, [given[:WARM]])  # whatever is made at the first call
        wall, cpu = time.perf_counter(), time.process_time()
        together(keep, shares)
        answered = time.perf_counter() - wall
        found = kept() - len(given[:WARM])
        return {
            "answered": answered, "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu, "count": len(given), "kept": found,
        }  # fmt: skip


def main() -> None:
    """Run one contender once."""
    name, count, callers, where = sys.argv[1:]
    print(json.dumps(run(name, int(count), int(callers), Path(where))))


if __name__ == "__main__":
    main()
