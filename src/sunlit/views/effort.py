"""What assurance took: elapsed days, working days and money, as far as anybody recorded them.

A blank stays blank and is counted as one. Sums are of what is recorded and say of how many that is;
money is added within a currency only. Nothing here compares one way of working with another.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Effort
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component
from sunlit.claims.risk import RiskCode
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import about

SECONDS: Final = 86_400  # of a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """One piece of work: `elapsed` days from start to end, working days and money if recorded."""

    organisation: str
    activity: str
    elapsed: Decimal
    person_days: Decimal | None
    cost: Decimal | None
    currency: str | None
    contract: str | None
    statement: str

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`; blanks are null, figures are texts."""
        return {
            "organisation": self.organisation,
            "activity": self.activity,
            "elapsedDays": str(self.elapsed),
            "personDays": _text(self.person_days),
            "cost": _text(self.cost),
            "currency": self.currency,
            "contract": self.contract,
            "statement": self.statement,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sum of what is recorded: `recorded` of `of` pieces of work say it."""

    value: Decimal
    recorded: int
    of: int

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {"value": str(self.value), "recorded": self.recorded, "of": self.of}


@dataclass(frozen=True, slots=True, kw_only=True)
class EffortView:
    """What the assurance of a release took, as recorded, and what the log's own times say.

    `submitted` is when a log first held what the release is, `published` when it held its first
    risk code for the use asked about; None where it does not.
    """

    release: str
    component: str | None
    spent: tuple[Spent, ...]
    person_days: Sum
    costs: dict[str, Sum] = field(default_factory=dict)
    elapsed: Decimal | None = None
    submitted: datetime | None = None
    published: datetime | None = None

    @property
    def logged(self) -> Decimal | None:
        """Days from the first entry about the release to its code, None unless both are there."""
        if self.submitted is None or self.published is None:
            return None
        return _days(self.published - self.submitted)

    def to_json(self) -> dict[str, object]:
        """Return the view for `--json`; blanks are null, figures are texts."""
        return {
            "format": "sunlit-effort/1",
            "release": self.release,
            "component": self.component,
            "spent": [one.to_json() for one in self.spent],
            "elapsedDays": _text(self.elapsed),
            "personDays": self.person_days.to_json(),
            "costs": {name: one.to_json() for name, one in sorted(self.costs.items())},
            "submitted": format_time(self.submitted) if self.submitted else None,
            "published": format_time(self.published) if self.published else None,
            "submittedToPublishedDays": _text(self.logged),
        }


def effort_view(evidence: Evidence) -> EffortView:
    """Return what the assurance of the release took, as far as it is recorded."""
    found = [
        (said, claim)
        for said, claim in about(evidence, Effort)
        if claim.organisation in evidence.organisations(said)
    ]
    spent = tuple(_spent(said, claim) for said, claim in found)
    elapsed = None
    if found:
        first = min(claim.started_on for _, claim in found)
        elapsed = _days(max(claim.ended_on for _, claim in found) - first)
    return EffortView(
        release=evidence.release,
        component=evidence.component,
        spent=spent,
        person_days=_sum([one.person_days for one in spent], len(spent)),
        costs=_costs(spent),
        elapsed=elapsed,
        submitted=_first(evidence, Component, Release),
        published=_published(evidence),
    )


def _spent(said: Admitted, claim: Effort) -> Spent:
    return Spent(
        organisation=claim.organisation, activity=claim.activity,
        elapsed=_days(claim.ended_on - claim.started_on), person_days=claim.person_days,
        cost=claim.cost, currency=claim.currency, contract=claim.contract,
        statement=said.statement_id,
    )  # fmt: skip


def _sum(values: Sequence[Decimal | None], of: int) -> Sum:
    known = [value for value in values if value is not None]
    return Sum(value=sum(known, Decimal(0)), recorded=len(known), of=of)


def _costs(spent: Sequence[Spent]) -> dict[str, Sum]:
    by_currency: dict[str, list[Decimal | None]] = defaultdict(list)
    for one in spent:
        if one.cost is not None and one.currency is not None:
            by_currency[one.currency].append(one.cost)
    return {name: _sum(values, len(spent)) for name, values in by_currency.items()}


def _first(evidence: Evidence, *kinds: type) -> datetime | None:
    times = [
        said.admitted_at
        for said in evidence.statements
        if isinstance(said.claim, kinds) and said.is_about(evidence.release) and said.admitted_at
    ]
    return min(times, default=None)


def _published(evidence: Evidence) -> datetime | None:
    times = [
        said.admitted_at
        for said in evidence.statements
        if isinstance(said.claim, RiskCode)
        and said.is_about(evidence.release)
        and said.admitted_at
        and evidence.use in (None, said.claim.use)
        and evidence.deployer in (None, said.claim.deployer)
    ]
    return min(times, default=None)


def _days(span: timedelta) -> Decimal:
    """Return a span in days, to two places."""
    seconds = Decimal(span.days * SECONDS + span.seconds)
    return (seconds / SECONDS).quantize(Decimal("0.01"))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
