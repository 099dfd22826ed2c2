"""The right edge of a log: what its next entries need, and the files that they make.

Pure: bytes in, files out. The same function serves an append and its replay after a crash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.log.merkle import EMPTY_ROOT, HASH_SIZE
from sunlit.log.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    encode_bundle,
    entries_path,
    tile_path,
)

TILE_BYTES: Final = TILE_WIDTH * HASH_SIZE

# RFC 6962, section 2.1. Copying a state that has the prefix spares copying the data behind it.
_LEAF: Final = sha256(b"\x00")
_NODE: Final = sha256(b"\x01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a batch makes of the tree.

    `framed` holds its entries, which end at `ends`; `files` are (path, bytes) to write; `tiles`
    the hash tiles by (level, index) on the paths of its entries, as they are at `size`;
    `outgrown` the paths of full files that had partial ones before.
    """

    old_size: int
    size: int
    root: bytes
    framed: bytes
    ends: Sequence[int]
    files: tuple[tuple[str, bytes], ...]
    tiles: Mapping[tuple[int, int], bytes]
    outgrown: tuple[str, ...]

    def entry(self, index: int) -> bytes:
        """Return the entry at an index of the log that is in the batch."""
        at = index - self.old_size
        return self.framed[(self.ends[at - 1] if at else 0) + 2 : self.ends[at]]


def frame(entries: Sequence[bytes]) -> bytes:
    """Return the entries framed as tlog-tiles bundles are, without a bundle's limit of 256."""
    chunks = range(0, len(entries), TILE_WIDTH)
    return b"".join(encode_bundle(entries[at : at + TILE_WIDTH]) for at in chunks)


def frame_ends(framed: bytes) -> list[int]:
    """Return where each framed entry ends.

    Raises:
        MalformedError: `log.bundle-truncated`.
    """
    ends: list[int] = []
    at, end = 0, len(framed)
    while at + 1 < end:
        at += 2 + (framed[at] << 8) + framed[at + 1]  # half the time of int.from_bytes
        ends.append(at)
    if at != end:
        raise MalformedError("log.bundle-truncated", "an entry bundle ends inside an entry")
    return ends


def unframe(framed: bytes) -> tuple[bytes, ...]:
    """Return the framed entries; framing them again gives the same bytes.

    Raises:
        MalformedError: `log.bundle-truncated`.
    """
    ends = frame_ends(framed)
    return tuple([framed[at + 2 : end] for at, end in zip([0, *ends], ends, strict=False)])


def _leaves(framed: bytes, ends: Sequence[int]) -> bytes:
    """Return the leaf hashes of framed entries, joined."""
    found: list[bytes] = []
    at = 0
    for end in ends:
        leaf = _LEAF.copy()
        leaf.update(framed[at + 2 : end])
        found.append(leaf.digest())
        at = end
    return b"".join(found)


def _top(row: bytes) -> bytes:
    """Return the hash over a row of hashes."""
    # Pairing from the left and carrying the odd one up splits as RFC 6962, section 2.1, does.
    while len(row) > HASH_SIZE:
        even = len(row) - len(row) % (2 * HASH_SIZE)
        pairs: list[bytes] = []
        for at in range(0, even, 2 * HASH_SIZE):
            node = _NODE.copy()
            node.update(row[at : at + 2 * HASH_SIZE])
            pairs.append(node.digest())
        row = b"".join(pairs) + row[even:]
    return row


class Edge:
    """A tree's partial tiles, one a level, and its partial entry bundle."""

    __slots__ = ("_bundle", "_tiles", "size")

    def __init__(self, size: int = 0, tiles: Sequence[bytes] = (), bundle: bytes = b"") -> None:
        self.size = size
        self._tiles = list(tiles)
        self._bundle = bundle

    def root(self) -> bytes:
        """Return the root of the tree as it is now (RFC 6962, section 2.1)."""
        found = b""
        for tile in self._tiles:
            found = _top(tile + found)
        return found or EMPTY_ROOT

    def rehash(self) -> None:
        """Check the partial bundle against the partial tile above it.

        Raises:
            MalformedError: `log.bundle-truncated`.
            VerificationError: `log.edge-differs`.
        """
        computed = _leaves(self._bundle, frame_ends(self._bundle))
        if computed != (self._tiles[0] if self._tiles else b""):
            raise VerificationError(
                "log.edge-differs",
                "the newest entries do not have the hashes that the log signed",
                mend="run `sunlit log fsck`, and bring the damaged file back from a mirror",
            )

    def grow(self, framed: bytes) -> Growth:
        """Append framed entries; hashes are computed from exactly these bytes.

        Raises:
            MalformedError: `log.bundle-truncated`.
            VerificationError: `log.edge-differs`: an older entry changed in memory.
        """
        old_size, ends = self.size, frame_ends(framed)
        files, outgrown = self._grow_bundles(framed, [0, *ends])
        tiles: dict[tuple[int, int], bytes] = {}
        row, level = _leaves(framed, ends), 0
        while row:
            if level == len(self._tiles):
                self._tiles.append(b"")
            if self._tiles[level] and len(self._tiles[level]) + len(row) >= TILE_BYTES:
                outgrown.append(tile_path(level, (old_size >> TILE_HEIGHT * level) // TILE_WIDTH))
            row = self._grow_level(level, row, tiles)
            level += 1
        self.size += len(ends)
        files += [
            (tile_path(level, index, len(data) // HASH_SIZE), data)
            for (level, index), data in tiles.items()
        ]
        for above in range(level, len(self._tiles)):
            if data := self._tiles[above]:
                tiles[above, self.size >> (TILE_HEIGHT * (above + 1))] = data
        return Growth(
            old_size=old_size,
            size=self.size,
            root=self.root(),
            framed=framed,
            ends=ends,
            files=tuple(files),
            tiles=tiles,
            outgrown=tuple(outgrown),
        )

    def _grow_level(self, level: int, row: bytes, tiles: dict[tuple[int, int], bytes]) -> bytes:
        """Add hashes to one level; return the hashes that full tiles give to the next."""
        index = (self.size >> (TILE_HEIGHT * level)) // TILE_WIDTH
        data, above = self._tiles[level] + row, []
        while len(data) >= TILE_BYTES:
            tile, data = data[:TILE_BYTES], data[TILE_BYTES:]
            tiles[level, index] = tile
            above.append(_top(tile))
            index += 1
        if data:
            tiles[level, index] = data
        self._tiles[level] = data
        return b"".join(above)

    def _grow_bundles(
        self, framed: bytes, ends: list[int]
    ) -> tuple[list[tuple[str, bytes]], list[str]]:
        """Cut the entries into bundles: (path, bytes) each, and the full one that had parts."""
        files: list[tuple[str, bytes]] = []
        outgrown: list[str] = []
        index, width = divmod(self.size, TILE_WIDTH)
        at = 0
        while at < len(ends) - 1:
            stop = min(at + TILE_WIDTH - width, len(ends) - 1)
            data = self._bundle + framed[ends[at] : ends[stop]]
            width += stop - at
            files.append((entries_path(index, width), data))
            if width == TILE_WIDTH and self._bundle:
                # The older copies of these entries are about to go: are they still what they were?
                self.rehash()
                outgrown.append(entries_path(index))
            self._bundle = data
            if width == TILE_WIDTH:
                index, width, self._bundle = index + 1, 0, b""
            at = stop
        return files, outgrown
