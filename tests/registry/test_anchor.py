"""Decision logs are anchored as they grow, open or closed; one that does not hold is refused."""

import os
import shutil
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.capabilities.decision.standing import log_subject
from sunlit.claims.decision import Anchor
from sunlit.decision.anchored import read_anchor
from sunlit.decision.content import Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Record, new_id
from sunlit.decision.recorder import Pace
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.log.opening import start
from sunlit.log.proof import verify_receipt
from sunlit.registry.admit import open_ledger
from sunlit.registry.anchor import Done, Wish, anchor
from sunlit.registry.anchor_files import anchor_stem, opening_path, read_opening, renew_store
from sunlit.registry.guard_logs import records_of, settle
from sunlit.registry.guard_store import prepare_store, store_trust
from sunlit.registry.saying import say
from tests.decisions import World, copied
from tests.registry.telling import CITY
from tests.rubric.story import DEPLOYER, USE


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment that was played through; its second log has one record, never anchored."""
    return copied(tmp_path / "world")


def anchored(world: World, *, closed: bool = False, idle_too: bool = False) -> tuple[Done, ...]:
    """Anchor the store's logs, without witnesses."""
    with open_ledger(world.deployer, world.clock) as ledger:
        return anchor(ledger, world.store, Wish(closed=closed, idle_too=idle_too))


def written(world: World, kind: Kind = Kind.REFUSAL) -> None:
    """Write one more record into the first log."""
    record = Record(kind=kind, id=new_id(), time=world.clock.at, code="token.other-use")
    with world.store.writer(world.clock) as log:
        log.append([Draft.of(record, Content.of({}))])


def test_only_what_grew_is_anchored(world: World) -> None:
    """The second log for the first time; then nothing; then both, where that is asked for."""
    first, second = anchored(world)
    assert (first.said, first.size, first.before) == (None, 15, 15)
    assert second.said is not None
    assert (second.size, second.before, second.counts.numbers()) == (1, None, (1, *[0] * 7))

    assert [one.said for one in anchored(world)] == [None, None]
    assert all(one.said for one in anchored(world, idle_too=True))


def test_counts_go_on_from_the_anchor_before(world: World) -> None:
    """Also from a closed one, whose opening the home keeps."""
    written(world)

    first, _ = anchored(world)

    assert (first.before, first.size, first.counts.total) == (15, 16, 16)
    assert first.counts.refusals == 2
    assert first.to_json()["counts"] == {
        "decisions": 8, "refusals": 2, "closed": 1, "outcomes": 1, "contests": 1,
        "contest_results": 1, "reviews": 1, "accesses": 1,
    }  # fmt: skip


def test_a_closed_anchor_leaks_no_volume_and_opens(world: World) -> None:
    """Its opening is private, and opens it to the signed checkpoint and the counts."""
    done = world.anchors[-1]
    assert done.said is not None
    claim = done.said.claim
    assert isinstance(claim, Anchor)
    assert (claim.size, claim.counts, claim.checkpoint) == (None, None, None)

    path = opening_path(world.deployer, done.said.statement_id)
    folder = world.store.logs()[0]

    assert path.stat().st_mode & 0o777 == 0o600
    assert read_anchor(claim, folder.verifier, path.read_bytes()).counts == done.counts


def test_a_lost_opening_means_counting_from_an_earlier_anchor(world: World) -> None:
    """Nothing is stuck; the growth is checked from the last anchor that can be read."""
    last = world.anchors[-1].said
    assert last is not None
    opening_path(world.deployer, last.statement_id).unlink()
    assert read_opening(world.deployer, last.statement_id) is None

    first, _ = anchored(world)

    assert (first.before, first.size, first.counts.total) == (11, 15, 15)


def test_each_anchor_lies_beside_the_store_with_a_witnessed_receipt(world: World) -> None:
    """Entry, receipt, checkpoint; what a crash kept from being laid there is laid by the next."""
    folder, policy = world.store.logs()[0], store_trust(world.store.root).policy
    where = world.store.root / "anchors" / folder.name
    receipts = sorted(where.glob("*.tlog-proof"))
    assert len(receipts) == 3
    for path in receipts:
        entry = path.with_name(path.name.replace(".tlog-proof", ".entry.json")).read_bytes()
        verify_receipt(entry, path.read_bytes(), policy)
    assert len(list(where.glob("*.checkpoint"))) == 3

    shutil.rmtree(where)
    anchored(world)

    assert sorted(where.glob("*.tlog-proof")) == receipts
    history = world.deployer.history(world.clock.at)
    assert receipts[-1].name.startswith(
        anchor_stem(next(s for s in history.statements if s.index == 49))
    )


def test_a_closed_anchor_without_its_opening_is_kept_without_a_checkpoint(world: World) -> None:
    """Entry and receipt are public; what it commits to was lost."""
    folder, last = world.store.logs()[0], world.anchors[-1].said
    assert last is not None
    opening_path(world.deployer, last.statement_id).unlink()
    where = world.store.root / "anchors" / folder.name
    shutil.rmtree(where)

    anchored(world)

    stem = next(where.glob(f"*{last.statement_id[:12]}.tlog-proof")).name.removesuffix(
        ".tlog-proof"
    )
    assert not (where / f"{stem}.checkpoint").exists()


def test_receipts_wait_for_witnesses_and_are_renewed_once(world: World) -> None:
    """And a witnessed one is never replaced."""
    anchored(world)
    with open_ledger(world.deployer, world.clock) as ledger:
        waiting = renew_store(ledger.home, world.store, ledger)
    assert (len(waiting.waiting), waiting.witnessed) == (1, ())

    world.cosigned("deployer")

    with open_ledger(world.deployer, world.clock) as ledger:
        done = renew_store(ledger.home, world.store, ledger)
    assert (done.waiting, done.witnessed) == ((), ())


def test_a_log_that_shrank_is_refused_and_the_others_are_anchored(
    world: World, tmp_path: Path
) -> None:
    """An anchor over less would hide what was cut off."""
    path = world.store.logs()[0].path
    shutil.copytree(path, tmp_path / "backup")
    written(world)
    anchored(world)
    shutil.rmtree(path)
    shutil.copytree(tmp_path / "backup", path)

    first, second = anchored(world, idle_too=True)

    assert first.refused is not None
    assert first.refused.code == "log.rolled-back"
    assert first.to_json()["refused"] is not None
    assert second.said is not None


def test_a_log_that_was_written_anew_is_refused(world: World) -> None:
    """As long as before, with another history: the growth proof does not hold."""
    folder = world.store.logs()[0]
    for name in ("log", "segments"):
        shutil.rmtree(folder.path / name)
    shutil.rmtree(folder.keys_path)
    (folder.path / "lock.sqlite").unlink()
    _made_anew(world)

    first, _ = anchored(world)

    assert first.refused is not None
    assert first.refused.code == "proof.consistency"


def _made_anew(world: World) -> None:
    """Make the first log again with its own key and other records."""
    folder = world.store.logs()[0]
    signer = folder.signer()
    note = sign_checkpoint(Checkpoint(folder.origin, 0, EMPTY_ROOT), signer).to_bytes()
    for path in (folder.segments, folder.keys_path):
        path.mkdir(mode=0o700)
    start(folder.public, folder.lock, origin=folder.origin, note=note)
    (folder.public / "checkpoint").write_bytes(note)
    for _ in range(20):
        written(world)


def test_a_log_that_nobody_registered_is_refused(world: World) -> None:
    """It stands beside the others and is said, not anchored."""
    world.store.add_log(f"{DEPLOYER}/decisions/00000001")

    found = {one.origin: one.refused for one in anchored(world)}

    refused = found[f"{DEPLOYER}/decisions/00000001"]
    assert refused is not None
    assert (refused.code, refused.mend is not None) == ("anchor.unregistered", True)


def test_an_empty_log_has_nothing_to_anchor(world: World) -> None:
    """There is no record that could have been changed."""
    with open_ledger(world.deployer, world.clock) as ledger:
        store = prepare_store(ledger, world.token, world.root / "second", use=USE).store
        (done,) = anchor(ledger, store, Wish(idle_too=True))

    assert (done.said, done.refused, done.size) == (None, None, 0)


def test_a_refused_closed_anchor_leaves_no_opening(world: World) -> None:
    """What was not logged cannot be opened."""
    written(world)
    closed = world.root / "deployer" / "private" / "anchors"
    before = sorted(closed.iterdir())
    with open_ledger(world.deployer, world.clock) as ledger:
        stranger = world.issuer.signer("token-issuer")
        found = anchor(ledger, world.store, Wish(closed=True), signer=stranger)

    assert {one.refused.code for one in found if one.refused} == {"admit.refused"}
    assert sorted(closed.iterdir()) == before


def test_an_anchor_of_another_tree_of_the_same_size_is_not_admitted(world: World) -> None:
    """Whoever holds the deployer's key cannot say an old checkpoint again as the newest."""
    with open_ledger(world.deployer, world.clock) as ledger:
        old = world.anchors[0].said
        assert old is not None
        assert isinstance(old.claim, Anchor)
        with pytest.raises(SunlitError) as caught:
            say(
                ledger,
                Anchor(
                    origin=old.claim.origin, deployer=DEPLOYER, anchored_on=world.clock.at,
                    checkpoint=old.claim.checkpoint, size=old.claim.size, counts=old.claim.counts,
                ),
                log_subject(old.claim.origin),
                CITY,
            )  # fmt: skip
    assert caught.value.code == "admit.refused"


def killed(world: World) -> None:
    """Let a worker acknowledge a record and be killed before it signs."""
    child = os.fork()
    if child == 0:
        record = Record(kind=Kind.REFUSAL, id=new_id(), time=world.clock.at, code="x.y")
        log = world.store.writer(world.clock, pace=Pace(checkpoint_seconds=None))
        log.append([Draft.of(record, Content.of({}))])
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_what_a_killed_worker_left_unsigned_is_signed_and_anchored(world: World) -> None:
    """It was acknowledged, so it was released: it must not stay outside every anchor."""
    killed(world)
    folder = world.store.logs()[0]
    assert (records_of(folder), folder.reader().size) == (16, 15)

    first, _ = anchored(world)

    assert (first.before, first.size, first.counts.refusals) == (15, 16, 2)


def test_a_log_that_somebody_writes_to_is_anchored_as_far_as_it_is_signed(world: World) -> None:
    """The writer signs the rest itself, about each second."""
    record = Record(kind=Kind.REFUSAL, id=new_id(), time=world.clock.at, code="x.y")
    with world.store.writer(world.clock, pace=Pace(checkpoint_seconds=None)) as log:
        log.append([Draft.of(record, Content.of({}))])
        first, _ = anchored(world)

    assert (first.said, first.size) == (None, 15)


def test_a_worker_that_starts_in_that_moment_signs_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other trouble is said."""
    killed(world)
    folder = world.store.logs()[0]
    monkeypatch.setattr("sunlit.registry.guard_logs.is_busy", lambda _folder: False)
    with world.store.writer(world.clock, pace=Pace(checkpoint_seconds=None)):
        settle(folder, world.clock.now)
    killed(world)
    shutil.rmtree(folder.keys_path)

    with pytest.raises(SunlitError) as caught:
        settle(folder, world.clock.now)

    assert caught.value.code == "content.key-missing"
