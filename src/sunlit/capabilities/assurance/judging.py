"""Tests of one kind that count, how old they are, and a figure held against a limit."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from math import floor
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import TestResult
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome
from sunlit.rubric.standing import tests, when

Tested = tuple[Admitted, TestResult, Answer]
WORST: Final = {Outcome.FAILS: 0, Outcome.UNKNOWN: 1, Outcome.HOLDS: 2}


def recent(evidence: Evidence, kind: str, parameters: Mapping[str, str], days: str) -> list[Tested]:
    """Return the tests that count and are no older than `max-age-days` (default `days`)."""
    age = _age(parameters, days)
    return [
        (said, test, answer)
        for said, test, answer in tests(evidence, kind)
        if (dated := _dated(evidence, said, test)) <= evidence.at < dated + age
    ]


def expires(
    evidence: Evidence, found: Iterable[Tested], parameters: Mapping[str, str], days: str
) -> str | None:
    """Return when the first of the tests stops counting."""
    age = _age(parameters, days)
    ends: list[datetime | None] = []
    for said, test, answer in found:
        dated = _dated(evidence, said, test)
        ends += [test.sunlit_valid_until, answer.expires, dated + age]
    return when(*ends)


def _age(parameters: Mapping[str, str], days: str) -> timedelta:
    return timedelta(days=floor(Decimal(parameters.get("max-age-days", days))))


def _dated(evidence: Evidence, said: Admitted, test: TestResult) -> datetime:
    # A date that the tester states may be earlier than the entry, never later.
    dates = [day for day in (test.sunlit_tested_on, said.admitted_at) if day is not None]
    return min(dates, default=evidence.at)  # an undated draft is of now


def names_data(test: TestResult) -> bool:
    """Tell whether the test names what it was made on by digest."""
    return any("sha256" in resource.digest for resource in test.configuration)


def held(value: Decimal, low: Decimal | None, limit: Decimal) -> Outcome:
    """Hold a figure against the most it may be; `low` is the lower end of its interval.

    Within: HOLDS. Over the limit with its whole interval: FAILS. Over it, and the interval is
    not: UNKNOWN, for chance may be all there is.
    """
    if value <= limit:
        return Outcome.HOLDS
    return Outcome.UNKNOWN if low is not None and low <= limit else Outcome.FAILS


def ids(found: Iterable[Tested]) -> tuple[str, ...]:
    """Return the ids of the tests' statements, each once."""
    return tuple(dict.fromkeys(said.statement_id for said, _, _ in found))
