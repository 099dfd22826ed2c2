"""The server's log in memory; afterwards everything logs as it did before."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from sunlit.web.logs import configure


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Write the server's log into memory for a while."""
    out, root, before = io.StringIO(), logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    try:
        configure(out)
        yield out
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
