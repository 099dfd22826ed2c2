import base64
import json
from collections.abc import Mapping
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.runtime import jws
from sunlit.statement.keys import PrivateKey, PublicKey

TYP: Final = "sunlit-token+jwt"


def b64(text: str) -> bytes:
    """Read base64url as the RFCs print it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# RFC 8037, appendix A.1 and A.4
OKP: Final = PrivateKey(
    ed25519.Ed25519PrivateKey.from_private_bytes(b64("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
)
RFC_8037: Final = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    b"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
# RFC 7515, appendix A.3
EC: Final = PrivateKey(
    ec.derive_private_key(
        int.from_bytes(b64("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"), "big"), ec.SECP256R1()
    )
)
RFC_7515: Final = (
    b"eyJhbGciOiJFUzI1NiJ9."
    b"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
    b"cnVlfQ."
    b"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)


def forged(
    header: Mapping[str, object] | bytes, key: PrivateKey = OKP, payload: bytes = b"{}"
) -> bytes:
    """Return a token with a header of one's own, rightly signed where `key` is Ed25519."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    signing_input = f"{jws.encode_part(raw)}.{jws.encode_part(payload)}".encode()
    return signing_input + b"." + jws.encode_part(key.sign(signing_input)).encode()


def code_of(data: bytes, key: PublicKey = OKP.public, typ: str | None = TYP) -> str:
    """Return the code with which a token is refused."""
    with pytest.raises(SunlitError) as caught:
        jws.verify_by_named(jws.parse(data, typ=typ), [key])
    return caught.value.code


def test_the_vector_of_rfc_8037_verifies() -> None:
    """Appendix A.4: EdDSA over Ed25519."""
    payload = jws.verify(jws.parse(RFC_8037, typ=None), OKP.public)

    assert payload == b"Example of Ed25519 signing"


def test_the_signature_of_rfc_8037_is_made_again() -> None:
    """Ed25519 is deterministic, so signing the same bytes gives the RFC's signature."""
    signing_input, _, signature = RFC_8037.rpartition(b".")

    assert jws.encode_part(OKP.sign(signing_input)).encode() == signature


def test_the_vector_of_rfc_7515_verifies() -> None:
    """Appendix A.3: ES256, with R and S as 32 bytes each."""
    payload = jws.verify(jws.parse(RFC_7515, typ=None), EC.public)

    assert json.loads(payload)["iss"] == "joe"


@pytest.mark.parametrize("key", [OKP, EC], ids=["EdDSA", "ES256"])
def test_what_was_signed_verifies(key: PrivateKey) -> None:
    """The payload comes back, and the header says type, algorithm and key."""
    text = jws.sign(b'{"a":1}', key, typ=TYP).encode()

    found = jws.parse(text, typ=TYP)
    by, payload = jws.verify_by_named(found, [EC.public, OKP.public])

    assert payload == b'{"a":1}'
    assert by == key.public
    assert found.header == {
        "alg": found.algorithm, "kid": key.public.key_id, "typ": TYP,
    }  # fmt: skip


@given(st.binary(max_size=200), st.sampled_from([OKP, EC]))
def test_signing_and_verifying_are_inverse(payload: bytes, key: PrivateKey) -> None:
    """Any payload survives, under both algorithms."""
    text = jws.sign(payload, key, typ=TYP).encode()

    assert jws.verify(jws.parse(text, typ=TYP), key.public) == payload


@given(st.binary(max_size=64))
def test_a_part_has_one_text(data: bytes) -> None:
    """Decoding what was encoded gives the bytes again."""
    assert jws.decode_part(jws.encode_part(data).encode(), "x") == data


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=255))
def test_no_changed_byte_is_accepted(place: int, change: int) -> None:
    """Every byte of a token is covered: by the signature or by the canonical form."""
    text = bytearray(jws.sign(b'{"a":1}', OKP, typ=TYP).encode())
    text[place % len(text)] ^= change

    with pytest.raises(SunlitError):
        jws.verify_by_named(jws.parse(bytes(text), typ=TYP), [OKP.public])


def test_none_is_refused() -> None:
    """RFC 8725, section 3.2: an unsigned token is no token."""
    header = jws.encode_part(b'{"alg":"none","typ":"sunlit-token+jwt"}').encode()

    assert code_of(header + b".e30.") == "token.algorithm"


@pytest.mark.parametrize("alg", ["HS256", "RS256", "ES384", "Ed25519", "eddsa", 1, None, ["EdDSA"]])
def test_other_algorithms_are_refused(alg: object) -> None:
    """Two algorithms are accepted, in one spelling each."""
    header = {"alg": alg, "kid": OKP.public.key_id, "typ": TYP}

    assert code_of(forged(header)) == "token.algorithm"


def test_an_algorithm_that_does_not_fit_the_key_is_refused() -> None:
    """The key decides which algorithm counts, not the header."""
    header = {"alg": "ES256", "kid": OKP.public.key_id, "typ": TYP}

    assert code_of(forged(header)) == "token.algorithm"


def test_a_passkey_signs_no_token() -> None:
    """A WebAuthn assertion covers more than a JWS can carry."""
    passkey = PublicKey("webauthn-es256", EC.public.spki, "example.org", ("https://example.org",))

    class Passkey:
        public = passkey

        def sign(self, message: bytes) -> bytes:
            return message

    with pytest.raises(MalformedError, match="kind"):
        jws.sign(b"{}", Passkey(), typ=TYP)
    header = {"alg": "ES256", "kid": passkey.key_id, "typ": TYP}
    assert code_of(forged(header, EC), passkey) == "token.algorithm"


def test_critical_extensions_are_refused() -> None:
    """RFC 7515, section 4.1.11."""
    header = {"alg": "EdDSA", "kid": OKP.public.key_id, "typ": TYP, "crit": ["exp"]}

    assert code_of(forged(header)) == "token.critical"


def test_unknown_header_parameters_are_ignored() -> None:
    """RFC 7515, section 4: what is not understood and not critical is passed over."""
    header = {"alg": "EdDSA", "kid": OKP.public.key_id, "typ": TYP, "jku": "https://evil.example"}

    assert jws.verify_by_named(jws.parse(forged(header), typ=TYP), [OKP.public])[1] == b"{}"


@pytest.mark.parametrize("typ", ["JWT", "statuslist+jwt", None, 7])
def test_a_token_of_another_type_is_refused(typ: object) -> None:
    """RFC 8725, section 3.11: a status list is never taken for a safety token."""
    header = {"alg": "EdDSA", "kid": OKP.public.key_id, "typ": typ}

    assert code_of(forged(header)) == "token.type"


def test_a_key_that_nobody_trusts_is_refused() -> None:
    """`kid` chooses among trusted keys and never adds one."""
    text = jws.sign(b"{}", OKP, typ=TYP).encode()

    assert code_of(text, EC.public) == "token.unknown-key"


def test_a_header_without_kid_names_no_key() -> None:
    """Our profile asks for `kid`; guessing keys is not done."""
    assert code_of(forged({"alg": "EdDSA", "typ": TYP})) == "token.unknown-key"


def test_a_signature_by_another_key_of_the_kind_is_refused() -> None:
    """The named key did not make it."""
    other = PrivateKey(ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
    header = {"alg": "EdDSA", "kid": OKP.public.key_id, "typ": TYP}

    assert code_of(forged(header, other)) == "token.signature"


@pytest.mark.parametrize("r", [b"\x00" * 64, b"\xff" * 64])
def test_es256_signatures_at_the_edge_are_refused(r: bytes) -> None:
    """Zero and values beyond the order are no R and S."""
    header = jws.encode_part(
        json.dumps({"alg": "ES256", "kid": EC.public.key_id, "typ": TYP}).encode()
    )
    text = f"{header}.e30.{jws.encode_part(r)}".encode()

    assert code_of(text, EC.public) == "token.signature"


def test_a_signature_of_another_length_is_refused() -> None:
    """DER where raw R and S belong, or a byte too many."""
    text = jws.sign(b"{}", OKP, typ=TYP).encode()
    signature = jws.decode_part(text.rpartition(b".")[2], "x") + b"\x00"

    longer = text.rpartition(b".")[0] + b"." + jws.encode_part(signature).encode()

    assert code_of(longer) == "token.signature"


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"not json",
        b'{"alg":"none","alg":"EdDSA"}',
        b'{"alg":"EdDSA","kid":7,"typ":"sunlit-token+jwt"}',
        b'{"alg":"EdDSA","typ":"sunlit-token+jwt","kid":"' + b"k" * 129 + b'"}',
    ],
)
def test_a_malformed_header_is_refused(header: bytes) -> None:
    """No object, a name twice, a `kid` that is no short text."""
    assert code_of(forged(header)) == "token.malformed"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a.b",
        b"e30.e30.e30.e30",
        b"e30=.e30.",
        b"e30.e3 0.",
        b"e30.e30\n.",
        b"e30.e31.",
        b"e30.+_8.",
        b"e30.a.",
        b"e30.\xff.",
        b"a" * 1025 + b".e30.",
    ],
)
def test_a_malformed_token_is_refused(text: bytes) -> None:
    """Three parts, each base64url in its one form; stray bits and padding are refused."""
    assert code_of(text) == "token.malformed"


def test_a_huge_token_is_refused_before_it_is_read() -> None:
    """What one sender can make a verifier do is bounded."""
    assert code_of(b"a" * 65_537) == "token.too-large"


def test_the_secret_parts_of_a_token_are_not_shown() -> None:
    """An unverified payload does not slip into a message by way of repr."""
    assert "unverified_payload" not in repr(jws.parse(RFC_7515, typ=None))
    assert isinstance(VerificationError("token.type", "x"), SunlitError)
