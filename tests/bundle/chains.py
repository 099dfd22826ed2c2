"""Later records that a deployer writes with its own keys, in one decision log or in two."""

from collections.abc import Sequence
from dataclasses import replace

from sunlit.bundle import layout
from sunlit.decision.record import Kind, Pointer, Record, new_id
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.merkle import HashReader, inclusion, leaf_hash, node_hash, root
from sunlit.log.proof import TlogProof
from tests.bundle.cases import Parts, copied_world, decision_key


class Tree:
    """The stored hashes of a log, each computed once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.known = {(0, index): leaf_hash(leaf) for index, leaf in enumerate(leaves)}

    def read(self, level: int, index: int) -> bytes:
        if (level, index) not in self.known:
            left = self.read(level - 1, 2 * index)
            self.known[level, index] = node_hash(left, self.read(level - 1, 2 * index + 1))
        return self.known[level, index]


def log_name(number: int) -> str:
    """Return the origin of a decision log of the world."""
    return decision_key(number).verifier.name


def proof_in(reader: HashReader, index: int, size: int, number: int) -> bytes:
    """Return the receipt of a leaf under a checkpoint of that size of a decision log."""
    top = Checkpoint(log_name(number), size, root(size, reader))
    note = sign_checkpoint(top, decision_key(number)).to_bytes()
    return TlogProof(index, tuple(inclusion(index, size, reader)), note).to_bytes()


def later(parts: Parts, of: Pointer, kind: Kind = Kind.REVIEW, result: str = "seen") -> bytes:
    """Return the leaf of a later record that points to another."""
    time = Record.parse(parts.files[layout.RECORD]).time
    return Record(
        kind=kind, id=new_id(), time=time, role="head of outreach", result=result, of=of
    ).to_bytes()


def pointer(leaf: bytes, index: int, number: int = 0) -> Pointer:
    """Return the pointer to a leaf of a decision log of the world."""
    return Pointer(log=log_name(number), index=index, leaf=leaf_hash(leaf).hex())


def put(parts: Parts, name: int, leaf: bytes, proof: bytes, number: int = 0) -> None:
    """Lay a later record in, with its log's registration where it is not the decision's log."""
    stem = f"{layout.LATER}{name:02d}"
    parts.files[stem + layout.RECORD_SUFFIX] = leaf
    parts.files[stem + layout.PROOF] = proof
    if number:
        folder = copied_world().store.logs()[number]
        assert folder.registration is not None
        assert folder.receipt is not None
        parts.files[f"{stem}{layout.LOG_SUFFIX}{layout.ENTRY}"] = folder.registration
        parts.files[f"{stem}{layout.LOG_SUFFIX}{layout.PROOF}"] = folder.receipt
    contest = Record.parse(leaf).kind in (Kind.CONTEST, Kind.CONTEST_RESULT)
    parts.manifest["sections"]["contest" if contest else "human"] += 1


def alone() -> Parts:
    """Return a bundle of a decision, the first of its log, that nothing came after."""
    parts = Parts.of("released")
    parts.decided(time=Record.parse(parts.files[layout.RECORD]).time)
    return parts


def chain(length: int) -> Parts:
    """Return a decision and later records of its log, each of which is of the one before."""
    parts = alone()
    leaves = [parts.files[layout.RECORD]]
    for index in range(length):
        leaves.append(later(parts, pointer(leaves[-1], index)))
    tree = Tree(leaves)
    parts.files[layout.RECORD_PROOF] = proof_in(tree, 0, len(leaves), 0)
    for index, leaf in enumerate(leaves[1:], 1):
        put(parts, index, leaf, proof_in(tree, index, len(leaves), 0))
    return parts


def two_logs(*, sizes: tuple[int, int] = (2, 2)) -> Parts:
    """Return a decision, and after it a contest and its result that stand in another log.

    `sizes` are those of the checkpoints under which the two stand: alike, where all is honest.
    """
    parts = alone()
    decision = pointer(parts.files[layout.RECORD], 0)
    first = later(parts, decision, Kind.CONTEST, "received")
    second = later(parts, pointer(first, 0, 1), Kind.CONTEST_RESULT, "upheld")
    tree = Tree([first, second])
    put(parts, 1, first, proof_in(tree, 0, sizes[0], 1), 1)
    put(parts, 2, second, proof_in(tree, 1, sizes[1], 1), 1)
    return parts


def back_again() -> Parts:
    """Return a decision, a contest in another log, and its result in the decision's own log."""
    parts = alone()
    leaf = parts.files[layout.RECORD]
    contest = later(parts, pointer(leaf, 0), Kind.CONTEST, "received")
    result = later(parts, pointer(contest, 0, 1), Kind.CONTEST_RESULT, "upheld")
    tree = Tree([leaf, result])
    parts.files[layout.RECORD_PROOF] = proof_in(tree, 0, 2, 0)
    put(parts, 1, contest, proof_in(Tree([contest]), 0, 1, 1), 1)
    put(parts, 2, result, proof_in(tree, 1, 2, 0))
    return parts


def with_record(parts: Parts, document: dict[str, object]) -> None:
    """Let the deployer write a leaf, whatever its form, as the only one of its log."""
    parts.put(layout.RECORD, document)
    leaf = parts.files[layout.RECORD]
    parts.files[layout.RECORD_PROOF] = proof_in(Tree([leaf]), 0, 1, 0)
    parts.manifest["decision"] |= {"index": 0, "leaf": leaf_hash(leaf).hex()}


def replaced(record: bytes, **changes: object) -> bytes:
    """Return the leaf of a record with other fields."""
    return replace(Record.parse(record), **changes).to_bytes()  # type: ignore[arg-type]
