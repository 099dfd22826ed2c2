"""What happens to an account: a row of the audit, and a notice to its organisation.

The node keeps no address of any person, so a notice goes to the addresses that the organisation
gave; the person finds it on the page of their account.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fastapi import Request

from sunlit.adapters.sql.outbox import SqlOutbox
from sunlit.node.notify import ACCOUNT, tell_of_account
from sunlit.node.people import Person
from sunlit.web import sessions
from sunlit.web.language import gettext_of

SHOWN_FOR: Final = timedelta(days=30)


def note(request: Request, actor: Person, what: str, detail: Mapping[str, str]) -> None:
    """Write the row of something that `actor` did, and have their organisation told of it."""
    site, at = sessions.site_of(request), sessions.now(request)
    sessions.audit(request).note(what, (actor.id, actor.organisation), at, detail)
    if what in ACCOUNT:
        outbox = SqlOutbox(engine=site.private, clock=site.clock)
        tell_of_account(outbox, actor.organisation, what, at)


def lately(request: Request, person: Person) -> list[tuple[object, str]]:
    """Return when and what happened to somebody's own account in the last 30 days, newest first."""
    words, since = _words(request), sessions.now(request) - SHOWN_FOR
    rows = sessions.audit(request).about(person.id, tuple(words), since)
    return [(row["at"], words[str(row["what"])]) for row in rows]


def _words(request: Request) -> dict[str, str]:
    _ = gettext_of(request)
    return {
        "joined": _("You joined with an invitation code"),
        "passkey-made": _("A passkey was added"),
        "key-brought": _("A signing key was added"),
        "key-ended": _("A passkey or signing key was ended"),
        "roles-changed": _("An administrator changed what you may do"),
    }
