"""Makes spec/vectors/log: run `python -m tests.log.pure.make_vectors` from the repository."""

import json
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

from sunlit.log.cosignature import cosign
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.log.note import NoteSignature
from sunlit.log.tiles import tiles_between
from tests.log.pure.making import AT, MemoryLog, MlDsaWitness, log_of, signer, witness

VECTORS = Path(__file__).parents[3] / "spec" / "vectors" / "log"
ML_DSA_LINE = "ml-dsa-44.cosignature"
WITNESS = witness("witness.sunlit.example/one", 11)
PQ = MlDsaWitness("witness.sunlit.example/pq", 13)
TILE_SIZES = (0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000)
PROOF_SIZES = (1, 2, 3, 5, 8, 255, 256, 257)


def example_entries() -> list[bytes]:
    """Return five entries, a minute apart, whose envelopes are opaque examples."""
    found = []
    for number in range(5):
        payload = b64encode(json.dumps({"example": number}).encode()).decode()
        envelope = {"payload": payload, "payloadType": "text/plain", "signatures": []}
        found.append(Entry.of(AT + timedelta(minutes=number), envelope).to_bytes())
    return found


def example_log() -> MemoryLog:
    """Return the log of the example entries."""
    log = MemoryLog()
    log.append(example_entries())
    return log


def vectors(ml_dsa: NoteSignature) -> dict[str, bytes]:
    """Return every vector file but the ML-DSA line, whose making is random, by path."""
    log = example_log()
    files = {f"log/{path}": data for path, data in log.files.items() if is_current(path)}
    v1 = cosign(log.head.to_text(), WITNESS, AT + timedelta(hours=1))
    note = log.publish(v1, ml_dsa)
    files["cosigned-checkpoint"] = note.to_bytes()
    receipt = log.reader().receipt(3)
    files["entry-3.json"] = log.entries[3]
    files["entry-3.tlog-proof"] = receipt.to_bytes()
    files["policy.txt"] = policy_text().encode()
    files["keys.json"] = _json(keys())
    files["proofs.json"] = _json(proofs())
    files["tiles.json"] = _json(tiles())
    return files


def is_current(path: str) -> bool:
    """Say whether a file belongs to the log at its newest size."""
    return path == "checkpoint" or path.endswith(".p/5")


def policy_text() -> str:
    """Return a policy that asks for both witnesses."""
    return (
        "# The example log, and both kinds of witness.\n"
        f"log {signer().verifier.vkey}\n"
        f"witness one {WITNESS.verifier.vkey}\n"
        f"witness pq {PQ.verifier.vkey}\n"
        "group both all one pq\n"
        "quorum both\n"
    )


def keys() -> dict[str, object]:
    """Return the keys, with their seeds: they are public and sign nothing else."""
    return {
        "log": {"vkey": signer().verifier.vkey, "ed25519_seed": "01" * 32},
        "one": {"vkey": WITNESS.verifier.vkey, "ed25519_seed": "0b" * 32},
        "pq": {"vkey": PQ.verifier.vkey, "ml_dsa_44_seed": "0d" * 32},
    }


def proofs() -> dict[str, object]:
    """Return roots, inclusion and consistency proofs of trees over `entry <n>`."""
    log = log_of(max(PROOF_SIZES))
    reader = log.reader()
    found: list[object] = []
    for size in PROOF_SIZES:
        inclusions = [
            {
                "index": index,
                "leaf_hash": leaf_hash(log.entries[index]).hex(),
                "proof": [each.hex() for each in reader.inclusion(index, size)],
            }
            for index in sorted({0, size // 2, size - 1})
        ]
        growth = [
            {"old": old, "proof": [each.hex() for each in reader.consistency(old, size)]}
            for old in PROOF_SIZES
            if old <= size
        ]
        root = reader.root(size).hex()
        found.append({"size": size, "root": root, "inclusion": inclusions, "consistency": growth})
    return {"leaves": "the ASCII texts 'entry 0', 'entry 1', ...", "trees": found}


def tiles() -> dict[str, object]:
    """Return which tiles exist at each size: how many full ones, and the partial ones."""
    found: dict[str, object] = {}
    for size in TILE_SIZES:
        all_tiles = list(tiles_between(0, size))
        found[str(size)] = {
            "full": sum(tile.width == 256 for tile in all_tiles),
            "partial": [tile.path for tile in all_tiles if tile.width < 256],
        }
    return found


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def ml_dsa_line() -> NoteSignature:
    """Return the ML-DSA cosignature line that stands in the vectors."""
    return NoteSignature.parse((VECTORS / ML_DSA_LINE).read_text("utf-8").removesuffix("\n"))


def main() -> None:
    """Write the vectors; the ML-DSA line only if there is none."""
    VECTORS.mkdir(parents=True, exist_ok=True)
    if not (VECTORS / ML_DSA_LINE).exists():
        line = PQ.cosign(example_log().head.to_text(), int(AT.timestamp()) + 7200)
        (VECTORS / ML_DSA_LINE).write_bytes(line.to_line())
    for path, data in vectors(ml_dsa_line()).items():
        target = VECTORS / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


if __name__ == "__main__":
    main()
