"""What an assessor looks at, in words: `target-validity` is "target validity". Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from sunlit.base.marking import N_
from sunlit.base.wording import Text, fixed, joined

SCOPES: Final[Mapping[str, str]] = {
    "fairness": N_("fairness"), "performance": N_("performance"), "privacy": N_("privacy"),
    "robustness": N_("robustness"), "security": N_("security"),
    "target-validity": N_("target validity"),
}  # fmt: skip


def scope_title(scope: str) -> str:
    """Return what a scope is called; one that somebody else named, with its words apart."""
    known = SCOPES.get(scope)
    return fixed(known) if known else scope.replace("-", " ")


def scope_titles(scopes: Iterable[str]) -> Text:
    """Return what several are called, one after the other."""
    return joined(map(scope_title, scopes), ", ")
