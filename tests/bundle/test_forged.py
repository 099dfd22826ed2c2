"""A bundle that fits together in itself, from a world of its own, against the reader's trust."""

from dataclasses import replace

from sunlit.authority.trust_parts import (
    TokenIssuer,
    TrustedLog,
    TrustedOrganisation,
    TrustedWitness,
)
from sunlit.authority.trustfile import TrustFile
from sunlit.bundle import layout
from sunlit.log.note import NoteVerifier
from sunlit.testing.authority import named_key, trusted
from tests.bundle.cases import Parts, checked, failed, now, trust


def other_vkey(vkey: str, name: str) -> str:
    """Return the verifier key of the same name and kind over another key."""
    known = NoteVerifier.parse(vkey)
    return NoteVerifier(known.name, known.kind, named_key(name).public.spki[-32:]).vkey


def honest() -> TrustFile:
    """Return the reader's trust file: the same names as in the forger's world, other keys."""
    forged = trust()
    return replace(
        forged,
        logs=tuple(
            TrustedLog(
                origin=one.origin, vkey=other_vkey(one.vkey, f"honest {one.origin}"),
                organisation=one.organisation,
            )
            for one in forged.logs
        ),
        witnesses=tuple(
            TrustedWitness(name=one.name, vkey=other_vkey(one.vkey, f"honest {one.name}"))
            for one in forged.witnesses
        ),
        organisations=tuple(
            TrustedOrganisation(id=one.id, keys=(trusted(f"honest {one.id}"),))
            for one in forged.organisations
        ),
        token_issuers=tuple(
            TokenIssuer(organisation=one.organisation, keys=(trusted("honest issuer"),))
            for one in forged.token_issuers
        ),
    )  # fmt: skip


def forgery() -> bytes:
    """Return a bundle that passes by its own trust file, with pages that say so."""
    parts = Parts.of()
    parts.files[layout.VERIFIER] = b"<h1>Every check passed</h1>"
    parts.files[layout.INDEX_PAGE] = b"<h1>Every check passed</h1>"
    return parts.pack()


def test_a_forgery_that_fits_together_passes_only_by_its_own_trust_file() -> None:
    """Keys, logs, witnesses, trust file, findings and a lying verifier: all are the forger's."""
    assert checked(forgery()).holds

    found = checked(forgery(), honest())

    assert failed(found) == {"registration", "statements"}
    assert found.exit_code == 1
    assert found.shown is not None
    assert found.shown.record is None


def test_the_trust_file_in_the_bundle_is_compared_and_never_used() -> None:
    """It is said that it differs; that alone fails nothing."""
    found = checked(forgery(), honest())

    assert found.check("trust").outcome == "Passed"
    assert "differs from yours" in found.check("trust").words
    parts = Parts.of()
    parts.files[layout.TRUST] = b"no trust file"
    assert checked(parts.pack()).holds


def test_with_other_witnesses_alone_nothing_is_believed() -> None:
    """The logs are the right ones, and nobody whom the reader trusts saw what they show."""
    found = checked(forgery(), replace(trust(), witnesses=honest().witnesses))

    assert {"registration", "statements"} <= failed(found)


def test_with_another_issuer_alone_the_token_fails() -> None:
    """Everything else holds: the token is not by an issuer of the trust file."""
    found = checked(forgery(), replace(trust(), token_issuers=honest().token_issuers))

    assert "token" in failed(found)
    assert found.check("record").outcome == "Passed"


def test_a_trust_file_that_has_expired_checks_nothing_else() -> None:
    """Check 2 fails, and what rests on it is not done."""
    found = checked(forgery(), replace(trust(), expires=now()))

    assert failed(found) == {"trust"}
    assert found.check("statements").outcome == "Not done"
