"""What a producer is: it looks at a component's folder and says what it finds, as drafts.

A producer that cannot find out says so in a `Note`: nothing it could not see becomes a pass.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO, Final, Protocol, Self

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.base import Claim, read_claim
from sunlit.formats.sunlit_toml import FILE_NAME, MAX_BYTES, SunlitToml, read_toml
from sunlit.statement.hashing import DigestCache, Progress, open_file, open_folder
from sunlit.statement.intoto import Subject
from sunlit.statement.manifest import FileEntry, Manifest, read_manifest

OWN_FOLDER: Final = ".sunlit"
MAX_DOCUMENT: Final = 4 * 1024 * 1024  # bytes of a card, report or envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A claim and what it is about, before anybody signed it."""

    claim: Claim
    subjects: tuple[Subject, ...]

    def to_json(self) -> dict[str, object]:
        """Return the draft as plain data, for the cache."""
        return {
            "type": self.claim.TYPE,
            "subjects": [one.to_json() for one in self.subjects],
            "predicate": self.claim.to_predicate(),
        }

    @classmethod
    def from_json(cls, value: dict[str, object]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            MalformedError: `claim.malformed`, `statement.*`, `producer.cache`.
        """
        subjects, predicate = value.get("subjects"), value.get("predicate")
        if not isinstance(subjects, list) or not isinstance(predicate, dict):
            raise MalformedError("producer.cache", "a kept draft is malformed")
        return cls(
            claim=read_claim(str(value.get("type")), predicate),
            subjects=tuple(Subject.from_json(item) for item in subjects),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a producer could not find out, or wants to be known, and the command that mends it.

    `code` is a documented code; `blocks` tells that a control stays UNKNOWN because of this.
    """

    producer: str
    code: str
    reason: str
    mend: str | None = None
    blocks: bool = True

    @classmethod
    def of(cls, producer: str, error: SunlitError, *, blocks: bool = True) -> Self:
        """Keep an error as a note: the rest of the folder is still looked at."""
        return cls(
            producer=producer, code=error.code, reason=str(error), mend=error.mend, blocks=blocks
        )

    def to_json(self) -> dict[str, object]:
        """Return the note as plain data."""
        return {
            "producer": self.producer,
            "code": self.code,
            "reason": self.reason,
            "mend": self.mend,
            "blocks": self.blocks,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """All that one producer has to say."""

    drafts: tuple[Draft, ...] = ()
    notes: tuple[Note, ...] = ()

    def to_bytes(self) -> bytes:
        """Return canonical JSON, for the cache."""
        return encode({
            "drafts": [one.to_json() for one in self.drafts],
            "notes": [one.to_json() for one in self.notes],
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            MalformedError: `producer.cache`, `json.*`, `claim.malformed`, `statement.*`.
        """
        document = decode_object(data, what="the kept result")
        drafts, notes = document.get("drafts"), document.get("notes")
        if not isinstance(drafts, list) or not isinstance(notes, list):
            raise MalformedError("producer.cache", "a kept result is malformed")
        return cls(
            drafts=tuple(Draft.from_json(item) for item in drafts),
            notes=tuple(_note(item) for item in notes),
        )


def _note(value: object) -> Note:
    try:
        return Note(**value)  # type: ignore[arg-type]
    except TypeError as error:
        raise MalformedError("producer.cache", "a kept note is malformed") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFolder:
    """A component's folder, hashed, with what its `sunlit.toml` says (defaults without one)."""

    root: Path
    name: str
    manifest: Manifest
    toml: SunlitToml = field(default_factory=SunlitToml)
    toml_error: MalformedError | UnavailableError | None = None

    @classmethod
    def read(
        cls, path: Path, *, progress: Progress | None = None, cache: DigestCache | None = None
    ) -> Self:
        """Hash the folder (or the single file) at `path` and read its `sunlit.toml`.

        A malformed `sunlit.toml` is kept in `toml_error`: everything else is still looked at.

        Raises:
            MalformedError: `manifest.*`.
            UnavailableError: `manifest.*`.
        """
        manifest = read_manifest(path, progress=progress, cache=cache)
        where = path.resolve()
        root = where if where.is_dir() else where.parent
        folder = cls(root=root, name=where.name, manifest=manifest)
        if folder.entry(FILE_NAME) is None:
            return folder
        toml, error = SunlitToml(), None
        try:
            toml = read_toml(folder.read_file(FILE_NAME, limit=MAX_BYTES))
        except (MalformedError, UnavailableError) as found:
            error = found
        return cls(root=root, name=where.name, manifest=manifest, toml=toml, toml_error=error)

    @property
    def release(self) -> str:
        """The manifest digest, hex SHA-256."""
        return self.manifest.digest

    @property
    def purl(self) -> str:
        """The purl that was declared, else a generic one after the folder."""
        return self.toml.purl or f"pkg:generic/{_purl_name(self.name)}"

    def subject(self) -> Subject:
        """Return the release as a statement's subject."""
        return Subject(self.purl, {"sha256": self.release})

    def entry(self, name: str) -> FileEntry | None:
        """Return the manifest's entry of a file, if there is one."""
        return next((one for one in self.manifest.files if one.name == name), None)

    def matching(self, *patterns: str) -> tuple[FileEntry, ...]:
        """Return the files whose whole name matches a pattern, without regard to case."""
        wanted = [pattern.lower() for pattern in patterns]
        return tuple(
            one
            for one in self.manifest.files
            if any(fnmatchcase(one.name.lower(), pattern) for pattern in wanted)
        )

    def read_file(self, name: str, *, limit: int = MAX_DOCUMENT) -> bytes:
        """Return the bytes of a file of the folder, following no symlink.

        Raises:
            UnavailableError: `producer.unreadable`, also when it is larger than `limit` bytes.
        """
        try:
            with self.open_file(name) as handle:
                data = handle.read(limit + 1)
        except OSError as error:
            raise unreadable(name, error.strerror or "an error") from error
        if len(data) > limit:
            raise unreadable(name, f"more than {limit} bytes")
        return data

    def open_file(self, name: str) -> BinaryIO:
        """Open a file of the folder for reading bytes, following no symlink on the way.

        Raises:
            UnavailableError: `manifest.unreadable`.
        """
        folder = open_folder(self.root)
        try:
            return os.fdopen(open_file(folder, name), "rb")
        finally:
            os.close(folder)

    def own_files(self, pattern: str) -> Iterator[str]:
        """Yield the names below `.sunlit` that match: they are in no manifest."""
        folder = self.root / OWN_FOLDER
        names = (str(path.relative_to(self.root)) for path in sorted(folder.rglob("*")))
        yield from (name for name in names if fnmatchcase(name, pattern))


def unreadable(name: str, reason: str) -> UnavailableError:
    """Return the error for a file that was listed and cannot be read now."""
    return UnavailableError(
        "producer.unreadable", f"cannot read {name!r}", got=reason,
        mend="make it readable and leave it in place while Sunlit looks at it",
    )  # fmt: skip


class Producer(Protocol):
    """Looks at a folder and says what it finds. `version` changes whenever the answer may."""

    @property
    def name(self) -> str:
        """A short name, for example `licences`."""
        ...

    @property
    def version(self) -> str:
        """The version of the producer's own logic."""
        ...

    def tool_version(self) -> str | None:
        """Return the version of the tool it asks, None where it asks none or has none."""
        ...

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return the names of files it reads that are in no manifest (below `.sunlit`)."""
        ...

    def produce(self, component: ComponentFolder) -> Produced:
        """Look, and say what was found. Never raises for what it finds in the folder."""
        ...


def cache_key(producer: Producer, component: ComponentFolder) -> str:
    """Return the hex SHA-256 under which a producer's answer may be kept."""
    outside = [[name, _digest(component, name)] for name in producer.inputs(component)]
    return hashlib.sha256(encode([
        producer.name, producer.version, producer.tool_version(), component.name,
        component.release, outside,
    ])).hexdigest()  # fmt: skip


def _digest(component: ComponentFolder, name: str) -> str | None:
    try:
        return hashlib.sha256(component.read_file(name)).hexdigest()
    except UnavailableError:
        return None


def _purl_name(name: str) -> str:
    return "".join(one if one.isalnum() or one in "-_.~" else "-" for one in name) or "component"
