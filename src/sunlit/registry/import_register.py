"""Take over another register's records: each a statement of where it was found, and no more.

Taken again, a record that says the same adds nothing; one that changed supersedes what was
taken before. A record that the file no longer has stays: it says what was said on that day.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.names import named_digest
from sunlit.formats.atrs import read_atrs
from sunlit.formats.nl_register import read_nl_register
from sunlit.formats.omb import read_omb
from sunlit.formats.register_file import FoundRecord, FoundRegister, unpacked
from sunlit.registry.admit import Ledger
from sunlit.registry.blobs import keep_guarded
from sunlit.registry.saying import signed
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer

READERS: Final[Mapping[str, Callable[[bytes], FoundRegister]]] = {
    "omb": read_omb,
    "atrs": read_atrs,
    "nl-register": read_nl_register,
}
BATCH: Final = 512  # envelopes for one commit of the log
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a file was got: its address and licence (the publisher's unless said), and when."""

    retrieved_on: datetime
    source: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of an import: how many records are new, changed, as they were; which were cut."""

    register: str
    source_digest: str
    new: int
    changed: int
    same: int
    cut: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many records the file has."""
        return self.new + self.changed + self.same

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "format": "sunlit-import/1", "register": self.register, "records": self.total,
            "new": self.new, "changed": self.changed, "same": self.same,
            "sourceDigest": self.source_digest, "cut": dict(self.cut),
        }  # fmt: skip


def import_register(
    ledger: Ledger, signer: Signer, register: str, data: bytes, origin: Origin,
    step: Step = lambda _done, _all: None,
) -> Taken:  # fmt: skip
    """Read a register's file, keep it, and admit every record that is new or changed.

    Raises:
        MalformedError: `import.*`, `foreign.*`: nothing was admitted.
        VerificationError: `admit.refused`, `admit.unknown-signer`, `admit.log-closed`.
        UnavailableError: as `Ledger.admit`; what was admitted before stays.
    """
    raw = unpacked(data)
    found = READERS[register](raw)
    claims = _claims(found, sha256(raw).hexdigest(), origin)
    known = _known(ledger, signer)
    told = [_against(claim, known) for claim in claims]
    fresh = [claim for claim, _ in told if claim is not None]
    if fresh:
        keep_guarded(ledger.home, raw)  # it may name people
    _admit(ledger, [_envelope(claim, signer) for claim in fresh], step)
    cut: dict[str, int] = {}
    for name in (name for one in found.records for name in one.cut):
        cut[name] = cut.get(name, 0) + 1
    words = [word for _, word in told]
    return Taken(
        register=register, source_digest=sha256(raw).hexdigest(), new=words.count("new"),
        changed=words.count("changed"), same=words.count("same"), cut=cut,
    )  # fmt: skip


def _claims(found: FoundRegister, digest: str, origin: Origin) -> tuple[ImportedRecord, ...]:
    source, licence = origin.source or found.source, origin.licence or found.licence
    for name, text in (("source", source), ("licence", licence)):
        if not (text.strip() and text.isprintable() and len(text) <= 200):
            raise MalformedError(
                "import.origin", f"the {name} is no text of 1 to 200 characters",
                mend=f"give it with --{name}",
            )  # fmt: skip
    return tuple(
        _claim(one, found.register, source, digest, licence, origin) for one in found.records
    )


def _claim(
    one: FoundRecord, register: str, source: str, digest: str, licence: str, origin: Origin
) -> ImportedRecord:
    return ImportedRecord(
        register=register, record=one.record, title=one.title, publisher=one.publisher,
        source=source, source_digest=digest, licence=licence,
        retrieved_on=origin.retrieved_on.replace(microsecond=0), published_on=one.published_on,
        fields=one.fields, blanks=one.blanks, cut=one.cut,
    )  # fmt: skip


def _known(ledger: Ledger, signer: Signer) -> dict[tuple[str, str], Admitted]:
    """Return the newest record of each name that the signer's organisation took over."""
    directory = ledger.history.directory
    own = directory.organisation_of(signer.public.key_id)
    return {
        (said.claim.register, said.claim.record): said
        for said in ledger.history.statements
        if isinstance(said.claim, ImportedRecord) and own in directory.organisations(said)
    }


def _against(
    claim: ImportedRecord, known: Mapping[tuple[str, str], Admitted]
) -> tuple[ImportedRecord | None, str]:
    before = known.get((claim.register, claim.record))
    if before is None or not isinstance(before.claim, ImportedRecord):
        return claim, "new"
    if _content(before.claim) == _content(claim):
        return None, "same"
    return replace(claim, supersedes=before.statement_id), "changed"


def _content(claim: ImportedRecord) -> tuple[object, ...]:
    """Return what a record says, without when and in which file it was found."""
    return (
        claim.title, claim.publisher, claim.published_on, claim.licence, dict(claim.fields),
        claim.blanks, claim.cut,
    )  # fmt: skip


def _envelope(claim: ImportedRecord, signer: Signer) -> Envelope:
    name = f"{claim.register}#{claim.record}"
    digest = {"sha256": named_digest("imported-record", name)}
    return signed(claim, signer, Subject(name, digest))


def _batches(envelopes: list[Envelope]) -> Iterator[list[Envelope]]:
    for start in range(0, len(envelopes), BATCH):
        yield envelopes[start : start + BATCH]


def _admit(ledger: Ledger, envelopes: list[Envelope], step: Step) -> None:
    done = 0
    for batch in _batches(envelopes):
        for answer in ledger.admit_many([[envelope] for envelope in batch]):
            if isinstance(answer, SunlitError):
                raise answer
        done += len(batch)
        step(done, len(envelopes))
