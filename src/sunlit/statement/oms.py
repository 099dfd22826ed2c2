"""OpenSSF Model Signing v1.0: the bundle and the statement in it, read and written.

A bundle is Sigstore's JSON (v0.3) around a DSSE envelope around an in-toto statement. What is
checked here is form only; `oms_verify` checks signatures and folders.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError
from sunlit.statement.dsse import MAX_ENVELOPE, PAYLOAD_TYPE, Envelope
from sunlit.statement.intoto import Statement, Subject

MEDIA_TYPE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"
PREDICATE_TYPE: Final = "https://model_signing/signature/v1.0"
SIGNATURE_NAME: Final = "model.sig"

DEFAULT_IGNORED: Final = (".git", ".gitattributes", ".github", ".gitignore")  # section 6.2
DIGEST_SIZE: Final[Mapping[str, int]] = {"sha256": 32, "blake2b": 64, "blake3": 32}  # bytes

BAD_BUNDLE: Final = "oms.malformed-bundle"
BAD_STATEMENT: Final = "oms.malformed-statement"

_METHODS: Final = {
    "publicKey": "key",
    "x509CertificateChain": "certificate",
    "certificate": "sigstore",
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model signature. `method` is key, certificate or sigstore; `hint` names a key, if any."""

    method: str
    hint: str | None
    envelope: Envelope

    @classmethod
    def parse(cls, data: bytes) -> "Bundle":
        """Read a bundle (section 8.1).

        Raises:
            MalformedError: `json.*`, `oms.malformed-bundle`, `statement.malformed-envelope`.
        """
        document = decode_object(data, what="the model signature", limit=2 * MAX_ENVELOPE)
        if document.get("mediaType") != MEDIA_TYPE:
            raise MalformedError(
                BAD_BUNDLE, "this is no Sigstore bundle of a known version", expected=MEDIA_TYPE
            )
        method, hint = _material(document.get("verificationMaterial"))
        envelope = Envelope.from_json(document.get("dsseEnvelope"))
        if envelope.payload_type != PAYLOAD_TYPE or len(envelope.signatures) != 1:
            raise MalformedError(
                BAD_BUNDLE, "the bundle's envelope is not that of a model signature",
                expected=f"{PAYLOAD_TYPE} with one signature",
            )  # fmt: skip
        return cls(method, hint, envelope)

    def to_bytes(self) -> bytes:
        """Return the bundle of a `key` signature as canonical JSON."""
        return encode({
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {"publicKey": {"hint": self.hint}, "tlogEntries": []},
            "dsseEnvelope": self.envelope.to_json(),
        })  # fmt: skip


def _material(value: object) -> tuple[str, str | None]:
    """Return (method, hint) of the verification material (section 4.1)."""
    if not isinstance(value, Mapping):
        raise MalformedError(BAD_BUNDLE, "the bundle has no verificationMaterial")
    parts = {name: part for name in _METHODS if isinstance(part := value.get(name), Mapping)}
    if len(parts) != 1:
        raise MalformedError(
            BAD_BUNDLE, "the bundle does not say how it was signed",
            expected=f"exactly one of {', '.join(_METHODS)}",
        )  # fmt: skip
    [(name, part)] = parts.items()
    method = _METHODS[name]
    if method == "sigstore" and not value.get("tlogEntries"):
        raise MalformedError(BAD_BUNDLE, "a keyless signature needs a transparency log entry")
    hint = part.get("hint") if method == "key" else None
    # Before model-signing 1.1.0 `rawBytes` stood here; the key comes from outside either way.
    if not isinstance(hint, str | None):
        raise MalformedError(BAD_BUNDLE, "publicKey.hint is a text")
    return method, hint


@dataclass(frozen=True, slots=True)
class Resource:
    """One file, or one byte range of it (`path:start:end`), and the hex digest of its bytes."""

    name: str
    digest: str
    algorithm: str = "sha256"


@dataclass(frozen=True, slots=True)
class ModelStatement:
    """What a model signature says: every file of a model, hashed in a stated way."""

    name: str
    resources: tuple[Resource, ...]
    hash_type: str = "sha256"
    shard_size: int | None = None  # bytes; None for the method "files"
    ignore_paths: tuple[str, ...] = DEFAULT_IGNORED

    @property
    def root(self) -> str:
        """The hex root digest. It does not bind the names of files: never identify by it."""
        return root_digest(self.resources)

    @classmethod
    def parse(cls, payload: bytes) -> "ModelStatement":
        """Read the payload of a verified bundle (section 8.3) and recompute its root digest.

        The order of resources is not checked: model-signing 1.1.1 sorts by parts of paths, the
        specification by code points. It changes nothing but the root digest.

        Raises:
            MalformedError: `json.*`, `statement.*`, `oms.predicate-type`,
                `oms.malformed-statement`, `oms.root`.
        """
        statement = Statement.parse(payload)
        if statement.predicate_type != PREDICATE_TYPE:
            raise MalformedError(
                "oms.predicate-type", "the statement is no model signature",
                expected=PREDICATE_TYPE, got=repr(statement.predicate_type)[:80],
            )  # fmt: skip
        subject = statement.subjects[0]
        if len(statement.subjects) != 1 or not subject.name:
            raise MalformedError(BAD_STATEMENT, "a model signature has one subject, with a name")
        model = _model(subject.name, statement.predicate)
        if subject.digest.get("sha256") != model.root:
            raise MalformedError(
                "oms.root", "the root digest is not that of the listed resources",
                expected=model.root,
            )  # fmt: skip
        return model

    def to_payload(self) -> bytes:
        """Return the statement as canonical JSON, resources in code point order."""
        serialization: dict[str, object] = {
            "method": "files" if self.shard_size is None else "shards",
            "hash_type": self.hash_type,
            "allow_symlinks": False,
            "ignore_paths": list(self.ignore_paths),
        }
        if self.shard_size is not None:
            serialization["shard_size"] = self.shard_size
        ordered = sorted(self.resources, key=lambda one: one.name)
        resources = [
            {"name": one.name, "digest": one.digest, "algorithm": one.algorithm} for one in ordered
        ]
        predicate = {"resources": resources, "serialization": serialization}
        subject = Subject(self.name, {"sha256": root_digest(ordered)})
        return Statement((subject,), PREDICATE_TYPE, predicate).to_payload()


def root_digest(resources: Iterable[Resource]) -> str:
    """Return the hex SHA-256 of the raw digests, one after the other (section 6.5.1)."""
    digest = hashlib.sha256()
    for one in resources:
        digest.update(bytes.fromhex(one.digest))
    return digest.hexdigest()


def _model(name: str, predicate: Mapping[str, object]) -> ModelStatement:
    how, listed = predicate.get("serialization"), predicate.get("resources")
    if not isinstance(how, Mapping) or not isinstance(listed, list) or not listed:
        raise MalformedError(BAD_STATEMENT, "a model signature lists resources, and how it hashed")
    hash_type, ignored = how.get("hash_type"), how.get("ignore_paths", [])
    if not isinstance(hash_type, str) or hash_type not in DIGEST_SIZE:
        raise MalformedError(BAD_STATEMENT, "hash_type is unknown", expected=", ".join(DIGEST_SIZE))
    if not isinstance(ignored, list) or not all(isinstance(path, str) for path in ignored):
        raise MalformedError(BAD_STATEMENT, "ignore_paths is a list of texts")
    if not isinstance(how.get("allow_symlinks"), bool):
        raise MalformedError(BAD_STATEMENT, "allow_symlinks is true or false")
    shard_size = _shard_size(how)
    # The specification writes the hash's name; model-signing 1.1.1 adds how it was sharded.
    algorithms = (hash_type, f"{hash_type}-sharded-{shard_size}")
    resources = tuple(_resource(item, hash_type, algorithms) for item in listed)
    if len({one.name for one in resources}) != len(resources):
        raise MalformedError(BAD_STATEMENT, "a resource is listed twice")
    return ModelStatement(name, resources, hash_type, shard_size, tuple(ignored))


def _shard_size(how: Mapping[str, object]) -> int | None:
    method, size = how.get("method"), how.get("shard_size")
    if method == "files" and size is None:
        return None
    # Protocol buffers know only doubles here, and some writers print 1000000000.0.
    if isinstance(size, float) and size.is_integer():
        size = int(size)
    if method == "shards" and type(size) is int and size > 0:
        return size
    raise MalformedError(
        BAD_STATEMENT, "method and shard_size do not fit",
        expected="files without, or shards with a positive shard_size",
    )  # fmt: skip


def _resource(value: object, hash_type: str, algorithms: tuple[str, ...]) -> Resource:
    if not isinstance(value, Mapping):
        raise MalformedError(BAD_STATEMENT, "a resource is a JSON object")
    name, digest = value.get("name"), value.get("digest")
    length = 2 * DIGEST_SIZE[hash_type]
    if not isinstance(digest, str) or not re.fullmatch(f"[0-9a-f]{{{length}}}", digest):
        raise MalformedError(
            BAD_STATEMENT, "a resource's digest is malformed", expected=f"{length} hex digits"
        )
    if value.get("algorithm") not in algorithms:
        raise MalformedError(BAD_STATEMENT, "a resource was hashed in another way than stated")
    if not isinstance(name, str) or not _is_relative(name):
        raise MalformedError(BAD_STATEMENT, "a resource's name is no path inside the model")
    return Resource(name, digest, hash_type)


def _is_relative(name: str) -> bool:
    # "." is how model-signing 1.1.1 names the file of a single-file model.
    return name == "." or not any(part in ("", ".", "..") for part in name.split("/"))
