"""The tree against RFC 6962's own recursive definition."""

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import SunlitError, VerificationError
from sunlit.log import merkle
from sunlit.log.merkle import Frontier, leaf_hash, node_hash, verify_consistency, verify_inclusion

LEAVES = [b"leaf %d" % number for number in range(150)]

# The eight leaves and roots that certificate-transparency implementations share.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@cache
def defined_root(start: int, end: int) -> bytes:
    """Return MTH as RFC 6962, section 2.1 defines it."""
    size = end - start
    if size == 0:
        return merkle.EMPTY_ROOT
    if size == 1:
        return leaf_hash(LEAVES[start])
    split = start + (1 << ((size - 1).bit_length() - 1))
    return node_hash(defined_root(start, split), defined_root(split, end))


def defined_path(index: int, start: int, end: int) -> list[bytes]:
    """Return PATH as RFC 6962, section 2.1.1 defines it."""
    if end - start == 1:
        return []
    split = start + (1 << ((end - start - 1).bit_length() - 1))
    if index < split:
        return [*defined_path(index, start, split), defined_root(split, end)]
    return [*defined_path(index, split, end), defined_root(start, split)]


def defined_proof(old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    """Return SUBPROOF as RFC 6962, section 2.1.2 defines it (`old` counts from 0)."""
    if old == end:
        return [] if whole else [defined_root(start, end)]
    split = start + (1 << ((end - start - 1).bit_length() - 1))
    if old <= split:
        return [*defined_proof(old, start, split, whole=whole), defined_root(split, end)]
    return [*defined_proof(old, split, end, whole=False), defined_root(start, split)]


class Stored:
    """Complete subtrees of `LEAVES`; it counts its reads."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, level: int, index: int) -> bytes:
        """Return a stored hash."""
        self.reads += 1
        assert (index + 1) << level <= len(LEAVES), "an incomplete subtree was asked for"
        return defined_root(index << level, (index + 1) << level)


sizes = st.integers(1, len(LEAVES))


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    """The roots of the shared eight leaves come out, at each size."""
    edge = Frontier()

    for leaf in CT_LEAVES[:size]:
        edge.append(leaf_hash(leaf))

    assert edge.root().hex() == CT_ROOTS[size]


def test_every_small_tree_agrees_with_the_definition() -> None:
    """Roots and proofs of all trees up to 40 leaves are those of the RFC, hash by hash."""
    stored = Stored()
    for size in range(41):
        assert merkle.root(size, stored) == defined_root(0, size)
        for index in range(size):
            assert merkle.inclusion(index, size, stored) == defined_path(index, 0, size)
        for old in range(1, size + 1):
            wanted = defined_proof(old, 0, size, whole=True)
            assert merkle.consistency(old, size, stored) == wanted


@given(size=sizes, data=st.data())
def test_a_made_inclusion_proof_verifies(size: int, data: st.DataObject) -> None:
    """verify(prove(x)) holds, in O(log n) reads."""
    index = data.draw(st.integers(0, size - 1))
    stored = Stored()

    proof = merkle.inclusion(index, size, stored)

    verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, defined_root(0, size))
    assert stored.reads <= 2 * size.bit_length()


@given(new=sizes, data=st.data())
def test_a_made_consistency_proof_verifies(new: int, data: st.DataObject) -> None:
    """verify(prove(old, new)) holds for every pair, the empty tree included."""
    old = data.draw(st.integers(0, new))
    stored = Stored()

    proof = merkle.consistency(old, new, stored)

    verify_consistency(old, new, proof, defined_root(0, old), defined_root(0, new))
    assert stored.reads <= 2 * new.bit_length()


@given(size=sizes, data=st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    """No proof verifies with a bit flipped, a hash dropped, added, or another leaf's index."""
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(index, size, Stored())
    changed = data.draw(changes(proof))
    root = defined_root(0, size)

    with pytest.raises(VerificationError):
        verify_inclusion(leaf_hash(LEAVES[index]), index, size, changed, root)
    with pytest.raises(VerificationError):
        verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda at: at != index or size == 1))
    if other != index:
        with pytest.raises(VerificationError):
            verify_inclusion(leaf_hash(LEAVES[index]), other, size, proof, root)


@given(new=st.integers(2, len(LEAVES)), data=st.data())
def test_a_changed_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    """No proof verifies with a bit flipped, a hash dropped or added, or another root."""
    old = data.draw(st.integers(1, new - 1))
    proof = merkle.consistency(old, new, Stored())
    roots = defined_root(0, old), defined_root(0, new)

    with pytest.raises(VerificationError):
        verify_consistency(old, new, data.draw(changes(proof)), *roots)
    with pytest.raises(VerificationError):
        verify_consistency(old, new, proof, leaf_hash(b"x"), roots[1])
    with pytest.raises(VerificationError):
        verify_consistency(old, new, proof, roots[0], leaf_hash(b"x"))


def changes(proof: list[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Draw a proof that is not the given one."""
    longer = st.just([*proof, leaf_hash(b"more")])
    if not proof:
        return longer
    places = st.integers(0, len(proof) - 1)
    flipped = st.builds(
        lambda at, bit: [*proof[:at], _flip(proof[at], bit), *proof[at + 1 :]],
        places,
        st.integers(0, 255),
    )
    shorter = places.map(lambda at: proof[:at] + proof[at + 1 :])
    return st.one_of(longer, shorter, flipped)


def _flip(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ (1 << bit)).to_bytes(len(data), "big")


@given(size=st.integers(0, len(LEAVES)))
def test_a_frontier_has_the_root_that_rfc_6962_defines(size: int) -> None:
    """Of as many leaves as it was given."""
    edge = Frontier()
    for leaf in LEAVES[:size]:
        edge.append(leaf_hash(leaf))

    assert (edge.size, edge.root()) == (size, defined_root(0, size))


def test_a_frontier_reports_each_completed_subtree_once() -> None:
    """Append returns every complete subtree of the tree, the leaf first."""
    edge = Frontier()
    seen: dict[tuple[int, int], bytes] = {}
    for number, leaf in enumerate(LEAVES[:40]):
        completed = edge.append(leaf_hash(leaf))
        assert completed[0] == (0, number, leaf_hash(leaf))
        for level, index, found in completed:
            assert seen.setdefault((level, index), found) is found

    assert len(seen) == sum(40 >> level for level in range(6))
    assert all(
        found == defined_root(index << level, (index + 1) << level)
        for (level, index), found in seen.items()
    )


R32, ONES = bytes(32), bytes([1] * 32)
WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "root of a negative size": (lambda: merkle.root(-1, Stored()), "proof.out-of-range"),
    "root beyond 2^63-1": (lambda: merkle.root(2**63, Stored()), "proof.out-of-range"),
    "path in no tree": (lambda: merkle.inclusion(0, 0, Stored()), "proof.out-of-range"),
    "path of a leaf too far": (lambda: merkle.inclusion(5, 5, Stored()), "proof.out-of-range"),
    "path of leaf -1": (lambda: merkle.inclusion(-1, 5, Stored()), "proof.out-of-range"),
    "proof to a smaller tree": (lambda: merkle.consistency(6, 5, Stored()), "proof.out-of-range"),
    "leaf too far": (lambda: verify_inclusion(R32, 1, 1, [], R32), "proof.out-of-range"),
    "short leaf": (lambda: verify_inclusion(R32[1:], 0, 1, [], R32), "proof.hash-size"),
    "short sibling": (lambda: verify_inclusion(R32, 0, 2, [b""], R32), "proof.hash-size"),
    "one too many": (lambda: verify_inclusion(R32, 0, 1, [R32], R32), "proof.wrong-length"),
    "another root": (lambda: verify_inclusion(R32, 0, 1, [], ONES), "proof.inclusion"),
    "shrunk": (lambda: verify_consistency(2, 1, [], R32, R32), "proof.out-of-range"),
    "equal but forked": (lambda: verify_consistency(1, 1, [], R32, ONES), "proof.consistency"),
    "a wrong empty root": (lambda: verify_consistency(0, 1, [], R32, R32), "proof.consistency"),
    "a proof from nothing": (
        lambda: verify_consistency(0, 1, [R32], merkle.EMPTY_ROOT, R32),
        "proof.wrong-length",
    ),
    "no proof": (lambda: verify_consistency(3, 9, [], R32, R32), "proof.wrong-length"),
    "short hash": (lambda: verify_consistency(3, 9, [b""], R32, R32), "proof.hash-size"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_is_refused_with_its_code(case: str) -> None:
    """Sizes, indices and hashes out of range never reach the arithmetic."""
    call, code = WRONG[case]

    with pytest.raises(SunlitError) as refused:
        call()

    assert refused.value.code == code


def test_equal_trees_and_one_leaf_need_no_proof() -> None:
    """An empty proof is right where there is nothing to show."""
    verify_consistency(1, 1, [], R32, R32)
    verify_consistency(0, 0, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)
    verify_inclusion(R32, 0, 1, [], R32)
