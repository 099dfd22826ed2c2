"""The figures of a quarter, counted from the logs of a node as they stood at its end."""

from collections.abc import Iterable
from datetime import datetime
from heapq import merge
from typing import Final

from sunlit.base import wording
from sunlit.base.errors import UnavailableError
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.node.log import Log
from sunlit.views.figures import Figures, figures
from sunlit.views.figures_count import KINDS, counted_at
from sunlit.views.quarter import Quarter

TREND: Final = 5  # earlier quarters in the line
UNSIGNED: Final = (ImportedRecord,)  # counted whoever says it: nobody's signature is looked at


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
            expected=wording.text("a quarter such as %(quarter)s, not in the future",
                                  quarter=str(Quarter.of(at))),
        )  # fmt: skip
    return found


def figures_of(logs: Iterable[Log], quarter: Quarter, at: datetime) -> Figures:
    """Count a quarter in one pass: as of its end, or of now where it has not ended."""
    known = tuple(logs)
    begun = min((one for it in known if (one := it.begun()) is not None), default=None)
    ends = (quarter.before(back).end for back in range(TREND, 0, -1))
    wanted = [end for end in ends if begun and begun <= end]
    *earlier, now = counted_at(
        merge(*(it.every(KINDS, UNSIGNED) for it in known), key=order),
        {it.origin: it.directory() for it in known}, (*wanted, min(at, quarter.end)),
        known[0].repeated() if known else (),
    )  # fmt: skip
    return figures(quarter, now, earlier[-1] if earlier else None, earlier, begun=begun)


def order(said: Admitted) -> tuple[str, str, int]:
    """Return by what the statements of several logs are put in order: their times first."""
    at = "" if said.admitted_at is None else format_time(said.admitted_at)
    return at, said.origin or "", said.index or 0
