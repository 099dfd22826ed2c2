"""A small world of organisations with keys, for tests: a log and a directory in three lines.

    world = World()
    agency = world.organisation("agency.example", Role.MAINTAINER)
    said = world.say(claim, agency.key(Role.MAINTAINER), subjects=[subject])

Keys are made from names, so that they and all digests are the same in every run. They are no
secrets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.authority.statements import sign_claim
from sunlit.authority.trust_parts import (
    Board,
    RootKeys,
    TokenIssuer,
    TrustedKey,
    TrustedLog,
    TrustedOrganisation,
)
from sunlit.authority.trust_signing import sign_trust
from sunlit.authority.trustfile import TrustFile
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Accreditation, Conflict, Key, Organisation, Revocation, Role
from sunlit.claims.base import Claim
from sunlit.log.entry import Entry
from sunlit.log.note import NoteVerifier
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey

ROOT: Final = "root.example"
ACCREDITOR: Final = "accreditor.example"
BOARD: Final = "board.example"
ISSUER: Final = "issuer.example"
LOG: Final = "log.example/1"
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
EXPIRES: Final = datetime(2030, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(minutes=1)


def named_key(name: str) -> PrivateKey:
    """Return the Ed25519 key that is made from a name."""
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest()))


def trusted(name: str, until: datetime | None = None) -> TrustedKey:
    """Return the public half of a named key as a trust file lists it."""
    return TrustedKey(key=named_key(name).public.to_json(), label=name, valid_until=until)


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation of the world with its private keys by role."""

    id: str
    keys: dict[Role, PrivateKey] = field(default_factory=dict)

    def key(self, role: Role) -> PrivateKey:
        """Return its key for a role."""
        return self.keys[role]

    @property
    def operator(self) -> PrivateKey:
        """Its operator key."""
        return self.keys[Role.OPERATOR]


def trust_of(**changes: object) -> TrustFile:
    """Return the world's trust file: two of three root keys, one root, accreditor, board, issuer.

    Board members sign with `named_key("board.example/1")` to `/3`, two of three.
    """
    trust = TrustFile(
        version=1,
        expires=EXPIRES,
        root=RootKeys(threshold=2, keys=tuple(trusted(f"trust/{n}") for n in (1, 2, 3))),
        logs=(TrustedLog(origin=LOG, vkey=_vkey(LOG), organisation=ROOT),),
        organisations=(TrustedOrganisation(id=ROOT, keys=(trusted(f"{ROOT}/operator"),)),),
        accreditors=(ACCREDITOR,),
        boards=(
            Board(
                organisation=BOARD,
                threshold=2,
                keys=tuple(trusted(f"{BOARD}/{n}") for n in (1, 2, 3)),
            ),
        ),
        token_issuers=(
            TokenIssuer(organisation=ISSUER, keys=(trusted(f"{ISSUER}/token-issuer"),)),
        ),
    )
    return replace(trust, **changes)  # type: ignore[arg-type]


def signed_trust(trust: TrustFile, *numbers: int) -> bytes:
    """Return the trust file signed by the world's root keys of these numbers (1 and 2)."""
    return sign_trust(trust, [named_key(f"trust/{n}") for n in numbers or (1, 2)])


def _vkey(origin: str) -> str:
    raw = named_key(f"log/{origin}").public.spki[-32:]
    return NoteVerifier(origin, 1, raw).vkey


class World:
    """A trust file and logs whose entries are fed to one history, a minute apart."""

    def __init__(
        self,
        trust: TrustFile | None = None,
        *,
        start: datetime = START,
        root_key: PrivateKey | None = None,
    ) -> None:
        self.trust = trust or trust_of()
        self.history = History(self.trust)
        self.now = start
        self.entries: dict[str, list[bytes]] = {}
        self.root = Member(ROOT, {Role.OPERATOR: root_key or named_key(f"{ROOT}/operator")})

    @property
    def directory(self) -> Directory:
        """Who may sign what, by now."""
        return self.history.directory

    def member(self, name: str, *roles: Role) -> Member:
        """Return an organisation with keys for these roles that nobody has registered."""
        wanted = (Role.OPERATOR, *roles)
        return Member(name, {role: named_key(f"{name}/{role}") for role in wanted})

    def organisation(self, name: str, *roles: Role, parents: tuple[str, ...] = ()) -> Member:
        """Register an organisation and its operator key by the root, further keys by itself."""
        member = self.member(name, *roles)
        if name not in self.directory.roots:
            self.say(Organisation(id=name, name=name, parents=parents), self.root.operator)
        self.register(member, Role.OPERATOR, by=self.root.operator)
        for role in roles:
            self.register(member, role, by=member.operator)
        return member

    def register(self, member: Member, *roles: Role, by: PrivateKey) -> Admitted:
        """Register a member's key (the one for the first role), signed by the key itself too."""
        return self.register_key(member.id, member.key(roles[0]), *roles, by=by)

    def register_key(
        self, organisation: str, key: PrivateKey, *roles: Role, by: PrivateKey
    ) -> Admitted:
        """Register any key for an organisation."""
        claim = Key(organisation=organisation, key=key.public.to_json(), roles=roles)
        return self.say(claim, by, key)

    def accreditor(self) -> Member:
        """Register the accreditor that the trust file names."""
        return self.organisation(ACCREDITOR, Role.ACCREDITOR)

    def accredit(
        self, assessor: str, *scopes: str, until: datetime = EXPIRES, start: datetime = START
    ) -> Admitted:
        """Accredit an assessor; the accreditor must be registered."""
        claim = Accreditation(
            accreditor=ACCREDITOR, assessor=assessor, scopes=scopes, valid_from=start,
            valid_until=until,
        )  # fmt: skip
        return self.say(claim, named_key(f"{ACCREDITOR}/{Role.ACCREDITOR}"))

    def conflict(
        self, member: Member, other: str | None = None, *, component: str | None = None
    ) -> Admitted:
        """Declare an interest, signed by the member's operator key."""
        claim = Conflict(organisation=member.id, with_organisation=other, component=component)
        return self.say(claim, member.operator)

    def revoke(self, key: PrivateKey, *, by: PrivateKey, since: datetime | None = None) -> Admitted:
        """Revoke a key."""
        claim = Revocation(key_id=key.public.key_id, reason="test", compromised_since=since)
        return self.say(claim, by)

    def say(
        self,
        claim: Claim,
        *signers: PrivateKey,
        subjects: Sequence[Subject] | None = None,
        origin: str = LOG,
        at: datetime | None = None,
    ) -> Admitted:
        """Sign a claim, enter it into a log and feed it to the history."""
        envelope = sign_claim(claim, signers, subjects)
        return self.enter(envelope.to_bytes(), origin=origin, at=at)

    def enter(self, envelope: bytes, *, origin: str = LOG, at: datetime | None = None) -> Admitted:
        """Enter any envelope into a log and feed it to the history."""
        self.now = at or self.now + TICK
        entry = Entry.of(self.now, envelope).to_bytes()
        log = self.entries.setdefault(origin, [])
        log.append(entry)
        return self.history.feed(entry, origin=origin, index=len(log) - 1)
