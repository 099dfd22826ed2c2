"""What the figures of a measurement of risk are called, for people."""

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "k": "Smallest class (k-anonymity)",
    "separation": "Pairs of rows that can be told apart",
    "sample-uniqueness": "Rows that are like no other",
    "prosecutor-highest": "Prosecutor risk, highest",
    "prosecutor-average": "Prosecutor risk, average",
    "records-at-risk": "Rows in classes too small",
    "journalist-highest": "Journalist risk, highest",
    "journalist-average": "Journalist risk, average",
    "journalist-at-risk": "Rows at risk from a journalist",
    "marketer": "Marketer risk",
    "population-uniqueness": "People unique in the population",
    "pitman": "Unique in the population, by Pitman",
    "zayatz": "Unique in the population, by Zayatz",
    "snb": "Unique in the population, by slide negative binomial",
    "distinct-l": "l-diversity, distinct values",
    "entropy-l": "l-diversity, by entropy",
    "t-equal": "t-closeness, equal distance",
    "t-ordered": "t-closeness, ordered distance",
    "identifying-columns": "Columns that name a person outright",
    "unmeasured-columns": "Columns that could not be measured",
    "unread-files": "Files that could not be read",
}
MODELS: Final[Mapping[str, str]] = {
    "pitman": "Pitman", "zayatz": "Zayatz", "snb": "Slide negative binomial",
}  # fmt: skip
# Figures that are counts or measures of their own; every other one is a share.
PLAIN: Final = frozenset({
    "k", "distinct-l", "entropy-l", "t-equal", "t-ordered", "identifying-columns",
    "unmeasured-columns", "unread-files",
})  # fmt: skip


def called(figure: str) -> str:
    """Return what a figure is called, its own name where there is no other."""
    return NAMES.get(figure, figure)


def model_called(name: str) -> str:
    """Return what a model of the population is called."""
    return MODELS.get(name, name)
