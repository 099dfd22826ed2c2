"""Makes the log's tampered fixtures: run `python -m tests.log.pure.make_tampered`.

Each case is a folder with a `case.json` that says what was done, what verifies it (`verify`),
which code must refuse it (`expect_code`), and which of its files are which.
"""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from sunlit.log.checkpoint import Checkpoint
from sunlit.log.cosignature import cosign
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.log.note import MAX_SIGNATURES, Note, NoteSignature, NoteSigner, NoteVerifier, sign
from tests.log.pure.make_vectors import PQ, WITNESS, example_entries, ml_dsa_line
from tests.log.pure.making import AT, ORIGIN, MemoryLog, log_of, signer, witness

TAMPERED = Path(__file__).parents[2] / "fixtures" / "tampered"
KEY = signer()
VKEY = KEY.verifier.vkey
TWO = witness("witness.sunlit.example/two", 12)
SECOND = AT + timedelta(hours=1)


@dataclass(frozen=True)
class Case:
    """One tampered artefact: parameters go into `case.json`, files beside it."""

    name: str
    what: str
    verify: str
    expect_code: str
    files: dict[str, bytes] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)

    def all_files(self) -> dict[str, bytes]:
        """Return what the folder holds, by path."""
        about = {
            "what": self.what,
            "verify": f"log.{self.verify}",
            "expect_code": self.expect_code,
            **self.parameters,
        }
        case = json.dumps(about, indent=1, ensure_ascii=False).encode() + b"\n"
        return {"case.json": case, **self.files}


def example() -> MemoryLog:
    """Return a log of five entries."""
    log = MemoryLog()
    log.append(example_entries())
    return log


GOOD = example()
HEAD = GOOD.head
TEXT = HEAD.to_text()
ROOT64 = b64encode(HEAD.root)
SIGNED = sign(TEXT, [KEY]).to_bytes()
COSIGNED = Note.parse(SIGNED).with_signatures([cosign(TEXT, WITNESS, SECOND)]).to_bytes()
POLICY = f"log {VKEY}\nwitness one {WITNESS.verifier.vkey}\nquorum one\n".encode()


def checkpoint(name: str, what: str, code: str, data: bytes) -> Case:
    """Return a case of a signed checkpoint under the log's key."""
    return Case(
        f"checkpoint-{name}", what, "checkpoint", code, {"checkpoint": data}, {"vkey": VKEY}
    )


def signed(text: bytes, key: NoteSigner = KEY) -> bytes:
    """Return any text signed by a key: the log itself misbehaves."""
    return Note(text, (key.sign(text),)).to_bytes()


def checkpoint_cases() -> list[Case]:
    """Return tampered checkpoints."""
    line = KEY.sign(TEXT)
    bad_id = NoteSignature(line.name, bytes(4), line.payload)
    other_root = b64encode(sha256(b"other").digest())
    url_safe = SIGNED.replace(b"+", b"-").replace(b"/", b"_").replace(b"_spine", b"/spine")
    return [
        checkpoint(
            "bad-keyhint",
            "the signature names another key ID",
            "note.no-known-signature",
            Note(TEXT, (bad_id,)).to_bytes(),
        ),
        checkpoint(
            "wrong-root",
            "the root is another than the signed one",
            "note.bad-signature",
            SIGNED.replace(ROOT64, other_root),
        ),
        checkpoint(
            "wrong-size",
            "the size is one more than the signed one",
            "note.bad-signature",
            SIGNED.replace(b"\n5\n", b"\n6\n"),
        ),
        checkpoint(
            "missing-origin",
            "a checkpoint without its origin line, signed by the log",
            "log.checkpoint-form",
            signed(TEXT.partition(b"\n")[2]),
        ),
        checkpoint(
            "missing-size",
            "a checkpoint without its size line, signed by the log",
            "log.checkpoint-form",
            signed(TEXT.replace(b"\n5\n", b"\n")),
        ),
        checkpoint(
            "missing-root",
            "a checkpoint without its root line, signed by the log",
            "log.checkpoint-form",
            signed(TEXT.replace(ROOT64 + b"\n", b"")),
        ),
        checkpoint(
            "no-matching-signature",
            "signed by a key of the same name that is not the log's",
            "note.no-known-signature",
            signed(TEXT, signer(seed=99)),
        ),
        checkpoint(
            "leading-zero",
            "the size is written 05, signed by the log",
            "note.decimal",
            signed(TEXT.replace(b"\n5\n", b"\n05\n")),
        ),
        checkpoint(
            "negative-size",
            "the size is -5, signed by the log",
            "note.decimal",
            signed(TEXT.replace(b"\n5\n", b"\n-5\n")),
        ),
        checkpoint(
            "cr-line-ends",
            "a tool wrote CR LF line ends",
            "note.not-text",
            SIGNED.replace(b"\n", b"\r\n"),
        ),
        checkpoint(
            "other-origin",
            "the log's key signed for another log's origin",
            "log.other-origin",
            signed(Checkpoint("log.other.example", 5, HEAD.root).to_text()),
        ),
        checkpoint(
            "non-canonical-base64",
            "the padding bits of the signature are set",
            "note.base64",
            _set_padding_bits(SIGNED),
        ),
        checkpoint(
            "url-safe-base64",
            "the signature is in the URL-safe alphabet",
            "note.base64",
            url_safe,
        ),
        checkpoint(
            "empty-with-a-root",
            "size 0 with a root that is not the empty tree's, signed by the log",
            "log.checkpoint-root",
            signed(TEXT.replace(b"\n5\n", b"\n0\n")),
        ),
        checkpoint(
            "empty-line-extension",
            "an empty extension line, signed by the log",
            "log.checkpoint-form",
            signed(TEXT + b"\nextension\n"),
        ),
        checkpoint(
            "too-many-signatures",
            "one signature line more than is read",
            "note.too-large",
            Note(TEXT, (line,) * (MAX_SIGNATURES + 1)).to_bytes(),
        ),
        checkpoint(
            "truncated",
            "cut in the middle of its signature",
            "note.form",
            SIGNED[:-20],
        ),
    ]


def _set_padding_bits(data: bytes) -> bytes:
    """Change the last base64 letter before the padding to one that decodes alike."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = data.rindex(b"=\n")
    at -= data[:at].endswith(b"=")
    changed = letters[letters.index(data[at - 1]) + 1]
    return data[: at - 1] + bytes([changed]) + data[at:]


def receipt(name: str, what: str, code: str, data: bytes, entry: bytes | None = None) -> Case:
    """Return a case of a receipt for entry 3 under the policy that asks for one witness."""
    files = {
        "entry.json": entry or GOOD.entries[3],
        "receipt.tlog-proof": data,
        "policy.txt": POLICY,
    }
    return Case(f"receipt-{name}", what, "receipt", code, files)


def receipt_of(log: MemoryLog, note: bytes) -> bytes:
    """Return the receipt of entry 3 under a given signed checkpoint."""
    log.files["checkpoint"] = note
    return log.reader().receipt(3).to_bytes()


def receipt_cases() -> list[Case]:
    """Return tampered receipts."""
    good = receipt_of(example(), COSIGNED)
    head, _, note = good.partition(b"\n\n")
    lines = head.split(b"\n")
    corrupted = b"\n".join([*lines[:2], b64encode(sha256(b"other").digest()), *lines[3:]])
    other = cosign(Checkpoint(ORIGIN, 6, HEAD.root).to_text(), WITNESS, SECOND)
    unwitnessed = Note.parse(SIGNED)
    foreign = unwitnessed.with_signatures([other]).to_bytes()
    by_two = unwitnessed.with_signatures([cosign(TEXT, TWO, SECOND)]).to_bytes()
    forged = MemoryLog(signer(seed=66))
    forged.append([*example_entries()[:3], b'{"forged":true}', example_entries()[4]])
    forgery = forged.publish(
        cosign(forged.head.to_text(), witness(WITNESS.verifier.name, 67), SECOND)
    )
    fields: list[tuple[str, str, str, bytes]] = [
        (
            "corrupted-proof",
            "the first hash is another",
            "proof.inclusion",
            corrupted + b"\n\n" + note,
        ),
        (
            "truncated-proof",
            "the last hash is missing",
            "proof.wrong-length",
            b"\n".join(lines[:-1]) + b"\n\n" + note,
        ),
        (
            "longer-proof",
            "a hash was added",
            "proof.wrong-length",
            head + b"\n" + lines[-1] + b"\n\n" + note,
        ),
        (
            "negative-index",
            "the index is -3",
            "note.decimal",
            good.replace(b"index 3", b"index -3"),
        ),
        (
            "leading-zero",
            "the index is written 03",
            "note.decimal",
            good.replace(b"index 3", b"index 03"),
        ),
        (
            "index-beyond-the-log",
            "the index is the size",
            "proof.out-of-range",
            good.replace(b"index 3", b"index 5"),
        ),
        (
            "other-index",
            "the index is the neighbour's",
            "proof.inclusion",
            good.replace(b"index 3", b"index 2"),
        ),
        ("unknown-version", "tlog-proof@v2", "proof.unknown-version", good.replace(b"@v1", b"@v2")),
        (
            "cr-line-ends",
            "a tool wrote CR LF line ends",
            "proof.form",
            good.replace(b"\n", b"\r\n"),
        ),
        (
            "truncated",
            "cut before the checkpoint",
            "proof.form",
            head + b"\n\n",
        ),
        (
            "non-canonical-base64",
            "the padding bits of a hash are set",
            "note.base64",
            _set_padding_bits(head + b"\n") + b"\n" + note,
        ),
        (
            "missing-cosignature",
            "no witness cosigned",
            "log.quorum",
            receipt_of(example(), SIGNED),
        ),
        (
            "cosignature-of-another-size",
            "the witness cosigned size 6",
            "note.bad-signature",
            receipt_of(example(), foreign),
        ),
        (
            "unknown-witness",
            "cosigned by a witness that the policy does not name",
            "log.quorum",
            receipt_of(example(), by_two),
        ),
    ]
    cases = [receipt(*each) for each in fields]
    cases.append(
        receipt(
            "other-entry", "the receipt of another entry", "proof.inclusion", good, GOOD.entries[4]
        )
    )
    cases.append(
        receipt(
            "self-consistent-forgery",
            "another log, key and witness under the real names; all agree with each other",
            "note.no-known-signature",
            receipt_of(forged, forgery.to_bytes()),
            b'{"forged":true}',
        )
    )
    cases.append(quorum_by_one())
    return cases


def quorum_by_one() -> Case:
    """Return a receipt on which one witness stands twice, for a policy that asks for two."""
    twice = [cosign(TEXT, WITNESS, SECOND), cosign(TEXT, WITNESS, SECOND + timedelta(hours=1))]
    note = Note.parse(SIGNED).with_signatures(twice).to_bytes()
    policy = (
        f"log {VKEY}\nwitness one {WITNESS.verifier.vkey}\nwitness two {TWO.verifier.vkey}\n"
        "group both 2 one two\nquorum both\n"
    ).encode()
    files = {
        "entry.json": GOOD.entries[3],
        "receipt.tlog-proof": receipt_of(example(), note),
        "policy.txt": policy,
    }
    what = "one witness cosigned twice, the policy asks for two witnesses"
    return Case("receipt-quorum-by-one-witness", what, "receipt", "log.quorum", files)


def policy_cases() -> list[Case]:
    """Return tampered policies."""
    one, two = WITNESS.verifier, TWO.verifier
    renamed = NoteVerifier("witness.sunlit.example/alias", one.kind, one.key).vkey
    names = f"log {VKEY}\nwitness one {one.vkey}\nwitness two {two.vkey}\n"
    group = "group both 2 one two\nquorum both\n"
    rows = [
        (
            "duplicated-key",
            "one public key under two names would make a quorum of two",
            "log.policy-duplicate",
            f"log {VKEY}\nwitness one {one.vkey}\nwitness two {renamed}\n{group}",
        ),
        (
            "duplicated-member",
            "one witness stands twice in the group",
            "log.policy-name",
            f"{names}group both 2 one one\nquorum both\n",
        ),
        (
            "threshold-zero",
            "a group that holds without any witness",
            "log.policy-form",
            f"{names}group both 0 one two\nquorum both\n",
        ),
        (
            "log-key-as-witness",
            "the log's own signature would count as a cosignature",
            "log.policy-key-type",
            f"log {VKEY}\nwitness one {VKEY}\nquorum one\n",
        ),
        ("second-quorum", "a line quorum none was added", "log.policy-form",
         f"{names}{group}quorum none\n"),
        ("no-quorum", "the quorum line was removed", "log.policy-form", names),
        ("key-id-of-another", "a key was exchanged and its ID kept", "note.vkey",
         f"{names}{group}".replace(one.vkey.split("+", 2)[2], two.vkey.split("+", 2)[2])),
    ]  # fmt: skip
    return [
        Case(f"policy-{name}", what, "policy", code, {"policy.txt": text.encode()})
        for name, what, code, text in rows
    ]


def cosignature_cases() -> list[Case]:
    """Return tampered cosignatures."""
    v1, pq = cosign(TEXT, WITNESS, SECOND), ml_dsa_line()
    later = int(SECOND.timestamp()) + 1
    renamed = NoteVerifier("witness.sunlit.example/alias", PQ.verifier.kind, PQ.verifier.key)
    one, two = WITNESS.verifier, PQ.verifier

    def case(name: str, what: str, code: str, line: NoteSignature, key: NoteVerifier) -> Case:
        files = {"checkpoint": Note(TEXT, (line,)).to_bytes()}
        return Case(f"cosignature-{name}", what, "cosignature", code, files, {"vkey": key.vkey})

    def changed(key: NoteVerifier, payload: bytes) -> NoteSignature:
        return NoteSignature(key.name, key.key_id, payload)

    return [
        case("other-time", "a second was added to the time", "note.bad-signature",
             changed(one, later.to_bytes(8, "big") + v1.payload[8:]), one),
        case("ml-dsa-other-time", "a second was added to the time of an ML-DSA-44 cosignature",
             "note.bad-signature", changed(two, later.to_bytes(8, "big") + pq.payload[8:]), two),
        case("ml-dsa-renamed", "an ML-DSA-44 cosignature under another cosigner's name",
             "note.bad-signature", changed(renamed, pq.payload), renamed),
        case("truncated", "the last byte of the signature is missing", "note.cosignature-size",
             changed(one, v1.payload[:-1]), one),
        case("year-10000", "the time is beyond what can be written", "note.cosignature-time",
             changed(one, (2**63 - 1).to_bytes(8, "big") + v1.payload[8:]), one),
        case("plain-signature", "a plain note signature where a cosignature must be",
             "note.cosignature-size", changed(one, WITNESS.sign_bytes(TEXT)), one),
    ]  # fmt: skip


def tile_cases() -> list[Case]:
    """Return tampered log directories; each is read as a whole."""
    small, large = log_of(5), log_of(257)
    edge, entries, full = "tile/0/000.p/5", "tile/entries/000.p/5", "tile/0/000"

    def case(name: str, what: str, code: str, log: MemoryLog, **changes: bytes | None) -> Case:
        paths = {"edge": edge, "entries": entries, "full": full}
        files = {**log.files, **{paths[key]: data for key, data in changes.items() if data}}
        gone = {paths[key] for key, data in changes.items() if not data}
        kept = {f"log/{path}": data for path, data in files.items() if path not in gone}
        return Case(f"tile-{name}", what, "tile", code, kept, {"vkey": VKEY})

    return [
        case("flipped-bit", "one bit of the right-edge tile is flipped", "log.edge-root", small,
             edge=_flip(small.files[edge])),
        case("truncated", "the right-edge tile lost its last hash", "log.tile-size", small,
             edge=small.files[edge][:-32]),
        case("missing", "a tile is missing", "log.tile-missing", small, edge=None),
        case("flipped-bit-in-a-full-tile", "one bit of a full tile is flipped", "log.tile-hash",
             large, full=_flip(large.files[full])),
        case("flipped-bit-in-an-entry", "one bit of an entry is flipped", "log.entry-hash", small,
             entries=_flip(small.files[entries])),
        case("truncated-bundle", "the entry bundle ends inside an entry", "log.bundle-truncated",
             small, entries=small.files[entries][:-1]),
        case("shorter-bundle", "the entry bundle lost its last entry", "log.bundle-width", small,
             entries=small.files[entries][:-9]),
    ]  # fmt: skip


def _flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def consistency_cases() -> list[Case]:
    """Return tampered consistency proofs."""
    log = log_of(8)
    reader = log.reader()
    proof = [each.hex() for each in reader.consistency(3)]
    old, new, other = reader.root(3).hex(), log.head.root.hex(), sha256(b"fork").hexdigest()

    def case(name: str, what: str, code: str, **changes: object) -> Case:
        good = {"old": 3, "new": 8, "old_root": old, "new_root": new, "proof": proof}
        return Case(f"consistency-{name}", what, "consistency", code, {}, {**good, **changes})

    return [
        case("fork", "the old root is another log's", "proof.consistency", old_root=other),
        case("rewritten", "the new root is another log's", "proof.consistency", new_root=other),
        case("truncated", "a hash is missing", "proof.wrong-length", proof=proof[:-1]),
        case("rolled-back", "the new size is smaller", "proof.out-of-range", new=2),
        case("from-nothing", "a proof from size 0 that is not empty", "proof.wrong-length", old=0,
             old_root=EMPTY_ROOT.hex()),
    ]  # fmt: skip


def entry_cases() -> list[Case]:
    """Return tampered entries."""
    good = GOOD.entries[3]
    rows = [
        ("spaces", "spaces were added: the same JSON in other bytes", "log.entry-form",
         good.replace(b'"v":', b'"v": ')),
        ("unknown-version", "v is 2", "log.entry-version", good.replace(b'"v":1', b'"v":2')),
        ("member-twice", "the envelope stands twice", "json.not-json",
         good.replace(b'"v":1', b'"envelope":{},"v":1')),
        ("added-member", "a member was added", "log.entry-form", good[:-1] + b',"x":1}'),
        ("local-time", "the admission time has an offset", "time.malformed",
         good.replace(b"00Z", b"00+02:00")),
    ]  # fmt: skip
    return [
        Case(f"entry-{name}", what, "entry", code, {"entry.json": data})
        for name, what, code, data in rows
    ]


def cases() -> list[Case]:
    """Return every tampered artefact of the log."""
    return [
        *checkpoint_cases(),
        *receipt_cases(),
        *policy_cases(),
        *cosignature_cases(),
        *tile_cases(),
        *consistency_cases(),
        *entry_cases(),
    ]


def main() -> None:
    """Write the fixtures."""
    for case in cases():
        for path, data in case.all_files().items():
            target = TAMPERED / case.name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


if __name__ == "__main__":
    main()
