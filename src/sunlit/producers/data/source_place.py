"""What a place names: files of one kind (one, a folder, a glob), or a table of a database."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.statement.folder import FoundFile
from sunlit.statement.hashing import Progress
from sunlit.statement.manifest import is_excluded, read_manifest
from sunlit.statement.source import open_source as open_files

KINDS: Final = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".parquet": "parquet", ".pq": "parquet",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text", ".text": "text", ".md": "text",
    ".eml": "text", ".html": "text", ".htm": "text", ".log": "text", ".rst": "text",
}  # fmt: skip
TABLES: Final = frozenset({"csv", "parquet", "jsonl"})
ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|postgres(ql)?:")
WILD: Final = re.compile(r"[*?\[]")
KNOWN: Final = "CSV, TSV, Parquet, JSONL or text files"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file to read: its name below the root, its path, and its size in bytes."""

    name: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class FilesPlace:
    """Files of one kind. `others` are names that were left out (only when that was allowed)."""

    name: str
    root: Path
    kind: str
    files: tuple[DataFile, ...]
    others: tuple[str, ...]
    skip: Callable[[str], bool]
    found: tuple[FoundFile, ...]

    def digest(self, progress: Progress | None) -> dict[str, str]:
        """Return the digest by which `sunlit run` names these files.

        Raises:
            MalformedError: `manifest.*`.
            UnavailableError: `manifest.*`.
        """
        manifest = read_manifest(self.root, progress=progress, skip=self.skip)
        if not self.root.is_dir():
            return {"sha256": manifest.files[0].sha256}
        return {"sha256": manifest.digest, "sunlitManifestV1": manifest.digest}

    def is_unchanged(self) -> bool:
        """Say whether the files are, by the file system's word, what they were when listed."""
        try:
            with open_files(self.root, self.skip) as now:
                return now.files == self.found
        except (MalformedError, UnavailableError):
            return False


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A table of a database. `where` may hold a password and is never shown; `name` may be."""

    kind: str  # "duckdb" | "postgresql"
    where: str
    table: str
    name: str


def read_place(place: str, *, kind: str | None, lenient: bool) -> FilesPlace | TablePlace:
    """Find out what `place` names. `kind` is what files of an unknown suffix are taken for.

    Raises:
        MalformedError: `data.place`, `data.unknown-kind`, `data.mixed-kinds`, `manifest.*`.
        UnavailableError: `data.no-files`, `manifest.*`.
    """
    if place.startswith("duckdb:"):
        where, _, query = place.removeprefix("duckdb:").partition("?")
        table = _table(query)
        return TablePlace("duckdb", where, table, f"{Path(where).name}#{table}")
    if place.startswith(("postgresql://", "postgres://")):
        return _postgres(place)
    if ADDRESS.match(place):  # not shown: it may hold a password
        raise MalformedError(
            "data.place", "the place is an address of no kind that is known",
            expected="a file, a folder, a pattern, duckdb:PATH?table=T or postgresql://...?table=T",
        )  # fmt: skip
    return _files(place, kind, lenient=lenient)


def _table(query: str) -> str:
    table = dict(parse_qsl(query)).get("table")
    if not table:
        raise MalformedError(
            "data.place", "the place names a database and no table",
            expected="...?table=NAME or ...?table=SCHEMA.NAME",
        )  # fmt: skip
    return table


def _postgres(place: str) -> TablePlace:
    try:
        parts = urlsplit(place)
    except ValueError:
        raise MalformedError(
            "data.place", "the place is no PostgreSQL address",
            expected="postgresql://USER@HOST/DATABASE?table=NAME",
        ) from None  # fmt: skip
    table = _table(parts.query)
    rest = "&".join(one for one in parts.query.split("&") if not one.startswith("table="))
    where = urlunsplit((parts.scheme, parts.netloc, parts.path, rest, ""))
    return TablePlace("postgresql", where, table, f"{parts.path.strip('/')}#{table}")


def _files(place: str, kind: str | None, *, lenient: bool) -> FilesPlace:
    path = Path(place)
    root, skip = _glob(place) if WILD.search(place) and not path.exists() else (path, is_excluded)
    with open_files(root, skip) as source:
        found, single = source.files, source.is_single
    base = root.resolve()
    every = tuple(
        DataFile(one.name, base if single else base / one.raw_name, one.state.size) for one in found
    )
    kind, chosen, others = _one_kind(every, kind, lenient=lenient, place=path.name or place)
    return FilesPlace(base.name, root, kind, chosen, others, skip, found)


def _glob(place: str) -> tuple[Path, Callable[[str], bool]]:
    parts = Path(place).parts
    first = next(at for at, part in enumerate(parts) if WILD.search(part))
    root, wanted = Path(*parts[:first]) if first else Path(), parts[first:]

    def skip(name: str) -> bool:
        here = tuple(name.split("/"))
        if is_excluded(name):
            return True
        if _matches(here, wanted):
            return False
        return not (_begins(here, wanted) and (root / name).is_dir())

    return root, skip


def _matches(here: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not wanted or not here:
        return not wanted and not here
    if wanted[0] == "**":
        return _matches(here, wanted[1:]) or _matches(here[1:], wanted)
    return _part(here[0], wanted[0]) and _matches(here[1:], wanted[1:])


def _begins(here: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    if not here or (wanted and wanted[0] == "**"):
        return True
    return bool(wanted) and _part(here[0], wanted[0]) and _begins(here[1:], wanted[1:])


def _part(name: str, pattern: str) -> bool:
    hidden = name.startswith(".") and not pattern.startswith(".")
    return not hidden and fnmatchcase(name, pattern)


def _one_kind(
    every: tuple[DataFile, ...], kind: str | None, *, lenient: bool, place: str
) -> tuple[str, tuple[DataFile, ...], tuple[str, ...]]:
    kinds = {one.name: KINDS.get(Path(one.name).suffix.lower(), kind) for one in every}
    counts = Counter(one for one in kinds.values() if one is not None)
    if not counts:
        raise _nothing(every, place)
    # A table beside text is meant for itself; the text (a README) is only said not to be read.
    chosen = max(counts, key=lambda one: (one in TABLES, counts[one], one))
    others = tuple(name for name, one in kinds.items() if one != chosen)
    if others and not lenient:
        raise MalformedError(
            "data.mixed-kinds", f"{place!r} holds other files than {chosen}",
            expected="files of one kind", got=", ".join(map(repr, others[:3])),
            mend="name the files with a glob, or read on without the others with --skip-unread",
        )  # fmt: skip
    return chosen, tuple(one for one in every if kinds[one.name] == chosen), others


def _nothing(every: tuple[DataFile, ...], place: str) -> MalformedError | UnavailableError:
    if not every:
        return UnavailableError("data.no-files", f"{place!r} holds no file", expected=KNOWN)
    suffixes = sorted({Path(one.name).suffix.lower() or "no suffix" for one in every})
    return MalformedError(
        "data.unknown-kind", f"{place!r} is of no kind that can be read",
        expected=KNOWN, got=", ".join(suffixes[:5]),
        mend="name a file by its kind, or say --delimiter for a table of another suffix",
    )  # fmt: skip
