"""A reader believes only what leads to the checkpoint's root, whatever the files say."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.merkle import leaf_hash, verify_consistency, verify_inclusion
from sunlit.log.reader import LogReader
from sunlit.log.tiles import entries_path, tiles_between
from tests.log.pure.making import MemoryFiles, MemoryLog, log_of, numbered, signer

BIG = log_of(70_000)
ROOTS = {size: BIG.reader().root(size) for size in (0, 1, 255, 256, 257, 65_535, 65_536, 65_537)}


def flipped(files: MemoryFiles, path: str, bit: int) -> MemoryFiles:
    """Return the files with one bit of one of them flipped."""
    data = bytearray(files.files[path])
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    return MemoryFiles({**files.files, path: bytes(data)})


def touch(reader: LogReader) -> None:
    """Read all of a log: entries and proofs."""
    assert list(reader.entries()) == numbered(reader.size)
    for index in range(0, reader.size, 7):
        reader.inclusion(index)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513])
def test_all_of_a_log_can_be_read(size: int) -> None:
    """Entries, their proofs at every size, and growth from every size."""
    log = log_of(size)
    reader = log.reader()

    assert list(reader.entries()) == log.entries
    assert reader.checkpoint == log.head
    for end in sorted({1, size // 2, size - 1, size} & set(range(1, size + 1))):
        root = reader.root(end)
        for index in range(0, end, 50):
            verify_inclusion(
                leaf_hash(log.entries[index]), index, end, reader.inclusion(index, end), root
            )
        verify_consistency(end, size, reader.consistency(end), root, log.head.root)


@given(st.integers(0, 69_999), st.sampled_from(sorted(ROOTS)))
def test_proofs_of_a_large_log_verify(index: int, size: int) -> None:
    """Across three levels of tiles, with any earlier size."""
    reader = BIG.reader()
    leaf = leaf_hash(BIG.entries[index])

    verify_inclusion(leaf, index, 70_000, reader.inclusion(index), BIG.head.root)
    if index < size:
        verify_inclusion(leaf, index, size, reader.inclusion(index, size), ROOTS[size])
    verify_consistency(size, 70_000, reader.consistency(size), ROOTS[size], BIG.head.root)
    assert reader.entry(index) == BIG.entries[index]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 300, 599, 600])
def test_a_log_can_be_read_as_it_was_earlier(size: int) -> None:
    """By the files of the log as it is: those of that time may be gone."""
    log = log_of(600)
    earlier = log.reader().at(size)

    assert (earlier.size, earlier.note) == (size, b"")
    assert list(earlier.entries()) == log.entries[:size]
    assert earlier.checkpoint == log_of(size).head
    with pytest.raises(SunlitError):
        earlier.entry(size)
    log.reader().expect_growth_from(earlier.checkpoint)


def test_a_proof_reads_few_files() -> None:
    """Six tiles at most for a log of 70,000, and none twice."""
    reader = BIG.reader()
    BIG.static.asked.clear()

    reader.inclusion(0)
    reader.inclusion(1)
    reader.inclusion(69_999)

    assert len(BIG.static.asked) == len(set(BIG.static.asked)) <= 3


@given(st.integers(0, 10**6), st.data())
@settings(max_examples=60)
def test_a_flipped_bit_in_any_file_is_found(bit: int, data: st.DataObject) -> None:
    """Checkpoint, tile or bundle: reading all of it fails with a documented refusal."""
    log = log_of(600)
    wanted = {tile.path for tile in tiles_between(0, 600)} | {
        path for path in log.files if path.startswith("tile/entries") or path == "checkpoint"
    }
    path = data.draw(st.sampled_from(sorted(wanted)))

    with pytest.raises((VerificationError, MalformedError)):
        touch(LogReader.open(flipped(log.static, path, bit), log.key.verifier))


@given(st.data())
@settings(max_examples=40)
def test_a_missing_file_could_not_be_found_out(data: st.DataObject) -> None:
    """Missing is neither good nor bad: UNKNOWN, exit 3."""
    log = log_of(600)
    path = data.draw(st.sampled_from(sorted(log.files)))
    files = {name: found for name, found in log.files.items() if name != path}

    with pytest.raises(UnavailableError) as unknown:
        touch(LogReader.open(MemoryFiles(files), log.key.verifier))

    assert unknown.value.code in {
        "log.checkpoint-missing", "log.tile-missing", "log.entries-missing",
    }  # fmt: skip


@given(st.data())
@settings(max_examples=40)
def test_a_file_of_a_wrong_size_is_refused(data: st.DataObject) -> None:
    """Cut, doubled, empty or swapped for another file."""
    log = log_of(600)
    path = data.draw(st.sampled_from(sorted(set(log.files) - {"checkpoint"})))
    good = log.files[path]
    others = st.sampled_from([log.files[name] for name in sorted(log.files) if name != path])
    bad = data.draw(st.sampled_from([b"", good[:-1], good + good, good[:32]]) | others)
    if bad == good:
        return

    with pytest.raises((VerificationError, MalformedError)):
        touch(LogReader.open(MemoryFiles({**log.files, path: bad}), log.key.verifier))


def test_partial_tiles_may_be_gone_once_the_full_ones_are_there() -> None:
    """A client at an old checkpoint reads the full tile and cuts it."""
    log = log_of(300)
    old = log.head
    log.append(numbered(700, 300))
    files = {path: data for path, data in log.files.items() if ".p/" not in path}
    files |= {tile.path: log.files[tile.path] for tile in tiles_between(0, 300) if tile.level > 0}

    reader = LogReader(MemoryFiles(files), old)

    assert list(reader.entries()) == numbered(300)
    verify_inclusion(leaf_hash(b"entry 299"), 299, 300, reader.inclusion(299), old.root)


def test_a_full_tile_that_differs_is_no_fallback() -> None:
    """What the full tile says is checked against the old root like the partial one."""
    log = log_of(300)
    old = log.head
    other = MemoryLog()
    other.append(b"other %d" % number for number in range(1_000))
    files = {path: data for path, data in other.files.items() if ".p/" not in path}
    files["tile/1/000.p/1"] = log.files["tile/1/000.p/1"]

    with pytest.raises(VerificationError) as refused:
        LogReader(MemoryFiles(files), old)

    assert refused.value.code == "log.edge-root"


def test_a_bundle_over_its_bound_is_refused_unread() -> None:
    """Larger than 256 of the largest entries cannot be right."""
    log = log_of(3)
    log.files[entries_path(0, 3)] = bytes(16_777_985)

    with pytest.raises(MalformedError) as refused:
        log.reader().entry(0)

    assert refused.value.code == "log.bundle-width"


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_bundle_has_the_width_of_its_tile(count: int) -> None:
    """Fewer or more entries than the checkpoint asks for are refused."""
    log, other = log_of(3), log_of(count)
    log.files[entries_path(0, 3)] = other.files[entries_path(0, count)]

    with pytest.raises(MalformedError) as refused:
        log.reader().entry(0)

    assert refused.value.code == "log.bundle-width"


def test_entries_of_the_same_bundle_are_read_once() -> None:
    """The last bundle stays at hand."""
    log = log_of(3)
    reader = log.reader()
    log.static.asked.clear()

    assert [reader.entry(0), reader.entry(2), *reader.entries(1, 2)] == [
        b"entry 0", b"entry 2", b"entry 1",
    ]  # fmt: skip
    assert log.static.asked == [entries_path(0, 3)]


def test_what_is_outside_the_checkpoint_is_refused() -> None:
    """Every index and size is held against the verified checkpoint before any file is read."""
    reader = log_of(3).reader()
    calls: list[Callable[[], object]] = [
        lambda: reader.entry(3),
        lambda: reader.entry(-1),
        lambda: list(reader.entries(2, 1)),
        lambda: list(reader.entries(0, 4)),
        lambda: reader.inclusion(0, 4),
        lambda: reader.inclusion(3),
        lambda: reader.inclusion(0, 0),
        lambda: reader.consistency(0, 4),
        lambda: reader.consistency(3, 2),
        lambda: reader.root(4),
    ]
    for call in calls:
        with pytest.raises(MalformedError) as refused:
            call()
        assert refused.value.code == "proof.out-of-range"


def test_a_receipt_needs_the_signed_checkpoint() -> None:
    """A reader at a bare checkpoint proves, but has no receipt to give."""
    log = log_of(3)
    reader = LogReader(log.static, log.head)

    assert log.reader().receipt(2).hashes == tuple(reader.inclusion(2))
    with pytest.raises(MalformedError) as refused:
        reader.receipt(2)
    assert refused.value.code == "proof.form"


def test_growth_is_accepted_and_a_fork_or_rollback_is_not() -> None:
    """Against a checkpoint that was verified before."""
    log, fork = log_of(300), MemoryLog()
    fork.append([*numbered(299), b"another entry"])
    old, forked = log.head, fork.head
    log.append(numbered(100, 300))
    new = log.reader()

    new.expect_growth_from(old)
    new.expect_growth_from(new.checkpoint)
    new.expect_growth_from(MemoryLog().head)
    refusals = {
        "proof.consistency": forked,
        "log.rolled-back": log_of(401).head,
        "log.other-origin": replace(old, origin="other.example"),
    }
    for code, head in refusals.items():
        with pytest.raises(VerificationError) as refused:
            new.expect_growth_from(head)
        assert refused.value.code == code


def test_another_logs_tiles_under_a_good_checkpoint_are_refused() -> None:
    """The root decides, not the files."""
    log, other = log_of(300), MemoryLog()
    other.append(b"x%d" % number for number in range(300))
    files = {**other.files, "checkpoint": log.files["checkpoint"]}

    with pytest.raises(VerificationError) as refused:
        LogReader.open(MemoryFiles(files), log.key.verifier)

    assert refused.value.code == "log.edge-root"


def test_a_log_is_opened_by_its_own_key_alone() -> None:
    """Another key, or a made-up root, opens nothing."""
    log = log_of(3)

    with pytest.raises(SunlitError):
        LogReader.open(log.static, signer(seed=5).verifier)
    with pytest.raises(VerificationError):
        LogReader(log.static, Checkpoint(log.head.origin, 3, bytes(32)))
