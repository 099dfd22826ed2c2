"""Durable appends a second, side by side: Sunlit's log, pymerkle's SQLite store, plain SQLite.

All are on the same disk and sync each commit; rounds are interleaved, medians reported, of
elapsed and of processor time. Entries have 1,000 bytes. Sunlit's are envelopes that were put in
canonical form before (as `Envelope.to_bytes` gives them); `sunlit-checking` does it in the commit.

pymerkle 7 leaves SQLite as it comes: a rollback journal that is deleted at each commit, and
synchronous=FULL. It syncs three or four times a commit, and still not the directory that the
journal goes from: after a power cut SQLite may find it there again and roll the commit back.
`pymerkle-wal` has the journal mode and syncs that our lock store has (WAL, FULL, set on the
tree's own connection), so it is as durable as Sunlit. `pymerkle-root` also computes the root at
each commit, without which nobody can sign anything; pymerkle signs and publishes nothing.
It is GPL-3.0, a peer to measure against and no dependency: `pip install pymerkle`.

    python -m benchmarks.append [--rounds 5] [--directory .] [--json]
"""

import argparse
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import SqliteTree

from benchmarks.machine import fsync_ms
from sunlit.base.times import from_unix
from sunlit.log.admission import Prepared, prepare
from sunlit.log.note import NoteSigner
from sunlit.log.sequencer import Log

SIZES = {1: 300, 256: 60 * 256, 1024: 20 * 1024}  # entries per commit -> entries in all
Append = Callable[[list[Prepared]], object]
Samples = dict[int, dict[str, list[float]]]


class WallClock:
    """The real time: a benchmark may read it."""

    def now(self) -> datetime:
        """Return the present time."""
        return from_unix(int(time.time()))


def envelopes(count: int) -> list[bytes]:
    """Return envelopes whose entries have 1,000 bytes."""
    room = 1_000 - len('{"admitted":"2026-01-01T00:00:00Z","envelope":{"payload":""},"v":1}')
    return [b'{"payload":"%s"}' % os.urandom(room).hex()[:room].encode() for _ in range(count)]


@contextmanager
def sunlit(directory: Path) -> Iterator[Append]:
    """Append to a log of ours."""
    signer = NoteSigner.from_ed25519("log.example.org", Ed25519PrivateKey.generate())
    with Log.create(
        directory / "log",
        lock=directory / "lock.db",
        origin="log.example.org",
        signer=signer,
        clock=WallClock(),
    ) as log:
        yield log.append


@contextmanager
def sunlit_checking(directory: Path) -> Iterator[Append]:
    """Append to a log of ours what was neither checked nor put in canonical form before."""
    with sunlit(directory) as append:
        yield lambda batch: append([prepare(found.canonical) for found in batch])


@contextmanager
def pymerkle(directory: Path, *, wal: bool = False, root: bool = False) -> Iterator[Append]:
    """Append to pymerkle's SQLite store."""
    with SqliteTree(str(directory / "tree.db"), algorithm="sha256") as tree:
        if wal:
            tree.con.execute("PRAGMA journal_mode = WAL").fetchone()
            tree.con.execute("PRAGMA synchronous = FULL")

        def append(batch: list[Prepared]) -> None:
            if len(batch) == 1:
                tree.append_entry(batch[0].canonical)
            else:
                tree.append_entries([found.canonical for found in batch], chunksize=len(batch))
            if root:
                tree.get_root()

        yield append


@contextmanager
def plain(directory: Path) -> Iterator[Append]:
    """Insert into a SQLite table, without any tree: what a commit costs at least."""
    database = sqlite3.connect(directory / "plain.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, data BLOB)")

    def append(batch: list[Prepared]) -> None:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(
            "INSERT INTO entry (data) VALUES (?)", [(found.canonical,) for found in batch]
        )
        database.execute("COMMIT")

    yield append
    database.close()


PEERS: dict[str, Callable[[Path], AbstractContextManager[Append]]] = {
    "sunlit": sunlit,
    "pymerkle": pymerkle,
    "pymerkle-wal": partial(pymerkle, wal=True),
    "pymerkle-root": partial(pymerkle, wal=True, root=True),
    "sqlite": plain,
    "sunlit-checking": sunlit_checking,
}


def rate(name: str, batch: int, entries: list[Prepared], where: Path) -> tuple[float, float]:
    """Return entries a second of elapsed and of processor time.

    Closing is included, and so is syncing everything.
    """
    with tempfile.TemporaryDirectory(dir=where) as directory:
        with PEERS[name](Path(directory)) as append:
            start, busy = time.perf_counter(), time.process_time()
            for at in range(0, len(entries), batch):
                append(entries[at : at + batch])
        elapsed, cpu = time.perf_counter() - start, time.process_time() - busy
        return len(entries) / elapsed, len(entries) / cpu


def measure(rounds: int, where: Path) -> dict[str, object]:
    """Run interleaved rounds and return medians and ratios."""
    raw = envelopes(max(SIZES.values()))
    start = time.perf_counter()
    prepared = [prepare(found) for found in raw]
    canonical_us = (time.perf_counter() - start) / len(raw) * 1e6
    found: Samples = {batch: {name: [] for name in PEERS} for batch in SIZES}
    cpu: Samples = {batch: {name: [] for name in PEERS} for batch in SIZES}
    names = list(PEERS)
    for number in range(rounds):
        for batch, total in SIZES.items():
            for name in names[number % len(names) :] + names[: number % len(names)]:
                elapsed, busy = rate(name, batch, prepared[:total], where)
                found[batch][name].append(elapsed)
                cpu[batch][name].append(busy)
    return {
        "at": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs,"
        f" Python {platform.python_version()}",
        "fsync_ms": round(fsync_ms(where), 2),
        "canonical_form_us": round(canonical_us, 1),
        "rounds": rounds,
        "appends_per_second": {
            str(batch): {
                **{name: round(statistics.median(times)) for name, times in peers.items()},
                "ratios": {
                    name: {"elapsed": _ratio(peers, name), "cpu": _ratio(cpu[batch], name)}
                    for name in PEERS
                },
            }
            for batch, peers in found.items()
        },
        "samples": {str(batch): peers for batch, peers in found.items()},  # one a round
    }


def _ratio(peers: dict[str, list[float]], other: str) -> float:
    """Return the median of the rounds' ratios: what a busy machine disturbs least."""
    pairs = zip(peers["sunlit"], peers[other], strict=True)
    return round(statistics.median(ours / theirs for ours, theirs in pairs), 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", type=Path, default=Path())
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.rounds, options.directory)
    if options.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    print(f"{result['at']} {result['machine']}, fsync {result['fsync_ms']} ms")
    print(f"canonical form of a 1,000 byte envelope: {result['canonical_form_us']} us")
    print("per commit |        against |   its /s | sunlit / it: elapsed |  cpu")
    rows = result["appends_per_second"]
    for batch, row in rows.items() if isinstance(rows, dict) else ():
        for name, ratio in row["ratios"].items():
            print(
                f"{batch:>10} | {name:>14} | {row[name]:>8,} |"
                f" {ratio['elapsed']:>20.2f} | {ratio['cpu']:>4.2f}"
            )


if __name__ == "__main__":
    main()
