"""Hashing a folder of 2 GB, side by side: Sunlit's manifest, hashlib alone, model-signing.

Eight large files of random bytes and a small one, in the page cache; every contender runs in a
process of its own and times its work without its imports. Rounds are interleaved and begin with
another contender each time. model-signing (Apache-2.0) is a peer to measure against and no
dependency: `pip install 'sunlit[bench]'`.

    python -m benchmarks.hashing [--gigabytes 2.147] [--rounds 5] [--directory DIR] [--json]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from benchmarks.contenders import CONTENDERS
from benchmarks.parts import OURS, Part, Row, Target, ratio, rotated
from benchmarks.render import show
from sunlit.statement.oms_keys import ModelPrivateKey
from sunlit.statement.oms_verify import sign_folder

LARGE_FILES: Final = 8
BLOCK: Final = 8 * 2**20  # bytes of randomness at a time
SETTLES: Final = 2.1  # seconds after which the cache takes a file's state for settled
BOUND: Final = 0.95
Samples = dict[str, dict[str, list[float]]]  # "wall" | "cpu" -> contender -> GB a second


def make_folder(folder: Path, aside: Path, size: int) -> int:
    """Write the files, a key and a signature; return how many bytes there are."""
    folder.mkdir()
    aside.mkdir()
    each = size // LARGE_FILES
    for number in range(LARGE_FILES):
        with (folder / f"weights-{number}.bin").open("wb") as file:
            for done in range(0, each, BLOCK):
                file.write(os.urandom(min(BLOCK, each - done)))
    config = b'{"architecture": "none; these are random bytes"}\n'
    (folder / "config.json").write_bytes(config)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (aside / "key.pub.pem").write_bytes(public)
    bundle = sign_folder(folder, ModelPrivateKey.from_pem(pem))
    (aside / "model.sig").write_bytes(bundle.to_bytes())
    return each * LARGE_FILES + len(config)


def run_one(name: str, folder: Path, aside: Path) -> dict[str, Any]:
    """Run one contender in a new process; return what it printed."""
    command = [sys.executable, "-m", "benchmarks.contenders", name, str(folder), str(aside)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def sample(size: int, rounds: int, where: Path | None) -> Samples:
    """Run interleaved rounds over one folder and return all rates, in GB a second."""
    rates: Samples = {clock: {name: [] for name in CONTENDERS} for clock in ("wall", "cpu")}
    with tempfile.TemporaryDirectory(dir=where) as name:
        folder, aside = Path(name, "model"), Path(name, "aside")
        count = make_folder(folder, aside, size)
        time.sleep(SETTLES)
        digests = run_one("hashlib", folder, aside)["digests"]
        run_one("sunlit cached", folder, aside)  # fills the cache
        for number in range(rounds):
            for contender in rotated(list(CONTENDERS), number):
                result = run_one(contender, folder, aside)
                if result["digests"] not in (None, digests):
                    raise SystemExit(f"{contender} found other digests than hashlib")
                for clock, found in rates.items():
                    found[contender].append(count / result[clock] / 1e9)
    return rates


def rows(rates: Samples) -> list[Row]:
    """Return the table: hashing and verifying, by the wall and by CPU, and the second time."""
    return [*_hashing(rates), *_verifying(rates), _second(rates)]


CLOCKS: Final = {"wall": "by the wall", "cpu": "by CPU time"}


def _hashing(rates: Samples) -> list[Row]:
    found = []
    for clock, words in CLOCKS.items():
        rate = rates[clock]
        measured = ratio(rate["sunlit"], rate["hashlib"])
        other = ratio(rate["sunlit"], rate["model-signing"])
        found.append(
            Row(
                what=f"hash every file, {words}",
                unit="GB/s",
                samples={
                    OURS: rate["sunlit"],
                    "hashlib": rate["hashlib"],
                    "model-signing": rate["model-signing"],
                },
                ratio=f"{measured:.2f} of hashlib's rate, {other:.2f} of model-signing's",
                target=Target(
                    name=f"hashing-{clock}",
                    text=f"at least {BOUND} of hashlib's rate",
                    measured=measured,
                    bound=BOUND,
                    at_least=True,
                ),
            )
        )
    return found


def _verifying(rates: Samples) -> list[Row]:
    return [
        Row(
            what=f"verify the model's signature, {words}",
            unit="GB/s",
            samples={
                OURS: rates[clock]["sunlit verify"],
                "model-signing": rates[clock]["model-signing verify"],
            },
            ratio=f"{_verify_ratio(rates[clock]):.2f} of model-signing's rate",
        )
        for clock, words in CLOCKS.items()
    ]


def _verify_ratio(rate: dict[str, list[float]]) -> float:
    return ratio(rate["sunlit verify"], rate["model-signing verify"])


def _second(rates: Samples) -> Row:
    rate = rates["wall"]
    faster = ratio(rate["sunlit cached"], rate["sunlit"])
    return Row(
        what="the second time, nothing changed, by the wall",
        unit="GB/s",
        samples={OURS: rate["sunlit cached"]},
        ratio=f"{faster:,.0f} times as fast as hashing again",
    )


def measure(gigabytes: float, rounds: int, where: Path | None) -> Part:
    """Make the folder, run the rounds, remove it."""
    size = round(gigabytes * 1e9)
    return Part(
        name="hashing",
        title=f"Hashing a folder of {gigabytes:.3g} GB",
        text=(
            f"{LARGE_FILES} files of random bytes and a small one, in the page cache; "
            f"{rounds} interleaved rounds; every contender in a process of its own, imports not "
            "counted. hashlib is `hashlib.file_digest` over the same files, one after the other, "
            "and nothing else; Sunlit (up to 4 threads) and model-signing (more) hash large files "
            "side by side: by CPU time is what a byte costs, by the wall what free cores give. "
            "The second time rests on the files' size, times and inode, as "
            "`sunlit assure` without `--no-cache` does."
        ),
        rows=rows(sample(size, rounds, where)),
        versions={"model-signing": version("model-signing")},
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--gigabytes", type=float, default=2.147)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", type=Path, help="where the folder is made and removed")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    show(measure(asked.gigabytes, asked.rounds, asked.directory), as_json=asked.json)


if __name__ == "__main__":
    main()
