"""Findings algebra, controls, evaluation, risk code: pure functions of statements."""

from sunlit.rubric.control import Control, Parameter, Rubric, Stricter
from sunlit.rubric.evaluate import Conformity, Position, evaluate
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome, Verdict
from sunlit.rubric.oscal import read_catalog, read_profile
from sunlit.rubric.resolve import resolve

__all__ = [
    "Conformity",
    "Control",
    "Evidence",
    "Finding",
    "Outcome",
    "Parameter",
    "Position",
    "Rubric",
    "Stricter",
    "Verdict",
    "evaluate",
    "read_catalog",
    "read_profile",
    "resolve",
]
