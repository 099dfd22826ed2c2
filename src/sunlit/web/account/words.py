"""Words of an account: what is wrong with a form, what a new key is called, what was done."""

from collections.abc import Collection, Mapping
from itertools import count

from fastapi import Request

from sunlit.base.errors import SunlitError
from sunlit.web.language import gettext_of


def name_problem(request: Request, text: str, most: int, field: str = "label") -> dict[str, str]:
    """Return what is wrong with a name that somebody gave, by its field; nothing if it is good."""
    _ = gettext_of(request)
    if not text:
        return {field: _("Enter a name")}
    if len(text) > most:
        return {field: _("Shorten the name to at most %(most)s characters") % {"most": most}}
    return {}


def passkey_problem(request: Request, error: SunlitError) -> str:
    """Return why a passkey that was made is not kept, and what to do."""
    _ = gettext_of(request)
    if error.code == "passkey.known-already":
        return _("This passkey is here already. Use it, or make one on another device.")
    return _(
        "The passkey could not be checked, so it was not kept. Try again on a device that asks "
        "for your fingerprint, face or PIN."
    )


def file_problem(request: Request, error: SunlitError) -> str:
    """Return why a key that was brought is not kept, and what to do."""
    _ = gettext_of(request)
    if error.code == "passkey.known-already":
        return _("This key is here already. Use it, or bring another one.")
    if error.code == "enrol.not-yours":
        return _(
            "This file asks for another organisation or other roles than yours, or its key did "
            "not sign it. Make the key again for your organisation and your roles."
        )
    return _(
        "This file does not ask for a key. Choose the one that was made beside the key, with the "
        "name ending in .dsse.json."
    )


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name that none of the others has: "My device", then "My device 2"."""
    names = (name if number == 1 else f"{name} {number}" for number in count(1))
    return next(one for one in names if one not in taken)


def done(request: Request) -> Mapping[str, str]:
    """Return what rows of the audit are called."""
    _ = gettext_of(request)
    return {
        "signed-in": _("Signed in"),
        "joined": _("Joined with an invitation code"),
        "invited": _("Invited somebody"),
        "roles-changed": _("Changed what somebody may do"),
        "ended": _("Ended somebody's access"),
        "passkey-made": _("Added a passkey"),
        "key-brought": _("Added a signing key"),
        "key-ended": _("Ended a passkey or signing key"),
        "guarded-read": _("Read something guarded"),
        "problem-read": _("Read a report of a problem"),
    }
