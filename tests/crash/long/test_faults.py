"""Real processes, killed and failed at their system calls (`make check-long`)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from tests.crash.long.faults import FAULTS, inject, kill_under_load, problems_of
from tests.crash.long.worker import append, create

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


@needs_strace
@pytest.mark.parametrize("what", ["append", "recover"])
def test_a_killed_process_loses_no_receipt(tmp_path: Path, what: str) -> None:
    """SIGKILL at some of the system calls; `make check-long` takes all of them."""
    outcome = inject(tmp_path, what, "SIGKILL", every=25)

    assert outcome.broken == []
    assert outcome.runs >= 3


def test_kills_under_load_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """Ten kills; `make check-long` does a thousand."""
    outcome = kill_under_load(tmp_path, 10)

    assert outcome.broken == []


@needs_root
def test_a_really_full_disk_is_refused_and_resumes(tmp_path: Path) -> None:
    """A small file system: nothing is acknowledged that is not there, and the writer goes on."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(tmp_path)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    try:
        said, writing = os.pipe()
        os.set_blocking(said, False)
        ballast = tmp_path / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        log = create(tmp_path)
        with pytest.raises(UnavailableError) as caught:  # noqa: PT012 - until it is full
            while True:
                append(log, 20, os.open(os.devnull, os.O_WRONLY))
        assert caught.value.code == "log.disk-full"
        ballast.unlink()
        append(log, 2, writing)
        log.close()
        assert problems_of(tmp_path, os.read(said, 1 << 16).splitlines()) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@pytest.mark.long
@needs_strace
@pytest.mark.parametrize("what", ["append", "checkpoint", "recover"])
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_at_any_system_call_loses_a_receipt(tmp_path: Path, what: str, fault: str) -> None:
    """After each, the log recovers, fsck passes, and every acknowledged entry is there."""
    assert inject(tmp_path, what, fault).broken == []


@pytest.mark.long
def test_a_thousand_kills_under_load_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """At random moments of a writer that never rests."""
    assert kill_under_load(tmp_path, 1_000).broken == []
