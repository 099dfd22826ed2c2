"""Servers for `make bench-node`: a node's processes, MLflow's registry, each with its CPU time."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from benchmarks.contender import ROOT, python_of
from sunlit.adapters.clock import SystemClock
from sunlit.node.place import Node
from sunlit.producers.quiet import quiet
from sunlit.testing.authority import ROOT as OPERATOR
from tests.node.queue_world import home_with_agency

START_SECONDS: Final = 90.0
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `url`; `pids` are the processes that were started."""

    url: str
    pids: tuple[int, ...]

    def cpu(self) -> float:
        """Return the CPU-seconds of all its processes by now."""
        return sum(map(tree_cpu, self.pids))


def node(where: Path, database: str = "") -> Path:
    """Make a node of one home; SQLite where no database is named. Return its directory."""
    home = home_with_agency(where / "home", SystemClock())
    root = where / "node"
    root.mkdir()
    Node(
        root=root, name="Measured", url="http://127.0.0.1", operator=OPERATOR,
        homes={OPERATOR: str(home.root)}, database=database,
    ).save()  # fmt: skip
    (root / "trust.json").write_bytes(home.trust_path.read_bytes())
    return root


@contextmanager
def served(root: Path, *, workers: int = 1, core: int | None = None) -> Iterator[Server]:
    """Serve a node: web processes and a worker; one alone admits by itself."""
    port = free_port()
    words = ["serve", "--port", str(port), "--rate", "0", "--workers", str(workers)]
    commands = [words, ["work"]] if workers > 1 else [words]
    with started([[sys.executable, "-m", "sunlit", *one, "--at", str(root)]
                  for one in commands], core=core) as pids:  # fmt: skip
        server = Server(f"http://127.0.0.1:{port}", pids)
        wait_for(f"{server.url}/healthz", pids)
        yield server


@contextmanager
def mlflow(database: str, where: Path, *, workers: int) -> Iterator[Server]:
    """Serve MLflow's registry over a database, as `mlflow server` does."""
    port = free_port()
    command = [
        python_of("mlflow"), "-m", "mlflow", "server", "--backend-store-uri",
        database.replace("postgresql:", "postgresql+psycopg2:", 1),
        "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers),
        "--no-serve-artifacts", "--default-artifact-root", str(where / "artifacts"),
    ]  # fmt: skip
    with started([command], cwd=where) as pids:
        server = Server(f"http://127.0.0.1:{port}", pids)
        wait_for(f"{server.url}/health", pids)
        yield server


@contextmanager
def started(
    commands: Iterable[Sequence[str]], *, core: int | None = None, cwd: Path = ROOT
) -> Iterator[tuple[int, ...]]:
    """Start processes, on one core where it is named; end them, and theirs, whatever happens."""
    running: list[subprocess.Popen[bytes]] = []
    before = os.sched_getaffinity(0)
    try:
        if core is not None:
            os.sched_setaffinity(0, {core})  # children are born with it
        for command in commands:
            running.append(subprocess.Popen(  # noqa: PERF401 - what was started is ended
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd, env=quiet(),
                start_new_session=True,
            ))  # fmt: skip
        os.sched_setaffinity(0, before)
        yield tuple(one.pid for one in running)
    finally:
        os.sched_setaffinity(0, before)
        for one in running:
            _end(one)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)  # its own session: nobody else is in it
        process.wait()


def load(server: Server, turns: Sequence[Sequence[dict[str, str]]], **job: object) -> "Asked":
    """Ask a server from a process of its own; see `benchmarks.node_load`."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"url": server.url, "turns": turns, **job}, file)
        file.flush()
        before = server.cpu()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.node_load", file.name], check=True,
            capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        return Asked(json.loads(done.stdout), server.cpu() - before)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a load was answered; `server_cpu` is what the server's processes took meanwhile."""

    found: dict[str, Any]
    server_cpu: float

    @property
    def a_second(self) -> float:
        """Turns a second."""
        return len(self.found["turns"]) / float(self.found["wall"])

    @property
    def cpu_ms(self) -> float:
        """The server's CPU-milliseconds a turn."""
        return self.server_cpu / len(self.found["turns"]) * 1e3

    @property
    def generator(self) -> float:
        """The share of a core that asking took."""
        return float(self.found["cpu"] / self.found["wall"])

    @property
    def kilobytes(self) -> float:
        """A body's mean size."""
        return float(self.found["bytes"] / len(self.found["requests"]) / 1e3)

    def at(self, share: float, of: str = "requests") -> float:
        """Return the milliseconds in which this share was answered."""
        times = sorted(self.found[of])
        return float(times[min(len(times) - 1, int(len(times) * share))])

    def expect(self, *statuses: int) -> "Asked":
        """Return itself if nothing but these was answered."""
        others = {int(one) for one in self.found["statuses"]} - set(statuses)
        if others:
            raise RuntimeError(
                f"answered {self.found['statuses']}, not only {statuses}; {self.found['refused']}"
            )
        return self


def tree_cpu(pid: int) -> float:
    """Return the CPU-seconds of a process and all below it that live."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        number = int(place.parent.name)
        parents.setdefault(int(fields[1]), []).append(number)
        used[number] = (int(fields[11]) + int(fields[12])) / TICKS
    found, left = 0.0, [pid]
    while left:
        one = left.pop()
        found += used.get(one, 0.0)
        left += parents.get(one, [])
    return found


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def wait_for(url: str, pids: Iterable[int] = ()) -> None:
    """Wait until something answers, or one of those that should has ended."""
    end = time.monotonic() + START_SECONDS
    opener = build_opener(ProxyHandler({}))
    while True:
        try:
            with opener.open(url, timeout=5):
                return
        except (URLError, OSError) as error:
            ended = any(_ended(pid) for pid in pids)
            if ended or time.monotonic() > end:
                raise RuntimeError(f"nothing answers at {url}") from error
            time.sleep(0.1)


def _ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"
