"""`sunlit work`: once, or until it is told to stop; then it finishes and ends well."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from sunlit.bootstrap.site import Site
from sunlit.cli.main import main
from sunlit.node.submit import State
from tests.node.queue_world import registration
from tests.rubric.story import DEPLOYER
from tests.web.nodes import site_at


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A node."""
    found = site_at(tmp_path / "node")
    yield found
    found.close()


def ended(arguments: list[str]) -> object:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return caught.value.code


def test_once_says_what_was_done(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """For people, and for programs."""
    site.submissions.put(DEPLOYER, registration(1).to_bytes())

    assert ended(["work", "--at", str(site.node.root), "--once", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["settled"], found["problems"], found["dead"]) == (1, [], 0)
    assert ended(["work", "--at", str(site.node.root), "--once"]) == 0
    assert "Settled 0 submissions." in capsys.readouterr().out


def test_it_works_until_it_is_told_to_stop(site: Site) -> None:
    """SIGTERM comes from whoever manages services."""
    ticket = site.submissions.put(DEPLOYER, registration(1).to_bytes())
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGTERM, lambda *_: None)  # should it come before the command listens
    done = Event()

    def tell() -> None:
        while not done.wait(0.2):
            os.kill(os.getpid(), signal.SIGTERM)

    teller = Thread(target=tell)
    teller.start()
    try:
        assert ended(["work", "--at", str(site.node.root)]) == 0
    finally:
        done.set()
        teller.join()
        for number, handler in before.items():
            signal.signal(number, handler)

    assert site.submissions.wait(ticket, 0).state in {State.REFUSED, State.WAITING}


def test_one_that_fails_again_and_again_ends_with_an_error(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that whoever manages services starts it anew; what failed is named, not quoted."""

    def broken(*_: object) -> None:
        raise RuntimeError("somebody's name")

    monkeypatch.setattr("sunlit.bootstrap.working.later", broken)
    monkeypatch.setattr("sunlit.bootstrap.supervising.FIRST_PAUSE", 0.0)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert ended(["work", "--at", str(site.node.root)]) == 3
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    told = capsys.readouterr().err
    assert "work.gave-up" in told
    assert "Failed: RuntimeError at sunlit/" in told
    assert "somebody" not in told


def test_a_directory_without_a_node_is_said_to_be_none(tmp_path: Path) -> None:
    """With what to do about it."""
    assert ended(["work", "--at", str(tmp_path), "--once"]) == 3
