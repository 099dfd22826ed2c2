"""Readable reports of what was found out about a dataset: HTML, JSON and CSV from one document.

`report(detail)` takes the document of a scan, a measurement, a mask, a minimisation or a
synthesis (`"format": "sunlit-data-<kind>/1"`; the module of each says what stands in it) and
returns files by name: `<kind>.json`, which the claim names by digest, `<kind>.html` for people,
`<kind>.csv` with the main table. The same document gives the same bytes. A figure that is missing
reads "not known"; a name that holds markup or turns text round is shown and never obeyed.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.producers.data.report.mask_page import mask_page
from sunlit.producers.data.report.minimise_page import minimise_page
from sunlit.producers.data.report.model import Page
from sunlit.producers.data.report.render import csv_bytes, json_bytes, page_html
from sunlit.producers.data.report.risk_page import risk_page
from sunlit.producers.data.report.scan_page import scan_page
from sunlit.producers.data.report.synth_page import synth_page

__all__ = ["html", "report"]

PAGES: Final[Mapping[str, Callable[[Mapping[str, object]], Page]]] = {
    "scan": scan_page,
    "risk": risk_page,
    "mask": mask_page,
    "minimise": minimise_page,
    "synth": synth_page,
}


def html(detail: Mapping[str, object]) -> bytes:
    """Return the page for people: one file, without script, that asks no network for anything.

    Raises:
        MalformedError: `data-report.format`.
    """
    kind = _kind(detail)
    return page_html(PAGES[kind](detail), detail, f"{kind}.json")


def report(detail: Mapping[str, object]) -> dict[str, bytes]:
    """Return all files of a report by name.

    Raises:
        MalformedError: `data-report.format`.
    """
    kind = _kind(detail)
    page = PAGES[kind](detail)
    return {
        f"{kind}.json": json_bytes(detail),
        f"{kind}.html": page_html(page, detail, f"{kind}.json"),
        f"{kind}.csv": csv_bytes(page.table),
    }


def _kind(detail: Mapping[str, object]) -> str:
    for kind in PAGES:
        if detail.get("format") == f"sunlit-data-{kind}/1":
            return kind
    raise MalformedError(
        "data-report.format", "no report can be made of this document",
        expected=" or ".join(f"sunlit-data-{kind}/1" for kind in PAGES),
        got=str(detail.get("format")), mend="make it again with this version of Sunlit",
    )  # fmt: skip
