"""Explanations of one decision: exact and checked, or honestly "none".

    from sunlit.guard.explain import Explain
    from sunlit.guard.explain.lightgbm import LightGBM

    guarded.decide(inputs, explain=Explain(LightGBM(booster)))

Nothing here imports a model's library until an explanation is asked for; `spec/explanation.md`
fixes the document, `docs/explanations.md` says which method is exact for which model.
"""

from sunlit.guard.explain.document import MEDIA_TYPE, Explanation, NoExplanation, checked, parse
from sunlit.guard.explain.explainer import Explain, Explainer, Nothing
from sunlit.guard.explain.terms import Method, Term, Terms

__all__ = [
    "MEDIA_TYPE",
    "Explain",
    "Explainer",
    "Explanation",
    "Method",
    "NoExplanation",
    "Nothing",
    "Term",
    "Terms",
    "checked",
    "parse",
]
