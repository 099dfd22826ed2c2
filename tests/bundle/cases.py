"""A real bundle taken apart, so that tests can change a file and put it together again.

`Parts` are the files of a bundle by path. What a forger can do without anybody's key is done to
them alone; what takes a key is done with the keys of the world, to show that each check looks.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.bundle import layout
from sunlit.bundle.archive import write_archive
from sunlit.bundle.outcome import Outcome
from sunlit.bundle.verify import BundleVerification, verify_bundle
from sunlit.claims.base import Claim
from sunlit.decision.record import Record
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.cosignature import cosign
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.log.note import COSIGNATURE_V1, Note, NoteSigner
from sunlit.log.proof import TlogProof
from sunlit.registry.bundle import Made, Wish, make_bundle
from sunlit.registry.bundle_findings import judge
from sunlit.registry.home import Home, note_signer
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import PrivateKey
from tests.decisions import WITNESSES, World, copied, played
from tests.fixtures.token_world import path_and_root

LATER: Final = timedelta(days=800)  # after all that any test lets happen
OTHERS: Final = 200  # leaves of a log that is made up


@cache
def world() -> World:
    """Return the played world of this process; nobody writes to it."""
    return played(Path(mkdtemp(prefix="sunlit-bundles-")))


@cache
def made(name: str = "chosen", fields: tuple[str, ...] = ("all",)) -> Made:
    """Return the bundle of a decision, made in a copy of the world."""
    copy = copied_world()
    pointer = copy.pointers[name]
    wish = Wish(decision=f"{pointer.log}#{pointer.index}", fields=fields)
    return make_bundle(copy.store, copy.deployer, wish, copy.clock)


@cache
def copied_world() -> World:
    """Return a copy of the world to write to."""
    return copied(Path(mkdtemp(prefix="sunlit-bundles-")) / "world")


def trust() -> TrustFile:
    """Return the trust file that a stranger has."""
    return TrustFile.read(copied_world().trust.read_bytes())


def now() -> datetime:
    """Return when the stranger looks."""
    return copied_world().clock.at + LATER


def files_of(data: bytes) -> dict[str, bytes]:
    """Return the files of a bundle, by path, without the manifest's."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


@dataclass
class Parts:
    """The files of a bundle; `pack` puts them together under a manifest that fits again."""

    files: dict[str, bytes]
    manifest: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str = "chosen") -> "Parts":
        files = files_of(made(name).data)
        return cls(files, json.loads(files.pop(layout.MANIFEST)))

    def pack(self, *, listed: bool = True) -> bytes:
        if listed:
            self.manifest["files"] = {
                path: {"sha256": sha256(data).hexdigest(), "size": len(data)}
                for path, data in self.files.items()
            }
        stream = io.BytesIO()
        manifest = canonical.encode(self.manifest)
        write_archive({**self.files, layout.MANIFEST: manifest}, stream)
        return stream.getvalue()

    def json(self, path: str) -> Any:  # noqa: ANN401 - whatever it holds
        return json.loads(self.files[path])

    def put(self, path: str, document: object) -> None:
        self.files[path] = canonical.encode(document)

    def move(self, old: str, new: str) -> None:
        for path in [one for one in self.files if one.startswith(old)]:
            self.files[new + path.removeprefix(old)] = self.files.pop(path)

    def without(self, start: str) -> None:
        for path in [one for one in self.files if one.startswith(start)]:
            del self.files[path]

    # --- with keys ---------------------------------------------------------------------------

    def logged(
        self, name: str, claim: Claim, key: PrivateKey, subject: Subject, *,
        at: datetime | None = None, home: Home | None = None, index: int = OTHERS - 1,
    ) -> str:  # fmt: skip
        """Put a statement there with a receipt by the log and its witnesses; return its id."""
        envelope = sign(Statement((subject,), claim.TYPE, claim.to_predicate()).to_payload(), [key])
        before = Entry.parse(self.files[layout.REGISTRATION + layout.ENTRY]).admitted_at
        entry = Entry.of(at or before, envelope.to_json()).to_bytes()
        self.files[name + layout.ENTRY] = entry
        self.files[name + layout.PROOF] = receipt(
            entry, home or copied_world().deployer, index=index
        )
        return envelope.statement_id

    def decided(self, **changes: object) -> None:
        """Let the deployer write another record, with the decision log's own key."""
        record = Record.parse(self.files[layout.RECORD])
        for one, value in changes.items():
            record = _with(record, one, value)
        leaf = record.to_bytes()
        self.files[layout.RECORD] = leaf
        note = sign_checkpoint(
            Checkpoint(self.manifest["decision"]["log"], 1, leaf_hash(leaf)), decision_key()
        )
        self.files[layout.RECORD_PROOF] = TlogProof(0, (), note.to_bytes()).to_bytes()
        self.manifest["decision"] |= {"index": 0, "leaf": leaf_hash(leaf).hex()}
        self.without(layout.LATER)
        self.without("anchors/")
        self.manifest["sections"] |= {"human": 0, "contest": 0}


def _with(record: Record, name: str, value: object) -> Record:
    return replace(record, **{name: value})  # type: ignore[arg-type]


def receipt(
    entry: bytes, home: Home, *, index: int = OTHERS - 1, witnesses: tuple[str, ...] = WITNESSES,
    size: int = OTHERS,
) -> bytes:  # fmt: skip
    """Return a receipt of an entry in a made-up log, signed by the home's log and witnesses."""
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]
    leaves[index] = leaf_hash(entry)
    hashes, root = path_and_root(leaves, index)
    note = sign_checkpoint(Checkpoint(home.origin, size, root), home.log_signer())
    lines = []
    for name in witnesses:
        seer = Home.open(copied_world().root / name.split(".")[0])
        signer = note_signer(name, seer.signer("witness"), COSIGNATURE_V1)
        lines.append(cosign(note.text, signer, copied_world().clock.at))
    return TlogProof(index, hashes, note.with_signatures(lines).to_bytes()).to_bytes()


def decision_key(number: int = 0) -> NoteSigner:
    """Return the key of a decision log of the world, which only the deployer has."""
    folder = copied_world().store.logs()[number]
    key = load_pem_private_key((folder.path / "key.pem").read_bytes(), None)
    return NoteSigner.from_ed25519(folder.origin, key)  # type: ignore[arg-type]


def stripped(proof: bytes) -> bytes:
    """Return a receipt without its witnesses."""
    found = TlogProof.parse(proof)
    note = Note.parse(found.checkpoint)
    alone = Note(note.text, note.signatures[:1]).to_bytes()
    return TlogProof(found.index, found.hashes, alone).to_bytes()


def flipped(data: bytes, at: int | None = None) -> bytes:
    """Return the bytes with one bit of one byte changed: the middle one unless told otherwise."""
    place = len(data) // 2 if at is None else at % len(data)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def checked(
    data: bytes | Path, by: TrustFile | None = None, at: datetime | None = None
) -> BundleVerification:
    """Verify as a stranger with all rules."""
    return verify_bundle(data, by or trust(), at or now(), judge=judge)


def failed(found: BundleVerification) -> set[str]:
    """Return the names of the checks that failed."""
    return {check.name for check in found.checks if check.outcome is Outcome.FAILED}


Tamper = Callable[[Parts], None]
Table = Mapping[str, tuple[str, Tamper]]
