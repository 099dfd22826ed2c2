"""May this component be used for this, says this token? Eight steps, offline.

1. The trust file is in force.
2. The token is a safety token, signed by a key that the trust file names for its issuer.
3. The time lies in the token's window, and the key was in force when it signed.
4. The issuer's status list, not expired, says that the token is valid.
5. The grant that the token names was signed by the issuer and stands in a log that the trust
   file names, under a checkpoint that enough of its witnesses cosigned.
6. The token says what the grant says, no more and no less.
7. The files of the component are the release that the token is for.
8. The use, the deployer, the place, the data and the kind of token are what was asked.

Step 2 to 6 in this order because nothing that a token says is read before it is known to be its
issuer's, and no status counts for a token that does not hold by itself. A step is looked at
only if those up to 6 before it hold; 7 and 8 are both looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.times import format_time
from sunlit.claims.lifecycle import TokenGrant
from sunlit.log.proof import verify_receipt
from sunlit.runtime.covers import Asked, expect_covers, expect_valid
from sunlit.runtime.grant import expect_key_in_force, read_grant
from sunlit.runtime.statuslist import StatusListToken, read_list
from sunlit.runtime.steps import Step, StepOutcome, Verification
from sunlit.runtime.token import IssuerKey, SafetyToken, differences, issuer_keys, open_token
from sunlit.statement.manifest import Manifest, compare

LAST_BINDING_STEP: Final = 6
SHOWN_DIFFERENCES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenParts:
    """The files of a token's folder, unverified; None where one is missing."""

    token: bytes
    entry: bytes | None = None
    receipt: bytes | None = None
    status: bytes | None = None
    manifest: bytes | None = None


def verify_token(parts: TokenParts, trust: TrustFile, asked: Asked) -> Verification:
    """Go through the eight steps; this never raises what Sunlit can name."""
    return _Verifying(parts, trust, asked).run()


def verify_binding(parts: TokenParts, trust: TrustFile, asked: Asked) -> Verification:
    """Go through all steps but time and status: is this the issuer's word, whatever they say?

    For a guard that starts while a token is suspended, or offline: it must know what it refuses.
    """
    return _Verifying(parts, trust, asked, passed_over=frozenset({"time", "status"})).run()


@dataclass(slots=True)
class _Verifying:
    parts: TokenParts
    trust: TrustFile
    asked: Asked
    issuers: tuple[IssuerKey, ...] = ()
    opened: SafetyToken | None = None
    status_list: StatusListToken | None = None
    grant: TokenGrant | None = None
    steps: list[Step] = field(default_factory=list)
    passed_over: frozenset[str] = frozenset()

    def run(self) -> Verification:
        checks: Mapping[str, Callable[[], str | None]] = {
            "trust": self._trust,
            "signature": self._signature,
            "time": self._time,
            "status": self._status,
            "grant": self._grant,
            "claims": self._claims,
            "release": self._release,
            "use": self._use,
        }
        broken: int | None = None
        for number, (name, check) in enumerate(checks.items(), 1):
            if name in self.passed_over:
                continue
            step = self._step(number, name, check) if broken is None else _skipped(
                number, name, broken
            )  # fmt: skip
            self.steps.append(step)
            held = step.outcome in (StepOutcome.HOLDS, StepOutcome.NOT_ASKED)
            if not held and broken is None and number <= LAST_BINDING_STEP:
                broken = number
        return Verification(
            at=self.asked.at, trust_version=self.trust.version, steps=tuple(self.steps),
            token=self.opened, status_list=self.status_list,
        )  # fmt: skip

    def _step(self, number: int, name: str, check: Callable[[], str | None]) -> Step:
        try:
            words = check()
        except SunlitError as error:
            return Step.of_error(number, name, error)
        if words is None:
            return Step(
                number=number, name=name, outcome=StepOutcome.NOT_ASKED,
                words="Nothing was given to compare with.",
            )  # fmt: skip
        return Step(number=number, name=name, outcome=StepOutcome.HOLDS, words=words)

    @property
    def token(self) -> SafetyToken:
        assert self.opened is not None  # noqa: S101 - steps from 3 on run only after 2
        return self.opened

    def _trust(self) -> str:
        # 1. The trust file is in force.
        self.trust.expect_current(self.asked.at)
        self.issuers = issuer_keys(self.trust)
        return (
            f"Version {self.trust.version} of the trust file is in force until "
            f"{format_time(self.trust.expires)}."
        )

    def _signature(self) -> str:
        # 2. A safety token, signed by a key that the trust file names for its issuer.
        self.opened = open_token(self.parts.token, self.issuers)
        return f"{self.opened.claims.issuer} signed this safety token."

    def _time(self) -> str:
        # 3. The time lies in the token's window, and the key was in force when it signed.
        token = self.token
        token.expect_in_force(self.asked.at)
        expect_key_in_force(token.signed_by, token.claims.granted_on, "the token")
        return f"It is valid until {format_time(token.claims.valid_until)}."

    def _status(self) -> str:
        # 4. The issuer's status list, not expired, says that the token is valid.
        claims = self.token.claims
        if self.trust.status_lists and claims.status_list not in self.trust.status_lists:
            raise VerificationError(
                "status.unknown-list", "the trust file does not name the token's status list",
                expected=" or ".join(self.trust.status_lists), got=claims.status_list[:80],
            )  # fmt: skip
        if self.parts.status is None:
            raise UnavailableError(
                "status.missing", "there is no status list: nobody knows whether it still counts",
                mend=f"get {claims.status_list} and put it beside the token as status.jwt",
            )  # fmt: skip
        keys = [one.key for one in self.issuers if one.organisation == claims.issuer]
        self.status_list = read_list(
            self.parts.status, keys, uri=claims.status_list, at=self.asked.at,
            staleness=self.asked.staleness,
        )  # fmt: skip
        signer = next(one for one in self.issuers if one.key.key_id == self.status_list.key_id)
        # No log bounds a list's `iat`: with a key that has ended, a thief could date a list back
        # and let it last for years. So the key must be in force now as well.
        for time in (self.status_list.issued_at, self.asked.at):
            expect_key_in_force(signer, time, "the status list")
        expect_valid(self.status_list, claims.status_index)
        made = format_time(self.status_list.issued_at)
        return f"The issuer's status list of {made} says that it is valid."

    def _grant(self) -> str:
        # 5. The grant was signed by the issuer and stands in a witnessed log.
        if self.parts.entry is None or self.parts.receipt is None:
            raise UnavailableError(
                "token.no-receipt", "the grant or its receipt is missing",
                expected="grant.entry.json and grant.tlog-proof beside the token",
                mend="ask whoever gave you the token for its whole folder",
            )  # fmt: skip
        self.grant = read_grant(self.parts.entry, self.token, self.issuers)
        checkpoint = verify_receipt(self.parts.entry, self.parts.receipt, self.trust.policy)
        witnessed = "" if self.trust.quorum == "none" else ", as enough witnesses confirm"
        return f"The grant stands in the log {checkpoint.origin}{witnessed}."

    def _claims(self) -> str:
        # 6. The token says what the grant says, no more and no less.
        assert self.grant is not None  # noqa: S101 - set by step 5
        found = differences(self.token, self.grant)
        if found:
            raise VerificationError(
                "token.claims-differ", "the token does not say what was granted and logged",
                expected="the claims of the grant", got="others for " + ", ".join(found[:8]),
            )  # fmt: skip
        return "The token says exactly what was granted."

    def _release(self) -> str | None:
        # 7. The files of the component are the release that the token is for.
        files, release = self.asked.files, self.token.claims.release
        if files is None:
            return None
        if files.digest != release:
            raise VerificationError(
                "token.other-files", "the files are not those of the release that the token is for",
                expected=f"manifest digest {release}", got=files.digest + self._which(files),
                mend="use the released files, or ask for a token for these" + _written(files),
            )  # fmt: skip
        return f"All {len(files.files)} files are those of the release."

    def _which(self, files: Manifest) -> str:
        """Say which files differ, where the release's manifest lies beside the token."""
        try:
            expected = Manifest.parse(self.parts.manifest or b"")
        except MalformedError:
            return ""
        if expected.digest != self.token.claims.release:
            return ""
        found = [f"{one.kind}: {one.name}" for one in compare(expected, files)]
        more = len(found) - SHOWN_DIFFERENCES
        shown = "; ".join(found[:SHOWN_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
        return f" ({shown})"

    def _use(self) -> str | None:
        # 8. Use, deployer, place, data and kind are what was asked.
        return expect_covers(self.token.claims, self.asked)


def _written(files: Manifest) -> str:
    if not any("__pycache__/" in one.name for one in files.files):
        return ""
    return "; if Python wrote __pycache__ here, delete it, and set PYTHONDONTWRITEBYTECODE=1"


def _skipped(number: int, name: str, broken: int) -> Step:
    return Step(
        number=number, name=name, outcome=StepOutcome.UNKNOWN,
        words=f"Not looked at, because step {broken} does not hold.",
    )  # fmt: skip
