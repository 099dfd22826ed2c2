"""DSSE envelopes: the specification's vector, round trips, and thresholds of distinct keys."""

from base64 import b64decode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.statement import dsse
from sunlit.statement.dsse import Envelope, Signature, pae, sign, verified_by, verify
from sunlit.statement.keys import PublicKey, generate
from sunlit.testing.webauthn import FakePasskey

A, B, C = generate(), generate("ecdsa-p256"), FakePasskey()

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
signatures = st.builds(Signature, texts, st.binary(min_size=1, max_size=80))
envelopes = st.builds(
    Envelope,
    texts,
    st.binary(max_size=200),
    st.lists(signatures, min_size=1, max_size=16).map(tuple),
)


def refused_code(read: Callable[[object], object], value: object) -> str | None:
    """Return the code that reading `value` is refused with, if it is."""
    try:
        read(value)
    except MalformedError as error:
        return error.code
    return None


def test_the_specifications_vector_holds() -> None:
    """The PAE and the P-256 signature of the example in DSSE v1.0.2, protocol.md, hold.

    The example's signature is `r || s`; ours are DER, so it is converted.
    """
    kind, body = "http://example.com/HelloWorld", b"hello world"
    numbers = ec.EllipticCurvePublicNumbers(
        46950820868899156662930047687818585632848591499744589407958293238635476079160,
        5640078356564379163099075877009565129882514886557779369047442380624545832820,
        ec.SECP256R1(),
    )
    spki = numbers.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = b64decode(
        "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
    )
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))

    envelope = Envelope(kind, body, (Signature("", der),))

    assert envelope.signed_bytes == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert verify(envelope, [PublicKey("ecdsa-p256", spki)], payload_type=kind) == body


def test_lengths_are_counted_in_bytes() -> None:
    """A type with a letter beyond ASCII counts its UTF-8 bytes."""
    assert pae("é", b"") == "DSSEv1 2 é 0 ".encode()


@given(envelopes)
def test_an_envelope_survives_json(envelope: Envelope) -> None:
    """Parsing undoes writing, whatever it holds."""
    assert Envelope.parse(envelope.to_bytes()) == envelope


@given(texts, texts, st.binary(max_size=50), st.binary(max_size=50))
def test_the_encoding_is_injective(kind: str, other: str, body: bytes, more: bytes) -> None:
    """Different pairs of type and body never have the same PAE."""
    assert (pae(kind, body) == pae(other, more)) is ((kind, body) == (other, more))


@given(st.binary(max_size=300))
def test_no_bytes_make_parsing_fail_in_any_other_way(junk: bytes) -> None:
    """Junk is malformed, never a library's exception."""
    with pytest.raises(MalformedError):
        Envelope.parse(junk)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(0, 9) | texts,
        lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    ),
    st.sampled_from(["payload", "payloadType", "signatures", "sig", "keyid"]),
)
def test_no_field_makes_parsing_fail_in_any_other_way(value: object, name: str) -> None:
    """Any JSON in any field is either read or malformed."""
    document = sign(b"x", [A]).to_json()
    target = document
    if name in ("sig", "keyid"):
        target = {"sig": "YQ==", "keyid": ""}
        document["signatures"] = [target]
    target[name] = value

    assert refused_code(Envelope.from_json, document) in (None, dsse.MALFORMED)


def test_url_safe_base64_and_missing_or_null_key_ids_are_read() -> None:
    """DSSE asks for both alphabets, and an unset keyid is an empty one."""
    document = {
        "payload": "--__", "payloadType": "t", "comment": "ignored",
        "signatures": [{"sig": "_w"}, {"sig": "/w==", "keyid": None}],
    }  # fmt: skip

    envelope = Envelope.parse(encode(document))

    assert envelope.payload == b"\xfb\xef\xff"
    assert envelope.signatures == (Signature("", b"\xff"), Signature("", b"\xff"))


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": None},
        {"payloadType": None},
        {"payloadType": "x" * 1025},
        {"payloadType": "\ud800"},
        {"signatures": None},
        {"signatures": []},
        {"signatures": [{"sig": "YQ=="}] * 17},
        {"signatures": ["YQ=="]},
        {"signatures": [{"sig": ""}]},
        {"signatures": [{"sig": "A" * 12_000}]},
        {"signatures": [{"sig": "YQ==", "keyid": 7}]},
    ],
)
def test_a_malformed_envelope_is_refused(changes: dict[str, object]) -> None:
    """Each field has one form and a bound."""
    with pytest.raises(MalformedError) as refused:
        Envelope.from_json({**sign(b"x", [A]).to_json(), **changes})

    assert refused.value.code == dsse.MALFORMED


def test_an_envelope_is_an_object() -> None:
    """Parsed JSON of another kind is refused too."""
    with pytest.raises(MalformedError):
        Envelope.from_json([])


@pytest.mark.parametrize("count", [0, 17])
def test_an_envelope_is_signed_by_one_to_sixteen(count: int) -> None:
    """What nobody would read is not made."""
    with pytest.raises(MalformedError):
        sign(b"x", [A] * count)


def test_the_payload_comes_out_once_enough_keys_have_signed() -> None:
    """Three keys of three kinds sign; three are found, in the order asked for."""
    envelope = sign(b"payload", [A, B, C])

    assert verify(envelope, [C.public, A.public, B.public], threshold=3) == b"payload"
    assert verified_by(envelope, [C.public, A.public]) == (C.public, A.public)
    assert verified_by(envelope, []) == ()


def test_a_lying_hint_changes_nothing() -> None:
    """A signature is found under another's key id, and under none."""
    honest = sign(b"payload", [A, B])
    lying = tuple(
        Signature(hint, one.sig)
        for hint, one in zip((B.public.key_id, ""), honest.signatures, strict=True)
    )

    envelope = Envelope(honest.payload_type, honest.payload, lying)

    assert verified_by(envelope, [A.public, B.public]) == (A.public, B.public)


@pytest.mark.parametrize(
    ("threshold", "kind", "code"),
    [
        (3, dsse.PAYLOAD_TYPE, "statement.threshold"),
        (1, "text/plain", "statement.payload-type"),
        (0, dsse.PAYLOAD_TYPE, "statement.threshold-range"),
        (-1, dsse.PAYLOAD_TYPE, "statement.threshold-range"),
    ],
)
def test_an_envelope_that_does_not_hold_is_refused(threshold: int, kind: str, code: str) -> None:
    """Too few keys, another type, and a threshold that anything meets."""
    envelope = sign(b"payload", [A, A, B])

    with pytest.raises(SunlitError) as refused:
        verify(envelope, [A.public, B.public, A.public], threshold=threshold, payload_type=kind)

    assert refused.value.code == code


def test_a_statement_has_one_id_whoever_signs_it() -> None:
    """The id is the SHA-256 of the PAE, without signatures."""
    assert sign(b"x", [A]).statement_id == sign(b"x", [B, C]).statement_id
    assert sign(b"x", [A]).statement_id != sign(b"y", [A]).statement_id
    assert sign(b"x", [A]).statement_id != sign(b"x", [A], "t").statement_id


def test_verification_answers_in_one_family() -> None:
    """A caller tells a failed check from a malformed envelope by the class."""
    with pytest.raises(VerificationError):
        verify(sign(b"x", [A]), [B.public])
