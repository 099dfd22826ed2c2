"""A record of another register enters by an operator's word on where it was found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.capabilities.interop import CAPABILITY
from sunlit.capabilities.interop.admission import admit
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Conflict, Role
from sunlit.claims.base import Claim
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.names import named_digest
from sunlit.rubric import Outcome
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import Member, World

CLERK = "clerk.example"
RECORD = ImportedRecord(
    register="omb", record="GSA/GSA-1", title="Translate", publisher="GSA",
    source="https://github.com/ombegov", source_digest="ab" * 32, licence="public domain",
    retrieved_on=datetime(2026, 4, 14, tzinfo=UTC), fields={"stage": "Pilot"}, blanks=("risks",),
)  # fmt: skip


class Office:
    """A world with one organisation that takes records over."""

    def __init__(self) -> None:
        self.world = World()
        self.clerk = self.world.organisation(CLERK, Role.OPERATOR, Role.MAINTAINER)

    def says(self, claim: Claim, role: Role = Role.OPERATOR, by: Member | None = None) -> Admitted:
        """Let the office say a claim about the record that it names."""
        name = f"{claim.register}#{claim.record}" if isinstance(claim, ImportedRecord) else "x"
        subject = Subject(None, {"sha256": named_digest("imported-record", name)})
        return self.world.say(claim, (by or self.clerk).key(role), subjects=[subject])

    def admits(self, said: Admitted, history: Sequence[Admitted] = ()) -> bool:
        """Tell whether the room lets it in."""
        return admit(said, history, self.world.directory).outcome is Outcome.HOLDS


@pytest.fixture
def office() -> Office:
    """An office."""
    return Office()


def test_no_rule_reads_what_nobody_signed() -> None:
    """The room has claims and no rules, so a spreadsheet changes no finding."""
    assert not CAPABILITY.rules


@pytest.mark.parametrize(("role", "admitted"), [(Role.OPERATOR, True), (Role.MAINTAINER, False)])
def test_an_operator_takes_records_over(
    office: Office,
    role: Role,
    admitted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """It is the node's act, not a maintainer's."""
    assert office.admits(office.says(RECORD, role)) is admitted


@pytest.mark.parametrize(
    "changes",
    [
        {"register": "OMB 2025"},
        {"register": "own"},  # what the catalogue calls the components of this node
        {"register": ""},
        {"record": " "},
        {"title": ""},
        {"licence": ""},
        {"source": "x" * 221},
        {"source_digest": "a file"},
        {"blanks": ("stage",)},
        {"fields": {"stage": ""}},
    ],
)
def test_a_record_says_where_it_is_from_and_what_is_blank(
    office: Office, changes: dict[str, object]
) -> None:
    """Without source, licence and digest, or with a blank that is filled in, it stays out."""
    claim = replace(RECORD, **changes)  # type: ignore[arg-type]

    assert not office.admits(office.says(claim))


def test_a_record_is_about_itself(office: Office) -> None:
    """A subject that is another record's, or a release's, would put words into its page."""
    said = office.says(RECORD)
    other = replace(said, subjects=(Subject(None, {"sha256": "cd" * 32}),))

    assert not office.admits(other)
    assert not office.admits(replace(said, subjects=said.subjects * 2))


def test_a_changed_record_replaces_its_own_earlier_one_only(office: Office) -> None:
    """Neither another record's, nor another organisation's, nor a statement of another kind."""
    first = office.says(RECORD)
    changed = office.says(replace(RECORD, title="Translator", supersedes=first.statement_id))
    elsewhere = office.says(replace(RECORD, record="GSA/2", supersedes=first.statement_id))
    rival = office.world.organisation("rival.example", Role.OPERATOR)
    theirs = office.says(replace(RECORD, supersedes=first.statement_id), by=rival)

    assert office.admits(changed, [first])
    assert not office.admits(changed)
    assert not office.admits(elsewhere, [first])
    assert not office.admits(theirs, [first])


def test_the_room_answers_for_its_own_claims_only(office: Office) -> None:
    """What is another room's is none of its business."""
    claim = Conflict(organisation=CLERK, with_organisation="lab.example", ground="owns shares")

    assert not office.admits(office.says(claim))
