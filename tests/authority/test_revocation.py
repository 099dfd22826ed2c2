"""Losing keys: rotation, loss, theft, and who wins when thieves revoke too."""

from datetime import datetime, timedelta

import pytest

from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Conflict, Role
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import LOG, TICK, Member, World, named_key


@pytest.fixture
def world() -> World:
    """An agency below a ministry."""
    world = World()
    world.organisation("ministry.example")
    return world


@pytest.fixture
def agency(world: World) -> Member:
    """The agency, with a maintainer."""
    return world.organisation("agency.example", Role.MAINTAINER, parents=("ministry.example",))


def speak(world: World, key: PrivateKey, *, origin: str = LOG) -> Admitted:
    """Let a key say something."""
    claim = Conflict(organisation="agency.example", ground=str(world.now))
    return world.say(claim, key, origin=origin)


def counts(world: World, said: Admitted) -> bool:
    """Tell whether what was said has authority."""
    return bool(world.directory.organisations(said))


def test_revoking_takes_authority_from_the_entry_on(world: World, agency: Member) -> None:
    """Staff who leave have said what they said."""
    key = agency.key(Role.MAINTAINER)
    before = speak(world, key)

    world.revoke(key, by=agency.operator)
    after = speak(world, key)

    assert counts(world, before)
    assert not counts(world, after)
    assert after.signers == (key.public.key_id,)


def test_a_compromise_reaches_back(world: World, agency: Member) -> None:
    """From that second on nothing counts; the statement stays where it is."""
    key = agency.key(Role.MAINTAINER)
    good = speak(world, key)
    bad = speak(world, key)
    assert bad.admitted_at is not None

    world.revoke(key, by=agency.operator, since=bad.admitted_at)

    assert counts(world, good)
    assert not counts(world, bad)
    assert bad in world.history.statements


def test_what_a_stolen_operator_key_registered_falls_with_it(world: World, agency: Member) -> None:
    """Else a thief would register a second key first."""
    theft = world.now + TICK
    planted = named_key("planted")
    world.register_key("agency.example", planted, Role.MAINTAINER, by=agency.operator)
    said = speak(world, planted)
    assert counts(world, said)

    world.revoke(agency.operator, by=world.root.operator, since=theft)

    assert not counts(world, said)
    assert not world.directory.may(said, Role.MAINTAINER, at=world.now)
    assert counts(world, world.history.statements[0])


def test_rotating_in_time_keeps_what_the_old_key_registered(world: World, agency: Member) -> None:
    """A plain revocation takes nothing back."""
    new = named_key("agency/operator/2")
    world.register_key("agency.example", new, Role.OPERATOR, by=agency.operator)
    world.revoke(agency.operator, by=new)

    said = speak(world, agency.key(Role.MAINTAINER))

    assert counts(world, said)
    assert counts(world, speak(world, new))


def test_a_revoked_key_does_not_come_back(world: World, agency: Member) -> None:
    """Registering it again helps nobody who holds a copy."""
    key = agency.key(Role.MAINTAINER)
    world.revoke(key, by=agency.operator)

    world.register_key("agency.example", key, Role.MAINTAINER, Role.BOARD, by=agency.operator)

    assert not counts(world, speak(world, key))


def test_a_thief_s_revocations_fall_when_the_root_speaks(world: World, agency: Member) -> None:
    """Whoever stands above decides, though the thief was first."""
    second = named_key("agency/operator/2")
    world.register_key("agency.example", second, Role.OPERATOR, by=agency.operator)
    theft = world.now + TICK
    world.revoke(second, by=agency.operator, since=theft)  # by the thief
    shut_out = speak(world, second)
    world.revoke(agency.operator, by=second, since=theft)  # too late: not in force
    assert not counts(world, shut_out)

    world.revoke(agency.operator, by=world.root.operator, since=theft)

    assert counts(world, shut_out)
    assert not counts(world, speak(world, agency.operator))


def test_of_two_operators_the_first_to_speak_wins_until_somebody_above_does(
    world: World, agency: Member
) -> None:
    """Then the parent's word goes before theirs."""
    second = named_key("agency/operator/2")
    since = world.now
    world.register_key("agency.example", second, Role.OPERATOR, by=agency.operator)
    world.revoke(second, by=agency.operator, since=since)

    world.revoke(agency.operator, by=named_key(f"ministry.example/{Role.OPERATOR}"), since=since)

    # The second key had been registered by the first one after the theft, so it is gone too.
    assert not counts(world, speak(world, second))
    assert [it.rank for it in world.directory.revocations] == [1]


def test_a_parent_s_own_loss_is_settled_before_its_word_below(world: World, agency: Member) -> None:
    """A stolen ministry key revokes nothing in its agency, once the root has said so."""
    ministry = named_key(f"ministry.example/{Role.OPERATOR}")
    theft = world.now + TICK
    world.revoke(agency.operator, by=ministry, since=theft)
    assert not counts(world, speak(world, agency.operator))

    world.revoke(ministry, by=world.root.operator, since=theft)

    assert counts(world, speak(world, agency.operator))


def test_a_root_key_can_be_revoked(world: World, agency: Member) -> None:
    """By itself, when nobody else is left; the next trust file then drops it."""
    world.revoke(world.root.operator, by=world.root.operator)

    world.organisation("late.example")

    assert not world.directory.knows("late.example")
    assert counts(world, speak(world, agency.operator))


@pytest.mark.parametrize(("seconds", "stays"), [(-1, True), (0, False), (1, False)])
def test_across_logs_a_revocation_counts_from_its_second(
    world: World,
    agency: Member,
    seconds: int,
    stays: bool,  # noqa: FBT001
) -> None:
    """Logs write whole seconds: in doubt the key has lost its authority."""
    key = agency.key(Role.MAINTAINER)
    revoked = world.revoke(key, by=agency.operator)
    assert revoked.admitted_at is not None

    world.now = revoked.admitted_at + timedelta(seconds=seconds) - TICK
    said = speak(world, key, origin="log.example/other")

    assert counts(world, said) is stays


@pytest.mark.parametrize(("seconds", "known"), [(-1, False), (0, True), (1, True)])
def test_across_logs_a_registration_counts_from_its_second(
    world: World,
    agency: Member,
    seconds: int,
    known: bool,  # noqa: FBT001
) -> None:
    """A key that is used in the very second is not refused for it."""
    key = named_key("new")
    registered = world.register_key("agency.example", key, Role.BOARD, by=agency.operator)
    assert registered.admitted_at is not None

    world.now = registered.admitted_at + timedelta(seconds=seconds) - TICK
    said = speak(world, key, origin="log.example/other")

    assert counts(world, said) is known


def test_a_hundred_rotations_are_followed(world: World, agency: Member) -> None:
    """Long chains are walked in one pass, without recursion."""
    speaker = agency.operator
    for n in range(100):
        new = named_key(f"chain/{n}")
        world.register_key("agency.example", new, Role.OPERATOR, by=speaker)
        speaker = new
    assert counts(world, speak(world, speaker))

    world.revoke(agency.operator, by=world.root.operator, since=_start(world, agency))

    assert not counts(world, speak(world, speaker))


def _start(world: World, agency: Member) -> datetime:
    record = world.directory.key(agency.operator.public.key_id)
    assert record is not None
    assert record.basis is not None
    return record.basis.place.at + TICK
