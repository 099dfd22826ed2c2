"""The eight practices of the risk code by their names, as its scheme calls them. Pure."""

from sunlit.base.wording import Text, fixed
from sunlit.rubric.risk_code import scheme


def practice_title(practice: str) -> Text:
    """Return what a practice is called; its id where the scheme names no such practice."""
    told = scheme().document.get("practices")
    one = told.get(practice) if isinstance(told, dict) else None
    return fixed(str(one.get("title")) if isinstance(one, dict) else practice)
