"""OpenSSF Model Signing v1.0: signing folders, and checking folders against bundles.

Verification (section 8), in order:
1. the bundle is of the `key` method and its signature is the given key's;
2. the statement is a model signature and its root digest is that of its resources;
3. every file in the folder is listed and every listed one is there (symbolic links, special
   files and unlisted files refuse the folder);
4. each digest is that of the bytes.

What a bundle asks to ignore is under its signer's control, so only what the caller allows is
ignored. Certificates, keyless signatures and the formats before 1.0 are not verified.
"""

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, Signature, pae
from sunlit.statement.folder import FoundFile
from sunlit.statement.hashing import NewHash, Progress, hash_open_file, open_file
from sunlit.statement.manifest import Manifest
from sunlit.statement.oms import (
    DEFAULT_IGNORED,
    SIGNATURE_NAME,
    Bundle,
    ModelStatement,
    Resource,
    root_digest,
)
from sunlit.statement.oms_keys import ModelKey, ModelSigner
from sunlit.statement.source import OpenSource, open_source

OWN_IGNORED: Final = (*DEFAULT_IGNORED, ".sunlit", SIGNATURE_NAME)
"""What we leave out when we sign, and always allow to be left out: section 6.2, our own working
folder, and the signature itself."""

MAX_NAMED: Final = 5  # files named in one message


def verify_bundle(bundle: Bundle, key: ModelKey) -> ModelStatement:
    """Return what `key` signed: steps 1 and 2.

    Raises:
        UnavailableError: `oms.unsupported-method`.
        VerificationError: `oms.bad-signature`.
        MalformedError: `oms.malformed-statement`, `oms.predicate-type`, `oms.root`, ...
    """
    if bundle.method != "key":
        raise UnavailableError(
            "oms.unsupported-method", "this kind of model signature is not verified here",
            expected="key", got=bundle.method, mend="verify it with model-signing itself",
        )  # fmt: skip
    # A hint never decides: whether this key signed is what the signature says.
    key.verify(bundle.envelope.signed_bytes, bundle.envelope.signatures[0].sig)
    return ModelStatement.parse(bundle.envelope.payload)


def verify_folder(
    root: Path,
    bundle: Bundle,
    key: ModelKey,
    *,
    may_ignore: Collection[str] = (),
    progress: Progress | None = None,
) -> ModelStatement:
    """Check that the folder, or single file, is exactly what `key` signed: steps 1 to 4.

    `may_ignore` are further paths, relative to `root`, that may stand there unsigned.

    Raises:
        VerificationError: `oms.bad-signature`, `oms.files-differ`, `oms.digest-differs`.
        UnavailableError: `oms.unsupported-method`, `oms.unsupported-hash`, `manifest.*`.
        MalformedError: `oms.*`, `manifest.*`.
    """
    model = verify_bundle(bundle, key)
    ignored = {*OWN_IGNORED, *may_ignore}
    with open_source(root, ignored.__contains__) as source:
        _check_names(model, source)
        expected = {one.name: one.digest for one in model.resources}
        for one in _hash_all(source, model.hash_type, model.shard_size, progress):
            if expected[_listed_name(one.name, model, source)] != one.digest:
                raise VerificationError(
                    "oms.digest-differs", f"{one.name!r} is not the file that was signed",
                    mend="fetch the model again, or ask who signed it for the right signature",
                )  # fmt: skip
    return model


def sign_folder(root: Path, signer: ModelSigner, *, progress: Progress | None = None) -> Bundle:
    """Sign every file of a folder, or a single file, with SHA-256 and the method "files".

    Raises:
        MalformedError: `oms.empty`, `oms.key`, `manifest.*`.
        UnavailableError: `manifest.*`.
    """
    key = ModelKey.from_spki(signer.public.spki)
    with open_source(root, OWN_IGNORED.__contains__) as source:
        resources = tuple(_hash_all(source, "sha256", None, progress))
    if not resources:
        raise MalformedError("oms.empty", "a model without files cannot be signed")
    # `model-signing` reads the ignored paths from here when it verifies.
    model = ModelStatement(root.resolve().name or "model", resources, ignore_paths=OWN_IGNORED)
    payload = model.to_payload()
    signature = Signature("", signer.sign(pae(PAYLOAD_TYPE, payload)))
    bundle = Bundle("key", key.hint, Envelope(PAYLOAD_TYPE, payload, (signature,)))
    verify_bundle(bundle, key)  # a signer of another kind would make a bundle that nobody accepts
    return bundle


def oms_root(manifest: Manifest) -> str | None:
    """Return the root digest that `sign_folder` would sign, from a manifest; None of no file."""
    kept = [one for one in manifest.files if one.name.partition("/")[0] not in OWN_IGNORED]
    return root_digest(Resource(one.name, one.sha256) for one in kept) if kept else None


@dataclass(frozen=True, slots=True)
class _Range:
    name: str
    end: int


def _ranges(found: FoundFile, shard_size: int | None) -> tuple[_Range, ...]:
    """Return the resources of one file, in order (section 6.3)."""
    size = found.state.size
    if shard_size is None:
        return (_Range(found.raw_name, size),)
    ends = [min(start + shard_size, size) for start in range(0, size, shard_size)]
    starts = [0, *ends]
    return tuple(
        _Range(f"{found.raw_name}:{start}:{end}", end)
        for start, end in zip(starts, ends, strict=False)
    )


def _check_names(model: ModelStatement, source: OpenSource) -> None:
    listed = {one.name for one in model.resources}
    present = {
        _listed_name(one.name, model, source)
        for found in source.files
        for one in _ranges(found, model.shard_size)
    }
    if listed == present:
        return
    raise VerificationError(
        "oms.files-differ", "the files are not those that were signed",
        expected=f"also {_some(listed - present)}" if listed - present else "nothing else",
        got=f"also {_some(present - listed)}" if present - listed else "nothing else",
        mend="remove what was not signed and fetch what is missing",
    )  # fmt: skip


def _listed_name(name: str, model: ModelStatement, source: OpenSource) -> str:
    # Section 6.1.2: the base name, which model-signing 1.1.1 writes as ".".
    is_dot = source.is_single and model.resources[0].name == "."
    return "." if is_dot else name


def _some(names: set[str]) -> str:
    shown = ", ".join(ascii(name) for name in sorted(names)[:MAX_NAMED])
    return shown + (f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else "")


def _hash_all(
    source: OpenSource, hash_type: str, shard_size: int | None, progress: Progress | None
) -> Iterator[Resource]:
    total = sum(one.state.size for one in source.files)
    done = 0
    for found in source.files:
        hasher = _RangeHasher(hash_type, _ranges(found, shard_size))
        descriptor = open_file(source.folder, found.raw_name)
        try:
            hash_open_file(descriptor, found.state, hasher.take)
        finally:
            os.close(descriptor)
        done += found.state.size
        if progress:
            progress(done, total)
        yield from hasher.resources()


class _RangeHasher:
    """Hashes consecutive ranges of one stream."""

    def __init__(self, hash_type: str, ranges: tuple[_Range, ...]) -> None:
        self._type = hash_type
        self._ranges = ranges
        self._hashes = [_new_hash(hash_type) for _ in ranges]
        self._at = 0
        self._which = 0

    def take(self, chunk: memoryview) -> None:
        # A file that grew brings more bytes than the ranges hold; `hash_open_file` refuses it.
        while chunk and self._which < len(self._ranges):
            room = self._ranges[self._which].end - self._at
            self._hashes[self._which].update(chunk[:room])
            self._at += min(room, len(chunk))
            chunk = chunk[room:]
            self._which += self._at == self._ranges[self._which].end

    def resources(self) -> Iterator[Resource]:
        for one, digest in zip(self._ranges, self._hashes, strict=True):
            yield Resource(one.name, digest.hexdigest(), self._type)


def _new_hash(hash_type: str) -> NewHash:
    if hash_type == "sha256":
        return hashlib.sha256()
    if hash_type == "blake2b":
        return hashlib.blake2b()
    raise UnavailableError(
        "oms.unsupported-hash", "the model signature uses a hash that is not known here",
        expected="sha256 or blake2b", got=hash_type, mend="verify it with model-signing itself",
    )  # fmt: skip
