"""What every test gets: bounded, repeatable properties and no settings from outside."""

import os
import shutil
import tempfile
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import (
    migrated_file,
    migrated_server,
    postgres,
    postgres_server,
    private,
    private_url,
)
from tests.tracing import Tracing

__all__ = [
    "migrated_file",
    "migrated_server",
    "postgres",
    "postgres_server",
    "private",
    "private_url",
]

PLAYED = os.environ.get("SUNLIT_PLAYED_DEMO")  # before a fixture takes our variables away
PLAYING = ("tests/docs/", "tests/e2e/")

TRACING = pytest.StashKey[Tracing]()

# No library that a test loads reports home (sunlit.producers.quiet).
os.environ.update(DO_NOT_TRACK="1", ORT_DISABLE_TELEMETRY="1")

# The gate's properties are the same every time; `make check-long` looks for new examples.
settings.register_profile(
    "gate",
    derandomize=True,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


def pytest_configure(config: pytest.Config) -> None:
    """Give temporary folders that outlive one test a place that goes when the run ends."""
    # Here, so that `make check-long PYTEST_ARGS=tests/web` knows it too.
    config.addinivalue_line("markers", "conformance: checked by a client that is not ours")
    config.stash[TRACING] = Tracing()
    outside = tempfile.tempdir
    tempfile.tempdir = tempfile.mkdtemp(prefix="sunlit-tests-")

    def remove() -> None:
        shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)
        tempfile.tempdir = outside

    config.add_cleanup(remove)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that use a played demo come last where `make check` plays it, else first.

    Then nobody waits: for the one beside, or for the process that plays it, while there is other
    work. Each process of pytest-xdist begins with a part of its own.
    """
    items.sort(key=lambda item: item.nodeid.startswith(PLAYING) == (PLAYED is not None))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage look where a test shows it something new."""
    item.config.stash[TRACING].follow(item.nodeid)
    return (yield)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no SUNLIT_* variable of the person's shell change what a test sees."""
    for name in [name for name in os.environ if name.startswith("SUNLIT_")]:
        monkeypatch.delenv(name)
