"""A decision store is made whole: every log registered before use, whatever crashes between."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.capabilities.decision.standing import log_subject, registrations
from sunlit.claims.decision import LogRegistration
from sunlit.claims.lifecycle import Status
from sunlit.decision.folder import LogFolder
from sunlit.decision.record import Binding
from sunlit.guard.declared import Declared
from sunlit.log.proof import verify_receipt
from sunlit.registry.admit import open_ledger
from sunlit.registry.guard_check import check_use
from sunlit.registry.guard_look import LogLook, look
from sunlit.registry.guard_store import (
    Prepared,
    prepare_store,
    refresh_status,
    store_trust,
    use_of,
)
from sunlit.registry.saying import say
from sunlit.registry.status import change_status
from sunlit.runtime.folder import STATUS
from sunlit.statement.manifest import read_manifest
from sunlit.testing.authority import signed_trust
from tests.decisions import PURPOSE, World, copied
from tests.registry.telling import CITY, ISSUER_KEY
from tests.rubric.story import DEPLOYER, USE


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment that was played through."""
    return copied(tmp_path / "world")


def prepared(world: World, name: str = "second", **changes: object) -> Prepared:
    """Prepare a store in the world."""
    with open_ledger(world.deployer, world.clock) as ledger:
        return prepare_store(
            ledger,
            world.token,
            world.root / name,
            **{"use": USE, **changes},  # type: ignore[arg-type]
        )


def refusal(world: World, name: str = "second", **changes: object) -> str:
    """Return the code with which preparing is refused."""
    with pytest.raises(SunlitError) as caught:
        prepared(world, name, **changes)
    return caught.value.code


def known(world: World) -> list[str]:
    """Return the origins that are registered in the deployer's log."""
    history = world.deployer.history(world.clock.at)
    return [one.claim.origin for one in registrations(history.statements, history.directory)]


def test_every_log_of_a_store_is_registered_with_a_witnessed_receipt(world: World) -> None:
    """Entry and receipt lie beside it, for a stranger with the trust file."""
    policy = store_trust(world.store.root).policy

    for folder in world.store.logs():
        assert folder.registration is not None
        assert folder.receipt is not None
        verify_receipt(folder.registration, folder.receipt, policy)
        assert folder.origin.startswith(f"{DEPLOYER}/decisions/")
    assert known(world) == [folder.origin for folder in world.store.logs()]


def test_workers_are_added_to_the_same_store(world: World) -> None:
    """The number is what there is then; asking again registers nothing."""
    before = [one.origin for one in world.store.logs()]

    assert len(prepared(world, "store", workers=3).registered) == 1
    again = prepared(world, "store", workers=3)

    assert again.registered == ()
    assert [one.origin for one in again.store.logs()][:2] == before
    assert len(set(known(world))) == 3


def test_content_keys_go_where_they_are_told(world: World) -> None:
    """Another volume, say: erasing there erases for good."""
    keys = world.root / "elsewhere"

    store = prepared(world, keys=keys).store

    assert [one.keys_path.parent for one in store.logs()] == [keys]


@pytest.mark.parametrize("logged", [False, True])
def test_a_crash_before_the_receipt_is_finished_on_the_next_run(
    world: World, *, logged: bool
) -> None:
    """Whether or not the statement stood in the log already; it stands there once."""
    store = prepared(world).store
    (folder,) = store.logs()
    if logged:
        for name in ("registration.entry.json", "registration.tlog-proof"):
            (folder.path / name).unlink()
        origin = folder.origin
    else:
        origin = store.add_log(f"{DEPLOYER}/decisions/00000001").origin

    done = prepared(world)

    assert [one.origin for one in done.registered] == [origin]
    assert all(one.registration for one in done.store.logs())
    assert known(world).count(origin) == 1


def test_a_log_whose_origin_was_registered_with_another_key_is_never_used(world: World) -> None:
    """The store is a wrong copy, or somebody made the log anew."""
    store = prepared(world).store
    folder = store.add_log(f"{DEPLOYER}/decisions/00000001")
    other = LogFolder.make(world.root / "other", world.root / "other-keys", folder.origin)
    claim = LogRegistration(
        origin=folder.origin, vkey=other.vkey, deployer=DEPLOYER, registered_on=world.clock.at
    )
    with open_ledger(world.deployer, world.clock) as ledger:
        say(ledger, claim, log_subject(folder.origin), CITY)

    assert refusal(world) == "guard-store.other-log"


def test_a_store_belongs_to_one_use_of_one_organisation(world: World) -> None:
    """Another use has a token, and a store, of its own."""
    settings = world.root / "store" / "guard.json"
    settings.write_bytes(settings.read_bytes().replace(b"city.example", b"town.example"))

    assert refusal(world, "store") == "guard-store.other-owner"
    assert refusal(world, use="another") == "guard-store.token"
    assert use_of(world.token) == USE


def test_the_operators_newer_trust_file_stays(world: World) -> None:
    """And an older one is replaced by the home's."""
    path = world.root / "store" / "trust.json"
    old = store_trust(world.root / "store")

    for version, stays in ((9, 9), (1, 1)):
        path.write_bytes(signed_trust(replace(old, version=version)))
        prepared(world, "store")
        assert store_trust(world.root / "store").version == stays
    world.deployer.trust_path.write_bytes(signed_trust(replace(old, version=3)))
    prepared(world, "store")
    assert store_trust(world.root / "store").version == 3
    path.unlink()
    with pytest.raises(SunlitError) as caught:
        store_trust(world.root / "store")
    assert caught.value.code == "guard-store.no-trust"


def revoked_list(world: World, status: Status = Status.INVALID) -> bytes:
    """Let the issuer change the token's status later, and return the list that says so."""
    world.clock.at += timedelta(minutes=5)
    grant = world.token.name.removesuffix(".token").rpartition("-")[2]
    with open_ledger(world.issuer, world.clock) as ledger:
        change_status(ledger, grant, status, "test", signer=ISSUER_KEY, at=world.clock.at)
    return (world.token / STATUS).read_bytes()


def test_a_newer_status_list_replaces_and_an_older_one_does_not(world: World) -> None:
    """Nor does another's list; what was revoked stays so when the old token folder comes again."""
    root, old = world.store.root, (world.root / "store" / "token" / STATUS).read_bytes()
    new = revoked_list(world)

    refresh_status(root, new + b"\n", world.clock.at)

    assert (root / "token" / STATUS).read_bytes() == new
    with pytest.raises(SunlitError) as caught:
        refresh_status(root, old, world.clock.at)
    assert caught.value.code == "guard-store.older-status"
    with pytest.raises(SunlitError):
        refresh_status(root, b"e30.e30.AA", world.clock.at)
    (world.token / STATUS).write_bytes(old)
    prepared(world, "store")
    assert (root / "token" / STATUS).read_bytes() == new


def test_a_status_list_is_taken_where_there_is_none_or_none_that_is_one(world: World) -> None:
    """What cannot be verified stands in nobody's way."""
    path = world.store.root / "token" / STATUS
    good = path.read_bytes()

    path.write_bytes(b"broken")
    refresh_status(world.store.root, good, world.clock.at)
    assert path.read_bytes() == good
    path.unlink()
    refresh_status(world.store.root, good, world.clock.at)
    assert path.read_bytes() == good
    (world.token / STATUS).unlink()
    assert not (prepared(world).store.root / "token" / STATUS).exists()
    (world.token / STATUS).write_bytes(b"broken")
    root = prepared(world).store.root
    assert (root / "token" / STATUS).read_bytes() == b"broken"


def test_a_look_tells_what_waits_and_how_far_the_logs_are(world: World) -> None:
    """Proposals, streams, break-glass, contests; records, checkpoints, anchors, drafts."""
    drafts = world.store.root / "drafts"
    drafts.mkdir()
    (drafts / "one.json").write_text("{}", encoding="utf-8")
    (drafts / ".half.json").write_text("{}", encoding="utf-8")

    found = look(world.store, world.clock.at)

    assert found.verification.holds
    assert found.waiting.to_json() == {
        "undecided": 1, "unfinished": 1, "unreviewed": 1, "unanswered": 0,
        "erased": 0,
    }  # fmt: skip
    first, second = found.logs
    assert (first.records, first.signed, first.busy, first.registered) == (15, 15, False, True)
    assert first.anchor is not None
    assert (first.anchor.size, first.anchor.closed, first.anchor.witnessed) == (15, True, True)
    assert (second.records, second.anchor) == (1, None)
    assert found.drafts == 1
    assert set(found.to_json()) == {
        "organisation", "use", "token", "logs", "waiting", "incidentDrafts",
    }  # fmt: skip


def test_a_look_sees_a_log_that_is_written_to(world: World) -> None:
    """And lets go at once, so that the next worker finds the idle one."""
    with world.store.writer(world.clock) as log:
        busy = {one.origin: one.busy for one in look(world.store, world.clock.at).logs}
        with world.store.writer(world.clock):
            pass

    assert [origin for origin, it in busy.items() if it] == [log.origin]


def test_a_look_at_a_new_store_finds_nothing_waiting(world: World) -> None:
    """No record, no anchor, nobody has ever written."""
    (log,) = look(prepared(world).store, world.clock.at).logs

    assert isinstance(log, LogLook)
    assert (log.records, log.signed, log.busy, log.anchor) == (0, 0, False, None)


DECLARED = Declared(
    use=USE, deployer=DEPLOYER, jurisdiction="US-CA", data_class="survey", purpose=PURPOSE,
    binding=Binding.DECLARED,
)  # fmt: skip


def outcomes(world: World, declared: Declared = DECLARED) -> dict[str, str | None]:
    """Check a use; return the codes of the steps that do not hold, by name."""
    found = check_use(world.store, declared, world.clock.at)
    accepted = ("HOLDS", "NOT ASKED")
    return {step.name: step.code for step in found.steps if step.outcome not in accepted}


def test_a_use_that_the_token_covers_would_be_allowed(world: World) -> None:
    """In ten steps, with the very files."""
    found = check_use(
        world.store, DECLARED, world.clock.at, files=read_manifest(world.model),
    )  # fmt: skip

    assert [step.number for step in found.steps] == list(range(1, 11))
    assert found.holds
    assert "not counted" in found.steps[8].words


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"use": "another"}, {"use": "token.other-use", "orders": "token.other-use"}),
        ({"purpose": "deciding on benefits"}, {"orders": "guard.prohibited"}),
        ({"data_class": None}, {"orders": "guard.undeclared"}),
        ({"binding": Binding.ENDPOINT_ONLY}, {"orders": "guard.binding"}),
    ],
)
def test_a_use_that_a_guard_would_refuse_is_refused_here(
    world: World, changes: dict[str, object], refused: dict[str, str]
) -> None:
    """With the guard's own code."""
    declared = replace(DECLARED, **changes)  # type: ignore[arg-type]

    assert outcomes(world, declared) == refused


def test_nothing_is_allowed_while_no_log_is_idle_or_the_token_is_suspended(world: World) -> None:
    """A decision that could not be recorded is not released."""
    with world.store.writer(world.clock), world.store.writer(world.clock):
        assert outcomes(world) == {"records": "recorder.no-log"}
    refresh_status(world.store.root, revoked_list(world, Status.SUSPENDED), world.clock.at)
    assert outcomes(world)["orders"] == "status.suspended"


def test_another_place_for_the_keys_of_a_store_is_refused(world: World) -> None:
    """They are where guard.json says; naming that place again is no change."""
    volume = world.root / "volume"
    done = prepared(world, "own", keys=volume)
    assert done.store.keys == volume
    assert prepared(world, "own", keys=world.root / "." / "volume").registered == ()
    assert prepared(world, "own").registered == ()

    assert refusal(world, "own", keys=world.root / "other") == "guard-store.other-keys"
    assert refusal(world, "store", keys=volume) == "guard-store.other-keys"
    assert not (world.root / "other").exists()
