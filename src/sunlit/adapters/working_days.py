"""Working days of England and Wales, from a list that is installed: nothing is fetched."""

from datetime import date
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays


@cache
def _holidays() -> BankHolidays:
    return BankHolidays(use_cached_holidays=True)


def next_work_day(day: date) -> date:
    """Return the first working day after a day."""
    found: date = _holidays().get_next_work_day(division=BankHolidays.ENGLAND_AND_WALES, date=day)
    return found
