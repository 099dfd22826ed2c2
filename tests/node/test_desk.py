"""The desk: a component from a node's logs, judged once, and again when anything may differ."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.bootstrap.desk import SqlLogs, open_desk
from sunlit.bootstrap.site import Site
from sunlit.claims.risk import Use
from sunlit.node.desk import Desk, Kept
from sunlit.node.desk_logs import LogView, MemoryLog
from sunlit.rubric.finding import Outcome
from sunlit.testing.authority import ISSUER
from sunlit.views.component_token import State
from tests.rubric.story import DEPLOYER, LABS, PURL, USE
from tests.web.nodes import site_at

KEY = "generic~maker.example~outreach"
BEFORE = datetime.fromisoformat("2025-01-01T00:00:00+00:00")


class Counting:
    """Logs in memory that count how often they are read."""

    def __init__(self, site: Site) -> None:
        self.site, self.read = site, 0

    def at(self, at: datetime) -> tuple[LogView, ...]:
        """Return each log as of a time."""
        self.read += 1
        return tuple(MemoryLog.read(home, at) for home in self.site.homes)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Open a node that no test of this module changes."""
    found = site_at(Path(tmp_path_factory.mktemp("desk")))
    found.project()
    yield found
    found.close()


def test_projections_and_memory_show_the_same_component(site: Site) -> None:
    """Every word of the view, every finding."""
    at = site.clock.now()
    from_rows = open_desk(site).component(KEY, at)
    from_memory = Desk(Counting(site).at, site.rubric, stamp=lambda: "").component(KEY, at)

    assert from_rows.view == from_memory.view
    assert [one.conformity for one in from_rows.judged] == [
        one.conformity for one in from_memory.judged
    ]
    assert from_rows.view.labels[0].state is State.VALID
    assert from_rows.view.purl == PURL


def test_rows_answer_as_the_log_in_memory_does(site: Site) -> None:
    """How far it was looked, which uses there are, which release each is judged for."""
    at = site.clock.now()
    for rows, memory in zip(SqlLogs(site).at(at), Counting(site).at(at), strict=True):
        assert rows.position == memory.position
        assert rows.uses(KEY) == memory.uses(KEY)
        for use in memory.uses(KEY):
            assert rows.release_of(use) == memory.release_of(use)
        assert rows.directory.organisation_records.keys() == (
            memory.directory.organisation_records.keys()
        )
        assert rows.component("generic~nobody") is memory.component("generic~nobody") is None


def test_a_component_is_judged_once_until_something_may_differ(site: Site) -> None:
    """The same day and logs: what was judged; another stamp or day: anew."""
    logs, stamp, at = Counting(site), ["a"], site.clock.now()
    desk = Desk(logs.at, site.rubric, stamp=lambda: stamp[0])
    first = desk.component(KEY, at)

    assert desk.component(KEY, at + timedelta(minutes=5)) is first
    assert logs.read == 1
    stamp[0] = "b"
    assert desk.component(KEY, at) is not first
    assert desk.component(KEY, at + timedelta(days=1)).view.at > first.view.at
    assert logs.read == 3


def test_what_stops_holding_within_a_day_is_not_shown_as_holding(site: Site) -> None:
    """At the second of the first end, the component is judged anew."""
    logs, at = Counting(site), datetime.fromisoformat("2026-12-31T12:00:00+00:00")
    desk = Desk(logs.at, site.rubric, stamp=lambda: "")
    seen = desk.component(KEY, at)
    assert seen.until is not None

    assert desk.component(KEY, seen.until).view.labels[0].state is State.EXPIRED
    assert desk.component(KEY, seen.until - timedelta(hours=13)).view.at < at  # never a later one


def test_few_are_kept() -> None:
    """What was asked for longest ago goes first."""
    kept: Kept[int] = Kept(2)
    for number in (1, 2):
        kept.put(number, number)
    kept.get(1)
    kept.put(3, 3)

    assert [kept.get(number) for number in (1, 2, 3)] == [1, None, 3]
    assert len(kept) == 2


def test_a_component_is_shown_as_it_was(site: Site) -> None:
    """Before anybody spoke of it there was none."""
    desk = open_desk(site)

    with pytest.raises(UnavailableError, match="no log") as caught:
        desk.component(KEY, BEFORE)
    assert caught.value.code == "desk.no-such-component"
    with pytest.raises(UnavailableError):
        desk.component("generic~nobody", site.clock.now())
    with pytest.raises(UnavailableError):
        desk.component("~omb_23US-1", site.clock.now())


def test_uses_are_found_by_name_and_their_checks_with_them(site: Site) -> None:
    """The first, where none is named."""
    desk = open_desk(site)
    seen = desk.component(KEY, site.clock.now())
    judged = seen.use(DEPLOYER, USE)

    assert judged is seen.use(None, None)
    assert seen.use(DEPLOYER, "other") is None
    assert judged is not None
    assert desk.controls(judged).count(Outcome.HOLDS) > 20


def test_a_release_is_compared_with_itself_under_a_use_or_none(site: Site) -> None:
    """Nothing differs."""
    desk, at = open_desk(site), site.clock.now()
    seen = desk.component(KEY, at)
    one = seen.view.releases[0]
    use: Use | None
    for use in (seen.uses[0], None):
        found = desk.compare(KEY, (one, one), use, at)
        assert not any(section.differences for section in found)


def test_organisations_and_records_are_found_in_whichever_log(site: Site) -> None:
    """An unknown one is said to be unknown."""
    desk, at = open_desk(site), site.clock.now()

    assert desk.organisation(LABS[0], at).accreditations
    assert {LABS[0], ISSUER, DEPLOYER} <= {one.id for one in desk.organisations(at)}
    assert desk.record("omb", "US-1", at).blanks == 1
    with pytest.raises(UnavailableError, match="organisation"):
        desk.organisation("stranger.example", at)
    with pytest.raises(UnavailableError, match="record"):
        desk.record("omb", "US-9", at)
