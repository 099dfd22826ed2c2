"""Working days of England and Wales, from a list that is installed: nothing is fetched."""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from govuk_bank_holidays.bank_holidays import BankHolidays

ENGLAND_AND_WALES: Final = "england-and-wales"


@cache
def _holidays() -> "BankHolidays":
    # Loads a library that could fetch; a start of the website need not wait for it.
    from govuk_bank_holidays.bank_holidays import BankHolidays  # noqa: PLC0415

    return BankHolidays(use_cached_holidays=True)


def next_work_day(day: date) -> date:
    """Return the first working day after a day."""
    found: date = _holidays().get_next_work_day(division=ENGLAND_AND_WALES, date=day)
    return found
