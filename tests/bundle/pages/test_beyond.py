"""What the page leaves to the command line it calls Not done: never Passed, never Failed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sunlit.authority.trust_parts import TrustedWitness, WitnessGroup
from sunlit.authority.trustfile import TrustFile
from sunlit.bundle.verify import verify_bundle
from sunlit.claims.authority import Key, Revocation, Role
from sunlit.claims.names import named_digest
from sunlit.log.note import ML_DSA_44, Note, NoteSignature, NoteVerifier
from sunlit.log.proof import TlogProof
from sunlit.statement.dsse import Envelope
from tests.bundle.pages.browser import Verifier
from tests.bundle.pages.worlds import Case
from tests.fixtures.token_world import AT, GRANTED, World

LATTICE = NoteVerifier("lattice.example.org", ML_DSA_44, bytes(1312))


class Revoked(Case):
    """A world in which a key that signed a statement is revoked later."""

    def envelopes(self) -> dict[str, tuple[Envelope, datetime]]:
        """Add the revocation at the end."""
        key_id = self.key("assessor").public.key_id
        claim = Revocation(key_id=key_id, reason="lost")
        said = self.said(claim, named_digest("key", key_id), "operator")
        return super().envelopes() | {"revocation": (said, AT)}


class Renamed(Case):
    """A world in which a key of the trust file is registered in the log as well."""

    def envelopes(self) -> dict[str, tuple[Envelope, datetime]]:
        """Put the registration first, as `sunlit authority` does for a root organisation."""
        public = self.key("operator").public
        owner = next(
            one.id for one in self.trust.organisations if public in [key.public for key in one.keys]
        )
        claim = Key(organisation=owner, key=public.to_json(), roles=(Role.OPERATOR,))
        said = self.said(claim, named_digest("key", public.key_id), "operator")
        return {"again": (said, GRANTED), **super().envelopes()}


class LatticeWorld(World):
    """A world in which one witness of three signs with ML-DSA, and all three are asked for."""

    @property
    def trust(self) -> TrustFile:
        """Ask for the third too."""
        known = super().trust
        third = TrustedWitness(name="lattice", vkey=LATTICE.vkey)
        names = (*self.witnesses, "lattice")
        return replace(
            known, witnesses=(*known.witnesses, third),
            groups=(WitnessGroup(name="both", threshold=3, members=names),),
        )  # fmt: skip

    def receipt(
        self, entries: Sequence[bytes], index: int, *, witnesses: Sequence[str] | None = None
    ) -> bytes:
        """Add a line that looks like the third's."""
        found = TlogProof.parse(super().receipt(entries, index, witnesses=witnesses))
        line = NoteSignature(LATTICE.name, LATTICE.key_id, bytes(8 + 2420))
        note = Note.parse(found.checkpoint).with_signatures([line])
        return replace(found, checkpoint=note.to_bytes()).to_bytes()


class Lattice(Case):
    """A bundle in that world."""

    @property
    def world(self) -> World:
        """The world with three witnesses."""
        return LatticeWorld(name=self.name)


def test_a_revoked_key_is_left_to_the_command(verifier: Verifier) -> None:
    """From when a revocation counts, and whose, takes the whole of the command's rules."""
    case = Revoked()

    found = verifier.check(case.bundle(), case.trust_bytes, AT + timedelta(hours=1))

    assert found["statements"][0] == "Not done"
    assert "use the command line" in found["statements"][1]
    assert [found[one][0] for one in ("registration", "record", "token")] == ["Passed"] * 3


def test_a_key_of_the_trust_file_may_be_registered_again(verifier: Verifier) -> None:
    """It changes nothing, and is no reason to call a bundle false: the command passes it too."""
    case = Renamed()

    found = verifier.check(case.bundle(), case.trust_bytes, AT)
    command = verify_bundle(case.bundle(), TrustFile.read(case.trust_bytes), AT)

    assert command.passed("statements")
    assert found["statements"][0] == "Passed", found["statements"]


def test_a_quorum_that_hangs_on_ml_dsa_is_left_to_the_command(verifier: Verifier) -> None:
    """No browser has ML-DSA; that is no reason to call a witness a liar, nor to believe it."""
    case = Lattice()

    found = verifier.check(case.bundle(), case.trust_bytes, AT)

    assert found["trust"][0] == "Passed"
    assert found["registration"] == (
        "Not done", "A witness signed in a way that no browser can check.",
    )  # fmt: skip
    assert "Passed" not in {found[one][0] for one in ("record", "anchors", "token", "statements")}


def test_an_expired_trust_file_is_said_to_have_expired(verifier: Verifier) -> None:
    """The reader then knows what to fetch, and that nothing else was looked at."""
    case = Case()

    found = verifier.check(case.bundle(), case.trust_bytes, GRANTED + timedelta(days=3650))

    assert found["trust"] == ("Failed", "Your trust file expired at 2030-01-01T00:00:00Z.")
    assert found["record"][1] == "Not looked at, because check 3 did not pass."
