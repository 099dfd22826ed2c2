"""Submitting: an envelope is kept, then admitted by whoever holds the log's writer lock.

A web process only puts and waits. What was put is durable; what was admitted is in the log. The
same envelopes put again are the same submission; what was refused may be put again, since what
was missing may have come in between.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.log.admission import prepare
from sunlit.statement.dsse import Envelope

MAX_GROUP: Final = 16  # envelopes that are admitted together or not at all
MEBIBYTE: Final = 1 << 20
TICKET_PREFIX: Final = b"sunlit-submission-v1\x00"


class State(StrEnum):
    """What has become of a submission."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What to ask by: `id` is the hex digest of the organisation and the envelopes."""

    id: str
    organisation: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why it was refused, as the error said it; `family` is its class's name."""

    family: str
    code: str
    what: str
    expected: str | None = None
    got: str | None = None
    mend: str | None = None

    @classmethod
    def of(cls, error: SunlitError) -> "Refusal":
        """Keep an error as data."""
        return cls(family=type(error).__name__, **error.to_json())

    @property
    def is_malformed(self) -> bool:
        """Tell whether the input was not what it should be; else it does not hold."""
        return self.family == MalformedError.__name__

    def to_json(self) -> dict[str, str]:
        """Return the parts that are known, as `SunlitError.to_json`, and the family."""
        known = {
            "code": self.code, "what": self.what, "expected": self.expected, "got": self.got,
            "mend": self.mend, "family": self.family,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value is not None}

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> "Refusal":
        """Read what `to_json` wrote."""
        return cls(**value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an envelope is in the log: its index, the entry's bytes, the proof (a tlog-proof)."""

    index: int
    entry: bytes
    receipt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a submission; `places` are of all its envelopes, in order.

    The last envelope is the one that was submitted: `index` and `receipt` are its.
    """

    state: State
    origin: str | None = None
    places: tuple[Place, ...] = ()
    error: Refusal | None = None

    @property
    def index(self) -> int | None:
        """The entry's index in the log; None unless it was admitted."""
        return self.places[-1].index if self.places else None

    @property
    def entry(self) -> bytes | None:
        """The entry's bytes; None unless it was admitted."""
        return self.places[-1].entry if self.places else None

    @property
    def receipt(self) -> bytes | None:
        """The proof that the log holds it; None unless it was admitted."""
        return self.places[-1].receipt if self.places else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What waits to be admitted: envelopes that enter together, in this order.

    `statements` are the ids of what they say, where whoever made the group has read them.
    """

    id: str
    organisation: str
    envelopes: tuple[bytes, ...]
    statements: tuple[str, ...] = field(default=(), compare=False)

    @property
    def size(self) -> int:
        """Its envelopes' bytes."""
        return sum(map(len, self.envelopes))

    @property
    def statement_id(self) -> str:
        """The id of the statement that was submitted: the last one."""
        if self.statements:
            return self.statements[-1]
        return Envelope.parse(self.envelopes[-1]).statement_id


class Bound(NamedTuple):
    """How much may wait for one organisation's log: groups, and bytes of all their envelopes.

    A group has some 1 MiB at most, and most have 2 KiB.
    """

    groups: int = 4_096
    bytes: int = 64 * MEBIBYTE


class Keeping(Protocol):
    """What a door needs: to keep many at once, and to ask for many at once."""

    def put_all(self, groups: Sequence[Group]) -> Mapping[str, State | UnavailableError]:
        """Keep groups in one transaction; durable when this returns.

        Says of each, by id, what has become of it, or `submit.queue-full`: then it was not kept.

        Raises:
            UnavailableError: `private.unavailable`: none was kept.
        """
        ...

    def settled(self, ids: Collection[str]) -> Mapping[str, Outcome]:
        """Return what came of those of which something has, by id.

        Raises:
            UnavailableError: `private.unavailable`.
        """
        ...


class Submissions(Protocol):
    """What a web process needs: put, then wait."""

    def put(self, organisation: str, envelope: bytes, *, after: Sequence[bytes] = ()) -> Ticket:
        """Keep an envelope for an organisation's log; durable when this returns.

        `after` are envelopes that enter right before it: all of them together, or none.

        Raises:
            MalformedError: `submit.group`, `statement.malformed-envelope`,
                `log.entry-too-large`, `json.*`.
            UnavailableError: `submit.queue-full`, `private.unavailable`.
        """
        ...

    def wait(self, ticket: Ticket, seconds: float) -> Outcome:
        """Return what came of it, or WAITING when nothing has after so many seconds.

        Raises:
            UnavailableError: `submit.unknown`, `private.unavailable`.
        """
        ...


class Backlog(Protocol):
    """What a worker needs: what waits, and where to say what came of it."""

    def organisations(self) -> tuple[str, ...]:
        """Return the organisations for which something waits, the longest waiting first."""
        ...

    def waiting(
        self, organisation: str, limit: int, most_bytes: int = MEBIBYTE
    ) -> tuple[Group, ...]:
        """Return the oldest groups that wait for an organisation's log, in order.

        So many at most, and no more after those that have `most_bytes` together.
        """
        ...

    def settle(self, outcomes: Mapping[str, Outcome]) -> None:
        """Say what came of groups, by id. Saying it again changes nothing."""
        ...


class Leases(Protocol):
    """Who does a job for now: names held for a while, by one holder each."""

    def hold(self, name: str, holder: str, seconds: int) -> bool:
        """Take or renew a lease; False while another holder has it."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Give a lease back; one that another holds by now is left alone."""
        ...


def group_of(organisation: str, envelopes: Sequence[bytes | Envelope]) -> Group:
    """Check envelopes before they are kept, and name the group.

    The name is of the very envelopes, not of what they say: whoever puts a signature of their
    own beside somebody's statement must not get its refusal told to others.

    Raises:
        MalformedError: `submit.group`, `statement.malformed-envelope`, `log.entry-too-large`.
    """
    if not 1 <= len(envelopes) <= MAX_GROUP:
        raise MalformedError(
            "submit.group", "too many statements were submitted together",
            expected=f"1 to {MAX_GROUP}", got=str(len(envelopes)), mend="submit them one by one",
        )  # fmt: skip
    read = [_read(envelope) for envelope in envelopes]
    canonical = tuple([prepare(envelope.to_json()).canonical for envelope in read])
    digests = b"".join(sha256(one).digest() for one in canonical)
    name = sha256(TICKET_PREFIX + organisation.encode() + b"\x00" + digests).hexdigest()
    statements = tuple([envelope.statement_id for envelope in read])
    return Group(id=name, organisation=organisation, envelopes=canonical, statements=statements)


def _read(envelope: bytes | Envelope) -> Envelope:
    return envelope if isinstance(envelope, Envelope) else Envelope.parse(envelope)


def queue_full(bound: Bound) -> UnavailableError:
    """Return the refusal of a queue that takes no more for now."""
    return UnavailableError(
        "submit.queue-full", "too many statements wait to be admitted; this one was not taken",
        expected=f"at most {bound.groups} waiting, of {bound.bytes / MEBIBYTE:.0f} MiB",
        mend="submit it again in a few seconds",
    )  # fmt: skip


def unknown() -> UnavailableError:
    """Return the answer about a submission that is not known here."""
    return UnavailableError(
        "submit.unknown", "no such submission is known here",
        mend="submit the statement again: it enters the log once at most",
    )  # fmt: skip
