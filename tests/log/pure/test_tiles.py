"""Where tiles stand, which of them exist, and what is in bundles."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.log import merkle
from sunlit.log.merkle import leaf_hash
from sunlit.log.tiles import (
    MAX_ENTRY,
    Tile,
    TileReader,
    decode_bundle,
    encode_bundle,
    entries_path,
    inner_rows,
    split_tile,
    tile_path,
    tiles_between,
    width_of,
)
from tests.log.pure.making import log_of

bundles = st.lists(st.binary(max_size=40), min_size=1, max_size=256)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (tile_path(0, 0), "tile/0/000"),
        (tile_path(0, 0, 1), "tile/0/000.p/1"),
        (tile_path(1, 255, 255), "tile/1/255.p/255"),
        (tile_path(63, 999, 256), "tile/63/999"),
        (tile_path(0, 1000), "tile/0/x001/000"),
        (tile_path(2, 1234067), "tile/2/x001/x234/067"),
        (entries_path(1234067, 17), "tile/entries/x001/x234/067.p/17"),
        (Tile(0, 273, 112).path, "tile/0/273.p/112"),
        (Tile(0, 273, 112).full.path, "tile/0/273"),
    ],
)
def test_a_tile_stands_where_the_spec_says(path: str, wanted: str) -> None:
    """Three-digit groups, all but the last behind an x; partial widths behind .p/."""
    assert path == wanted


@given(st.integers(0, 2**63 - 1))
def test_a_path_names_one_index(index: int) -> None:
    """The digits of the path, joined, are the index."""
    digits = tile_path(0, index).removeprefix("tile/0/").replace("x", "").replace("/", "")

    assert int(digits) == index
    assert len(digits) % 3 == 0


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, None), (64, 0, None), (0, -1, None), (0, 0, 0), (0, 0, 257)],
)
def test_a_path_out_of_range_is_refused(level: int, index: int, width: int | None) -> None:
    """There is no tile of width 0 or 257, level 64 or a negative index."""
    with pytest.raises(MalformedError) as refused:
        tile_path(level, index, width)

    assert refused.value.code == "proof.out-of-range"


def test_the_tiles_of_size_70000_are_those_of_the_spec() -> None:
    """tlog-tiles: 273 full and one of 112, one full and one of 17, one of 1."""
    tiles = list(tiles_between(0, 70_000))

    assert [tile for tile in tiles if tile.width < 256] == [
        Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1),
    ]  # fmt: skip
    full = [tile for tile in tiles if tile.width == 256]
    assert full == [*(Tile(0, index) for index in range(273)), Tile(1, 0)]


def test_the_tiles_of_size_256_are_those_of_the_spec() -> None:
    """tlog-tiles: a full level 0 tile and a level 1 tile of width 1."""
    assert list(tiles_between(0, 256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_between(0, 0)) == []


@given(st.integers(0, 2**18))
def test_partial_widths_follow_the_formula(size: int) -> None:
    """tlog-tiles: the partial tile at level l has floor(s / 256**l) mod 256 hashes."""
    partial = {tile.level: tile.width for tile in tiles_between(0, size) if tile.width < 256}
    wanted = {level: size // 256**level % 256 for level in range(4)}

    assert partial == {level: width for level, width in wanted.items() if width}
    for tile in tiles_between(0, size):
        assert tile.width == width_of(tile.level, tile.index, size)
        assert width_of(tile.level, tile.index + 10**6, size) == 0


@given(st.integers(0, 140_000), st.integers(0, 2_000))
def test_growing_writes_exactly_the_tiles_that_were_not_there(old: int, more: int) -> None:
    """tiles_between is the difference of the two sets of tiles."""
    new = old + more

    added = list(tiles_between(old, new))

    assert set(added) == set(tiles_between(0, new)) - set(tiles_between(0, old))
    assert len(set(added)) == len(added)


@pytest.mark.parametrize("sizes", [(-1, 5), (6, 5), (0, 2**63)])
def test_shrinking_has_no_tiles(sizes: tuple[int, int]) -> None:
    """A size that is out of range or smaller is refused at once, not at the first tile."""
    with pytest.raises(MalformedError):
        tiles_between(*sizes)


@given(bundles)
def test_a_bundle_comes_back_as_it_went_in(entries: list[bytes]) -> None:
    """decode(encode(x)) == x."""
    assert decode_bundle(encode_bundle(entries)) == entries


@given(st.binary(max_size=200))
def test_a_bundle_that_decodes_has_one_writing(data: bytes) -> None:
    """encode(decode(x)) == x, or it is refused as malformed."""
    with suppress(MalformedError):
        assert encode_bundle(decode_bundle(data)) == data


@given(bundles, st.data())
def test_a_cut_bundle_is_refused_or_shorter(entries: list[bytes], data: st.DataObject) -> None:
    """Cutting a bundle never gives the same entries."""
    whole = encode_bundle(entries)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

    with suppress(MalformedError):
        found = decode_bundle(cut)
        assert found != entries
        assert found == entries[: len(found)]


def test_the_largest_entry_fits_and_one_byte_more_does_not() -> None:
    """Lengths are 16 bits; the refusal says to use a blob."""
    assert decode_bundle(encode_bundle([bytes(MAX_ENTRY)])) == [bytes(MAX_ENTRY)]
    with pytest.raises(MalformedError) as refused:
        encode_bundle([bytes(MAX_ENTRY + 1)])

    assert refused.value.code == "log.entry-too-large"
    assert "blob" in (refused.value.mend or "")
    assert "digest" in (refused.value.mend or "")


@pytest.mark.parametrize("count", [0, 257])
def test_a_bundle_has_1_to_256_entries(count: int) -> None:
    """No empty bundle is written, and none over a tile's width is written or read."""
    with pytest.raises(MalformedError) as refused:
        encode_bundle([b""] * count)
    with pytest.raises(MalformedError) as unread:
        decode_bundle(bytes(2 * count))

    assert refused.value.code == unread.value.code == "log.bundle-width"


def test_a_long_bundle_is_refused_early() -> None:
    """A hostile bundle of eight million empty entries is not decoded to its end."""
    with pytest.raises(MalformedError) as refused:
        decode_bundle(bytes(16_000_000))

    assert refused.value.code == "log.bundle-width"


def test_a_tile_is_split_into_its_hashes() -> None:
    """A tile is its hashes joined; a wrong size is refused."""
    hashes = [leaf_hash(bytes([number])) for number in range(3)]

    assert split_tile(b"".join(hashes), 3) == hashes
    with pytest.raises(MalformedError) as refused:
        split_tile(b"".join(hashes), 2)
    assert refused.value.code == "log.tile-size"


def test_the_rows_above_a_full_tile_end_in_its_root() -> None:
    """The ninth row is the hash that stands in the tile above."""
    log = log_of(256)

    rows = inner_rows(log.files["tile/0/000"])

    assert [len(row) // 32 for row in rows] == [256, 128, 64, 32, 16, 8, 4, 2, 1]
    assert rows[8] == log.files["tile/1/000.p/1"] == log.head.root


def test_proofs_from_tiles_use_few_of_them_and_keep_them() -> None:
    """A reader loads each tile once while it fits, and drops the one that came first."""
    log = log_of(1_000)
    loaded: list[Tile] = []

    def load(tile: Tile) -> bytes:
        loaded.append(tile)
        return log.files[tile.path]

    reader = TileReader(1_000, load, cached=2)
    root = merkle.root(1_000, reader)
    first = len(loaded)
    proof = merkle.inclusion(999, 1_000, reader)

    merkle.verify_inclusion(leaf_hash(log.entries[999]), 999, 1_000, proof, root)
    assert root == log.head.root
    assert len(loaded) == first == 2
    reader.read(0, 0)
    assert loaded[2:] == [Tile(0, 0)]


@pytest.mark.parametrize(("level", "index"), [(0, 1_000), (0, -1), (3, 125), (8, 3), (10, 0)])
def test_a_reader_has_no_incomplete_subtrees(level: int, index: int) -> None:
    """What the tree does not complete is refused, whether or not its tile is in memory."""
    log = log_of(1_000)
    reader = TileReader(1_000, lambda tile: log.files[tile.path])

    with pytest.raises(MalformedError) as refused:
        reader.read(level, index)

    assert refused.value.code == "proof.out-of-range"
