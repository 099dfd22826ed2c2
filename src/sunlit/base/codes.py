"""The documented error codes of `base`: code -> one sentence.

Every package that raises errors has a `codes.py` of this shape; docs/reference/errors.md is
generated from them and a test finds any code raised that is not listed.
"""

from typing import Final

CODES: Final = {
    "json.unsupported-value": "A value cannot stand in canonical JSON.",
    "json.too-large": "A JSON document is larger than its limit.",
    "json.not-json": "Bytes that should be JSON are not, or hold a key twice.",
    "json.not-an-object": "A JSON document should be an object and is not.",
    "statement.purl": "A text does not name a component as a canonical purl without version.",
    "time.malformed": "A time is not written as YYYY-MM-DDTHH:MM:SSZ.",
    "time.naive": "A time has no zone.",
}
