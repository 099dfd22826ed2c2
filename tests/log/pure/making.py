"""Keys and logs for tests: made from seeds, in memory, with the pure functions alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.cosignature import subtree_message
from sunlit.log.merkle import Frontier, leaf_hash
from sunlit.log.note import (
    COSIGNATURE_V1,
    ED25519,
    ML_DSA_44,
    Note,
    NoteSignature,
    NoteSigner,
    NoteVerifier,
)
from sunlit.log.reader import LogReader
from sunlit.log.tiles import TILE_WIDTH, encode_bundle, entries_path, tiles_between

ORIGIN = "log.sunlit.example/spine"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def signer(name: str = ORIGIN, seed: int = 1, kind: int = ED25519) -> NoteSigner:
    """Return an Ed25519 signer from a seed byte."""
    return NoteSigner.from_ed25519(
        name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)), kind
    )


def witness(name: str, seed: int) -> NoteSigner:
    """Return an Ed25519 cosigner from a seed byte."""
    return signer(name, seed, COSIGNATURE_V1)


@dataclass(frozen=True)
class MlDsaWitness:
    """An ML-DSA-44 cosigner; the product only verifies these."""

    name: str
    seed: int

    @property
    def _key(self) -> MLDSA44PrivateKey:
        return MLDSA44PrivateKey.from_seed_bytes(bytes([self.seed] * 32))

    @property
    def verifier(self) -> NoteVerifier:
        """The cosigner's public key."""
        return NoteVerifier(self.name, ML_DSA_44, self._key.public_key().public_bytes_raw())

    def cosign(self, text: bytes, seconds: int) -> NoteSignature:
        """Cosign a checkpoint's text at a Unix time."""
        message = subtree_message(self.name, seconds, Checkpoint.parse(text))
        payload = seconds.to_bytes(8, "big") + self._key.sign(message)
        return NoteSignature(self.name, self.verifier.key_id, payload)


@dataclass
class MemoryFiles:
    """Static files in memory, which remember what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get(self, path: str) -> bytes | None:
        """Return a file's bytes, or None."""
        self.asked.append(path)
        return self.files.get(path)


class MemoryLog:
    """The simplest writer of a log: everything in memory, nothing durable."""

    def __init__(self, key: NoteSigner | None = None) -> None:
        self.key = key or signer()
        self.static = MemoryFiles()
        self.entries: list[bytes] = []
        self._edge = Frontier()
        self._levels: list[list[bytes]] = [[]]  # hashes at tree levels 0, 8, 16, ...
        self.publish()

    @property
    def files(self) -> dict[str, bytes]:
        """The log's files by path."""
        return self.static.files

    @property
    def head(self) -> Checkpoint:
        """What the log's checkpoint says."""
        return Checkpoint(self.key.verifier.name, len(self.entries), self._edge.root())

    def append(self, entries: Iterable[bytes]) -> None:
        """Add entries in one commit, as far as its published checkpoint."""
        old = len(self.entries)
        for entry in entries:
            self.entries.append(entry)
            self._keep(self._edge.append(leaf_hash(entry)))
        for tile in tiles_between(old, len(self.entries)):
            start = tile.index * TILE_WIDTH
            hashes = self._levels[tile.level][start : start + tile.width]
            self.files[tile.path] = b"".join(hashes)
            if tile.level == 0:
                bundle = encode_bundle(self.entries[start : start + tile.width])
                self.files[entries_path(tile.index, tile.width)] = bundle
        self.publish()

    def _keep(self, completed: Sequence[tuple[int, int, bytes]]) -> None:
        for level, index, found in completed:
            if level % 8 == 0:
                if level // 8 == len(self._levels):
                    self._levels.append([])
                assert len(self._levels[level // 8]) == index
                self._levels[level // 8].append(found)

    def publish(self, *more: NoteSignature) -> Note:
        """Publish the checkpoint, with cosignatures if any."""
        note = sign_checkpoint(self.head, self.key).with_signatures(more)
        self.files["checkpoint"] = note.to_bytes()
        return note

    def reader(self) -> LogReader:
        """Open the log as a stranger who has its key."""
        return LogReader.open(self.static, self.key.verifier)


def numbered(count: int, start: int = 0) -> list[bytes]:
    """Return short, distinct entries."""
    return [b"entry %d" % number for number in range(start, start + count)]


def log_of(size: int) -> MemoryLog:
    """Return a log of `size` numbered entries, committed at once."""
    log = MemoryLog()
    log.append(numbered(size))
    return log
