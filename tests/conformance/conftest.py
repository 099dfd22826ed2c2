"""Builds the C2SP client from its Go source, where a Go and its x/mod are installed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "goverify"
X_MOD = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")  # golang-golang-x-mod-dev

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def go() -> str:
    """Return the Go command: the variable GO, else the one on the path."""
    found = shutil.which(os.environ.get("GO", "go"))
    if found is None or not X_MOD.is_dir():
        pytest.skip("no Go client: apt-get install golang-go golang-golang-x-mod-dev")
    return found


@pytest.fixture(scope="session")
def goverify(go: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Build goverify and return a function that runs it."""
    program = tmp_path_factory.mktemp("go") / "goverify"
    # Go's own cache is kept: its library is compiled for the first run on a machine only.
    environment = {
        **{name: value for name, value in os.environ.items() if name != "GOROOT"},
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
    }
    subprocess.run(
        [go, "build", "-trimpath", "-o", str(program), "."],
        cwd=SOURCE, env=environment, check=True, timeout=600,
    )  # fmt: skip

    def run(*args: object) -> "subprocess.CompletedProcess[str]":
        command = [str(program), *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run
