"""What `make bench-node` rests on: who asks, what is asked, rows with targets."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

from benchmarks import node, node_made, node_speed
from benchmarks.node_servers import Asked, Server, load, tree_cpu, wait_for
from benchmarks.parts import OURS
from sunlit.statement.dsse import Envelope


class Tagged(BaseHTTPRequestHandler):
    """Answers with a tag, and with nothing to whoever has it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        kept = self.headers.get("If-None-Match") == '"a"'
        self.send_response(304 if kept else 200)
        self.send_header("ETag", '"a"')
        body = b"" if kept else b"hello"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Say nothing."""


@contextmanager
def answering() -> Iterator[Server]:
    """Serve tagged answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tagged)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", ())
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(rate: float) -> Asked:
    """Return what a load of ten turns was answered at this rate."""
    found = {
        "wall": 10 / rate, "cpu": 0.1, "turns": [1.0] * 10, "requests": list(range(10)),
        "bytes": 20_000, "statuses": {"200": 10},
    }  # fmt: skip
    return Asked(found, 0.05)


@pytest.mark.enable_socket
def test_who_asks_sends_every_turn_once_and_what_it_has_kept() -> None:
    """Six turns by two clients: the first of each is sent whole, the others are kept."""
    with answering() as server:
        found = load(server, [[{"path": "/"}]] * 6, clients=2, keep=True)
    assert len(found.found["turns"]) == 6
    assert found.found["bytes"] == 5 * found.found["statuses"]["200"]
    assert found.found["statuses"].keys() == {"200", "304"}
    with pytest.raises(RuntimeError, match="304"):
        found.expect(200)


@pytest.mark.enable_socket
def test_a_server_that_ended_is_not_waited_for() -> None:
    """Its process is gone, so nothing will ever answer."""
    with pytest.raises(RuntimeError, match="nothing answers"):
        wait_for("http://127.0.0.1:1/", [2**22 + 1])


def test_cpu_time_is_of_a_process_and_those_below_it() -> None:
    """This one has used some; one that is not there has not."""
    assert tree_cpu(os.getpid()) > 0
    assert tree_cpu(2**22 + 1) == 0


def test_a_release_is_two_writes_on_each_side() -> None:
    """Ours are two signed statements in one call, theirs two calls; they differ by number."""
    ours, theirs = node_made.our_release(1), node_made.their_release(1)
    (lines,) = (one["body"].splitlines() for one in ours)
    assert len(lines) == len(theirs) == 2
    assert all(Envelope.parse(line.encode()).signatures for line in lines)
    assert ours != node_made.our_release(2)
    assert {json.loads(one["body"])["name"] for one in theirs} == {"agency.example-c1"}


def test_both_sides_are_asked_the_same() -> None:
    """A word of our question stands in the other's pattern; the same seed asks the same."""
    pairs = list(node_made.searches(20, 1_000))
    assert pairs == list(node_made.searches(20, 1_000))
    for (ours,), (theirs,) in pairs:
        words = ours["path"].partition("&q=")[2].split("%20")
        assert all(word in theirs["path"] for word in words)


@pytest.mark.parametrize(("ours", "met"), [(100.0, True), (99.0, False)])
def test_ten_times_is_judged_at_full_scale_only(*, ours: float, met: bool) -> None:
    """A small run is too small to be believed."""
    rates: Mapping[str, Any] = {OURS: [ours], node_speed.MLFLOW: [10.0]}
    full = node_speed._times("x", rates, "registry", 10, "full")
    assert full.target is not None
    assert full.target.is_met is met
    assert node_speed._times("x", rates, "registry", 10, "quick").target is None


def test_figures_of_a_load_are_per_turn_and_by_rank() -> None:
    """Ten turns in a second of 50 ms CPU."""
    found = asked(10)
    assert found.a_second == pytest.approx(10)
    assert found.cpu_ms == pytest.approx(5)
    assert (found.at(0.5), found.at(0.99)) == (5, 9)
    assert found.kilobytes == 2


def test_memory_is_compared_between_two_sizes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Twice the peak for three times the log is not flat, and the part says so."""
    told: Final = iter([
        {"entries": 10, "a_second": 9_000, "cpu_us_an_entry": 90, "peak_mib": 100,
         "helper_mib": 50},
        {"entries": 30, "a_second": 11_000, "cpu_us_an_entry": 90, "peak_mib": 200,
         "helper_mib": 50},
    ])  # fmt: skip
    monkeypatch.setattr(node_speed, "_projected", lambda *_: next(told))
    part = node_speed.projection(tmp_path, "full")
    assert [row.target.is_met for row in part.rows if row.target] == [True, False]


def test_every_part_of_the_page_is_measured() -> None:
    """A name that nobody measures would be found out after minutes."""
    assert {words for _, words in node.SUITE.parts.values()} == set(node_speed.WORKS)
