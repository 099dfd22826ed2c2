"""Signed acts: from a claim to the exact bytes that a person signs, and back to an envelope.

1. `prepare` writes the statement's payload once; what is signed later are these very bytes.
2. The challenge of the passkey is SHA-256 of the PAE of these bytes (`statement.webauthn`).
3. `by_passkey` and `by_envelope` make and check the signed envelope: the payload is the one that
   was prepared, the signature is by a key of the person who prepared it, and it is done once.
What the statement may do is decided when the log admits it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.claims.base import Claim
from sunlit.node.people import Passkey, PasskeyState, Person, new_secret
from sunlit.statement import webauthn
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, Signature, pae, verified_by
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import PublicKey

LASTS: Final = timedelta(hours=1)  # a page left open longer is prepared anew
SUBMIT: Final = "submit"
KEYS: Final = "keys"  # in the context: ids of the only keys that may sign it, with blanks between
COSIGN: Final = "cosign"  # the organisation's operator key is added, as a deployer's word needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the page says about an act, and what becomes of it.

    `then` names what takes the signed envelope: `submit`, or one that an area registered, which
    is given `context`. `back` is a path on this node. `needs` is the action of whoever prepared
    it, which they have to be allowed still when they sign.
    """

    title: str
    consequence: str
    back: str
    then: str = SUBMIT
    context: Mapping[str, str] = field(default_factory=dict)
    needs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A statement that waits for its signature, or has it."""

    id: str
    person: str
    organisation: str
    statement: str
    payload: bytes
    told: Told
    made: datetime
    envelope: bytes | None = None
    ticket: str | None = None

    @property
    def message(self) -> bytes:
        """The bytes that are signed: the PAE."""
        return pae(PAYLOAD_TYPE, self.payload)

    @property
    def challenge(self) -> str:
        """What the authenticator is asked to sign, in base64url."""
        return webauthn.challenge_for(self.message)


class Acts(Protocol):
    """The store of acts (the private store)."""

    def put(self, act: Act) -> None:
        """Keep a prepared act."""
        ...

    def get(self, act: str, person: str) -> Act | None:
        """Return an act of this person; another's is none of theirs."""
        ...

    def settle(self, act: str, envelope: bytes) -> bool:
        """Keep the signed envelope, once. Return False if the act has one already."""
        ...

    def ticketed(self, act: str, ticket: str) -> None:
        """Note under which ticket the envelope waits for the log."""
        ...


class Audit(Protocol):
    """Who did what that leaves no statement, or read what is guarded (the private store)."""

    def note(
        self, what: str, actor: tuple[str, str], at: datetime, detail: Mapping[str, str]
    ) -> None:
        """Write one row. `actor` is (person, organisation)."""
        ...

    def rows(self, organisation: str, limit: int) -> tuple[Mapping[str, object], ...]:
        """Return an organisation's newest rows."""
        ...

    def about(
        self, person: str, whats: Collection[str], since: datetime
    ) -> tuple[Mapping[str, object], ...]:
        """Return what of these kinds was done by or to somebody, the newest first."""
        ...


def prepare(
    person: Person, claim: Claim, subjects: Iterable[Subject], told: Told, at: datetime,
    *, log: str | None = None,
) -> Act:  # fmt: skip
    """Return the act by which `person` will say `claim`, in the log of their organisation."""
    payload = Statement(tuple(subjects), claim.TYPE, claim.to_predicate()).to_payload()
    return Act(
        id=new_secret(), person=person.id, organisation=log or person.organisation,
        statement=Envelope(PAYLOAD_TYPE, payload, ()).statement_id, payload=payload, told=told,
        made=at,
    )  # fmt: skip


def by_passkey(
    act: Act, passkey: Passkey | None, parts: tuple[bytes, bytes, bytes], at: datetime
) -> Envelope:
    """Return the envelope, from what the authenticator answered.

    `parts` are authenticatorData, clientDataJSON and the signature.

    Raises:
        VerificationError: `act.not-your-key`, `act.too-late`, `key.bad-signature`.
    """
    if passkey is None or passkey.person != act.person or passkey.state is PasskeyState.ENDED:
        raise _not_yours()
    signature = webauthn.pack(*parts)
    _expect_in_time(act, at)
    passkey.key.verify(act.message, signature)
    return Envelope(PAYLOAD_TYPE, act.payload, (Signature(passkey.key.key_id, signature),))


def by_envelope(act: Act, data: bytes, keys: Iterable[PublicKey], at: datetime) -> Envelope:
    """Return the envelope that was signed elsewhere, checked; `keys` are the person's own ones.

    Raises:
        MalformedError: `statement.malformed-envelope`.
        VerificationError: `act.changed`, `act.not-your-key`, `act.too-late`.
    """
    envelope = Envelope.parse(data)
    if envelope.payload_type != PAYLOAD_TYPE or envelope.payload != act.payload:
        raise VerificationError(
            "act.changed", "what was signed is not what was prepared here",
            mend="download the statement again, and sign that very file",
        )  # fmt: skip
    _expect_in_time(act, at)
    if not verified_by(envelope, keys):
        raise _not_yours()
    return envelope


def _expect_in_time(act: Act, at: datetime) -> None:
    if at > act.made + LASTS:
        raise VerificationError(
            "act.too-late", "this was prepared more than an hour ago, and things may have changed",
            mend="go back and prepare it again",
        )  # fmt: skip


def _not_yours() -> VerificationError:
    return VerificationError(
        "act.not-your-key", "this was not signed by a key that is known to be yours",
        mend="use a passkey of your account, or a key of your organisation that the log knows",
    )  # fmt: skip


def mine(acts: Acts, act: str, person: str) -> Act:
    """Return an act of this person.

    Raises:
        UnavailableError: `act.no-such`.
    """
    found = acts.get(act, person)
    if found is None:
        raise UnavailableError("act.no-such", "there is nothing here for you to sign")
    return found


def settle(acts: Acts, act: Act, envelope: Envelope) -> None:
    """Keep the signed envelope of an act, once.

    Raises:
        VerificationError: `act.done-already`.
    """
    if not acts.settle(act.id, envelope.to_bytes()):
        raise _done_already()


def expect_open(act: Act) -> None:
    """Refuse what has its signature.

    Raises:
        VerificationError: `act.done-already`.
    """
    if act.envelope is not None:
        raise _done_already()


def _done_already() -> VerificationError:
    return VerificationError(
        "act.done-already", "this was signed already",
        mend="look at its receipt; to say it again, prepare it again",
    )  # fmt: skip
