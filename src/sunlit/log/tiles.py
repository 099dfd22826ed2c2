"""C2SP tlog-tiles: where the hashes and entries of a log stand in files, and what is in them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.log.merkle import HASH_SIZE, MAX_SIZE, check_range

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 256
MAX_LEVEL: Final = 63
MAX_ENTRY: Final = 65_535  # entries are length-prefixed with a uint16
CACHED_TILES: Final = 512  # of at most 16 kB each with their inner nodes


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile of hashes: `width` (1 to 256) hashes of level `level`, from `index * 256` on."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where the tile stands below the log's prefix."""
        return tile_path(self.level, self.index, self.width)

    @property
    def full(self) -> "Tile":
        """The same tile once it is full."""
        return Tile(self.level, self.index)


def tile_path(level: int, index: int, width: int | None = None) -> str:
    """Return `tile/<L>/<N>[.p/<W>]`; no width, or 256, means the full tile.

    Raises:
        MalformedError: `proof.out-of-range`.
    """
    check_range(level, 0, MAX_LEVEL, "the tile level")
    return f"tile/{level}/{_numbered(index, width)}"


def entries_path(index: int, width: int | None = None) -> str:
    """Return `tile/entries/<N>[.p/<W>]`; no width, or 256, means the full bundle.

    Raises:
        MalformedError: `proof.out-of-range`.
    """
    return f"tile/entries/{_numbered(index, width)}"


def _numbered(index: int, width: int | None) -> str:
    check_range(index, 0, MAX_SIZE, "the tile index")
    # tlog-tiles: zero-padded 3-digit path elements, all but the last begin with an x.
    path = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        path = f"x{index % 1000:03d}/{path}"
    if width is None or width == TILE_WIDTH:
        return path
    check_range(width, 1, TILE_WIDTH, "the tile width")
    return f"{path}.p/{width}"


def width_of(level: int, index: int, size: int) -> int:
    """Return how wide a tile is in a tree of `size` leaves: 0 (not there) to 256."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH))


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Yield the tiles of the tree of `new` leaves that the tree of `old` leaves has not.

    Raises:
        MalformedError: `proof.out-of-range`.
    """
    check_range(new, 0, MAX_SIZE, "the new tree size")
    check_range(old, 0, new, "the old tree size")
    return _tiles_between(old, new)


def _tiles_between(old: int, new: int) -> Iterator[Tile]:
    level = 0
    while hashes := new >> (TILE_HEIGHT * level):
        had = old >> (TILE_HEIGHT * level)
        if hashes > had:
            for index in range(had // TILE_WIDTH, -(-hashes // TILE_WIDTH)):
                yield Tile(level, index, width_of(level, index, new))
        level += 1


def split_tile(data: bytes, width: int) -> list[bytes]:
    """Return the hashes in a tile of exactly `width` hashes.

    Raises:
        MalformedError: `log.tile-size`.
    """
    if len(data) != width * HASH_SIZE:
        raise MalformedError(
            "log.tile-size",
            "a tile has a wrong size",
            expected=f"{width * HASH_SIZE} bytes",
            got=f"{len(data)} bytes",
        )
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return an entry bundle: each entry behind its length as a big-endian uint16.

    Raises:
        MalformedError: `log.entry-too-large`, `log.bundle-width`.
    """
    _expect_bundle_width(len(entries))
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise entry_too_large(len(entry))
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle; encoding them again gives the same bytes.

    Raises:
        MalformedError: `log.bundle-truncated`, `log.bundle-width`.
    """
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end and len(entries) <= TILE_WIDTH:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if at > end:  # or the length itself is cut: then `at` is beyond the end too
            raise MalformedError("log.bundle-truncated", "an entry bundle ends inside an entry")
        entries.append(data[start:at])
    _expect_bundle_width(len(entries))
    return entries


def _expect_bundle_width(width: int) -> None:
    if not 1 <= width <= TILE_WIDTH:
        raise MalformedError(
            "log.bundle-width",
            "an entry bundle has a wrong number of entries",
            expected=f"1 to {TILE_WIDTH}",
            got=str(width) if width <= TILE_WIDTH else f"more than {TILE_WIDTH}",
        )


def entry_too_large(size: int) -> MalformedError:
    """Return the refusal of an entry of `size` bytes, with what to do instead."""
    return MalformedError(
        "log.entry-too-large",
        "the entry is too large for the log",
        expected=f"at most {MAX_ENTRY} bytes",
        got=f"{size} bytes",
        mend="store the report as a blob and put its SHA-256 digest and size in the statement",
    )


class TileReader:
    """A HashReader over tiles, which keeps the tiles that it loaded last.

    `load` gets a tile that a tree of `size` leaves has and returns its hashes joined. `check`
    may refuse it before it is used; it sees the tile's `inner_rows`.
    """

    def __init__(
        self,
        size: int,
        load: Callable[[Tile], bytes],
        *,
        check: Callable[[Tile, list[bytes]], None] | None = None,
        cached: int = CACHED_TILES,
    ) -> None:
        self._size = size
        self._load = load
        self._check = check
        self._cached = cached
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def read(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree (see `merkle.HashReader`).

        Raises:
            MalformedError: `proof.out-of-range` where the tree has no such subtree; and what
                `load` and `check` raise.
        """
        # This is the inner loop of every proof, hence shifts and one dictionary look-up.
        if not 0 <= index < self._size >> level:
            check_range(index, 0, (self._size >> level) - 1, "the subtree index")
        low = level & 7
        place = index << low
        key = (level >> 3, place >> 8)
        rows = self._tiles.get(key) or self._fetch(*key)
        at = ((place & 255) >> low) * HASH_SIZE
        return rows[low][at : at + HASH_SIZE]

    def _fetch(self, level: int, index: int) -> list[bytes]:
        tile = Tile(level, index, width_of(level, index, self._size))
        rows = inner_rows(self._load(tile))
        if self._check is not None:
            self._check(tile, rows)
        if len(self._tiles) >= self._cached:
            del self._tiles[next(iter(self._tiles))]  # the one that came first
        self._tiles[level, index] = rows
        return rows


def inner_rows(data: bytes) -> list[bytes]:
    """Return a tile's hashes and, row by row, those of the complete subtrees above them."""
    rows = [data]
    for _ in range(TILE_HEIGHT):
        row = rows[-1]
        pairs = range(0, len(row) - 2 * HASH_SIZE + 1, 2 * HASH_SIZE)
        rows.append(b"".join(sha256(b"\x01" + row[at : at + 64]).digest() for at in pairs))
    return rows
