"""Keys: three kinds, one spelling each, and signatures that hold or do not."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.statement.encoding import encode_base64
from sunlit.statement.keys import PrivateKey, PublicKey, Signer, generate
from sunlit.testing.webauthn import FakePasskey

ED25519 = generate()
ECDSA = generate("ecdsa-p256")
PASSKEY = FakePasskey()
SIGNERS: list[Signer] = [ED25519, ECDSA, PASSKEY]
IDS = ["ed25519", "ecdsa-p256", "webauthn-es256"]


@pytest.mark.parametrize("signer", SIGNERS, ids=IDS)
def test_a_signature_holds_for_its_bytes_and_key_only(signer: Signer) -> None:
    """The right bytes verify; other bytes, another signature and another key do not."""
    signature = signer.sign(b"said")

    signer.public.verify(b"said", signature)

    for message, other in ((b"unsaid", signature), (b"said", b""), (b"said", signature + b"x")):
        with pytest.raises(VerificationError) as refused:
            signer.public.verify(message, other)
        assert refused.value.code == "key.bad-signature"


@given(st.sampled_from(SIGNERS), st.binary(max_size=700))
def test_no_bytes_make_verification_fail_in_any_other_way(signer: Signer, junk: bytes) -> None:
    """Whatever stands in a signature's place, the answer is `key.bad-signature`."""
    with pytest.raises(VerificationError) as refused:
        signer.public.verify(b"said", junk)

    assert refused.value.code == "key.bad-signature"


@pytest.mark.parametrize("signer", SIGNERS, ids=IDS)
def test_a_public_key_survives_json(signer: Signer) -> None:
    """Reading undoes writing, unknown fields are ignored, and the id is of the SPKI."""
    written = {**signer.public.to_json(), "comment": "ignored"}

    read = PublicKey.from_json(written)

    assert read == signer.public
    assert len(read.key_id) == 64


@given(st.binary(max_size=300), st.sampled_from(IDS))
def test_no_bytes_make_reading_a_key_fail_in_any_other_way(junk: bytes, kind: str) -> None:
    """Junk is refused as malformed, whatever the library below thinks of it."""
    with pytest.raises(MalformedError) as refused:
        PublicKey(kind, junk, *(("a.example", ("https://a.example",)) if "web" in kind else ()))

    assert refused.value.code == "key.malformed"


def spki(native: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed448.Ed448PublicKey) -> bytes:
    """Return a key's SubjectPublicKeyInfo."""
    return native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def ed25519_spki(y: int) -> bytes:
    """Return the SPKI of an Ed25519 key with any 32 bytes as its point."""
    return bytes.fromhex("302a300506032b6570032100") + y.to_bytes(32, "little")


P384 = spki(ec.generate_private_key(ec.SECP384R1()).public_key())
ED448 = spki(ed448.Ed448PrivateKey.generate().public_key())
COMPRESSED = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("ecdsa-p256", P384),
        ("ecdsa-p256", COMPRESSED),
        ("ecdsa-p256", ED25519.public.spki),
        ("ed25519", ECDSA.public.spki),
        ("ed25519", ED448),
        ("ed25519", ED25519.public.spki + b"\x00"),
        ("ed25519", ed25519_spki(0)),
        ("ed25519", ed25519_spki(1)),
        ("ed25519", ed25519_spki(2**255 - 20)),
        ("ed25519", ed25519_spki(2**255 - 19 + 3)),
        ("ed25519", ed25519_spki(2**255 + 1)),
        ("ed25519", b""),
        ("ed25519", bytes(257)),
    ],
    # The keys are new in every process, and the names of tests must not be.
    ids=[
        "p384", "compressed", "ed25519-as-ecdsa", "ecdsa-as-ed25519", "ed448", "byte-more",
        "y-0", "y-1", "y-minus-1", "y-not-reduced", "y-with-sign", "empty", "too-long",
    ],
)  # fmt: skip
def test_a_key_of_another_kind_or_spelling_is_refused(kind: str, data: bytes) -> None:
    """One key has one kind of bytes, and keys with which anybody can sign are none."""
    with pytest.raises(MalformedError) as refused:
        PublicKey(kind, data)

    assert refused.value.code == "key.malformed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "rsa"}, "key.unknown-kind"),
        ({"kind": None}, "key.malformed"),
        ({"public": "!"}, "key.malformed"),
        ({"rpId": 7}, "key.malformed"),
        ({"rpId": "a.example"}, "key.malformed"),
        ({"origins": ["https://a.example"]}, "key.malformed"),
        ({"origins": "https://a.example"}, "key.malformed"),
        ({"origins": [7]}, "key.malformed"),
        ({"origins": ["https://a.example"] * 17}, "key.malformed"),
        ({"kind": "webauthn-es256"}, "key.malformed"),
    ],
)
def test_a_malformed_key_document_is_refused(changes: dict[str, object], code: str) -> None:
    """Every field has one form, and passkey fields belong to passkeys."""
    document = {**ECDSA.public.to_json(), **changes}

    with pytest.raises(MalformedError) as refused:
        PublicKey.from_json(document)

    assert refused.value.code == code


def test_a_key_document_is_an_object() -> None:
    """A list is no key."""
    with pytest.raises(MalformedError, match="JSON object"):
        PublicKey.from_json([])


@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
@pytest.mark.parametrize("key", [ED25519, ECDSA], ids=IDS[:2])
def test_a_private_key_survives_pem(key: PrivateKey, passphrase: bytes | None) -> None:
    """Reading undoes writing, encrypted or not."""
    pem = key.to_pem(passphrase)

    read = PrivateKey.from_pem(pem, passphrase)

    assert read.public == key.public
    assert (b"ENCRYPTED" in pem) is (passphrase is not None)


def pem_of(native: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return an unencrypted PKCS #8 PEM."""
    return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("pem", "passphrase", "code"),
    [
        (b"not a key", None, "key.malformed"),
        (ED25519.to_pem(b"right"), None, "key.passphrase"),
        (ED25519.to_pem(b"right"), b"wrong", "key.passphrase"),
        (ED25519.to_pem(), b"spare", "key.passphrase"),
        (pem_of(ec.generate_private_key(ec.SECP384R1())), None, "key.unknown-kind"),
        (pem_of(rsa.generate_private_key(65537, 2048)), None, "key.unknown-kind"),
    ],
)
def test_a_private_key_that_cannot_be_used_is_refused(
    pem: bytes, passphrase: bytes | None, code: str
) -> None:
    """Each reason has its code."""
    with pytest.raises(MalformedError) as refused:
        PrivateKey.from_pem(pem, passphrase)

    assert refused.value.code == code


def test_a_passkey_is_not_made_here() -> None:
    """Only authenticators make passkeys."""
    with pytest.raises(MalformedError) as refused:
        generate("webauthn-es256")

    assert refused.value.code == "key.unknown-kind"


def test_a_private_key_does_not_show_itself() -> None:
    """The secret does not reach a log through repr."""
    assert repr(ED25519) == "PrivateKey()"


def test_a_key_document_spells_standard_base64() -> None:
    """What is written is the SPKI in standard base64."""
    assert ECDSA.public.to_json()["public"] == encode_base64(ECDSA.public.spki)
