"""Organisations are reminded of what ends, at three distances, each once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sunlit.node.remind import DAYS, distance, reminders
from sunlit.testing.authority import BOARD, START
from tests.node.working import Working, working
from tests.rubric.story import DEPLOYER


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    """A use at work, on which a board votes for five hours more."""
    with working(tmp_path_factory.mktemp("told")) as found:
        found.opened()
        yield found


@pytest.mark.parametrize(
    ("hours", "days"),
    [(-1, None), (0, None), (1, 1), (24, 1), (25, 7), (24 * 7, 7), (24 * 30, 30), (24 * 31, None)],
)
def test_the_nearest_distance_counts(hours: int, days: int | None) -> None:
    """What is over, or far away, is nobody's concern today."""
    assert distance(START + timedelta(hours=hours), START) == days


def test_votes_that_close_are_told_to_board_and_deployer(told: Working) -> None:
    """A day before, by the page on which to vote."""
    for organisation in (BOARD, DEPLOYER):
        found = reminders(told.known.cases(told.at), organisation, told.at)

        assert f"/boards/{BOARD}" in {it.path for it in found}
        assert all(it.organisation == organisation and it.days in DAYS for it in found)


def test_a_reminder_names_its_end_and_distance_so_that_it_is_told_once(told: Working) -> None:
    """An hour later it has the same name."""
    cases = told.known.cases(told.at)
    now = {it.name for it in reminders(cases, DEPLOYER, told.at)}
    later = {it.name for it in reminders(cases, DEPLOYER, told.at + timedelta(hours=1))}

    assert now
    assert now == later


def test_others_are_not_told(told: Working) -> None:
    """An organisation that has nothing to do with it gets nothing."""
    assert reminders(told.known.cases(told.at), "elsewhere.example", told.at) == ()
