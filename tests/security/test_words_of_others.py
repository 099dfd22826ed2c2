"""Attacks with other people's statements: signatures added, words taken back or said again."""

from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import SunlitError
from sunlit.claims.assurance import Result, Withdrawal
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Status
from sunlit.claims.provenance import Component
from sunlit.log.entry import Entry
from sunlit.registry.assure import judge, payload_of
from sunlit.registry.producing import Draft
from sunlit.registry.saying import say
from sunlit.registry.status import change_status, status_of
from sunlit.rubric.finding import Outcome
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import maintainers
from sunlit.rubric.votes import ballots, publishable
from sunlit.statement.dsse import Envelope, Signature, sign
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import BOARD, named_key
from tests.registry.telling import ISSUER_KEY, telling
from tests.registry.test_issuing import issued
from tests.rubric.story import (
    LABS,
    RELEASE,
    Story,
    attestation,
    component,
    scan,
    sha,
    vote,
)


def beside(envelope: Envelope, key: PrivateKey) -> Envelope:
    """Return the envelope with one more signature: anybody can make it."""
    more = Signature(key.public.key_id, key.sign(envelope.signed_bytes))
    return replace(envelope, signatures=(*envelope.signatures, more))


def entered(said: Story, envelope: Envelope) -> str:
    """Enter an envelope into the story's log; return the statement's id."""
    said.said.append(said.world.enter(envelope.to_bytes()))
    return envelope.statement_id


@pytest.mark.parametrize("is_first", [True, False])
def test_a_signature_beside_the_keepers_takes_no_name(*, is_first: bool) -> None:
    """Whoever logs it first: only a maintainer that the keeper names is let in."""
    said = Story()
    thief = said.world.organisation("thief.example", Role.MAINTAINER).key(Role.MAINTAINER)
    own = sign_claim(component(), [said.maintainer], sha(RELEASE))
    both = beside(own, thief)

    for envelope in (both, own) if is_first else (own, both):
        entered(said, envelope)

    assert maintainers(said.evidence()) == {said.maker.id}


def test_a_signature_beside_an_assessors_cannot_take_the_failure_back() -> None:
    """The maker signs the assessor's bad news too, and withdraws it: that is the maker's word."""
    said = Story().complete()
    claim = replace(attestation(LABS[2]), result=Result.FAILED)
    failure = sign_claim(claim, [said.labs[2].key(Role.ASSESSOR)], sha(RELEASE))

    id_ = entered(said, beside(failure, said.maintainer))
    said.say(Withdrawal(statement=id_, reason="not ours"), said.maintainer)

    assert said.conformity().outcome is Outcome.FAILS


def test_the_assessor_itself_can_take_it_back() -> None:
    """What everybody else has signed beside it does not hold it up."""
    said = Story().complete()
    claim = replace(attestation(LABS[2]), result=Result.FAILED)
    lab = said.labs[2].key(Role.ASSESSOR)

    id_ = entered(said, beside(sign_claim(claim, [lab], sha(RELEASE)), said.maintainer))
    said.say(Withdrawal(statement=id_, reason="measured wrongly"), lab)

    assert said.conformity().outcome is Outcome.HOLDS


def test_no_colleague_takes_back_a_members_dissent() -> None:
    """Members of a board share an organisation; their votes are their own."""
    said = Story()
    said.made()
    said.declared()
    said.voted(1, 2)
    dissent = said.say(replace(vote(), dissent="too high"), named_key(f"{BOARD}/3"))
    said.say(Withdrawal(statement=dissent.statement_id, reason="x"), named_key(f"{BOARD}/1"))

    code = publishable(said.evidence(), said.world.trust.boards[0])

    assert getattr(code, "dissents", ()) == (dissent.statement_id,)


def test_an_old_vote_that_is_logged_again_is_not_the_latest() -> None:
    """A colleague adds a signature to a vote that its member has since changed."""
    said = Story()
    said.declared()
    first = sign_claim(vote(), [named_key(f"{BOARD}/1")], sha(RELEASE))
    entered(said, first)
    said.say(replace(vote(), ceiling=1), named_key(f"{BOARD}/1"))
    entered(said, beside(first, named_key(f"{BOARD}/2")))

    found = ballots(said.evidence(), said.world.trust.boards[0], scheme())

    assert {one.member: one.vote.ceiling for one in found} == {
        named_key(f"{BOARD}/1").public.key_id: 1,
        named_key(f"{BOARD}/2").public.key_id: vote().ceiling,
    }


def test_a_conflict_declared_afterwards_silences_no_failure() -> None:
    """Nor does the assessor's own: bad news needs competence, not distance."""
    said = Story().complete()
    said.attested(2, result=Result.FAILED)

    said.world.conflict(said.maker, LABS[2])

    assert said.conformity().outcome is Outcome.FAILS


@pytest.mark.parametrize("by_stranger", [True, False])
def test_calling_it_a_hosted_service_hides_no_failure(*, by_stranger: bool) -> None:
    """A stranger's word on it counts nothing; the maintainer's does not undo what was found."""
    said = Story().complete()
    stranger = said.world.organisation("thief.example", Role.MAINTAINER)
    said.say(replace(scan(), result=Result.FAILED), said.maintainer)
    hosted = replace(component(), kind="hosted-service")
    if by_stranger:
        hosted = replace(hosted, purl="pkg:generic/thief.example/other")

    said.say(hosted, stranger.key(Role.MAINTAINER) if by_stranger else said.maintainer)

    assert said.finding("assu-1").outcome is Outcome.FAILS


def test_what_was_said_and_taken_back_still_shows_in_the_files() -> None:
    """The maker signs the very words of a bad scan and withdraws them; the draft stands."""
    said = Story().complete()
    bad = replace(scan(), result=Result.FAILED)
    signed = said.say(bad, said.maintainer)
    said.say(Withdrawal(statement=signed.statement_id, reason="x"), said.maintainer)

    said.draft(bad, id_=signed.statement_id)

    assert said.finding("assu-1").outcome is Outcome.FAILS


@pytest.mark.parametrize("name", ["draft", named_key(f"{BOARD}/1").public.key_id])
def test_an_organisations_name_gives_it_no_say(name: str) -> None:
    """Whatever it calls itself, it takes back neither a draft nor a member's vote."""
    said = Story().complete()
    posing = said.world.organisation(name, Role.MAINTAINER).key(Role.MAINTAINER)
    bad = said.draft(replace(scan(), result=Result.FAILED))
    for other in (bad, *said.evidence().statements):
        said.say(Withdrawal(statement=other.statement_id, reason="x"), posing)

    assert said.finding("assu-1").outcome is Outcome.FAILS
    assert len(ballots(said.evidence(), said.world.trust.boards[0], scheme())) == 2


@pytest.mark.parametrize("signed_by_stranger", [True, False])
def test_logging_a_bad_finding_does_not_hide_it(
    tmp_path: Path, *, signed_by_stranger: bool
) -> None:
    """Whether it is withdrawn or said by nobody who counts, what the scanner sees now fails."""
    bad = replace(scan(), result=Result.FAILED)
    with telling(tmp_path) as told:
        told.complete()
        subject = told.component.subject()
        signer = ISSUER_KEY if signed_by_stranger else told.story.maintainer
        draft = Draft(claim=bad, subjects=(subject,))
        entry = sign(payload_of(draft), [signer])
        if signed_by_stranger:
            receipt = told.ledger.log.append([entry.to_bytes()])[0]
            told.ledger.history.feed(
                receipt.entry, origin=told.ledger.home.origin, index=receipt.index
            )
        else:
            told.ledger.admit(entry)
            say(told.ledger, Withdrawal(statement=entry.statement_id, reason="x"), subject, signer)

        found = judge(told.component, [draft], (), told.ledger.history, told.question)

    finding = found.conformity.finding("assu-1")
    assert finding is not None
    assert finding.outcome is Outcome.FAILS


def test_a_token_can_be_suspended_for_the_same_reason_twice(tmp_path: Path) -> None:
    """The second suspension is another statement than the first, so that it is logged."""
    with telling(tmp_path) as told:
        done = issued(told.complete())
        found = []
        for status in (Status.SUSPENDED, Status.VALID, Status.SUSPENDED, Status.VALID):
            change_status(
                told.ledger, done.said.statement_id, status, "drift",
                signer=ISSUER_KEY, at=told.clock.at,
            )  # fmt: skip
            found.append(status_of(told.ledger.history.statements, done.said.statement_id))

    assert found == [Status.SUSPENDED, Status.VALID, Status.SUSPENDED, Status.VALID]


def test_nobody_logs_an_old_status_anew(tmp_path: Path) -> None:
    """A maintainer adds a signature to the issuer's word that lifted an earlier suspension."""
    with telling(tmp_path) as told:
        done = issued(told.complete())
        for status in (Status.SUSPENDED, Status.VALID, Status.SUSPENDED):
            said = change_status(
                told.ledger, done.said.statement_id, status, "drift",
                signer=ISSUER_KEY, at=told.clock.at,
            )  # fmt: skip
            if status is Status.VALID:
                lifted = Envelope.from_json(_envelope(said.entry))
        maker = told.story.maintainer

        with pytest.raises(SunlitError, match="the log does not take this statement"):
            told.ledger.admit(beside(lifted, maker))

        now = status_of(told.ledger.history.statements, done.said.statement_id)
    assert now is Status.SUSPENDED


def test_the_same_envelope_is_answered_by_its_first_receipt(tmp_path: Path) -> None:
    """Saying it again, with all or some of the signatures, adds no entry."""
    with telling(tmp_path) as told:
        told.registered()
        claim = component()
        maker = told.story.maintainer
        envelope = sign_claim(claim, [maker], sha(RELEASE))
        first = told.ledger.admit(envelope)

        again = told.ledger.admit(envelope)

        assert again.index == first.index
        assert isinstance(told.ledger.history.statements[first.index].claim, Component)


def _envelope(entry: bytes) -> object:
    return Entry.parse(entry).envelope
