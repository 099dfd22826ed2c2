"""Releases of every kind of component, and the digests that name them."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.base.errors import MalformedError
from sunlit.statement.intoto import Subject
from sunlit.statement.manifest import FileEntry, Manifest
from sunlit.statement.purl import Purl
from sunlit.statement.subjects import (
    OF_FILES,
    DatabaseSnapshot,
    HostedService,
    Release,
    SubjectKind,
    oci_image,
    of_files,
)

PURL = Purl.parse("pkg:generic/city.example/outreach")
MANIFEST = Manifest((FileEntry("a", 0, hashlib.sha256(b"").hexdigest()),))
SNAPSHOT = DatabaseSnapshot(
    engine="postgresql-17",
    database="benefits",
    snapshot="0/16B3748",
    taken_at=datetime(2026, 1, 2, tzinfo=UTC),
    content_sha256="ab" * 32,
)
SERVICE = HostedService(
    supplier="vendor.example",
    service="chat-large",
    contract="2026-117",
    configuration_sha256="cd" * 32,
)
RELEASES = [
    *(of_files(kind, PURL, MANIFEST) for kind in sorted(OF_FILES)),
    of_files(SubjectKind.CODE, PURL, MANIFEST, git_commit="ab" * 20),
    oci_image(Purl.parse("pkg:oci/debian"), "sha256:" + "ab" * 32),
    SNAPSHOT.release(PURL),
    SERVICE.release(PURL),
]


@pytest.mark.parametrize("release", RELEASES, ids=lambda one: "+".join((one.kind, *one.digests)))
def test_a_release_survives_being_a_subject(release: Release) -> None:
    """Kind, name and digests come back."""
    assert Release.from_subject(release.to_subject()) == release


def test_there_is_a_release_of_each_kind() -> None:
    """No kind is left without a way to name it."""
    assert {one.kind for one in RELEASES} == set(SubjectKind)


def test_files_are_named_by_their_manifest() -> None:
    """The subject's sha256 is the manifest digest."""
    assert of_files(SubjectKind.MODEL, PURL, MANIFEST).digest == MANIFEST.digest


def test_descriptors_are_canonical_json_with_their_kind() -> None:
    """What is hashed can be written by anybody."""
    assert SERVICE.to_bytes() == (
        b'{"configurationSha256":"' + b"cd" * 32 + b'","contract":"2026-117",'
        b'"kind":"hosted-service","service":"chat-large","supplier":"vendor.example","v":1}'
    )
    assert SNAPSHOT.release(PURL).digest == hashlib.sha256(SNAPSHOT.to_bytes()).hexdigest()
    assert b'"takenAt":"2026-01-02T00:00:00Z"' in SNAPSHOT.to_bytes()


@pytest.mark.parametrize(
    "other", [replace(SERVICE, service="chat-small"), replace(SERVICE, contract="2026-118")]
)
def test_another_contract_or_service_is_another_release(other: HostedService) -> None:
    """Every field counts."""
    assert other.release(PURL).digest != SERVICE.release(PURL).digest


@pytest.mark.parametrize(
    ("described", "code"),
    [
        (replace(SERVICE, supplier=""), "statement.subject"),
        (replace(SERVICE, contract="x" * 513), "statement.subject"),
        (replace(SERVICE, configuration_sha256="CD" * 32), "statement.digest"),
        (replace(SNAPSHOT, content_sha256=""), "statement.digest"),
        (replace(SNAPSHOT, taken_at=datetime(2026, 1, 2)), "time.naive"),  # noqa: DTZ001
    ],
)
def test_a_malformed_descriptor_is_refused(
    described: HostedService | DatabaseSnapshot, code: str
) -> None:
    """Empty, endless and unspecific fields."""
    with pytest.raises(MalformedError) as refused:
        described.to_bytes()

    assert refused.value.code == code


@pytest.mark.parametrize("kind", sorted(set(SubjectKind) - OF_FILES))
def test_a_kind_without_files_has_no_manifest(kind: SubjectKind) -> None:
    """A hosted service is never named by files."""
    with pytest.raises(MalformedError) as refused:
        of_files(kind, PURL, MANIFEST)

    assert refused.value.code == "statement.subject"


@pytest.mark.parametrize("digest", ["latest", "ab" * 32, "sha256:" + "AB" * 32, "sha512:ab"])
def test_an_image_is_never_named_by_a_tag(digest: str) -> None:
    """Tags move."""
    with pytest.raises(MalformedError) as refused:
        oci_image(Purl.parse("pkg:oci/debian"), digest)

    assert refused.value.code == "statement.digest"


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (Subject("pkg:pypi/x", {"sha256": "ab" * 32}), "statement.subject"),
        (
            Subject("pkg:pypi/x", {"sha256": "ab" * 32}, {"annotations": {"sunlit_kind": "ship"}}),
            "statement.subject",
        ),
        (
            Subject("pkg:pypi/x", {"sha1": "ab" * 20}, {"annotations": {"sunlit_kind": "model"}}),
            "statement.subject",
        ),
        (
            Subject(None, {"sha256": "ab" * 32}, {"annotations": {"sunlit_kind": "model"}}),
            "statement.purl",
        ),
        (
            Subject("pkg:pypi/x", {"sha256": "AB"}, {"annotations": {"sunlit_kind": "model"}}),
            "statement.digest",
        ),
    ],
)
def test_a_subject_that_is_no_release_is_refused(subject: Subject, code: str) -> None:
    """Kind, name and digest are all needed."""
    with pytest.raises(MalformedError) as refused:
        Release.from_subject(subject)

    assert refused.value.code == code
