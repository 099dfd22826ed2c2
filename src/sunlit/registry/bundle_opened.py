"""Open the inspection file of a bundle with a court's key, and compare it with the manifest."""

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.bundle.inspection import Sealing, unseal
from sunlit.bundle.verify import BundleVerification
from sunlit.registry.bundle_inspection import CHUNK, MAX_KEY
from sunlit.registry.trust import read_file


def open_inspection(found: BundleVerification, sealed: Path, key: Path, into: Path) -> None:
    """Write the zip in a sealed file to `into`, if the bundle's manifest lists the sealed file.

    Raises:
        VerificationError: `inspection.unlisted`, `inspection.key`, `inspection.changed`.
        MalformedError: `inspection.private-key`, `inspection.malformed`.
        UnavailableError: `inspection.unreadable`, `trust.unreadable`.
    """
    private = _private(key)
    temporary = into.with_name(f".{into.name}.{os.getpid()}.tmp")
    try:
        _expect_listed(found, sealed)
        with sealed.open("rb") as source, temporary.open("wb") as to:
            sealing = unseal(source, to, private)
        _expect_same(found, sealing)
        temporary.replace(into)
    except OSError as error:
        raise UnavailableError(
            "inspection.unreadable", "the sealed file cannot be read, or its content not written",
            got=error.strerror, mend="check the paths, and that there is room",
        ) from error  # fmt: skip
    finally:
        temporary.unlink(missing_ok=True)


def _expect_listed(found: BundleVerification, sealed: Path) -> None:
    digest = hashlib.sha256()
    with sealed.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    listed = found.shown.manifest.inspection if found.shown else ()
    if digest.hexdigest() not in {one.get("sha256") for one in listed}:
        raise VerificationError(
            "inspection.unlisted", "the bundle's manifest lists no such inspection file",
            expected=" or ".join(str(one.get("sha256")) for one in listed) or "none is listed",
            got=digest.hexdigest(), mend="ask for the file that was made with this bundle",
        )  # fmt: skip


def _expect_same(found: BundleVerification, sealing: Sealing) -> None:
    """Check that what was sealed was sealed for this decision: the manifest is its maker's word."""
    leaf = found.shown.manifest.decision.leaf if found.shown else None
    if sealing.leaf != leaf:
        raise VerificationError(
            "inspection.other-decision", "the inspection file was made for another decision",
            expected=f"leaf {leaf}", got=sealing.leaf[:64],
            mend="ask for the file that was made with this bundle",
        )  # fmt: skip


def _private(path: Path) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(read_file(path, limit=MAX_KEY), None)
    except (ValueError, TypeError) as error:
        raise _no_key() from error
    if not isinstance(key, X25519PrivateKey):
        raise _no_key()
    return key


def _no_key() -> MalformedError:
    return MalformedError(
        "inspection.private-key", "this is no private key that opens an inspection file",
        expected="X25519, in PEM, without a password",
    )  # fmt: skip
