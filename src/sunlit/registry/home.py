"""An organisation's home: one directory with its log, its lock, its keys and its trust file.

- `sunlit-home.json`: who, which log origin, which key file serves which role
- `trust.json`: the trust file in force
- `log/`: public: checkpoint, tiles, archive
- `lock.sqlite`: the lock store: never rebuilt, never restored from a backup
- `private/`: keys, drafts, caches: never published
- `blobs/`: public reports, named by digest
- `tokens/`: safety tokens that were issued
- `status/`: signed status lists, public
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import Clock
from sunlit.claims.authority import Role
from sunlit.log.files import DirectoryFiles
from sunlit.log.note import ED25519, NoteSigner, NoteVerifier
from sunlit.log.reader import LogReader
from sunlit.log.sequencer import Log
from sunlit.statement.by_uri import load_signer
from sunlit.statement.keys import Signer

HOME_FILE: Final = "sunlit-home.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A private key of the home: where it is and the roles it was asked for."""

    uri: str
    roles: tuple[Role, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """An organisation's home, read from disk; secrets are loaded only when asked for."""

    root: Path
    organisation: str
    name: str
    origin: str
    log_vkey: str
    keys: Mapping[str, KeyFile] = field(default_factory=dict)
    lock: str | None = None  # the URL of a lock store that is no file of the home

    @classmethod
    def open(cls, root: Path) -> "Home":
        """Read the home at `root`.

        Raises:
            UnavailableError: `home.missing`.
            MalformedError: `home.malformed`.
        """
        try:
            data = (root / HOME_FILE).read_bytes()
        except OSError as error:
            raise UnavailableError(
                "home.missing",
                "there is no Sunlit home here",
                expected=f"a directory with {HOME_FILE}",
                got=str(root),
                mend="sunlit org new ID --home DIR, or name yours with --home DIR",
            ) from error
        return _parse(root, canonical.decode_object(data, what=HOME_FILE))

    def save(self) -> None:
        """Write `sunlit-home.json`, whole or not at all."""
        document = {
            "v": 1,
            "organisation": self.organisation,
            "name": self.name,
            "origin": self.origin,
            "logKey": self.log_vkey,
            "keys": {
                name: {"uri": key.uri, "roles": [str(role) for role in key.roles]}
                | ({"label": key.label} if key.label else {})
                for name, key in self.keys.items()
            },
        } | ({"lock": self.lock} if self.lock else {})
        write_whole(self.root / HOME_FILE, canonical.encode(document) + b"\n")

    @property
    def log_directory(self) -> Path:
        """The public log directory."""
        return self.root / "log"

    @property
    def lock_path(self) -> Path:
        """The lock store."""
        return self.root / "lock.sqlite"

    @property
    def trust_path(self) -> Path:
        """The trust file in force."""
        return self.root / "trust.json"

    def key_path(self, name: str) -> Path:
        """Return where the key `name` is kept when it is a file of this home."""
        return self.root / "private" / "keys" / f"{name}.pem"

    def signer(self, name: str) -> Signer:
        """Load the key called `name`, or the first one that serves the role `name`.

        Raises:
            UnavailableError: `home.no-such-key`.
        """
        chosen = self.keys.get(name) or next(
            (key for key in self.keys.values() if name in key.roles), None
        )
        if chosen is None:
            raise UnavailableError(
                "home.no-such-key",
                f"{self.organisation} keeps no key for {name!r} here",
                expected="one of " + (", ".join(sorted(self.keys)) or "none yet"),
                mend=f"sunlit key new {name} --role ROLE --home {self.root}",
            )
        return load_signer(self._resolve(chosen.uri))

    def _resolve(self, uri: str) -> str:
        scheme, _, rest = uri.partition(":")
        if scheme == "file" and not Path(rest).is_absolute():
            return f"file:{self.root / rest}"
        return uri

    def log_signer(self) -> NoteSigner:
        """Load the log's own key as a note signer named by the origin."""
        return note_signer(self.origin, self.signer("log"))

    def trust(self, at: datetime) -> TrustFile:
        """Return the trust file in force.

        Raises:
            UnavailableError: `home.no-trust`.
        """
        try:
            data = self.trust_path.read_bytes()
        except OSError as error:
            raise UnavailableError(
                "home.no-trust",
                "this home has no trust file",
                expected=str(self.trust_path),
                mend=f"sunlit trust update FILE --home {self.root}",
            ) from error
        return TrustFile.load(data, at)

    def reader(self) -> LogReader:
        """Return a verifying reader over the home's own log."""
        return LogReader.open(DirectoryFiles(self.log_directory), NoteVerifier.parse(self.log_vkey))

    def open_log(self, clock: Clock) -> Log:
        """Open the log for appending; the caller closes it."""
        return Log.open(
            self.log_directory,
            lock=self.lock or self.lock_path,
            signer=self.log_signer(),
            clock=clock,
        )

    def history(self, at: datetime) -> History:
        """Fold the whole log, as this home's trust file sees it."""
        history = History(self.trust(at))
        for index, entry in enumerate(self.reader().entries()):
            history.feed(entry, origin=self.origin, index=index)
        return history


def note_signer(name: str, key: Signer, kind: int = ED25519) -> NoteSigner:
    """Return a signed-note signer over an Ed25519 key; `kind` is a signed-note type.

    Raises:
        MalformedError: `home.log-key` when the key cannot sign notes.
    """
    if key.public.kind != "ed25519":
        raise MalformedError(
            "home.log-key", "a log or witness key must be Ed25519", got=key.public.kind
        )
    # RFC 8410: the last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key.
    return NoteSigner(NoteVerifier(name, kind, key.public.spki[-32:]), key.sign)


def write_whole(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace `path` by `data`: whole, durable, or not at all; `private` is for the owner only.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as handle:
            if private:
                os.fchmod(handle.fileno(), 0o600)  # before there is anything to read
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):  # where the folder is none, there is nothing to take away
            temporary.unlink(missing_ok=True)
        raise UnavailableError(
            "home.cannot-write",
            f"{path} could not be written",
            got=error.strerror,
            mend="free some space or mend the permissions, then try again: nothing was changed",
        ) from error


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _parse(root: Path, document: Mapping[str, object]) -> Home:
    if document.get("v") != 1:
        raise MalformedError(
            "home.malformed", f"{HOME_FILE} has another version", expected="1",
            got=str(document.get("v")),
        )  # fmt: skip
    keys = document.get("keys")
    return Home(
        root=root,
        organisation=_text(document, "organisation"),
        name=_text(document, "name"),
        origin=_text(document, "origin"),
        log_vkey=_text(document, "logKey"),
        keys={
            str(name): _key_file(str(name), value)
            for name, value in (keys if isinstance(keys, dict) else {}).items()
        },
        lock=_text(document, "lock") if "lock" in document else None,
    )


def _key_file(name: str, value: object) -> KeyFile:
    if not isinstance(value, dict) or not isinstance(value.get("roles"), list):
        raise MalformedError("home.malformed", f"the key {name!r} in {HOME_FILE} is malformed")
    label = value.get("label")
    try:
        roles = tuple(Role(role) for role in value["roles"])
    except ValueError as error:
        raise MalformedError(
            "home.malformed", f"the key {name!r} names an unknown role",
            expected="one of " + ", ".join(Role),
        ) from error  # fmt: skip
    return KeyFile(uri=_text(value, "uri"), roles=roles, label=label and str(label))


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedError("home.malformed", f"{HOME_FILE} lacks {name!r}", expected="a text")
    return value
