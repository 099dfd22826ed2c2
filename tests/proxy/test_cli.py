"""`sunlit guard serve`: its options, and one real process from start to SIGTERM."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from sunlit.base.errors import MalformedError
from sunlit.cli.guard_serve import command
from sunlit.decision.record import Kind, State
from tests.proxy.guarded import HEADERS, sizes, world_at, written

# A process of its own, whose clock tells the played world's time.
RUNS = """
import sys
from datetime import datetime
from sunlit.adapters.clock import SystemClock
at = datetime.fromisoformat(sys.argv.pop(1))
SystemClock.now = lambda _self: at
from sunlit.cli.guard_serve import command
command()
"""


class _Model(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer with what was sent."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b"stream" in body:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"data: 1\n\n")
            self.wfile.flush()
            self.rfile.read(1)  # until the other end is gone
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def model() -> Iterator[str]:
    """Run a model's endpoint that echoes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.enable_socket
def test_a_process_serves_and_lets_go_when_it_is_told_to_stop(tmp_path: Path) -> None:
    """What it answered stands in the log, under a signed checkpoint, when it has ended."""
    world = world_at(tmp_path)
    before = sizes(world)
    with model() as url:
        arguments = [
            sys.executable, "-c", RUNS, world.clock.at.isoformat(), "--store",
            str(world.store.root), "--upstream", url, "--listen", "127.0.0.1:0",
            "--binding", "declared", "--use", "outreach", "--jurisdiction", "US-CA",
            "--data-class", "survey",
        ]  # fmt: skip
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        said = process.stdout.readline()
        port = int(said.split("http://127.0.0.1:")[-1].split()[0])
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("POST", "/v1/completions", b'{"prompt":"x"}')
        answer = asked.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"prompt":"x"}')
        asked.close()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(30) == 0
        assert "By hand" in process.stdout.read()
        process.stdout.close()

    ((record, _, pointer),) = written(world, before)
    assert (record.kind, record.id) == (Kind.DECISION, answer.headers["Sunlit-Decision"])
    assert world.store.reader(pointer.log).size == pointer.index + 1


@pytest.mark.enable_socket
def test_a_proxy_that_is_killed_leaves_a_stream_unfinished(tmp_path: Path) -> None:
    """The opening stands in the log and no end: nothing pretends that it was complete."""
    world = world_at(tmp_path)
    before = sizes(world)
    with model() as url:
        process = subprocess.Popen(
            [sys.executable, "-c", RUNS, world.clock.at.isoformat(), "--store",
             str(world.store.root), "--upstream", url, "--listen", "127.0.0.1:0", "--binding",
             "declared"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        port = int(process.stdout.readline().split("http://127.0.0.1:")[-1].split()[0])
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = dict(line.split(": ") for line in HEADERS)
        asked.request("POST", "/v1/completions", b'{"stream":true}', headers)
        answer = asked.getresponse()
        assert answer.read(9) == b"data: 1\n\n"
        process.kill()
        process.wait(30)
        process.stdout.close()
        answer.close()
        asked.close()
        world.store.writer(world.clock).close()  # another takes the log over, and signs it

    ((record, content, _),) = written(world, before)
    assert (record.kind, record.state) == (Kind.DECISION, State.OPENED)
    assert content.fields["input"].value == b'{"stream":true}'


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--store", "x"], "say where the model is"),
        (["--store", "x", "--upstream", "http://a", "--listen", "8089"], "HOST:PORT"),
        (["--store", "x", "--upstream", "http://a", "--listen", "a:99999"], "HOST:PORT"),
        (["--store", "x", "--binding", "files-verified"], "binding"),
        (["--upstream", "http://a"], "--store"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], words: str) -> None:
    """With what is missing, before anything is opened."""
    found = CliRunner().invoke(command, arguments)

    assert found.exit_code == 2
    assert words in found.output


def test_a_bad_configuration_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    """The error names the code."""
    (tmp_path / "proxy.toml").write_text("odd = 1", encoding="utf-8")

    found = CliRunner().invoke(
        command, ["--store", str(tmp_path), "--config", str(tmp_path / "proxy.toml")]
    )
    assert isinstance(found.exception, MalformedError)
    assert found.exception.code == "proxy.config"


@pytest.mark.enable_socket
def test_an_address_that_is_taken_is_told(tmp_path: Path) -> None:
    """And the decision log is let go, so that another may take it."""
    world = world_at(tmp_path)
    with model() as url:
        port = url.rsplit(":", 1)[1]
        done = subprocess.run(
            [sys.executable, "-c", RUNS.replace("command()", "command(standalone_mode=False)"),
             world.clock.at.isoformat(), "--store", str(world.store.root), "--upstream", url,
             "--listen", f"127.0.0.1:{port}", "--binding", "declared"],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert "the proxy cannot listen there" in done.stderr
    assert json.loads((world.store.root / "guard.json").read_bytes())
    world.store.writer(world.clock).close()
