"""A small bundle in a small world, made by hand, and ways to break it.

It stands apart from the code that makes real bundles, so that the verifiers here are not tested
against their maker's own idea of the format.
"""

import base64
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from sunlit.authority.trust_parts import TrustedKey, TrustedOrganisation
from sunlit.authority.trust_signing import sign_trust
from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.bundle.archive import write_archive
from sunlit.bundle.manifest import SECTIONS
from sunlit.claims.authority import Key, Organisation, Role
from sunlit.claims.base import Claim
from sunlit.claims.decision import Anchor, Counts, LogRegistration
from sunlit.claims.lifecycle import TokenGrant
from sunlit.claims.names import named_digest
from sunlit.decision.anchored import Anchored, closed_form
from sunlit.decision.content import TEXT, Content
from sunlit.decision.record import Binding, Kind, Pointer, Record, State
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.merkle import consistency, leaf_hash
from sunlit.log.note import NoteSigner
from sunlit.log.proof import TlogProof
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import PrivateKey
from tests.fixtures.token_world import (
    AT,
    GRANTED,
    World,
    grant,
    path_and_root,
    raw_key,
    signed_grant,
)

DEPLOYER: Final = "benefits.example.gov"
LABORATORY: Final = "laboratory.example.org"
DECISIONS: Final = f"{DEPLOYER}/decisions/01"
DECIDED: Final = AT - timedelta(minutes=30)
INDEX: Final = 2


class Leaves:
    """Stored hashes of a small log, computed from its leaves."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves

    def read(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        size = 1 << level
        return path_and_root(self._leaves[index * size : (index + 1) * size], 0)[1]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One world's bundle; `name` decides every key in it."""

    name: str = "real"
    closed: bool = True
    anchored: bool = True
    record: Mapping[str, object] = field(default_factory=dict)
    token: Mapping[str, object] = field(default_factory=dict)
    statuses: Mapping[int, int] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The token's world: its log, witnesses and issuer."""
        return World(name=self.name, statuses=dict(self.statuses))

    def key(self, role: str) -> PrivateKey:
        """Return a key of this world."""
        return self.world.key(role)

    @property
    def decision_log(self) -> NoteSigner:
        """The decision log's key."""
        return NoteSigner.from_ed25519(DECISIONS, raw_key(f"{self.name} decisions"))

    @cached_property
    def trust(self) -> TrustFile:
        """The trust file, with the deployer as root organisation."""
        operator = TrustedKey(key=self.key("operator").public.to_json())
        return replace(
            self.world.trust,
            organisations=(TrustedOrganisation(id=DEPLOYER, keys=(operator,)),),
        )

    @cached_property
    def trust_bytes(self) -> bytes:
        """The signed trust file."""
        return sign_trust(self.trust, [self.key("root")])

    # --- statements -------------------------------------------------------------------------

    def said(self, claim: Claim, digest: str, *roles: str) -> Envelope:
        """Return a signed statement about a digest."""
        statement = Statement(
            (Subject("it", {"sha256": digest}),), claim.TYPE, claim.to_predicate()
        )
        return sign(statement.to_payload(), [self.key(role) for role in roles])

    def envelopes(self) -> dict[str, tuple[Envelope, datetime]]:
        """Return every statement of the world's log by a name, in order."""
        found = {
            "organisation": (self._organisation(), GRANTED),
            "key": (self._key(), GRANTED),
            "grant": (signed_grant(self.grant, self.world.issuer), GRANTED),
            "registration": (self._registration(), GRANTED + timedelta(hours=1)),
            "before": (self._anchor(1, "before"), DECIDED - timedelta(hours=1)),
        }
        if self.anchored:
            found["after"] = (self._anchor(7, "after"), DECIDED + timedelta(minutes=10))
        return found

    @property
    def grant(self) -> TokenGrant:
        """The grant behind the token."""
        return grant(deployer=DEPLOYER, **self.token)

    def _organisation(self) -> Envelope:
        claim = Organisation(id=LABORATORY, name="A laboratory")
        return self.said(claim, named_digest("organisation", LABORATORY), "operator")

    def _key(self) -> Envelope:
        public = self.key("assessor").public
        claim = Key(organisation=LABORATORY, key=public.to_json(), roles=(Role.ASSESSOR,))
        return self.said(claim, named_digest("key", public.key_id), "operator", "assessor")

    def _registration(self) -> Envelope:
        claim = LogRegistration(
            origin=DECISIONS, vkey=self.decision_log.verifier.vkey, deployer=DEPLOYER,
            use="outreach", registered_on=GRANTED,
        )  # fmt: skip
        return self.said(claim, named_digest("decision-log", DECISIONS), "operator")

    def _anchored(self, size: int) -> Anchored:
        leaves = [leaf_hash(leaf) for leaf in self.leaves[:size]]
        root = path_and_root(leaves, 0)[1]
        checkpoint = Checkpoint(DECISIONS, size, root)
        note = sign_checkpoint(checkpoint, self.decision_log).to_bytes()
        return Anchored(note=note, checkpoint=checkpoint, counts=Counts(refusals=size))

    def _salt(self, name: str) -> bytes:
        return hashlib.sha256(f"{self.name} {name}".encode()).digest()

    def _anchor(self, size: int, name: str) -> Envelope:
        anchored = self._anchored(size)
        opened = Anchor(
            origin=DECISIONS,
            deployer=DEPLOYER,
            anchored_on=GRANTED,
            checkpoint=anchored.note.decode(),
            size=size,
            counts=anchored.counts,
        )
        committed, _ = closed_form(anchored, self._salt(name))
        closed = replace(opened, checkpoint=None, size=None, counts=None, commitment=committed)
        claim = closed if self.closed else opened
        return self.said(claim, named_digest("decision-log", DECISIONS), "operator")

    # --- the decision log -------------------------------------------------------------------

    def content(self, **values: str) -> Content:
        """Return values with salts that follow from the world's name."""
        found = Content.of({name: (TEXT, value.encode()) for name, value in values.items()})
        return Content(
            {name: replace(one, salt=self._salt(name)) for name, one in found.fields.items()}
        )

    @cached_property
    def opened(self) -> Content:
        """What the decision opens."""
        return self.content(input='{"age":44}', output='{"write":true}', explanation="age +0.25")

    @cached_property
    def reasons(self) -> Content:
        """What the outcome opens."""
        return self.content(reasons="The letter went out on time.")

    @cached_property
    def leaves(self) -> tuple[bytes, ...]:
        """The decision log's leaves."""
        first = [Record(kind=Kind.REFUSAL, id=f"{at:032x}", time=DECIDED, code="token.other-use")
                 for at in (0, 1)]  # fmt: skip
        decision = self.decision
        leaf = decision.to_bytes()
        of = Pointer(log=DECISIONS, index=INDEX, leaf=leaf_hash(leaf).hex())
        outcome = Record(
            kind=Kind.OUTCOME, id=f"{3:032x}", time=DECIDED, of=of, role="case officer",
            result="confirmed", commit=self.reasons.commitments(),
        )  # fmt: skip
        contest = Record(kind=Kind.CONTEST, id=f"{4:032x}", time=DECIDED, of=of, role="applicant")
        at = Pointer(log=DECISIONS, index=4, leaf=leaf_hash(contest.to_bytes()).hex())
        answer = Record(kind=Kind.CONTEST_RESULT, id=f"{5:032x}", time=DECIDED, of=at, role="board",
                        result="upheld")  # fmt: skip
        review = Record(kind=Kind.REVIEW, id=f"{6:032x}", time=DECIDED, of=of, role="head",
                        result="justified")  # fmt: skip
        rest = (outcome, contest, answer, review)
        return (*(one.to_bytes() for one in first), leaf, *(one.to_bytes() for one in rest))

    @cached_property
    def decision(self) -> Record:
        """The decision's record."""
        said = self.grant
        record = Record(
            kind=Kind.DECISION, id="ab" * 16, time=DECIDED, commit=self.opened.commitments(),
            token=signed_grant(said, self.world.issuer).statement_id, release=said.release,
            use="outreach", deployer=DEPLOYER, jurisdiction="US-CA", data_class="survey",
            binding=Binding.FILES_VERIFIED, oversight="human-decides", state=State.PROPOSED,
            status=hashlib.sha256(self.status).hexdigest(), trust=1,
        )  # fmt: skip
        return replace(record, **self.record)  # type: ignore[arg-type]

    @cached_property
    def status(self) -> bytes:
        """The status list that the record relies on."""
        return self.world.status()

    def proof(self, index: int) -> bytes:
        """Return the proof of a record under the log's newest checkpoint."""
        leaves = [leaf_hash(leaf) for leaf in self.leaves]
        hashes, root = path_and_root(leaves, index)
        note = sign_checkpoint(Checkpoint(DECISIONS, len(leaves), root), self.decision_log)
        return TlogProof(index, hashes, note.to_bytes()).to_bytes()

    # --- the bundle -------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        """Return every file of the bundle but the manifest."""
        parts = self.world.parts(self.grant)
        found = {
            "decision/record.json": self.leaves[INDEX],
            "decision/record.tlog-proof": self.proof(INDEX),
            "decision/opening.json": opening(self.opened),
            "token/token.jwt": parts.token,
            "token/status.jwt": self.status,
            "trust.json": self.trust_bytes,
            "index.html": b"<!doctype html>\n",
        }
        for at in range(INDEX + 1, len(self.leaves)):
            name = f"decision/later/{at - INDEX:02}"
            found[f"{name}.record.json"] = self.leaves[at]
            found[f"{name}.tlog-proof"] = self.proof(at)
        found["decision/later/01.opening.json"] = opening(self.reasons)
        found |= self._anchors()
        return found | self._logged()

    def _anchors(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        newest = len(self.leaves)
        hashed = Leaves([leaf_hash(leaf) for leaf in self.leaves])
        for name, size in (("before", 1), *((("after", 7),) if self.anchored else ())):
            if self.closed:
                anchored = self._anchored(size)
                found[f"anchors/{name}.opening.json"] = closed_form(anchored, self._salt(name))[1]
            path = [base64.b64encode(one).decode() for one in consistency(size, newest, hashed)]
            found[f"anchors/{name}.consistency.json"] = canonical.encode(
                {"v": 1, "oldSize": size, "newSize": newest, "hashes": path}
            )
        return found

    def _logged(self) -> dict[str, bytes]:
        said = self.envelopes()
        entries = [self.world.entry(envelope, at) for envelope, at in said.values()]
        found: dict[str, bytes] = {}
        rows: list[dict[str, object]] = []
        for index, (name, (envelope, _)) in enumerate(said.items()):
            receipt = self.world.receipt(entries, index)
            places = {
                "registration": "log/registration", "before": "anchors/before",
                "after": "anchors/after", "grant": "token/grant",
            }  # fmt: skip
            stems = [places[name]] if name in places else []
            if name not in ("registration", "before", "after"):
                stems.append(f"statements/{index:05}")
                section = "release" if name == "grant" else "authority"
                rows.append({"file": f"{index:05}", "log": self.world.log.verifier.name,
                             "index": index, "statement": envelope.statement_id,
                             "section": section})  # fmt: skip
            for stem in stems:
                found[f"{stem}.entry.json"] = entries[index]
                found[f"{stem}.tlog-proof"] = receipt
        found["statements/index.json"] = canonical.encode({"v": 1, "statements": rows})
        return found

    def bundle(self) -> bytes:
        """Return the zip."""
        return zipped(self.with_manifest(self.files()))

    def with_manifest(self, files: Mapping[str, bytes], **changes: object) -> dict[str, bytes]:
        """Return the files and a manifest that lists them."""
        leaf = leaf_hash(self.leaves[INDEX]).hex()
        document: dict[str, object] = {
            "format": "sunlit-bundle/1", "kind": "decision", "madeAt": "2026-03-02T11:55:00Z",
            "asOf": "2026-03-02T11:55:00Z", "madeBy": DEPLOYER, "tool": "by hand",
            "decision": {"log": DECISIONS, "index": INDEX, "leaf": leaf, "id": self.decision.id},
            "files": {name: listed(data) for name, data in files.items()},
            "sections": {**dict.fromkeys(SECTIONS, 0), "release": 1, "human": 2, "contest": 2},
        }  # fmt: skip
        return {"manifest.json": canonical.encode(document | changes), **files}


def listed(data: bytes) -> dict[str, object]:
    """Return what a manifest says of a file."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def opening(content: Content) -> bytes:
    """Return an opening file."""
    rows = [
        {"name": name, "type": one.type, "salt": one.salt.hex(),
         "value": base64.b64encode(one.value).decode()}
        for name, one in sorted(content.fields.items())
    ]  # fmt: skip
    return canonical.encode({"v": 1, "fields": rows})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a bundle's zip."""
    stream = io.BytesIO()
    write_archive(files, stream)
    return stream.getvalue()


def flipped(data: bytes, at: int | None = None) -> bytes:
    """Return the bytes with one bit of one of them changed."""
    place = len(data) // 2 if at is None else at
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def without(files: Mapping[str, bytes], names: Iterable[str]) -> dict[str, bytes]:
    """Return the files but some."""
    left_out = set(names)
    return {name: data for name, data in files.items() if name not in left_out}
