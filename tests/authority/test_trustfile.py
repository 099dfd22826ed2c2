"""Reading, signing and updating trust files."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.authority.trust_parts import (
    RootKeys,
    TrustedKey,
    TrustedLog,
    TrustedWitness,
    WitnessGroup,
)
from sunlit.authority.trust_signing import add_signatures, sign_trust
from sunlit.authority.trustfile import MAX_BYTES, PAYLOAD_TYPE, TrustFile, update_all
from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.log.note import COSIGNATURE_V1, NoteVerifier
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.keys import generate
from sunlit.testing.authority import EXPIRES, LOG, named_key, signed_trust, trust_of, trusted

AT = datetime(2026, 6, 1, tzinfo=UTC)


def _witness(name: str) -> TrustedWitness:
    raw = named_key(f"witness/{name}").public.spki[-32:]
    return TrustedWitness(name=name, vkey=NoteVerifier(name, COSIGNATURE_V1, raw).vkey)


def _witnessed() -> TrustFile:
    names = ("one.example", "two.example", "three.example")
    return trust_of(
        witnesses=tuple(_witness(name) for name in names),
        groups=(WitnessGroup(name="both", threshold=2, members=names),),
        quorum="both",
    )


def test_what_was_signed_is_read() -> None:
    """A file that enough of its root keys signed says what it said."""
    trust = _witnessed()

    assert TrustFile.load(signed_trust(trust), AT) == trust


def test_any_two_of_three_will_do() -> None:
    """A threshold counts distinct keys, whichever they are."""
    assert TrustFile.load(signed_trust(trust_of(), 2, 3), AT).version == 1


@given(
    accreditors=st.lists(st.text(max_size=20), max_size=4),
    version=st.integers(1, 2**40),
    seconds=st.integers(1, 10**8),
    more=st.dictionaries(st.text(min_size=1, max_size=8).map("x{}".format), st.text(), max_size=3),
)
def test_writing_and_reading_are_inverse(
    accreditors: list[str], version: int, seconds: int, more: dict[str, str]
) -> None:
    """Whatever stands in a file, unknown fields too, comes back."""
    trust = trust_of(
        version=version, accreditors=tuple(accreditors), expires=AT + timedelta(seconds=seconds),
        extra=dict(more),
    )  # fmt: skip

    assert TrustFile.parse(trust.to_payload()) == trust


@given(data=st.binary(max_size=200))
def test_no_bytes_raise_anything_but_our_errors(data: bytes) -> None:
    """A verifier is fed hostile bytes."""
    with pytest.raises(SunlitError):
        TrustFile.load(data, AT)


@given(st.data())
def test_no_field_of_another_kind_raises_anything_but_our_errors(data: st.DataObject) -> None:
    """Nor do well-formed documents of the wrong shape."""
    document = decode_object(_witnessed().to_payload())
    name = data.draw(st.sampled_from(sorted(document)))
    document[name] = data.draw(
        st.none() | st.integers(-5, 5) | st.text(max_size=5) | st.lists(st.text(max_size=3))
        | st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=2)
    )  # fmt: skip
    signed = sign(encode(document), [named_key("trust/1"), named_key("trust/2")], PAYLOAD_TYPE)

    try:
        TrustFile.load(signed.to_bytes(), AT)
    except SunlitError as error:
        assert error.code  # noqa: PT017 - whether it raises depends on the example


def test_a_file_expires_at_its_second() -> None:
    """In force the second before, not at the second."""
    data = signed_trust(trust_of())

    assert TrustFile.load(data, EXPIRES - timedelta(seconds=1))
    with pytest.raises(VerificationError, match="expired"):
        TrustFile.load(data, EXPIRES)


def test_unknown_fields_survive_in_parts_too() -> None:
    """Signed data outlives readers that are older than its writer."""
    document = decode_object(trust_of().to_payload())
    document["logs"] = [{**dict(document["logs"][0]), "shard": "2026"}]  # type: ignore[index]

    trust = TrustFile.parse(encode(document))

    assert trust.logs[0].extra == {"shard": "2026"}
    assert decode_object(trust.to_payload()) == document


def test_it_is_a_tlog_policy() -> None:
    """Logs, witnesses and quorum are what C2SP's policy file says."""
    text = _witnessed().policy.to_bytes().decode()

    assert text.startswith(f"log {_witnessed().logs[0].vkey}\n")
    assert text.endswith("group both 2 one.example two.example three.example\nquorum both\n")


def test_a_log_key_is_named_after_its_origin() -> None:
    """Else a key could speak for another log."""
    log = TrustedLog(origin="other.example/log", vkey=trust_of().logs[0].vkey)

    with pytest.raises(MalformedError, match="named after its origin"):
        trust_of(logs=(log,)).check()


def test_a_witness_key_is_no_log_key() -> None:
    """One key, one purpose, whatever form it is written in."""
    raw = named_key(f"log/{LOG}").public.spki[-32:]
    witness = TrustedWitness(name="w", vkey=NoteVerifier("w", COSIGNATURE_V1, raw).vkey)

    with pytest.raises(MalformedError) as caught:
        trust_of(witnesses=(witness,)).check()

    assert caught.value.code == "trust.duplicate-key"


def test_versions_begin_at_one() -> None:
    """Version 0 is what nobody has."""
    with pytest.raises(MalformedError, match="1 or more"):
        sign_trust(trust_of(version=0), [named_key("trust/1")])


def test_a_board_needs_a_possible_threshold() -> None:
    """K of n with k above n could never publish, and below 1 always."""
    (board,) = trust_of().boards

    with pytest.raises(MalformedError, match=r"board\.example"):
        trust_of(boards=(replace(board, threshold=4),)).check()


def test_too_large_a_file_is_not_parsed() -> None:
    """Bounded before parsing."""
    with pytest.raises(MalformedError, match="too large"):
        TrustFile.read(b" " * (2 * MAX_BYTES + 1))


def test_ecdsa_keys_sign_too() -> None:
    """A root key may live in a hardware token that knows P-256 only."""
    key = generate("ecdsa-p256")
    root = RootKeys(threshold=1, keys=(TrustedKey(key=key.public.to_json()),))

    assert TrustFile.load(sign_trust(trust_of(root=root), [key]), AT)


def test_a_successor_follows() -> None:
    """The next version, signed by the keys in force and by its own, takes over."""
    current, new = trust_of(), trust_of(version=2, accreditors=())

    assert update_all(current, [signed_trust(new)], AT) == new


def test_root_keys_change_hands() -> None:
    """Old and new holders both sign the same bytes."""
    keys = RootKeys(threshold=2, keys=(trusted("new/1"), trusted("new/2")))
    data = sign_trust(trust_of(version=2, root=keys), [named_key("new/1"), named_key("new/2")])
    data = add_signatures(data, [named_key("trust/1"), named_key("trust/3")])

    assert update_all(trust_of(), [data], AT).root == keys


def test_versions_between_may_have_expired() -> None:
    """TUF checks expiry after the last: who was away for long still gets there."""
    past = datetime(2026, 2, 1, tzinfo=UTC)
    steps = [signed_trust(trust_of(version=2, expires=past)), signed_trust(trust_of(version=3))]

    assert update_all(trust_of(expires=past), steps, AT).version == 3
    with pytest.raises(VerificationError, match="expired"):
        update_all(trust_of(), steps[:1], AT)


def test_signing_again_replaces_the_same_key_s_signature() -> None:
    """A second click is no second signature."""
    once = signed_trust(trust_of(), 1)
    twice = add_signatures(once, [named_key("trust/1")])

    assert len(Envelope.parse(twice).signatures) == 1


def test_a_file_takes_sixteen_signatures() -> None:
    """DSSE envelopes are bounded; the seventeenth is refused with words."""
    data = sign_trust(trust_of(), [named_key(f"trust/{n}") for n in range(16)])

    with pytest.raises(MalformedError) as caught:
        add_signatures(data, [named_key("trust/more")])

    assert caught.value.code == "trust.too-many-signatures"


def test_boards_are_found_by_organisation() -> None:
    """Only those that the file names."""
    assert trust_of().board("board.example") is not None
    assert trust_of().board("agency.example") is None
