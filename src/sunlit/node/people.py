"""The people of a node: who was invited, what they are, their sessions and their passkeys.

All of it lives in the private store alone: no log, claim or page names a person. A person is
known by a digest of what the identity provider calls them; there are no passwords here.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from sunlit.base.errors import VerificationError
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Publication
from sunlit.node.permission import PUBLIC, Actor, Role
from sunlit.statement.keys import PublicKey

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=8)
SKEW: Final = timedelta(minutes=5)  # that clocks may differ: what is from later than that is not
RECENT: Final = timedelta(minutes=5)  # a step-up, or a sign-in, holds for that long
INVITED_FOR: Final = timedelta(days=7)
GIVABLE: Final = frozenset(set(Role) - {Role.PUBLIC, Role.SCRAPER})


def person_id(issuer: str, subject: str) -> str:
    """Return the id of whoever `issuer` calls `subject`: 32 hex digits that tell neither."""
    text = f"sunlit-person-v1\x00{issuer}\x00{subject}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def new_secret() -> str:
    """Return 256 random bits, as 43 characters of base64url."""
    return secrets.token_urlsafe(32)


def digest(secret: str, use: str) -> str:
    """Return what is stored of a secret: its SHA-256 (hex), kept apart by use."""
    return hashlib.sha256(f"sunlit-{use}-v1\x00{secret}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in. `label` is an office or a role in words, for their colleagues."""

    id: str
    organisation: str
    roles: frozenset[Role]
    label: str
    since: datetime
    ended: datetime | None = None

    @property
    def actor(self) -> Actor:
        """Who they are to `permission.can`."""
        if self.ended is not None:
            return PUBLIC
        return Actor(
            person=self.id, organisation=self.organisation, roles=self.roles | {Role.PUBLIC}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a one-time code is good for. The code itself is shown once and kept nowhere."""

    organisation: str
    roles: frozenset[Role]
    label: str
    made_by: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser. `id` is the digest of its cookie; `confirmed` the last step-up."""

    id: str
    person: str
    since: datetime
    seen: datetime
    confirmed: datetime | None = None

    def ends(self) -> datetime:
        """Return when it ends if nothing more is done."""
        return min(self.seen + IDLE, self.since + ABSOLUTE)

    def is_live(self, at: datetime) -> bool:
        """Tell whether it still counts; not where the clock was set back behind it."""
        return max(self.since, self.seen) <= at + SKEW and at < self.ends()

    def is_confirmed(self, at: datetime) -> bool:
        """Tell whether somebody showed lately that it is still them."""
        return self.confirmed is not None and at - RECENT < self.confirmed <= at + SKEW


class PasskeyState(StrEnum):
    """How far a passkey is known: made here, in the log, or over."""

    WAITING = "waiting"  # for the operator of its organisation
    KNOWN = "known"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A person's passkey. `credential` is base64url; `registration` its signed `Key` statement."""

    credential: str
    person: str
    key: PublicKey
    label: str
    since: datetime
    state: PasskeyState = PasskeyState.WAITING
    registration: bytes = b""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody had typed when their session ended: to where, and the fields, in order."""

    path: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


class People(Protocol):
    """The store of persons, invitations and passkeys (the private store)."""

    def invite(self, code: str, invitation: Invitation) -> None:
        """Keep an invitation under the digest of its code."""
        ...

    def redeem(self, code: str, person: str, at: datetime) -> Person | None:
        """Use a code up, once, and return the person that it makes; None if it is not good."""
        ...

    def add(self, person: Person) -> None:
        """Keep a person, in place of what was known of them."""
        ...

    def person(self, person: str) -> Person | None:
        """Return somebody, ended or not."""
        ...

    def of(self, organisation: str) -> tuple[Person, ...]:
        """Return the people of an organisation, by label."""
        ...

    def set_roles(self, person: str, roles: Iterable[Role]) -> None:
        """Change what somebody is."""
        ...

    def end(self, person: str, at: datetime) -> None:
        """End somebody: their sessions too. Their passkeys are ended one by one."""
        ...

    def add_passkey(self, passkey: Passkey) -> None:
        """Keep a passkey.

        Raises:
            VerificationError: `passkey.known-already`.
        """
        ...

    def passkeys(self, person: str) -> tuple[Passkey, ...]:
        """Return somebody's passkeys that have not ended, oldest first."""
        ...

    def key_names(self, organisation: str) -> Mapping[str, str]:
        """Return what people of an organisation call their keys, ended ones too, by key id."""
        ...

    def passkey(self, credential: str) -> Passkey | None:
        """Return a passkey by its credential id."""
        ...

    def holders(self, keys: Collection[str]) -> frozenset[str]:
        """Return whose keys these are or were, by key id; of keys not made known here, nobody's."""
        ...

    def waiting(self, organisation: str) -> tuple[Passkey, ...]:
        """Return the passkeys that wait for an organisation's operator, oldest first."""
        ...

    def move(self, credential: str, state: PasskeyState, registration: bytes = b"") -> None:
        """Change how far a passkey is known; keep its registration where one is given."""
        ...


class Sessions(Protocol):
    """The store of sessions, half-done sign-ins, what was typed, and who tried how often."""

    def start(self, secret: str, person: str, at: datetime, *, confirmed: bool = True) -> Session:
        """Start a session for whoever holds `secret`; `confirmed`: they showed now who they are."""
        ...

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie, live or just over."""
        ...

    def touch(self, session: Session, at: datetime) -> None:
        """Note that it was used."""
        ...

    def rotate(self, session: Session, secret: str, *, confirmed: datetime | None) -> Session:
        """Give a session another secret; the old one is no good from now on."""
        ...

    def stop(self, session: Session) -> None:
        """Sign one browser out."""
        ...

    def stop_all(self, person: str, *, but: str | None = None) -> None:
        """Sign somebody out everywhere, or everywhere `but` in the session of this id."""
        ...

    def of(self, person: str, at: datetime) -> tuple[Session, ...]:
        """Return somebody's sessions that count, the newest first."""
        ...

    def begin(self, state: str, kept: str, at: datetime) -> None:
        """Keep what a sign-in (or a passkey ceremony) needs when its answer comes."""
        ...

    def took(self, state: str, at: datetime) -> str | None:
        """Return it, once, if it is younger than ten minutes."""
        ...

    def keep(self, person: str, typed: Typed, at: datetime) -> None:
        """Keep what somebody had typed; only the newest."""
        ...

    def kept(self, person: str) -> Typed | None:
        """Return what somebody had typed."""
        ...

    def forget(self, person: str) -> None:
        """Throw away what somebody had typed."""
        ...

    def tried(self, who: str, at: datetime, window: timedelta) -> int:
        """Count one more try by `who` and return how many there were in this window."""
        ...

    def forgave(self, who: str, at: datetime, window: timedelta) -> None:
        """Count a try no more: it was no guess."""
        ...


def take_up(people: People, person: str, code: str | None, at: datetime) -> Person:
    """Return whoever signs in: known already, or invited with a good code.

    Raises:
        VerificationError: `signin.not-invited`, `signin.bad-invitation`, `signin.ended`.
    """
    if code:
        made = people.redeem(code, person, at)
        if made is None:
            raise VerificationError(
                "signin.bad-invitation", "this invitation code is not good, or was used already",
                mend="ask whoever invited you for a new code",
            )  # fmt: skip
        return made
    if (known := people.person(person)) is None:
        raise VerificationError(
            "signin.not-invited", "nobody has invited you to this node yet",
            mend="ask an administrator of your organisation for an invitation code",
        )  # fmt: skip
    if known.ended is not None:
        raise VerificationError(
            "signin.ended", "your access to this node has ended",
            mend="ask an administrator of your organisation if this is a mistake",
        )  # fmt: skip
    return known


def expect_another_person(
    people: People, said: Admitted, claim: Publication, history: Iterable[Admitted]
) -> None:
    """Refuse what one person publishes alone with two keys: a log knows keys, the node people.

    Raises:
        VerificationError: `permission.refused`, also where the log does not hold yet what it names.
    """
    made = next((one for one in history if one.statement_id == claim.statement), None)
    if made is None:
        why = "the log does not hold what it publishes"
    elif people.holders(made.signers) & people.holders(said.signers):
        why = "nobody publishes alone: another person has to do this"
    else:
        return
    raise VerificationError("permission.refused", f"You may not do this: {why}")


def judges(people: People, judged: Iterable[Admitted]) -> frozenset[str]:
    """Return who signed any of these, by whatever key: ids of persons."""
    return people.holders({signer for said in judged for signer in said.signers})
