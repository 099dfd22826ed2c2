"""Parquet that DuckDB reads, and a comparison with other people's counts."""

import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.decision.record import Record
from sunlit.registry.decision_export import export
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_reconcile import Difference, read_counts, reconcile
from tests.decisions import CASE, World, copied
from tests.rubric.story import USE


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


def asked(query: str, path: Path) -> list[tuple[object, ...]]:
    """Ask DuckDB about a Parquet file."""
    with duckdb.connect() as connection:
        return connection.execute(query, [str(path)]).fetchall()


def test_each_record_is_a_row(world: World) -> None:
    """With its place, its leaf and its fields."""
    path = world.root / "records.parquet"
    rows = export(world.store, path)
    found = asked("SELECT log, index, leaf, kind, use, state FROM read_parquet(?)", path)
    known = {(one.log, one.index, one.leaf) for one in world.pointers.values()}

    assert rows == len(found) == len(known)
    assert {row[:3] for row in found} == known
    kinds = Counter(row[3] for row in found)
    assert kinds["decision"] == len(world.codes)
    assert kinds["contest-result"] == 1
    assert {row[5] for row in found if row[3] == "decision"} == {"released", "proposed", "opened"}


def test_commitments_only_unless_opened(world: World) -> None:
    """No value stands in the file, and no column for one."""
    path = world.root / "records.parquet"
    export(world.store, path)
    ((commit, content),) = asked(
        "SELECT commit['case'], content FROM read_parquet(?) WHERE state = 'proposed' LIMIT 1",
        path,
    )
    columns = {row[0] for row in asked("DESCRIBE SELECT * FROM read_parquet(?)", path)}

    assert len(str(commit)) == 64
    assert content == "closed"
    assert not {"values", "types"} & columns
    assert CASE.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_opened_contents_stand_beside_their_types(world: World) -> None:
    """And an erased one stays blank."""
    path = world.root / "records.parquet"
    world.store.erase(world.pointers["released"])
    export(world.store, path, opened=True)
    query = (
        "SELECT index, content, values['case'], types['case'], values FROM read_parquet(?) "
        "WHERE kind = 'decision'"
    )
    found = {row[0]: row[1:] for row in asked(query, path)}

    chosen = found[world.pointers["chosen"].index]
    assert chosen[:3] == ("kept", CASE.encode(), "text/plain; charset=utf-8")
    assert found[world.pointers["released"].index] == ("erased", None, None, None)


def test_times_are_times(world: World) -> None:
    """DuckDB counts by day without parsing texts."""
    path = world.root / "records.parquet"
    export(world.store, path)
    ((least, most),) = asked("SELECT epoch(min(time)), epoch(max(time)) FROM read_parquet(?)", path)
    leaf = world.store.reader(world.pointers["earlier"].log).entry(0)

    assert isinstance(least, float)
    assert isinstance(most, float)
    assert datetime.fromtimestamp(least, UTC) == Record.parse(leaf).time
    assert most > least


def test_rows_are_written_in_groups(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, few are held at once; progress is told."""
    monkeypatch.setattr("sunlit.registry.decision_export.GROUP", 4)
    told: list[int] = []
    path = world.root / "records.parquet"
    rows = export(world.store, path, progress=lambda done, _total: told.append(done))

    assert told == [*range(4, rows, 4), rows]
    assert len(asked("SELECT * FROM read_parquet(?)", path)) == rows


def test_a_file_that_cannot_be_written_is_no_file(world: World) -> None:
    """Nor is half of one left."""
    with pytest.raises(UnavailableError) as caught:
        export(world.store, world.root / "nowhere" / "records.parquet")

    assert caught.value.code == "export.cannot-write"


def test_without_pyarrow_it_says_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UnavailableError) as caught:
        export(world.store, world.root / "records.parquet")

    assert caught.value.code == "export.needs"


def counted(world: World, zone: str = "UTC") -> dict[tuple[date, str], int]:
    with Index.opened(world.store) as index:
        index.update()
        return Counter(
            (datetime.fromisoformat(row.time).astimezone(ZoneInfo(zone)).date(), row.use or "")
            for row in index.rows("kind = 'decision'")
        )


def compared(world: World, theirs: dict[tuple[date, str], int]) -> list[Difference]:
    with Index.opened(world.store) as index:
        index.update()
        return reconcile(index, theirs, UTC)


def test_equal_counts_are_equal(world: World) -> None:
    """Decisions only: outcomes, refusals and accesses are none."""
    found = compared(world, counted(world))

    assert found
    assert all((one.theirs == one.ours) and one.words == "the same" for one in found)


def test_calls_that_went_round_the_guard_are_shown(world: World) -> None:
    """By day and use, exactly; and the other way round."""
    theirs = counted(world)
    (day, use), ours = max(theirs.items(), key=lambda one: one[1])
    more = compared(world, {**theirs, (day, use): ours + 2})
    fewer = compared(world, {**theirs, (day, use): ours - 1, (day, "other"): 1})
    words = {(one.day, one.use): one.words for one in (*more, *fewer) if one.theirs != one.ours}

    assert use == USE
    assert [one for one in more if one.theirs != one.ours] == [
        Difference(day=day, use=use, theirs=ours + 2, ours=ours)
    ]
    assert words[day, "other"].startswith("1 of the case system's decisions are not recorded")
    assert "1 recorded decisions are not in" in words[day, use]


def test_days_outside_the_counts_are_not_compared(world: World) -> None:
    """Nobody said anything about them."""
    found = compared(world, {(date(1999, 1, 1), USE): 0})

    assert found == [Difference(day=date(1999, 1, 1), use=USE, theirs=0, ours=0)]


def test_counts_are_read_and_added_up(tmp_path: Path) -> None:
    """As a spreadsheet writes them, with a byte order mark."""
    path = tmp_path / "counts.csv"
    text = "day,use,count\n2031-05-04,outreach,3\n2031-05-04,outreach,4\n"
    path.write_text(text, encoding="utf-8-sig")

    assert read_counts(path) == {(date(2031, 5, 4), "outreach"): 7}


@pytest.mark.parametrize(
    "text",
    [
        "", "day,use\n2031-05-04,x\n", "day,use,count\n04/05/2031,x,1\n",
        "day,use,count\n2031-05-04,x,-1\n", "day,use,count\n2031-05-04,x,1.5\n",
        "day,use,count\n2031-05-04\n", "day,use,count\n", "\xff",
    ],
)  # fmt: skip
def test_malformed_counts_are_refused(tmp_path: Path, text: str) -> None:
    """With the line, and never with what stands in it."""
    path = tmp_path / "counts.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(MalformedError) as caught:
        read_counts(path)

    assert caught.value.code == "reconcile.malformed"


def test_a_missing_file_of_counts_is_said(tmp_path: Path) -> None:
    """It could not be found out."""
    with pytest.raises(SunlitError) as caught:
        read_counts(tmp_path / "none.csv")

    assert caught.value.code == "reconcile.unreadable"
