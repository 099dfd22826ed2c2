"""Reads a log from static files, believing only what leads to the checkpoint's root."""

from collections.abc import Iterator
from copy import copy
from typing import Final, Protocol, Self

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.log import merkle
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.merkle import HASH_SIZE, check_range, leaf_hash
from sunlit.log.note import NoteVerifier
from sunlit.log.proof import TlogProof
from sunlit.log.tiles import (
    MAX_ENTRY,
    TILE_HEIGHT,
    TILE_WIDTH,
    Tile,
    TileReader,
    decode_bundle,
    entries_path,
    width_of,
)

CHECKPOINT_PATH: Final = "checkpoint"


class Files(Protocol):
    """Static files under a log's prefix: a directory, or any HTTP server."""

    def get(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is none.

        It bounds what it reads (no file of a log is over 16,777,984 bytes) and raises
        `UnavailableError` when it cannot find out.
        """
        ...


class LogReader:
    """A log at one checkpoint. Every tile and entry is checked against the root as it is read."""

    def __init__(self, files: Files, checkpoint: Checkpoint, *, note: bytes | None = None) -> None:
        """Read the right edge of the tree and check that it gives the checkpoint's root.

        `checkpoint` is verified already; `note` is its signed form, which receipts carry.

        Raises:
            MalformedError: `log.tile-size`.
            VerificationError: `log.edge-root`.
            UnavailableError: `log.tile-missing`.
        """
        self.checkpoint = checkpoint
        self._files = files
        self._note = note
        self._bundle: tuple[int, list[bytes]] | None = None
        size = self._held = checkpoint.size  # entries whose tiles are read
        # The partial tiles together hold the roots of the tree's complete subtrees (RFC 6962:
        # those at the binary digits of the size), so the root authenticates each of their
        # hashes, and these authenticate the full tiles below. They stay in memory: a tile
        # that is fetched twice could differ.
        self._edge = {tile: self._fetch_tile(tile) for tile in _edge_tiles(size)}
        self._tiles = TileReader(size, self._load_tile, check=self._check_tile)
        found = merkle.root(size, self._tiles)
        if found != checkpoint.root:
            raise VerificationError(
                "log.edge-root",
                "the log's tiles do not lead to the root of its checkpoint",
                expected=checkpoint.root.hex(),
                got=found.hex(),
                mend="fetch the log again; if it fails too, keep the checkpoint as evidence",
            )

    @classmethod
    def open(cls, files: Files, log_key: NoteVerifier) -> Self:
        """Verify the log's newest checkpoint by its key and read the log at it.

        Raises:
            MalformedError, VerificationError: as `open_checkpoint` and the constructor.
            UnavailableError: `log.checkpoint-missing`, `log.tile-missing`.
        """
        note = files.get(CHECKPOINT_PATH)
        if note is None:
            raise UnavailableError(
                "log.checkpoint-missing",
                "there is no checkpoint",
                mend="check the log's directory or URL",
            )
        return cls(files, open_checkpoint(note, log_key), note=note)

    @property
    def note(self) -> bytes:
        """The signed form of the checkpoint, as it was found; empty where there is none."""
        return self._note or b""

    @property
    def size(self) -> int:
        """How many entries the log has at this checkpoint."""
        return self.checkpoint.size

    def root(self, size: int) -> bytes:
        """Return the root that the log had at an earlier size.

        Raises:
            SunlitError: `proof.out-of-range`, or as reading a tile raises.
        """
        check_range(size, 0, self.size, "the tree size")
        return merkle.root(size, self._tiles)

    def at(self, size: int) -> Self:
        """Return the log as it was at an earlier size; it has no signed form.

        Raises:
            SunlitError: as `root`.
        """
        earlier = copy(self)
        found = Checkpoint(self.checkpoint.origin, size, self.root(size))
        vars(earlier).update(checkpoint=found, _note=None)  # the tiles are the same
        return earlier

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the audit path of an entry, at this checkpoint or an earlier size.

        Raises:
            SunlitError: `proof.out-of-range`, or as reading a tile raises.
        """
        end = self.size if size is None else size
        check_range(end, 0, self.size, "the tree size")
        return merkle.inclusion(index, end, self._tiles)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Return the proof that the log at `old` begins the log at `new` (this checkpoint).

        Raises:
            SunlitError: `proof.out-of-range`, or as reading a tile raises.
        """
        end = self.size if new is None else new
        check_range(end, 0, self.size, "the new tree size")
        return merkle.consistency(old, end, self._tiles)

    def receipt(self, index: int) -> TlogProof:
        """Return the receipt of an entry under this checkpoint's signed form.

        Raises:
            SunlitError: `proof.form` where there is no signed form; else as `inclusion`.
        """
        if self._note is None:
            raise MalformedError("proof.form", "a receipt needs the signed checkpoint")
        return TlogProof(index, tuple(self.inclusion(index)), self._note)

    def expect_growth_from(self, old: Checkpoint) -> None:
        """Check that this log only grew since an earlier, verified checkpoint.

        Raises:
            VerificationError: `log.other-origin`, `log.rolled-back`, `proof.consistency`.
            SunlitError: as reading a tile raises.
        """
        new = self.checkpoint
        if old.origin != new.origin:
            raise VerificationError(
                "log.other-origin", "these are two logs", expected=old.origin, got=new.origin
            )
        if new.size < old.size:
            raise VerificationError(
                "log.rolled-back",
                "the log is smaller than it was",
                expected=f"at least {old.size} entries",
                got=str(new.size),
                mend="keep both checkpoints and tell the log's witnesses",
            )
        proof = self.consistency(old.size)
        merkle.verify_consistency(old.size, new.size, proof, old.root, new.root)

    def entry(self, index: int) -> bytes:
        """Return one entry.

        Raises:
            SunlitError: as `entries`.
        """
        return next(self.entries(index, index + 1))

    def entries(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the entries from `start` up to `end` (not included), each one checked.

        Raises:
            MalformedError: `proof.out-of-range`, `log.bundle-width`, `log.bundle-truncated`,
                `log.tile-size`.
            VerificationError: `log.entry-hash`, `log.tile-hash`.
            UnavailableError: `log.entries-missing`, `log.tile-missing`.
        """
        stop = self.size if end is None else end
        check_range(stop, 0, self.size, "the end of the range")
        check_range(start, 0, stop, "the start of the range")
        return self._entries(start, stop)

    def _entries(self, start: int, stop: int) -> Iterator[bytes]:
        while start < stop:
            number, first = divmod(start, TILE_WIDTH)
            bundle = self._checked_bundle(number)[first : first + stop - start]
            yield from bundle
            start += len(bundle)

    def _checked_bundle(self, number: int) -> list[bytes]:
        if self._bundle is not None and self._bundle[0] == number:
            return self._bundle[1]
        width = width_of(0, number, self._held)
        found = self._fetch_bundle(number, width)
        for at, entry in enumerate(found, number * TILE_WIDTH):
            if leaf_hash(entry) != self._tiles.read(0, at):
                raise VerificationError(
                    "log.entry-hash",
                    f"entry {at} is not the one that the checkpoint stands for",
                    mend="fetch it again, or from a mirror; the log's copy may be damaged",
                )
        self._bundle = (number, found)
        return found

    def _fetch_bundle(self, number: int, width: int) -> list[bytes]:
        data = self._partial_or_full(entries_path(number, width), entries_path(number))
        if data is None:
            raise UnavailableError(
                "log.entries-missing", f"the bundle of entries {entries_path(number)} is missing"
            )
        if len(data) > TILE_WIDTH * (2 + MAX_ENTRY):
            raise MalformedError("log.bundle-width", "an entry bundle is too large")
        entries = decode_bundle(data)
        if len(entries) not in {width, TILE_WIDTH}:
            raise MalformedError(
                "log.bundle-width",
                "an entry bundle has a wrong number of entries",
                expected=str(width),
                got=str(len(entries)),
            )
        return entries[:width]

    def _load_tile(self, tile: Tile) -> bytes:
        found = self._edge.get(tile)
        return self._fetch_tile(tile) if found is None else found

    def _check_tile(self, tile: Tile, rows: list[bytes]) -> None:
        """Check a full tile by its parent, which is checked by its own; see `__init__`."""
        if tile in self._edge:
            return
        parent = self._tiles.read(TILE_HEIGHT * (tile.level + 1), tile.index)
        if rows[TILE_HEIGHT] != parent:
            raise VerificationError(
                "log.tile-hash",
                f"the tile {tile.path} is not the one that the checkpoint stands for",
                mend="fetch it again, or from a mirror; the log's copy may be damaged",
            )

    def _fetch_tile(self, tile: Tile) -> bytes:
        data = self._partial_or_full(tile.path, tile.full.path)
        if data is None:
            raise UnavailableError("log.tile-missing", f"the tile {tile.path} is missing")
        wanted = tile.width * HASH_SIZE
        if len(data) not in {wanted, TILE_WIDTH * HASH_SIZE}:
            raise MalformedError(
                "log.tile-size",
                f"the tile {tile.path} has a wrong size",
                expected=f"{wanted} bytes",
                got=f"{len(data)} bytes",
            )
        return data[:wanted]

    def _partial_or_full(self, path: str, full: str) -> bytes | None:
        # tlog-tiles: a log MAY delete a partial tile once the full one is there.
        found = self._files.get(path)
        return self._files.get(full) if found is None and full != path else found


def _edge_tiles(size: int) -> Iterator[Tile]:
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        if width := hashes % TILE_WIDTH:
            yield Tile(level, hashes // TILE_WIDTH, width)
        level += 1
