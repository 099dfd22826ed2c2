"""The second file of a bundle, where a court orders it: code, weights and data, sealed for it."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.bundle.inspection import recipient_of, seal
from sunlit.registry.trust import read_file

MAX_KEY: Final = 64 * 1024
CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a court ordered: the folders that go in, the order, the key that opens them."""

    out: Path
    model: Path
    data: Path | None
    order: str
    court: X25519PublicKey

    @classmethod
    def of(
        cls, out: Path | None, *, model: Path | None, data: Path | None, order: str | None,
        court: Path | None,
    ) -> "Inspection | None":  # fmt: skip
        """Return what was asked for, None where nothing was.

        Raises:
            MalformedError: `inspection.incomplete`, `inspection.court-key`.
            UnavailableError: `trust.unreadable` where the key cannot be read.
        """
        if out is None:
            if any(one is not None for one in (model, data, order, court)):
                raise _incomplete()
            return None
        if model is None or order is None or court is None:
            raise _incomplete()
        return cls(out=out, model=model, data=data, order=order, court=read_key(court))

    def seal(self, leaf: str) -> dict[str, object]:
        """Write the sealed file; return what the bundle's manifest says of it.

        Raises:
            UnavailableError: `inspection.unreadable`.
        """
        try:
            with tempfile.TemporaryFile(dir=self.out.absolute().parent) as plain:
                listed = _packed(self._files(), plain)
                plain.seek(0)
                digest, size = self._sealed(plain, leaf)
        except OSError as error:
            raise UnavailableError(
                "inspection.unreadable", "what the court ordered cannot be read, or not written",
                got=error.strerror, mend="check the folders, and that there is room",
            ) from error  # fmt: skip
        return {
            "file": self.out.name, "sha256": digest, "size": size, "order": self.order,
            "recipient": recipient_of(self.court), "files": listed,
        }  # fmt: skip

    def _sealed(self, plain: IO[bytes], leaf: str) -> tuple[str, int]:
        temporary = self.out.with_name(f".{self.out.name}.{os.getpid()}.tmp")
        try:
            with temporary.open("wb") as to:
                os.fchmod(to.fileno(), 0o600)
                digest = seal(plain, to, self.court, order=self.order, leaf=leaf)
                to.flush()
                os.fsync(to.fileno())
                size = to.tell()
            temporary.replace(self.out)
        finally:
            temporary.unlink(missing_ok=True)
        return digest, size

    def _files(self) -> Iterator[tuple[str, Path]]:
        for name, root in (("model", self.model), ("data", self.data)):
            if root is None:
                continue
            if root.is_file():
                yield f"{name}/{root.name}", root
                continue
            for path in sorted(root.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    yield f"{name}/{path.relative_to(root).as_posix()}", path


def _packed(files: Iterator[tuple[str, Path]], to: IO[bytes]) -> dict[str, dict[str, object]]:
    """Write a zip; return SHA-256 and size of each file, of the bytes that went in."""
    listed: dict[str, dict[str, object]] = {}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as made:
        for name, path in files:
            digest, size = hashlib.sha256(), 0
            with (
                path.open("rb") as source,
                made.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target,
            ):
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
            listed[name] = {"sha256": digest.hexdigest(), "size": size}
    return listed


def read_key(path: Path) -> X25519PublicKey:
    """Read a court's public key in PEM.

    Raises:
        MalformedError: `inspection.court-key`.
        UnavailableError: `trust.unreadable`.
    """
    try:
        key = load_pem_public_key(read_file(path, limit=MAX_KEY))
    except ValueError as error:
        raise _no_key() from error
    if not isinstance(key, X25519PublicKey):
        raise _no_key()
    return key


def _no_key() -> MalformedError:
    return MalformedError(
        "inspection.court-key", "this is no public key to seal for", expected="X25519, in PEM",
        mend="the court makes one with: openssl genpkey -algorithm X25519",
    )  # fmt: skip


def _incomplete() -> MalformedError:
    return MalformedError(
        "inspection.incomplete", "an inspection file needs all of what a court orders",
        expected="--inspection FILE --model DIR --order REFERENCE --court KEY.pem, and --data",
    )  # fmt: skip
