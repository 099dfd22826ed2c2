"""A worker that is killed between any two steps loses nothing and does nothing twice."""

import json
import subprocess
import sys
from pathlib import Path

from tests.crash.killed_worker import STEPS


def test_a_killed_worker_loses_nothing_acknowledged(tmp_path: Path, private_url: str) -> None:
    """On each database: what was put is admitted once, and its receipt holds."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.crash.killed_worker", str(tmp_path), private_url],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {step: [] for step in STEPS}
