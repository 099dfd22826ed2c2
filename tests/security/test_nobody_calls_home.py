"""No audit of ours and no library that it stands on tries to reach anybody."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from shutil import which

import pytest

from sunlit.producers.quiet import SWITCHES, UNSET, quiet
from tests.security import watched

ROOT = Path(__file__).parents[2]


def isolation() -> list[str]:
    """The words that start a process without any network interface; none where it is forbidden."""
    if which("unshare"):
        for words in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
            if subprocess.run([*words, "true"], check=False, capture_output=True).returncode == 0:
                return words
    return []


@pytest.fixture(scope="module")
def without_network() -> list[str]:
    """How a process is started without a network on this machine."""
    return isolation()


@dataclass(frozen=True)
class Seen:
    """What two watches saw of a process, and the files that it left in the home of its user."""

    called: list[str]
    unroutable: int
    left: list[str]


def run(words: list[str], work: str, folder: Path, environment: dict[str, str]) -> Seen:
    """Run a watched process to its end, and ask the kernel only then."""
    home = folder / "home"
    home.mkdir()
    for name in ("CI", "GITHUB_ACTIONS", "PYTEST_CURRENT_TEST", "SUNLIT_HOME", "XDG_CACHE_HOME"):
        environment.pop(name, None)  # in CI some tools keep still
    done = subprocess.run(
        [*words, "sh", "-c", '"$@"; code=$?; cp /proc/self/net/snmp* "$0"; exit $code',
         str(folder), sys.executable, "-m", "tests.security.watched", work, str(folder)],
        check=False, capture_output=True, text=True, cwd=ROOT, timeout=300,
        env=environment | {"HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    left = sorted(str(one.relative_to(home)) for one in home.rglob("*") if one.is_file())
    counted = watched.unroutable(folder) if words else 0
    return Seen(json.loads(done.stdout.splitlines()[-1]), counted, left)


def plain() -> dict[str, str]:
    """This process's environment without any switch: as somebody starts Sunlit."""
    return {name: value for name, value in os.environ.items() if name not in SWITCHES}


def test_the_watch_sees_who_calls_out(without_network: list[str], tmp_path: Path) -> None:
    """By name, by address, and from C where the kernel counts: else the next tests show nothing."""
    if not without_network:
        pytest.skip("a process without a network is not allowed here")

    found = run(without_network, "control", tmp_path, plain())

    assert any("telemetry.invalid" in one for one in found.called)
    assert any(watched.NOWHERE in one for one in found.called)
    assert found.called[-1] == "from C: 1"
    assert found.unroutable >= 2


def test_no_library_calls_out_in_a_quiet_environment(
    without_network: list[str], tmp_path: Path
) -> None:
    """Nor makes an identifier: ONNX Runtime alone would, see the test after the next."""
    found = run(without_network, "libraries", tmp_path, quiet())

    assert (found.called, found.unroutable) == ([], 0)
    assert [one for one in found.left if "onnx" in one.lower() or "deviceid" in one] == []


def test_no_command_of_ours_calls_out_whatever_the_environment(
    without_network: list[str], tmp_path: Path
) -> None:
    """Nobody has to set a switch for Sunlit itself to keep still."""
    found = run(without_network, "commands", tmp_path, plain())

    assert (found.called, found.unroutable) == ([], 0)
    assert [one for one in found.left if "onnx" in one.lower() or "deviceid" in one] == []


def test_onnx_runtime_would_report_home(without_network: list[str], tmp_path: Path) -> None:
    """So the switch is no ornament: from 1.29 an identifier of the device is made without it."""
    version = tuple(int(part) for part in metadata.version("onnxruntime").split(".")[:2])
    if version < (1, 29) or sys.platform != "linux":
        pytest.skip("this ONNX Runtime has no telemetry")

    found = run(without_network, "onnx", tmp_path, plain())

    assert any("deviceid" in one for one in found.left)


def test_duckdb_never_fetches_an_extension() -> None:
    """What is not built in is asked for by nobody: neither installed nor loaded on its own."""
    from sunlit.producers.data.source_engine import DuckEngine

    engine = DuckEngine("100MB")
    try:
        said = engine.connection.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'"
        ).fetchall()
    finally:
        engine.close()

    assert sorted(said) == [
        ("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false"),
    ]  # fmt: skip


def test_the_quiet_environment_sets_every_switch_and_no_proxy() -> None:
    """What was set otherwise is set right; what leads out is gone, in any case of letters."""
    found = quiet(
        {"PATH": "/bin", "https_proxy": "http://p", "DO_NOT_TRACK": "0", "SENTRY_DSN": "x"}
    )

    assert found["PATH"] == "/bin"
    assert SWITCHES.items() <= found.items()
    assert not {name.upper() for name in found} & UNSET
    assert found["NO_PROXY"] == "*"


def test_every_switch_is_explained() -> None:
    """docs/assurance/import.md says which tool each belongs to."""
    page = (ROOT / "docs" / "assurance" / "import.md").read_text(encoding="utf-8")

    assert [name for name in (*SWITCHES, *UNSET) if f"`{name}`" not in page] == []
