"""Durable appends a second, side by side: Sunlit's log, pymerkle's SQLite store, plain SQLite.

All three are on the same disk and sync each commit; rounds are interleaved, medians reported.
Entries have 1,000 bytes. Sunlit's are envelopes that were put in canonical form before (as
`Envelope.to_bytes` gives them); the time for that is given apart. pymerkle (GPL-3.0) is a
peer to measure against and no dependency: `pip install pymerkle`.

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
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import SqliteTree

from sunlit.base.times import from_unix
from sunlit.log.admission import Prepared, prepare
from sunlit.log.note import NoteSigner
from sunlit.log.sequencer import Log

SIZES = {1: 300, 256: 60 * 256, 1024: 20 * 1024}  # entries per commit -> entries in all
Append = Callable[[list[Prepared]], object]


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
def pymerkle(directory: Path) -> Iterator[Append]:
    """Append to pymerkle's SQLite store."""
    with SqliteTree(str(directory / "tree.db"), algorithm="sha256") as tree:

        def append(batch: list[Prepared]) -> None:
            if len(batch) == 1:
                tree.append_entry(batch[0].canonical)
            else:
                tree.append_entries([found.canonical for found in batch], chunksize=len(batch))

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


PEERS = {"sunlit": sunlit, "pymerkle": pymerkle, "sqlite": plain}


def rate(name: str, batch: int, entries: list[Prepared], where: Path) -> float:
    """Return entries a second, closing (and so syncing everything) included."""
    with tempfile.TemporaryDirectory(dir=where) as directory:
        with PEERS[name](Path(directory)) as append:
            start = time.perf_counter()
            for at in range(0, len(entries), batch):
                append(entries[at : at + batch])
        return len(entries) / (time.perf_counter() - start)


def fsync_ms(where: Path) -> float:
    """Return the median time of one small durable write here, in milliseconds."""
    times: list[float] = []
    with tempfile.TemporaryFile(dir=where, buffering=0) as file:
        for _ in range(50):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def measure(rounds: int, where: Path) -> dict[str, object]:
    """Run interleaved rounds and return medians and ratios."""
    raw = envelopes(max(SIZES.values()))
    start = time.perf_counter()
    prepared = [prepare(found) for found in raw]
    canonical_us = (time.perf_counter() - start) / len(raw) * 1e6
    found: dict[int, dict[str, list[float]]] = {
        batch: {name: [] for name in PEERS} for batch in SIZES
    }
    for number in range(rounds):
        for batch, total in SIZES.items():
            for name in sorted(PEERS, key=lambda peer: (hash(peer) + number) % 7):
                found[batch][name].append(rate(name, batch, prepared[:total], where))
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
                "ratio_to_pymerkle": _ratio(peers, "pymerkle"),
                "ratio_to_sqlite": _ratio(peers, "sqlite"),
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
    print("per commit | sunlit/s | pymerkle/s | ratio | plain SQLite/s | ratio")
    rows = result["appends_per_second"]
    for batch, row in rows.items() if isinstance(rows, dict) else ():
        print(
            f"{batch:>10} | {row['sunlit']:>8,} | {row['pymerkle']:>10,} |"
            f" {row['ratio_to_pymerkle']:>5} | {row['sqlite']:>14,} | {row['ratio_to_sqlite']:>5}"
        )


if __name__ == "__main__":
    main()
