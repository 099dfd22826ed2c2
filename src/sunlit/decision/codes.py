"""The documented error codes of `decision`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # record
    "record.malformed": "A decision record is not what this version of the format allows.",
    # content
    "content.malformed": "The content kept beside a record cannot be read.",
    "content.opening": "What is opened is not what the record committed to.",
    "content.key": "The content does not open with the key that is kept for it.",
    # anchored
    "anchor.malformed": "An anchor, or the opening of a closed one, is not what it should be.",
    "anchor.differs": "An anchor's checkpoint, size and counts do not belong together.",
    "anchor.closed": "A closed anchor cannot be read without its opening.",
    # checkcode
    "record.check-code": "A check code was mistyped: its last character does not fit the others.",
}
