"""One decision log's folder: what a guard, a command and an auditor each find there."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.decision.disk import LocalDisk, keep
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.files import DirectoryFiles
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.log.note import NoteSigner, NoteVerifier
from sunlit.log.opening import start
from sunlit.log.publish import CHECKPOINT, Options
from sunlit.log.reader import LogReader
from sunlit.statement.by_uri import load_signer
from sunlit.statement.keys import PrivateKey

# A second's records are one commit; each commit's files are small beside the segments.
OPTIONS = Options(archive_each=False, flush_commits=16, flush_bytes=8 * 1024 * 1024)
VKEY = "vkey"
KEY = "key.pem"
ENTRY = "registration.entry.json"
RECEIPT = "registration.tlog-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFolder:
    """A decision log on disk. `registration` and `receipt` are None until it was registered."""

    name: str
    origin: str
    vkey: str
    path: Path
    keys_path: Path
    registration: bytes | None = None
    receipt: bytes | None = None

    @property
    def segments(self) -> Path:
        """The folder of its segments."""
        return self.path / "segments"

    @property
    def public(self) -> Path:
        """The folder of its public files."""
        return self.path / "log"

    @property
    def lock(self) -> Path:
        """Its lock store."""
        return self.path / "lock.sqlite"

    @property
    def verifier(self) -> NoteVerifier:
        """The key that its checkpoints are verified by."""
        return NoteVerifier.parse(self.vkey)

    def signer(self) -> NoteSigner:
        """Read the log's own key; a file that others could read is refused.

        Raises:
            UnavailableError: `key.file-unreadable`.
            VerificationError: `store.other-key`.
            MalformedError: `key.file-mode`, `key.*`.
        """
        found = load_signer(f"file:{self.path / KEY}")
        if isinstance(found, PrivateKey) and isinstance(found.native, Ed25519PrivateKey):
            signer = NoteSigner.from_ed25519(self.origin, found.native)
            if signer.verifier == self.verifier:
                return signer
        raise VerificationError(
            "store.other-key", "the key beside the decision log is not the log's",
            expected=self.vkey, mend="bring the log's own key.pem back",
        )  # fmt: skip

    def reader(self) -> LogReader:
        """Return a verifying reader at the newest signed checkpoint.

        Raises:
            SunlitError: as `LogReader.open`.
        """
        return LogReader.open(DirectoryFiles(self.public), self.verifier)

    def keep_registration(self, entry: bytes, receipt: bytes) -> "LogFolder":
        """Keep the statement's entry and receipt: from now on a guard may write to the log.

        Raises:
            UnavailableError: `recorder.disk-full`, `recorder.write-failed`,
                `recorder.fsync-failed`.
        """
        keep(self.path / RECEIPT, receipt, LocalDisk())
        keep(self.path / ENTRY, entry, LocalDisk())
        return replace(self, registration=entry, receipt=receipt)

    @classmethod
    def load(cls, path: Path, keys: Path) -> Self:
        """Read a folder that `make` made.

        Raises:
            UnavailableError: `store.unreadable`.
            MalformedError: `note.*`.
        """
        verifier = NoteVerifier.parse(read(path / VKEY).decode("utf-8", "replace").strip())
        return cls(
            name=path.name, origin=verifier.name, vkey=verifier.vkey, path=path,
            keys_path=keys / path.name, registration=_optional(path / ENTRY),
            receipt=_optional(path / RECEIPT),
        )  # fmt: skip

    @classmethod
    def make(cls, path: Path, keys: Path, origin: str) -> Self:
        """Make a new, empty log with a key of its own.

        Raises:
            MalformedError: `log.*`, `note.key-name`.
            UnavailableError: `log.*`, `recorder.*`.
        """
        private = PrivateKey(Ed25519PrivateKey.generate())
        native = private.native
        if not isinstance(native, Ed25519PrivateKey):
            raise MalformedError("store.malformed", "the new key is of another kind")
        signer = NoteSigner.from_ed25519(origin, native)
        note = sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), signer).to_bytes()
        for folder in (path / "segments", keys / path.name):
            folder.mkdir(mode=0o700, parents=True)
        keep(path / KEY, private.to_pem(), LocalDisk())
        start(path / "log", path / "lock.sqlite", origin=origin, note=note)
        (path / "log").chmod(0o755)
        (path / "log" / CHECKPOINT).write_bytes(note)
        keep(path / VKEY, f"{signer.verifier.vkey}\n".encode(), LocalDisk())  # last: now it counts
        return cls.load(path, keys)


def read(path: Path) -> bytes:
    """Return a file of the store.

    Raises:
        UnavailableError: `store.unreadable`.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(
            "store.unreadable", f"{path.name} of the decision store cannot be read",
            got=error.strerror, mend="check the folder and its permissions",
        ) from error  # fmt: skip


def _optional(path: Path) -> bytes | None:
    return read(path) if path.exists() else None
