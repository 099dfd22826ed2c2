"""Random bytes for salts and ids, drawn from the system a page at a time.

Each call to the system lets go of Python's global lock; among 32 threads that costs more than all
the hashing of a decision. Content keys and nonces are not taken from here (`recorder`): a copy of
a running machine would draw the same page twice, which salts and ids bear and AES-GCM does not.
"""

import os
from threading import local
from typing import Final

PAGE: Final = 4_096


class _Page(local):
    """One thread's page, and where the bytes begin that were not given away yet."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = b""
        self.at = 0


_page = _Page()


def draw(size: int) -> bytes:
    """Return `size` random bytes that nobody else was given."""
    page = _page
    start, end = page.at, page.at + size
    if end > len(page.bytes):
        page.bytes = os.urandom(max(PAGE, size))
        start, end = 0, size
    page.at = end
    return page.bytes[start:end]


def _forget() -> None:
    """Let a forked child draw a page of its own: it has a copy of its parent's."""
    global _page  # noqa: PLW0603 - replaced whole, for the one thread that a child begins with
    _page = _Page()


os.register_at_fork(after_in_child=_forget)
