"""The authority room: its admission asks what the fold acts on; its rule shows lost authority."""

from dataclasses import replace

from sunlit.authority.statements import sign_claim
from sunlit.capabilities.authority import CAPABILITY
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Conflict, Organisation, Role
from sunlit.claims.base import Opaque
from sunlit.log.entry import Entry
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome, Verdict
from sunlit.testing.authority import LOG, START, Member, World

RULE = CAPABILITY.rules["signers-had-authority"]


def _candidate(world: World, claim: Organisation, member: Member) -> Admitted:
    entry = Entry.of(world.now, sign_claim(claim, [member.operator]).to_bytes()).to_bytes()
    return world.history.preview(entry, origin=LOG, index=len(world.history.statements))


def _admit(world: World, said: Admitted) -> Verdict:
    return CAPABILITY.admission(said, world.history.statements, world.directory)


def _evidence(world: World, *statements: Admitted) -> Evidence:
    return Evidence(
        release="0" * 64, component=None, use=None, deployer=None, at=world.now,
        directory=world.directory, statements=statements,
    )  # fmt: skip


def test_what_the_fold_would_act_on_is_admitted() -> None:
    """A root registers an organisation."""
    world = World()
    said = _candidate(world, Organisation(id="a.example", name="A"), world.root)

    assert _admit(world, said).outcome is Outcome.HOLDS


def test_what_nobody_entitled_said_is_refused_with_the_reason() -> None:
    """An organisation does not register another."""
    world = World()
    agency = world.organisation("agency.example")
    said = _candidate(world, Organisation(id="a.example", name="A"), agency)

    verdict = _admit(world, said)

    assert verdict.outcome is Outcome.FAILS
    assert "root" in verdict.reason
    assert verdict.mend


def test_what_is_in_force_may_be_logged_again() -> None:
    """Mirrors take statements over; a copy says nothing new."""
    world = World()
    world.organisation("agency.example")

    assert _admit(world, world.history.statements[0]).outcome is Outcome.HOLDS


def test_other_claims_are_not_this_room_s() -> None:
    """It neither admits nor refuses them."""
    world = World()
    world.organisation("agency.example")
    said = replace(world.history.statements[0], claim=Opaque(), statement_id="0" * 64)

    assert _admit(world, said).outcome is Outcome.UNKNOWN


def test_no_statement_is_unknown() -> None:
    """Silence is not consent; drafts are silence."""
    world = World()
    draft = Admitted(claim=Opaque(), statement_id="0" * 64, subjects=())

    assert RULE(_evidence(world), {}).outcome is Outcome.UNKNOWN
    assert RULE(_evidence(world, draft), {}).outcome is Outcome.UNKNOWN


def test_statements_lose_authority_with_their_key() -> None:
    """HOLDS while the key is good, FAILS once it is found to have been stolen before."""
    world = World()
    agency = world.organisation("agency.example", Role.MAINTAINER)
    said = world.say(Conflict(organisation="agency.example"), agency.key(Role.MAINTAINER))
    good = RULE(_evidence(world, said), {})

    world.revoke(agency.key(Role.MAINTAINER), by=agency.operator, since=START)
    bad = RULE(_evidence(world, said), {})

    assert good.outcome is Outcome.HOLDS
    assert good.rests_on == (said.statement_id,)
    assert bad.outcome is Outcome.FAILS
