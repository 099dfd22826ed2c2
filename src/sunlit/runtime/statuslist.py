"""Token Status List (draft-ietf-oauth-status-list): which token still counts.

One list is an array of `bits` (1, 2, 4 or 8) per token, packed from the least significant bit
on, compressed with zlib, in a JWT of the type `statuslist+jwt`.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.base.times import format_time, from_unix
from sunlit.runtime import jws
from sunlit.statement.keys import PublicKey, Signer

LIST_TYPE: Final = "statuslist+jwt"
VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2

BITS: Final = (1, 2, 4, 8)
MAX_LIST: Final = 4 * 1024 * 1024  # characters of a list in a JWT
MAX_INFLATED: Final = 4 * 1024 * 1024  # bytes: 16 million tokens at 2 bits
MAX_UNIX: Final = 253_402_300_799  # the last second of the year 9999

MALFORMED: Final = "status.malformed"


@dataclass(frozen=True, slots=True)
class StatusList:
    """The statuses of `len(data) * 8 / bits` tokens."""

    bits: int
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many tokens the list has a status for."""
        return len(self.data) * 8 // self.bits

    def status(self, index: int) -> int:
        """Return the status at `index`.

        Raises:
            VerificationError: `status.out-of-bounds`: the list says nothing about this token.
        """
        if not 0 <= index < self.size:
            raise VerificationError(
                "status.out-of-bounds", "the status list says nothing about this token",
                expected=f"an index below {self.size}", got=str(index),
            )  # fmt: skip
        byte, place = divmod(index * self.bits, 8)
        return self.data[byte] >> place & ((1 << self.bits) - 1)

    def to_json(self) -> dict[str, object]:
        """Return `{"bits", "lst"}`, compressed as well as zlib can."""
        return {"bits": self.bits, "lst": jws.encode_part(zlib.compress(self.data, 9))}

    @classmethod
    def from_json(cls, value: object) -> "StatusList":
        """Read `{"bits", "lst"}`; unknown members are ignored.

        Raises:
            MalformedError: `status.malformed`, `status.too-large`.
        """
        if not isinstance(value, Mapping):
            raise MalformedError(MALFORMED, "the status list is no JSON object")
        bits, text = value.get("bits"), value.get("lst")
        if type(bits) is not int or bits not in BITS:
            raise MalformedError(MALFORMED, "the list's `bits` is wrong", expected="1, 2, 4 or 8")
        if not isinstance(text, str) or not text.isascii():
            raise MalformedError(MALFORMED, "the list's `lst` is no base64url text")
        return cls(bits, _inflate(_decoded(text)))


def _decoded(text: str) -> bytes:
    try:
        return jws.decode_part(text.encode("ascii"), "the list's `lst`")
    except MalformedError as error:
        raise MalformedError(MALFORMED, "the list's `lst` is no base64url text") from error


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        # A few kilobytes can inflate to gigabytes: stop one byte after the limit.
        found = inflater.decompress(data, MAX_INFLATED + 1)
    except zlib.error as error:
        raise MalformedError(MALFORMED, "the list's `lst` is not zlib data") from error
    if len(found) > MAX_INFLATED:
        raise MalformedError(
            "status.too-large", "the status list inflates to too much",
            expected=f"at most {MAX_INFLATED} bytes",
        )  # fmt: skip
    if not inflater.eof or inflater.unused_data:
        raise MalformedError(MALFORMED, "the list's `lst` is cut off or has bytes after its end")
    return found


def build(statuses: Mapping[int, int], *, size: int, bits: int = 2) -> StatusList:
    """Return a list of at least `size` tokens; those not in `statuses` are VALID.

    Raises:
        MalformedError: `status.malformed` for a status or index that does not fit.
    """
    if bits not in BITS or size < 0 or size * bits // 8 > MAX_INFLATED:
        raise MalformedError(MALFORMED, "a status list cannot have this shape")
    data = bytearray(-(-size * bits // 8))
    for index, status in statuses.items():
        if not 0 <= index < size or not 0 <= status < 1 << bits:
            raise MalformedError(
                MALFORMED, "a status does not fit the list",
                expected=f"below {1 << bits} at an index below {size}", got=f"{status} at {index}",
            )  # fmt: skip
        byte, place = divmod(index * bits, 8)
        mask = ((1 << bits) - 1) << place
        data[byte] = data[byte] & ~mask | status << place
    return StatusList(bits, bytes(data))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListToken:
    """A verified list: what it is the list of, when it was made, and until when it speaks."""

    uri: str
    issued_at: datetime
    expires_at: datetime
    ttl: int | None
    key_id: str
    statuses: StatusList = field(repr=False)


def sign_list(
    statuses: StatusList, signer: Signer, *, uri: str, at: datetime, lasts: timedelta, ttl: int
) -> str:
    """Return the status list token in JWT form; it expires `lasts` after `at`.

    Raises:
        MalformedError: `token.algorithm` for keys that sign no tokens.
    """
    payload = {
        "sub": uri,
        "iat": int(at.timestamp()),
        "exp": int((at + lasts).timestamp()),
        "ttl": ttl,
        "status_list": statuses.to_json(),
    }
    return jws.sign(encode(payload), signer, typ=LIST_TYPE)


def read_list(
    text: bytes,
    keys: Iterable[PublicKey],
    *,
    uri: str,
    at: datetime,
    staleness: timedelta = timedelta(0),
) -> StatusListToken:
    """Verify a status list token by the draft's validation rules (section 8.3).

    The caller validates the token that refers to the list first. `staleness` is how long after
    its expiry a list may still be relied on, where there is no network: zero unless stated.

    Raises:
        MalformedError: `status.malformed`, `status.too-large`.
        VerificationError: `status.signature`, `status.wrong-list`, `status.not-yet-valid`,
            `status.expired`.
    """
    # 3a. the JWT, by a key of the list's issuer; 3b. the claims that must be there
    key, payload = _verified(text, keys)
    found = _read_claims(payload, key)
    # 4a. the list's `sub` is the token's `uri`
    if found.uri != uri:
        raise VerificationError("status.wrong-list", "this is another status list", expected=uri)
    # 4b. made by now; 4c. not expired
    if at < found.issued_at:
        raise VerificationError(
            "status.not-yet-valid", "the status list is from the future",
            expected=f"made by {format_time(at)}", got=format_time(found.issued_at),
        )  # fmt: skip
    if at - staleness >= found.expires_at:  # a list may last to the year 9999: nothing is added
        raise VerificationError(
            "status.expired", "the status list has expired, so it says nothing any more",
            expected=f"valid at {format_time(at)}", got=f"expired {format_time(found.expires_at)}",
            mend="get the issuer's latest status list and put it in place of status.jwt",
        )  # fmt: skip
    return found


def _verified(text: bytes, keys: Iterable[PublicKey]) -> tuple[PublicKey, dict[str, object]]:
    try:
        key, payload = jws.verify_by_named(jws.parse(text, typ=LIST_TYPE, limit=MAX_LIST), keys)
        return key, decode_object(payload, what="the status list")
    except MalformedError as error:
        raise MalformedError(MALFORMED, "the status list cannot be read", got=error.what) from error
    except SunlitError as error:
        raise VerificationError(
            "status.signature", "the status list is not signed by its issuer",
            expected=error.expected, got=error.what,
        ) from error  # fmt: skip


def _read_claims(payload: Mapping[str, object], key: PublicKey) -> StatusListToken:
    uri, ttl = payload.get("sub"), payload.get("ttl")
    if not isinstance(uri, str):
        raise MalformedError(MALFORMED, "the status list does not say what it is: no `sub`")
    if ttl is not None and (type(ttl) is not int or ttl <= 0):
        raise MalformedError(MALFORMED, "the list's `ttl` is no positive number")
    return StatusListToken(
        uri=uri,
        issued_at=_time(payload, "iat"),
        expires_at=_time(payload, "exp"),
        ttl=ttl,
        key_id=key.key_id,
        statuses=StatusList.from_json(payload.get("status_list")),
    )


def _time(payload: Mapping[str, object], name: str) -> datetime:
    value = payload.get(name)
    if type(value) is not int or not 0 <= value <= MAX_UNIX:
        raise MalformedError(MALFORMED, f"the list's `{name}` is no time in whole seconds")
    return from_unix(value)
