"""What a stranger might write into every field that a page shows."""

from dataclasses import replace

from sunlit.bootstrap.site import Site
from sunlit.claims.lifecycle import Status, TokenStatus
from sunlit.claims.names import named_digest
from sunlit.registry.admit import open_ledger
from sunlit.registry.saying import say
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from tests.registry.telling import CITY, ISSUER_KEY
from tests.rubric.story import DEPLOYER, use

EVIL = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\u202eevil\u2066\u200b{{7*7}}"
    + "w" * 3000
)


def said_more(site: Site) -> None:
    """Say, with hostile words, another use, and that the permission is stopped."""
    issuer = site.home(ISSUER)
    clock = SetClock(site.clock.now())
    with open_ledger(issuer, clock) as ledger:
        said = next(
            one for one in ledger.history.statements if one.claim.TYPE.endswith("token-grant:v1")
        )
        subject = Subject(None, dict(said.subjects[0].digest))
        stop = TokenStatus(grant=said.statement_id, status=Status.SUSPENDED, reason=EVIL)
        say(ledger, stop, subject, ISSUER_KEY)
        other = replace(
            use(), id="<b>other</b>", description=EVIL, affected=EVIL, oversight=EVIL,
            prohibited=(EVIL,), owner=EVIL, fallback=EVIL,
        )  # fmt: skip
        say(ledger, other, Subject(None, {"sha256": named_digest("use", f"{DEPLOYER}#{other.id}")}),
            CITY)  # fmt: skip
    site.project()
