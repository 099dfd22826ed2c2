"""The figures of a quarter, counted from the logs of a node as they stood at its end."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sunlit.authority.history import History
from sunlit.base import wording
from sunlit.base.errors import UnavailableError
from sunlit.claims.admitted import Admitted
from sunlit.views.figures import Figures, figures
from sunlit.views.figures_count import counted
from sunlit.views.quarter import Quarter

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
            expected=wording.text("a quarter such as %(quarter)s, not in the future",
                                  quarter=str(Quarter.of(at))),
        )  # fmt: skip
    return found


def figures_of(
    histories: Iterable[History], quarter: Quarter, at: datetime,
    records: Iterable[Admitted] = (),
) -> Figures:  # fmt: skip
    """Count a quarter: as of its end, or of now where it has not ended.

    `records` are those of other registers that the histories leave out.
    """
    known = tuple(histories)
    said = [*records, *(one for history in known for one in history.statements)]
    said.sort(key=lambda one: (one.admitted_at or at, one.origin or "", one.index or 0))
    directories = {one.origin or "": it.directory for it in known for one in it.statements[:1]}
    begun = next((one.admitted_at for one in said if one.admitted_at is not None), None)
    ends = (quarter.before(back).end for back in range(TREND, 0, -1))
    earlier = [counted(said, directories, end) for end in ends if begun and begun <= end]
    now = counted(said, directories, min(at, quarter.end))
    return figures(quarter, now, earlier[-1] if earlier else None, earlier, begun=begun)
