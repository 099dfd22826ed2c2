"""`sunlit guard`: a deployment prepared, looked at, checked, refreshed and anchored."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sunlit.base.errors import SunlitError
from sunlit.claims.lifecycle import Status
from sunlit.cli.guard import serve_command
from sunlit.registry.admit import open_ledger
from sunlit.registry.status import change_status
from sunlit.runtime.folder import STATUS
from tests.cli.doors import Door
from tests.decisions import World, copied
from tests.registry.telling import ISSUER_KEY

DECLARED = ("--jurisdiction", "US-CA", "--data-class", "survey")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A deployment that was played through, at its own time."""
    found = copied(tmp_path / "world")
    found.set_clock(monkeypatch)
    return found


@pytest.fixture
def home(world: World) -> tuple[object, ...]:
    """The deployer's home."""
    return "--home", world.root / "deployer"


def document(sunlit: Door, *words: object, code: int = 0) -> Any:  # noqa: ANN401 - whatever it prints
    """Run a command with --json and read what it prints."""
    ended = sunlit(*words, "--json")
    assert ended.code == code, ended
    return json.loads(ended.out)


def test_a_store_is_made_and_grows(sunlit: Door, world: World, home: tuple[object, ...]) -> None:
    """The use is the token's; more workers later."""
    words = ("guard", "init", world.root / "new", "--token", world.token, *home)

    ended = sunlit(*words, "--workers", 2)
    more = document(sunlit, *words, "--workers", 3, "--use", "outreach")

    assert ended.code == 0, ended.err
    assert ended.out.count("registered city.example/decisions/") == 2
    assert (len(more["logs"]), len(more["registered"])) == (3, 1)
    refused = sunlit(*words, "--use", "another")
    assert (refused.code, "guard-store.token" in refused.err) == (1, True)


def test_the_state_is_told_in_lines(sunlit: Door, world: World) -> None:
    """Token by the numbered steps, logs, and what waits for people."""
    with world.store.writer(world.clock):
        ended = sunlit("guard", "status", world.store.root)

    assert ended.code == 0, ended.err
    for line in (
        " 1 trust      HOLDS", ": busy, 15 records", ": idle, 1 records",
        "at 15 records, closed", "never anchored", "human's outcome: 1", "without an end: 1",
        "nobody reviewed: 1", "without a result: 0", "drafts: 0",
    ):  # fmt: skip
        assert line in ended.out
    assert document(sunlit, "guard", "status", world.store.root)["waiting"]["undecided"] == 1


def test_the_state_of_a_store_whose_status_list_is_old_is_refused(
    sunlit: Door, world: World
) -> None:
    """With the code of the step and the way to mend it."""
    world.clock.at += timedelta(days=30)

    ended = sunlit("guard", "status", world.store.root)

    assert ended.code == 1
    assert "status.expired; to mend: " in ended.out


def test_records_without_a_checkpoint_and_an_unregistered_log_show(
    sunlit: Door, world: World
) -> None:
    """A crash leaves records that nobody has signed; a crash of init a log that nobody uses."""
    world.store.add_log("city.example/decisions/00000001")
    older = copied(world.root / "older").store
    notes = sorted((older.root / "anchors" / "01").glob("*.checkpoint"))
    (older.logs()[0].public / "checkpoint").write_bytes(notes[1].read_bytes())

    assert "not registered, 0 records" in sunlit("guard", "status", world.store.root).out
    late = sunlit("guard", "status", older.root)
    assert "15 records, 4 not under a checkpoint yet" in late.out


def test_a_use_is_checked_before_it_is_made(sunlit: Door, world: World) -> None:
    """Ten numbered lines and an exit code; nothing is recorded."""
    words = ("guard", "check", world.store.root, *DECLARED)

    good = sunlit(*words, "--files", world.model, "--purpose", "choosing whom to write to first")
    other = sunlit(*words, "--use", "another")
    weak = document(sunlit, *words, "--binding", "endpoint-only", code=1)

    assert (good.code, good.out.splitlines()[-1]) == (0, "It would be allowed.")
    assert len(good.out.splitlines()) == 11
    assert (other.code, other.out.splitlines()[-1]) == (1, "It would be refused.")
    assert "token.other-use" in other.out
    assert [step["number"] for step in weak["steps"]] == list(range(1, 11))
    (world.model / "model.txt").write_bytes(b"changed")
    assert sunlit(*words, "--files", world.model).code == 1
    logs = document(sunlit, "guard", "status", world.store.root)["logs"]
    assert [log["records"] for log in logs] == [15, 1]


def test_a_newer_status_list_is_taken_and_an_older_one_refused(sunlit: Door, world: World) -> None:
    """From a file; an address must be https."""
    old = world.root / "old.jwt"
    old.write_bytes((world.token / STATUS).read_bytes())
    world.clock.at += timedelta(minutes=5)
    grant = world.token.name.removesuffix(".token").rpartition("-")[2]
    with open_ledger(world.issuer, world.clock) as ledger:
        change_status(ledger, grant, Status.SUSPENDED, "t", signer=ISSUER_KEY, at=world.clock.at)
    words = ("guard", "refresh", world.store.root, "--status")

    taken = sunlit(*words, world.token / STATUS)
    older = sunlit(*words, old)

    assert taken.code == 0, taken.err
    assert "it speaks until" in taken.out
    assert (older.code, "guard-store.older-status" in older.err) == (1, True)
    assert document(sunlit, *words, world.token / STATUS)["uri"]
    assert sunlit(*words, "http://example.org/list").code == 2
    assert sunlit(*words, world.root / "nothing").code == 3
    assert "status.suspended" in sunlit("guard", "status", world.store.root).out


def test_what_grew_is_anchored_and_waits_for_witnesses(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """The second time there is nothing new; once cosigned, nothing waits."""
    words = ("guard", "anchor", world.store.root, *home)

    first = sunlit(*words)
    again = document(sunlit, *words, "--closed")
    world.cosigned("deployer")

    assert first.code == 0, first.err
    assert "nothing new since 15 records" in first.out
    assert "anchored at 1 records, entry 50" in first.out
    assert "Waits for witnesses:" in first.out
    assert [row["statement"] for row in again["logs"]] == [None, None]
    assert len(again["waiting"]) == 1
    assert document(sunlit, *words, "--closed", "--idle-too")["logs"][0]["closed"]


def test_an_anchor_whose_opening_is_lost_is_said(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """A log that was forked since could not be told from one that grew."""
    words = ("guard", "anchor", world.store.root, *home)
    (opening,) = (world.deployer.root / "private" / "anchors").iterdir()
    kept = opening.read_bytes()
    opening.unlink()

    lost = sunlit(*words)
    opening.write_bytes(kept)

    assert "not compared with 1 closed anchors" in lost.out
    assert [row["unopened"] for row in document(sunlit, *words)["logs"]] == [0, 0]


def test_receipts_that_a_quorum_vouches_for_by_now_are_said(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """Cosigned by hand, then renewed by the next anchor."""
    sunlit("guard", "anchor", world.store.root, *home)
    world.cosign("deployer")

    ended = sunlit("guard", "anchor", world.store.root, *home)

    assert "Cosigned by a quorum:" in ended.out
    assert "Waits" not in ended.out


def test_a_log_that_cannot_be_anchored_ends_with_its_code(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """The others are anchored all the same."""
    world.store.add_log("city.example/decisions/00000001")
    first = world.store.logs()[0]
    (first.public / "checkpoint").unlink()

    ended = sunlit("guard", "anchor", world.store.root, *home)

    assert ended.code == 1
    assert "not anchored: anchor.unregistered" in ended.out
    assert "to mend: sunlit guard init" in ended.out
    assert "anchored at 1 records" in ended.out


def test_the_group_lists_serve_without_loading_it(sunlit: Door) -> None:
    """Help needs no proxy; `serve` is there when it is asked for."""
    sys.modules.pop("sunlit.cli.guard_serve", None)

    ended = sunlit("guard", "--help")

    assert ended.code == 0
    assert "serve" in ended.out
    assert "sunlit.cli.guard_serve" not in sys.modules
    assert sunlit("guard", "serve", "--help").code == 0


def test_a_missing_package_is_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But a fault of ours is not called a missing package."""
    (tmp_path / "serves_nothing.py").write_text("import no_such_package", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(SunlitError) as caught:
        serve_command("serves_nothing")

    assert (caught.value.code, caught.value.got) == ("cli.needs-proxy", "no_such_package")
    assert caught.value.mend == "pip install 'sunlit[proxy]'"
    with pytest.raises(ModuleNotFoundError):
        serve_command("sunlit.cli.no_such_module")


def test_a_directory_that_is_no_store_is_said(sunlit: Door, tmp_path: Path) -> None:
    """Not a stack trace."""
    ended = sunlit("guard", "status", tmp_path)

    assert (ended.code, "store.unreadable" in ended.err) == (3, True)


def test_a_token_folder_that_is_not_there_is_said(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """Before a store is made."""
    ended = sunlit("guard", "init", world.root / "new", "--token", world.root / "none", *home)

    assert (ended.code, "token.unreadable" in ended.err) == (3, True)
    assert not (world.root / "new").exists()


def test_a_log_without_its_lock_store_is_passed_over(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """Status and check tell; its contents open, and are bundled; that is recorded elsewhere."""
    first, second = world.store.logs()
    first.lock.unlink()
    before = sum(1 for _ in world.store.records(second.origin))
    code, store = world.codes["released"], ("--store", world.store.root)

    told = sunlit("guard", "status", world.store.root)
    checked = sunlit("guard", "check", world.store.root, *DECLARED)
    shown = sunlit(
        "decision", "show", code, *store, *home, "--open", "--ground", "audit", "--role", "auditor"
    )
    bundled = sunlit("bundle", code, *store, *home, "-o", world.root / "b.zip")

    assert "damaged (log.lock-missing), takes no more records, 15 records" in told.out
    assert "1 decision logs are idle" in checked.out
    assert (shown.code, '"age":' in shown.out) == (0, True), shown
    assert (world.root / "b.zip").exists(), bundled
    assert sum(1 for _ in world.store.records(second.origin)) == before + 2

    second.lock.unlink()
    checked = sunlit("guard", "check", world.store.root, *DECLARED)
    assert "log.lock-missing" in checked.out


def test_logs_are_computed_again(sunlit: Door, world: World) -> None:
    """Each problem with its code; 1 where there is one."""
    sound = sunlit("guard", "fsck", world.store.root)
    assert (sound.code, sound.out.count("everything agrees")) == (0, 2), sound.err
    world.store.logs()[0].lock.unlink()

    ended = sunlit("guard", "fsck", world.store.root)

    assert (ended.code, "[log.lock-missing]" in ended.out) == (1, True)
    (first, second) = document(sunlit, "guard", "fsck", world.store.root, code=1)
    assert [one["code"] for one in first["problems"]] == ["log.lock-missing"]
    assert (second["problems"], second["records"]) == ([], 1)


def test_what_follows_a_new_store_can_be_copied(
    sunlit: Door, world: World, home: tuple[object, ...]
) -> None:
    """Whose log, cosigned by whom, accepted where; nothing where nothing was registered."""
    words = ("guard", "init", world.root / "new", "--token", world.token, *home)
    log, own = world.root / "deployer" / "log", world.root / "deployer"

    ended, again = sunlit(*words), sunlit(*words)

    for line in (
        f"sunlit log cosign {log} --home WITNESS > WITNESS.cosignature",
        f"sunlit log accept WITNESS.cosignature --home {own}",
        f"sunlit guard anchor {world.root / 'new'} --home {own}",
        f"sunlit guard check {world.root / 'new'}",
    ):
        assert f"  {line}\n" in ended.out
    assert "cosign" not in again.out
