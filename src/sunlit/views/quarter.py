"""Calendar quarters: in addresses, in words, from their first second to their last. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sunlit.base.wording import Text, text
from sunlit.views.entry_words import MONTHS as MONTH_NAMES

MONTHS: Final = 3
QUARTERS: Final = 4


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, 1 to 4 of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> "Quarter":
        """Return the quarter of a time."""
        return cls(at.year, (at.month - 1) // MONTHS + 1)

    @classmethod
    def parse(cls, text: str) -> "Quarter | None":
        """Read `2026-q4`; None where it is none."""
        year, _, number = text.partition("-q")
        if len(year) != QUARTERS or not (year + number).isascii() or len(number) != 1:
            return None
        if not (year.isdecimal() and number in "1234" and int(year) > 1):
            return None
        return cls(int(year), int(number))

    def __str__(self) -> str:
        """Write it as it stands in an address."""
        return f"{self.year}-q{self.number}"

    @property
    def short(self) -> Text:
        """Write it for a chart or a table: `Q4 2026`."""
        return text("Q%(number)s %(year)s", number=str(self.number), year=str(self.year))

    @property
    def words(self) -> Text:
        """Write it for people."""
        return text(
            "%(first)s to %(last)s %(year)s", first=MONTH_NAMES[self.start.month - 1],
            last=MONTH_NAMES[self.end.month - 1], year=str(self.year),
        )  # fmt: skip

    @property
    def start(self) -> datetime:
        """Its first second."""
        return datetime(self.year, MONTHS * (self.number - 1) + 1, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """Its last second."""
        after = self.start + timedelta(days=MONTHS * 31 + 1)
        return after.replace(day=1) - timedelta(seconds=1)

    def before(self, quarters: int = 1) -> "Quarter":
        """Return an earlier quarter."""
        place = QUARTERS * self.year + self.number - 1 - quarters
        return Quarter(place // QUARTERS, place % QUARTERS + 1)
