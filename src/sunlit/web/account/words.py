"""What is wrong with what was typed into the forms of an account, in words beside the field."""

from fastapi import Request

from sunlit.web.language import gettext_of


def name_problem(request: Request, text: str, most: int, field: str = "label") -> dict[str, str]:
    """Return what is wrong with a name that somebody gave, by its field; nothing if it is good."""
    _ = gettext_of(request)
    if not text:
        return {field: _("Enter a name")}
    if len(text) > most:
        return {field: _("Shorten the name to at most %(most)s characters") % {"most": most}}
    return {}
