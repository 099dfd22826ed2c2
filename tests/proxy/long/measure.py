"""How much the proxy adds: the same requests straight to a local endpoint, and guarded.

    python -m tests.proxy.long.measure [REQUESTS]

One client, one after the other, kept-alive connections, a real guard and decision store (on the
disk of the temporary folder: set TMPDIR to choose it). Prints medians and 95th percentiles.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENDPOINT = """
import asyncio
from pathlib import Path
BODY = Path("{body}").read_bytes().partition(b"\\r\\n\\r\\n")[2]
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            length = [x for x in head.lower().split(b"\\r\\n") if x.startswith(b"content-length:")]
            await reader.readexactly(int(length[0].split(b":")[1]))
            writer.write(HEAD % len(BODY) + BODY)
    except asyncio.IncompleteReadError:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def timed(port: int, request: bytes, count: int) -> list[float]:
    """Return the milliseconds of each request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found: list[float] = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        (line,) = [x for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")]
        await reader.readexactly(int(line.split(b":")[1]))
        found.append((time.perf_counter() - began) * 1000)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode())
    writer.close()
    return found


def used(pid: int) -> float:
    """Return the milliseconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    from tests.decisions import copied
    from tests.proxy.guarded import HEADERS
    from tests.proxy.stage import CHAT, LLAMA, post, recorded
    from tests.proxy.test_cli import RUNS

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    request = post(CHAT, recorded("chat", "request"), *HEADERS)
    request = request.replace(b"Connection: close\r\n", b"")
    with tempfile.TemporaryDirectory() as folder:
        world = copied(Path(folder))
        script = ENDPOINT.format(body=LLAMA / "chat.response")
        straight = subprocess.Popen(
            [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
        )
        assert straight.stdout is not None
        port = int(straight.stdout.readline())
        guard = subprocess.Popen(
            [sys.executable, "-c", RUNS, world.clock.at.isoformat(), "--store",
             str(world.store.root), "--upstream", f"http://127.0.0.1:{port}", "--listen",
             "127.0.0.1:0", "--binding", "declared"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert guard.stdout is not None
        guarded = int(guard.stdout.readline().split("http://127.0.0.1:")[-1].split()[0])
        try:
            for name, where in (("straight", port), ("guarded", guarded)):
                before = used(guard.pid)
                found = asyncio.run(timed(where, request, min(count, 900)))
                sys.stdout.write(
                    f"{name:<9} n={len(found)} median {statistics.median(found):.2f} ms, "
                    f"95% {statistics.quantiles(found, n=20)[18]:.2f} ms, "
                    f"guard's CPU {(used(guard.pid) - before) / len(found):.2f} ms each\n"
                )
        finally:
            for process in (guard, straight):
                process.terminate()
                process.wait(30)
                assert process.stdout is not None
                process.stdout.close()


if __name__ == "__main__":
    main()
