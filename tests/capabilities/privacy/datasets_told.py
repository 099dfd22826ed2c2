"""The story of a release whose training data is sensitive, for tests of this room."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.privacy import Decision, Figure, Found, Reidentification, Review, Scan
from sunlit.testing.authority import EXPIRES
from tests.rubric.story import (
    DATA,
    EARLY,
    LABS,
    MODEL,
    SOON,
    Story,
    component,
    data_scan,
    dataset,
    measured,
    run,
)

NAMES: Final = Found(
    column="name", kind="person", category="person", by="both", rows=100, hits=100,
    rate=Decimal("0.9"), low=Decimal("0.8"), high=Decimal(1), confidence=Decimal("0.9"),
)  # fmt: skip
SENSITIVE: Final = replace(data_scan(), sensitive=True, found=(NAMES,), grounds=("person: name",))
RISKY: Final = replace(measured(), risk=Decimal("0.5"))
SCANNED, REVIEWED, MEASURED = "priv-1", "priv-2", "priv-3"


def review(*statements: str, **changes: object) -> Review:
    """Return the third laboratory's acceptance of the data."""
    found = Review(
        reviewer=LABS[2], decision=Decision.ACCEPT, purpose="training", statements=statements,
        conditions=("only inside the agency",), reasons="Masked well enough.",
        no_conflict_declared=True, reviewed_on=EARLY, valid_until=SOON,
    )  # fmt: skip
    return replace(found, **changes)  # type: ignore[arg-type]


def met(**changes: object) -> Reidentification:
    """Return a measurement that misses a threshold of its own."""
    figure = Figure(name="records at risk", value=Decimal("0.4"), met=False)
    return replace(measured(), figures=(figure,), **changes)  # type: ignore[arg-type]


class Told(Story):
    """A model that was trained on one dataset; the third laboratory reviews data."""

    def __init__(self) -> None:
        super().__init__()
        self.world.accredit(LABS[2], "privacy", until=EXPIRES)
        self.say(component(), self.maintainer)
        self.say(dataset(), self.maintainer, about=DATA)
        self.say(run(), self.maintainer, about=MODEL)

    def of_data(self, claim: Claim) -> Admitted:
        """Say something of the dataset, as the maintainer."""
        return self.say(claim, self.maintainer, about=DATA)

    def scanned(self, scan: Scan = SENSITIVE) -> str:
        """Scan the dataset; return the statement's id."""
        return self.of_data(scan).statement_id

    def reviewed(self, *statements: str, by: int = 2, **changes: object) -> Admitted:
        """Review it."""
        claim = review(*statements, reviewer=LABS[by], **changes)
        return self.say(claim, self.labs[by].key(Role.ASSESSOR), about=DATA)
