"""The documented error codes of `log`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # merkle, tiles
    "proof.out-of-range": "A size, index, level or width is outside what the tree has.",
    "proof.hash-size": "A hash has not 32 bytes.",
    "proof.wrong-length": "A proof has more or fewer hashes than its index and size ask for.",
    "proof.inclusion": "An inclusion proof does not lead to the root: the entry is not there.",
    "proof.consistency": "A consistency proof does not join two roots: the log may have forked.",
    "log.tile-size": "A tile has not as many hashes as the log's size asks for.",
    "log.bundle-truncated": "An entry bundle ends inside an entry.",
    "log.bundle-width": "An entry bundle has more or fewer entries than it must have.",
    # entry
    "log.entry-too-large": "An entry is over 65,535 bytes; put the report in a blob.",
    "log.entry-version": "A log entry is of a version that this program does not know.",
    "log.entry-form": "A log entry is not the canonical object of v, admitted and envelope.",
    "proof.form": "A receipt is malformed.",
    "proof.unknown-version": "A receipt is of a version that this program does not know.",
    # note
    "note.base64": "A field is not base64, or not in its canonical writing.",
    "note.decimal": "A number has a sign, leading zeroes, other letters, or is too large.",
    "note.key-name": "A key name is empty, too long, or holds a space or plus sign.",
    "note.key-type": "A verifier key has a signature type that this program does not know.",
    "note.key-size": "A verifier key has not as many bytes as its type asks for.",
    "note.vkey": "A verifier key is malformed, or its ID does not belong to it.",
    "note.wrong-key-type": "A key is of a type that cannot be used here.",
    "note.bad-signature": "The signature of a known key does not verify.",
    "note.no-known-signature": "No known key signed the note.",
    "note.signature-line": "A signature line of a note is malformed.",
    "note.form": "A note is not text, an empty line and signature lines.",
    "note.not-text": "A note is not UTF-8, or holds control characters.",
    "note.too-large": "A note is too large or has too many signatures.",
    "note.cosignature-size": "A cosignature has not as many bytes as its type asks for.",
    "note.cosignature-time": "A cosignature's time is not between 1970 and 9999.",
    "note.no-ml-dsa": "The cryptography library here has no ML-DSA-44.",
    # policy
    "log.policy-form": "A line of a policy file is malformed, or the quorum line is missing.",
    "log.policy-name": "A policy uses a name that is taken, unknown or used twice.",
    "log.policy-duplicate": "A policy names one public key twice.",
    "log.policy-key-type": "A policy has a key of a type that cannot stand there.",
    "log.quorum": "Too few of the trusted witnesses cosigned the checkpoint.",
    # reader
    "log.checkpoint-missing": "There is no checkpoint where the log should be.",
    "log.tile-missing": "A tile that the log must have is missing.",
    "log.entries-missing": "An entry bundle that the log must have is missing.",
    "log.edge-root": "The log's tiles do not lead to the root of its checkpoint.",
    "log.tile-hash": "A tile is not the one that the checkpoint stands for.",
    "log.entry-hash": "An entry is not the one that the checkpoint stands for.",
    "log.rolled-back": "A log is smaller than it was at a checkpoint seen before.",
    # checkpoint
    "log.checkpoint-form": "A checkpoint is not the three lines origin, size and root.",
    "log.checkpoint-root": "A checkpoint's root has not 32 bytes, or is wrong for size 0.",
    "log.other-origin": "A checkpoint is of another log than the key that was given.",
}
