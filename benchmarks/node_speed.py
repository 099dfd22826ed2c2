"""What the node does in a second, beside MLflow's registry server on the same PostgreSQL.

python -m benchmarks.node_speed registry|search|pages|projection [--scale quick|full] [--json]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks import node_made, node_servers
from benchmarks.contender import ROOT, MissingError, python_of
from benchmarks.node_servers import Asked, load
from benchmarks.parts import OURS, Part, Row, Target
from benchmarks.render import number, show
from tests.postgres import database, server

MLFLOW: Final = "MLflow"
CROWDS: Final = {"quick": (4, 8), "full": (16, 32, 64)}  # who register at once
CROWD: Final = 8
OUR_WORKERS: Final = 2
THEIR_WORKERS: Final = 4  # what `mlflow server` starts unless told otherwise
RELEASES: Final = {"quick": (60, 30), "full": (6_000, 1_200)}  # ours, theirs, by each crowd
CARDS: Final = {"quick": 2_000, "full": 100_000}
SEARCHES: Final = {"quick": 60, "full": 800}
SECONDS: Final = {"quick": 1.0, "full": 10.0}
# A log's components for the smaller and the larger run: 2.75 entries each, so a million.
COMPONENTS: Final = {"quick": (700, 1_400), "full": (46_000, 364_000)}
LARGER: Final = "SUNLIT_BENCH_COMPONENTS"  # another size of the larger run
Runs = dict[str, Asked]


def registry(folder: Path, scale: str) -> Part:
    """Register releases: signed statements at the node, calls at MLflow."""
    crowds = CROWDS[scale]
    runs: dict[int, Runs] = {crowd: {} for crowd in crowds}
    with server(durable=True) as postgres:
        for name, turn, count in zip(
            (OURS, MLFLOW), (node_made.our_release, node_made.their_release), RELEASES[scale],
            strict=True,
        ):  # fmt: skip
            with database(postgres) as url, _side(name, url, folder) as side:
                warm = max(2 * max(crowds), count // 10)
                turns = [turn(one) for one in range(count * len(crowds) + warm)]
                load(side, turns[:warm], clients=crowds[0]).expect(200, 201)
                for place, crowd in enumerate(crowds):
                    some = turns[warm + place * count :][:count]
                    runs[crowd][name] = load(side, some, clients=crowd).expect(200, 201)
    best = {
        name: max((runs[crowd][name] for crowd in crowds), key=lambda run: run.a_second)
        for name in (OURS, MLFLOW)
    }
    rates = {name: [run.a_second] for name, run in best.items()}
    rows = [row for crowd in crowds for row in _crowd(crowd, runs[crowd])]
    rows += [
        _times("releases registered, each at its best", rates, "registry", 10, scale),
        _row("the servers' CPU a release then, without PostgreSQL", "ms", best,
             lambda run: run.cpu_ms),
    ]  # fmt: skip
    text = (
        "Several clients at once, each registering one thing after the other. Sunlit: a "
        "registration and a release, two statements, each signed before and handed in together, as "
        "an in-toto bundle, at `POST /api/v1/statements`, which answers with both receipts once "
        "they are in the log and durable; "
        f"{OUR_WORKERS} web processes and a `sunlit work`. MLflow: `registered-models/create` and "
        f"`model-versions/create`; {THEIR_WORKERS} processes, its default. It has no call "
        "that does both: one may be made without the other. It verifies no signature and keeps no "
        "log. Judged is each side with the number of clients with which it does most."
    )
    return _part("registry", "Registering a release", text, rows)


def _crowd(clients: int, runs: Runs) -> Iterator[Row]:
    times = runs[OURS].a_second / runs[MLFLOW].a_second
    rates = {name: [run.a_second] for name, run in runs.items()}
    yield Row(what=f"{clients} clients, releases registered", unit="a second", samples=rates,
              ratio=f"{number(times)} times {MLFLOW}")  # fmt: skip
    for said, share in (("half of them", 0.5), ("99 of 100", 0.99)):
        samples = {name: [run.at(share, "turns")] for name, run in runs.items()}
        yield Row(what=f"{clients} clients, one release, {said}", unit="ms", samples=samples)


def search(folder: Path, scale: str) -> Part:
    """Search a large catalogue, by one who asks and by several at once."""
    count = CARDS[scale]
    asked = list(node_made.searches(SEARCHES[scale], count))
    alone: Runs = {}
    crowd: Runs = {}
    with server(durable=True) as postgres:
        for name, turns, fill in (
            (OURS, [ours for ours, _ in asked], node_made.fill_ours),
            (MLFLOW, [theirs for _, theirs in asked], node_made.fill_theirs),
        ):
            with database(postgres) as url, _side(name, url, folder) as side:
                fill(url, count)
                load(side, turns[:40], clients=CROWD).expect(200)
                few = turns if name == OURS else turns[: len(turns) // 4]
                alone[name] = load(side, few, clients=1).expect(200)
                crowd[name] = load(side, few, clients=CROWD).expect(200)
    rows = [
        _row("one client, half of them", "ms", alone, lambda run: run.at(0.5)),
        _under("one client, 99 of 100", alone, 0.99, 50, "search", scale),
        _row(f"{CROWD} clients, half of them", "ms", crowd, lambda run: run.at(0.5)),
        _row(f"{CROWD} clients, 99 of 100", "ms", crowd, lambda run: run.at(0.99)),
        _row(f"{CROWD} clients, searches", "a second", crowd, lambda run: run.a_second),
    ]
    text = (
        f"{count:,} things on each side, put into its own tables by SQL. The same questions: the "
        "first page, a word, a word and a number, a number. Sunlit: `/api/v1/components?q=`, which "
        "searches names and summaries and counts all facets; MLflow: `registered-models/search` "
        "with `name ILIKE`, the one text that it searches; name and summary were put there. "
        "MLflow is asked a quarter of them."
    )
    return _part("search", "Searching", text, rows)


def pages(folder: Path, scale: str) -> Part:
    """Read the catalogue's page from one process on one core, over SQLite."""
    cores = sorted(os.sched_getaffinity(0))
    root = node_servers.node(folder)
    node_made.fill_ours(f"sqlite:///{root / 'projections.sqlite'}", CARDS[scale])
    turns = [[{"path": path}] for path in ("/components", "/components?sort=name")]
    asks = {"clients": CROWD, "seconds": SECONDS[scale], "headers": {"Accept-Encoding": "gzip"}}
    if len(cores) > 1:
        os.sched_setaffinity(0, set(cores[1:]))  # who asks
    runs: Runs = {}
    with node_servers.served(root, core=cores[0]) as side:
        load(side, turns, **{**asks, "seconds": 2.0}).expect(200)
        runs["kept"] = load(side, turns, **asks, keep=True).expect(200, 304)
        runs["new"] = load(side, turns, **asks).expect(200)
        plain = {**asks, "headers": {}}
        runs["plain"] = load(side, turns, **plain).expect(200)
    rows = [
        _atleast("asked again with what was kept", runs["kept"], 500, "pages-kept", scale),
        _atleast("read anew, compressed", runs["new"], 150, "pages-new", scale),
        _atleast("read anew, not compressed", runs["plain"], None, "", scale),
        Row(what="CPU of a page asked again", unit="ms", samples={OURS: [runs["kept"].cpu_ms]}),
        Row(what="CPU of a page, compressed", unit="ms", samples={OURS: [runs["new"].cpu_ms]}),
        Row(what="CPU of a page", unit="ms", samples={OURS: [runs["plain"].cpu_ms]}),
    ]
    busy = ", ".join(f"{run.generator:.0%}" for run in runs.values())
    changed = runs["kept"].found["statuses"].get("200", 0)
    text = (
        f"`/components` of {CARDS[scale]:,} things, in two orders, in turn, by "
        f"{CROWD} clients. One process of `sunlit serve` with all in it, over SQLite, held to one "
        f"core; who asks has another and used {busy} of it. A page's tag rests on the cards: of "
        f"those asked again {changed} were sent whole. What is read anew is rendered. A page has "
        f"{runs['plain'].kilobytes:.0f} kB, compressed {runs['new'].kilobytes:.1f}."
    )
    return _part("pages", "The catalogue's page", text, rows)


def projection(folder: Path, scale: str) -> Part:
    """Project logs of two sizes from nothing, each in a process of its own."""
    sizes = list(COMPONENTS[scale])
    if LARGER in os.environ:
        sizes[1] = int(os.environ[LARGER])
    url = f"sqlite:///{folder / 'projections.sqlite'}"
    found = [_projected(url, folder / "log", size) for size in sizes]
    small, large = found
    at_least = _target("projection", "at least 10,000", float(large["a_second"]), 10_000, scale)
    growth = large["peak_mib"] / small["peak_mib"]
    flat = _target("projection-memory", "at most 1.2 times", growth, 1.2, scale, at_least=False)
    entries = [f"{one['entries']:,}" for one in found]
    rows = [
        Row(what=f"{entries[0]} entries", unit="a second", samples=_ours(small, "a_second")),
        Row(what=f"{entries[1]} entries", unit="a second", samples=_ours(large, "a_second"),
            target=at_least),
        Row(what="CPU an entry", unit="us", samples=_ours(large, "cpu_us_an_entry")),
        Row(what="memory of a helper, at most", unit="MiB", samples=_ours(large, "helper_mib")),
        Row(what=f"peak memory, {entries[0]}", unit="MiB", samples=_ours(small, "peak_mib")),
        Row(what=f"peak memory, {entries[1]}", unit="MiB", samples=_ours(large, "peak_mib"),
            ratio=f"{number(growth)} times", target=flat),
    ]  # fmt: skip
    text = (
        "A log of registrations, publications, uses, tokens and records, each signed by a real "
        "key, projected from nothing into SQLite: read, every signature verified, every table "
        "filled, the catalogue with its words. By the wall, with its helper processes. Memory is "
        "what a process holds of its own (RssAnon, sampled): the larger run's, the smaller's."
    )
    return _part("projection", "Projecting a log", text, rows)


def _projected(url: str, folder: Path, components: int) -> dict[str, Any]:
    # The log is made in a process of its own first: what making took is not in the peak.
    made = (
        f"from pathlib import Path; from benchmarks.node_projection import made_log; "
        f"made_log(Path({str(folder)!r}), {components})"
    )
    subprocess.run([sys.executable, "-c", made], check=True, cwd=ROOT)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.node_projection", "project", "--url", url,
         "--components", str(components), "--folder", str(folder)],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextmanager
def _side(name: str, url: str, folder: Path) -> Iterator[node_servers.Server]:
    place = folder / name
    place.mkdir()
    if name == OURS:
        with node_servers.served(node_servers.node(place, url), workers=OUR_WORKERS) as side:
            yield side
        return
    with node_servers.mlflow(url, place, workers=THEIR_WORKERS) as side:
        yield side


def _ours(found: Mapping[str, float], name: str) -> dict[str, list[float]]:
    return {OURS: [float(found[name])]}


def _row(what: str, unit: str, runs: Runs, of: Callable[[Asked], float]) -> Row:
    samples = {name: [of(run)] for name, run in runs.items()}
    return Row(what=what, unit=unit, samples=samples)


def _times(
    what: str, rates: Mapping[str, Sequence[float]], name: str, bound: float, scale: str
) -> Row:
    times = rates[OURS][0] / rates[MLFLOW][0]
    return Row(
        what=what, unit="a second", samples=rates, ratio=f"{number(times)} times {MLFLOW}",
        target=_target(name, f"at least {bound:g} times", times, bound, scale),
    )  # fmt: skip


def _under(what: str, runs: Runs, share: float, bound: float, name: str, scale: str) -> Row:
    target = _target(name, f"under {bound:g} ms", runs[OURS].at(share), bound, scale,
                     at_least=False)  # fmt: skip
    samples = {who: [run.at(share)] for who, run in runs.items()}
    return Row(what=what, unit="ms", samples=samples, target=target)


def _atleast(what: str, run: Asked, bound: float | None, name: str, scale: str) -> Row:
    target = None
    if bound is not None:
        target = _target(name, f"at least {bound:g}", run.a_second, bound, scale)
    return Row(what=what, unit="a second", samples={OURS: [run.a_second]}, target=target)


def _target(
    name: str, text: str, measured: float, bound: float, scale: str, *, at_least: bool = True
) -> Target | None:
    """Return a target; a quick run is too small to be judged."""
    if scale != "full":
        return None
    return Target(name=f"node-{name}", text=text, measured=measured, bound=bound, at_least=at_least)


def _part(name: str, title: str, text: str, rows: list[Row]) -> Part:
    versions = {"mlflow": _version()} if name in {"registry", "search"} else {}
    return Part(name=f"node-{name}", title=title, text=text, rows=rows, versions=versions)


def _version() -> str:
    asked = "from importlib.metadata import version; print(version('mlflow'))"
    done = subprocess.run(
        [python_of("mlflow"), "-c", asked], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


WORKS: Final[dict[str, Callable[[Path, str], Part]]] = {
    "registry": registry, "search": search, "pages": pages, "projection": projection,
}  # fmt: skip


def main() -> None:
    """Measure one part and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("part", choices=list(WORKS))
    parser.add_argument("--scale", choices=list(SECONDS), default="full")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            show(WORKS[asked.part](Path(folder), asked.scale), as_json=asked.json)
        except MissingError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
