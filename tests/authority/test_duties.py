"""Separation of duties: the whole matrix, and independence."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.authority.duties import Action, Case, can
from sunlit.authority.statements import sign_claim
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Conflict, Role
from sunlit.testing.authority import BOARD, EXPIRES, START, TICK, World, named_key

LATER = datetime(2028, 1, 1, tzinfo=UTC)
PURL = "pkg:generic/agency.example/model"


@pytest.fixture
def world() -> World:
    """A ministry over agency and bureau; a maker; labs inside and outside; a board."""
    world = World()
    world.accreditor()
    world.organisation("ministry.example", Role.ASSESSOR)
    for name in ("agency.example", "bureau.example"):
        world.organisation(name, Role.MAINTAINER, Role.ASSESSOR, parents=("ministry.example",))
    world.organisation("branch.example", Role.ASSESSOR, parents=("agency.example",))
    world.organisation("maker.example", Role.MAINTAINER)
    for name in ("lab.example", "second.example"):
        world.organisation(name, Role.ASSESSOR)
    world.organisation("unaccredited.example", Role.ASSESSOR)
    for name in ("ministry", "agency", "bureau", "branch", "lab", "second"):
        world.accredit(f"{name}.example", "fairness", until=LATER)
    world.accredit("lab.example", "security", until=EXPIRES)
    return world


def speak(world: World, *names: str) -> Admitted:
    """Let keys sign something."""
    claim = Conflict(organisation="x", ground=str(world.now))
    return world.say(claim, *(named_key(name) for name in names))


CASE = Case(maintainer="maker.example", deployer="agency.example", component=PURL,
            scopes=("fairness",))  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "case", "allowed", "why"),
    [
        ("lab.example/assessor", CASE, True, "accredited and independent"),
        ("lab.example/assessor", replace(CASE, deployer=None), True, "independent"),
        ("lab.example/assessor", replace(CASE, scopes=("fairness", "security")), True, ""),
        ("second.example/assessor", replace(CASE, scopes=("fairness", "security")), False,
         "not accredited for security"),
        ("agency.example/assessor", CASE, False, "would assess itself"),
        ("ministry.example/assessor", CASE, False, "stands above agency.example"),
        ("branch.example/assessor", CASE, False, "stands above branch.example"),
        ("bureau.example/assessor", CASE, False, "stands above both"),
        ("unaccredited.example/assessor", CASE, False, "not accredited"),
        ("lab.example/operator", CASE, False, "no key that signed this is an assessor's"),
        ("stranger.example/assessor", CASE, False, "nobody whose key was in force"),
        ("lab.example/assessor", replace(CASE, maintainer="who.example"), False, "known here"),
        ("lab.example/assessor", replace(CASE, scopes=()), False, "names what it looked at"),
        ("lab.example/assessor", Case(scopes=("fairness",)), False, "who maintains"),
    ],
)  # fmt: skip
def test_who_may_assess(
    world: World,
    actor: str,
    case: Case,
    allowed: bool,  # noqa: FBT001
    why: str,
) -> None:
    """Another organisation, nobody above both, accredited for every scope."""
    answer = can(speak(world, actor), Action.ASSESS, case, directory=world.directory, at=world.now)

    assert answer.allowed is allowed
    assert why in answer.reason


def test_an_assessment_lasts_as_long_as_its_accreditation(world: World) -> None:
    """And rests on registration and accreditation."""
    said = speak(world, "lab.example/assessor")

    answer = can(said, Action.ASSESS, CASE, directory=world.directory, at=world.now)
    later = can(said, Action.ASSESS, CASE, directory=world.directory, at=LATER)

    assert answer.expires == LATER
    assert len(answer.rests_on) == 2
    assert not later


@pytest.mark.parametrize(
    ("declared_by", "other", "component", "allowed"),
    [
        ("lab.example", "agency.example", None, False),
        ("lab.example", "maker.example", None, False),
        ("lab.example", "ministry.example", None, False),
        ("agency.example", "lab.example", None, False),
        ("lab.example", None, PURL, False),
        ("lab.example", None, "pkg:generic/other", True),
        ("lab.example", "second.example", None, True),
        ("second.example", "agency.example", None, True),
        ("second.example", None, PURL, True),
    ],
)
def test_declared_conflicts(
    world: World, declared_by: str, other: str | None, component: str | None,
    allowed: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    """Either side may declare; parents count; a component is named by its purl."""
    world.conflict(world.member(declared_by), other, component=component)

    said = speak(world, "lab.example/assessor")

    assert (
        can(said, Action.ASSESS, CASE, directory=world.directory, at=world.now).allowed is allowed
    )


@pytest.mark.parametrize(
    ("until", "allowed"),
    [
        pytest.param(None, False, id="never-ends"),
        pytest.param(START + TICK, True, id="ended-before-the-assessment"),
        pytest.param(START + 400 * TICK, False, id="ended-between"),
        pytest.param(LATER, False, id="not-yet"),
    ],
)
def test_a_conflict_counts_then_and_now(
    world: World,
    until: datetime | None,
    allowed: bool,  # noqa: FBT001
) -> None:
    """One that has ended since was one when the assessment was made."""
    lab = world.member("lab.example")
    world.say(Conflict(organisation="lab.example", with_organisation="agency.example",
                       until=until), lab.operator)  # fmt: skip
    said = speak(world, "lab.example/assessor")

    answer = can(said, Action.ASSESS, CASE, directory=world.directory, at=START + 500 * TICK)

    assert answer.allowed is allowed


def test_a_conflict_that_was_taken_back_or_forged_does_not_count(world: World) -> None:
    """Taken back by who declared it; or its signer's key was stolen by then."""
    lab = world.member("lab.example")
    first = world.conflict(lab, "agency.example")
    narrowed = Conflict(
        organisation="lab.example", component="pkg:x", supersedes=first.statement_id
    )
    world.enter(sign_claim(narrowed, [lab.operator]).to_bytes())
    said = speak(world, "lab.example/assessor")
    assert can(said, Action.ASSESS, CASE, directory=world.directory, at=world.now)

    theft = world.now + TICK
    world.conflict(lab, "maker.example")
    assert not can(said, Action.ASSESS, CASE, directory=world.directory, at=world.now)
    world.revoke(lab.operator, by=world.root.operator, since=theft)
    assert can(said, Action.ASSESS, CASE, directory=world.directory, at=world.now)


def test_nobody_in_particular_is_easy_to_be_independent_of(world: World) -> None:
    """The answer still says so."""
    answer = world.directory.independent("lab.example", of=(), component=None, at=world.now)

    assert answer
    assert "nobody in particular" in answer.reason


@pytest.mark.parametrize(
    ("voter", "assessed_by", "board", "allowed"),
    [
        (f"{BOARD}/1", None, BOARD, True),
        (f"{BOARD}/1", "lab.example/assessor", BOARD, True),
        (f"{BOARD}/1", f"{BOARD}/1", BOARD, False),
        (f"{BOARD}/1", f"{BOARD}/2", BOARD, False),
        (f"{BOARD}/1", None, "lab.example", False),
        (f"{BOARD}/1", None, None, False),
        ("lab.example/assessor", None, BOARD, False),
    ],
)
def test_who_may_vote(
    world: World, voter: str, assessed_by: str | None, board: str | None,
    allowed: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    """A member of the board, and not on what they or their organisation assessed."""
    assessed = (speak(world, assessed_by),) if assessed_by else ()
    case = Case(board=board, assessed=assessed)

    answer = can(speak(world, voter), Action.VOTE, case, directory=world.directory, at=world.now)

    assert answer.allowed is allowed


MAKER = "maker.example/maintainer"


@pytest.mark.parametrize(
    ("action", "actors", "others", "allowed"),
    [
        (Action.APPROVE, ["agency.example/maintainer"], [MAKER], True),
        (Action.APPROVE, [MAKER], [MAKER], False),
        (Action.APPROVE, [MAKER, "agency.example/maintainer"], [MAKER], True),
        (Action.APPROVE, ["agency.example/operator"], [MAKER], False),
        (Action.APPROVE, ["agency.example/maintainer"], [], False),
        (Action.EXEMPT, ["agency.example/maintainer"], [MAKER], True),
        (Action.EXEMPT, [MAKER], [MAKER], False),
        (Action.EXEMPT, ["agency.example/assessor"], ["agency.example/maintainer"], False),
        (Action.EXEMPT, ["maker.example/operator"], ["agency.example/maintainer"], False),
        (Action.EXEMPT, ["agency.example/maintainer"], [], False),
    ],
)
def test_nobody_approves_alone_what_they_made_nor_exempts_themselves(
    world: World,
    action: Action,
    actors: list[str],
    others: list[str],
    allowed: bool,  # noqa: FBT001
) -> None:
    """A second person's key for approval; another organisation's for an exemption."""
    before = tuple(speak(world, name) for name in others)
    case = Case(made=before, requested=before)

    answer = can(speak(world, *actors), action, case, directory=world.directory, at=world.now)

    assert answer.allowed is allowed


@pytest.mark.parametrize("action", list(Action))
def test_a_draft_may_nothing(world: World, action: Action) -> None:
    """Whatever it wants to do."""
    draft = replace(speak(world, "lab.example/assessor"), index=None)

    assert not can(draft, action, CASE, directory=world.directory, at=world.now)
