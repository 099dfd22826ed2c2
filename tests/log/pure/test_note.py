"""Signed notes and verifier keys, rule by rule of C2SP signed-note."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.log.fields import check_name, strict_base64, strict_decimal
from sunlit.log.note import (
    COSIGNATURE_V1,
    ED25519,
    MAX_NOTE,
    MAX_SIGNATURES,
    ML_DSA_44,
    Note,
    NoteSignature,
    NoteVerifier,
    key_id,
    sign,
    verify_ed25519,
)
from tests.log.pure.making import signer

# The example in signed-note itself.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfX"
    "ppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
TEXT = b"a text\n"

names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20
).filter(lambda name: "+" not in name)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")).map(
    lambda text: f"{text}\n".encode()
)
lines = st.builds(
    NoteSignature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
)


def refusal(data: bytes) -> str:
    """Return the code with which a note is refused as malformed."""
    with pytest.raises(MalformedError) as refused:
        Note.parse(data)
    return refused.value.code


def test_the_example_of_the_spec_verifies() -> None:
    """The vkey and note printed in signed-note belong together."""
    verifier = NoteVerifier.parse(VKEY)

    note = Note.parse(NOTE)

    assert note.verified_by([verifier]) == (verifier,)
    assert note.text == b"This is an example message.\n"
    assert (note.to_bytes(), verifier.vkey) == (NOTE, VKEY)


@given(texts, st.lists(lines, min_size=1, max_size=5))
def test_a_note_comes_back_as_it_was_written(text: bytes, signatures: list[NoteSignature]) -> None:
    """parse(to_bytes(x)) == x, whatever empty lines and dashes the text has."""
    note = Note(text, tuple(signatures))

    assert Note.parse(note.to_bytes()) == note


@given(texts)
def test_a_signed_text_verifies_and_no_other_does(text: bytes) -> None:
    """A signature holds for its text alone."""
    one, two = signer("one.example", 1), signer("two.example", 2)

    note = sign(text, [one, two])

    assert note.verified_by([two.verifier, one.verifier]) == (two.verifier, one.verifier)
    with pytest.raises(VerificationError) as refused:
        Note(b"x" + text, note.signatures).verified_by([one.verifier])
    assert refused.value.code == "note.bad-signature"


def test_the_text_ends_at_the_last_empty_line() -> None:
    """A text may hold empty lines, even ones that look like signatures."""
    text = sign(TEXT, [signer()]).to_bytes()

    note = Note.parse(sign(text, [signer("b.example", 2)]).to_bytes())

    assert note.text == text
    assert [line.name for line in note.signatures] == ["b.example"]


def test_signatures_by_unknown_keys_are_ignored() -> None:
    """A name or an ID alone makes no known key; both together do."""
    known, other = signer("a.example", 1), signer("b.example", 2)
    note = sign(TEXT, [known])
    half = [
        NoteSignature("a.example", other.verifier.key_id, b"not a signature"),
        NoteSignature("b.example", known.verifier.key_id, b"not a signature"),
    ]

    found = note.with_signatures(half).verified_by([known.verifier])

    assert found == (known.verifier,)


def test_a_known_key_that_fails_refuses_the_whole_note() -> None:
    """Another good signature, even by the same key, does not help."""
    one, two = signer("a.example", 1), signer("b.example", 2)
    bad = NoteSignature("a.example", one.verifier.key_id, bytes(64))
    for note in (
        sign(TEXT, [two]).with_signatures([bad]),
        sign(TEXT, [one]).with_signatures([bad]),
    ):
        with pytest.raises(VerificationError) as refused:
            note.verified_by([one.verifier, two.verifier])
        assert refused.value.code == "note.bad-signature"


def test_a_note_that_no_known_key_signed_is_refused() -> None:
    """No known signature is a refusal, not an empty answer."""
    note = sign(TEXT, [signer()])
    for keys in ([], [signer("b.example", 2).verifier]):
        with pytest.raises(VerificationError) as refused:
            note.verified_by(keys)
        assert refused.value.code == "note.no-known-signature"


def test_a_cosigners_key_signs_no_plain_note() -> None:
    """A key of type 0x04 does not count as a plain signature."""
    key = signer("w.example", 3, COSIGNATURE_V1)
    note = sign(TEXT, [key])

    with pytest.raises(MalformedError) as refused:
        note.verified_by([key.verifier])

    assert refused.value.code == "note.wrong-key-type"


def test_a_signature_of_a_wrong_size_does_not_verify() -> None:
    """The library's own exceptions do not come through."""
    for signature in (b"", b"x", bytes(63), bytes(65)):
        with pytest.raises(VerificationError):
            verify_ed25519(signer().verifier, TEXT, signature)


GOOD_LINE = sign(TEXT, [signer()]).signatures[0].to_line()
MALFORMED = {
    "empty": (b"", "note.form"),
    "no signatures": (TEXT, "note.form"),
    "no signature lines": (TEXT + b"\n", "note.form"),
    "no empty line": (TEXT + GOOD_LINE, "note.form"),
    "no last newline": ((TEXT + b"\n" + GOOD_LINE)[:-1], "note.form"),
    "CR line ends": ((TEXT + b"\n" + GOOD_LINE).replace(b"\n", b"\r\n"), "note.not-text"),
    "a control character": (b"a\x00\n\n" + GOOD_LINE, "note.not-text"),
    "a tab": (b"a\tb\n\n" + GOOD_LINE, "note.not-text"),
    "not UTF-8": (b"\xff\n\n" + GOOD_LINE, "note.not-text"),
    "a hyphen": (TEXT + b"\n" + GOOD_LINE.replace(b"\xe2\x80\x94", b"-"), "note.signature-line"),
    "three words": (TEXT + b"\n" + GOOD_LINE[:-1] + b" x\n", "note.signature-line"),
    "no signature": (
        TEXT + b"\n" + GOOD_LINE[:-1].rpartition(b" ")[0] + b"\n",
        "note.signature-line",
    ),
    "a plus in the name": (TEXT + "\n\u2014 a+b AAAAAAA=\n".encode(), "note.key-name"),
    "a no-break space in the name": (
        TEXT + "\n\u2014 a\u00a0b AAAAAAA=\n".encode(),
        "note.key-name",
    ),
    "a long name": (TEXT + f"\n\u2014 {'n' * 256} AAAAAAA=\n".encode(), "note.key-name"),
    "only a key ID": (TEXT + "\n\u2014 a AAAAAA==\n".encode(), "note.signature-line"),
    "not base64": (TEXT + "\n\u2014 a AAAA*AAA\n".encode(), "note.base64"),
    "URL-safe base64": (TEXT + "\n\u2014 a AAAA_-AA\n".encode(), "note.base64"),
    "non-canonical base64": (TEXT + "\n\u2014 a AAAAAAB=\n".encode(), "note.base64"),
    "not ASCII": (TEXT + "\n\u2014 a AAAAAA\u00e4=\n".encode(), "note.base64"),
    "too many signatures": (TEXT + b"\n" + GOOD_LINE * (MAX_SIGNATURES + 1), "note.too-large"),
    "too large": (b"x" * MAX_NOTE + b"\n\n" + GOOD_LINE, "note.too-large"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_note_is_refused_with_its_code(case: str) -> None:
    """Each rule of the format has its refusal."""
    data, code = MALFORMED[case]

    assert refusal(data) == code


def test_as_many_signatures_as_the_limit_are_read() -> None:
    """At least 16 must be accepted; post-quantum ones are large."""
    big = NoteSignature("a.example", bytes(4), bytes(5_000))

    note = Note.parse(Note(TEXT, (big,) * MAX_SIGNATURES).to_bytes())

    assert len(note.signatures) == MAX_SIGNATURES >= 16


@pytest.mark.parametrize("text", [b"", b"no newline", b"a\rb\n", b"\xff\n"])
def test_only_a_text_that_can_be_read_back_is_signed(text: bytes) -> None:
    """A text without a last newline, with control characters or not UTF-8 is not signed."""
    with pytest.raises(MalformedError) as refused:
        sign(text, [signer()])

    assert refused.value.code in {"note.form", "note.not-text"}


@given(names, st.sampled_from([(ED25519, 32), (COSIGNATURE_V1, 32), (ML_DSA_44, 1312)]), st.data())
def test_a_vkey_comes_back_as_it_was_written(
    name: str, kind: tuple[int, int], data: st.DataObject
) -> None:
    """parse(vkey) == x for each type."""
    verifier = NoteVerifier(name, kind[0], data.draw(st.binary(min_size=kind[1], max_size=kind[1])))

    assert NoteVerifier.parse(verifier.vkey) == verifier


def test_one_key_has_another_id_under_each_type_and_name() -> None:
    """The ID binds name and type, so no cosignature passes for a plain signature."""
    key = signer().verifier.key

    ids = {key_id(name, kind, key) for name in ("a", "b") for kind in (ED25519, COSIGNATURE_V1)}

    assert len(ids) == 4


def vkey(kind: int, key: bytes, name: str = "a") -> str:
    """Write a vkey that no constructor would make."""
    material = base64.b64encode(bytes([kind]) + key).decode()
    return f"{name}+{key_id('a', kind, key).hex()}+{material}"


BAD_VKEYS = {
    "empty": ("", "note.vkey"),
    "two parts": ("a+00000000", "note.vkey"),
    "no material": ("a+00000000+", "note.vkey"),
    "another ID": (VKEY.replace("530d903a", "530d903b"), "note.vkey"),
    "an ID in capitals": (VKEY.replace("530d903a", "530D903A"), "note.vkey"),
    "another name": (VKEY.replace("foo", "fooo"), "note.vkey"),
    "a name with a space": (vkey(ED25519, bytes(32), "a b"), "note.key-name"),
    "no name": (vkey(ED25519, bytes(32), ""), "note.key-name"),
    "half a surrogate pair": (vkey(ED25519, bytes(32), "\ud800"), "note.key-name"),
    "ECDSA": (vkey(0x02, bytes(91)), "note.key-type"),
    "an unknown type": (vkey(0xFF, bytes(32)), "note.key-type"),
    "a short key": (vkey(ED25519, bytes(31)), "note.key-size"),
    "a short ML-DSA key": (vkey(ML_DSA_44, bytes(32)), "note.key-size"),
    "not base64": ("a+00000000+!", "note.base64"),
}


@pytest.mark.parametrize("case", BAD_VKEYS)
def test_a_malformed_vkey_is_refused_with_its_code(case: str) -> None:
    """A vkey is recomputed, not believed."""
    written, code = BAD_VKEYS[case]

    with pytest.raises(MalformedError) as refused:
        NoteVerifier.parse(written)

    assert refused.value.code == code


@given(st.binary(max_size=40))
def test_base64_has_one_writing(data: bytes) -> None:
    """Reading what was written gives the bytes; padding bits cannot hide a second writing."""
    assert strict_base64(base64.b64encode(data).decode(), "it") == data


@pytest.mark.parametrize("text", ["", "0", "1", "10", "9223372036854775807"])
def test_a_decimal_is_read(text: str) -> None:
    """0 to 2^63-1, and nothing is not a number."""
    if text:
        assert str(strict_decimal(text, "it")) == text
    else:
        with pytest.raises(MalformedError):
            strict_decimal(text, "it")


@pytest.mark.parametrize(
    "text", ["00", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "\u0661", "1_0", "9" * 5000,
             "9223372036854775808", "1\n"],
)  # fmt: skip
def test_other_writings_of_numbers_are_refused(text: str) -> None:
    """No sign, leading zero, space, other script, or number over 2^63-1."""
    with pytest.raises(MalformedError) as refused:
        strict_decimal(text, "it")

    assert refused.value.code == "note.decimal"


@given(st.text(max_size=300))
def test_a_name_is_good_or_refused(name: str) -> None:
    """Every good name can stand in a signature line and come back."""
    try:
        check_name(name)
    except SunlitError as refused:
        assert refused.code == "note.key-name"  # noqa: PT017 - both ways are fine here
    else:
        line = NoteSignature(name, bytes(4), b"x").to_line().decode()
        assert NoteSignature.parse(line[:-1]).name == name
