"""A node on PostgreSQL under load, its processes killed (`make check-long`)."""

from pathlib import Path

import pytest

from benchmarks.node_kill import run


@pytest.mark.long
@pytest.mark.enable_socket
@pytest.mark.timeout(600)
def test_kills_of_web_and_worker_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """Every acknowledged statement is in the log once; the log is whole."""
    outcome = run(30, 4, tmp_path)

    assert outcome.broken == []
    assert outcome.acknowledged
    assert outcome.kills
