"""The decision store: whose records, where, opened and erased."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.decision.content import KEY_SIZE
from sunlit.decision.folder import KEY, VKEY
from sunlit.decision.record import Pointer
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash, verify_inclusion
from sunlit.testing.clock import SetClock
from tests.decision.making import AT, ORIGIN, a_store, a_writer, draft, drafts


def filled(tmp_path: Path, count: int = 3) -> tuple[DecisionStore, tuple[Pointer, ...]]:
    """Return a store with some records in its log."""
    store = a_store(tmp_path)
    with a_writer(store) as log:
        pointers = log.append(drafts(count))
    return store, pointers


def test_a_store_says_whose_it_is(tmp_path: Path) -> None:
    """Opened again it is the same, with keys beside the logs or on another volume."""
    for keys in (None, tmp_path / "volume"):
        root = tmp_path / f"store-{keys is None}"
        made = DecisionStore.create(root, organisation="agency.example", use="outreach", keys=keys)
        folder = made.add_log(ORIGIN)

        assert DecisionStore.open(root) == made
        assert (made.organisation, made.use) == ("agency.example", "outreach")
        assert made.logs() == (folder,)
        assert folder.keys_path == (keys or root / "keys") / "01"
        assert (folder.name, folder.origin, folder.registration) == ("01", ORIGIN, None)


def test_a_second_store_or_log_of_one_name_is_refused(tmp_path: Path) -> None:
    """Origins are chosen once."""
    store = a_store(tmp_path)

    with pytest.raises(MalformedError) as there:
        DecisionStore.create(store.root, organisation="other.example", use="other")
    with pytest.raises(MalformedError) as taken:
        store.add_log(ORIGIN)

    assert (there.value.code, taken.value.code) == ("store.exists", "store.exists")


def test_a_registration_is_kept(tmp_path: Path) -> None:
    """Both parts, and they are there for the next process."""
    store = DecisionStore.create(tmp_path / "s", organisation="agency.example", use="outreach")
    kept = store.add_log(ORIGIN).keep_registration(b"entry", b"receipt")

    assert (kept.registration, kept.receipt) == (b"entry", b"receipt")
    assert store.logs() == (kept,)


def test_an_empty_log_can_be_read(tmp_path: Path) -> None:
    """Its checkpoint is of size 0, before anybody wrote to it."""
    store = a_store(tmp_path)

    assert store.reader(ORIGIN).size == 0
    assert list(store.records(ORIGIN)) == []
    assert list(store.records(ORIGIN, 7)) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "json.not-json"),
        (b"{}", "store.malformed"),
        (b'{"keys":"keys","organisation":"a","use":"b","v":2}', "store.malformed"),
    ],
)
def test_settings_of_another_kind_are_refused(tmp_path: Path, text: bytes, code: str) -> None:
    """Malformed, never a stack trace."""
    (tmp_path / "guard.json").write_bytes(text)

    with pytest.raises(MalformedError) as caught:
        DecisionStore.open(tmp_path)

    assert caught.value.code == code


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """A store, a log, a record."""
    store, pointers = filled(tmp_path)
    cases: dict[str, Callable[[], object]] = {
        "store.unreadable": lambda: DecisionStore.open(tmp_path / "none"),
        "store.unknown-log": lambda: store.reader("other.example/1"),
        "record.missing": lambda: store.content(replace(pointers[0], index=99)),
    }
    for code, call in cases.items():
        with pytest.raises(UnavailableError) as caught:
            call()
        assert caught.value.code == code


def test_a_key_of_another_log_is_refused(tmp_path: Path) -> None:
    """A checkpoint by it would verify nowhere."""
    store, other = a_store(tmp_path), a_store(tmp_path / "other")
    (first,), (second,) = store.logs(), other.logs()
    shutil.copy(second.path / KEY, first.path / KEY)

    with pytest.raises(VerificationError) as caught:
        store.writer(SetClock(AT))

    assert caught.value.code == "store.other-key"
    assert (first.path / VKEY).read_text().strip() == first.vkey


def test_only_the_owner_reads_keys_and_contents(tmp_path: Path) -> None:
    """The log's key, content keys and segments are 0600."""
    store, _ = filled(tmp_path)
    files = [*store.root.rglob("*.keys"), *store.root.rglob("*.seg"), *store.root.rglob(KEY)]

    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_reader_in_between_sees_records_before_their_checkpoint(tmp_path: Path) -> None:
    """Another process can open what was acknowledged a moment ago."""
    store = a_store(tmp_path)
    with a_writer(store) as log:
        pointers = log.append(drafts(2))
        others = DecisionStore.open(store.root)
        assert [index for index, _, _ in others.records(ORIGIN, 1)] == [1]
        assert others.content(pointers[1]).fields["input"].value == b"1"
        assert others.reader(ORIGIN).size == 0


def test_a_reader_beside_a_busy_writer_reads_whole_records(tmp_path: Path) -> None:
    """While it appends, turns files and signs."""
    store = a_store(tmp_path)
    log = a_writer(store)
    done = threading.Event()

    def write() -> None:
        for _ in range(60):
            log.append(drafts(3, size=500))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    counts: list[int] = []
    while not done.is_set():
        found = list(store.records(ORIGIN))
        counts.append(len(found))
        for index, record, leaf in found[-2:]:
            pointer = Pointer(log=ORIGIN, index=index, leaf=leaf_hash(leaf).hex())
            assert store.content(pointer).commitments() == dict(record.commit)
    thread.join()
    log.close()

    assert counts == sorted(counts)
    assert len(list(store.records(ORIGIN))) == 180


def test_a_pointer_to_another_leaf_opens_and_erases_nothing(tmp_path: Path) -> None:
    """An index alone is not enough to destroy what stands there."""
    store, pointers = filled(tmp_path)
    wrong = replace(pointers[0], leaf=pointers[1].leaf)

    for call in (store.content, store.erase):
        with pytest.raises(VerificationError) as caught:
            call(wrong)
        assert caught.value.code == "record.other-leaf"
    store.content(pointers[0])


def test_changed_contents_and_keys_are_noticed(tmp_path: Path) -> None:
    """Each byte counts."""
    store, pointers = filled(tmp_path, 1)
    (segment,) = store.root.rglob("*.seg")
    (keys,) = store.root.rglob("*.keys")
    whole, key = segment.read_bytes(), keys.read_bytes()

    segment.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(VerificationError) as damaged:
        store.content(pointers[0])
    segment.write_bytes(whole)
    keys.write_bytes(bytes([key[0] ^ 1]) + key[1:])
    with pytest.raises(VerificationError) as other:
        store.content(pointers[0])

    assert (damaged.value.code, other.value.code) == ("record.damaged", "content.key")


def test_an_erased_record_keeps_its_proofs_and_loses_its_content(tmp_path: Path) -> None:
    """Key and sealed bytes are zeros; neighbours open; erasing again changes nothing."""
    store, pointers = filled(tmp_path)
    store.erase(pointers[1])
    before = [path.read_bytes() for path in store.root.rglob("*.seg")]
    store.erase(pointers[1])

    with pytest.raises(UnavailableError) as caught:
        store.content(pointers[1])

    assert caught.value.code == "content.erased"
    assert [store.is_erased(pointer) for pointer in pointers] == [False, True, False]
    assert [path.read_bytes() for path in store.root.rglob("*.seg")] == before
    (keys,) = store.root.rglob("*.keys")
    assert keys.read_bytes()[KEY_SIZE : 2 * KEY_SIZE] == bytes(KEY_SIZE)
    store.content(pointers[0])
    store.content(pointers[2])
    reader = store.reader(ORIGIN)
    for pointer in pointers:
        proof, leaf = reader.inclusion(pointer.index), bytes.fromhex(pointer.leaf)
        verify_inclusion(leaf, pointer.index, reader.size, proof, reader.checkpoint.root)


def test_erasing_beside_a_writer_and_across_its_restart_holds(tmp_path: Path) -> None:
    """Before and after the checkpoint; the start takes it for an erasure, not for damage."""
    store = a_store(tmp_path)
    log = a_writer(store)
    pointers = log.append(drafts(4))
    store.erase(pointers[0])
    log.checkpoint()
    store.erase(pointers[3])
    pointers += log.append(drafts(2))
    store.erase(pointers[5])
    log._segments.close()
    log._parts.log._lock.close()
    log._parts.writer.close()

    with a_writer(store) as again:
        assert again.size == 6
    assert [store.is_erased(pointer) for pointer in pointers] == [
        True, False, False, True, False, True,
    ]  # fmt: skip
    assert store.reader(ORIGIN).size == 6


def test_a_backup_of_the_segments_cannot_bring_an_erased_record_back(tmp_path: Path) -> None:
    """Without the key store it is noise; other records of the backup open."""
    store, pointers = filled(tmp_path)
    backup = tmp_path / "backup"
    shutil.copytree(store.root / "logs", backup)
    store.erase(pointers[0])
    shutil.rmtree(store.root / "logs")
    shutil.copytree(backup, store.root / "logs")

    with pytest.raises(UnavailableError) as caught:
        store.content(pointers[0])

    assert caught.value.code == "content.erased"
    store.content(pointers[1])
    store.erase(pointers[0])  # again, in what was restored
    shutil.rmtree(store.root / "keys")
    with pytest.raises(UnavailableError) as keyless:
        store.content(pointers[1])
    assert keyless.value.code == "content.key-missing"


def test_a_damaged_store_never_shows_a_stack_trace(tmp_path: Path) -> None:
    """One byte changed anywhere in a segment: an error of ours, or the same content."""
    store = a_store(tmp_path)
    with a_writer(store) as log:
        pointers = log.append([draft(1)])
    (segment,) = store.root.rglob("*.seg")
    whole = segment.read_bytes()
    for at in range(0, len(whole), 7):
        segment.write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        try:
            content = store.content(pointers[0])
        except SunlitError:
            continue
        assert content.fields["input"].value == b"1"
