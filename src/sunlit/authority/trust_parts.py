"""The parts of a trust file: frozen, unknown fields kept. `trustfile` reads and checks them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sunlit.log.note import NoteVerifier
from sunlit.statement.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key (`PublicKey.to_json`), in force in an interval of admission times.

    A key that is rotated out stays listed with `valid_until`, so that what it signed before
    still counts.
    """

    key: Mapping[str, object]
    label: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def public(self) -> PublicKey:
        """The key.

        Raises:
            MalformedError: `key.malformed`, `key.unknown-kind`.
        """
        return PublicKey.from_json(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class RootKeys:
    """Who signs trust files: `threshold` of these keys, kept offline and for nothing else."""

    threshold: int
    keys: tuple[TrustedKey, ...]
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedLog:
    """A log by its origin and C2SP verifier key, and the organisation that runs it."""

    origin: str
    vkey: str
    organisation: str | None = None
    url: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def verifier(self) -> NoteVerifier:
        """The log's key.

        Raises:
            MalformedError: `note.*`.
        """
        return NoteVerifier.parse(self.vkey)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedWitness:
    """A witness under the name that groups and the quorum call it by."""

    name: str
    vkey: str
    organisation: str | None = None
    url: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def verifier(self) -> NoteVerifier:
        """The witness's key.

        Raises:
            MalformedError: `note.*`.
        """
        return NoteVerifier.parse(self.vkey)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessGroup:
    """`threshold` of the members: names of witnesses and of groups listed before."""

    name: str
    threshold: int
    members: tuple[str, ...]
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedOrganisation:
    """A root organisation: its operator keys may register other organisations."""

    id: str
    keys: tuple[TrustedKey, ...]
    name: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A review board: `threshold` of its members' keys publish a risk code."""

    organisation: str
    threshold: int
    keys: tuple[TrustedKey, ...]
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """An organisation whose keys sign safety tokens and status lists."""

    organisation: str
    keys: tuple[TrustedKey, ...]
    extra: Mapping[str, object] = field(default_factory=dict)


def raw_key(key: PublicKey) -> bytes:
    """Return what makes two keys one, in whatever form: 32 bytes for Ed25519, else the SPKI."""
    # RFC 8410, section 4: an Ed25519 SPKI is 12 fixed bytes and the key.
    return key.spki[-32:] if key.kind == "ed25519" else key.spki
