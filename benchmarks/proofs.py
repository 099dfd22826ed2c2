"""Proofs a second, side by side: Sunlit's reader over tiles, and pymerkle over SQLite.

20,000 entries; inclusion and consistency proofs at random places, interleaved rounds. Ours are
made from files as a stranger would: the tiles are checked against the checkpoint as they are
read, and kept. pymerkle (GPL-3.0) is no dependency: `pip install pymerkle`.

    python -m benchmarks.proofs [--rounds 5] [--json]
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import SqliteTree

from benchmarks.append import WallClock, envelopes
from sunlit.log.files import DirectoryFiles
from sunlit.log.note import NoteSigner
from sunlit.log.reader import LogReader
from sunlit.log.sequencer import Log

SIZE = 20_000
EACH = 400


def cpu_us(act: Callable[[int], object], places: list[int]) -> float:
    """Return the CPU time of one act, in microseconds."""
    start = time.process_time()
    for place in places:
        act(place)
    return (time.process_time() - start) / len(places) * 1e6


def measure(rounds: int) -> dict[str, object]:
    """Build both trees, then measure in interleaved rounds."""
    chance = random.Random(1)  # noqa: S311 - the same places each time
    signer = NoteSigner.from_ed25519("log.example.org", Ed25519PrivateKey.generate())
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(dir=".") as name:
        where = Path(name)
        with Log.create(
            where / "log",
            lock=where / "lock.db",
            origin="log.example.org",
            signer=signer,
            clock=WallClock(),
        ) as log:
            entries = envelopes(SIZE)
            for at in range(0, SIZE, 1_000):
                log.append(entries[at : at + 1_000])
        tree = SqliteTree(str(where / "tree.db"), algorithm="sha256")
        tree.append_entries(entries)
        files = DirectoryFiles(where / "log")
        for _ in range(rounds):
            places = [chance.randrange(1, SIZE) for _ in range(EACH)]
            reader = LogReader.open(files, signer.verifier)  # cold: it reads what it needs
            acts: dict[str, Callable[[int], object]] = {
                "sunlit inclusion, tiles unread": reader.inclusion,
                "sunlit inclusion": reader.inclusion,
                "pymerkle inclusion": lambda at: tree.prove_inclusion(at, SIZE),
                "sunlit consistency": reader.consistency,
                "pymerkle consistency": lambda at: tree.prove_consistency(at, SIZE),
            }
            for what, act in acts.items():
                found.setdefault(what, []).append(cpu_us(act, places))
        tree.close()
    cpu = {what: round(statistics.median(times), 1) for what, times in found.items()}
    return {
        "size": SIZE,
        "rounds": rounds,
        "cpu_us": cpu,
        "times_faster": {
            kind: round(cpu[f"pymerkle {kind}"] / cpu[f"sunlit {kind}"], 1)
            for kind in ("inclusion", "consistency")
        },
        "samples": found,  # one a round
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.rounds)
    if options.json:
        json.dump(result, sys.stdout, indent=2)
        print()
        return
    print(f"{SIZE:,} entries, CPU microseconds a proof, medians of {options.rounds} rounds")
    for part in ("cpu_us", "times_faster"):
        for what, value in dict(result[part]).items():  # type: ignore[call-overload]
            print(f"{part:>12} {what:30} {value:>8}")


if __name__ == "__main__":
    main()
