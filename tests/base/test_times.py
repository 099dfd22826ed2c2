"""Times are aware, UTC, whole seconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time, from_unix, parse_time

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(9999, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))


@given(MOMENTS)
def test_a_time_survives_writing_and_reading(at: datetime) -> None:
    """Writing and reading are inverse."""
    assert parse_time(format_time(at)) == at


def test_other_zones_are_written_in_utc() -> None:
    """A time of another zone is written in UTC."""
    at = datetime(2026, 11, 22, 7, 0, tzinfo=timezone(timedelta(hours=1)))

    assert format_time(at) == "2026-11-22T06:00:00Z"


@pytest.mark.parametrize("text", ["2026-11-22", "2026-11-22T05:54:07+00:00", "", 5, None])
def test_other_forms_are_refused(text: object) -> None:
    """One form only, so that equal times are equal texts."""
    with pytest.raises(MalformedError) as caught:
        parse_time(text)

    assert caught.value.code == "time.malformed"


def test_a_time_without_zone_is_refused() -> None:
    """A naive time could mean anything."""
    with pytest.raises(MalformedError) as caught:
        format_time(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test

    assert caught.value.code == "time.naive"


def test_unix_seconds_become_a_time() -> None:
    """The zero of Unix time is 1970."""
    assert format_time(from_unix(0)) == "1970-01-01T00:00:00Z"
