"""Logs made in one go for tests: real tiles and a real checkpoint, no lock store, no syncing."""

from collections.abc import Iterable
from pathlib import Path

from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.edge import Edge, frame
from sunlit.log.note import ED25519, NoteSigner, NoteVerifier
from sunlit.log.reader import CHECKPOINT_PATH, LogReader
from sunlit.testing.authority import named_key


class MadeLog:
    """A log by its origin, signed by the key that `World` trusts for it.

    Its files are kept in memory, or below `folder`. It is a `projection.project.HomeLike`.
    """

    def __init__(
        self, origin: str, entries: Iterable[bytes] = (), *, folder: Path | None = None
    ) -> None:
        self.origin = origin
        self._folder, self._files = folder, dict[str, bytes]()
        self._edge = Edge()
        key = named_key(f"log/{origin}")
        verifier = NoteVerifier(origin, ED25519, key.public.spki[-32:])  # RFC 8410
        self._signer = NoteSigner(verifier, key.sign)
        self.append(entries)

    @property
    def vkey(self) -> str:
        """The log's verifier key."""
        return self._signer.verifier.vkey

    def append(self, entries: Iterable[bytes]) -> None:
        """Append entries and sign the checkpoint after them."""
        new = list(entries)
        if new:
            growth = self._edge.grow(frame(new))
            for path, data in growth.files:
                self._put(path, data)
        checkpoint = Checkpoint(self.origin, self._edge.size, self._edge.root())
        self._put(CHECKPOINT_PATH, sign_checkpoint(checkpoint, self._signer).to_bytes())

    def reader(self) -> LogReader:
        """Return a verifying reader over the log as it is now."""
        return LogReader.open(self, self._signer.verifier)

    def get(self, path: str) -> bytes | None:
        """Return a file of the log (`sunlit.log.reader.Files`)."""
        if self._folder is None:
            return self._files.get(path)
        place = self._folder / path
        return place.read_bytes() if place.is_file() else None

    def _put(self, path: str, data: bytes) -> None:
        if self._folder is None:
            self._files[path] = data
            return
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
