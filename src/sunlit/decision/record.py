"""What stands in a leaf of a decision log: institutional facts, and salted commitments.

A record names no person. Whatever could (input, output, explanation, case pointer, trace id,
check code) is committed to with a random salt each and lies, encrypted, beside the log
(`content`). Later records (a human outcome, a contest, its result) point to an earlier one.
`spec/decision-record.md` is the long form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, SunlitError
from sunlit.claims.codec import read_fields, write_fields
from sunlit.decision.entropy import draw

VERSION: Final = 1
MALFORMED: Final = "record.malformed"
HEX_ID: Final = 32  # hex digits of 16 random bytes
HEX_DIGEST: Final = 64
_HEX: Final = frozenset("0123456789abcdef")


class Kind(StrEnum):
    """What a record says happened."""

    DECISION = "decision"
    REFUSAL = "refusal"  # the guard did not let the component be used
    CLOSED = "closed"  # a stream that a decision with state `opened` began has ended
    OUTCOME = "outcome"  # what a human decided about a proposal
    CONTEST = "contest"  # somebody objects
    CONTEST_RESULT = "contest-result"
    REVIEW = "review"  # of a decision made by break-glass
    ACCESS = "access"  # somebody opened contents


class Binding(StrEnum):
    """How the guard knows which model answered, strongest first."""

    FILES_VERIFIED = "files-verified"  # it hashed the very files that the model was loaded from
    DECLARED = "declared"  # whoever runs the model says which release it is
    ENDPOINT_ONLY = "endpoint-only"  # an endpoint answered; nothing ties it to a release

    def is_at_least(self, minimum: "Binding") -> bool:
        """Tell whether this is as strong as `minimum`."""
        order = list(Binding)
        return order.index(self) <= order.index(minimum)


class State(StrEnum):
    """What a decision was when it was recorded."""

    RELEASED = "released"
    PROPOSED = "proposed"  # nothing until a human's outcome is recorded
    OPENED = "opened"  # a stream has begun; without a `closed` record it is unfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """An earlier record: its decision log, its index there, and its leaf hash (hex)."""

    log: str
    index: int
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One leaf. Which fields a kind has is in `spec/decision-record.md`; the rest are None.

    `commit` maps a field's name to the hex commitment to it. `token` is the grant's statement
    id, `release` the manifest digest, `status` the hex SHA-256 of the status list relied on,
    `trust` the trust file's version. `role` is an office or a role, never a person; `result`
    and `code` are coded.
    """

    kind: Kind
    id: str
    time: datetime
    commit: Mapping[str, object] = field(default_factory=dict)
    v: int = VERSION
    token: str | None = None
    release: str | None = None
    use: str | None = None
    deployer: str | None = None
    jurisdiction: str | None = None
    data_class: str | None = None
    binding: Binding | None = None
    oversight: str | None = None
    state: State | None = None
    status: str | None = None
    trust: int | None = None
    break_glass: str | None = None  # the code of the refusal that was overridden
    masked: tuple[str, ...] = ()  # what was masked on the token's order
    code: str | None = None  # of a refusal
    of: Pointer | None = None
    role: str | None = None
    result: str | None = None

    def to_bytes(self) -> bytes:
        """Return the leaf: canonical JSON."""
        return canonical.encode(write_fields(self))

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a leaf strictly: an unknown field or kind is refused, as is another byte order.

        Raises:
            MalformedError: `record.malformed`.
        """
        try:
            record = read_fields(cls, canonical.decode_object(data, what="the record"))
            record._check()  # noqa: SLF001 - its own
            again = record.to_bytes()
        except SunlitError as error:
            raise MalformedError(
                MALFORMED, f"the record is malformed: {error.what}", expected=error.expected,
                got=error.got,
            ) from error  # fmt: skip
        if again != data:
            raise MalformedError(MALFORMED, "the record is not canonical, or has more in it")
        return record

    def _check(self) -> None:
        if self.v != VERSION:
            raise MalformedError(
                MALFORMED, "the record is of another version", expected=str(VERSION),
                got=str(self.v), mend="use a newer sunlit",
            )  # fmt: skip
        if not is_hex(self.id, HEX_ID):
            raise MalformedError(MALFORMED, "its id is not 32 lower-case hex digits")
        if not all(
            isinstance(one, str) and is_hex(one, HEX_DIGEST) for one in self.commit.values()
        ):
            raise MalformedError(MALFORMED, "a commitment is not 64 lower-case hex digits")
        if self.kind is Kind.DECISION:
            needed: tuple[object, ...] = (
                self.token, self.release, self.use, self.deployer, self.binding, self.oversight,
                self.state,
            )  # fmt: skip
            if None in needed:
                raise MalformedError(MALFORMED, "a decision lacks a field that it must have")
        elif self.kind not in (Kind.REFUSAL, Kind.ACCESS) and self.of is None:
            raise MalformedError(MALFORMED, f"a record of kind {self.kind} points to no other")


def new_id() -> str:
    """Return a random record id: 32 hex digits."""
    return draw(HEX_ID // 2).hex()


def is_hex(text: str, digits: int) -> bool:
    """Tell whether a text is `digits` lower-case hex digits."""
    return len(text) == digits and _HEX.issuperset(text)
