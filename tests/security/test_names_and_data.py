"""Names taken before their owners come, and data that hides behind described data."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.claims.authority import Role
from sunlit.claims.provenance import Resource
from sunlit.rubric.finding import Outcome
from sunlit.rubric.standing import maintainers
from tests.rubric.story import MAKER, MODEL, PURL, Story, component, released, run


def test_nobody_takes_a_name_in_another_organisations_domain_first() -> None:
    """`pkg:generic/maker.example/...` begins with maker.example, whoever is quicker."""
    said = Story()
    quick = said.world.organisation("quick.example", Role.MAINTAINER)

    said.say(component(), quick.key(Role.MAINTAINER))
    assert maintainers(said.evidence()) == frozenset()

    said.say(component(), said.maintainer)
    assert maintainers(said.evidence()) == {MAKER}


def test_a_revoked_key_does_not_free_the_name() -> None:
    """When all that the owner said has lost its authority, the name waits for the owner."""
    said = Story()
    quick = said.world.organisation("quick.example", Role.MAINTAINER)
    said.say(component(), said.maintainer)
    since = said.world.now - timedelta(days=1)
    said.world.revoke(said.maintainer, by=said.maker.operator, since=since)

    said.say(component(), quick.key(Role.MAINTAINER))

    assert maintainers(said.evidence()) == frozenset()


def test_a_release_hands_a_name_over_to_the_maintainer_it_names() -> None:
    """Both sign it, and it says who comes next."""
    said = Story().made()
    heir = said.world.organisation("heir.example", Role.MAINTAINER)
    claim = replace(released(), purl=PURL, sunlit_maintainer="heir.example")

    said.say(claim, said.maintainer, heir.key(Role.MAINTAINER))

    assert maintainers(said.evidence()) == {MAKER, "heir.example"}


def test_a_part_of_the_owner_begins_a_name_too() -> None:
    """A department keeps a component under its agency's domain."""
    said = Story()
    unit = said.world.organisation("unit.maker.example", Role.MAINTAINER, parents=(MAKER,))

    said.say(component(), unit.key(Role.MAINTAINER))

    assert maintainers(said.evidence()) == {"unit.maker.example"}


@pytest.mark.parametrize(
    "purl", ["pkg:huggingface/org/x", "pkg:generic/unknown.example/x", "pkg:generic/x", "x"]
)
def test_other_names_are_kept_by_whoever_comes_first(purl: str) -> None:
    """Nothing here tells whose they are."""
    said = Story()
    said.say(replace(component(), purl=purl), said.maintainer)

    assert maintainers(said.evidence(component=purl)) == {MAKER}


def test_data_does_not_hide_behind_described_data() -> None:
    """Every input that a run calls data is described, not only one of them."""
    said = Story().complete()
    definition = run().build_definition
    hidden = Resource(name="x", digest={"sha256": "99" * 32}, annotations={"role": "data"})
    more = replace(definition, resolved_dependencies=(*definition.resolved_dependencies, hidden))

    said.say(replace(run(), build_definition=more), said.maintainer, about=MODEL)

    assert said.finding("prov-4").outcome is Outcome.UNKNOWN
