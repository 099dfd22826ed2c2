"""Entries in, statements and a directory out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.authority.history import History, read_envelope
from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError
from sunlit.claims.authority import Conflict, Key, Organisation, Role
from sunlit.claims.base import Opaque
from sunlit.log.entry import Entry
from sunlit.statement.dsse import Envelope, Signature, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.testing.authority import LOG, START, World, named_key, trust_of
from tests.authority.folding import feed_all, merged

SUBJECT = Subject(None, {"sha256": "0" * 64})
STRANGER = named_key("stranger")


def _envelope(predicate_type: str, predicate: dict[str, object]) -> bytes:
    payload = Statement((SUBJECT,), predicate_type, predicate).to_payload()
    return sign(payload, [STRANGER]).to_bytes()


UNREADABLE = {
    "unknown-type": _envelope("https://example.com/new/v9", {"a": 1}),
    "malformed-claim": _envelope(Organisation.TYPE, {"id": 7}),
    "no-statement": sign(b"[]", [STRANGER]).to_bytes(),
    "other-payload-type": sign(b"{}", [STRANGER], "text/plain").to_bytes(),
}


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_cannot_be_read_stays_opaque_and_does_nothing(name: str) -> None:
    """A log must not be able to stop its readers."""
    world = World()
    before = world.directory

    said = world.enter(UNREADABLE[name])

    assert isinstance(said.claim, Opaque)
    assert world.history.statements == (said,)
    assert world.directory == before


def test_an_unknown_type_is_kept_as_it_was_read() -> None:
    """Later versions may know it."""
    said = World().enter(UNREADABLE["unknown-type"])

    assert isinstance(said.claim, Opaque)
    assert said.claim.predicate_type == "https://example.com/new/v9"
    assert said.claim.to_predicate() == {"a": 1}


@pytest.mark.parametrize("name", ["malformed-claim", "no-statement", "other-payload-type"])
def test_a_preview_refuses_what_a_log_would_keep(name: str) -> None:
    """Whoever submits it is told."""
    entry = Entry.of(START, UNREADABLE[name]).to_bytes()

    with pytest.raises(MalformedError):
        History(trust_of()).preview(entry, origin=LOG, index=0)


def test_a_preview_is_what_feeding_gives_and_changes_nothing() -> None:
    """The check before appending and the fold after it agree."""
    world = World()
    envelope = sign_claim(Organisation(id="a", name="a"), [world.root.operator])
    entry = Entry.of(START, envelope.to_bytes()).to_bytes()

    seen = world.history.preview(entry, origin=LOG, index=0)
    before = world.history.statements
    fed = world.history.feed(entry, origin=LOG, index=0)

    assert seen == fed
    assert before == ()


def test_an_envelope_without_a_place_can_be_read() -> None:
    """For files that are in no log."""
    world = World()
    envelope = sign_claim(Conflict(organisation="a"), [world.root.operator])

    said = read_envelope(envelope, world.directory)

    assert said.is_draft
    assert said.signers == (world.root.operator.public.key_id,)


@pytest.mark.parametrize("hint", ["", "0" * 64, named_key("board.example/1").public.key_id])
def test_a_wrong_hint_hides_no_signature(hint: str) -> None:
    """`keyid` is unauthenticated; it only chooses what is tried first."""
    world = World()
    whole = sign_claim(Organisation(id="a.example", name="a"), [world.root.operator])
    lying = Envelope(whole.payload_type, whole.payload, (Signature(hint, whole.signatures[0].sig),))

    said = world.enter(lying.to_bytes())

    assert said.signers == (world.root.operator.public.key_id,)
    assert world.directory.knows("a.example")


def test_a_signature_that_stands_twice_counts_once() -> None:
    """Distinct keys count, not signatures."""
    world = World()
    whole = sign_claim(Organisation(id="a.example", name="a"), [world.root.operator])
    twice = Envelope(whole.payload_type, whole.payload, whole.signatures * 2)

    assert world.enter(twice.to_bytes()).signers == (world.root.operator.public.key_id,)


def test_a_malformed_key_in_a_registration_signs_nothing() -> None:
    """And stops nobody."""
    world = World()
    claim = Key(organisation="root.example", key={"kind": "none"}, roles=(Role.BOARD,))

    said = world.say(claim, world.root.operator, subjects=[SUBJECT])

    assert said.signers == (world.root.operator.public.key_id,)


@given(data=st.binary(max_size=100))
def test_bytes_that_are_no_entry_raise_our_error(data: bytes) -> None:
    """A broken log is not a history."""
    with pytest.raises(MalformedError):
        History().feed(data, origin=LOG, index=0)


@given(
    predicate=st.dictionaries(
        st.sampled_from(["organisation", "key", "roles", "id", "name", "parents", "keyId"]),
        st.none() | st.integers(0, 9) | st.text(max_size=5)
        | st.lists(st.text(max_size=5), max_size=2)
        | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    ),
    kind=st.sampled_from(["organisation", "key", "accreditation", "conflict", "revocation"]),
)  # fmt: skip
def test_no_signed_predicate_raises(predicate: dict[str, object], kind: str) -> None:
    """Even a root's own nonsense is only opaque or without effect."""
    world = World()
    payload = Statement((SUBJECT,), f"urn:sunlit:authority:{kind}:v1", predicate).to_payload()

    world.enter(sign(payload, [world.root.operator]).to_bytes())

    assert len(world.history.statements) == 1


def test_logs_are_merged_by_time_then_as_the_trust_file_lists_them() -> None:
    """So that a registration in the root's log comes before its use in the same second."""
    envelope = json.loads(UNREADABLE["unknown-type"])
    one, two = (Entry.of(at, envelope).to_bytes() for at in (START, START.replace(hour=1)))
    logs = {"b.example/log": [one, two], LOG: [one], "a.example/log": [one]}

    rows = [(origin, index) for origin, index, _ in merged(logs, trust_of())]

    assert rows == [(LOG, 0), ("a.example/log", 0), ("b.example/log", 0), ("b.example/log", 1)]
    assert merged(logs, None)[0][:2] == ("a.example/log", 0)


def test_several_logs_are_fed_at_once() -> None:
    """Whatever order they are given in."""
    world = World()
    world.organisation("agency.example", Role.MAINTAINER)
    claim = Conflict(organisation="agency.example")
    world.say(claim, named_key("agency.example/maintainer"), origin="agency.example/log")

    history = History(world.trust)
    feed_all(history, dict(reversed(world.entries.items())))

    assert history.directory == world.directory
