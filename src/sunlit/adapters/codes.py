"""The documented error codes of `adapters`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "private.unavailable": "The private store of a node could not be read or written.",
    "private.url": "The private store of a node is in no database that is known here.",
}
