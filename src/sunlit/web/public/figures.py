"""The quarterly figures: counts with their charts, tables and CSV, and how they are counted."""

import csv
import io
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.base.spreadsheet import harmless
from sunlit.node.figures import figures_of, quarter_of
from sunlit.node.permission import Action
from sunlit.views.chart import Chart
from sunlit.views.figures import Figures
from sunlit.views.quarter import Quarter
from sunlit.web.guarding import may
from sunlit.web.once import Once
from sunlit.web.pages import page, site_of, unchanged
from sunlit.web.public.reading import download, known_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])
SHOWN: Final = 8  # earlier quarters that are listed


@router.get("/figures", name="figures")
def current(request: Request) -> Response:
    """Show the figures of this quarter, so far."""
    return _shown(request, None)


@router.get("/figures/{quarter}", name="figures-of")
def past(request: Request, quarter: str) -> Response:
    """Show the figures of a quarter as they stood at its end."""
    return _shown(request, quarter)


@router.get("/figures/{quarter}/{chart}.csv", name="figures-csv")
def table(request: Request, quarter: str, chart: str) -> Response:
    """Give the numbers of one chart as CSV."""
    found = _figures(request, quarter)
    one = next((it for it in found.charts if it.id == chart), None)
    if one is None:
        raise HTTPException(404)
    return download(csv_of(one), f"{found.quarter}-{one.id}.csv", "text/csv; charset=utf-8")


def csv_of(chart: Chart) -> bytes:
    """Return a chart's numbers, in UTF-8 with CRLF (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(chart.columns)
    writer.writerows([_plain(one) for one in row] for row in chart.rows)
    return out.getvalue().encode()


def _plain(value: str | int) -> str | int:
    """Return what no spreadsheet takes for a formula."""
    return harmless(value) if isinstance(value, str) else value


def _figures(request: Request, quarter: str | None) -> Figures:
    """Return the figures of a quarter, counted again when a log has grown or a day has gone.

    Counting goes through the logs. Where that takes long it is not done after every statement: the
    page says as of when the figures are.
    """
    at = site_of(request).clock.now()
    chosen = quarter_of(quarter, at)
    logs = [log for _, log in known_of(request).logs()]
    stamp = (at.date(), *(log.stamp() for log in logs))
    kept: Once[Figures] = request.app.state.figures
    return kept.get(chosen, stamp, lambda: figures_of(logs, chosen, at))


def _shown(request: Request, quarter: str | None) -> Response:
    chosen = quarter_of(quarter, site_of(request).clock.now())
    if (kept := unchanged(request)) is not None:
        return kept
    now = Quarter.of(site_of(request).clock.now())
    found = _figures(request, quarter)
    first = now if found.begun is None else Quarter.of(found.begun)
    return page(
        request, "figures/figures.html", figures=found, ended=chosen < now,
        known=found.begun is not None and chosen >= first,
        quarters=[it for back in range(SHOWN) if (it := now.before(back)) >= first],
    )  # fmt: skip
