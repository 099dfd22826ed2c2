"""No rule reads what other registers say: nobody signed it, so it evidences nothing."""

from collections.abc import Mapping
from typing import Final

from sunlit.rubric.capability import Rule

RULES: Final[Mapping[str, Rule]] = {}
