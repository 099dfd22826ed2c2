"""Make, register, rotate, revoke and recover keys. Secrets stay in their files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.history import History
from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.times import format_time
from sunlit.claims.authority import Key, Revocation, Role
from sunlit.claims.base import read_claim
from sunlit.registry.home import Home, KeyFile
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement
from sunlit.statement.keys import ED25519, PrivateKey, PublicKey, Signer, generate

# The trust file names these, so a new one counts when the next version of it does.
IN_TRUST_FILE: Final = frozenset({Role.WITNESS, Role.TOKEN_ISSUER, Role.BOARD})


def new_key(
    home: Home, name: str, roles: Sequence[Role], *, kind: str = ED25519, label: str | None = None
) -> Home:
    """Make a key of a home and return the home that keeps it.

    Raises:
        MalformedError: `key.name-taken`, `key.unknown-kind`.
        UnavailableError: `key.file-exists`, `key.file-unwritable`, `home.cannot-write`.
    """
    if name in home.keys:
        raise MalformedError(
            "key.name-taken", f"the home has a key called {name!r} already",
            mend="choose another name, or replace it with: "
            f"sunlit key rotate {name} --home {home.root}",
        )  # fmt: skip
    return _kept(home, name, generate(kind), KeyFile(uri="", roles=tuple(roles), label=label))


def _kept(home: Home, name: str, key: PrivateKey, as_: KeyFile) -> Home:
    file = f"{name}-{key.public.key_id[:8]}"
    home.key_path(file).parent.mkdir(parents=True, exist_ok=True)
    write_key_file(home.key_path(file), key)
    entry = replace(as_, uri=f"file:private/keys/{file}.pem")
    home = replace(home, keys={**home.keys, name: entry})
    home.save()
    return home


def registration(home: Home, name: str, operators: Sequence[Signer]) -> Envelope:
    """Return a key's registration, signed by `operators` and by the key itself.

    Raises:
        UnavailableError: `home.no-such-key`, `key.file-unreadable`.
    """
    entry, signer = home.keys[name], home.signer(name)
    claim = key_claim(home.organisation, signer.public, entry.roles, entry.label)
    return sign_claim(claim, _distinct([*operators, signer]))


def key_claim(
    organisation: str, key: PublicKey, roles: Sequence[Role], label: str | None = None
) -> Key:
    """Return the claim that registers a public key."""
    return Key(organisation=organisation, key=key.to_json(), roles=tuple(roles), label=label)


def person_key(
    path: Path,
    organisation: str,
    roles: Sequence[Role],
    label: str | None = None,
    *,
    passphrase: bytes | None = None,
) -> tuple[PublicKey, Envelope]:
    """Make a person's key outside any home; return it and its registration, signed by it alone.

    Raises:
        UnavailableError: `key.file-exists`, `key.file-unwritable`.
    """
    key = generate()
    write_key_file(path, key, passphrase)
    claim = key_claim(organisation, key.public, roles, label)
    return key.public, sign_claim(claim, [key])


def plain_key(path: Path, *, passphrase: bytes | None = None) -> PublicKey:
    """Make a key that is registered nowhere: a root key for trust files.

    Raises:
        UnavailableError: `key.file-exists`, `key.file-unwritable`.
    """
    key = generate()
    write_key_file(path, key, passphrase)
    return key.public


def cosign(envelope: Envelope, signers: Sequence[Signer]) -> Envelope:
    """Return the envelope with more signatures over the same bytes."""
    known = {one.keyid for one in envelope.signatures}
    new = [signer for signer in signers if signer.public.key_id not in known]
    if not new:
        return envelope
    added = sign(envelope.payload, new, envelope.payload_type).signatures
    return replace(envelope, signatures=(*added, *envelope.signatures))


def _distinct(signers: Iterable[Signer]) -> list[Signer]:
    return list({signer.public.key_id: signer for signer in signers}.values())


def revocation(
    key_id: str, reason: str, signer: Signer, *, since: datetime | None = None
) -> Envelope:
    """Return a signed revocation; `since` takes authority from what was admitted from then on."""
    claim = Revocation(key_id=key_id, reason=reason, compromised_since=since)
    return sign_claim(claim, [signer])


@dataclass(frozen=True, slots=True)
class Rotated:
    """The home with its new key, the ids, and the statements to be logged, in order."""

    home: Home
    old: str
    new: str
    envelopes: tuple[Envelope, ...]
    trust_file_must_name_it: bool


def rotate(home: Home, name: str, operator: Signer) -> Rotated:
    """Replace a key by a new one in the same roles: register the new one, revoke the old one.

    Raises:
        MalformedError: `key.log-key-stays`.
        UnavailableError: `home.no-such-key`, `key.file-*`, `home.cannot-write`.
    """
    old = home.signer(name).public
    entry = home.keys.get(name)
    if entry is None or not entry.roles:
        raise MalformedError(
            "key.log-key-stays", "a log keeps its key and its origin for its whole life",
            mend="name a key of `sunlit key list`; for the log, start a successor: "
            "docs/operate/keys.md",
        )  # fmt: skip
    home = _kept(home, name, generate(old.kind), entry)
    new = home.signer(name)
    # The old operator key registers the new one; from then on only the new one speaks.
    speaker = new if operator.public == old else operator
    envelopes = (
        registration(home, name, [operator]),
        revocation(old.key_id, "rotated", speaker),
    )
    in_trust = bool(IN_TRUST_FILE & set(entry.roles))
    return Rotated(home, old.key_id, new.public.key_id, envelopes, in_trust)


def recover(
    asked: Envelope, lost: str, signer: Signer, *, since: datetime | None = None
) -> tuple[Envelope, Envelope]:
    """Return a new operator key's registration and the lost one's revocation, root's or parent's.

    Raises:
        MalformedError: `key.not-a-registration`.
        VerificationError: `key.unsigned-registration`.
    """
    return countersign(asked, signer), revocation(lost, "lost", signer, since=since)


def countersign(asked: Envelope, signer: Signer) -> Envelope:
    """Return a registration that its key signed, signed by an operator too.

    Raises:
        MalformedError: `key.not-a-registration`.
        VerificationError: `key.unsigned-registration`.
    """
    statement = Statement.parse(asked.payload)
    claim = read_claim(statement.predicate_type, statement.predicate)
    if not isinstance(claim, Key):
        raise MalformedError(
            "key.not-a-registration", "the file does not ask for a key to be registered",
            mend="make one with: sunlit key new --out FILE.pem --role maintainer --organisation ID",
        )  # fmt: skip
    from_key = PublicKey.from_json(claim.key)
    _expect_own_signature(asked, from_key)
    return cosign(asked, [signer])


def _expect_own_signature(asked: Envelope, key: PublicKey) -> None:
    for signature in asked.signatures:
        try:
            key.verify(asked.signed_bytes, signature.sig)
        except VerificationError:
            continue
        return
    raise VerificationError(
        "key.unsigned-registration", "the key did not sign its own registration",
        expected=f"a signature by key {key.key_id[:16]}",
    )  # fmt: skip


def listed(history: History, organisation: str | None, at: datetime) -> list[dict[str, object]]:
    """Return what is known of each key, of one organisation or of all."""
    directory = history.directory
    rows: list[dict[str, object]] = []
    for key_id in directory.key_records:
        record = directory.key(key_id)
        if record is None or organisation not in (None, record.organisation):
            continue
        gone = [it for it in directory.revocations if it.claim.key_id == key_id]
        rows.append({
            "keyId": key_id,
            "organisation": record.organisation,
            "roles": sorted(record.roles),
            "label": record.label,
            "inForce": not gone and record.is_valid(at),
            "registeredAt": format_time(record.basis.place.at) if record.basis else None,
            "revokedAt": format_time(gone[0].basis.place.at) if gone else None,
        })  # fmt: skip
    return rows
