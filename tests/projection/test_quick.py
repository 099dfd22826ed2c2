"""Signatures as projecting verifies them: OpenSSL's answer, whatever libsodium would say."""

from collections.abc import Iterator
from hashlib import sha512
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from sunlit.projection import quick
from sunlit.statement.dsse import verifies
from sunlit.statement.keys import ECDSA_P256, PrivateKey, PublicKey, generate

# The curve of RFC 8032, section 5.1, as plainly as it can be written: signatures that no library
# makes are made here.
P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P
ROOT: Final = pow(2, (P - 1) // 4, P)
Point = tuple[int, int]


def plus(one: Point, other: Point) -> Point:
    """Add two points."""
    (x1, y1), (x2, y2) = one, other
    both = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + both, -1, P)
    return x % P, (y1 * y2 + x1 * x2) * pow(1 - both, -1, P) % P


def times(count: int, point: Point) -> Point:
    """Add a point to itself."""
    total = (0, 1)
    while count:
        if count & 1:
            total = plus(total, point)
        point, count = plus(point, point), count >> 1
    return total


def at(y: int) -> Point:
    """Return the point at `y` whose x is even."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    return (P - x if x & 1 else x), y


BASE: Final = at(4 * pow(5, -1, P) % P)
EIGHTH: Final = at(0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826)


def written(point: Point, *, beyond: bool = False) -> bytes:
    """Return a point's bytes; `beyond` writes y + p, as no library does, where it fits."""
    x, y = point
    return ((y + P if beyond and y < 19 else y) | (x & 1) << 255).to_bytes(32, "little")


def number(*parts: bytes) -> int:
    """Return the scalar of SHA-512."""
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little") % L


def made(
    secret: int, nonce: int, message: bytes, *, key: int = 0, r: int = 0, s: int = 0,
    alone: bool = False,
) -> tuple[bytes, bytes]:  # fmt: skip
    """Return key and signature: to A and R so many eighths are added, to S so many L.

    `alone` leaves of R nothing but these.
    """
    public = written(plus(times(secret, BASE), times(key, EIGHTH)))
    nonce = 0 if alone else nonce
    begun = written(plus(times(nonce, BASE), times(r, EIGHTH)), beyond=alone)
    scalar = (nonce + number(begun, public, message) * secret) % L + s * L
    return public, begun + (scalar % 2**256).to_bytes(32, "little")


def openssl(public: bytes, message: bytes, signature: bytes) -> bool:
    """Ask OpenSSL."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def libsodium(public: bytes, message: bytes, signature: bytes) -> bool:
    """Ask libsodium."""
    return quick.accepts(crypto_sign_open, signature, message, public)


def spki(public: bytes) -> bytes:
    """Return a key as RFC 8410 writes it."""
    return bytes.fromhex("302a300506032b6570032100") + public


def odd() -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and signatures of every odd kind: torsion in A and R, S not reduced, R alone."""
    for key in range(8):
        for r in range(8):
            yield made(12345, 67890, b"m", key=key, r=r)
    for r in range(8):
        yield made(12345, 0, b"m", r=r, alone=True)
        yield made(0, 67890, b"m", key=r)  # a key of small order
        yield made(0, 0, b"m", key=r, alone=True)
    for s in range(1, 16):
        yield made(12345, 67890, b"m", s=s)


def test_libsodium_accepts_nothing_odd_that_openssl_refuses() -> None:
    """Torsion, small order, S beyond L, R beyond p: the smaller set is libsodium's."""
    answers = [(libsodium(key, b"m", it), openssl(key, b"m", it)) for key, it in odd()]
    assert (True, False) not in answers
    # It is not for nothing: each of the other answers is there.
    assert {(True, True), (False, True), (False, False)} <= set(answers)


def test_odd_signatures_are_decided_as_openssl_does() -> None:
    """Of keys that a directory may hold, every odd signature gets OpenSSL's answer."""
    answers = set()
    for key, signature in odd():
        if int.from_bytes(key, "little") % 2**255 in quick_small_order():
            continue
        public = PublicKey("ed25519", spki(key))
        found = quick.signed(public, b"m", signature)
        assert found == verifies(public, b"m", signature) == openssl(key, b"m", signature)
        answers.add(found)
    assert answers == {True, False}


def quick_small_order() -> set[int]:
    """Return the y of the points of small order, of which no key is read."""
    return {times(count, EIGHTH)[1] for count in range(8)}


@given(
    st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 63 * 8 + 7),
    st.sampled_from(["none", "signature", "message", "key", "length", "torsion", "order"]),
)  # fmt: skip
@example(bytes(32), b"", 0, "none")
def test_whatever_is_changed_the_answer_is_openssls(
    seed: bytes, message: bytes, bit: int, what: str
) -> None:
    """A bit of a signature, a message or a key; a byte more or less; L more in S."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)
    flipped = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    if what == "signature":
        signature = flipped
    elif what == "message":
        message += b"\0"
    elif what == "key":
        public = bytes([*public[:-1], public[-1] ^ 0x80])
    elif what == "length":
        signature = signature + message[:1] if bit % 2 else signature[:-1]
    elif what == "torsion":
        public, signature = made(bit + 1, bit + 2, message, r=bit % 8, key=bit // 8 % 8)
    elif what == "order":
        s = int.from_bytes(signature[32:], "little") + L
        signature = signature[:32] + s.to_bytes(32, "little")
    key = PublicKey("ed25519", spki(public))
    assert quick.signed(key, message, signature) == openssl(public, message, signature)


def test_a_signature_of_65_bytes_does_not_take_a_byte_of_the_message() -> None:
    """The signature of "ab" and then "a" is no signature of "b"."""
    private = generate()
    signature = private.sign(b"ab")
    assert not quick.signed(private.public, b"b", signature + b"a")


def test_keys_of_another_kind_are_left_to_openssl() -> None:
    """Of ECDSA libsodium knows nothing."""
    private: PrivateKey = generate(ECDSA_P256)
    signature = private.sign(b"m")
    assert quick.signed(private.public, b"m", signature)
    assert not quick.signed(private.public, b"n", signature)


def cofactored(signed: bytes, key: bytes) -> bytes:
    """Do as a library that multiplies by the cofactor: torsion in R is as if it were not there."""
    signature, message = signed[:64], signed[64:]
    s = int.from_bytes(signature[32:], "little")
    if s < L:
        sign, y = signature[31] >> 7, int.from_bytes(signature[:32], "little") % 2**255
        x, _ = at(y)
        begun = (x if x & 1 == sign else P - x, y)
        x, y = at(int.from_bytes(key, "little") % 2**255)
        public = (x if x & 1 == key[31] >> 7 else P - x, y)
        right = plus(begun, times(number(signature[:32], key, message), public))
        if times(8 * s, BASE) == times(8, right):
            return message
    raise BadSignatureError


def test_a_libsodium_that_takes_the_cofactor_in_is_not_used() -> None:
    """Its development branch does so: it accepts what OpenSSL refuses."""
    assert quick.is_strict(crypto_sign_open)
    assert not quick.is_strict(cofactored)


def lax(signed: bytes, key: bytes) -> bytes:
    """Do as a build with ED25519_COMPAT: S need not be below L."""
    s = int.from_bytes(signed[32:64], "little") % L
    return crypto_sign_open(signed[:32] + s.to_bytes(32, "little") + signed[64:], key)


def refuses(_signed: bytes, _key: bytes) -> bytes:
    """Refuse everything."""
    raise BadSignatureError


def test_a_libsodium_that_takes_any_s_or_nothing_is_not_used() -> None:
    """What accepts too much is not asked, nor what is broken."""
    assert not quick.is_strict(lax)
    assert not quick.is_strict(refuses)


@pytest.mark.parametrize("other", [cofactored, lax])
def test_what_asks_knows_odd_signatures_from_sound_ones(other: quick.Open) -> None:
    """Each of the odd libraries accepts the sound one that it is asked about."""
    public, signature = made(12345678901234567890, 987654321, b"")
    assert quick.accepts(other, signature, b"", public)


def test_without_pynacl_openssl_decides_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Projecting goes on, only slower."""
    monkeypatch.setitem(__import__("sys").modules, "nacl.bindings", None)
    quick._quick.cache_clear()
    private = generate()
    try:
        assert quick._quick() is None
        assert quick.signed(private.public, b"m", private.sign(b"m"))
        assert not quick.signed(private.public, b"n", private.sign(b"m"))
    finally:
        quick._quick.cache_clear()
