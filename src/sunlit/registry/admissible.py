"""May a statement enter? The room that owns its claim says so."""

from collections.abc import Sequence

from sunlit.authority.history import History
from sunlit.base.errors import VerificationError
from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Opaque
from sunlit.registry.home import Home
from sunlit.registry.wiring import CAPABILITIES
from sunlit.rubric.finding import Outcome


def expect_admissible(said: Admitted, before: Sequence[Admitted], history: History) -> None:
    """Ask the capability that owns the claim whether it may enter after what was said before.

    A predicate of an unknown type is logged as opaque and never acted on.

    Raises:
        VerificationError: `admit.refused`.
    """
    if isinstance(said.claim, Opaque):
        return
    for capability in CAPABILITIES:
        if type(said.claim) in capability.claims:
            verdict = capability.admission(said, before, history.directory)
            if verdict.outcome is not Outcome.HOLDS:
                raise VerificationError(
                    "admit.refused",
                    text("the log does not take this statement: %(reason)s", reason=verdict.reason),
                    mend=verdict.mend,
                )


def unknown_signer(home: Home) -> VerificationError:
    """Return the refusal of a statement that nobody known signed."""
    return VerificationError(
        "admit.unknown-signer",
        "no signature on this statement is by a key that this log knows",
        expected="a key in the trust file, or registered by an earlier statement",
        mend=f"sunlit log import DIR --home {home.root}, to bring the signer's registration first",
    )
