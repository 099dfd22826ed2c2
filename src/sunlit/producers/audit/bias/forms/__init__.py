"""Reports of a bias audit: one JSON document, and a page for people in each form that is asked for.

`report(detail, forms)` takes the document of an audit (`sunlit-bias-audit/1`) and returns files
by name: `bias.json` with every figure and all forms, `bias.html`, and `<form>.html` for each of
`ll144` (New York City), `psed` (Great Britain) and `aiact` (European Union). Everything is made
of the public counts. The same document gives the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sunlit.producers.audit.bias.forms import aiact, ll144, psed
from sunlit.producers.audit.bias.forms.page import bias_page
from sunlit.producers.data.report.model import Page
from sunlit.producers.data.report.render import csv_bytes, json_bytes, page_html

__all__ = ["FORMS", "report"]

Detail = Mapping[str, Any]
FORMS: Final = ("ll144", "psed", "aiact")
DOCUMENTS: Final[Mapping[str, Callable[[Detail], dict[str, Any]]]] = {
    "ll144": ll144.document, "psed": psed.document, "aiact": aiact.document,
}  # fmt: skip
PAGES: Final[Mapping[str, Callable[[Detail], Page]]] = {
    "ll144": ll144.page, "psed": psed.page, "aiact": aiact.page,
}  # fmt: skip


def report(detail: Detail, forms: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the files of a report by name."""
    whole = {**detail, "forms": {name: make(detail) for name, make in DOCUMENTS.items()}}
    first = bias_page(whole)
    files = {
        "bias.json": json_bytes(whole),
        "bias.html": page_html(first, whole, "bias.json"),
        "bias.csv": csv_bytes(first.table),
    }
    for name in forms:
        files[f"{name}.html"] = page_html(PAGES[name](whole), whole, "bias.json")
    return files
