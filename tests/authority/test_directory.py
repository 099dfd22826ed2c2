"""May this key say this, at this entry?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sunlit.authority.answer import Answer, earliest
from sunlit.authority.directory import Directory
from sunlit.authority.trust_parts import Board
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Conflict, Key, Role
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import (
    ACCREDITOR,
    BOARD,
    EXPIRES,
    ISSUER,
    START,
    TICK,
    World,
    named_key,
    trust_of,
    trusted,
)

LATER = datetime(2028, 1, 1, tzinfo=UTC)


def speak(world: World, *keys: PrivateKey, at: datetime | None = None) -> Admitted:
    """Let keys say something."""
    return world.say(Conflict(organisation="x", ground=str(world.now)), *keys, at=at)


@pytest.fixture
def world() -> World:
    """An agency, an accredited lab, a board."""
    world = World()
    world.accreditor()
    world.organisation("agency.example", Role.MAINTAINER)
    world.organisation("lab.example", Role.ASSESSOR)
    world.organisation("rogue.example", Role.BOARD, Role.ACCREDITOR, Role.TOKEN_ISSUER)
    world.accredit("lab.example", "fairness", until=LATER)
    world.accredit("lab.example", "fairness", until=LATER - timedelta(days=1))
    return world


@pytest.mark.parametrize(
    ("key", "role", "organisation", "allowed"),
    [
        ("agency.example/maintainer", Role.MAINTAINER, None, True),
        ("agency.example/maintainer", Role.MAINTAINER, "agency.example", True),
        ("agency.example/maintainer", Role.MAINTAINER, "lab.example", False),
        ("agency.example/maintainer", Role.ASSESSOR, None, False),
        ("agency.example/operator", Role.MAINTAINER, None, False),
        ("agency.example/operator", Role.OPERATOR, None, True),
        ("lab.example/assessor", Role.ASSESSOR, None, True),
        (f"{ACCREDITOR}/accreditor", Role.ACCREDITOR, None, True),
        ("rogue.example/accreditor", Role.ACCREDITOR, None, False),
        (f"{BOARD}/1", Role.BOARD, BOARD, True),
        ("rogue.example/board", Role.BOARD, None, False),
        (f"{ISSUER}/token-issuer", Role.TOKEN_ISSUER, ISSUER, True),
        ("rogue.example/token-issuer", Role.TOKEN_ISSUER, None, False),
        ("stranger.example/maintainer", Role.MAINTAINER, None, False),
    ],
)
def test_may(
    world: World,
    key: str,
    role: Role,
    organisation: str | None,
    allowed: bool,  # noqa: FBT001
) -> None:
    """Role, organisation and root, each in turn."""
    said = speak(world, named_key(key))

    answer = world.directory.may(said, role, organisation=organisation, at=world.now)

    assert bool(answer) is allowed
    assert answer.outcome is allowed
    assert answer.reason


@pytest.mark.parametrize(
    ("scope", "entry", "at", "allowed"),
    [
        pytest.param("fairness", None, START + TICK * 60, True, id="then-and-now"),
        pytest.param("security", None, START + TICK * 60, False, id="another-scope"),
        pytest.param("fairness", None, LATER, False, id="expired-since"),
        pytest.param("fairness", LATER, LATER, False, id="expired-at-entry"),
    ],
)
def test_an_assessor_is_accredited_for_the_scope_then_and_now(
    world: World,
    scope: str,
    entry: datetime | None,
    at: datetime,
    allowed: bool,  # noqa: FBT001
) -> None:
    """Accreditation counts at the entry and at the time of asking."""
    said = speak(world, named_key("lab.example/assessor"), at=entry)

    answer = world.directory.may(said, Role.ASSESSOR, scope=scope, at=at)

    assert answer.allowed is allowed
    assert answer.expires == (LATER if allowed else None)
    assert len(answer.rests_on) == (2 if allowed else 1)


def test_an_accreditation_given_after_the_assessment_does_not_count(world: World) -> None:
    """Even when it says that it was valid before."""
    lab = world.organisation("late.example", Role.ASSESSOR)
    said = speak(world, lab.key(Role.ASSESSOR))

    world.accredit("late.example", "fairness", start=START)

    assert not world.directory.may(said, Role.ASSESSOR, scope="fairness", at=world.now)


def test_accreditations_fall_with_their_accreditor_s_key(world: World) -> None:
    """What was said with a stolen key was not said."""
    said = speak(world, named_key("lab.example/assessor"))
    accreditor = named_key(f"{ACCREDITOR}/accreditor")

    world.revoke(accreditor, by=world.root.operator, since=START)

    assert not world.directory.may(said, Role.ASSESSOR, scope="fairness", at=world.now)


def test_one_good_signer_is_enough(world: World) -> None:
    """A node's own signature stands beside a person's."""
    said = speak(world, named_key("agency.example/operator"),
                 named_key("agency.example/maintainer"))  # fmt: skip

    assert world.directory.may(said, Role.MAINTAINER, at=world.now)


def test_a_draft_has_no_authority(world: World) -> None:
    """Nobody signed it."""
    said = replace(speak(world, named_key("agency.example/maintainer")), index=None)

    answer = world.directory.may(said, Role.MAINTAINER, at=world.now)

    assert answer == Answer.no("nobody has signed and logged this")
    assert world.directory.organisations(said) == frozenset()


def test_who_trusts_nobody_gets_no(world: World) -> None:
    """The empty directory knows no key."""
    said = speak(world, named_key("agency.example/maintainer"))
    nobody = Directory.empty()

    assert not nobody.may(said, Role.MAINTAINER, at=world.now)
    assert nobody.keys() == ()
    assert nobody.organisation_of("0" * 64) is None
    assert nobody.roots == frozenset()
    records = replace(nobody, key_records=world.directory.key_records)
    assert not records.may(said, Role.MAINTAINER, at=world.now)


@pytest.mark.parametrize(("days", "valid"), [(-1, False), (0, True), (9, True), (10, False)])
def test_a_key_is_valid_from_its_first_second_to_before_its_last(
    days: int,
    valid: bool,  # noqa: FBT001
) -> None:
    """Half-open, by the entry's time."""
    world, key = World(), named_key("new")
    agency = world.organisation("agency.example")
    first = START + timedelta(days=30)
    claim = Key(organisation="agency.example", key=key.public.to_json(), roles=(Role.MAINTAINER,),
                valid_from=first, valid_until=first + timedelta(days=10))  # fmt: skip
    world.say(claim, agency.operator, key)

    said = speak(world, key, at=first + timedelta(days=days))

    assert bool(world.directory.may(said, Role.MAINTAINER, at=EXPIRES)) is valid


def test_a_key_that_the_trust_file_ended_counts_for_what_it_signed_before() -> None:
    """Rotated-out keys stay listed with their end."""
    board = Board(organisation=BOARD, threshold=1, keys=(trusted(f"{BOARD}/1", until=LATER),))
    world = World(trust_of(boards=(board,)))

    before = speak(world, named_key(f"{BOARD}/1"))
    after = speak(world, named_key(f"{BOARD}/1"), at=LATER)

    assert world.directory.may(before, Role.BOARD, at=EXPIRES)
    assert not world.directory.may(after, Role.BOARD, at=EXPIRES)


def test_a_late_registration_does_not_reach_back(world: World) -> None:
    """What was signed before the key was registered does not count, then or later."""
    key = named_key("late")
    said = speak(world, key)

    operator = named_key("agency.example/operator")
    world.register_key("agency.example", key, Role.MAINTAINER, by=operator)

    assert said.signers == ()
    assert not world.directory.organisations(said)
    late = replace(said, signers=(key.public.key_id,))
    assert not world.directory.organisations(late)
    assert world.directory.organisation_of(key.public.key_id) == "agency.example"


def test_the_earliest_known_time_is_found() -> None:
    """None says nothing about when."""
    assert earliest(None, LATER, START) == START
    assert earliest(None) is None


def test_parents_are_followed_upwards_and_around() -> None:
    """A circle that a root made by mistake does not hang anybody."""
    world = World()
    world.organisation("a.example", parents=("b.example",))
    world.organisation("b.example", parents=("a.example", "c.example"))

    assert world.directory.parents("a.example") == {"a.example", "b.example", "c.example"}
