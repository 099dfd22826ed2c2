"""Counter-evidence is brought against a statement of the log, and about what that was about."""

from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.base.errors import VerificationError
from sunlit.claims.assurance import CounterEvidence, Reply
from sunlit.claims.authority import Role
from sunlit.registry.attest import answer, contest
from tests.registry.telling import telling
from tests.rubric import story
from tests.rubric.story import LABS, MAKER, MODEL

NOWHERE = "00" * 32


def test_it_is_also_about_the_files_that_were_tested(tmp_path: Path) -> None:
    """So that it bears on every release with them; what is not in the log has no counter."""
    with telling(tmp_path) as told:
        told.registered().made()
        test = told.maker(replace(story.tested(), extra={"sunlit_tested": [MODEL]}))
        key = told.story.labs[0].key(Role.ASSESSOR)
        claim = CounterEvidence(
            statement=test.statement_id, assessor=LABS[0], scope="performance", finding="No.",
            found_on=told.clock.at,
        )  # fmt: skip
        contest(told.ledger, claim, key, report=("r.txt", b"x"))
        said = told.ledger.history.statements[-1]
        assert [one.digest["sha256"] for one in said.subjects] == [told.component.release, MODEL]
        assert isinstance(said.claim, CounterEvidence)
        assert said.claim.report is not None
        with pytest.raises(VerificationError) as caught:
            contest(told.ledger, replace(claim, statement=NOWHERE), key)
        assert caught.value.code == "attest.no-such-statement"
        reply = Reply(organisation=MAKER, text="x", statements=(NOWHERE,),
                      replied_on=told.clock.at)  # fmt: skip
        with pytest.raises(VerificationError):
            answer(told.ledger, told.component, reply, told.story.maintainer)
        answered = replace(reply, statements=(said.statement_id,))
        assert answer(told.ledger, told.component, answered, told.story.maintainer).index
