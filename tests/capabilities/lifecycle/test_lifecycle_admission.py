from collections.abc import Sequence
from dataclasses import replace

import pytest

from sunlit.capabilities.lifecycle.admission import admit
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Status, TokenGrant, TokenKind, TokenStatus
from sunlit.rubric import Outcome
from sunlit.testing.authority import ISSUER, LOG, START, named_key
from tests.rubric import story
from tests.rubric.story import DEPLOYER, LATER, PURL, RELEASE, USE, Story

TOKENS = named_key(f"{ISSUER}/token-issuer")


def enters(said: Story, entry: Admitted, history: Sequence[Admitted] = ()) -> bool:
    """Tell whether the entry may enter after the history."""
    return admit(entry, history, said.world.directory).outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [({}, True), ({"sunlit_maintainer": None}, True), ({"sunlit_maintainer": DEPLOYER}, False)],
)
def test_a_maintainer_releases_in_its_own_name(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Nobody releases for somebody else."""
    said = Story()
    claim = replace(story.released(), **changes)  # type: ignore[arg-type]

    assert enters(said, said.say(claim, said.maintainer)) is admitted


def test_a_taken_name_is_not_released_by_others() -> None:
    """The first to use a name in a log keeps it."""
    said = Story()
    first = said.say(story.released(), said.maintainer)
    squatter = said.world.organisation("squatter.example", Role.MAINTAINER)
    claim = replace(story.released(), sunlit_maintainer=squatter.id)

    assert not enters(said, said.say(claim, squatter.key(Role.MAINTAINER)), [first])


def grant(**changes: object) -> TokenGrant:
    """Return a token grant."""
    base = TokenGrant(
        issuer=ISSUER, kind=TokenKind.FULL, component=PURL, release=RELEASE, use=USE,
        deployer=DEPLOYER, code="5441", code_scheme="sunlit-risk-4/1", ceiling=3,
        rubric="00" * 32, engine="x", log_origin=LOG, log_size=1, conformity="00" * 32,
        granted_on=START, valid_from=START, valid_until=LATER, status_list="urn:x:status",
        status_index=7, permitted=("x",), oversight="human-decides", fallback="by hand",
        minimum_binding="declared",
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"issuer": "other.example"}, False),
        ({"release": "12" * 32}, False),
        ({"valid_from": LATER}, False),
        ({"open_findings": ("risk-5",)}, False),
        ({"open_findings": ("risk-5",), "kind": TokenKind.PILOT}, True),
        ({"status_index": -1}, False),
    ],
)
def test_an_issuer_grants(
    changes: dict[str, object],
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """In its own name, about the release it names, for some time."""
    said = Story()

    assert enters(said, said.say(grant(**changes), TOKENS)) is admitted


def test_others_grant_nothing() -> None:
    """A maintainer's grant is none."""
    said = Story()

    assert not enters(said, said.say(grant(), said.maintainer))


def test_a_place_in_a_status_list_is_used_once() -> None:
    """Two tokens in one place would be revoked together; the same grant again is the same."""
    said = Story()
    first = said.say(grant(), TOKENS)
    second = said.say(grant(use="other"), TOKENS)
    elsewhere = said.say(grant(use="other", status_index=8), TOKENS)

    assert not enters(said, second, [first])
    assert enters(said, first, [first])
    assert enters(said, elsewhere, [said.say(story.released(), said.maintainer), first])


def test_a_status_changes_until_it_is_revoked() -> None:
    """Suspended may become valid again; revoked is final."""
    said = Story()
    first = said.say(grant(), TOKENS)

    def change(status: Status) -> Admitted:
        return said.say(TokenStatus(grant=first.statement_id, status=status, reason="x"), TOKENS)

    suspended, valid, revoked = (
        change(Status.SUSPENDED),
        change(Status.VALID),
        change(Status.INVALID),
    )
    assert enters(said, valid, [first, suspended])
    assert enters(said, revoked, [first, valid])
    assert not enters(said, suspended, [first, revoked])
    assert enters(said, revoked, [first, revoked])
    assert not enters(said, revoked)


def test_only_the_issuer_changes_a_status() -> None:
    """The deployer stops using a token without asking anybody."""
    said = Story()
    first = said.say(grant(), TOKENS)
    claim = TokenStatus(grant=first.statement_id, status=Status.INVALID, reason="x")

    assert not enters(said, said.say(claim, said.city.operator), [first])


def test_a_room_answers_for_its_own_claims_only() -> None:
    """A component belongs to provenance."""
    said = Story()

    assert not enters(said, said.say(story.component(), said.maintainer))
