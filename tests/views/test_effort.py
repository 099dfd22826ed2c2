"""What assurance took: blanks are blanks, sums say of how many, currencies are apart."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sunlit.claims.assurance import Effort
from sunlit.testing.authority import START
from sunlit.views.effort import Sum, effort_view
from tests.rubric.story import LABS, MAKER, Story

WORK = Effort(organisation=MAKER, activity="bias-audit", started_on=START,
              ended_on=START + timedelta(days=3, hours=6))  # fmt: skip


def test_nothing_recorded_is_nothing_known() -> None:
    """No sum of nothing looks like a figure."""
    found = effort_view(Story().evidence())
    assert found.person_days == Sum(value=Decimal(0), recorded=0, of=0)
    assert (found.elapsed, found.logged, found.costs, found.submitted) == (None, None, {}, None)
    assert found.to_json()["submittedToPublishedDays"] is None


def test_currencies_are_never_added() -> None:
    """And each sum says how many of all pieces of work it is of."""
    said = Story()
    said.say(replace(WORK, cost=Decimal("1200.50"), currency="GBP"), said.maintainer)
    said.say(replace(WORK, activity="x", cost=Decimal(100), currency="EUR"), said.maintainer)
    said.say(replace(WORK, activity="y", cost=Decimal(100), currency="GBP"), said.maintainer)
    found = effort_view(said.evidence())
    assert found.costs == {
        "GBP": Sum(value=Decimal("1300.50"), recorded=2, of=3),
        "EUR": Sum(value=Decimal(100), recorded=1, of=3),
    }
    assert found.elapsed == Decimal("3.25")


def test_what_somebody_says_in_anothers_name_is_left_out() -> None:
    """A record is its organisation's own."""
    said = Story()
    said.say(replace(WORK, organisation=LABS[0]), said.maintainer)
    assert effort_view(said.evidence()).spent == ()


def test_the_logs_own_times_run_from_the_first_entry_to_the_code() -> None:
    """Of the use that is asked about; before there is a code there is no such figure."""
    said = Story().made()
    said.declared()
    assert effort_view(said.evidence()).published is None
    said.world.now += timedelta(days=2)
    said.attested(0)
    said.attested(1)
    said.voted(1, 2)
    said.published()
    found = effort_view(said.evidence())
    assert found.logged is not None
    assert Decimal(2) < found.logged < Decimal("2.1")
    assert effort_view(said.evidence(use="other")).published is None
