from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sunlit.adapters.sql.drafts import SqlDrafts
from sunlit.adapters.sql.private import open_private
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.node.drafts import (
    FLOWS,
    Draft,
    Drafts,
    Kind,
    Move,
    State,
    can_move,
    find,
    moved,
    moves,
)
from sunlit.node.permission import Actor, Role
from sunlit.testing.drafts import MemoryDrafts

AT = datetime(2026, 3, 1, tzinfo=UTC)
WRITER = Actor(person="ann", organisation="town.example", roles=frozenset({Role.OFFICER}))
CHECKER = Actor(person="bob", organisation="town.example", roles=frozenset({Role.PUBLISHER}))
STRANGER = Actor(person="cyd", organisation="other.example", roles=frozenset({Role.PUBLISHER}))
DRAFT = Draft(
    id="d1", organisation="town.example", kind=Kind.REGISTRATION, about="pkg:generic/x",
    author="ann", content={"name": "Triage", "asked": ["contact"]}, changed=AT,
)  # fmt: skip


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def drafts(request: pytest.FixtureRequest) -> Iterator[Drafts]:
    """Each store in turn, emptied afterwards."""
    if request.param == "memory":
        yield MemoryDrafts()
        return
    name = "migrated_file" if request.param == "sqlite" else "migrated_server"
    where = request.getfixturevalue(name)
    engine = open_private(f"sqlite:///{where}" if request.param == "sqlite" else where)
    store = SqlDrafts(engine)
    yield store
    for organisation in (WRITER.organisation, STRANGER.organisation):
        for one in store.of(organisation or ""):
            store.drop(one)
    engine.dispose()


def test_a_draft_is_kept_as_it_was_typed(drafts: Drafts) -> None:
    """What comes back is what was put in."""
    kept = drafts.add(DRAFT)
    assert drafts.get("town.example", "d1") == kept == replace(DRAFT, version=1)


def test_another_organisation_sees_no_draft(drafts: Drafts) -> None:
    """Neither in its list nor by its id."""
    drafts.add(DRAFT)

    assert drafts.of("other.example") == ()
    assert drafts.get("other.example", "d1") is None
    with pytest.raises(UnavailableError, match="no such draft"):
        find(drafts, "other.example", "d1")
    with pytest.raises(UnavailableError):
        find(drafts, None, "d1")
    assert find(drafts, "town.example", "d1").id == "d1"


def test_two_organisations_may_use_one_id(drafts: Drafts) -> None:
    """Rows are keyed by organisation first, so that none overwrites another's."""
    drafts.add(DRAFT)
    drafts.add(replace(DRAFT, organisation="other.example", about="theirs"))
    drafts.drop(replace(DRAFT, organisation="other.example"))

    assert drafts.get("town.example", "d1") is not None


def test_the_second_of_two_changes_is_refused(drafts: Drafts) -> None:
    """Nobody overwrites what they have not seen."""
    kept = drafts.add(DRAFT)
    drafts.change(replace(kept, content={"name": "First"}))

    with pytest.raises(VerificationError, match="while you were at it") as caught:
        drafts.change(replace(kept, content={"name": "Second"}))
    assert caught.value.code == "draft.stale"
    assert drafts.of("town.example")[0].content == {"name": "First"}


def test_the_latest_changed_draft_comes_first(drafts: Drafts) -> None:
    """What somebody works on is at the top."""
    drafts.add(DRAFT)
    drafts.add(replace(DRAFT, id="d2", changed=AT.replace(day=2)))

    assert [one.id for one in drafts.of("town.example")] == ["d2", "d1"]


def test_a_draft_without_state_cannot_be_changed(drafts: Drafts) -> None:
    """What was thrown away stays so."""
    with pytest.raises(VerificationError):
        drafts.change(DRAFT)


# --- flows ------------------------------------------------------------------------------------


def test_a_registration_goes_from_writer_to_checker_to_the_public() -> None:
    """Each hands it on; each state offers only what is to be done in it."""
    assert moves(WRITER, DRAFT) == (Move.SAVE, Move.SUBMIT, Move.DISCARD)
    assert moves(CHECKER, DRAFT) == ()

    waiting = moved(WRITER, Move.SUBMIT, DRAFT, AT)
    assert moves(WRITER, waiting) == (Move.TAKE_BACK,)
    assert moves(CHECKER, waiting) == (Move.RETURN, Move.PUBLISH)

    published = moved(CHECKER, Move.PUBLISH, waiting, AT)
    assert moves(CHECKER, published) == (Move.WITHDRAW,)
    assert moves(WRITER, published) == ()


def test_nobody_publishes_alone_whatever_their_roles() -> None:
    """Who wrote a thing does not publish it, though they be a publisher."""
    both = replace(WRITER, roles=frozenset({Role.OFFICER, Role.PUBLISHER}))
    waiting = moved(both, Move.SUBMIT, DRAFT, AT)

    assert "alone" in can_move(both, Move.PUBLISH, waiting).reason
    with pytest.raises(VerificationError, match="another person"):
        moved(both, Move.PUBLISH, waiting, AT)


def test_a_draft_is_returned_with_a_reason() -> None:
    """Whoever gets it back can read why."""
    waiting = moved(WRITER, Move.SUBMIT, DRAFT, AT)
    with pytest.raises(VerificationError, match="reason"):
        moved(CHECKER, Move.RETURN, waiting, AT, reason=" ")
    back = moved(CHECKER, Move.RETURN, waiting, AT, reason="Name the supplier")

    assert (back.state, back.reason) == (State.RETURNED, "Name the supplier")
    assert Move.SUBMIT in moves(WRITER, back)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_strangers_and_the_public_move_nothing(kind: Kind, state: State) -> None:
    """In no state, of no kind."""
    draft = replace(DRAFT, kind=kind, state=state)
    assert moves(STRANGER, draft) == moves(Actor(), draft) == ()


def test_every_move_that_the_public_sees_is_signed() -> None:
    """What becomes public, or stops being so, takes a person's passkey."""
    for flow in FLOWS.values():
        for step in flow.values():
            assert step.signed or step.to not in (State.PUBLISHED, State.WITHDRAWN)


def test_what_cannot_be_done_to_a_kind_is_said() -> None:
    """An assessment is not handed to another person."""
    draft = replace(DRAFT, kind=Kind.ASSESSMENT)
    assert not can_move(WRITER, Move.SUBMIT, draft)
