"""Ask a web server as many clients do, in a process of its own; the standard library alone.

    python -m benchmarks.node_load JOB

JOB is a JSON file: `url`; `clients`; `turns`, lists of requests (`method`, `path`, `body`, its
`type`) that one client sends in order; `headers` of all; `seconds`, for which the turns are gone
through again and again (else once); `keep`: a client sends what it has kept (If-None-Match), as a
browser does.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Request = dict[str, Any]
REFUSED = 400


@dataclass
class Load:
    """What is asked, and what was measured: milliseconds of turns and of requests."""

    job: dict[str, Any]
    requests: list[float] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter[int])
    bytes: int = 0
    refused: str = ""  # the last answer that was none

    async def run(self) -> None:
        """Let all clients take turns until there are none, or the time is over."""
        seconds = self.job.get("seconds")
        end = time.perf_counter() + seconds if seconds else float("inf")
        left = iter(cycle(self.job["turns"]) if seconds else self.job["turns"])
        await asyncio.gather(*(self._client(left, end) for _ in range(self.job["clients"])))

    async def _client(self, left: Iterator[list[Request]], end: float) -> None:
        told = urlsplit(self.job["url"])
        reader, writer = await asyncio.open_connection(told.hostname, told.port, limit=2**20)
        kept: dict[str, str] = {}
        for turn in left:
            began = start = time.perf_counter()
            for request in turn:
                writer.write(_head(told.netloc, self.job.get("headers", {}), request, kept))
                status, headers, body = await _answer(reader)
                now = time.perf_counter()
                self.requests.append((now - start) * 1e3)
                self.statuses[status] += 1
                self.bytes += len(body)
                if status >= REFUSED:
                    self.refused = body.decode(errors="replace")
                start = now
                if self.job.get("keep") and "etag" in headers:
                    kept[request["path"]] = headers["etag"]
            self.turns.append((start - began) * 1e3)
            if start > end:
                break
        writer.close()


def _head(host: str, always: dict[str, str], request: Request, kept: dict[str, str]) -> bytes:
    body: bytes = request.get("body", "").encode()
    lines = [f"{request.get('method', 'GET')} {request['path']} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in always.items()]
    if request["path"] in kept:
        lines.append(f"If-None-Match: {kept[request['path']]}")
    if body:
        kind = request.get("type", "application/json")
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in head[1:] if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if headers.get("transfer-encoding") == "chunked":
        return int(head[0].split()[1]), headers, await _chunks(reader)
    size = int(headers.get("content-length", 0))
    return int(head[0].split()[1]), headers, await reader.readexactly(size)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        whole += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return whole


def main() -> None:
    """Do the job that the command line names, and print one JSON document."""
    load = Load(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    wall, cpu = time.perf_counter(), time.process_time()
    asyncio.run(load.run())
    print(json.dumps({
        "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu,
        "turns": load.turns, "requests": load.requests, "bytes": load.bytes,
        "statuses": {str(status): count for status, count in load.statuses.items()},
        "refused": load.refused,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
