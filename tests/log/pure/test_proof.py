"""Receipts: what a stranger with a policy accepts, and all that they refuse."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.log.cosignature import cosign
from sunlit.log.merkle import leaf_hash
from sunlit.log.policy import Policy
from sunlit.log.proof import MAX_RECEIPT, TlogProof, verify_inclusion_of, verify_receipt
from tests.log.pure.making import AT, log_of, numbered, signer, witness

SIZE = 300
WITNESS = witness("w1.example/a", 11)
POLICY = Policy.parse(
    f"log {signer().verifier.vkey}\nwitness w {WITNESS.verifier.vkey}\nquorum w\n".encode()
)
LOG = log_of(SIZE)
NOTE = LOG.publish(cosign(LOG.head.to_text(), WITNESS, AT)).to_bytes()
READER = LOG.reader()

hashes = st.binary(min_size=32, max_size=32)
proofs = st.builds(
    TlogProof,
    st.integers(0, 2**63 - 1),
    st.lists(hashes, max_size=63).map(tuple),
    st.binary(min_size=1, max_size=300),
    st.none() | st.binary(max_size=60),
)


@given(proofs)
def test_a_receipt_comes_back_as_it_was_written(proof: TlogProof) -> None:
    """parse(to_bytes(x)) == x; the checkpoint is kept to the byte, whatever it is."""
    assert TlogProof.parse(proof.to_bytes()) == proof


@given(st.integers(0, SIZE - 1), st.none() | st.binary(max_size=20))
def test_a_receipt_of_a_log_verifies(index: int, extra: bytes | None) -> None:
    """For its own entry; what stands in `extra` changes nothing."""
    made = READER.receipt(index)
    data = TlogProof(made.index, made.hashes, made.checkpoint, extra).to_bytes()

    assert verify_receipt(LOG.entries[index], data, POLICY) == LOG.head
    assert verify_receipt(LOG.entries[index], made, POLICY) == LOG.head
    found = verify_inclusion_of(leaf_hash(LOG.entries[index]), data, POLICY)
    assert [one.at for one in found.cosignatures] == [AT]


@given(st.integers(0, SIZE - 1), st.data())
def test_no_changed_receipt_verifies(index: int, data: st.DataObject) -> None:
    """Any byte changed in any way is refused, or is the ignored extra or padding of nothing."""
    whole = READER.receipt(index).to_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    if changed == whole:
        return

    with pytest.raises(SunlitError):
        verify_receipt(LOG.entries[index], changed, POLICY)


@given(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
def test_a_receipt_is_for_its_entry_alone(index: int, other: int) -> None:
    """No other entry of the same log passes with it."""
    if other == index:
        return

    with pytest.raises(VerificationError) as refused:
        verify_receipt(LOG.entries[other], READER.receipt(index), POLICY)

    assert refused.value.code == "proof.inclusion"


def test_cosignatures_may_be_added_later() -> None:
    """The verifier's quorum decides; the rest of the receipt stays."""
    bare = log_of(SIZE)
    receipt = bare.reader().receipt(7)
    later = TlogProof(receipt.index, receipt.hashes, NOTE)

    with pytest.raises(VerificationError) as refused:
        verify_receipt(bare.entries[7], receipt, POLICY)

    assert refused.value.code == "log.quorum"
    assert verify_receipt(bare.entries[7], later, POLICY) == bare.head


def test_a_receipt_under_another_checkpoint_does_not_hold() -> None:
    """Not even under a later one of the same log."""
    grown = log_of(SIZE)
    grown.append(numbered(1, SIZE))
    later = grown.publish(cosign(grown.head.to_text(), WITNESS, AT)).to_bytes()
    old = READER.receipt(7)

    with pytest.raises(VerificationError):
        verify_receipt(LOG.entries[7], TlogProof(7, old.hashes, later), POLICY)


GOOD = READER.receipt(5).to_bytes()
HASH = b64encode(bytes(32)).decode()
R31 = bytes(31)
MALFORMED = {
    "empty": (b"", "proof.form"),
    "another file": (b"hello\n\nworld\n", "proof.form"),
    "version 2": (GOOD.replace(b"@v1", b"@v2"), "proof.unknown-version"),
    "CR line ends": (GOOD.replace(b"\n", b"\r\n"), "proof.form"),
    "one CR": (GOOD.replace(b"@v1\n", b"@v1\r\n"), "proof.unknown-version"),
    "no checkpoint": (GOOD.partition(b"\n\n")[0] + b"\n\n", "proof.form"),
    "no empty line": (GOOD.partition(b"\n\n")[0], "proof.form"),
    "no index": (GOOD.replace(b"index 5\n", b""), "proof.form"),
    "negative index": (GOOD.replace(b"index 5", b"index -5"), "note.decimal"),
    "leading zero": (GOOD.replace(b"index 5", b"index 05"), "note.decimal"),
    "index twice": (GOOD.replace(b"index 5", b"index 5\nindex 5"), "note.base64"),
    "index beyond the log": (GOOD.replace(b"index 5", b"index 300"), "proof.out-of-range"),
    "extra after index": (GOOD.replace(b"index 5", b"index 5\nextra eA=="), "note.base64"),
    "extra twice": (GOOD.replace(b"index 5", b"extra eA==\nextra eA==\nindex 5"), "proof.form"),
    "extra not base64": (GOOD.replace(b"index 5", b"extra x\nindex 5"), "note.base64"),
    "hash of 31 bytes": (
        GOOD.replace(b"index 5\n", b"index 5\n" + b64encode(bytes(31)) + b"\n"),
        "proof.hash-size",
    ),
    "64 hashes": (
        GOOD.replace(b"index 5\n", b"index 5\n" + f"{HASH}\n".encode() * 64),
        "proof.form",
    ),
    "not ASCII": (GOOD.replace(b"index 5", "index \u0665".encode()), "proof.form"),
    "too large": (GOOD + bytes(MAX_RECEIPT), "proof.form"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_receipt_is_refused_with_its_code(case: str) -> None:
    """Each rule of the format has its refusal."""
    data, code = MALFORMED[case]

    with pytest.raises(MalformedError) as refused:
        verify_receipt(LOG.entries[5], data, POLICY)

    assert refused.value.code == code


def test_only_what_can_be_read_back_is_written() -> None:
    """A receipt with a negative index or without checkpoint is not written."""
    for broken in (TlogProof(-1, (), b"x"), TlogProof(0, (), b""), TlogProof(0, (R31,), b"x")):
        with pytest.raises(MalformedError):
            broken.to_bytes()


def test_extra_data_of_another_type_cannot_be_written() -> None:
    """Only what reads back as the same receipt is written."""
    made = READER.receipt(5)

    with pytest.raises(MalformedError) as caught:
        TlogProof(made.index, list(made.hashes), made.checkpoint).to_bytes()  # type: ignore[arg-type]

    assert caught.value.code == "proof.form"
