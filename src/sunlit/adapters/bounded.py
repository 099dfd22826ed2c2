"""Asking somebody else's server: a bounded answer, in a bounded time, as it was sent.

What a server sends may be endless, may drip, or may be a few kilobytes that unpack to gigabytes.
So nothing is unpacked (none is asked for), and reading ends at a size and at a time.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import httpx

WHOLE: Final = 60.0  # seconds for all of an answer; a pause in it is bounded by the client


def asked(
    client: httpx.Client, method: str, url: str, *, most: int,
    clock: Callable[[], float] = time.monotonic, **more: Any,  # noqa: ANN401 - as httpx takes it
) -> httpx.Response:  # fmt: skip
    """Return an answer of at most `most` bytes.

    Raises:
        httpx.HTTPError: where it is longer, packed, takes too long, or does not come.
    """
    headers = {"accept-encoding": "identity", **more.pop("headers", {})}
    until, data = clock() + WHOLE, bytearray()
    with client.stream(method, url, headers=headers, **more) as answer:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise httpx.DecodingError("packed, which was not asked for")
        for part in answer.iter_bytes():
            data += part
            if len(data) > most:
                raise httpx.ReadError(f"more than {most} bytes")
            if clock() > until:
                raise httpx.ReadTimeout(f"not whole after {WHOLE:.0f} seconds")
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=bytes(data),
            request=answer.request,
        )  # fmt: skip
