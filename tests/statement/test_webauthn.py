"""Passkey assertions: honest ones hold, each dishonest one does not."""

import pytest

from sunlit.base.canonical import encode
from sunlit.base.errors import VerificationError
from sunlit.statement.encoding import encode_base64url
from sunlit.statement.webauthn import HAS_EXTENSIONS, USER_PRESENT, USER_VERIFIED, pack
from sunlit.testing.webauthn import HELD_AND_UNLOCKED, FakePasskey

KEY = FakePasskey()
MESSAGE = b"the PAE of a vote"


@pytest.mark.parametrize(
    "signature",
    [
        KEY.sign(MESSAGE),
        KEY.assertion(MESSAGE, flags=HELD_AND_UNLOCKED | HAS_EXTENSIONS, extensions=b"\xa0"),
        KEY.assertion(MESSAGE, other_keys_can_be_added_here="do not compare"),
    ],
    ids=["plain", "extensions", "unknown client fields"],
)
def test_an_honest_assertion_holds(signature: bytes) -> None:
    """Extensions and fields to come do not matter."""
    KEY.public.verify(MESSAGE, signature)


def test_a_browser_may_leave_out_cross_origin() -> None:
    """Level 1 browsers do not write it; absent means false."""
    client = KEY.assertion(MESSAGE, crossOrigin=False)

    KEY.public.verify(MESSAGE, client)

    with pytest.raises(VerificationError, match="frame"):
        KEY.public.verify(MESSAGE, KEY.assertion(MESSAGE, crossOrigin=None))


@pytest.mark.parametrize(
    "signature",
    [
        KEY.assertion(MESSAGE, type="webauthn.create"),
        KEY.assertion(MESSAGE, challenge="AAAA"),
        KEY.assertion(MESSAGE, origin="https://board.example.evil.example"),
        KEY.assertion(MESSAGE, origin=["https://board.example"]),
        KEY.assertion(MESSAGE, crossOrigin=True),
        KEY.assertion(MESSAGE, rp_id="evil.example"),
        KEY.assertion(MESSAGE, flags=USER_PRESENT),
        KEY.assertion(MESSAGE, flags=USER_VERIFIED),
        KEY.assertion(MESSAGE, extensions=b"\xa0"),
        FakePasskey().assertion(MESSAGE),
        pack(b"short", b"{}", b"sig"),
        pack(b"", KEY.sign(b""), b""),
        pack(bytes(37), b"[]", b""),
        pack(bytes(37), b"\xff", b""),
        b"",
        b"{}",
        KEY.sign(MESSAGE).replace(b":", b": "),
        encode({"authenticatorData": "", "clientDataJSON": "", "signature": "", "x": ""}),
        encode({"authenticatorData": encode_base64url(b"x")}),
        b"{" + b" " * 9000 + b"}",
    ],
)
def test_a_dishonest_assertion_does_not(signature: bytes) -> None:
    """Each check of the module's list refuses, with one code."""
    with pytest.raises(VerificationError) as refused:
        KEY.public.verify(MESSAGE, signature)

    assert refused.value.code == "key.bad-signature"
