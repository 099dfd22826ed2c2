"""The documented error codes of `claims`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "claim.malformed": "A predicate lacks a field, or a field has the wrong kind of value.",
}
