"""Sending a whole answer to the client: within its slot, piece by piece, each within a time.

A client that does not read holds one slot for one write limit, and then loses its connection;
answers that nobody takes cannot pile up behind the bound on requests at once.
"""

import asyncio
from collections.abc import Coroutine
from typing import Final

import aiohttp
from aiohttp import web

from sunlit.proxy.headers import to_client

PIECE: Final = 128 << 10  # above aiohttp's own bound, so that each write waits for the socket
UNTYPED: Final = web.ResponseKey("untyped", bool)  # the answer came without a Content-Type


class GoneError(Exception):
    """The client took no more."""


async def release(
    request: web.Request, answer: aiohttp.ClientResponse, body: bytes, own: dict[str, str],
    seconds: int,
) -> web.StreamResponse:  # fmt: skip
    """Send the upstream's answer with the guard's own headers; cut off a client that stalls."""
    response = web.StreamResponse(
        status=answer.status, reason=answer.reason, headers=to_client(answer.headers, own)
    )
    response.content_length = len(body)
    response[UNTYPED] = "Content-Type" not in answer.headers
    try:
        await write(response.prepare(request), seconds)
        for at in range(0, len(body), PIECE):
            await write(response.write(body[at : at + PIECE]), seconds)
        await write(response.write_eof(), seconds)
    except GoneError:
        cut(request)
    return response


async def write(writing: Coroutine[None, None, object], seconds: int) -> None:
    """Wait for one write.

    Raises:
        GoneError: the client went away, or did not take it in time.
    """
    try:
        async with asyncio.timeout(seconds):
            await writing
    except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
        raise GoneError from error


def cut(request: web.Request) -> None:
    """End a client's connection at once, so that no part is taken for the whole."""
    if request.transport is not None:
        request.transport.abort()
