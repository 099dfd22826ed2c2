"""`sunlit rebuild` makes a node's projections anew, and says what it did."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from sunlit.projection.engine import open_projections, reading
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


@pytest.mark.parametrize(("module", "code"), [("sqlalchemy", 3), ("sunlit.x", 1)])
def test_rebuild_says_which_package_it_needs(
    node: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch, module: str, code: int
) -> None:
    """Without the extra the answer is how to install it; a fault of ours stays one."""
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
