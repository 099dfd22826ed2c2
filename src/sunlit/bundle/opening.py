"""`*.opening.json`: values of a record, with the salts that tie them to its commitments."""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.bundle.layout import MAX_OPENING
from sunlit.decision.content import Content, Field
from sunlit.decision.record import is_hex

MALFORMED: Final = "bundle.opening"
_MEMBERS: Final = {"name", "type", "salt", "value"}


def write_opening(content: Content) -> bytes:
    """Return the opening file of these values, canonical JSON."""
    rows = [
        {
            "name": name,
            "type": one.type,
            "salt": one.salt.hex(),
            "value": base64.b64encode(one.value).decode(),
        }
        for name, one in sorted(content.fields.items())
    ]
    return canonical.encode({"v": 1, "fields": rows})


def read_opening(data: bytes) -> Content:
    """Read an opening file; checks no commitment.

    Raises:
        MalformedError: `bundle.opening`, `json.*`.
    """
    document = canonical.decode_object(data, what="an opening", limit=MAX_OPENING)
    rows = document.get("fields")
    if document.keys() != {"v", "fields"} or document["v"] != 1 or not isinstance(rows, list):
        raise _malformed()
    found: dict[str, Field] = {}
    for row in rows:
        if not isinstance(row, dict) or row.keys() != _MEMBERS:
            raise _malformed()
        name, one = _field(row)
        if name in found:
            raise _malformed()
        found[name] = one
    if canonical.encode(document) != data:
        raise _malformed()
    return Content(found)


def _field(row: Mapping[str, object]) -> tuple[str, Field]:
    name, kind, salt, value = (row[key] for key in ("name", "type", "salt", "value"))
    if (
        isinstance(name, str) and isinstance(kind, str)
        and isinstance(salt, str) and is_hex(salt, 64) and isinstance(value, str)
    ):  # fmt: skip
        try:
            plain = base64.b64decode(value.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise _malformed() from error
        if base64.b64encode(plain).decode() == value:
            return name, Field(kind, plain, bytes.fromhex(salt))
    raise _malformed()


def _malformed() -> MalformedError:
    return MalformedError(
        MALFORMED, "an opening is malformed",
        expected='{"v":1,"fields":[{"name","type","salt","value"}]}',
    )  # fmt: skip
