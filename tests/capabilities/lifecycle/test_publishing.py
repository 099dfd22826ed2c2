from collections.abc import Sequence
from dataclasses import replace

import pytest

from sunlit.capabilities.lifecycle.admission import admit
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.names import named_digest
from sunlit.rubric import Outcome
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import START, Member, World, named_key

TOWN = "town.example"
PURL = "pkg:generic/town.example/triage"
SUBJECT = [Subject(PURL, {"sha256": named_digest("component", PURL)})]


class Town:
    """An organisation with two people, and one of another."""

    def __init__(self) -> None:
        self.world = World()
        self.town = self.world.organisation(TOWN, Role.MAINTAINER)
        self.other = self.world.organisation("other.example", Role.MAINTAINER)
        self.second = named_key("town/second")
        self.world.register_key(TOWN, self.second, Role.MAINTAINER, by=self.town.operator)

    @property
    def first(self) -> PrivateKey:
        """The key of whoever writes."""
        return self.town.key(Role.MAINTAINER)

    def registered(self, *keys: PrivateKey, **changes: object) -> Admitted:
        """Enter a registration."""
        claim = replace(registration(), **changes)  # type: ignore[arg-type]
        return self.world.say(claim, *(keys or (self.first,)), subjects=SUBJECT)

    def published(self, made: Admitted, *keys: PrivateKey, **changes: object) -> Admitted:
        """Enter a publication."""
        claim = Publication(organisation=TOWN, statement=made.statement_id, decision="publish")
        return self.world.say(
            replace(claim, **changes),  # type: ignore[arg-type]
            *(keys or (self.second,)), subjects=SUBJECT,
        )  # fmt: skip

    def enters(self, said: Admitted, history: Sequence[Admitted] = ()) -> bool:
        """Tell whether it may enter."""
        return admit(said, history, self.world.directory).outcome is Outcome.HOLDS

    def why(self, said: Admitted, history: Sequence[Admitted] = ()) -> str:
        """Return the reason."""
        return admit(said, history, self.world.directory).reason


def registration() -> Registration:
    """Return the registration of a model with its files."""
    return Registration(
        organisation=TOWN, component=PURL, kind="model", name="Triage", description="Sorts post",
        source="form",
    )  # fmt: skip


def keys_of(member: Member) -> dict[str, PrivateKey]:
    """Return a member's keys by role."""
    return {str(role): key for role, key in member.keys.items()}


def test_an_organisation_registers_by_a_person_or_by_its_operator() -> None:
    """Either speaks for the organisation; nobody else does."""
    said = Town()
    keys = keys_of(said.town)

    assert said.enters(said.registered(keys["maintainer"]))
    assert said.enters(said.registered(keys["operator"]))
    assert not said.enters(said.registered(said.other.key(Role.MAINTAINER)))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kind": "toaster"}, "unknown kind"),
        ({"source": "hearsay"}, "unknown"),
        ({"name": " "}, "no name"),
        ({"configuration": "XYZ"}, "digest"),
        ({"asked": ("shoe size",), "asked_on": START}, "unknown"),
        ({"asked": ("contact",)}, "since when"),
        ({"asked": ("description",), "asked_on": START}, "calls a blank"),
        ({"kind": "hosted-service"}, "hosted service"),
        ({"component": "pkg:generic/else"}, "subject"),
    ],
)
def test_a_registration_that_cannot_be_right_stays_out(
    changes: dict[str, object], why: str
) -> None:
    """Each reason is said."""
    said = Town()
    assert why in said.why(said.registered(**changes))


def test_a_service_that_was_bought_is_registered_with_its_blanks() -> None:
    """Weights and provenance are unknown, and shown so."""
    said = Town()
    claim = said.registered(
        kind="hosted-service", supplier="Vendor", configuration="aa" * 32,
        asked=("weights", "provenance", "contract"), asked_on=START,
    )  # fmt: skip
    assert said.enters(claim)


def test_another_person_of_the_same_organisation_publishes() -> None:
    """Two people, one organisation."""
    said = Town()
    made = said.registered()
    assert said.enters(said.published(made), [made])


def test_nobody_publishes_alone() -> None:
    """Not the writer, not the writer beside another, not a machine."""
    said = Town()
    made = said.registered()

    assert "alone" in said.why(said.published(made, said.second, said.first), [made])
    assert not said.enters(said.published(made, said.first), [made])
    assert not said.enters(said.published(made, said.town.operator), [made])


def test_nobody_publishes_for_another_organisation() -> None:
    """Neither with a stranger's key nor with a stranger's name."""
    said = Town()
    made, stranger = said.registered(), said.other.key(Role.MAINTAINER)

    assert "No person of" in said.why(said.published(made, stranger), [made])
    foreign = said.published(made, stranger, organisation="other.example")
    assert "made no such statement" in said.why(foreign, [made])


def test_a_publication_names_what_the_log_holds_and_says_what_it_does() -> None:
    """A registration enters first; taking back carries its reason."""
    said = Town()
    made = said.registered()

    assert "does not hold" in said.why(said.published(made))
    assert "neither" in said.why(said.published(made, decision="praise"), [made])
    assert "reason" in said.why(said.published(made, decision="withdraw"), [made])
    taken = said.published(made, decision="withdraw", reason="It is the wrong one")
    assert said.enters(taken, [made])


def test_a_draft_publishes_nothing() -> None:
    """What stands in no log was signed by nobody."""
    said = Town()
    made = said.registered()
    draft = Admitted(
        claim=Publication(organisation=TOWN, statement=made.statement_id, decision="publish"),
        statement_id="00" * 32, subjects=tuple(SUBJECT),
    )  # fmt: skip
    assert "draft" in said.why(draft, [made])
