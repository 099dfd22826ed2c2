"""Rows of uses, codes, votes, board sessions, mitigations, acceptances and assessments."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import BigInteger, Column, Index

from sunlit.base.slugs import component_key
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Mitigation,
    RiskAssessment,
    RiskCode,
    Use,
    Vote,
)
from sunlit.projection.facts import about_component, fact, refers, use_alias
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

USE: Final = log_table(
    "risk_use",
    text("key"), text("component"), text("use_key"), text("deployer"), text("use"),
    Column("area", BigInteger, nullable=False), text("description"), text("owner", blank=True),
)  # fmt: skip
CODE: Final = log_table(
    "risk_code",
    text("use_key"), text("board"), text("release"), text("use"), text("deployer"),
    text("digits"), Column("ceiling", BigInteger, nullable=False), text("tier"),
    text("valid_until"),
)  # fmt: skip
VOTE: Final = log_table(
    "risk_vote",
    text("use_key"), text("board"), text("release"), text("use"), text("deployer"),
    text("dissent", blank=True), text("valid_until"),
)  # fmt: skip
SESSION: Final = log_table(
    "risk_session",
    text("use_key"), text("board"), text("release"), text("use"), text("deployer"),
    text("opened_on"), text("closes_on"),
)  # fmt: skip
# `kind` is `mitigation` or `acceptance`; `what` a practice or a control.
MEASURE: Final = log_table(
    "risk_measure",
    text("use_key"), text("kind"), text("what"), text("use"), text("deployer"),
    text("owner", blank=True), text("due", blank=True), text("valid_until"),
)  # fmt: skip
ASSESSMENT: Final = log_table(
    "risk_assessment",
    text("use_key"), text("use"), text("deployer"), text("register_row", blank=True),
    Column("impact_raw", BigInteger, nullable=False),
    Column("impact_max", BigInteger, nullable=False), text("assessed_on"), text("valid_until"),
)  # fmt: skip
Index("risk_use_component", USE.c.key)
for _table in (USE, CODE, VOTE, SESSION, MEASURE, ASSESSMENT):
    Index(f"{_table.name}_use", _table.c.use_key)

TABLES: Final = (USE, CODE, VOTE, SESSION, MEASURE, ASSESSMENT)
CLAIMS: Final = frozenset(
    {Use, RiskCode, Vote, BoardSession, Mitigation, Acceptance, RiskAssessment}
)
_MOST: Final = 2**63 - 1  # what a column holds; a statement may claim more


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    match said.claim:
        case Use() as claim:
            yield from _use(claim, place)
        case RiskCode() as claim:
            yield from _code(claim, place)
        case Vote() | BoardSession() as claim:
            yield _ballot(claim, place)
        case Mitigation() | Acceptance() as claim:
            yield _measure(claim, place)
        case RiskAssessment() as claim:
            yield from _assessment(claim, place)


def _use(claim: Use, place: Place) -> Iterator[Row]:
    alias = use_alias(claim.deployer, claim.id)
    yield row(
        USE, place, component_key(claim.component), claim.component, alias, claim.deployer,
        claim.id, _fits(claim.area), claim.description, claim.owner,
    )  # fmt: skip
    value = {
        "component": claim.component, "deployer": claim.deployer, "use": claim.id,
        "areas": (_fits(claim.area), *map(_fits, claim.further_areas)),
        "summary": claim.description, "permitted": claim.permitted,
        "prohibited": claim.prohibited,
    }  # fmt: skip
    yield fact(place, about_component(claim.component), "use", value, alias=alias)


def _code(claim: RiskCode, place: Place) -> Iterator[Row]:
    alias = use_alias(claim.deployer, claim.use)
    yield row(
        CODE, place, alias, claim.board, bounded(claim.release), claim.use, claim.deployer,
        claim.digits, _fits(claim.ceiling), claim.tier.value, format_time(claim.valid_until),
    )  # fmt: skip
    value = {
        "board": claim.board, "digits": claim.digits, "tier": claim.tier.value,
        "use": alias, "until": claim.valid_until,
    }  # fmt: skip
    yield fact(place, refers(alias), "code", value)


def _ballot(claim: Vote | BoardSession, place: Place) -> Row:
    alias = use_alias(claim.deployer, claim.use)
    common = (alias, claim.board, bounded(claim.release), claim.use, claim.deployer)
    if isinstance(claim, Vote):
        return row(VOTE, place, *common, claim.dissent, format_time(claim.valid_until))
    opened, closes = format_time(claim.opened_on), format_time(claim.closes_on)
    return row(SESSION, place, *common, opened, closes)


def _measure(claim: Mitigation | Acceptance, place: Place) -> Row:
    alias, until = use_alias(claim.deployer, claim.use), format_time(claim.valid_until)
    if isinstance(claim, Mitigation):
        due = format_time(claim.due) if claim.due else None
        kind, what = "mitigation", claim.practice
        return row(
            MEASURE, place, alias, kind, what, claim.use, claim.deployer, claim.owner, due, until
        )
    return row(
        MEASURE, place, alias, "acceptance", claim.what, claim.use, claim.deployer, claim.owner,
        None, until,
    )  # fmt: skip


def _assessment(claim: RiskAssessment, place: Place) -> Iterator[Row]:
    alias = use_alias(claim.deployer, claim.use)
    yield row(
        ASSESSMENT, place, alias, claim.use, claim.deployer, claim.row, _fits(claim.impact_raw),
        _fits(claim.impact_max), format_time(claim.assessed_on), format_time(claim.valid_until),
    )  # fmt: skip
    value = {"deployer": claim.deployer, "use": alias, "until": claim.valid_until}
    yield fact(place, refers(alias), "assessment", value)


def _fits(number: int) -> int:
    return max(-_MOST, min(_MOST, number))
