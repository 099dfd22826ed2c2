"""Segments: what was acknowledged is read again, whatever a crash left behind it."""

import random
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.decision.disk import LocalDisk
from sunlit.decision.frames import (
    HEAD_SIZE,
    HEADER,
    has_later_group,
    read_head,
    read_leaves,
    write_frame,
)
from sunlit.decision.keystore import ERASED, SLOTS, KeyStore
from sunlit.decision.recover import settle
from sunlit.decision.segments import SegmentWriter
from sunlit.decision.segread import Place, SegmentReader, segment_firsts, segment_path

START = Place(0, len(HEADER), 0)
RECORDS = st.lists(st.tuples(st.binary(max_size=30), st.binary(max_size=60)), max_size=5)


def parts(tmp_path: Path, limit: int = 10**9) -> tuple[SegmentWriter, KeyStore]:
    """Return a writer and a key store in empty folders."""
    for name in ("segments", "keys"):
        (tmp_path / name).mkdir()
    keys = KeyStore(tmp_path / "keys")
    return SegmentWriter(tmp_path / "segments", START, LocalDisk(), limit=limit), keys


def put(writer: SegmentWriter, keys: KeyStore, count: int, size: int = 20) -> None:
    """Write a group of records that tell their index."""
    first = writer.size
    keys.write(first, [bytes([1 + n % 255]) * 32 for n in range(first, first + count)])
    writer.append([(b"leaf %d" % n, bytes([n % 256]) * size) for n in range(first, first + count)])


def leaves(folder: Path, start: int = 0) -> list[bytes]:
    """Return all leaves that a reader finds."""
    return [leaf for _, leaf in SegmentReader(folder).leaves(start)]


def expected(count: int, start: int = 0) -> list[bytes]:
    """Return what `put` wrote."""
    return [b"leaf %d" % n for n in range(start, count)]


@given(st.lists(RECORDS, max_size=4), st.integers(0, 2**40))
def test_framed_records_read_as_they_were(
    groups: list[list[tuple[bytes, bytes]]], first: int
) -> None:
    """Any leaves and contents, in any groups."""
    data, number = b"", first
    for group in groups:
        start = number
        for leaf, sealed in group:
            data += b"".join(write_frame(number, start, leaf, sealed))
            number += 1

    found, end = read_leaves(data, first, 10**6)

    assert found == [leaf for group in groups for leaf, _ in group]
    assert end == len(data)


@given(RECORDS.filter(bool), st.data())
def test_a_flipped_bit_is_never_read_as_a_record(
    records: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    """In a head or a leaf: the reading ends before it."""
    frames = [b"".join(write_frame(n, 0, *record)) for n, record in enumerate(records)]
    which = data.draw(st.integers(0, len(frames) - 1))
    at = data.draw(st.integers(0, HEAD_SIZE + len(records[which][0]) - 1))
    bad = bytearray(frames[which])
    bad[at] ^= 1 << data.draw(st.integers(0, 7))
    frames[which] = bytes(bad)

    found, _ = read_leaves(b"".join(frames), 0, 10**6)

    assert found == [leaf for leaf, _ in records[:which]]


def test_a_head_is_whole_or_none() -> None:
    """Cut at every byte."""
    whole = write_frame(3, 2, b"leaf", b"sealed")[0]

    assert all(read_head(whole[:at]) is None for at in range(len(whole)))
    head = read_head(whole)
    assert head is not None
    assert (head.number, head.group, head.size) == (3, 2, HEAD_SIZE + 10)


def test_a_later_group_is_found_behind_any_bytes() -> None:
    """Its magic may stand in contents too."""
    frame = b"".join(write_frame(9, 7, b"leaf", b""))

    assert has_later_group(b"SLf1 SLf1" + frame, 6)
    assert not has_later_group(b"SLf1 SLf1" + frame, 7)


def test_files_rotate_and_every_record_is_found(tmp_path: Path) -> None:
    """By index, in order, and from the middle; with the lists of offsets and without."""
    writer, keys = parts(tmp_path, limit=300)
    for _ in range(12):
        put(writer, keys, 3)
    writer.close()
    folder = tmp_path / "segments"

    assert len(segment_firsts(folder)) > 4
    assert leaves(folder) == expected(36)
    assert leaves(folder, 17) == expected(36, 17)
    for remove in (False, True):
        if remove:
            for path in folder.glob("*.idx"):
                path.unlink()
        reader = SegmentReader(folder)
        for index in (0, 35, 8, 9, 10, 11, 20):
            frame = reader.frame(index)
            assert (frame.leaf, frame.sealed) == (b"leaf %d" % index, bytes([index]) * 20)
            assert frame.whole


def test_a_wrong_list_of_offsets_is_not_believed(tmp_path: Path) -> None:
    """It is not synced: a crash may leave anything in it."""
    writer, keys = parts(tmp_path, limit=300)
    for _ in range(6):
        put(writer, keys, 3)
    writer.close()
    folder = tmp_path / "segments"
    for path in folder.glob("*.idx"):
        path.write_bytes(array("I", [7] * 50).tobytes())

    assert SegmentReader(folder).frame(4).leaf == b"leaf 4"


def test_a_reader_follows_a_writer(tmp_path: Path) -> None:
    """One reader, kept, sees what was written since, also in later files."""
    writer, keys = parts(tmp_path, limit=200)
    reader = SegmentReader(tmp_path / "segments")
    for number in range(1, 12):
        put(writer, keys, 1)
        assert reader.frame(number - 1).leaf == b"leaf %d" % (number - 1)
        with pytest.raises(UnavailableError) as caught:
            reader.frame(number)
        assert caught.value.code == "record.missing"
    writer.close()


def test_a_record_larger_than_what_is_read_at_once_is_read(tmp_path: Path) -> None:
    """Contents of generative models can be long."""
    writer, keys = parts(tmp_path)
    put(writer, keys, 1, size=3_000_000)
    put(writer, keys, 1)
    writer.close()

    assert leaves(tmp_path / "segments") == expected(2)


def test_what_a_crash_cuts_at_any_byte_was_never_acknowledged(tmp_path: Path) -> None:
    """The last group, cut at every byte: the groups before it stay, and the log goes on."""
    writer, keys = parts(tmp_path)
    put(writer, keys, 2)
    whole = writer.place.offset
    put(writer, keys, 2)
    writer.close()
    keys.close()
    folder = tmp_path / "segments"
    path = segment_path(folder, 0)
    data = path.read_bytes()

    for size in range(whole, len(data)):
        for other in folder.glob("*.seg"):
            other.unlink()
        path.write_bytes(data[:size])
        for signed in {size % 3, 2}:
            place = settle(folder, KeyStore(tmp_path / "keys"), signed, LocalDisk())
            one_more = (size - whole) * 2 >= len(data) - whole
            assert place.number == 2 + one_more
            assert leaves(folder) == expected(place.number)
            assert leaves(folder, 1) == expected(place.number, 1)
        again = SegmentWriter(folder, place, LocalDisk())
        put(again, KeyStore(tmp_path / "keys"), 1)
        again.close()
        assert leaves(folder) == expected(place.number + 1)


@pytest.mark.parametrize("limit", [10**9, 150])
def test_torn_pages_of_the_last_group_are_cut(tmp_path: Path, limit: int) -> None:
    """Zeros, and older bytes, in any pages of it, also where a file has just begun."""
    chance = random.Random(3)  # noqa: S311 - to be repeated
    writer, keys = parts(tmp_path, limit)
    put(writer, keys, 3)
    put(writer, keys, 2)
    before = writer.place
    put(writer, keys, 5)
    folder = tmp_path / "segments"
    path = segment_path(folder, writer.place.first)
    start = before.offset if before.first == writer.place.first else len(HEADER)
    writer.close()
    data = path.read_bytes()

    for _ in range(60):
        torn = bytearray(data)
        at = chance.randrange(start, len(data))
        end = min(len(data), at + chance.randrange(1, 200))
        torn[at:end] = chance.choice((bytes(end - at), chance.randbytes(end - at)))
        for other in folder.glob("*.seg"):
            if int(other.stem) > int(path.stem):
                other.unlink()
        path.write_bytes(torn)
        keys.write(0, [bytes([1 + n]) * 32 for n in range(10)])
        place = settle(folder, keys, 5, LocalDisk())
        assert 5 <= place.number <= 10
        assert leaves(folder) == expected(place.number)


def test_damage_before_a_later_group_is_never_cut(tmp_path: Path) -> None:
    """Acknowledged records stand behind it: a start refuses and changes nothing."""
    writer, keys = parts(tmp_path)
    for _ in range(3):
        put(writer, keys, 2)
    writer.close()
    folder = tmp_path / "segments"
    path = segment_path(folder, 0)
    data = bytearray(path.read_bytes())
    data[len(HEADER) + HEAD_SIZE] ^= 1
    path.write_bytes(data)

    with pytest.raises(VerificationError) as caught:
        settle(folder, keys, 0, LocalDisk())
    with pytest.raises(VerificationError):
        leaves(folder)

    assert caught.value.code == "record.damaged"
    assert path.read_bytes() == bytes(data)


def test_damage_before_a_later_file_is_never_cut(tmp_path: Path) -> None:
    """A later file is begun only once the one before it is durable."""
    writer, keys = parts(tmp_path, limit=100)
    for _ in range(3):
        put(writer, keys, 2)
    writer.close()
    folder = tmp_path / "segments"
    path = segment_path(folder, 0)
    path.write_bytes(path.read_bytes()[:-3])

    with pytest.raises(VerificationError) as caught:
        settle(folder, keys, 0, LocalDisk())

    assert caught.value.code == "record.damaged"


@pytest.mark.parametrize("signed", [1, 5])
def test_a_log_whose_segments_are_gone_does_not_start(tmp_path: Path, signed: int) -> None:
    """The lock says what was signed; less than that in the segments is never taken for all."""
    _, keys = parts(tmp_path)
    folder = tmp_path / "segments"

    with pytest.raises(UnavailableError) as caught:
        settle(folder, keys, signed, LocalDisk())

    assert caught.value.code == "record.missing"


def test_records_without_their_keys_do_not_start(tmp_path: Path) -> None:
    """Another key store is mounted: its holes would look like erased keys."""
    writer, keys = parts(tmp_path)
    put(writer, keys, 3)
    writer.close()
    (tmp_path / "others").mkdir()

    for signed in (0, 3):
        with pytest.raises(UnavailableError) as caught:
            settle(tmp_path / "segments", KeyStore(tmp_path / "others"), signed, LocalDisk())
        assert caught.value.code == "content.key-missing"


def test_an_erased_record_in_the_tail_survives_a_start(tmp_path: Path) -> None:
    """Its content is no longer what its checksum says; its key says why."""
    writer, keys = parts(tmp_path)
    put(writer, keys, 3)
    writer.close()
    folder = tmp_path / "segments"
    path, at, size = SegmentReader(folder).sealed_place(1)
    keys.erase(1)
    data = bytearray(path.read_bytes())
    data[at : at + size] = bytes(size)
    path.write_bytes(data)

    place = settle(folder, keys, 0, LocalDisk())

    assert place.number == 3
    assert keys.slot(1) == ERASED
    assert not SegmentReader(folder).frame(1).whole


def test_keys_cross_files_and_unknown_ones_are_missing(tmp_path: Path) -> None:
    """A file holds so many slots; a group may straddle two."""
    keys = KeyStore(tmp_path)
    keys.write(0, [b"a" * 32])
    keys.write(SLOTS - 1, [b"b" * 32, b"c" * 32])
    keys.close()

    assert (keys.get(0), keys.get(SLOTS - 1), keys.get(SLOTS)) == (b"a" * 32, b"b" * 32, b"c" * 32)
    for index in (SLOTS + 1, 10 * SLOTS):
        with pytest.raises(UnavailableError) as caught:
            keys.get(index)
        assert caught.value.code == "content.key-missing"
        with pytest.raises(UnavailableError):
            keys.erase(index)
    with pytest.raises(UnavailableError):
        keys.renew(0, 5 * SLOTS)


def test_unreadable_folders_are_told(tmp_path: Path) -> None:
    """A folder that is not there, and a file where a folder should be."""
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(SunlitError) as caught:
            SegmentReader(path).frame(0)
        assert caught.value.code == "record.unreadable"
        with pytest.raises(SunlitError) as locked:
            settle(path, KeyStore(tmp_path), 0, LocalDisk())
        assert locked.value.code == "record.unreadable"
    with pytest.raises(UnavailableError) as keyless:
        KeyStore(tmp_path / "file").slot(0)
    assert keyless.value.code == "content.key-missing"
