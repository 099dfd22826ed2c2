"""What break-glass overrode, what had expired, what stands in another log, what is held."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sunlit.bundle import layout
from sunlit.capabilities.decision.standing import log_subject
from sunlit.claims.decision import Hold
from sunlit.decision.content import TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Record, new_id
from sunlit.registry.admit import open_ledger
from sunlit.registry.bundle import Wish, make_bundle
from sunlit.registry.saying import say
from tests.bundle.cases import Parts, checked, now
from tests.bundle.tampering import claim_at
from tests.decisions import World, copied
from tests.registry.telling import CITY
from tests.rubric.story import DEPLOYER

WEEK = timedelta(days=8)  # longer than a status list lasts


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A copy of the played world to write to."""
    return copied(tmp_path / "world")


def later_than_the_list(parts: Parts) -> datetime:
    return Record.parse(parts.files[layout.RECORD]).time + WEEK


def test_a_list_that_had_expired_is_not_done_for_nobody_knows_how_stale_it_may_be() -> None:
    """The guard may rely on an expired list for a stated time, which the bundle does not hold."""
    parts = Parts.of()
    parts.decided(time=later_than_the_list(parts))

    found = checked(parts.pack())

    assert found.check("token").outcome == "Not done"
    assert found.check("token").code == "bundle.stale-status"


@pytest.mark.parametrize("code", ["status.expired", "token.expired", "status.missing"])
def test_what_break_glass_overrode_is_told_and_fails_nothing(code: str) -> None:
    """The token allows an override; which one it was stands in check 8, and no review is here."""
    parts = Parts.of()
    time = later_than_the_list(parts)
    if code == "token.expired":
        time = claim_at(parts, "token/grant").valid_until
    changes: dict[str, object] = {"time": time}
    if code == "status.missing":
        parts.without(layout.STATUS)
        changes["status"] = None
    parts.decided(break_glass=code, **changes)

    found = checked(parts.pack(), at=max(now(), time))

    assert found.check("token").outcome == "Passed", found.check("token").words
    assert f"overridden ({code})" in found.check("use").words
    assert "no review" in found.check("use").words


def test_break_glass_does_not_make_up_for_a_grant_that_is_missing() -> None:
    """Status and time may be overridden; that the issuer gave the token may not."""
    parts = Parts.of()
    parts.decided(break_glass="status.expired", time=later_than_the_list(parts))
    parts.without("token/grant")

    assert checked(parts.pack()).check("token").code == "bundle.token-unknown"


def test_an_outcome_in_another_log_of_the_deployer_counts(world: World) -> None:
    """Its log's registration goes along, and is checked as the first one's."""
    record = Record(
        kind=Kind.OUTCOME, id=new_id(), time=world.clock.at, of=world.pointers["undecided"],
        role="outreach officer", result="declined",
    )  # fmt: skip
    content = Content.of({"reasons": (TEXT, b"Has cover.")})
    record = replace(record, commit=content.commitments())
    with world.store.writer(world.clock), world.store.writer(world.clock) as other:
        other.append([Draft.of(record, content)])
    pointer = world.pointers["undecided"]

    made = make_bundle(
        world.store, world.deployer, Wish(decision=f"{pointer.log}#{pointer.index}"), world.clock
    )

    assert f"{layout.LATER}01.log.entry.json" in made.manifest.files
    assert "outcome (declined)" in made.checked.check("human").words
    assert made.checked.passed("human", "statements", "opening")


def test_a_legal_hold_is_shown_among_the_exemptions(world: World) -> None:
    """Under the newest checkpoint that a quorum saw; before that, check 10 says what lacks."""
    pointer = world.pointers["chosen"]
    world.clock.at += timedelta(days=1)
    claim = Hold(origin=pointer.log, deployer=DEPLOYER, ground="Case 17", indices=(pointer.index,))
    with open_ledger(world.deployer, world.clock) as ledger:
        say(ledger, claim, log_subject(pointer.log), CITY)
    wish = Wish(decision=f"{pointer.log}#{pointer.index}", fields=(), as_of=world.clock.at)

    early = make_bundle(world.store, world.deployer, wish, world.clock)
    world.cosigned("deployer")
    late = make_bundle(world.store, world.deployer, wish, world.clock)

    assert late.manifest.sections["exemptions"] == 1
    assert early.checked.check("statements").code == "log.quorum"
    assert late.checked.passed("registration", "anchors", "statements", "findings")


def test_the_summary_is_plain_whatever_the_state() -> None:
    """One sentence for each question, for streams, refusals of values, overrides and contests."""
    from sunlit.bundle.summary import headline, shown, summary
    from sunlit.decision.content import Field
    from tests.bundle.cases import made

    for name, words in (
        ("stream", "ended: complete"), ("unfinished", "no record here says that it ended"),
        ("undecided", "is undecided"), ("broken", "overridden in an emergency"),
        ("chosen", "answered: upheld"), ("earlier", "No human's act is recorded here"),
    ):  # fmt: skip
        found = made(name).checked.shown
        assert found is not None
        assert found.record is not None
        later = [one.record for one in found.later]
        facts = summary(found.record, found.grant, found.opening, later)
        assert words in " ".join(fact.text for fact in facts)
        closed = summary(found.record, None, None, later)
        assert all(fact.text for fact in closed)
        assert headline(found.record, None, later)
    assert shown(Field("image/png", b"12345", b"")) == "5 bytes of image/png"
    assert shown(Field("text/plain", b"\xff", b"")) == "1 bytes of text/plain"
    assert shown(Field("text/plain", b"a\x1b[31m\nb", b"")) == "a [31m b"
    assert shown(Field("text/plain", b"x" * 500, b"")).endswith("…")
