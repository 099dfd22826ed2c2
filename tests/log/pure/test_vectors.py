"""spec/vectors/log: what another implementation can check itself against."""

import json

import pytest

from sunlit.log.cosignature import cosignatures
from sunlit.log.entry import Entry
from sunlit.log.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion
from sunlit.log.note import Note, NoteVerifier
from sunlit.log.policy import Policy
from sunlit.log.proof import verify_receipt
from sunlit.log.reader import LogReader
from tests.log.pure.make_vectors import ML_DSA_LINE, VECTORS, is_current, ml_dsa_line, vectors
from tests.log.pure.making import MemoryFiles

KEYS = {name: key["vkey"] for name, key in json.loads((VECTORS / "keys.json").read_bytes()).items()}


def test_the_vectors_are_what_the_code_writes_today() -> None:
    """A format that changes shows here first; old vectors are never edited."""
    made = vectors(ml_dsa_line())

    stored = {
        str(path.relative_to(VECTORS)): path.read_bytes()
        for path in VECTORS.rglob("*")
        if path.is_file() and path.name not in {"README.md", ML_DSA_LINE}
    }
    assert stored == made


def test_the_receipt_vector_verifies() -> None:
    """Entry, receipt and policy, with both kinds of cosignature."""
    entry = (VECTORS / "entry-3.json").read_bytes()
    policy = Policy.parse((VECTORS / "policy.txt").read_bytes())

    found = verify_receipt(entry, (VECTORS / "entry-3.tlog-proof").read_bytes(), policy)

    assert (found.origin, found.size) == ("log.sunlit.example/spine", 5)


def test_the_cosigned_checkpoint_tells_two_times() -> None:
    """One hour and two hours after the checkpoint, as the witnesses said."""
    note = Note.parse((VECTORS / "cosigned-checkpoint").read_bytes())

    found = cosignatures(note, [NoteVerifier.parse(KEYS[name]) for name in ("one", "pq")])

    assert [one.at.hour for one in found if one.at] == [13, 14]


def test_the_log_vector_can_be_read() -> None:
    """A directory of static files is all that a reader needs."""
    root = VECTORS / "log"
    files = {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }

    entries = list(LogReader.open(MemoryFiles(files), NoteVerifier.parse(KEYS["log"])).entries())

    assert [Entry.parse(entry).admitted_at.minute for entry in entries] == [0, 1, 2, 3, 4]
    assert all(is_current(path) for path in files)


@pytest.mark.parametrize("number", range(8))
def test_the_proof_vectors_verify(number: int) -> None:
    """Roots, audit paths and consistency proofs of trees over numbered leaves."""
    trees = json.loads((VECTORS / "proofs.json").read_bytes())["trees"]
    roots = {0: EMPTY_ROOT} | {tree["size"]: bytes.fromhex(tree["root"]) for tree in trees}
    tree = trees[number]
    size = tree["size"]

    for one in tree["inclusion"]:
        leaf, proof = bytes.fromhex(one["leaf_hash"]), [bytes.fromhex(h) for h in one["proof"]]
        verify_inclusion(leaf, one["index"], size, proof, roots[size])
    for one in tree["consistency"]:
        proof = [bytes.fromhex(h) for h in one["proof"]]
        verify_consistency(one["old"], size, proof, roots[one["old"]], roots[size])
