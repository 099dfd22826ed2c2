"""What the guard adds to a call: the check in process, the proxy, and memory over many decisions.

python -m benchmarks.guarding [--rounds 5] [--decisions 1000000] [--json]
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.decision_contenders import decision
from benchmarks.decision_ours import draft, store, template
from benchmarks.parts import OURS, Part, Row, Target
from benchmarks.render import show
from sunlit.decision.record import Binding
from sunlit.guard.clock import MachineClock
from tests.decisions import World, copied
from tests.fixtures.token_world import grant
from tests.guard.guarded_world import Place
from tests.proxy.guarded import HEADERS
from tests.proxy.long.measure import ENDPOINT, timed
from tests.proxy.stage import CHAT, LLAMA, post, recorded
from tests.proxy.test_cli import RUNS

CALLERS: Final = 32
CHECK: Final = 100.0  # microseconds
PROXY: Final = 2.0  # milliseconds
FLAT: Final = 16.0  # MiB


def checks(place: Place, count: int) -> list[float]:
    """Return the microseconds of single checks, none of them written."""
    with place.open() as guard:
        found: list[float] = []
        for _ in range(count):
            began = time.perf_counter_ns()
            guard.check(binding=Binding.DECLARED)
            found.append((time.perf_counter_ns() - began) / 1000)
    return found


@contextmanager
def proxied(world: World) -> Iterator[tuple[int, int]]:
    """Start an endpoint and a guard before it; yield both ports."""
    script = ENDPOINT.format(body=LLAMA / "chat.response")
    endpoint = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    port = int(_line(endpoint))
    guard = subprocess.Popen(
        [sys.executable, "-c", RUNS, world.clock.at.isoformat(), "--store", str(world.store.root),
         "--upstream", f"http://127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--binding",
         "declared"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield port, int(_line(guard).split("http://127.0.0.1:")[-1].split()[0])
    finally:
        for process in (guard, endpoint):
            process.terminate()
            process.communicate(timeout=30)


def _line(process: "subprocess.Popen[str]") -> str:
    if process.stdout is None or not (found := process.stdout.readline()):
        raise SystemExit("a server of the benchmark did not start")
    return found


def proxy(world: World, rounds: int, requests: int) -> tuple[list[float], list[float]]:
    """Return the median milliseconds of a request, straight and guarded, round by round."""
    request = post(CHAT, recorded("chat", "request"), *HEADERS)
    request = request.replace(b"Connection: close\r\n", b"")
    with proxied(world) as (port, guarded):
        for where in (port, guarded):
            asyncio.run(timed(where, request, 20))
        pairs = [
            tuple(median(asyncio.run(timed(at, request, requests))) for at in (port, guarded))
            for _ in range(rounds)
        ]
    return [straight for straight, _ in pairs], [through for _, through in pairs]


def memory(count: int) -> list[float]:
    """Return the process's resident MiB, at ten points from a tenth of the decisions to all."""
    found: list[float] = []
    with tempfile.TemporaryDirectory(dir=Path(), prefix="bench-") as name:
        made, clock, leaf = store(Path(name)), MachineClock(), template()
        with made.writer(clock) as log:

            def work(some: int) -> None:
                for number in range(some):
                    log.append([draft(decision(number), leaf, clock.now())])

            for _ in range(10):
                threads = [
                    threading.Thread(target=work, args=(count // 10 // CALLERS,))
                    for _ in range(CALLERS)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                found.append(_resident())
    return found


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def measure(rounds: int, decisions: int) -> Part:
    """Measure and make the table."""
    grown = memory(decisions)  # first: before anything else is in memory
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name, "place"), replace(grant(), minimum_binding="declared"))
        single = [median(checks(place, 5_000)) for _ in range(rounds)]
        world = copied(Path(name, "world"))
        straight, through = proxy(world, rounds, 100)
    added = [one - other for one, other in zip(through, straight, strict=True)]
    return Part(
        name="guarding",
        title="What the guard adds",
        text=(
            "The check alone: `Guard.check` with a token verified before, in one thread, nothing "
            "written; medians of 5,000. The proxy: one client, kept-alive connections, a chat "
            "completion of 1 kB from a local endpoint, each answer released when its record is "
            f"durable; medians of 100 requests; {rounds} rounds. Memory: resident set of a "
            f"process that keeps {decisions:,} decisions from {CALLERS} threads, at each tenth."
        ),
        rows=[
            Row(
                what="the check, in process", unit="µs", samples={OURS: single},
                target=Target(
                    name="guard-check", text="under 100 µs", measured=median(single), bound=CHECK,
                    at_least=False,
                ),
            ),
            Row(
                what="a request through the proxy", unit="ms",
                samples={OURS: through, "straight to the endpoint": straight},
                ratio=f"{median(added):.2f} ms added",
                target=Target(
                    name="guard-proxy", text="adds under 2 ms", measured=median(added),
                    bound=PROXY, at_least=False,
                ),
            ),
            Row(
                what="resident memory", unit="MiB", samples={OURS: grown},
                ratio=f"{grown[-1] - grown[0]:+.1f} MiB from the first tenth to the last",
                target=Target(
                    name="guard-memory", text="grows by at most 16 MiB",
                    measured=grown[-1] - grown[0], bound=FLAT, at_least=False,
                ),
            ),
        ],
        notes=[f"One synced write costs {_sync_ms():.2f} ms on the disk of the proxy's store."],
    )  # fmt: skip


def _sync_ms() -> float:
    times: list[float] = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 1024)
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    show(measure(asked.rounds, asked.decisions), as_json=asked.json)


if __name__ == "__main__":
    main()
