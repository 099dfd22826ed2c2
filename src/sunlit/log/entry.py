"""What a leaf of a log holds: an envelope and the time at which the log admitted it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Self

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, parse_time
from sunlit.log.tiles import MAX_ENTRY, entry_too_large

VERSION: Final = 1
_MEMBERS: Final = {"v", "admitted", "envelope"}
# How nearly every entry is written: canonical as it stands, so that no parser need look at it.
_TEXT: Final = '"([A-Za-z0-9+/=_.-]*)"'
_SIGNATURE: Final = re.compile(rf'\{{"keyid":{_TEXT},"sig":{_TEXT}\}}')
_USUAL: Final = re.compile(
    r'\{"admitted":"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)",'
    rf'"envelope":\{{"payload":{_TEXT},"payloadType":{_TEXT},'
    rf'"signatures":\[{_SIGNATURE.pattern}((?:,{_SIGNATURE.pattern})*)\]\}},"v":1\}}'
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: canonical JSON `{"v":1,"admitted":<UTC time>,"envelope":{...}}`.

    The envelope is opaque here: whatever the signer signed stays as it is.
    """

    admitted_at: datetime
    envelope: Mapping[str, object]

    @classmethod
    def of(cls, admitted_at: datetime, envelope: bytes | Mapping[str, object]) -> Self:
        """Return the entry of an envelope, given as JSON bytes or as an object.

        Raises:
            MalformedError: `log.entry-too-large`, `json.*`.
        """
        if isinstance(envelope, bytes):
            if len(envelope) > 2 * MAX_ENTRY:  # before parsing; spaces cannot double it
                raise entry_too_large(len(envelope))
            envelope = decode_object(envelope, what="the envelope")
        return cls(admitted_at.replace(microsecond=0), envelope)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read an entry and check that it is in the one canonical form.

        Raises:
            MalformedError: `log.entry-too-large`, `log.entry-version`, `log.entry-form`,
                `json.*`, `time.malformed`.
        """
        if len(data) > MAX_ENTRY:
            raise entry_too_large(len(data))
        if usual := _USUAL.fullmatch(str(data, "ascii", "replace")):
            return cls(*_read_usual(usual))
        found = decode_object(data, what="the log entry")
        version = found.get("v")
        if version != VERSION or isinstance(version, bool):
            raise MalformedError(
                "log.entry-version",
                "the log entry is of a version that this program does not know",
                expected=f"v {VERSION}",
                mend="use a newer sunlit",
            )
        envelope = found.get("envelope")
        if found.keys() != _MEMBERS or not isinstance(envelope, dict):
            raise _malformed("an object with v, admitted and the object envelope")
        entry = cls(parse_time(found["admitted"], what="the admission time"), envelope)
        if entry.to_bytes() != data:
            raise _malformed("canonical JSON (RFC 8785)")
        return entry

    def to_bytes(self) -> bytes:
        """Return the bytes that the leaf hashes.

        Raises:
            MalformedError: `log.entry-too-large`, `json.unsupported-value`, `time.naive`.
        """
        data = encode(
            {
                "v": VERSION,
                "admitted": format_time(self.admitted_at),
                "envelope": self.envelope,
            }
        )
        if len(data) > MAX_ENTRY:
            raise entry_too_large(len(data))
        return data


def _read_usual(found: re.Match[str]) -> tuple[datetime, Mapping[str, object]]:
    """Return what a parser would, of an entry that matches `_USUAL`: its texts have no escapes."""
    admitted, payload, kind, hint, sig, others, *_ = found.groups()
    signed = [{"keyid": hint, "sig": sig}]
    if others:
        signed += [{"keyid": it[1], "sig": it[2]} for it in _SIGNATURE.finditer(others)]
    envelope = {"payload": payload, "payloadType": kind, "signatures": signed}
    return _time(admitted), envelope


@lru_cache(maxsize=64)  # many entries share a second
def _time(text: str) -> datetime:
    return parse_time(text, what="the admission time")


def _malformed(expected: str) -> MalformedError:
    return MalformedError("log.entry-form", "the log entry is malformed", expected=expected)
