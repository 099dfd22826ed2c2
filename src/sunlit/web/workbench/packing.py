"""A download that is written to a temporary file first: nothing large stands in memory."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Final

from fastapi.responses import Response, StreamingResponse

CHUNK: Final = 256 * 1024


def streamed(write: Callable[[IO[bytes]], object], name: str, kind: str) -> Response:
    """Let `write` fill a temporary file, then give it piece by piece; it is gone afterwards."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was given
    try:
        write(made)
    except BaseException:
        made.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(made.tell()), "Cache-Control": "no-store",
    }  # fmt: skip
    return StreamingResponse(_pieces(made), 200, headers, kind)


def _pieces(made: IO[bytes]) -> Iterator[bytes]:
    with made:
        made.seek(0)
        while chunk := made.read(CHUNK):
            yield chunk
