"""`sunlit rebuild` makes a node's projections anew, and says what it did."""

import json
import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from sunlit.projection.engine import open_projections, reading, writing
from sunlit.projection.tables import ENTRY
from sunlit.testing.site import make_node
from tests.cli.doors import Door
from tests.registry.telling import telling


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a node with one home whose log holds some registrations."""
    with telling(tmp_path) as told:
        told.registered()
        home = told.ledger.home
        monkeypatch.setattr("sunlit.cli.authority.now", lambda: told.clock.at + timedelta(days=1))
    root = tmp_path / "node"
    trust = home.trust_path.read_bytes()
    make_node(root, {home.organisation: home.root}, operator=home.organisation, trust=trust)
    return root


def test_rebuild_projects_every_log_again(node: Path, sunlit: Door) -> None:
    """For people, and as JSON; twice the same, and the rows are there."""
    told = sunlit("rebuild", "--at", node)
    document = json.loads(sunlit("rebuild", "--at", node, "--json").out)

    (size,) = document["logs"].values()
    assert told.code == 0
    assert size == document["entries"] > 10
    assert told.out.endswith(f"Projected {size} entries of 1 logs.\n")
    engine = open_projections(f"sqlite:///{node / 'projections.sqlite'}")
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(ENTRY)).scalar() == size
    engine.dispose()


def test_check_finds_what_somebody_changed(node: Path, sunlit: Door) -> None:
    """The exit code tells, the table and the first key are named, and nothing is changed."""
    path = node / "projections.sqlite"
    nothing = sunlit("rebuild", "--at", node, "--check")
    assert (nothing.code, path.exists()) == (3, False)
    assert "projection.nothing" in nothing.err
    sunlit("rebuild", "--at", node)
    same = sunlit("rebuild", "--at", node, "--check")
    engine = open_projections(f"sqlite:///{path}")
    with writing(engine, 1) as connection:
        connection.execute(update(ENTRY).where(ENTRY.c.idx == 3).values(statement_id="\x1b[2J"))
        changed = connection.execute(select(ENTRY)).all()

    told = sunlit("rebuild", "--at", node, "--check")
    document = json.loads(sunlit("rebuild", "--at", node, "--check", "--json").out)

    assert (same.code, told.code) == (0, 1)
    assert re.fullmatch(r"(\d+) of \1 tables are what \d+ entries of 1 logs give\.\n", same.out)
    (origin,) = document["logs"]
    rows = document["entries"]
    assert told.out.startswith(
        f"entry: {rows} rows, {rows} given by the logs, first at {origin} 3\n"
    )
    (found,) = (one for one in document["tables"] if not one["same"])
    assert (found["table"], found["first"], document["same"]) == ("entry", [origin, 3], False)
    assert found["served"]["digest"] != found["given"]["digest"]
    with reading(engine) as connection:
        assert connection.execute(select(ENTRY)).all() == changed
    engine.dispose()


@pytest.mark.parametrize(("module", "code"), [("sqlalchemy", 3), ("sunlit.x", 1)])
def test_rebuild_says_which_package_it_needs(
    node: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch, module: str, code: int
) -> None:
    """Without the extra the answer is how to install it; a fault of ours stays one."""
    # Importing anew puts another package at this name, which the tests after this one would meet.
    monkeypatch.setattr("sunlit.projection", sys.modules["sunlit.projection"])
    for name in [one for one in sys.modules if one.startswith("sunlit.projection")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    if code == 1:
        monkeypatch.setitem(sys.modules, "sunlit.projection.engine", None)
        with pytest.raises(ModuleNotFoundError):
            sunlit("rebuild", "--at", node)
        return
    ended = sunlit("rebuild", "--at", node)
    assert (ended.code, module in ended.err) == (3, True)
    assert "pip install 'sunlit[server]'" in ended.err
