"""A deployer, a decision log with a real key, and what is said about it, for tests."""

# ruff: noqa: ANN401 - a claim is changed in any of its fields

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sunlit.capabilities.decision.admission import admit
from sunlit.capabilities.decision.standing import log_subject, use_subject
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.decision import Anchor, Counts, Erasure, Hold, LogRegistration, Retention
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.log.note import NoteSigner
from sunlit.rubric import Evidence, Verdict
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import World

DEPLOYER, OTHER, USE = "city.example", "town.example", "outreach"
ORIGIN: Final = f"{DEPLOYER}/decisions/0a1b2c3d"
LEAF: Final = "1e" * 32


def log_signer(name: str = ORIGIN, seed: str = "") -> NoteSigner:
    """Return the key of a decision log."""
    raw = sha256(f"decision log {seed or name}".encode()).digest()
    return NoteSigner.from_ed25519(name, Ed25519PrivateKey.from_private_bytes(raw))


class Told:
    """What two organisations say; each word is entered, and then asked about."""

    def __init__(self) -> None:
        self.world = World()
        self.city = self.world.organisation(DEPLOYER).operator
        self.town = self.world.organisation(OTHER).operator
        self.said: list[Admitted] = []

    def enter(self, claim: Claim, subject: Subject, by: PrivateKey | None = None) -> Admitted:
        """Enter a claim, whether it may or not."""
        said = self.world.say(claim, by or self.city, subjects=[subject])
        self.said.append(said)
        return said

    def asked(self, said: Admitted) -> Verdict:
        """Ask whether the last word may enter."""
        return admit(said, self.said[:-1], self.world.directory)

    def register(self, by: PrivateKey | None = None, **changes: Any) -> Verdict:
        """Register the log."""
        claim = replace(self.registration(), **changes)
        return self.asked(self.enter(claim, log_subject(claim.origin), by))

    def registration(self) -> LogRegistration:
        """Return a good registration, dated now."""
        return LogRegistration(
            origin=ORIGIN, vkey=log_signer().verifier.vkey, deployer=DEPLOYER, use=USE,
            registered_on=self.world.now,
        )  # fmt: skip

    def anchor(
        self, at: int, by: PrivateKey | None = None, /, root: str = "", **changes: Any
    ) -> Verdict:
        """Anchor the log at a size."""
        claim = replace(self.anchored(at, root), **changes)
        return self.asked(self.enter(claim, log_subject(claim.origin), by))

    def anchored(self, size: int, root: str = "") -> Anchor:
        """Return a good anchor at a size: all but one are decisions."""
        top = sha256((root or str(size)).encode()).digest() if size else EMPTY_ROOT
        note = sign_checkpoint(Checkpoint(ORIGIN, size, top), log_signer())
        return Anchor(
            origin=ORIGIN, deployer=DEPLOYER, anchored_on=self.world.now,
            checkpoint=note.to_bytes().decode(), size=size,
            counts=Counts(decisions=max(size - 1, 0), refusals=min(size, 1)),
        )  # fmt: skip

    def hold(self, by: PrivateKey | None = None, **changes: Any) -> tuple[Admitted, Verdict]:
        """Hold records of the log."""
        claim = replace(Hold(origin=ORIGIN, deployer=DEPLOYER, ground="order 7/26"), **changes)
        said = self.enter(claim, log_subject(claim.origin), by)
        return said, self.asked(said)

    def erase(self, index: int, by: PrivateKey | None = None, **changes: Any) -> Verdict:
        """Say that a content was destroyed."""
        claim = Erasure(
            origin=ORIGIN, index=index, deployer=DEPLOYER, legal_basis="GDPR Art. 17", stores=2,
            erased_on=self.world.now,
        )  # fmt: skip
        claim = replace(claim, **changes)
        return self.asked(self.enter(claim, Subject(None, {"sha256": LEAF}), by))

    def retain(self, by: PrivateKey | None = None, **changes: Any) -> Verdict:
        """Say how long contents are kept."""
        claim = Retention(use=USE, deployer=DEPLOYER, days=365, legal_basis="Archives Act s. 3")
        claim = replace(claim, **changes)
        return self.asked(self.enter(claim, use_subject(USE, DEPLOYER), by))

    def evidence(self, **later: int) -> Evidence:
        """Return what a rule may look at, some time later."""
        return Evidence(
            release="aa" * 32, component=None, use=USE, deployer=DEPLOYER,
            at=self.world.now + timedelta(**later), directory=self.world.directory,
            statements=tuple(self.said),
        )  # fmt: skip
