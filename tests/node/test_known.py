"""What a page reads of a log: the same as from the whole log, and no more of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sunlit.node.known import use_key
from sunlit.registry.register import Judged, home_bench, uses_of
from sunlit.rubric.core import core_rubric
from tests.node.working import Working, working


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Working]:
    """A log with two uses; it grows."""
    with working(tmp_path_factory.mktemp("known")) as found:
        yield found


def whole(work: Working) -> dict[str, Judged]:
    """Judge every use from the whole log."""
    home = work.told.ledger.home
    bench = home_bench(home, home.history(work.at), core_rubric(), work.at)
    return {
        use_key(use.deployer, use.id): bench.judge(use) for use in uses_of(bench.known, work.at)
    }


def test_uses_are_judged_as_from_the_whole_log(told: Working) -> None:
    """Every statement, finding and position; also one alone, and as of an earlier time."""
    expected, cases = whole(told), told.known.cases(told.at)

    assert [case.key for case in cases] == sorted(expected)
    for case in cases:
        one = expected[case.key]
        assert case.evidence.statements == one.evidence.statements
        assert case.conformity == one.conformity
        assert told.known.case(case.key, told.at) is case
    assert list(told.known.lines(told.at)) == [case.line for case in cases]
    assert list(told.known.lines(told.at - timedelta(days=999))) == []
    assert told.known.line("none", told.at) is None


def test_only_that_is_judged_again_on_which_something_new_bears(told: Working) -> None:
    """The other use keeps its findings; how much was looked at is said anew."""
    before = {case.key: case for case in told.known.cases(told.at)}
    told.opened()
    after = {case.key: case for case in told.known.cases(told.at)}

    assert {key: case.conformity for key, case in after.items()} == {
        key: one.conformity for key, one in whole(told).items()
    }
    same = {key for key in after if after[key].line is before[key].line}
    assert len(same) == len(after) - 1
