"""The published risk code of a release under a use: recounted from the votes, never believed."""

from dataclasses import dataclass

from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import RiskCode, Tier
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.risk_code import ORDER, Scheme, scheme
from sunlit.rubric.standing import is_current
from sunlit.rubric.votes import NotYet, publishable


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published code that the board's votes still carry."""

    code: RiskCode
    rests_on: tuple[str, ...]


def published_code(evidence: Evidence) -> Published | str:
    """Return the code in force, or a sentence that says why there is none.

    Where two boards published, the stricter code counts: higher tier, then lower ceiling.
    """
    return evidence.once("published code", lambda: _published_code(evidence))


def _published_code(evidence: Evidence) -> Published | str:
    known = scheme()
    reason: str = text("No board has published a risk code for this release, use and deployer.")
    found: list[Published] = []
    for said, code in evidence.current(RiskCode):
        if not _is_ours(evidence, said, code):
            continue
        if (problem := _why_not(evidence, code, known)) is None:
            found.append(Published(code=code, rests_on=(said.statement_id, *code.votes)))
        else:
            reason = problem
    return max(found, key=_strictness, default=reason)


def tier_of(evidence: Evidence) -> Tier | None:
    """Return the tier of the published code, None while there is none."""
    found = published_code(evidence)
    return found.code.tier if isinstance(found, Published) else None


def _strictness(found: Published) -> tuple[int, int, str]:
    return ORDER.index(found.code.tier), -found.code.ceiling, found.rests_on[0]


def _is_ours(evidence: Evidence, said: Admitted, code: RiskCode) -> bool:
    return (
        not said.is_draft
        and said.is_about(evidence.release)
        and (code.release, code.use, code.deployer)
        == (evidence.release, evidence.use, evidence.deployer)
    )


def _why_not(evidence: Evidence, code: RiskCode, known: Scheme) -> str | None:
    board = evidence.directory.trust.board(code.board) if evidence.directory.trust else None
    if board is None:
        return text("The trust file names no board %(board)s.", board=code.board)
    if not is_current(evidence, code.valid_until):
        return text("The risk code has expired.")
    if (code.scheme, code.scheme_digest) != (known.id, known.digest):
        return text("The risk code was given under another scheme.")
    agreed = publishable(evidence, board, known)
    if isinstance(agreed, NotYet):
        return text("The board's votes do not carry the code: %(why)s", why=agreed.reason)
    if stated(code) != stated(agreed) or code.valid_until > agreed.valid_until:
        return text("The risk code is not the one that the board's votes carry.")
    return None


def stated(code: RiskCode) -> tuple[object, ...]:
    """Return what a code says, in a form that can be compared."""
    return (
        code.board, code.release, code.use, code.deployer, code.scheme, code.scheme_digest,
        code.digits, code.ceiling, code.tier,
    )  # fmt: skip
