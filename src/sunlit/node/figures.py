"""The figures of a quarter, counted from the logs of a node as they stood at its end."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import UnavailableError
from sunlit.views.figures import Figures, Quarter, figures
from sunlit.views.figures_count import Counted, counted

TREND: Final = 5  # earlier quarters in the line


def quarter_of(text: str | None, at: datetime) -> Quarter:
    """Return the quarter that an address names, or the present one.

    Raises:
        UnavailableError: `node.no-such-quarter`.
    """
    if text is None:
        return Quarter.of(at)
    found = Quarter.parse(text)
    if found is None or found > Quarter.of(at):
        raise UnavailableError(
            "node.no-such-quarter", "there are no figures of such a quarter",
            expected=f"a quarter such as {Quarter.of(at)}, not in the future",
        )  # fmt: skip
    return found


def figures_of(histories: Iterable[History], quarter: Quarter, at: datetime) -> Figures:
    """Count a quarter: as of its end, or of now where it has not ended."""
    known = tuple(histories)
    earlier = [_counted(known, quarter.before(back).end) for back in range(TREND, 0, -1)]
    now = _counted(known, min(at, quarter.end))
    return figures(quarter, now, earlier[-1], earlier)


def _counted(histories: tuple[History, ...], at: datetime) -> Counted:
    """Count every log; where two hold one statement, it counts once."""
    if not histories:
        return counted((), History().directory, at)
    # A log that mirrors others knows most of who is who.
    widest = max(histories, key=lambda one: one.size)
    said = [one for history in histories for one in history.statements]
    said.sort(key=lambda one: (one.admitted_at or at, one.origin or "", one.index or 0))
    return counted(said, widest.directory, at)
