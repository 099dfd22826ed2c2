"""A log's files in memory, on a disk that forgets what was not synced.

It is harsher than any one file system: after a cut each name that its directory was not synced
for, and the bytes of each file that was not synced, may be old, new or torn, independently.
"""

import random
from collections.abc import Sequence
from enum import Enum, auto

from sunlit.log.files import unreadable
from sunlit.testing.power import Power


class Loss(Enum):
    """What a cut does to what was not synced."""

    NOTHING = auto()  # only the process died: the system still holds it, not yet durable
    EVERYTHING = auto()
    BYTES = auto()  # names are there, with nothing in them
    ANY = auto()  # each name and each file for itself, by chance


class _File:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.durable: bytes = b""
        self.lies = False  # a sync failed: the next one says yes and does nothing


class _Directory:
    def __init__(self) -> None:
        self.names: dict[str, _File | _Directory] = {}
        self.durable: dict[str, _File | _Directory] = {}


class FakeFiles:
    """`FileStore` over such a disk. Every call that changes it is one step of `power`."""

    def __init__(self, power: Power, *, free: int = 2**40) -> None:
        self._power = power
        self._root = _Directory()
        self.space = free

    def get(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None when it is missing."""
        found = self._find(path)
        try:
            self._power.step(f"read {path}", lambda: None)
        except OSError as error:
            raise unreadable(path, error) from error
        return found.data if isinstance(found, _File) else None

    def listing(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory."""
        found = self._find(path)
        if isinstance(found, _File):
            raise unreadable(path, NotADirectoryError(20, "Not a directory"))
        names = {} if found is None else found.names
        return tuple(
            sorted(name + "/" * isinstance(node, _Directory) for name, node in names.items())
        )

    def create(self, path: str, data: bytes) -> None:
        """Write a file that must not exist yet."""
        directory, name = self._parent(path)
        if name in directory.names:
            raise FileExistsError(17, "File exists", path)

        def write(part: bytes) -> None:
            directory.names[name] = _File(part)

        self._power.step(
            f"create {path}", lambda: write(data), lambda: write(data[: len(data) // 2])
        )

    def link(self, source: str, target: str) -> None:
        """Give a file a second name, which must not exist yet."""
        old, old_name = self._parent(source)
        new, new_name = self._parent(target)
        if new_name in new.names:
            raise FileExistsError(17, "File exists", target)

        def name() -> None:
            new.names[new_name] = old.names[old_name]

        self._power.step(f"link {target}", name)

    def rename(self, source: str, target: str) -> None:
        """Give a file its final name."""
        old, old_name = self._parent(source)
        new, new_name = self._parent(target)

        def move() -> None:
            new.names[new_name] = old.names.pop(old_name)

        self._power.step(f"rename {target}", move)

    def unlink(self, path: str) -> None:
        """Remove a file; a missing one is no error."""
        directory, name = self._parent(path)
        self._power.step(f"unlink {path}", lambda: directory.names.pop(name, None))

    def mkdir(self, path: str) -> None:
        """Make one directory; one that exists is no error."""
        directory, name = self._parent(path)
        self._power.step(f"mkdir {path}", lambda: directory.names.setdefault(name, _Directory()))

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        directory, name = self._parent(path)
        if self.listing(path):
            raise OSError(39, "Directory not empty", path)
        self._power.step(f"rmdir {path}", lambda: directory.names.pop(name))

    def fsync(self, paths: Sequence[str]) -> None:
        """Make files' bytes durable; after a failure the disk says yes and does nothing."""
        for path in paths:
            self._sync(path)

    def _sync(self, path: str) -> None:
        found = self._find(path)
        if not isinstance(found, _File):
            raise FileNotFoundError(2, "No such file", path)

        def sync() -> None:
            if not found.lies:
                found.durable = found.data

        try:
            self._power.step(f"fsync {path}", sync)
        except OSError:
            found.lies = found.durable != found.data
            raise

    def fsync_dir(self, path: str) -> None:
        """Make the names in a directory durable."""
        found = self._find(path)
        if not isinstance(found, _Directory):
            raise FileNotFoundError(2, "No such directory", path)

        def sync() -> None:
            found.durable = dict(found.names)

        self._power.step(f"fsync-dir {path}", sync)

    def free(self) -> int:
        """Return how many bytes may still be written."""
        return self.space

    # -- what a test does to it ----------------------------------------------------------------

    def lose(self, loss: Loss, seed: int = 0) -> None:
        """Let a cut take what was not synced; the rest is durable, unless NOTHING is lost."""
        if loss is not Loss.NOTHING:
            self._lose(self._root, loss, random.Random(seed))  # noqa: S311 - to be repeated

    def damage(self, path: str, data: bytes | None) -> None:
        """Put other bytes in a file, or take it away, durably, as no program would."""
        directory, name = self._parent(path)
        for names in (directory.names, directory.durable):
            names.pop(name, None)
            if data is not None:
                names[name] = _File(data)
        if data is not None:
            directory.durable[name] = directory.names[name]
            self._power.restore()
            self.fsync([path])

    def paths(self) -> tuple[str, ...]:
        """Return the path of every file."""
        return tuple(sorted(_paths(self._root, "")))

    def _lose(self, directory: _Directory, loss: Loss, chance: random.Random) -> None:
        left: dict[str, _File | _Directory] = {}
        for name in sorted(directory.names.keys() | directory.durable.keys()):
            old, new = directory.durable.get(name), directory.names.get(name)
            keep_new = loss is Loss.BYTES or (loss is Loss.ANY and chance.random() < 0.5)
            node = new if keep_new else old
            if node is not None:
                left[name] = node
        directory.names = left
        directory.durable = dict(left)
        for node in left.values():
            if isinstance(node, _Directory):
                self._lose(node, loss, chance)
            else:
                node.data = node.durable = _torn(node, loss, chance)

    def _find(self, path: str) -> _File | _Directory | None:
        node: _File | _Directory | None = self._root
        for name in path.split("/") if path else ():
            node = node.names.get(name) if isinstance(node, _Directory) else None
        return node

    def _parent(self, path: str) -> tuple[_Directory, str]:
        directory, _, name = path.rpartition("/")
        found = self._find(directory)
        if not isinstance(found, _Directory):
            raise FileNotFoundError(2, "No such directory", directory)
        return found, name


def _torn(file: _File, loss: Loss, chance: random.Random) -> bytes:
    if file.durable == file.data or loss is not Loss.ANY:
        return file.durable
    size = len(file.data)
    return chance.choice((file.durable, file.data, file.data[: size // 3], bytes(size)))


def _paths(directory: _Directory, prefix: str) -> list[str]:
    found: list[str] = []
    for name, node in directory.names.items():
        if isinstance(node, _Directory):
            found += _paths(node, f"{prefix}{name}/")
        else:
            found.append(prefix + name)
    return found
