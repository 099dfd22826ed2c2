"""What lies beside a record: the values it commits to, their salts, sealed with a key of its own.

A commitment is SHA-256("sunlit-commit-v1" || 0x00 || salt || name || 0x00 || type || 0x00 ||
value), the form of `sunlit.statement.withheld` with the field's name and media type bound in.
Salts stand inside the sealed content, so destroying one 32-byte key destroys them too: what is
left is a digest of 256 unknown bits and something.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.decision.entropy import draw
from sunlit.statement.withheld import DOMAIN, SALT_SIZE, check_opening, commitment

JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"
KEY_SIZE: Final = 32
NONCE_SIZE: Final = 12
MALFORMED: Final = "content.malformed"
_SIZE: Final = '","size":'


@dataclass(frozen=True, slots=True)
class Field:
    """One value as it was: its media type, its bytes, and the salt of its commitment."""

    type: str
    value: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def commitment(self, name: str) -> str:
        """Return the hex commitment to this value under the field's name."""
        return commitment(self.salt, _committed(name, self.type, self.value))

    def check(self, name: str, committed: str) -> None:
        """Check that this is what was committed to.

        Raises:
            VerificationError: `content.opening`.
        """
        try:
            check_opening(committed, self.salt, _committed(name, self.type, self.value))
        except VerificationError as error:
            raise VerificationError(
                "content.opening", f"the {name} that is opened is not what the record committed to",
                expected=f"the value of commitment {committed[:16]}...",
            ) from error  # fmt: skip


def _committed(name: str, media_type: str, value: bytes) -> bytes:
    for text in (name, media_type):
        # A NUL would move the border between type and value: two openings of one commitment.
        if not (text and text.isascii() and text.isprintable()):
            raise MalformedError(
                MALFORMED, "a field's name or media type is not printable ASCII",
                expected="for example input, application/json",
            )  # fmt: skip
    return b"\x00".join((name.encode(), media_type.encode(), value))


@dataclass(frozen=True, slots=True)
class Content:
    """The values of one record, by field name."""

    fields: Mapping[str, Field]

    @classmethod
    def of(cls, values: Mapping[str, tuple[str, bytes]]) -> Self:
        """Take (media type, bytes) by name, with a fresh random salt for each."""
        salts = draw(SALT_SIZE * len(values))
        return cls(
            {
                name: Field(kind, value, salts[at * SALT_SIZE : (at + 1) * SALT_SIZE])
                for at, (name, (kind, value)) in enumerate(values.items())
            }
        )

    def commitments(self) -> dict[str, str]:
        """Return the hex commitment of each field."""
        return {name: one.commitment(name) for name, one in self.fields.items()}

    def only(self, names: Iterable[str]) -> "Content":
        """Return the fields with these names: an opening of a part."""
        wanted = set(names)
        return Content({name: one for name, one in self.fields.items() if name in wanted})

    def check(self, commit: Mapping[str, object]) -> None:
        """Check every field against a record's commitments.

        Raises:
            VerificationError: `content.opening`.
        """
        for name, one in self.fields.items():
            one.check(name, str(commit.get(name, "")))

    def to_bytes(self) -> bytes:
        """Return one line of canonical JSON, then the values in its order, without gaps."""
        fields = [(name, self.fields[name]) for name in sorted(self.fields)]
        rows: list[str] = []
        for name, one in fields:
            lead, _, tail = _around(name, one.type)
            rows.append(f"{lead}{one.salt.hex()}{_SIZE}{len(one.value)}{tail}")
        return _joined(rows, [one.value for _, one in fields])

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            MalformedError: `content.malformed`, `json.*`.
        """
        line, _, rest = data.partition(b"\n")
        head = canonical.decode_object(line, what="the content's first line")
        rows = head.get("fields")
        if head.get("v") != 1 or not isinstance(rows, list):
            raise MalformedError(MALFORMED, "the content is of another kind or version")
        found: dict[str, Field] = {}
        at = 0
        for row in rows:
            name, one = _field(row, rest, at)
            found[name] = one
            at += len(one.value)
        if at != len(rest) or len(found) != len(rows):
            raise MalformedError(MALFORMED, "the content is cut short, or there is more after it")
        return cls(found)


def write_content(values: Mapping[str, tuple[str, bytes]]) -> tuple[dict[str, str], bytes]:
    """Return (hex commitments by name, content): `Content.of` and all of it, in one go."""
    salts = draw(SALT_SIZE * len(values))
    commit: dict[str, str] = {}
    rows: list[str] = []
    bodies: list[bytes] = []
    end = 0
    for name in sorted(values):
        kind, value = values[name]
        start, end = end, end + SALT_SIZE
        salt = salts[start:end]
        lead, between, tail = _around(name, kind)
        commit[name] = sha256(b"%b%b%b%b" % (DOMAIN, salt, between, value)).hexdigest()
        rows.append(f"{lead}{salt.hex()}{_SIZE}{len(value)}{tail}")
        bodies.append(value)
    return commit, _joined(rows, bodies)


@lru_cache(maxsize=256)
def _around(name: str, kind: str) -> tuple[str, bytes, str]:
    """Return what of a field's row and commitment hangs on its name and media type alone."""
    lead = f'{{"name":{encode_basestring(name)},"salt":"'
    return lead, _committed(name, kind, b""), f',"type":{encode_basestring(kind)}}}'


def _joined(rows: list[str], values: list[bytes]) -> bytes:
    head = f'{{"fields":[{",".join(rows)}],"v":1}}\n'.encode()
    return b"".join((head, *values))


def _field(row: object, rest: bytes, at: int) -> tuple[str, Field]:
    if isinstance(row, dict):
        name, size, kind, salt = (row.get(key) for key in ("name", "size", "type", "salt"))
        if (
            isinstance(name, str)
            and isinstance(kind, str)
            and isinstance(salt, str)
            and type(size) is int
            and 0 <= size <= len(rest) - at
        ):
            try:
                return name, Field(kind, rest[at : at + size], bytes.fromhex(salt))
            except ValueError:
                pass
    raise MalformedError(MALFORMED, "a field of the content is malformed")


def seal(content: bytes, key: bytes, record_id: str, nonce: bytes | None = None) -> bytes:
    """Return nonce and AES-256-GCM ciphertext of a content; the record's id is bound in.

    Each key seals one content, once.
    """
    nonce = nonce or os.urandom(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, content, record_id.encode())


def unseal(sealed: bytes, key: bytes, record_id: str) -> bytes:
    """Return the content that `seal` sealed.

    Raises:
        VerificationError: `content.key`.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], record_id.encode())
    except (InvalidTag, ValueError) as error:
        raise VerificationError(
            "content.key", "the content does not open with the key that is kept for it",
            mend="it was changed, or it belongs to another record",
        ) from error  # fmt: skip
