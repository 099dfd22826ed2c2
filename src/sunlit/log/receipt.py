"""What a submitter gets back: the entry, its index, and the proof that it is in the log."""

from collections.abc import Callable

from sunlit.log.edge import Growth
from sunlit.log.merkle import inclusion
from sunlit.log.proof import TlogProof
from sunlit.log.reader import LogReader
from sunlit.log.tiles import Tile, TileReader


class Receipt:
    """An entry's place in the log. The proof is computed when it is asked for, and kept.

    `entry` is the bytes that the leaf hashes. The checkpoint in the proof was published
    before this receipt was given.
    """

    __slots__ = ("_proof", "entry", "index")

    def __init__(
        self, index: int, entry: bytes, proof: TlogProof | Callable[[int], TlogProof]
    ) -> None:
        self.index = index
        self.entry = entry
        self._proof = proof

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

    numbered = enumerate(growth.entries, growth.old_size)
    return tuple([Receipt(index, entry, prove) for index, entry in numbered])


def receipt_from(reader: LogReader, index: int) -> Receipt:
    """Return the receipt of an entry that the log has already, under the reader's checkpoint.

    Raises:
        SunlitError: as reading a tile or an entry raises.
    """
    return Receipt(index, reader.entry(index), reader.receipt(index))
