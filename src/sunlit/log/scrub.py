"""Recomputes every tile of a log from its entries and names each file that differs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sunlit.base.errors import SunlitError
from sunlit.log.edge import frame, unframe
from sunlit.log.entry import Entry
from sunlit.log.merkle import HASH_SIZE, Frontier, leaf_hash
from sunlit.log.ports import FileStore
from sunlit.log.publish import TEMPORARY
from sunlit.log.tiles import (
    MAX_LEVEL,
    TILE_HEIGHT,
    TILE_WIDTH,
    entries_path,
    inner_rows,
    split_tile,
    tile_path,
    width_of,
)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: in which file, its documented code, and what it is."""

    path: str
    code: str
    what: str


class Scrub:
    """One pass over the entries and tiles of a log at one size."""

    def __init__(
        self,
        files: FileStore,
        size: int,
        *,
        archived: Iterable[int],
        report: Callable[..., None],
        raw: bool = False,
    ) -> None:
        """Say where to look; `archived` are the sizes whose roots are wanted.

        `raw`: the entries are no statements (`sunlit.decision`), so only their hashes count.
        """
        self._files = files
        self._size = size
        self._wanted = {found for found in archived if found <= size} | {size}
        self._report = report
        self._raw = raw
        self._frontier = Frontier()
        self.roots: dict[int, bytes] = {}
        self.last_admitted: datetime | None = None

    def run(self) -> None:
        """Look at everything; `roots` then holds the root at each wanted size."""
        self._note_root()
        above: list[bytes] = []
        for index in range(-(-self._size // TILE_WIDTH)):
            hashes = self._leaves(index, width_of(0, index, self._size))
            above += self._tile(0, index, hashes)
            for found in hashes:
                self._frontier.append(found)
                self._note_root()
        self._levels_above(above)
        for path in self._required_partials():
            if self._files.get(path) is None:
                self._report(path, "log.file-missing", "a partial file of a kept checkpoint")
        for path in _paths(self._files, "tile/"):
            if not path.endswith(TEMPORARY) and not self._belongs(path):
                self._report(path, "log.stray-file", "the log has no such file at its size")

    def _levels_above(self, row: list[bytes]) -> None:
        level = 1
        while row:
            above: list[bytes] = []
            for index, at in enumerate(range(0, len(row), TILE_WIDTH)):
                above += self._tile(level, index, row[at : at + TILE_WIDTH])
            row, level = above, level + 1

    def _note_root(self) -> None:
        if self._frontier.size in self._wanted:
            self.roots[self._frontier.size] = self._frontier.root()

    def _leaves(self, index: int, width: int) -> list[bytes]:
        """Return the hashes of a bundle's entries, or what the tile says where they are wrong."""
        path = entries_path(index, width)
        entries = self._bundle(path, width)
        stored = self._stored(0, index, width)
        if entries is None:
            return stored or [bytes(HASH_SIZE)] * width
        for at, entry in enumerate(() if self._raw else entries, index * TILE_WIDTH):
            self._entry(path, at, entry)
        self._partials(entries_path(index), lambda part: frame(entries[:part]))
        computed = [leaf_hash(entry) for entry in entries]
        if stored is None or computed == stored:
            return computed
        # One of the two changed; the hash above says which, where there is one.
        above = self._stored(1, index // TILE_WIDTH, width_of(1, index // TILE_WIDTH, self._size))
        parent = above[index % TILE_WIDTH] if above and width == TILE_WIDTH else None
        if parent != _top(computed):
            self._report(path, "log.entry-hash", "an entry has not the hash that its tile holds")
        return stored if parent == _top(stored) else computed

    def _bundle(self, path: str, width: int) -> tuple[bytes, ...] | None:
        data = self._files.get(path)
        if data is None:
            self._report(path, "log.file-missing", "a bundle of entries is missing")
            return None
        try:
            entries = unframe(data)
        except SunlitError as error:
            self._report(path, error.code, error.what)
            return None
        if len(entries) != width:
            self._report(path, "log.bundle-width", f"{len(entries)} entries, not {width}")
            return None
        return entries

    def _entry(self, path: str, at: int, data: bytes) -> None:
        try:
            entry = Entry.parse(data)
        except SunlitError as error:
            self._report(path, error.code, f"entry {at}: {error.what}")
            return
        if self.last_admitted is not None and entry.admitted_at < self.last_admitted:
            self._report(path, "log.time-backwards", f"entry {at} is older than the one before it")
        self.last_admitted = entry.admitted_at

    def _stored(self, level: int, index: int, width: int) -> list[bytes] | None:
        """Return what a tile's file says, if it is of the right size."""
        if not width:
            return None
        try:
            return split_tile(self._files.get(tile_path(level, index, width)) or b"", width)
        except SunlitError:
            return None

    def _tile(self, level: int, index: int, hashes: Sequence[bytes]) -> list[bytes]:
        """Check a tile against the hashes it must have; return what it gives the next level."""
        path, expected = tile_path(level, index, len(hashes)), b"".join(hashes)
        data = self._files.get(path)
        if data is None:
            self._report(path, "log.file-missing", "a tile is missing")
        elif data != expected:
            self._report(path, "log.file-differs", "the tile is not made of the hashes below it")
        self._partials(tile_path(level, index), lambda part: expected[: part * HASH_SIZE])
        return [_top(hashes)] if len(hashes) == TILE_WIDTH else []

    def _partials(self, full: str, expected: Callable[[int], bytes]) -> None:
        for name in self._files.listing(f"{full}.p"):
            path = f"{full}.p/{name}"
            if (
                name.isdecimal()
                and self._belongs(path)
                and self._files.get(path) != expected(int(name))
            ):
                self._report(path, "log.file-differs", "the partial file is no part of the whole")

    def _required_partials(self) -> list[str]:
        """Return the partial files that must be served (tlog-tiles: until the full one exists)."""
        needed: set[str] = set()
        for size in self._wanted - {self._size}:
            level = 0
            while hashes := size >> (TILE_HEIGHT * level):
                index, width = divmod(hashes, TILE_WIDTH)
                if width and width_of(level, index, self._size) < TILE_WIDTH:
                    needed.add(tile_path(level, index, width))
                    needed |= {entries_path(index, width)} if level == 0 else set()
                level += 1
        return sorted(needed)

    def _belongs(self, path: str) -> bool:
        """Say whether the tree has this tile or bundle, at its size or an earlier one."""
        whole, _, part = path.partition(".p/")
        kind, _, number = whole.removeprefix("tile/").partition("/")
        digits = "".join(found.removeprefix("x") for found in number.split("/"))
        if not all(
            found.isdecimal() for found in (digits, part or "1", kind.replace("entries", "0"))
        ):
            return False
        level = 0 if kind == "entries" else int(kind)
        index, width = int(digits), int(part or TILE_WIDTH)
        if not 0 < width <= width_of(min(level, MAX_LEVEL), index, self._size):
            return False
        make = entries_path(index, width) if kind == "entries" else tile_path(level, index, width)
        return make == path


def _top(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a full tile (of what is not full: nothing)."""
    return inner_rows(b"".join(hashes))[TILE_HEIGHT]


def _paths(files: FileStore, directory: str) -> Iterator[str]:
    """Yield every file below a directory whose name ends in "/"."""
    for name in files.listing(directory.rstrip("/")):
        if name.endswith("/"):
            yield from _paths(files, directory + name)
        else:
            yield directory + name
