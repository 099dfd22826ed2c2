"""The cryptography of withheld statements: salt, commitment, and the opening that is kept apart.

What is committed to are the bytes of the whole envelope, so that when it opens, the author's
signature opens with it. The salt keeps short contents from being guessed; whoever deletes salt
and content erases the statement, and every proof about the closed form keeps working.

The closed form itself is a claim: `sunlit.claims.openness.Withheld`.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject

DOMAIN: Final = b"sunlit-commit-v1\x00"
DIGEST: Final = "sunlitCommitV1"  # how a subject that is withheld too is named
SALT_SIZE: Final = 32  # bytes

BAD: Final = "statement.withheld"


def new_salt() -> bytes:
    """Return 32 random bytes, to be used once and kept beside the content, never in a log."""
    return secrets.token_bytes(SALT_SIZE)


def commitment(salt: bytes, content: bytes) -> str:
    """Return the hex SHA-256 of `"sunlit-commit-v1" || 0x00 || salt || content`.

    Raises:
        MalformedError: `statement.withheld` for a salt that has not 32 bytes.
    """
    if len(salt) != SALT_SIZE:
        raise MalformedError(BAD, "a salt has 32 bytes", got=f"{len(salt)} bytes")
    return hashlib.sha256(DOMAIN + salt + content).hexdigest()


def check_opening(committed: str, salt: bytes, content: bytes) -> None:
    """Check that `content` is what was withheld under the commitment `committed`.

    Raises:
        VerificationError: `statement.opening`.
        MalformedError: `statement.withheld`.
    """
    if not hmac.compare_digest(commitment(salt, content).encode(), committed.encode()):
        raise VerificationError(
            "statement.opening", "the opened content is not what was withheld",
            expected=f"salt and content of commitment {committed[:16]}",
        )  # fmt: skip


def hidden_subject(committed: str) -> Subject:
    """Return the subject of a closed form that does not even say what it is about."""
    return Subject(None, {DIGEST: committed})


@dataclass(frozen=True, slots=True)
class Opening:
    """Salt and content of one withheld statement: secret; deleting every copy erases it."""

    salt: bytes = field(repr=False)
    envelope: Envelope = field(repr=False)

    @property
    def commitment(self) -> str:
        """The commitment that this opens."""
        return commitment(self.salt, self.envelope.to_bytes())

    def to_bytes(self) -> bytes:
        """Return the opening file, canonical JSON."""
        return canonical.encode(
            {"v": 1, "salt": self.salt.hex(), "envelope": self.envelope.to_json()}
        )

    @classmethod
    def parse(cls, data: bytes) -> "Opening":
        """Read an opening file.

        Raises:
            MalformedError: `statement.withheld`, `statement.malformed-envelope`, `json.*`.
        """
        document = canonical.decode_object(data, what="the opening")
        envelope = document.get("envelope")
        if document.get("v") != 1 or not isinstance(envelope, Mapping):
            raise MalformedError(
                BAD, "this is no opening file", expected='{"v":1,"salt":...,"envelope":{...}}'
            )
        return cls(read_salt(document.get("salt")), Envelope.from_json(envelope))


def read_salt(value: object) -> bytes:
    """Return the salt that 64 lower-case hex digits stand for.

    Raises:
        MalformedError: `statement.withheld`.
    """
    if isinstance(value, str) and len(value) == 2 * SALT_SIZE:
        try:
            salt = bytes.fromhex(value)
        except ValueError:
            salt = b""
        if salt.hex() == value:
            return salt
    raise MalformedError(BAD, "a salt is malformed", expected="64 lower-case hex digits")
