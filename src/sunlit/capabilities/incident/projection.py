"""Rows of reported problems and what was done about them."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Index

from sunlit.base.slugs import component_key
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.projection.facts import about_component, fact, problem_alias, refers
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

PROBLEM: Final = log_table(
    "incident_problem",
    text("number"), text("key"), text("component"), text("digest", blank=True),
    text("deployer", blank=True), text("kind"), text("received_on"), text("answer_by", blank=True),
)  # fmt: skip
UPDATE: Final = log_table(
    "incident_update", text("number"), text("state"), text("note"), text("updated_on")
)
Index("incident_problem_number", PROBLEM.c.number)
Index("incident_problem_key", PROBLEM.c.key)
Index("incident_update_number", UPDATE.c.number)

TABLES: Final = (PROBLEM, UPDATE)
CLAIMS: Final = frozenset({Problem, ProblemUpdate})


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    match said.claim:
        case Problem() as claim:
            answer_by = format_time(claim.answer_by) if claim.answer_by else None
            yield row(
                PROBLEM, place, bounded(claim.number), component_key(claim.component),
                claim.component, bounded(claim.release) if claim.release else None,
                claim.deployer, claim.kind, format_time(claim.received_on), answer_by,
            )  # fmt: skip
            value = {"number": claim.number, "component": claim.component}
            alias = problem_alias(claim.number)
            yield fact(place, about_component(claim.component), "problem", value, alias=alias)
        case ProblemUpdate() as claim:
            state, on = claim.state.value, format_time(claim.updated_on)
            yield row(UPDATE, place, bounded(claim.number), state, claim.note, on)
            value = {"number": claim.number, "state": state, "on": on}
            yield fact(place, refers(problem_alias(claim.number)), "update", value)
