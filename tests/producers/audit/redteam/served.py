"""An OpenAI-compatible endpoint on loopback that answers as a test tells it to, well or badly."""

import json
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event, Thread
from typing import Any

REFUSAL = "I'm sorry, I can't help with that."
Reply = bytes | Callable[[dict[str, Any]], bytes]


@dataclass
class Served:
    """What a test sees of it: the base URL and what was asked."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    done: Event = field(default_factory=Event)


def http(body: bytes, status: str = "200 OK", *heads: str) -> bytes:
    """Return an answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *heads]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chat(text: object, finish: str = "stop", model: str = "as-answered") -> bytes:
    """Return a chat completion."""
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return http(json.dumps({"model": model, "choices": [choice]}).encode())


@contextmanager
def served(reply: Callable[[dict[str, Any]], bytes | Iterator[bytes]]) -> Iterator[Served]:
    """Serve on loopback; `reply` gets the request's JSON and returns raw bytes, or pieces."""
    seen = Served()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            seen.connections += 1
            super().setup()

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.asked.append(asked)
            seen.heads.append(dict(self.headers))
            answer = reply(asked)
            try:
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    self.wfile.write(piece)
            except OSError:
                self.close_connection = True

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return

        def log_message(self, *args: object) -> None:
            pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        seen.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            seen.done.set()
            server.shutdown()
            thread.join()
