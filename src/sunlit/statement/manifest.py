"""The canonical manifest, version 1 (spec/manifest-v1.md): what a release's digest stands for."""

import hashlib
import itertools
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from sunlit.base.canonical import MAX_SAFE_INTEGER, decode, encode
from sunlit.base.errors import MalformedError
from sunlit.statement.folder import FoundFile
from sunlit.statement.hashing import DigestCache, Progress, open_file, sha256_of_open_file
from sunlit.statement.names import normal_name, sort_key
from sunlit.statement.source import open_source
from sunlit.statement.together import together

MALFORMED: Final = "manifest.malformed"
MAX_MANIFEST: Final = 256 * 1024 * 1024  # bytes

EXCLUDED: Final = frozenset({".git", ".sunlit", "model.sig"})
"""Names that are left out when they stand directly in the root, and only there.

`.git` changes without the release changing; `.sunlit` holds our own drafts and results; a
detached OMS signature (`model.sig`) may be added to a release that is already named.
"""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file: its normal name, its size in bytes, and the hex SHA-256 of its bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a component, ordered by the UTF-8 bytes of their names."""

    files: tuple[FileEntry, ...]

    @property
    def digest(self) -> str:
        """The hex SHA-256 of the canonical bytes: the digest that names a release."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the RFC 8785 list of {digest, name, size}."""
        return encode([
            {"digest": f"sha256:{one.sha256}", "name": one.name, "size": one.size}
            for one in self.files
        ])  # fmt: skip

    @classmethod
    def parse(cls, data: bytes) -> "Manifest":
        """Read canonical manifest bytes; any other spelling of the same list is refused.

        Raises:
            MalformedError: `json.*`, `manifest.malformed`, `manifest.name`.
        """
        value = decode(data, what="the manifest", limit=MAX_MANIFEST)
        if not isinstance(value, list):
            raise MalformedError(MALFORMED, "a manifest is a JSON list")
        manifest = cls(tuple(_entry(item) for item in value))
        names = [sort_key(one.name) for one in manifest.files]
        if any(not low < high for low, high in itertools.pairwise(names)):
            raise MalformedError(MALFORMED, "the manifest's names are not in order, each once")
        if manifest.to_bytes() != data:
            raise MalformedError(MALFORMED, "the manifest is not written canonically (RFC 8785)")
        return manifest


def _entry(value: object) -> FileEntry:
    if not isinstance(value, Mapping) or set(value) != {"digest", "name", "size"}:
        raise MalformedError(MALFORMED, "an entry has exactly digest, name and size")
    name, size, digest = value["name"], value["size"], value["digest"]
    if type(size) is not int or not 0 <= size <= MAX_SAFE_INTEGER:
        raise MalformedError(MALFORMED, "a size is a whole number of bytes")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise MalformedError(MALFORMED, "a digest is sha256: and 64 lower-case hex digits")
    if not isinstance(name, str) or normal_name(name) != name:
        raise MalformedError(MALFORMED, "a name is a text in Unicode normal form C")
    return FileEntry(name, size, digest.removeprefix("sha256:"))


def is_excluded(path: str) -> bool:
    """Say whether version 1 leaves out this path, relative to the root."""
    return path in EXCLUDED


def read_manifest(
    root: Path,
    *,
    progress: Progress | None = None,
    cache: DigestCache | None = None,
    skip: Callable[[str], bool] = is_excluded,
) -> Manifest:
    """Hash a folder, or a single file, into its manifest; no link is followed below `root`.

    `skip` leaves out more than version 1 does, for files that a pattern names.

    Raises:
        MalformedError: `manifest.symlink`, `manifest.special-file`, `manifest.name`,
            `manifest.name-collision`, `manifest.too-many-files`, `manifest.too-deep`.
        UnavailableError: `manifest.unreadable`, `manifest.changed-while-reading`.
    """
    with open_source(root, skip) as source:
        total = sum(one.state.size for one in source.files)
        reader = _Reader(source.folder, total, progress, cache)
        return Manifest(tuple(reader.entries(source.files)))


class _StoppedError(Exception):
    """Ends a thread whose file nobody will ask for any more."""


class _Reader:
    """Hashes the files of one open folder and tells how far it is."""

    def __init__(
        self, root: int, total: int, progress: Progress | None, cache: DigestCache | None
    ) -> None:
        self._root = root
        self._total = total
        self._progress = progress
        self._cache = cache
        self._done = 0
        self._is_stopped = False
        self._mutex = Lock()  # chunks are counted, and progress told, by one thread at a time
        self._step(0)

    def entries(self, files: Sequence[FoundFile]) -> Iterator[FileEntry]:
        """Yield the entries in order; the cache is asked, and told, in the caller's thread."""
        known = {found.raw_name: digest for found in files if (digest := self._known(found))}
        fresh = [found for found in files if found.raw_name not in known]
        with together(self._hash, fresh, self._stop) as hash_file:
            for found in files:
                digest = known.get(found.raw_name) or hash_file(found)
                if self._cache and found.raw_name not in known:
                    self._cache.put(found.state, digest)
                yield FileEntry(found.name, found.state.size, digest)

    def _known(self, found: FoundFile) -> str | None:
        known = self._cache.get(found.state) if self._cache else None
        if known is not None:
            self._step(found.state.size)
        return known

    def _hash(self, found: FoundFile) -> str:
        descriptor = open_file(self._root, found.raw_name)
        try:
            return sha256_of_open_file(descriptor, found.state, self._step)
        finally:
            os.close(descriptor)

    def _step(self, count: int) -> None:
        with self._mutex:
            if self._is_stopped:
                raise _StoppedError
            self._done += count
            if self._progress:
                self._progress(self._done, self._total)

    def _stop(self) -> None:
        self._is_stopped = True


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a folder is not what was expected. `kind`: added, missing, ..."""

    kind: str  # "added" | "missing" | "changed" | "renamed"
    name: str
    detail: str


def compare(expected: Manifest, actual: Manifest) -> tuple[Difference, ...]:
    """Return what differs, by name; a file that only moved is one `renamed`, not two lines."""
    before = {one.name: one for one in expected.files}
    after = {one.name: one for one in actual.files}
    added = {name: one for name, one in after.items() if name not in before}
    missing = {name: one for name, one in before.items() if name not in after}
    found = [_change(before[name], after[name]) for name in before if name in after]
    differences = [one for one in found if one is not None]
    differences += _renames(missing, added)
    differences += [
        Difference("missing", name, f"expected {one.size} bytes, sha256 {one.sha256}")
        for name, one in missing.items()
    ]
    differences += [
        Difference("added", name, f"{one.size} bytes, sha256 {one.sha256}, were not expected")
        for name, one in added.items()
    ]
    return tuple(sorted(differences, key=lambda one: (sort_key(one.name), one.kind)))


def _change(before: FileEntry, after: FileEntry) -> Difference | None:
    if before == after:
        return None
    size = f"{before.size} bytes" if before.size == after.size else (
        f"{before.size} bytes became {after.size}"
    )  # fmt: skip
    return Difference(
        "changed", before.name, f"{size}: expected sha256 {before.sha256}, got {after.sha256}"
    )


def _renames(missing: dict[str, FileEntry], added: dict[str, FileEntry]) -> list[Difference]:
    """Take pairs of equal bytes out of `missing` and `added`, and return them."""
    by_bytes: dict[tuple[str, int], list[str]] = {}
    for name, one in reversed(added.items()):
        by_bytes.setdefault((one.sha256, one.size), []).append(name)
    renamed = []
    for old, one in list(missing.items()):
        candidates = by_bytes.get((one.sha256, one.size))
        if candidates:
            new = candidates.pop()
            del missing[old], added[new]
            renamed.append(Difference("renamed", old, f"the same bytes are now named {new}"))
    return renamed
