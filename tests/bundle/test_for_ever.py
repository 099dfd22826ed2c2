"""The bundle that was made first passes for ever; and where only the core is installed."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from sunlit.authority.trustfile import TrustFile
from sunlit.bundle.verify import verify_bundle
from sunlit.registry.bundle_check import answers, check_bundle
from tests.security.in_node import needs_node, node_verdict

ROOT: Final = Path(__file__).parents[2]
BUNDLES: Final = ROOT / "tests" / "fixtures" / "bundles"
AT: Final = datetime(2026, 2, 1, tzinfo=UTC)
MINUTES: Final = 600


def test_the_first_bundle_of_the_format_still_passes() -> None:
    """All eleven checks, whatever version of Sunlit looks; its wording is not compared."""
    trust = TrustFile.read((BUNDLES / "trust.json").read_bytes())

    found = check_bundle(BUNDLES / "decision.zip", trust, AT)

    assert [str(check.outcome) for check in found.checks] == ["Passed"] * 11
    headline, facts = answers(found)
    assert "outreach officer changed it" in str(headline)
    assert len(facts) == 6


@needs_node
def test_the_first_bundle_still_passes_in_the_browser() -> None:
    """The page of this version reads what the first one made, all that a page can check."""
    data = (BUNDLES / "decision.zip").read_bytes()

    found = node_verdict(data, (BUNDLES / "trust.json").read_bytes(), AT)

    assert [outcome for outcome, _ in found.values()] == ["Passed"] * 10 + ["Not done"]


def test_without_rules_the_findings_are_not_done() -> None:
    """The light verifier says which check it left out, and does all others."""
    trust = TrustFile.read((BUNDLES / "trust.json").read_bytes())

    found = verify_bundle(BUNDLES / "decision.zip", trust, AT)

    assert [str(check.outcome) for check in found.checks] == ["Passed"] * 10 + ["Not done"]
    assert found.check("findings").code == "bundle.no-rules"
    assert found.exit_code == 3


def test_verifying_loads_neither_server_nor_pages() -> None:
    """Only the core: no template engine, no PDF, no HTTP, no SQL of the decision index."""
    code = (
        "import sys; sys.argv = ['sunlit', 'verify', sys.argv[1], '--trust', sys.argv[2], '--at', "
        "'2026-02-01T00:00:00Z']\n"
        "from sunlit.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'aiohttp', 'weasyprint', 'sklearn', 'pyarrow', 'sunlit.registry.decision_index',"
        " 'sunlit.proxy', 'sunlit.bundle.pages'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy)); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(BUNDLES / "decision.zip"), str(BUNDLES / "trust.json")],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "heavy: []" in done.stdout


@pytest.mark.long
@pytest.mark.timeout(MINUTES)
@pytest.mark.enable_socket
def test_a_fresh_environment_with_only_the_core_verifies_without_a_network(tmp_path: Path) -> None:
    """A wheel is built and installed alone; the check then runs in a namespace without network."""
    wheels, venv = tmp_path / "wheels", tmp_path / "venv"
    _run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", str(wheels), str(ROOT))
    (wheel,) = wheels.glob("*.whl")
    _run(sys.executable, "-m", "venv", str(venv))
    _run(str(venv / "bin" / "pip"), "install", str(wheel))
    words = [
        str(venv / "bin" / "sunlit"), "verify", str(BUNDLES / "decision.zip"),
        "--trust", str(BUNDLES / "trust.json"), "--at", "2026-02-01T00:00:00Z",
    ]  # fmt: skip

    unshared = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*unshared, "true"], check=False, capture_output=True).returncode:
        unshared = []  # this machine allows no namespace: at least nothing is asked of the network

    assert "Every check passed." in _run(*unshared, *words, cwd=tmp_path)


def _run(*words: str, cwd: Path | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
