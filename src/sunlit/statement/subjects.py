"""What statements are about: the kinds of component, and the digest that names each.

| kind | digest |
|---|---|
| model, dataset, code, pipeline | manifest digest, version 1 |
| OCI image | the image's own sha256 digest |
| database snapshot, hosted service | SHA-256 of a canonical JSON descriptor |

A manifest is a JSON list and a descriptor a JSON object with its kind, so no digest of one can
be passed off as that of another.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time
from sunlit.statement.intoto import Subject, check_digests
from sunlit.statement.manifest import Manifest
from sunlit.statement.purl import Purl

KIND_ANNOTATION: Final = "sunlit_kind"
MAX_TEXT: Final = 512  # characters


class SubjectKind(StrEnum):
    """The kinds of thing that a component can be."""

    MODEL = "model"
    DATASET = "dataset"
    CODE = "code"
    PIPELINE = "pipeline"
    OCI_IMAGE = "oci-image"
    DATABASE_SNAPSHOT = "database-snapshot"
    HOSTED_SERVICE = "hosted-service"


OF_FILES: Final = frozenset({
    SubjectKind.MODEL, SubjectKind.DATASET, SubjectKind.CODE, SubjectKind.PIPELINE
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Release:
    """One version of one component: its kind, its purl, and the digests that name it."""

    kind: SubjectKind
    purl: Purl
    digests: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The hex SHA-256 that names this release."""
        return self.digests["sha256"]

    def to_subject(self) -> Subject:
        """Return the in-toto subject: name is the purl, the kind is an annotation."""
        kind = {"annotations": {KIND_ANNOTATION: self.kind.value}}
        return Subject(self.purl.text, dict(self.digests), kind)

    @classmethod
    def from_subject(cls, subject: Subject) -> "Release":
        """Read a subject that `to_subject` made.

        Raises:
            MalformedError: `statement.purl`, `statement.subject`, `statement.digest`.
        """
        annotations = subject.extra.get("annotations")
        named = annotations.get(KIND_ANNOTATION) if isinstance(annotations, Mapping) else None
        if named not in [kind.value for kind in SubjectKind] or "sha256" not in subject.digest:
            raise MalformedError(
                "statement.subject", "the subject is no release of a component",
                expected=f"a sha256 digest and the annotation {KIND_ANNOTATION}",
            )  # fmt: skip
        digests = check_digests(subject.digest)
        return cls(SubjectKind(str(named)), Purl.parse(subject.name), digests)


def of_files(
    kind: SubjectKind, purl: Purl, manifest: Manifest, *, git_commit: str | None = None
) -> Release:
    """Name a model, dataset, code or pipeline by its manifest; code may add its git commit.

    Raises:
        MalformedError: `statement.subject` for other kinds, `statement.digest`.
    """
    if kind not in OF_FILES:
        raise MalformedError(
            "statement.subject", "this kind of component has no files", got=kind.value
        )
    digests = {"sha256": manifest.digest}
    if git_commit is not None:
        digests["gitCommit"] = git_commit
    return Release(kind, purl, check_digests(digests))


def oci_image(purl: Purl, image_digest: str) -> Release:
    """Name an OCI image by the digest of its manifest or index, `sha256:...`.

    Raises:
        MalformedError: `statement.digest`.
    """
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", image_digest):
        raise MalformedError(
            "statement.digest", "an OCI image is named by its digest, never by a tag",
            expected="sha256: and 64 lower-case hex digits",
        )  # fmt: skip
    return Release(SubjectKind.OCI_IMAGE, purl, {"sha256": image_digest.removeprefix("sha256:")})


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSnapshot:
    """A database as it stood: which one, when, and the digest of an export of it."""

    engine: str
    database: str
    snapshot: str  # the engine's own name for this state: a snapshot id, LSN or table version
    taken_at: datetime
    content_sha256: str  # of the export, or the manifest digest of its files

    def to_bytes(self) -> bytes:
        """Return the canonical JSON descriptor.

        Raises:
            MalformedError: `statement.subject`, `statement.digest`, `time.naive`.
        """
        check_digests({"sha256": self.content_sha256})
        return _descriptor(
            SubjectKind.DATABASE_SNAPSHOT,
            {
                "engine": self.engine,
                "database": self.database,
                "snapshot": self.snapshot,
                "takenAt": format_time(self.taken_at),
                "contentSha256": self.content_sha256,
            },
        )

    def release(self, purl: Purl) -> Release:
        """Name this state of the database."""
        return _described(SubjectKind.DATABASE_SNAPSHOT, purl, self.to_bytes())


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedService:
    """A service that runs elsewhere: nobody here has its files, weights or provenance."""

    supplier: str  # registry id or domain of the organisation
    service: str
    contract: str
    configuration_sha256: str  # of the configuration that was agreed or sent

    def to_bytes(self) -> bytes:
        """Return the canonical JSON descriptor.

        Raises:
            MalformedError: `statement.subject`, `statement.digest`.
        """
        check_digests({"sha256": self.configuration_sha256})
        return _descriptor(
            SubjectKind.HOSTED_SERVICE,
            {
                "supplier": self.supplier,
                "service": self.service,
                "contract": self.contract,
                "configurationSha256": self.configuration_sha256,
            },
        )

    def release(self, purl: Purl) -> Release:
        """Name this configuration of the service."""
        return _described(SubjectKind.HOSTED_SERVICE, purl, self.to_bytes())


def _descriptor(kind: SubjectKind, fields: Mapping[str, str]) -> bytes:
    for name, value in fields.items():
        if not 1 <= len(value) <= MAX_TEXT:
            raise MalformedError(
                "statement.subject", f"{name} is empty or too long",
                expected=f"1 to {MAX_TEXT} characters",
            )  # fmt: skip
    return encode({"kind": kind.value, "v": 1, **fields})


def _described(kind: SubjectKind, purl: Purl, descriptor: bytes) -> Release:
    return Release(kind, purl, {"sha256": hashlib.sha256(descriptor).hexdigest()})
