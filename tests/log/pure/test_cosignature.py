"""Cosignatures of both types: over the whole text, or over the tree."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.times import from_unix
from sunlit.log import cosignature as module
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.cosignature import (
    cosign,
    cosignatures,
    subtree_message,
    v1_message,
    verify_cosignature,
)
from sunlit.log.note import Note, NoteVerifier
from tests.log.pure.making import AT, ORIGIN, MlDsaWitness, signer, witness

HEAD = Checkpoint(ORIGIN, 5, bytes(range(32)))
TEXT = HEAD.to_text()
ONE, TWO = witness("w1.example/a", 11), witness("w2.example/b", 12)
PQ = MlDsaWitness("w3.example/pq", 13)

# The example checkpoint printed in tlog-cosignature, with its real witness cosignature.
SPEC_TEXT = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_messages_are_those_of_the_spec() -> None:
    """Header, time and whole text; or the structure cosigned_message, field by field."""
    message = v1_message(SPEC_TEXT, 1679315147)
    tree = subtree_message("w", 7, Checkpoint("log", 9, bytes(32)))

    assert message == b"cosignature/v1\ntime 1679315147\n" + SPEC_TEXT
    assert tree == (
        b"subtree/v1\n\x00\x01w" + (7).to_bytes(8, "big") + b"\x03log"
        + bytes(8) + (9).to_bytes(8, "big") + bytes(32)
    )  # fmt: skip


@given(st.integers(0, 253_402_300_799))
def test_an_ed25519_cosignature_verifies_and_tells_its_time(seconds: int) -> None:
    """verify(cosign(x, t)) == t."""
    at = from_unix(seconds)

    line = cosign(TEXT, ONE, at)

    found = verify_cosignature(TEXT, ONE.verifier, line.payload)
    assert (found.verifier, found.at) == (ONE.verifier, at)


@pytest.mark.parametrize("seconds", [1, 1_800_000_000])
def test_an_ml_dsa_cosignature_verifies_and_tells_its_time(seconds: int) -> None:
    """Type 0x06 over origin, size and root."""
    line = PQ.cosign(TEXT, seconds)

    assert verify_cosignature(TEXT, PQ.verifier, line.payload).at == from_unix(seconds)


def test_an_ml_dsa_cosignature_may_say_no_time() -> None:
    """tlog-cosignature: zero says nothing about the largest tree."""
    line = PQ.cosign(TEXT, 0)

    assert verify_cosignature(TEXT, PQ.verifier, line.payload).at is None


def test_a_cosignature_holds_for_its_text_time_and_name_alone() -> None:
    """Changing any of what was signed is noticed."""
    v1, pq = cosign(TEXT, ONE, AT).payload, PQ.cosign(TEXT, 7).payload
    other = Checkpoint(ORIGIN, 6, HEAD.root).to_text()
    renamed = NoteVerifier("w4.example", PQ.verifier.kind, PQ.verifier.key)
    later = (8).to_bytes(8, "big")
    tries = [
        (other, ONE.verifier, v1),
        (other, PQ.verifier, pq),
        (TEXT + b"extension\n", ONE.verifier, v1),
        (TEXT, ONE.verifier, later + v1[8:]),
        (TEXT, PQ.verifier, later + pq[8:]),
        (TEXT, TWO.verifier, v1),
        (TEXT, renamed, pq),
    ]
    for text, verifier, payload in tries:
        with pytest.raises(VerificationError) as refused:
            verify_cosignature(text, verifier, payload)
        assert refused.value.code == "note.bad-signature"


def test_extension_lines_are_covered_by_ed25519_alone() -> None:
    """The reason why our checkpoints have none."""
    extended = TEXT + b"extension\n"

    assert verify_cosignature(extended, PQ.verifier, PQ.cosign(TEXT, 7).payload)
    assert verify_cosignature(extended, ONE.verifier, cosign(extended, ONE, AT).payload)


def test_a_note_tells_who_of_the_known_cosigned() -> None:
    """One answer a key, the later time where a key cosigned twice; unknown ones are ignored."""
    later = AT + timedelta(hours=1)
    lines = [cosign(TEXT, ONE, later), cosign(TEXT, TWO, AT), cosign(TEXT, ONE, AT)]
    note = sign_checkpoint(HEAD, signer()).with_signatures([*lines, PQ.cosign(TEXT, 0)])

    found = cosignatures(note, [ONE.verifier, PQ.verifier, ONE.verifier])

    assert [(one.verifier, one.at) for one in found] == [(ONE.verifier, later), (PQ.verifier, None)]
    assert cosignatures(note, []) == ()


def test_one_failing_line_of_a_known_cosigner_refuses_the_note() -> None:
    """Even behind a good one."""
    good = cosign(TEXT, ONE, AT)
    bad = type(good)(good.name, good.key_id, good.payload[:-1] + b"\x00")
    note = Note(TEXT, (good, bad))

    with pytest.raises(VerificationError):
        cosignatures(note, [ONE.verifier])


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a log's key cosigns": (lambda: cosign(TEXT, signer(), AT), "note.wrong-key-type"),
    "a log's key verifies": (
        lambda: verify_cosignature(TEXT, signer().verifier, bytes(72)),
        "note.wrong-key-type",
    ),
    "short": (lambda: verify_cosignature(TEXT, ONE.verifier, bytes(71)), "note.cosignature-size"),
    "short ML-DSA": (
        lambda: verify_cosignature(TEXT, PQ.verifier, bytes(72)),
        "note.cosignature-size",
    ),
    "year 10000": (
        lambda: verify_cosignature(TEXT, ONE.verifier, b"\x7f" + bytes(71)),
        "note.cosignature-time",
    ),
    "before 1970": (
        lambda: cosign(TEXT, ONE, datetime(1969, 12, 31, tzinfo=UTC)),
        "note.cosignature-time",
    ),
    "no zone": (lambda: cosign(TEXT, ONE, AT.replace(tzinfo=None)), "time.naive"),
    "no checkpoint signed": (lambda: cosign(b"text\n", ONE, AT), "log.checkpoint-form"),
    "no checkpoint verified": (
        lambda: verify_cosignature(b"text\n", ONE.verifier, bytes(72)),
        "log.checkpoint-form",
    ),
    "a key of zeroes": (
        lambda: verify_cosignature(TEXT, NoteVerifier("z", 6, bytes(1312)), bytes(2428)),
        "note.bad-signature",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_call_is_refused_with_its_code(case: str) -> None:
    """Types, sizes and times are checked before any arithmetic."""
    call, code = CASES[case]

    with pytest.raises(SunlitError) as refused:
        call()

    assert refused.value.code == code
    assert isinstance(refused.value, MalformedError | VerificationError)


class _NoMLDSA:
    """A build of the library without ML-DSA."""

    @staticmethod
    def from_public_bytes(data: bytes) -> object:
        """Refuse as `cryptography` does."""
        raise UnsupportedAlgorithm("ML-DSA is not supported by this backend")


def test_a_machine_without_ml_dsa_could_not_find_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is neither a good nor a bad signature."""
    monkeypatch.setattr(module, "MLDSA44PublicKey", _NoMLDSA)

    with pytest.raises(UnavailableError) as unknown:
        verify_cosignature(TEXT, PQ.verifier, bytes(2428))

    assert unknown.value.code == "note.no-ml-dsa"
