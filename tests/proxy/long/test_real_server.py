"""A real llama.cpp server, guarded and unguarded: the same bytes.

It is the one of `python -m tools.local_model get`; or set SUNLIT_LLAMA_PYTHON to a Python that has
`llama-cpp-python[server]`, and SUNLIT_LLAMA_MODEL to a GGUF file. No model is part of this project.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sunlit.decision.record import Kind, State
from sunlit.proxy.config import ProxyConfig
from sunlit.proxy.serve import Running, Service
from tests.proxy.guarded import HEADERS, gate_of, sizes, world_at, written
from tests.proxy.stage import CHAT, post, run, taken_apart

PYTHON = os.environ.get("SUNLIT_LLAMA_PYTHON", "")
MODEL = os.environ.get("SUNLIT_LLAMA_MODEL", "")
pytestmark = [
    pytest.mark.long,
    pytest.mark.enable_socket,
    pytest.mark.timeout(600),
]
ROOT = Path(__file__).parents[3]
ASKED = {
    "messages": [{"role": "user", "content": "Name three rivers, in Greek letters."}],
    "max_tokens": 32, "temperature": 0, "seed": 1,
}  # fmt: skip
# What differs from one answer to the next: ids, times, what was remembered of the question, and the
# comments that keep a line open.
ONCE = re.compile(
    rb'"id": ?"[^"]*"|"created": ?[0-9]+|"timings": ?\{[^}]*\}|"prompt_tokens_details": ?\{[^}]*\}'
    rb"|: ping[^\n]*\r?\n\r?\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """Run the server; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = subprocess.Popen(
        [*_command(), "--port", str(port)], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        run(_answers(port))
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _command() -> list[str]:
    if PYTHON and MODEL:
        # One token a batch: the wheel that this was first run with breaks on larger ones.
        return [PYTHON, "-m", "llama_cpp.server", "--model", MODEL, "--host", "127.0.0.1",
                "--n_ctx", "512", "--n_batch", "1", "--seed", "1"]  # fmt: skip
    ours = [sys.executable, "-m", "tools.local_model"]
    if subprocess.run([*ours, "where"], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("no language model: python -m tools.local_model get")
    return [*ours, "serve"]


async def _answers(port: int) -> None:
    """Wait until it has loaded its model: until then it refuses."""
    asked = post(CHAT, json.dumps({**ASKED, "max_tokens": 1}).encode())
    async with asyncio.timeout(300):
        while True:
            with suppress(OSError):
                if taken_apart(await _send(port, asked)).status == 200:
                    return
            await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.5)


@dataclass
class Tap:
    """Stands between proxy and server, and keeps what the server said."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def tapped(server: int) -> AsyncIterator[Tap]:
    """Listen in."""
    heard: list[bytes] = []

    async def pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, keep: bool
    ) -> None:
        while data := await reader.read(65536):
            if keep:
                heard.append(data)
            writer.write(data)
            await writer.drain()
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server)
        with suppress(OSError):
            await asyncio.gather(
                pump(reader, far_writer, keep=False), pump(far_reader, writer, keep=True)
            )

    listening = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield Tap(listening.sockets[0].getsockname()[1], heard)
    finally:
        listening.close()


async def _send(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("streams", [False, True])
def test_a_real_server_says_the_same_guarded_and_unguarded(
    server: int, tmp_path: Path, *, streams: bool
) -> None:
    """Chunk by chunk what the server said; and what it says unguarded, but for ids and times."""
    world = world_at(tmp_path)
    before = sizes(world)
    request = post(CHAT, json.dumps({**ASKED, "stream": streams}).encode(), *HEADERS)

    async def test() -> tuple[Any, Any, Any]:
        gate = gate_of(world)
        async with tapped(server) as tap:
            running = Running(
                Service(
                    gate=gate, upstream=f"http://127.0.0.1:{tap.port}", config=ProxyConfig(),
                    clock=world.clock, drafts=tmp_path, use="outreach", deployer="city.example",
                    port=0,
                )
            )  # fmt: skip
            guarded = taken_apart(await _send(await running.start(), request))
            await running.stop()
            gate.close()
        return guarded, taken_apart(b"".join(tap.heard)), taken_apart(await _send(server, request))

    guarded, said, unguarded = run(test())
    assert guarded.status == 200
    assert (guarded.body, guarded.chunks, guarded.ended) == (said.body, said.chunks, True)
    assert ONCE.sub(b"", guarded.body) == ONCE.sub(b"", unguarded.body)
    first, *later = written(world, before)
    assert first[0].state is (State.OPENED if streams else State.RELEASED)
    assert [one[0].kind for one in later] == ([Kind.CLOSED] if streams else [])
    assert (later or [first])[-1][1].fields["output"].value == said.body
