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
    "record.missing": "The decision log has no record at that index.",
    "record.unreadable": "The segments of a decision log cannot be read.",
    "record.damaged": "A record in a segment is not what was written there.",
    "record.other-leaf": "The record at an index is not the one that a pointer means.",
    # keystore
    "content.erased": "The content of a record was erased; the record and its proofs stand.",
    "content.key-missing": "The key store has no key for a record: it may not be mounted.",
    # recorder
    "recorder.no-log": "No registered decision log is idle: each worker process needs one.",
    "recorder.stopped": "A decision log was closed, or stopped after an error.",
    "recorder.foreign": "A forked process used the decision log of its parent.",
    "recorder.disk-full": "There is no room for records; nothing was acknowledged.",
    "recorder.write-failed": "A file of the decision log could not be written.",
    "recorder.fsync-failed": "The disk did not confirm a write; the decision log has stopped.",
    "recorder.too-large": "The content of a record is larger than a decision log takes.",
    # store
    "store.exists": "A decision store or log was to be made where there is one.",
    "store.malformed": "The settings of a decision store are malformed.",
    "store.unreadable": "A file of a decision store cannot be read.",
    "store.unknown-log": "The decision store has no log with that origin.",
    "store.other-key": "The key beside a decision log is not the log's.",
}
