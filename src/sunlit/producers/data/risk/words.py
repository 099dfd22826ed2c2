"""The sentences of a measurement: what was found, how, and what it cannot tell."""

from decimal import Decimal
from typing import Final

from sunlit.producers.data.risk.figures import IDENTIFIERS, NESTED, UNREAD
from sunlit.producers.data.risk.improve import Effect
from sunlit.producers.data.risk.measuring import Found
from sunlit.producers.data.words import many

MEANS: Final = {
    "prosecutor-highest": "the greatest risk that one person is recognised",
    "prosecutor-average": "the average risk that a person is recognised",
    "records-at-risk": "the share of rows in small groups",
    "population-uniqueness": "the share of people whom nobody else is like, at its upper end",
    "sample-uniqueness": "the share of rows that no other row is like",
    "journalist-highest": "the greatest risk that one person is recognised",
    "journalist-average": "the average risk that a person is recognised",
    "journalist-at-risk": "the share of rows in small groups",
    "marketer": "the share of rows that could be recognised at once",
    IDENTIFIERS: "columns whose values are nearly all different count as risk 1: it",
    NESTED: "columns that cannot be grouped count as risk 1: it",
    UNREAD: "files that could not be read count as risk 1: it",
}
CANNOT_TELL: Final = (
    "What an attacker learns from text, or by other means than the columns that were measured.",
    "Whether who is recognised comes to harm: that is for a reviewer.",
    "Anything about columns that a declaration leaves out.",
    "How people are spread in the population: models guess it from the file, and err.",
)
HOW_COMPUTED: Final = (
    "Rows that agree in every quasi-identifier are one class; a null is a value of its own.",
    "Class sizes are counted exactly, on all rows.",
    (
        "Prosecutor risk is one over the size of a class; journalist and marketer risk take the "
        "file for the whole population, the most they can be."
    ),
    (
        "Population uniqueness: Pitman, Zayatz and the slide negative binomial; the rule of Dankar "
        "et al. (2012) chooses, and the upper end of the 95 % interval counts."
    ),
    (
        "Changes were chosen on a sample and measured on all rows. Information lost is the share "
        "of the column's entropy that is gone."
    ),
)


def headline(found: Found) -> str:
    """Return the sentence that stands on top."""
    governs = found.governing
    verdict = "within" if governs.met else "over"
    rank = (
        f"{found.histogram.of_size(1):,} of {many(found.rows, 'row')} are like no other"
        f" in {many(len(found.chosen.keys), 'column')}"
    )
    return (
        f"{MEANS[governs.figure].capitalize()} is {percent(governs.risk)}, {verdict} the "
        f"{percent(governs.threshold)} of {found.profile.name}; {rank}."
    )


def percent(share: Decimal | float) -> str:
    """Return a share as a person reads it."""
    value = float(share) * 100
    if value == round(value):
        return f"{value:.0f} %"
    return f"{value:.2g} %" if value < 1 else f"{value:.1f} %"


def how(found: Found) -> str:
    """Return how the quasi-identifiers were chosen."""
    chosen = found.chosen
    if chosen.how == "declared":
        return "The quasi-identifiers were declared; what a search found beside them is listed."
    if not chosen.keys:
        return "No column tells rows apart, so all rows are one class."
    base = (
        f"{chosen.found.counted:,} subsets of at most three columns were counted on "
        f"{chosen.sample_rows:,} rows; columns were then added until the set makes 95 % of the "
        "classes that all columns make together"
    )
    return base + (", confirmed on all rows." if chosen.everything is not None else ".")


def change(effect: Effect) -> str:
    """Return what a change is, in words."""
    if effect.option is None:
        return f"leave out the rows of groups smaller than {effect.smaller_than}"
    return f"{effect.column}: {effect.option.words}"
