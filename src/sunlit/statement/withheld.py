"""The closed form of a statement: it is known that it exists, and on whose authority it is shut.

What is committed to are the bytes of the whole envelope, so that when it opens, the author's
signature opens with it. The salt keeps short contents from being guessed; whoever deletes salt
and content erases the statement, and every proof about the closed form keeps working.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.times import format_time, parse_time
from sunlit.statement.intoto import Statement, Subject

PREDICATE_TYPE: Final = "urn:sunlit:statement:withheld:v1"
DOMAIN: Final = b"sunlit-commit-v1\x00"
SALT_SIZE: Final = 32  # bytes
MAX_AUDIENCES: Final = 16
MAX_TEXT: Final = 512  # characters

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A closed statement: the commitment, why, who approved it, until when, who may read it."""

    commitment: str
    ground: str
    approved_by: str  # the office, never a person's name
    expires_at: datetime
    audiences: tuple[str, ...]
    extra: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_json(cls, predicate: Mapping[str, object]) -> "Withheld":
        """Read the predicate; unknown fields are kept.

        Raises:
            MalformedError: `statement.withheld`, `time.malformed`.
        """
        digest = predicate.get("commitment")
        if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise MalformedError(BAD, "`commitment` is 64 lower-case hex digits")
        known = {"commitment", "ground", "approvedBy", "expiresAt", "audiences"}
        return cls(
            commitment=digest,
            ground=_text(predicate.get("ground"), "ground"),
            approved_by=_text(predicate.get("approvedBy"), "approvedBy"),
            expires_at=parse_time(predicate.get("expiresAt"), what="`expiresAt`"),
            audiences=_audiences(predicate.get("audiences")),
            extra={name: value for name, value in predicate.items() if name not in known},
        )

    def to_json(self) -> dict[str, object]:
        """Return the predicate."""
        return {
            **self.extra,
            "commitment": self.commitment,
            "ground": self.ground,
            "approvedBy": self.approved_by,
            "expiresAt": format_time(self.expires_at),
            "audiences": list(self.audiences),
        }

    def to_statement(self, subjects: Sequence[Subject] = ()) -> Statement:
        """Return the statement to sign; without subjects, what it is about is withheld too."""
        closed = Subject(None, {"sunlitCommitV1": self.commitment})
        return Statement(tuple(subjects) or (closed,), PREDICATE_TYPE, self.to_json())

    def is_open_at(self, at: datetime) -> bool:
        """Say whether the ground has lapsed, so that the content is due to everybody."""
        return at >= self.expires_at

    def check_opening(self, salt: bytes, content: bytes) -> None:
        """Check that `content` is what was withheld.

        Raises:
            VerificationError: `statement.opening`.
            MalformedError: `statement.withheld`.
        """
        if not hmac.compare_digest(commitment(salt, content), self.commitment):
            raise VerificationError(
                "statement.opening", "the opened content is not what was withheld",
                expected=f"salt and content of commitment {self.commitment[:16]}",
            )  # fmt: skip


def _text(value: object, name: str) -> str:
    if isinstance(value, str) and len(value.strip()) >= 1 and len(value) <= MAX_TEXT:
        return value
    raise MalformedError(BAD, f"`{name}` is a text of 1 to {MAX_TEXT} characters")


def _audiences(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_AUDIENCES:
        raise MalformedError(BAD, f"`audiences` is a list of 1 to {MAX_AUDIENCES} names")
    return tuple(_text(item, "audiences") for item in value)
