"""The cryptography of withheld statements: what opens, what does not, what is no opening."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.withheld import (
    SALT_SIZE,
    Opening,
    check_opening,
    commitment,
    hidden_subject,
    new_salt,
    read_salt,
)
from sunlit.testing.authority import named_key

SALT = bytes(range(32))
ENVELOPE = sign(b"{}", [named_key("author")])


@given(st.binary(min_size=32, max_size=32), st.binary())
def test_what_was_committed_to_opens(salt: bytes, content: bytes) -> None:
    """The commitment is SHA-256 over domain, salt and content, and only they open it."""
    committed = commitment(salt, content)

    check_opening(committed, salt, content)

    assert committed == hashlib.sha256(b"sunlit-commit-v1\0" + salt + content).hexdigest()
    for wrong in ((salt, content + b"!"), (bytes(31) + b"\x07", content)):
        if wrong != (salt, content):
            with pytest.raises(VerificationError) as refused:
                check_opening(committed, *wrong)
            assert refused.value.code == "statement.opening"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_salt_has_32_bytes(size: int) -> None:
    """Else a byte could move between salt and content."""
    with pytest.raises(MalformedError) as refused:
        commitment(bytes(size), b"")

    assert refused.value.code == "statement.withheld"


def test_salts_are_random() -> None:
    """Two salts are never one."""
    assert new_salt() != new_salt()
    assert len(new_salt()) == SALT_SIZE


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_an_opening_survives_its_file(salt: bytes, payload: bytes) -> None:
    """Reading undoes writing, and the commitment stays the same."""
    opening = Opening(salt, Envelope("text/plain", payload, ENVELOPE.signatures))

    read = Opening.parse(opening.to_bytes())

    assert read == opening
    assert read.commitment == commitment(salt, opening.envelope.to_bytes())


def test_an_opening_does_not_print_its_secrets() -> None:
    """A traceback or a log line must not open it."""
    assert repr(Opening(SALT, ENVELOPE)) == "Opening()"


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"[]",
        b'{"v":2,"salt":"","envelope":{}}',
        b'{"v":1,"envelope":[]}',
        b'{"v":1,"envelope":{}}',
        b'{"v":1,"salt":"%s","envelope":{}}' % SALT.hex().encode(),
    ],
)
def test_what_is_no_opening_is_refused(data: bytes) -> None:
    """Malformed, whatever is missing."""
    with pytest.raises(SunlitError) as refused:
        Opening.parse(data)

    assert isinstance(refused.value, MalformedError)


@pytest.mark.parametrize("value", [None, "", "zz" * 32, "AB" * 32, "ab" * 31, " " * 64])
def test_a_salt_is_64_lower_case_digits(value: object) -> None:
    """One way to write it."""
    with pytest.raises(MalformedError) as refused:
        read_salt(value)

    assert refused.value.code == "statement.withheld"


def test_even_the_subject_may_be_withheld() -> None:
    """Without a subject the statement is about its own commitment."""
    assert hidden_subject("ab" * 32).digest == {"sunlitCommitV1": "ab" * 32}
