"""`bundle.pdf`: the page for people as a court's bundle wants it, by WeasyPrint (extra `pdf`)."""

from importlib import import_module

from sunlit.bundle.pages.environment import MAX_SHOWN, environment, inline, style
from sunlit.bundle.pages.words import ASKS, CONVENIENCE
from sunlit.bundle.view import NONE_RECORDED, BundleView


def pdf(view: BundleView) -> bytes | None:
    """Return the PDF: numbered pages, linked contents, bookmarks, tags (PDF/UA-1).

    None where WeasyPrint, or a library that it needs, is not installed.
    """
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError):  # OSError: Pango is no Python package, and may be missing
        return None
    page = environment().get_template("bundle.pdf.j2").render(
        view=view, css=inline(style("paper")), nothing=NONE_RECORDED, max_shown=MAX_SHOWN,
        convenience=CONVENIENCE, asks=ASKS, paged=True,
    )  # fmt: skip
    document = weasyprint.HTML(string=page, url_fetcher=no_fetch)
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def no_fetch(url: str, *_: object, **__: object) -> object:
    """Refuse to fetch, whatever it is: everything that a PDF shows is in its page.

    Raises:
        ValueError: always; WeasyPrint then leaves it out.
    """
    raise ValueError(f"a bundle's PDF fetches nothing: {url[:80]}")
