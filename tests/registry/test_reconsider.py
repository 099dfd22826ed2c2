"""Valid tokens are judged again; what no longer holds is suspended, and nothing is reinstated."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.claims.assurance import Result, TestResult
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Status, TokenKind
from sunlit.registry.attest import withdraw
from sunlit.registry.reconsider import Reconsidered, reconsider, suspend
from sunlit.registry.saying import find_use
from sunlit.registry.status import change_status, publish_lists, status_of, token_folder
from sunlit.registry.token import Issued, Terms, issue
from sunlit.registry.use import declare_use
from sunlit.rubric.core import core_rubric
from sunlit.runtime.covers import Asked
from sunlit.runtime.folder import MANIFEST, read_parts
from sunlit.runtime.verify import verify_token
from tests.registry.telling import CITY, ISSUER_KEY, Telling, telling
from tests.rubric.story import DEPLOYER, LATER, USE

FULL = Terms(kind=TokenKind.FULL, use=USE, deployer=DEPLOYER)
RESTRICTED = replace(FULL, kind=TokenKind.RESTRICTED)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """An issuer's ledger in which nothing was said yet."""
    with telling(tmp_path) as found:
        yield found


def issued(told: Telling, terms: Terms = FULL) -> Issued:
    """Issue a token."""
    return issue(
        told.ledger, told.component, core_rubric(), terms, signer=ISSUER_KEY, at=told.clock.at
    )


def judged(told: Telling) -> tuple[Reconsidered, ...]:
    """Judge again as of now."""
    return reconsider(told.ledger, [core_rubric()], told.clock.at)


def refreshed(told: Telling) -> tuple[Reconsidered, ...]:
    """Judge again, suspend, publish."""
    found = judged(told)
    suspend(told.ledger, found, ISSUER_KEY)
    publish_lists(told.ledger, ISSUER_KEY, told.clock.at)
    return found


def against(told: Telling) -> str:
    """Return what speaks against the one valid token."""
    (one,) = judged(told)
    return one.reason


def failure(told: Telling, done: Issued) -> tuple[str, str | None] | None:
    """Return the first step at which a stranger refuses the token."""
    trust = told.ledger.history.directory.trust
    assert trust is not None
    found = verify_token(read_parts(done.folder), trust, Asked(at=told.clock.at)).first_failure
    return (found.name, found.code) if found else None


def test_a_token_that_still_holds_stays(told: Telling) -> None:
    """Judging again logs nothing."""
    done = issued(told.complete())
    size = told.ledger.log.size

    (one,) = refreshed(told)

    assert (one.against, one.unjudged) == ((), None)
    assert told.ledger.log.size == size
    assert failure(told, done) is None


def test_a_withdrawn_attestation_suspends_a_full_token(told: Telling) -> None:
    """With the new list a stranger refuses it at the step `status`; nothing lifts it by itself."""
    told.registered().made().declared()
    word = told.attested(0)
    told.attested(1)
    told.voted(1)
    told.voted(2)
    told.published()
    told.mitigated()
    done = issued(told)
    withdraw(
        told.ledger, word.statement_id, "The test data was wrong",
        told.story.labs[0].key(Role.ASSESSOR),
    )  # fmt: skip

    (one,) = refreshed(told)

    assert "the check assu-4 is not known to hold" in one.reason
    assert failure(told, done) == ("status", "status.suspended")
    told.attested(0)
    assert refreshed(told) == ()
    assert failure(told, done) == ("status", "status.suspended")
    assert json.loads(json.dumps(one.to_json()))["against"]


def test_what_was_reinstated_too_early_is_suspended_again(told: Telling) -> None:
    """The same reason a second time counts again."""
    done = issued(told.complete(), RESTRICTED)
    told.maker(TestResult(result=Result.FAILED, sunlit_kind="artefact-safety"))
    outcomes = []
    for _ in range(2):
        refreshed(told)
        outcomes.append(failure(told, done))
        change_status(
            told.ledger, done.said.statement_id, Status.VALID, "x", signer=ISSUER_KEY,
            at=told.clock.at,
        )  # fmt: skip

    assert outcomes == [("status", "status.suspended")] * 2
    assert failure(told, done) is None


def test_decayed_evidence_suspends_full_tokens_that_last_longer(told: Telling) -> None:
    """A token ends with what it rests on, so its own end comes first: nothing to suspend."""
    issued(told.complete())
    told.clock.at = LATER

    assert judged(told) == ()


def test_a_control_that_fails_now_suspends_every_kind(told: Telling) -> None:
    """A later test failed; a restricted token bears blanks and no failure."""
    issued(told.complete(), RESTRICTED)
    assert against(told) == ""
    told.maker(TestResult(result=Result.FAILED, sunlit_kind="artefact-safety"))

    assert "the check assu-1 fails" in against(told)


def test_a_restricted_token_bears_a_blank(told: Telling) -> None:
    """What became UNKNOWN was allowed to be open when it was given."""
    told.registered().made().declared()
    word = told.attested(0)
    told.attested(1)
    told.voted(1, ceiling=8)
    told.voted(2, ceiling=8)
    told.published()
    told.mitigated()
    issued(told, RESTRICTED)
    withdraw(told.ledger, word.statement_id, "x", told.story.labs[0].key(Role.ASSESSOR))

    assert against(told) == ""


def test_a_gap_above_the_ceiling_suspends(told: Telling) -> None:
    """The practices' evidence was taken back one by one."""
    told.registered().made().declared()
    told.attested(0)
    told.attested(1)
    told.voted(1)
    told.voted(2)
    told.published()
    told.mitigated()
    issued(told, RESTRICTED)
    for said in told.ledger.history.statements:
        if "mitigation" in said.claim.TYPE:
            withdraw(told.ledger, said.statement_id, "x", CITY)

    assert "the last digit of the risk code is 5, and may be 3 at most" in against(told)


def test_a_replaced_code_suspends(told: Telling) -> None:
    """The board thinks otherwise now; a renewed code that says the same would not."""
    issued(told.complete(), RESTRICTED)
    for number in (1, 2):
        told.voted(number, ceiling=2)
    unpublished = against(told)
    told.published()

    assert "risk code 5441" in unpublished
    assert "544 with ceiling 2 instead of 544 with ceiling 3" in against(told)


def test_a_use_that_was_declared_prohibited_suspends(told: Telling) -> None:
    """Article 5 leaves no kind of token."""
    issued(told.complete(), RESTRICTED)
    use = find_use(told.ledger.history, USE, None)
    declare_use(told.ledger, replace(use, prohibited_practice="c"), CITY)

    assert "the use was declared prohibited (Article 5 c)" in against(told)


def test_without_its_files_a_token_cannot_be_judged(told: Telling) -> None:
    """The list beside the token, else the one that was kept; else it is said."""
    done = issued(told.complete())
    (done.folder / MANIFEST).unlink()
    assert judged(told)[0].unjudged is None
    (done.folder / MANIFEST).write_bytes(b"{}")

    (one,) = refreshed(told)

    assert one.unjudged is not None
    assert "list of its files" in one.unjudged
    assert status_of(told.ledger.history.statements, done.said.statement_id) is Status.VALID


def test_a_token_without_its_folder_is_judged_all_the_same(told: Telling) -> None:
    """The log knows the token, and the files were kept."""
    done = issued(told.complete())
    for path in done.folder.iterdir():
        path.unlink()
    done.folder.rmdir()

    assert token_folder(told.ledger.home, done.said.statement_id) is None
    assert judged(told)[0].unjudged is None


def test_under_another_rubric_only_code_and_use_are_judged(told: Telling) -> None:
    """A newer rubric does not reach back; that it could not be judged fully is said."""
    issued(told.complete())
    other = replace(core_rubric(), document={})

    (before,) = reconsider(told.ledger, [other], told.clock.at)
    use = find_use(told.ledger.history, USE, None)
    declare_use(told.ledger, replace(use, prohibited_practice="c"), CITY)
    (after,) = reconsider(told.ledger, [other], told.clock.at)

    assert before.unjudged is not None
    assert before.against == ()
    assert after.reason.endswith("the use was declared prohibited (Article 5 c)")
    assert "risk code 5441" in after.reason


def test_only_valid_tokens_are_judged(told: Telling) -> None:
    """A revoked one, and one that ended, are passed over."""
    done = issued(told.complete())
    issued(told, replace(FULL, days=1))
    change_status(
        told.ledger, done.said.statement_id, Status.INVALID, "x", signer=ISSUER_KEY,
        at=told.clock.at,
    )  # fmt: skip
    assert len(judged(told)) == 1
    told.clock.at += timedelta(days=1)

    assert judged(told) == ()


def test_a_long_list_of_reasons_is_counted(told: Telling) -> None:
    """A status statement is short."""
    issued(told.complete())
    (one,) = judged(told)

    assert replace(one, against=tuple("abcdefg")).reason == "a; b; c; d; e; and 2 more"
