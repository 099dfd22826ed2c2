"""A statement is logged closed, opened against the same leaf, or erased for ever."""

import hashlib
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.claims.assurance import Attestation, Result
from sunlit.claims.authority import Role
from sunlit.claims.openness import Opened, Withheld
from sunlit.log.proof import verify_receipt
from sunlit.registry.assure import judge
from sunlit.registry.saying import Said, say
from sunlit.registry.withhold import Closure, find_closed, open_withheld, withhold
from sunlit.rubric.finding import Outcome
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.withheld import DOMAIN, Opening
from tests.registry.telling import CITY, Telling, telling
from tests.rubric.story import LABS, LATER, USE

GROUND = "ongoing investigation, Police Act s. 12"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """The maintainer has spoken and the use is declared; nobody has attested."""
    with telling(tmp_path) as found:
        found.registered().made().declared()
        yield found


def attestation(told: Telling, result: Result = Result.FAILED) -> Envelope:
    """Return what a laboratory found, signed and in no log."""
    claim = Attestation(
        assessor=LABS[0], scope=("performance",), method="re-run", result=result, use=USE,
        assessed_on=told.clock.at, valid_until=LATER, no_conflict_declared=True,
    )  # fmt: skip
    statement = Statement((told.component.subject(),), claim.TYPE, claim.to_predicate())
    return sign(statement.to_payload(), [told.story.labs[0].key(Role.ASSESSOR)])


def closure(told: Telling, *, hide_subject: bool = False) -> Closure:
    """Return on what ground it is withheld."""
    return Closure(
        ground=GROUND, office="legal office", until=told.clock.at + timedelta(days=90),
        audiences=("court", "regulator"), hide_subject=hide_subject,
    )  # fmt: skip


def closed(told: Telling, *, hide_subject: bool = False) -> tuple[Said, Path]:
    """Withhold the attestation."""
    terms = closure(told, hide_subject=hide_subject)
    return withhold(told.ledger, attestation(told), terms, CITY)


def reason(told: Telling, control: str = "assu-4") -> str:
    """Return why a control is answered as it is."""
    found = judge(told.component, (), (), told.ledger.history, told.question)
    finding = found.conformity.finding(control)
    assert finding is not None
    assert finding.outcome is not Outcome.HOLDS
    return finding.reason


def test_the_log_learns_the_closed_form_and_no_more(told: Telling) -> None:
    """Neither content nor salt is in any file but the opening, which only its owner can read."""
    said, path = closed(told)

    opening = Opening.parse(path.read_bytes())
    claim = told.ledger.history.statements[said.index].claim
    assert isinstance(claim, Withheld)
    assert claim.commitment == opening.commitment
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secrets = (opening.salt, opening.salt.hex().encode(), opening.envelope.payload,
               opening.envelope.signatures[0].sig, opening.envelope.to_bytes())  # fmt: skip
    for file in told.ledger.home.root.rglob("*"):
        if file.is_file() and file != path:
            data = file.read_bytes()
            assert not any(secret in data for secret in secrets), file


def test_a_blank_says_that_a_statement_is_withheld(told: Telling) -> None:
    """With date and ground when the release is named; nothing at all when it is not."""
    silent = reason(told)
    closed(told, hide_subject=True)
    hidden = reason(told)
    closed(told)

    assert hidden == silent
    assert f"on the ground: {GROUND}." in reason(told)
    assert "FAILED" not in reason(told)


def test_it_opens_against_the_same_leaf(told: Telling) -> None:
    """The author's own envelope enters; the link carries the salt, so that anyone can check."""
    said, path = closed(told)
    opening = Opening.parse(path.read_bytes())

    link, index = open_withheld(told.ledger, opening, CITY)

    original = told.ledger.history.statements[index]
    assert original.statement_id == opening.envelope.statement_id
    assert isinstance(link.claim, Opened)
    assert link.claim.supersedes == said.statement_id
    assert link.claim.statement == original.statement_id
    assert (
        Opening(bytes.fromhex(link.claim.salt), opening.envelope).commitment
        == (told.ledger.history.statements[said.index].claim.to_predicate()["commitment"])
    )
    assert "withheld" not in reason(told)
    assert open_withheld(told.ledger, opening, CITY)[1] == index


def test_a_hidden_subject_opens_too(told: Telling) -> None:
    """The opened statement says what it is about."""
    _, path = closed(told, hide_subject=True)

    _, index = open_withheld(told.ledger, Opening.parse(path.read_bytes()), CITY)

    assert told.ledger.history.statements[index].is_about(told.component.release)


def test_after_erasure_the_proof_holds_and_guessing_does_not_help(told: Telling) -> None:
    """The closed entry is proved as before; trying every likely content finds nothing."""
    said, path = closed(told)
    path.unlink()
    claim = told.ledger.history.statements[said.index].claim
    assert isinstance(claim, Withheld)

    trust = told.ledger.history.directory.trust
    assert trust is not None
    found = verify_receipt(said.entry, said.proof, trust.policy)
    # The attacker knows everything but the salt: even the right envelope is among the guesses.
    guesses = [attestation(told, result).to_bytes() for result in Result]
    salts = [b"", bytes(32), b"\xff" * 32, hashlib.sha256(b"").digest()]
    tried = {
        hashlib.sha256(prefix + salt + guess).hexdigest()
        for prefix, salt, guess in product((b"", DOMAIN), salts, guesses)
    }
    assert found.origin == told.ledger.home.origin
    assert told.ledger.home.reader().entry(said.index) == said.entry
    assert claim.commitment not in tried


def refused(told: Telling, opening: Opening, *, by: str = "city") -> str:
    """Return the code with which an opening is refused."""
    signer = CITY if by == "city" else told.story.maintainer
    size = told.ledger.log.size
    with pytest.raises(SunlitError) as caught:
        open_withheld(told.ledger, opening, signer)
    assert told.ledger.log.size == size
    return caught.value.code


def test_only_the_salt_and_the_content_open_it_and_only_for_who_closed_it(told: Telling) -> None:
    """Another salt, another content, another organisation; the log does not grow."""
    _, path = closed(told)
    opening = Opening.parse(path.read_bytes())

    assert refused(told, Opening(bytes(32), opening.envelope)) == "withhold.not-this"
    other = Opening(opening.salt, attestation(told, Result.PASSED))
    assert refused(told, other) == "withhold.not-this"
    assert refused(told, opening, by="maker") == "withhold.not-yours"
    assert find_closed(told.ledger.history.statements, opening).claim.TYPE == Withheld.TYPE


def test_a_false_link_does_not_enter(told: Telling) -> None:
    """Whoever withheld one statement cannot show another in its place."""
    said, path = closed(told)
    salt = Opening.parse(path.read_bytes()).salt.hex()
    shown = told.ledger.admit(attestation(told, Result.PASSED))
    statement = told.ledger.history.statements[shown.index].statement_id
    link = Opened(statement=statement, salt=salt, supersedes=said.statement_id)

    with pytest.raises(SunlitError) as caught:
        say(told.ledger, link, Subject(None, {"sha256": told.component.release}), CITY)

    assert caught.value.code == "statement.opening"


def test_what_could_never_open_is_not_withheld(told: Telling) -> None:
    """Known already, by one who may not say it, or after its time; no opening is left behind."""
    known = attestation(told)
    told.ledger.admit(known)
    other = attestation(told, Result.PASSED)
    by_nobody_entitled = sign(other.payload, [CITY])
    late = replace(closure(told), until=told.clock.at)
    size, codes = told.ledger.log.size, []
    for envelope, terms in (
        (known, closure(told)),
        (by_nobody_entitled, closure(told)),
        (other, late),
    ):
        with pytest.raises(SunlitError) as caught:
            withhold(told.ledger, envelope, terms, CITY)
        codes.append(caught.value.code)

    assert codes == ["withhold.known", "admit.refused", "admit.refused"]
    assert told.ledger.log.size == size
    assert not list((told.ledger.home.root / "private").glob("withheld/*"))
