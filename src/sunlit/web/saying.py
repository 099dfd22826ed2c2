"""Sentences in templates, each looked up once: a page has some fifty, most without a value."""

from collections.abc import Callable

from markupsafe import Markup


def said_once(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """Return what templates call `_`: as Jinja's own, in newstyle and with escaping on."""
    known: dict[str, Markup] = {}

    def said(text: str, /, **values: object) -> Markup:
        found = known.get(text)
        if found is None:
            # A sentence is ours and its translator's, in the catalogues that came with the program.
            found = known[text] = Markup(gettext(text))  # noqa: S704 - as Jinja does; values are escaped
        return found % values if values or "%" in found else found

    return said
