"""Each refusal, one by one: its code, what to do, and its record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from sunlit.authority.trust_signing import sign_trust
from sunlit.base.errors import MalformedError, SunlitError
from sunlit.decision.record import Binding, Kind
from sunlit.guard import Guard
from tests.fixtures.token_world import AT, World, grant
from tests.guard.guarded_world import Place

FILES_VERIFIED: Final = Binding.FILES_VERIFIED


def _refused(guard: Guard, **said: Any) -> SunlitError:  # noqa: ANN401 - what `check` takes
    said.setdefault("binding", FILES_VERIFIED)
    with pytest.raises(SunlitError) as caught:
        guard.check(**said)
    return caught.value


@pytest.mark.parametrize(
    ("said", "code", "mend"),
    [
        ({"use": "another"}, "token.other-use", "ask for a token"),
        ({"deployer": "other.example.gov"}, "token.other-deployer", "ask for a token"),
        ({"jurisdiction": "US-NY"}, "token.other-jurisdiction", "ask for a token"),
        ({"jurisdiction": "US-CA-Jane Doe"}, "guard.place", "the code of the place"),
        ({"data_class": "medical"}, "token.other-data", "ask for a token"),
        ({"jurisdiction": None}, "guard.undeclared", "jurisdiction="),
        ({"data_class": None}, "guard.undeclared", "data_class="),
        ({"deployer": None}, "guard.undeclared", "deployer="),
        ({"purpose": "Deciding  on benefits"}, "guard.prohibited", "by hand"),
        ({"purpose": "something else"}, "guard.not-permitted", "the token's words"),
        ({"oversight": "human-reviews"}, "guard.oversight", "human-decides"),
        ({"oversight": "a robot"}, "guard.oversight", "ask for a token"),
        ({"binding": Binding.DECLARED}, "guard.binding", "guard.load"),
        ({"binding": Binding.ENDPOINT_ONLY}, "guard.binding", "guard.load"),
    ],
    ids=lambda value: "=".join(map(str, *value.items())) if isinstance(value, dict) else None,
)
def test_what_the_token_does_not_cover_is_refused(
    tmp_path: Path, said: dict[str, Any], code: str, mend: str
) -> None:
    """With a code, what to do, the manual fallback, and a record that says so."""
    place = Place(tmp_path)
    with place.open() as guard:
        error = _refused(guard, **said)

    assert error.code == code
    assert mend in str(error.mend)
    assert "Write to everybody in the order of application." in str(error.mend)
    assert "break-glass" not in str(error.mend)
    (record,) = place.records()
    assert (record.kind, record.code) == (Kind.REFUSAL, code)


def test_what_the_token_covers_is_allowed(tmp_path: Path) -> None:
    """In the token's words, whatever their case; a check alone records nothing."""
    place = Place(tmp_path)
    with place.open(purpose="Choosing whom to write to first") as guard:
        permit = guard.check(binding=FILES_VERIFIED, oversight="human-decides")

    assert permit.release == place.said.release
    assert permit.state == "proposed"
    assert not place.records()


def _changed(**changes: object) -> Callable[[Path], Place]:
    return lambda root: Place(root, grant(**changes))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_changed(constraints=("area:north",)), "guard.constraint-unknown"),
        (_changed(constraints=("mask:postcode",)), "guard.mask-missing"),
        (_changed(prohibited=("outreach",)), "guard.prohibited"),
        (_changed(oversight="somebody looks"), "guard.oversight"),
        (_changed(minimum_binding="sworn"), "guard.binding"),
    ],
)  # fmt: skip
def test_a_token_that_asks_for_what_is_not_known_is_refused(
    tmp_path: Path, make: Callable[[Path], Place], code: str
) -> None:
    """Fail closed: going on as if it were not there would be to ignore the issuer."""
    with make(tmp_path).open() as guard:
        assert _refused(guard).code == code


def test_time_is_looked_at_each_time(tmp_path: Path) -> None:
    """A token that was good when the guard was opened is not good for ever."""
    place = Place(tmp_path, grant(valid_until=AT + timedelta(hours=1)))
    with place.open() as guard:
        assert guard.check(binding=FILES_VERIFIED)
        place.clock.at += timedelta(hours=1)
        error = _refused(guard)

    assert error.code == "token.expired"
    assert "in an emergency (break-glass): The head of outreach may" in str(error.mend)


def test_a_token_from_tomorrow_opens_and_refuses_today(tmp_path: Path) -> None:
    """No emergency lifts it either: nobody has allowed anything yet."""
    place = Place(tmp_path, grant(valid_from=AT + timedelta(days=1)))
    with place.open() as guard:
        assert _refused(guard, break_glass="now").code == "token.not-yet-valid"


def test_the_trust_file_expires_too(tmp_path: Path) -> None:
    """What a guard starts from is not believed for ever."""
    place = Place(tmp_path)
    short = replace(place.world.trust, expires=AT + timedelta(hours=1))
    place.trust.write_bytes(sign_trust(short, [place.world.key("root")]))
    with place.open() as guard:
        place.clock.at += timedelta(hours=2)
        assert _refused(guard, break_glass="now").code == "trust.expired"


def test_the_status_lists_key_must_be_in_force_now(tmp_path: Path) -> None:
    """A thief of an old key could date a list back and let it last for years."""
    place = Place(tmp_path, world=World(issuer_until=AT + timedelta(hours=1)))
    with place.open() as guard:
        place.clock.at += timedelta(hours=2)
        assert _refused(guard).code == "token.key-not-in-force"


@pytest.mark.parametrize(
    ("limit", "code"),
    [("rate:1/minute", "guard.rate-exceeded"), ("volume:1", "guard.volume-exceeded")],
)
def test_limits_are_counted_and_what_is_refused_otherwise_is_not(
    tmp_path: Path, limit: str, code: str
) -> None:
    """A second guard of the same store goes on counting where the first one stood."""
    place = Place(tmp_path, grant(constraints=(limit,)))
    with place.open() as guard:
        _refused(guard, use="another")
        guard.check(binding=FILES_VERIFIED)
    with place.open() as guard:
        error = _refused(guard)

    assert error.code == code
    assert "break-glass" in str(error.mend)


def test_limits_need_a_store_to_be_counted_in(tmp_path: Path) -> None:
    """One writer alone has no place that other processes share."""
    place = Place(tmp_path, grant(constraints=("volume:1",)))
    writer = place.store.writer(place.clock)
    with place.open(records=writer, deployer="benefits.example.gov") as guard:
        assert _refused(guard).code == "guard.limits-unreadable"
    writer.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token": b"x.y.z"}, "token.malformed"),
        ({"entry": None}, "token.no-receipt"),
        ({"receipt": None}, "token.no-receipt"),
        ({"status": b"x.y.z"}, "status.malformed"),
        ({"status": World(name="thief").status()}, "status.signature"),
        ({"status": World().status(uri="https://other.example/1")}, "status.wrong-list"),
        ({"status": World().status(at=AT + timedelta(hours=1))}, "status.not-yet-valid"),
    ],
)
def test_a_token_that_does_not_hold_opens_no_guard(
    tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    """There is nothing to go on from: not even whose fallback it would be."""
    place = Place(tmp_path)

    with pytest.raises(SunlitError) as caught:
        place.open(token=place.world.parts(**change))

    assert caught.value.code == code


def test_a_forged_world_opens_no_guard(tmp_path: Path) -> None:
    """It fits together, and rests on keys that this trust file does not name."""
    with pytest.raises(SunlitError) as caught:
        Place(tmp_path).open(token=World(name="forged").parts())

    assert caught.value.code == "token.unknown-key"


def test_a_list_of_another_address_is_unknown(tmp_path: Path) -> None:
    """Where the trust file names status lists, only those count."""
    place = Place(tmp_path, world=World(status_lists=("https://other.example/1",)))

    for parts in (place.world.parts(), place.world.parts(status=None)):
        with pytest.raises(SunlitError) as caught:
            place.open(token=parts)
        assert caught.value.code == "status.unknown-list"


def test_a_guard_needs_its_trust_file(tmp_path: Path) -> None:
    """A missing file is told with what to do; an expired one too."""
    place = Place(tmp_path)
    with pytest.raises(SunlitError) as missing:
        place.open(trust=tmp_path / "none")
    place.clock.at = datetime(2031, 1, 1, tzinfo=UTC)
    with pytest.raises(SunlitError) as expired:
        place.open(trust=place.world.trust)

    assert missing.value.code == "guard.trust-unreadable"
    assert expired.value.code == "trust.expired"


# --- break-glass ----------------------------------------------------------------------------


def _suspended(place: Place) -> None:
    place.suspend()


def _missing(place: Place) -> None:
    (place.token / "status.jwt").unlink()


def _stale(place: Place) -> None:
    place.put_status(at=AT - timedelta(days=9), lasts=timedelta(days=7))


def _expired(place: Place) -> None:
    place.clock.at = place.said.valid_until + timedelta(days=1)
    place.put_status()


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (_suspended, "status.suspended"), (_missing, "status.missing"),
        (_stale, "status.expired"), (_expired, "token.expired"),
    ],
)  # fmt: skip
def test_break_glass_opens_with_a_reason_and_says_so(
    tmp_path: Path, prepare: Callable[[Place], None], code: str
) -> None:
    """Without a reason it is refused; with one it is decided, recorded, and reviewed later."""
    place = Place(tmp_path)
    prepare(place)
    with place.open() as guard:
        assert _refused(guard).code == code
        model = guard.load(place.files, lambda _: lambda x: x)
        decision = model.decide(1, break_glass="flood: letters must go out today")
        opened = place.content(decision.pointer)

    records = place.records()
    assert [one.kind for one in records] == [Kind.REFUSAL, Kind.DECISION]
    assert records[1].break_glass == code
    assert opened.fields["reasons"].value == b"flood: letters must go out today"


def test_break_glass_opens_limits_and_counts_on(tmp_path: Path) -> None:
    """The decision counts, so that the next one is refused as well."""
    place = Place(tmp_path, grant(constraints=("volume:1",)))
    with place.open() as guard:
        guard.check(binding=FILES_VERIFIED)
        permit = guard.check(binding=FILES_VERIFIED, break_glass="flood")
        assert permit.broken == ("guard.volume-exceeded",)
        assert _refused(guard).code == "guard.volume-exceeded"


def test_several_refusals_are_overridden_together(tmp_path: Path) -> None:
    """A suspended token may also have expired."""
    place = Place(tmp_path)
    _expired(place)
    place.suspend()
    with place.open() as guard:
        permit = guard.check(binding=FILES_VERIFIED, break_glass="flood")

    assert permit.broken == ("token.expired", "status.suspended")


def test_break_glass_that_is_not_needed_leaves_no_mark(tmp_path: Path) -> None:
    """A reason given in advance is no emergency."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)
        decision = model.decide(1, break_glass="just in case")

        assert place.records()[0].break_glass is None
        assert "reasons" not in place.content(decision.pointer).fields


@pytest.mark.parametrize(
    "said",
    [{"use": "another"}, {"binding": Binding.DECLARED}, {"purpose": "deciding on benefits"}],
    ids=lambda said: next(iter(said)),
)
def test_break_glass_opens_nothing_else(tmp_path: Path, said: dict[str, Any]) -> None:
    """Another use, an unknown model, a prohibited purpose: no emergency lifts these."""
    place = Place(tmp_path)
    place.suspend()
    with place.open() as guard:
        assert _refused(guard, break_glass="flood", **said).code != "status.suspended"


def test_a_revoked_token_is_not_opened_by_break_glass_even_by_a_stale_list(tmp_path: Path) -> None:
    """A list that has expired still knows what was revoked for ever."""
    place = Place(tmp_path)
    place.revoke()
    with place.open() as guard:
        assert _refused(guard, break_glass="flood").code == "status.revoked"
        place.clock.at += timedelta(days=30)
        assert _refused(guard, break_glass="flood").code == "status.revoked"


def test_a_token_without_the_rule_has_no_break_glass(tmp_path: Path) -> None:
    """Only the issuer can allow it."""
    place = Place(tmp_path, grant(break_glass=None))
    place.suspend()
    with place.open() as guard:
        error = _refused(guard, break_glass="flood")

    assert error.code == "status.suspended"
    assert "break-glass" not in str(error.mend)


def test_break_glass_without_a_reason_is_wrong_usage(tmp_path: Path) -> None:
    """Never silent."""
    with Place(tmp_path).open() as guard, pytest.raises(MalformedError) as caught:
        guard.check(break_glass=" ")

    assert caught.value.code == "guard.break-glass-reason"


# --- the record of a refusal ----------------------------------------------------------------


def test_a_refusal_keeps_anybodys_words_out_of_the_leaf(tmp_path: Path) -> None:
    """A declared use may come from a stranger's header; the leaf is public."""
    place = Place(tmp_path)
    with place.open() as guard:
        _refused(guard, use="Jane Doe, born 1970", purpose="so", case="2026/42", trace="nonsense")

    (record,), (content,) = place.records(), place.contents()
    assert record.use is None
    assert b"Jane" not in record.to_bytes()
    assert b"Jane Doe" in content.fields["details"].value
    assert content.fields["case"].value == b"2026/42"
    assert "trace" not in content.fields


def test_a_refusal_that_cannot_be_recorded_still_refuses(tmp_path: Path) -> None:
    """And the error says that there is no record."""
    place = Place(tmp_path)
    guard = place.open()
    guard.close()

    error = _refused(guard, use="another")

    assert error.code == "token.other-use"
    assert "could not be recorded: guard.closed" in error.__notes__[0]
