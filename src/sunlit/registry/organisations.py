"""Make an organisation's home, ask to be registered, and register others.

Whoever registers an organisation only adds a signature to what the organisation wrote and
signed itself: so every key has shown that its holder has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sunlit.authority.statements import sign_claim
from sunlit.base.canonical import decode_object
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.claims.authority import Key, Organisation, Role
from sunlit.claims.base import read_claim
from sunlit.log.note import NoteVerifier
from sunlit.log.sequencer import Log
from sunlit.registry.home import HOME_FILE, Home, KeyFile, note_signer
from sunlit.registry.keys import cosign, registration
from sunlit.registry.witness import witness_vkey
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.dsse import Envelope, verified_by
from sunlit.statement.intoto import Statement
from sunlit.statement.keys import PublicKey, Signer, generate

FORMAT: Final = "sunlit-org-request/1"
LOG_KEY: Final = "log"
MACHINE_ROLES: Final = (Role.OPERATOR, Role.WITNESS, Role.TOKEN_ISSUER)
MALFORMED: Final = "org.malformed-request"


def new_home(
    root: Path,
    organisation: str,
    name: str,
    *,
    clock: Clock,
    origin: str | None = None,
    roles: Sequence[Role] = (),
) -> Home:
    """Make a home: a key each for log, operator, witness, tokens and `roles`, and an empty log.

    Raises:
        UnavailableError: `org.home-exists`, `key.file-*`, `home.cannot-write`, `log.*`.
        MalformedError: `note.key-name` when the origin cannot name a log.
    """
    if (root / HOME_FILE).exists():
        raise UnavailableError(
            "org.home-exists", f"there is a home at {root} already",
            mend="choose another directory; a home is never replaced",
        )  # fmt: skip
    (root / "private" / "keys").mkdir(parents=True, exist_ok=True)
    for folder in (root / "private", root / "private" / "keys"):
        folder.chmod(0o700)
    log_key, log_origin = generate(), origin or f"{organisation}/log/1"
    signer = note_signer(log_origin, log_key)
    wanted: list[tuple[str, tuple[Role, ...]]] = [(LOG_KEY, ())]
    wanted += [(str(role), (role,)) for role in dict.fromkeys((*MACHINE_ROLES, *roles))]
    home = Home(
        root=root, organisation=organisation, name=name, origin=log_origin,
        log_vkey=signer.verifier.vkey,
        keys={
            key: KeyFile(uri=f"file:private/keys/{key}.pem", roles=held) for key, held in wanted
        },
    )  # fmt: skip
    for key, _ in wanted:
        write_key_file(home.key_path(key), log_key if key == LOG_KEY else generate())
    home.log_directory.parent.mkdir(parents=True, exist_ok=True)
    Log.create(
        home.log_directory, lock=home.lock_path, origin=log_origin, signer=signer, clock=clock
    ).close()
    home.save()
    return home


def request(home: Home, about: Organisation) -> dict[str, object]:
    """Return what a root organisation needs to register this one: public things only.

    Every statement in it is signed by the organisation's own keys already.

    Raises:
        UnavailableError: `home.no-such-key`, `key.file-unreadable`.
    """
    operator = home.signer(Role.OPERATOR)
    envelopes = [sign_claim(about, [operator])]
    envelopes += [
        registration(home, name, [operator]) for name, it in home.keys.items() if it.roles
    ]
    return {
        "format": FORMAT,
        "organisation": home.organisation,
        "log": {"origin": home.origin, "vkey": home.log_vkey},
        "witness": {"name": home.organisation, "vkey": witness_vkey(home)},
        "envelopes": [envelope.to_json() for envelope in envelopes],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request, read and checked: what it says is signed by the keys that it names."""

    organisation: Organisation
    organisation_envelope: Envelope
    keys: tuple[tuple[Key, PublicKey, Envelope], ...]
    log: NoteVerifier
    witness: NoteVerifier

    def public_keys(self, role: Role) -> tuple[PublicKey, ...]:
        """Return the keys asked for in a role."""
        return tuple(key for claim, key, _ in self.keys if role in claim.roles)


def read_request(data: bytes) -> Request:
    """Read a request and check that each key signed its own registration.

    Raises:
        MalformedError: `org.malformed-request`, and what its envelopes and keys raise.
        VerificationError: `org.unsigned-request`.
    """
    document = decode_object(data, what="the request")
    envelopes = document.get("envelopes")
    if document.get("format") != FORMAT or not isinstance(envelopes, list):
        raise MalformedError(
            MALFORMED, "this is no request to be registered", expected=FORMAT,
            mend="make one with: sunlit org request --home DIR",
        )  # fmt: skip
    organisations: list[tuple[Organisation, Envelope]] = []
    keys: list[tuple[Key, PublicKey, Envelope]] = []
    for envelope in map(Envelope.from_json, envelopes):
        statement = Statement.parse(envelope.payload)
        claim = read_claim(statement.predicate_type, statement.predicate)
        if isinstance(claim, Organisation):
            organisations.append((claim, envelope))
        elif isinstance(claim, Key):
            keys.append((claim, _own_key(claim, envelope), envelope))
        else:
            raise MalformedError(MALFORMED, "the request holds something else than keys")
    if len(organisations) != 1 or any(
        claim.organisation != organisations[0][0].id for claim, _, _ in keys
    ):
        raise MalformedError(MALFORMED, "a request is about one organisation and its keys")
    return Request(
        organisation=organisations[0][0], organisation_envelope=organisations[0][1],
        keys=tuple(keys), log=_vkey(document, "log"), witness=_vkey(document, "witness"),
    )  # fmt: skip


def _own_key(claim: Key, envelope: Envelope) -> PublicKey:
    key = PublicKey.from_json(claim.key)
    if not verified_by(envelope, [key]):
        raise VerificationError(
            "org.unsigned-request", "a key in the request did not sign its own registration",
            expected=f"a signature by key {key.key_id[:16]}",
            mend="whoever holds the key makes the request again",
        )  # fmt: skip
    return key


def _vkey(document: dict[str, object], name: str) -> NoteVerifier:
    part = document.get(name)
    if not isinstance(part, dict) or not isinstance(part.get("vkey"), str):
        raise MalformedError(MALFORMED, f"the request names no {name} key")
    return NoteVerifier.parse(part["vkey"])


def register(asked: Request, signers: Sequence[Signer]) -> tuple[Envelope, ...]:
    """Return the request's statements in order, those that need it signed by a root (or parent).

    The organisation and its operator key take the signature of a root's operator key; further
    keys are the organisation's own business, and its operator signed them.
    """
    by_operator = [
        cosign(envelope, signers) for claim, _, envelope in asked.keys if _is_operator(claim)
    ]
    others = [envelope for claim, _, envelope in asked.keys if not _is_operator(claim)]
    return (cosign(asked.organisation_envelope, signers), *by_operator, *others)


def _is_operator(claim: Key) -> bool:
    return Role.OPERATOR in claim.roles
