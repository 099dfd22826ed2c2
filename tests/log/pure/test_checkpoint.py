"""Checkpoints: three lines, one way to write each, and the log's key over them."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.log.note import sign
from tests.log.pure.making import ORIGIN, signer

ROOT = bytes(range(32))
ROOT64 = b64encode(ROOT).decode()
EMPTY64 = b64encode(EMPTY_ROOT).decode()

checkpoints = st.builds(
    Checkpoint,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)


@given(checkpoints)
def test_a_checkpoint_comes_back_as_it_was_written(checkpoint: Checkpoint) -> None:
    """parse(to_text(x)) == x, in exactly three lines."""
    text = checkpoint.to_text()

    assert Checkpoint.parse(text) == checkpoint
    assert text.count(b"\n") == 3


def test_the_empty_log_has_the_empty_root() -> None:
    """Size 0 carries SHA-256 of nothing, and nothing else."""
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert Checkpoint.parse(empty.to_text()) == empty
    with pytest.raises(MalformedError) as refused:
        Checkpoint(ORIGIN, 0, ROOT).to_text()
    assert refused.value.code == "log.checkpoint-root"


def test_extension_lines_are_read_past_and_never_written() -> None:
    """The spec allows others to have them; what we read into is three lines."""
    found = Checkpoint.parse(f"{ORIGIN}\n5\n{ROOT64}\nextension\n".encode())

    assert found.to_text() == f"{ORIGIN}\n5\n{ROOT64}\n".encode()


MALFORMED = {
    "empty": ("", "log.checkpoint-form"),
    "no newline at the end": (f"o\n5\n{ROOT64}", "log.checkpoint-form"),
    "missing origin": (f"5\n{ROOT64}\n", "log.checkpoint-form"),
    "empty origin": (f"\n5\n{ROOT64}\n", "log.checkpoint-form"),
    "missing size": (f"o\n{ROOT64}\n", "log.checkpoint-form"),
    "missing root": ("o\n5\n", "log.checkpoint-form"),
    "size for root": ("o\n5\n5\n", "note.base64"),
    "empty extension line": (f"o\n5\n{ROOT64}\n\nx\n", "log.checkpoint-form"),
    "long origin": (f"{'o' * 256}\n5\n{ROOT64}\n", "log.checkpoint-form"),
    "leading zero": (f"o\n05\n{ROOT64}\n", "note.decimal"),
    "negative size": (f"o\n-5\n{ROOT64}\n", "note.decimal"),
    "hexadecimal size": (f"o\n0x5\n{ROOT64}\n", "note.decimal"),
    "huge size": (f"o\n{2**63}\n{ROOT64}\n", "note.decimal"),
    "CR": (f"o\n5\r\n{ROOT64}\r\n", "note.decimal"),
    "short root": (f"o\n5\n{ROOT64[:-4]}\n", "log.checkpoint-root"),
    "31 bytes": (f"o\n5\n{b64encode(ROOT[1:]).decode()}\n", "log.checkpoint-root"),
    "no root at size 0": (f"o\n0\n{ROOT64}\n", "log.checkpoint-root"),
    "non-canonical root": (f"o\n5\n{ROOT64[:-2]}9=\n", "note.base64"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_checkpoint_is_refused_with_its_code(case: str) -> None:
    """Each rule of the format has its refusal."""
    text, code = MALFORMED[case]

    with pytest.raises(MalformedError) as refused:
        Checkpoint.parse(text.encode())

    assert refused.value.code == code


def test_a_checkpoint_is_utf8() -> None:
    """Bytes that are no text are refused."""
    with pytest.raises(MalformedError):
        Checkpoint.parse(b"\xff\n5\n" + ROOT64.encode() + b"\n")


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 5, ROOT),
        Checkpoint("\ud800", 5, ROOT),
        Checkpoint("a\nb", 5, ROOT),
        Checkpoint("a\n5", 5, ROOT),
        Checkpoint(f"a\n5\n{ROOT64}", 5, ROOT),
        Checkpoint("a", -5, ROOT),
        Checkpoint("a", 5, ROOT[1:]),
    ],
    ids=["empty", "surrogate", "two lines", "shifted", "smuggled", "negative", "short root"],
)
def test_only_what_can_be_read_back_is_written(checkpoint: Checkpoint) -> None:
    """No value slips a line into the signed text."""
    with pytest.raises(MalformedError):
        checkpoint.to_text()


def test_a_signed_checkpoint_opens_with_its_log_key_alone() -> None:
    """Another key, another origin or a changed size is refused."""
    checkpoint, key = Checkpoint(ORIGIN, 5, ROOT), signer()
    note = sign_checkpoint(checkpoint, key).to_bytes()

    assert open_checkpoint(note, key.verifier) == checkpoint
    with pytest.raises(VerificationError) as unknown:
        open_checkpoint(note, signer(seed=9).verifier)
    with pytest.raises(VerificationError) as changed:
        open_checkpoint(note.replace(b"\n5\n", b"\n6\n"), key.verifier)
    assert unknown.value.code == "note.no-known-signature"
    assert changed.value.code == "note.bad-signature"


def test_a_key_opens_and_signs_checkpoints_of_its_own_origin_only() -> None:
    """The log's key is named after its origin, so one key's log cannot pass for another."""
    checkpoint, key = Checkpoint("other.example/log", 5, ROOT), signer()
    foreign = sign(checkpoint.to_text(), [key]).to_bytes()

    with pytest.raises(VerificationError) as unsigned:
        sign_checkpoint(checkpoint, key)
    with pytest.raises(VerificationError) as unopened:
        open_checkpoint(foreign, key.verifier)

    assert unsigned.value.code == unopened.value.code == "log.other-origin"
