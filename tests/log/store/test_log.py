"""A log in a directory: what a caller of `Log` may rely on."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.log.admission import MAX_BATCH, Prepared, admit, prepare
from sunlit.log.cosignature import cosign
from sunlit.log.edge import frame
from sunlit.log.entry import Entry
from sunlit.log.files import DirectoryFiles
from sunlit.log.fsck import fsck_directory
from sunlit.log.note import COSIGNATURE_V1, Note, NoteSigner
from sunlit.log.policy import Policy
from sunlit.log.proof import TlogProof, verify_receipt
from sunlit.log.publish import Options
from sunlit.log.reader import LogReader
from sunlit.log.sequencer import Log
from sunlit.log.tiles import MAX_ENTRY
from sunlit.testing.clock import SetClock
from tests.log.store.making import ORIGIN, SIGNER, START, create, numbered, reopen


def code_of(caught: pytest.ExceptionInfo[SunlitError]) -> str:
    """Return the code of a caught error."""
    return caught.value.code


def test_a_receipt_convinces_a_stranger_with_a_policy(tmp_path: Path) -> None:
    """The tlog-proof bytes and the entry are all that it takes."""
    policy = Policy.parse(f"log {SIGNER.verifier.vkey}\nquorum none\n".encode())
    with create(tmp_path) as log:
        log.append(numbered(*range(300)))

        receipts = log.append([b'{ "b": 1, "a": "2" }', {"c": []}])

    assert [found.index for found in receipts] == [300, 301]
    assert receipts[0].entry == Entry.of(START, {"a": "2", "b": 1}).to_bytes()
    for receipt in receipts:
        data = receipt.proof.to_bytes()
        assert verify_receipt(receipt.entry, TlogProof.parse(data), policy).size == 302


def test_a_reader_sees_what_was_appended_after_it_was_closed_and_opened(tmp_path: Path) -> None:
    """Across two processes' worth of appends the entries stand in order."""
    with create(tmp_path) as log:
        first = log.append(numbered(1, 2, 3))
    with reopen(tmp_path) as log:
        assert (log.size, log.append([])) == (3, ())
        second = log.append(numbered(*range(4, 600)))

    reader = LogReader.open(DirectoryFiles(tmp_path / "log"), SIGNER.verifier)
    assert list(reader.entries()) == [found.entry for found in first + second]
    assert fsck_directory(tmp_path / "log", SIGNER.verifier, lock=tmp_path / "lock.db").holds


def test_a_known_key_gets_the_receipt_of_its_first_entry(tmp_path: Path) -> None:
    """Admission is idempotent for a key: in one call, across calls, and after a restart."""
    with create(tmp_path) as log:
        log.append(numbered(1, 2), keys=[b"a", b"b"])
        mixed = log.append(numbered(3, 4, 5, 6), keys=[b"b", b"c", b"c", None])
    with reopen(tmp_path) as log:
        again = log.append(numbered(7), keys=[b"a"])
        size = log.size

    assert [found.index for found in mixed] == [1, 2, 2, 3]
    assert (again[0].index, size) == (0, 4)
    assert again[0].entry == Entry.of(START, {"n": 1}).to_bytes()


@given(
    st.dictionaries(
        st.text(max_size=4), st.text(max_size=8) | st.integers(-(2**50), 2**50), max_size=4
    )
)
def test_admitted_bytes_are_those_of_the_entry(envelope: dict[str, object]) -> None:
    """The quick way to an entry's bytes gives what the slow one gives."""
    entry = Entry(START, envelope).to_bytes()

    assert admit([prepare(envelope), prepare(envelope)], START) == frame([entry, entry])


def test_an_entry_may_be_as_large_as_the_format_allows_and_no_larger(tmp_path: Path) -> None:
    """65,535 bytes go in; one more is refused with the advice to use a blob."""
    room = MAX_ENTRY - len(Entry(START, {"p": ""}).to_bytes())
    with create(tmp_path) as log:
        fits = prepare({"p": "x" * room})
        assert len(log.append([fits, fits])[1].entry) == MAX_ENTRY
        with pytest.raises(MalformedError) as caught:
            log.append([{"p": "x" * (room + 1)}])
        assert (code_of(caught), log.size) == ("log.entry-too-large", 2)


def test_a_commit_has_a_bound_and_a_key_for_each_envelope(tmp_path: Path) -> None:
    """Too many, or keys that do not pair, are refused before anything happens."""
    with create(tmp_path) as log:
        for envelopes, keys in (
            ([Prepared(b"{}")] * (MAX_BATCH + 1), None),
            (numbered(1, 2), [b"one"]),
        ):
            with pytest.raises(MalformedError) as caught:
                log.append(envelopes, keys=keys)
            assert code_of(caught) == "log.batch-form"
        assert log.size == 0


def test_times_never_go_backwards(tmp_path: Path) -> None:
    """A clock that is a little behind is held; one that is far behind is refused, then taken."""
    clock = SetClock(START)
    with create(tmp_path, clock=clock) as log:
        log.append(numbered(1))

        clock.at = START - timedelta(seconds=5)
        held = log.append(numbered(2))
        clock.at = START - timedelta(seconds=6)
        with pytest.raises(UnavailableError) as caught:
            log.append(numbered(3))
        clock.at = START + timedelta(microseconds=9)
        later = log.append(numbered(4))

    assert code_of(caught) == "log.clock-behind"
    times = [Entry.parse(found[0].entry).admitted_at for found in (held, later)]
    assert times == [START, START]


def test_too_little_space_refuses_before_anything_is_staged(tmp_path: Path) -> None:
    """The reserve keeps the log from filling the last block; it resumes by itself."""
    with create(tmp_path, options=Options(reserve_bytes=2**62)) as log:
        with pytest.raises(UnavailableError) as caught:
            log.append(numbered(1))
        assert (code_of(caught), log.size) == ("log.disk-full", 0)


def test_checkpoints_are_kept_each_or_hourly(tmp_path: Path) -> None:
    """Receipts need each one; a log without receipts keeps one an hour, and what it is asked."""
    clock = SetClock(START)
    with create(tmp_path, clock=clock, options=Options(archive_each=False)) as log:
        for minutes in (0, 10, 59, 60, 61):
            clock.at = START + timedelta(minutes=minutes)
            log.append(numbered(minutes))
        assert log.archive() == log.archive() == log.checkpoint

    kept = {found.name for found in (tmp_path / "log/checkpoints").iterdir()}
    assert kept == {"1", "4", "5"}


def test_cosignatures_are_kept_and_newer_ones_replace_older(tmp_path: Path) -> None:
    """In the archive, and in the published checkpoint while it is the newest."""
    witness = NoteSigner.from_ed25519(
        "witness.example.org",
        SIGNER.sign_bytes.__self__,  # type: ignore[attr-defined]
        COSIGNATURE_V1,
    )
    with create(tmp_path) as log:
        log.append(numbered(1))
        text = Note.parse(log.checkpoint).text
        first = log.add_cosignatures(1, [cosign(text, witness, START)])
        second = log.add_cosignatures(1, [cosign(text, witness, START + timedelta(hours=1))])
        published = (tmp_path / "log/checkpoint").read_bytes()
        log.append(numbered(2))
        log.add_cosignatures(1, [cosign(text, witness, START)])
        with pytest.raises(UnavailableError) as missing:
            log.add_cosignatures(7, [])
        with pytest.raises(MalformedError) as own:
            log.add_cosignatures(1, Note.parse(log.checkpoint).signatures)

    assert first != second == published
    assert len(Note.parse(second).signatures) == 2
    assert (code_of(missing), code_of(own)) == ("log.not-archived", "log.cosignature-by-log")
    assert len(Note.parse((tmp_path / "log/checkpoint").read_bytes()).signatures) == 1
    assert fsck_directory(tmp_path / "log", SIGNER.verifier, lock=tmp_path / "lock.db").holds


def test_partial_files_go_when_the_full_one_stands(tmp_path: Path) -> None:
    """What readers of older checkpoints need stays until then."""
    with create(tmp_path) as log:
        for number in range(3):
            log.append(numbered(number))
        assert (tmp_path / "log/tile/entries/000.p/2").exists()
        log.append(numbered(*range(3, 258)))

    assert not (tmp_path / "log/tile/entries/000.p").exists()
    assert not (tmp_path / "log/tile/0/000.p").exists()
    assert (tmp_path / "log/tile/entries/001.p/2").exists()
    assert (tmp_path / "log/tile/1/000.p/1").exists()


def test_there_is_one_writer(tmp_path: Path) -> None:
    """The second is refused while the first is open, and let in after."""
    with create(tmp_path), pytest.raises(UnavailableError) as caught:
        reopen(tmp_path)
    reopen(tmp_path).close()

    assert code_of(caught) == "log.writer-busy"


def test_a_closed_log_takes_nothing(tmp_path: Path) -> None:
    """Closing twice is fine; appending is not."""
    log = create(tmp_path)
    log.close()
    log.close()

    with pytest.raises(UnavailableError) as caught:
        log.append(numbered(1))
    assert code_of(caught) == "log.stopped"


def test_a_typo_starts_no_second_history(tmp_path: Path) -> None:
    """Opening never makes a lock store; creating never takes what is there."""
    create(tmp_path).close()

    with pytest.raises(UnavailableError) as missing:
        Log.open(tmp_path / "log", lock=tmp_path / "typo.db", signer=SIGNER, clock=SetClock(START))
    with pytest.raises(MalformedError) as in_use:
        create(tmp_path)
    with pytest.raises(MalformedError) as exists:
        Log.create(
            tmp_path / "other",
            lock=tmp_path / "lock.db",
            origin=ORIGIN,
            signer=SIGNER,
            clock=SetClock(START),
        )

    assert code_of(missing) == "log.lock-missing"
    assert code_of(in_use) == "log.directory-in-use"
    assert code_of(exists) == "log.lock-exists"
    assert not (tmp_path / "typo.db").exists()


def test_another_key_cannot_open_the_log(tmp_path: Path) -> None:
    """What the lock holds must be signed by the key that goes on; the lock is let go again."""
    create(tmp_path).close()
    other = NoteSigner(SIGNER.verifier.__class__(ORIGIN, 1, bytes(32)), lambda _: bytes(64))

    with pytest.raises(VerificationError) as caught:
        reopen(tmp_path, signer=other)

    assert code_of(caught) == "log.lock-corrupt"
    reopen(tmp_path).close()


def test_a_signer_that_fails_bricks_nothing(tmp_path: Path) -> None:
    """A signature that does not verify is never swapped in."""
    with create(tmp_path) as log:
        log.append(numbered(1))
    broken = NoteSigner(SIGNER.verifier, lambda _: bytes(64))
    with reopen(tmp_path, signer=broken) as log, pytest.raises(VerificationError) as caught:
        log.append(numbered(2))

    assert code_of(caught) == "note.bad-signature"
    with reopen(tmp_path) as log:
        assert log.append(numbered(3))[0].index == 1


def test_a_foreign_file_where_a_tile_goes_stops_the_log(tmp_path: Path) -> None:
    """Files are compared and never overwritten; the same bytes are fine."""
    with create(tmp_path) as log:
        log.append(numbered(1))
        (tmp_path / "log/tile/0/000.p/2").write_bytes(b"foreign")
        with pytest.raises(VerificationError) as caught:
            log.append(numbered(2))
    assert code_of(caught) == "log.file-differs"

    with reopen(tmp_path) as log:  # the entry was in the log: its files are written in recovery
        assert log.size == 2


def test_the_same_bytes_where_a_tile_goes_are_fine(tmp_path: Path) -> None:
    """A file that says the same is what the log would have written."""
    with create(tmp_path) as log:
        path = tmp_path / "log/tile/entries/000.p/1"
        path.parent.mkdir(parents=True)
        path.write_bytes(admit([prepare({"n": 1})], START))

        assert log.append(numbered(1))[0].index == 0


def test_a_directory_without_write_permission_is_said_so(tmp_path: Path) -> None:
    """An error of the system is turned into a code, whatever it is."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UnavailableError) as caught:
        create(tmp_path / "file")

    assert code_of(caught) == "log.write-failed"


def test_a_vanished_directory_is_said_so(tmp_path: Path) -> None:
    """Someone moved the log away under a running writer."""
    with create(tmp_path) as log:
        os.rename(tmp_path / "log", tmp_path / "away")  # noqa: PTH104 - the plain act
        with pytest.raises(UnavailableError) as caught:
            log.append(numbered(1))
        os.rename(tmp_path / "away", tmp_path / "log")  # noqa: PTH104

    assert code_of(caught) == "log.write-failed"


def test_entries_that_say_their_own_time_are_appended_where_the_caller_left_off(
    tmp_path: Path,
) -> None:
    """What a caller says twice after an error stands once."""
    framed = frame([b'{"n":1}', b'{"n":2}'])
    with create(tmp_path) as log:
        note = log.extend(framed, start=0)
        again = log.extend(framed, start=0)

    reader = LogReader.open(DirectoryFiles(tmp_path / "log"), SIGNER.verifier)
    assert note == again
    assert list(reader.entries()) == [b'{"n":1}', b'{"n":2}']


def test_a_log_that_is_extended_for_long_keeps_nothing_staged_and_no_partial_file_too_long(
    tmp_path: Path,
) -> None:
    """A guard signs each second for months: what waits for a sync must not grow with time."""
    staged: list[int] = []
    with create(tmp_path, options=Options(archive_each=False, flush_commits=4)) as log:
        for number in range(264):
            log.extend(frame([b'{"n":%d}' % number]), start=number)
            staged.append(len(log._lock.batches()))

        partial = list((tmp_path / "log" / "tile" / "entries").glob("*.p/*"))

    assert max(staged) <= 4
    assert len(partial) <= 8  # those of the full bundle are gone
    assert fsck_directory(tmp_path / "log", SIGNER.verifier, raw=True).holds
