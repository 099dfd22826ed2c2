"""What a submitter gets back: the entry, its index, and the proof that it is in the log."""

from collections.abc import Callable

from sunlit.log.edge import Growth
from sunlit.log.merkle import inclusion
from sunlit.log.proof import TlogProof
from sunlit.log.reader import LogReader
from sunlit.log.tiles import Tile, TileReader


class Receipt:
    """An entry's place in the log. Entry and proof are made when they are asked for, and kept.

    The checkpoint in the proof was published before this receipt was given. Until both were
    asked for, a receipt keeps the bytes of its whole batch in memory.
    """

    __slots__ = ("_entry", "_proof", "index")

    def __init__(
        self,
        index: int,
        entry: bytes | Callable[[int], bytes],
        proof: TlogProof | Callable[[int], TlogProof],
    ) -> None:
        self.index = index
        self._entry = entry
        self._proof = proof

    @property
    def entry(self) -> bytes:
        """The bytes that the leaf hashes."""
        if not isinstance(self._entry, bytes):
            self._entry = self._entry(self.index)
        return self._entry

    @property
    def proof(self) -> TlogProof:
        """The inclusion proof under the checkpoint."""
        if not isinstance(self._proof, TlogProof):
            self._proof = self._proof(self.index)
        return self._proof


def receipts_of(growth: Growth, note: bytes) -> tuple[Receipt, ...]:
    """Return the receipts of a batch, in its order.

    The tiles that the batch touched hold every sibling on its entries' paths, so the proofs
    need no file and stay right however the log grows.
    """
    tiles = growth.tiles

    def load(tile: Tile) -> bytes:
        return tiles[tile.level, tile.index]

    hashes = TileReader(growth.size, load)

    def prove(index: int) -> TlogProof:
        return TlogProof(index, tuple(inclusion(index, growth.size, hashes)), note)

    entry = growth.entry
    return tuple([Receipt(at, entry, prove) for at in range(growth.old_size, growth.size)])


def receipt_from(reader: LogReader, index: int) -> Receipt:
    """Return the receipt of an entry that the log has already, under the reader's checkpoint.

    Raises:
        SunlitError: as reading a tile or an entry raises.
    """
    return Receipt(index, reader.entry(index), reader.receipt(index))
