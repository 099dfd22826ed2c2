"""Verifies Ed25519 signatures in half the time, where PyNaCl is installed; for a node only.

It is used where a node takes, admits and projects; whoever checks a log uses OpenSSL.

What libsodium accepts is accepted; what it refuses, OpenSSL decides, as everywhere else. So the
answer is OpenSSL's wherever libsodium accepts nothing that OpenSSL refuses. Releases up to 1.0.21
do not: both want S < L, solve the equation without the cofactor, and compare R as it is written;
libsodium refuses points of small order besides. Its development branch takes the cofactor in, and
a build with ED25519_COMPAT takes any S: only whoever has the key can make what these accept and
others refuse. Therefore each process asks before it trusts.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

from sunlit.statement.dsse import verifies
from sunlit.statement.keys import ED25519, PublicKey

SIZE: Final = 64  # bytes of a signature
Open = Callable[[bytes, bytes], bytes]
"""As `nacl.bindings.crypto_sign_open`: signature and message, key; raises where it refuses."""

_KEY: Final = bytes.fromhex("7767a3242dc9b58bbc68488c1265cc6cc5f26c6f3c88a5d55e901b0734dca572")
# By this key over no bytes at all; the test computes them again.
_SOUND: Final = bytes.fromhex(
    "7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32a"
    "fd02048a315ccc08933f71a60ba1c205ef0d04423c7c6603641f4d34daea2d0f"
)
# R and a point of order two, or of order eight: right when multiplied by the cofactor.
_SECOND: Final = bytes.fromhex(
    "704f236ddd0c3e7cba82221b38f72171a15940c2a3bbfb335eb4cd8d65fa3cd5"
    "58d9193368e439e30141b8466ae23b7a46c3d0fd22759d482523775028762b0f"
)
_EIGHTH: Final = bytes.fromhex(
    "8ea6b58beb2ecc0801fbd6c82c6dafee292cd29e8b6698bbb94c566b594d8ba9"
    "70de30813414fb774344b8301874d5e85d8cb5a73a3068d08b54cb8989279b05"
)
# The sound one with S + L.
_BEYOND: Final = bytes.fromhex(
    "7db0dc9222f3c183457ddde4c708de8e5ea6bf3d5c4404cca14b32729a05c32a"
    "ead6f9e64bbfde6069dc6849ea9aa11aef0d04423c7c6603641f4d34daea2d1f"
)


def signed(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Tell whether a key signed a message: `sunlit.statement.dsse.verifies`, sooner."""
    quick = _quick()
    # The signature stands before the message: one of another length would move the border.
    usual = key.kind == ED25519 and len(signature) == SIZE
    # RFC 8410: the last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key.
    if usual and quick is not None and accepts(quick, signature, message, key.spki[-32:]):
        return True
    return verifies(key, message, signature)


def accepts(quick: Open, signature: bytes, message: bytes, key: bytes) -> bool:
    """Tell whether libsodium accepts a signature of 64 bytes, by a key of 32."""
    try:
        quick(signature + message, key)
    except _refusal():  # asked for only when something is raised
        return False
    return True


def is_strict(quick: Open) -> bool:
    """Tell whether this libsodium accepts what is sound, and nothing that OpenSSL refuses."""
    return accepts(quick, _SOUND, b"", _KEY) and not any(
        accepts(quick, it, b"", _KEY) for it in (_SECOND, _EIGHTH, _BEYOND)
    )


@cache
def _refusal() -> type[Exception]:
    from nacl.exceptions import BadSignatureError  # noqa: PLC0415 - where it is installed

    return BadSignatureError


@cache
def _quick() -> Open | None:
    try:
        from nacl.bindings import crypto_sign_open  # noqa: PLC0415 - as above
    except ImportError:  # the extra `server` brings it
        return None
    return crypto_sign_open if is_strict(crypto_sign_open) else None
