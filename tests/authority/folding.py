"""Folding several logs at once, each given from its beginning."""

from collections.abc import Iterable, Mapping

from sunlit.authority.history import History, in_order
from sunlit.authority.trustfile import TrustFile

Logs = Mapping[str, Iterable[bytes]]


def merged(logs: Logs, trust: TrustFile | None) -> tuple[tuple[str, int, bytes], ...]:
    """Put all entries of these logs in one order."""
    entries = [(origin, at, one) for origin, log in logs.items() for at, one in enumerate(log)]
    return in_order(entries, trust)


def feed_all(history: History, logs: Logs) -> None:
    """Take several logs from their beginnings, in one order."""
    for origin, index, entry in merged(logs, history.directory.trust):
        history.feed(entry, origin=origin, index=index)
