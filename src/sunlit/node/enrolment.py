"""Making people's keys known to the logs: roles on the node, roles of a key, the operator's word.

A person's key signs its own registration; the operator of the organisation adds a signature and
logs it. A key of a board counts only once the trust file names it too (spec/trust-file.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.times import Clock
from sunlit.claims import authority
from sunlit.claims.authority import Key
from sunlit.claims.base import read_claim
from sunlit.node.people import Passkey, PasskeyState, People, Person
from sunlit.node.permission import Role
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.registry.keys import countersign
from sunlit.statement.dsse import Envelope, verified_by
from sunlit.statement.intoto import Statement
from sunlit.statement.keys import PublicKey, Signer

KEY_ROLES: Final[Mapping[Role, authority.Role]] = {
    Role.OFFICER: authority.Role.MAINTAINER,
    Role.PUBLISHER: authority.Role.MAINTAINER,
    Role.ASSESSOR: authority.Role.ASSESSOR,
    Role.BOARD_MEMBER: authority.Role.BOARD,
    Role.CHAIR: authority.Role.BOARD,
}


def roles_of(person: Person) -> tuple[authority.Role, ...]:
    """Return the roles that a key of this person may be registered for."""
    return tuple(sorted({KEY_ROLES[role] for role in person.roles if role in KEY_ROLES}))


def check_request(data: bytes, person: Person) -> tuple[Envelope, PublicKey]:
    """Read what `sunlit key new --out` wrote beside a key: it asks for what is the person's.

    Raises:
        MalformedError: `statement.*`, `json.*`, `enrol.not-a-request`.
        VerificationError: `enrol.not-yours`.
    """
    envelope = Envelope.parse(data)
    statement = Statement.parse(envelope.payload)
    claim = read_claim(statement.predicate_type, statement.predicate)
    if not isinstance(claim, Key):
        raise MalformedError(
            "enrol.not-a-request", "this file does not ask for a key to be registered",
            mend="make one with: sunlit key new --out KEY.pem --role ROLE --organisation ID",
        )  # fmt: skip
    key = PublicKey.from_json(claim.key)
    allowed = set(roles_of(person))
    if (
        claim.organisation != person.organisation
        or not set(claim.roles) <= allowed
        or not verified_by(envelope, [key])
    ):
        raise VerificationError(
            "enrol.not-yours", "this key asks for something that is not yours, or did not sign it",
            expected=f"a key of {person.organisation}, for: {', '.join(sorted(allowed)) or 'none'}",
        )  # fmt: skip
    return envelope, key


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A key that its organisation's log knows now. `board`: the trust file has to name it too."""

    key: PublicKey
    label: str
    board: bool


def enrol(
    people: People, homes: Sequence[Home], clock: Clock, operator: Signer | None = None
) -> tuple[Enrolled, ...]:
    """Countersign and log what waits for the operator of the first home's organisation.

    Further homes are told as well, where their logs know the organisation.

    Raises:
        SunlitError: as `countersign` and `Ledger.admit`; what was done before stays done.
    """
    home = homes[0]
    signer = operator or home.signer(authority.Role.OPERATOR)
    found: list[Enrolled] = []
    for passkey in people.waiting(home.organisation):
        if not passkey.registration:
            continue
        asked = Envelope.parse(passkey.registration)
        if not _still_theirs(people.person(passkey.person), asked):
            continue  # it waits for its person to sign what they are now
        envelope = countersign(asked, signer)
        with open_ledger(home, clock) as ledger:
            ledger.admit(envelope)
        for other in homes[1:]:
            _tell(other, envelope, clock)
        people.move(passkey.credential, PasskeyState.KNOWN, envelope.to_bytes())
        found.append(_enrolled(passkey, envelope))
    return tuple(found)


def _still_theirs(person: Person | None, asked: Envelope) -> bool:
    """Tell whether a key asks for nothing that its person is not any more."""
    claim = read_claim(authority.Key.TYPE, Statement.parse(asked.payload).predicate)
    allowed = set(roles_of(person)) if person is not None else set()
    return isinstance(claim, Key) and set(claim.roles) <= allowed


def _tell(home: Home, envelope: Envelope, clock: Clock) -> None:
    with open_ledger(home, clock) as ledger:
        try:
            ledger.admit(envelope)
        except VerificationError:
            return  # it does not know the organisation: it is told when it is told of that


def _enrolled(passkey: Passkey, envelope: Envelope) -> Enrolled:
    claim = read_claim(authority.Key.TYPE, Statement.parse(envelope.payload).predicate)
    board = isinstance(claim, Key) and authority.Role.BOARD in claim.roles
    return Enrolled(key=passkey.key, label=passkey.label, board=board)
