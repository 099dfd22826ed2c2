"""Findings algebra, controls, evaluation, risk code: pure functions of statements."""

from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding, Outcome, Verdict

__all__ = ["Evidence", "Finding", "Outcome", "Verdict"]
