"""RFC 6962 Merkle trees: roots, proofs and their verification over stored hashes.

A stored hash is that of a complete subtree: `(level, index)` covers the leaves
`index << level` up to `(index + 1) << level`. Every root and proof is made of at most
O(log n) of them, so a proof never touches the entries.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from sunlit.base.errors import MalformedError, VerificationError

HASH_SIZE: Final = 32
MAX_SIZE: Final = 2**63 - 1  # so that sizes and indices fit a signed 64 bit integer everywhere
MAX_PROOF: Final = 63  # hashes on the longest path of a tree of MAX_SIZE leaves
EMPTY_ROOT: Final = sha256(b"").digest()  # RFC 6962, section 2.1: the hash of an empty list


class HashReader(Protocol):
    """Gives stored hashes of complete subtrees."""

    def read(self, level: int, index: int) -> bytes:
        """Return the 32 byte hash of the leaves `index << level` to `(index + 1) << level`."""
        ...


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds `data` (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children's hashes (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, reader: HashReader) -> bytes:
    """Return the root of the first `size` leaves.

    Raises:
        MalformedError: `proof.out-of-range`.
    """
    check_range(size, 0, MAX_SIZE, "the tree size")
    return _range_root(0, size, reader)


def inclusion(index: int, size: int, reader: HashReader) -> list[bytes]:
    """Return the audit path of leaf `index` in the first `size` leaves, sibling first.

    Raises:
        MalformedError: `proof.out-of-range`.
    """
    check_range(size, 1, MAX_SIZE, "the tree size")
    check_range(index, 0, size - 1, "the leaf index")
    return _path(0, index, size, reader)


def consistency(old: int, new: int, reader: HashReader) -> list[bytes]:
    """Return the proof that the first `old` leaves begin the first `new` leaves.

    It is empty for equal sizes and for `old` 0, where there is nothing to prove.

    Raises:
        MalformedError: `proof.out-of-range`.
    """
    check_range(new, 0, MAX_SIZE, "the new tree size")
    check_range(old, 0, new, "the old tree size")
    if old in {0, new}:
        return []
    # RFC 6962, section 2.1.2: start at the largest complete subtree that ends the old tree;
    # where that is the whole old tree, the verifier has its hash already.
    level = (old & -old).bit_length() - 1
    index = (old >> level) - 1
    path = _path(level, index, new, reader)
    return path if index == 0 else [reader.read(level, index), *path]


def _path(level: int, index: int, size: int, reader: HashReader) -> list[bytes]:
    """Return the siblings on the way from a stored node to the root of `size` leaves."""
    # Below the point where this path meets the tree's right edge every sibling is complete;
    # at it, the sibling is what is left of the tree; above it, siblings stand on the left.
    meets = (index ^ ((size - 1) >> level)).bit_length()
    read = reader.read
    hashes = [read(level + up, (index >> up) ^ 1) for up in range(meets - 1)]
    if meets:
        rest = ((index >> (meets - 1)) ^ 1) << (level + meets - 1)
        hashes.append(_range_root(rest, size, reader))
    place, up = index >> meets, level + meets
    while place:
        if place & 1:
            hashes.append(read(up, place - 1))
        place, up = place >> 1, up + 1
    return hashes


def _range_root(start: int, end: int, reader: HashReader) -> bytes:
    """Return the root over `start` to `end`, where `start` is aligned beyond their distance."""
    left, level = end - start, 0
    found: bytes | None = None
    while left:
        if left & 1:
            peak = reader.read(level, (end >> level) - 1)
            found = peak if found is None else node_hash(peak, found)
            end -= 1 << level
        left, level = left >> 1, level + 1
    return found if found is not None else EMPTY_ROOT


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf with hash `leaf` stands at `index` of the tree `size`, `root`.

    Raises:
        MalformedError: `proof.out-of-range`, `proof.hash-size`.
        VerificationError: `proof.wrong-length`, `proof.inclusion`.
    """
    check_range(size, 1, MAX_SIZE, "the tree size")
    check_range(index, 0, size - 1, "the leaf index")
    check_hashes(leaf, root, *proof)
    meets = (index ^ (size - 1)).bit_length()
    _expect_length(proof, meets + (index >> meets).bit_count())
    computed = _climb(leaf, index, meets, proof)
    if computed != root:
        raise VerificationError(
            "proof.inclusion",
            "the inclusion proof does not lead to the root",
            expected=root.hex(),
            got=computed.hex(),
            mend="fetch a new receipt for this entry; if it fails too, tell the log's witnesses",
        )


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree `old`, `old_root` is a prefix of the tree `new`, `new_root`.

    Raises:
        MalformedError: `proof.out-of-range`, `proof.hash-size`.
        VerificationError: `proof.wrong-length`, `proof.consistency`.
    """
    check_range(new, 0, MAX_SIZE, "the new tree size")
    check_range(old, 0, new, "the old tree size")
    check_hashes(old_root, new_root, *proof)
    if old in {0, new}:
        _expect_length(proof, 0)
        _expect_root(EMPTY_ROOT if old == 0 else new_root, old_root, "old")
        return
    level = (old & -old).bit_length() - 1
    index = (old >> level) - 1
    path = list(proof) if index else [old_root, *proof]
    meets = (index ^ ((new - 1) >> level)).bit_length()
    _expect_length(path, 1 + meets + (index >> meets).bit_count())
    start, siblings = path[0], path[1:]
    _expect_root(old_root, _climb_old(start, index, meets, siblings), "old")
    _expect_root(new_root, _climb(start, index, meets, siblings), "new")


def _climb(start: bytes, index: int, meets: int, siblings: Sequence[bytes]) -> bytes:
    """Hash upwards: `meets` siblings on the side that the index says, the others on the left."""
    found = start
    for up, sibling in enumerate(siblings):
        on_the_left = up >= meets or (index >> up) & 1
        found = node_hash(sibling, found) if on_the_left else node_hash(found, sibling)
    return found


def _climb_old(start: bytes, index: int, meets: int, siblings: Sequence[bytes]) -> bytes:
    """Hash upwards with the left siblings only: those are what the old tree had."""
    found = start
    for up, sibling in enumerate(siblings):
        if up >= meets or (index >> up) & 1:
            found = node_hash(sibling, found)
    return found


def check_range(value: int, low: int, high: int, what: str) -> None:
    """Raise MalformedError `proof.out-of-range` unless `low <= value <= high`."""
    if not low <= value <= high:
        raise MalformedError(
            "proof.out-of-range",
            f"{what} is out of range",
            expected=f"{low} to {high}",
            got=str(value),
        )


def check_hashes(*hashes: bytes) -> None:
    """Raise MalformedError `proof.hash-size` unless each hash has 32 bytes."""
    for found in hashes:
        if len(found) != HASH_SIZE:
            raise MalformedError(
                "proof.hash-size",
                "a hash has a wrong size",
                expected=f"{HASH_SIZE} bytes",
                got=f"{len(found)} bytes",
            )


def _expect_length(proof: Sequence[bytes], length: int) -> None:
    if len(proof) != length:
        raise VerificationError(
            "proof.wrong-length",
            "the proof has a wrong number of hashes",
            expected=str(length),
            got=str(len(proof)),
        )


def _expect_root(expected: bytes, got: bytes, which: str) -> None:
    if expected != got:
        raise VerificationError(
            "proof.consistency",
            f"the consistency proof does not lead to the {which} root",
            expected=expected.hex(),
            got=got.hex(),
            mend="keep both checkpoints: if both are signed, they prove that the log forked",
        )


class Frontier:
    """The right edge of a growing tree: its complete subtrees' roots (a compact range)."""

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._peaks: list[bytes] = []  # the largest subtree first
        self._size = 0

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; return each subtree completed by it as (level, index, hash).

        The first is always the leaf itself, at level 0.
        """
        completed = [(0, self._size, leaf)]
        found, level, index = leaf, 0, self._size
        while index & 1:
            found = node_hash(self._peaks.pop(), found)
            level, index = level + 1, index >> 1
            completed.append((level, index, found))
        self._peaks.append(found)
        self._size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self._peaks:
            return EMPTY_ROOT
        found = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            found = node_hash(peak, found)
        return found
