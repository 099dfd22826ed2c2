"""The trust file: what a verifier starts from, obtained from outside.

Rules of TUF 1.0 for `root.json` (sections 5.3 and 6.1): k of n keys sign it; each version is
signed by its predecessor's threshold and by its own; versions grow by one; it expires.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from sunlit.authority.trust_parts import (
    Board,
    RootKeys,
    TokenIssuer,
    TrustedKey,
    TrustedLog,
    TrustedOrganisation,
    TrustedWitness,
    WitnessGroup,
    raw_key,
)
from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.times import format_time
from sunlit.claims.authority import Role
from sunlit.claims.codec import read_fields, write_fields
from sunlit.log.policy import NONE, Group, Policy, PolicyLog, Witness
from sunlit.statement.dsse import MAX_SIGNATURES, Envelope, verified_by

PAYLOAD_TYPE: Final = "application/vnd.sunlit.trust+json"
FORMAT: Final = "sunlit-trust/1"
MAX_BYTES: Final = 1024 * 1024
MALFORMED: Final = "trust.malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """One version of a trust file. `load` and `update` are the ways to one that is verified."""

    format: str = FORMAT
    version: int
    expires: datetime
    root: RootKeys
    logs: tuple[TrustedLog, ...] = ()
    witnesses: tuple[TrustedWitness, ...] = ()
    groups: tuple[WitnessGroup, ...] = ()
    quorum: str = NONE
    organisations: tuple[TrustedOrganisation, ...] = ()
    accreditors: tuple[str, ...] = ()
    boards: tuple[Board, ...] = ()
    token_issuers: tuple[TokenIssuer, ...] = ()
    status_lists: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    extra: dict[str, object] = field(default_factory=dict)

    @classmethod
    def load(cls, data: bytes, at: datetime) -> Self:
        """Read a trust file that came from a place you trust, and check that it is in force.

        A file that anybody made for themselves passes too: it is `update`, or the hand that
        gave you the first one, that ties it to something.

        Raises:
            MalformedError: `trust.*`, and what its keys and signatures raise.
            VerificationError: `trust.threshold`, `trust.expired`.
        """
        trust = cls.read(data)
        trust.expect_current(at)
        return trust

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read a trust file that is signed by its own keys; it may have expired.

        Raises:
            MalformedError: `trust.*`, and what its keys and signatures raise.
            VerificationError: `trust.threshold`.
        """
        envelope = open_envelope(data)
        # The keys stand inside what they sign: nothing that is parsed here is believed before
        # the next line (TUF 1.0, section 5.3.4).
        trust = cls.parse(envelope.payload)
        _expect_signatures(envelope, trust.root, "trust.threshold", "of its own root keys")
        return trust

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read a payload whose signatures nobody has checked, for instance a draft.

        Raises:
            MalformedError: `trust.*`, `json.*`, and what its keys raise.
        """
        document = decode_object(payload, what="the trust file", limit=MAX_BYTES)
        if document.get("format") != FORMAT:
            raise MalformedError(
                "trust.unknown-format", "this trust file is of another kind or version",
                expected=FORMAT, mend="use a newer sunlit, or ask for the right file",
            )  # fmt: skip
        try:
            trust = read_fields(cls, document)
        except MalformedError as error:
            raise MalformedError(
                MALFORMED, f"the trust file is malformed: {error.what}", expected=error.expected,
                got=error.got,
            ) from error  # fmt: skip
        trust.check()
        return trust

    def to_payload(self) -> bytes:
        """Return canonical JSON, to be signed."""
        return encode(write_fields(self))

    def check(self) -> None:
        """Check what the types do not say: ranges, key uses, quorum.

        Raises:
            MalformedError: `trust.*`, and what its keys raise.
        """
        if self.version < 1:
            raise MalformedError(MALFORMED, "a trust file's version is 1 or more")
        _check_threshold("root", self.root.threshold, self.root.keys)
        for board in self.boards:
            _check_threshold(f"the board of {board.organisation}", board.threshold, board.keys)
        for log in self.logs:
            if log.verifier.name != log.origin:
                raise MalformedError(
                    MALFORMED, "a log's key is named after its origin", expected=log.origin,
                    got=log.verifier.name,
                )  # fmt: skip
        self._check_key_uses()
        _ = self.policy

    def _check_key_uses(self) -> None:
        """Keys for root, log, witness, organisation, board and token differ (DESIGN 2)."""
        seen: set[bytes] = set()
        for raw in self._raw_keys():
            if raw in seen:
                raise MalformedError(
                    "trust.duplicate-key", "one public key is listed twice, or for two purposes",
                    expected="each key once, for one purpose", mend="make a new key for each",
                )  # fmt: skip
            seen.add(raw)

    def _raw_keys(self) -> Iterable[bytes]:
        yield from (raw_key(key.public) for key in self.root.keys)
        for _, _, key in self.statement_keys():
            yield raw_key(key.public)
        yield from (log.verifier.key for log in self.logs)
        yield from (witness.verifier.key for witness in self.witnesses)

    def statement_keys(self) -> Iterable[tuple[str, Role, TrustedKey]]:
        """Yield organisation, role and key of those that may sign statements."""
        for root in self.organisations:
            yield from ((root.id, Role.OPERATOR, key) for key in root.keys)
        for board in self.boards:
            yield from ((board.organisation, Role.BOARD, key) for key in board.keys)
        for issuer in self.token_issuers:
            yield from ((issuer.organisation, Role.TOKEN_ISSUER, key) for key in issuer.keys)

    @property
    def policy(self) -> Policy:
        """The logs, witnesses and quorum as a C2SP tlog-policy.

        Raises:
            MalformedError: `log.policy-*`, `note.*`.
        """
        policy = Policy(
            tuple(PolicyLog(log.verifier, log.url) for log in self.logs),
            tuple(Witness(one.name, one.verifier, one.url) for one in self.witnesses),
            tuple(Group(one.name, one.threshold, one.members) for one in self.groups),
            self.quorum,
        )
        written = Policy.parse(policy.to_bytes())
        if written != policy:  # a space or newline in a name or URL would say something else
            raise MalformedError(MALFORMED, "a name or URL holds a space or a newline")
        return written

    def expect_current(self, at: datetime) -> None:
        """Check that the file has not expired at `at`.

        Raises:
            VerificationError: `trust.expired`.
        """
        if at >= self.expires:
            raise VerificationError(
                "trust.expired", f"version {self.version} of the trust file has expired",
                expected=f"a time before {format_time(self.expires)}", got=format_time(at),
                mend="fetch the next version and run: sunlit trust update FILE --home HOME",
            )  # fmt: skip

    def board(self, organisation: str) -> Board | None:
        """Return the board of an organisation, if the file names one."""
        return next((one for one in self.boards if one.organisation == organisation), None)


def update_all(current: TrustFile, versions: Sequence[bytes], at: datetime) -> TrustFile:
    """Go through versions, each signed by the keys before it; only the last may not have expired.

    Raises:
        MalformedError: `trust.*`, and what its keys and signatures raise.
        VerificationError: `trust.threshold`, `trust.predecessor-threshold`, `trust.rollback`,
            `trust.version-gap`, `trust.expired`.
    """
    for data in versions:
        current = _successor(current, data)
    current.expect_current(at)  # TUF 1.0, section 5.3.10: after the loop
    return current


def _successor(current: TrustFile, data: bytes) -> TrustFile:
    # 1. The file is whole and signed by a threshold of its own keys.
    trust = TrustFile.read(data)
    # 2. A threshold of the keys in force signed the same bytes (TUF 1.0, section 5.3.4).
    _expect_signatures(
        open_envelope(data), current.root, "trust.predecessor-threshold",
        f"root keys of version {current.version}, which is in force",
    )  # fmt: skip
    # 3. It is the very next version (TUF 1.0, section 5.3.5).
    if trust.version <= current.version:
        raise VerificationError(
            "trust.rollback", "the trust file offered is no newer than the one in force",
            expected=f"version {current.version + 1}", got=f"version {trust.version}",
        )  # fmt: skip
    if trust.version > current.version + 1:
        raise VerificationError(
            "trust.version-gap", "the trust file offered skips a version",
            expected=f"version {current.version + 1}", got=f"version {trust.version}",
            mend="give the versions between, in order",
        )  # fmt: skip
    return trust


def open_envelope(data: bytes) -> Envelope:
    """Read the envelope of a trust file; checks no signature.

    Raises:
        MalformedError: `json.*`, `statement.malformed-envelope`, `trust.unknown-format`.
    """
    if len(data) > 2 * MAX_BYTES:
        raise MalformedError(MALFORMED, "the trust file is too large", got=f"{len(data)} bytes")
    envelope = Envelope.parse(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise MalformedError(
            "trust.unknown-format", "the envelope holds no trust file", expected=PAYLOAD_TYPE,
            got=repr(envelope.payload_type)[:80],
        )  # fmt: skip
    return envelope


def _check_threshold(who: str, threshold: int, keys: tuple[TrustedKey, ...]) -> None:
    if not 1 <= threshold <= min(len(keys), MAX_SIGNATURES):
        raise MalformedError(
            "trust.threshold-range", f"{who} asks for an impossible number of signatures",
            expected=f"1 to {min(len(keys), MAX_SIGNATURES)}", got=str(threshold),
        )  # fmt: skip


def _expect_signatures(envelope: Envelope, root: RootKeys, code: str, whose: str) -> None:
    signed = verified_by(envelope, [key.public for key in root.keys])
    if len(signed) < root.threshold:
        raise VerificationError(
            code, f"the trust file is signed by too few {whose}",
            expected=f"{root.threshold} distinct keys", got=str(len(signed)),
            mend="get it from its publishers by another way; do not use this one",
        )  # fmt: skip
