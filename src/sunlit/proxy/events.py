"""Watching a stream of server-sent events go by, without holding it up or changing it.

The bytes are forwarded by others; here a bounded copy is read for what the stream says about
itself: tokens, why it ended, how many events carried text.
"""

import zlib
from typing import Final

from sunlit.proxy.answers import UNKNOWN, Answer, read_answer
from sunlit.proxy.pointer import parsed
from sunlit.proxy.routes import Api

MAX_LINE: Final = 1 << 20
DONE: Final = b"[DONE]"
_WBITS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class Inflater:
    """Reads a compressed body for looking at it, at most `limit` bytes; never raises."""

    def __init__(self, encoding: str | None, limit: int) -> None:
        self._plain = encoding in (None, "", "identity")
        bits = _WBITS.get((encoding or "").lower())
        self._inflate = zlib.decompressobj(bits) if bits else None
        self._left = limit

    def feed(self, data: bytes) -> bytes:
        """Return what can be read of the next piece; nothing of an encoding not known here."""
        if self._plain:
            return data
        if self._inflate is None or self._left <= 0:
            return b""
        try:
            out = self._inflate.decompress(data, self._left)
        except zlib.error:
            self._inflate = None
            return b""
        self._left -= len(out)
        return out


class Watcher:
    """What a stream has said so far. `feed` takes its bytes in any pieces."""

    def __init__(self, api: Api, encoding: str | None, limit: int) -> None:
        self._api = api
        self._inflater = Inflater(encoding, limit)
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0  # of `_data`, with a line end each
        self.answer: Answer = UNKNOWN
        self.events = 0  # that carried words of the answer
        self.done = False  # the stream itself said that it is complete

    def feed(self, data: bytes) -> None:
        """Read the next bytes; a line may be cut anywhere, also within a character."""
        *whole, rest = self._inflater.feed(data).split(b"\n")
        for part in whole:
            self._line += part
            self._take(bytes(self._line))
            self._line.clear()
        self._line += rest[: MAX_LINE - len(self._line)]

    def _take(self, line: bytes) -> None:
        line = line.removesuffix(b"\r")
        if line.startswith(b"data:"):
            if self._size < MAX_LINE:
                self._data.append(line[5:].removeprefix(b" "))
                self._size += len(self._data[-1]) + 1
        elif not line and self._data:
            self._event(b"\n".join(self._data))
            self._data.clear()
            self._size = 0

    def _event(self, data: bytes) -> None:
        if data == DONE:
            self.done = True
            return
        found = read_answer(self._api, parsed(data))
        self.events += bool(found.begins)
        self.done = self.done or found.finish is not None
        self.answer = self.answer.with_more(found)
