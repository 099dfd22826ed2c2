"""May these words of a deployer or a board enter? Their form, and who signed them."""

from collections.abc import Iterable
from datetime import datetime

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Acceptance, BoardSession, Measure, Recusal, RiskAssessment
from sunlit.rubric.aia_assessed import problem
from sunlit.rubric.entry import enters, first_no, is_about_one_release, refused, speaks
from sunlit.rubric.finding import Verdict
from sunlit.rubric.risk_code import scheme


def admit_deployers(
    said: Admitted, claim: RiskAssessment | Measure | Acceptance, directory: Directory
) -> Verdict:
    """Admit what an operator of the deployer says of its own use, well formed and in force."""
    no = first_no(
        speaks(said, directory, Role.OPERATOR, claim.deployer),
        _about(said, claim),
        _said(_texts(claim)),
        _in_time(said, _dated(claim), claim.valid_until),
    )
    if no is None and isinstance(claim, RiskAssessment):
        # Recomputed from the answers: an unfinished assessment stays a draft.
        reason = problem(claim)
        no = refused(reason) if reason else None
    return no or enters(said, f"An operator of {claim.deployer} signed it.")


def admit_boards(said: Admitted, claim: BoardSession | Recusal, directory: Directory) -> Verdict:
    """Admit what a member of the board says of a vote on the release."""
    if isinstance(claim, Recusal):
        dated, form = claim.recused_on, _said([("a reason", claim.reason)])
    else:
        dated, form = claim.opened_on, _session(claim)
    no = first_no(
        speaks(said, directory, Role.BOARD, claim.board),
        None
        if said.is_about(claim.release)
        else refused("The statement's subject is not the release that it names."),
        form,
        _in_time(said, dated, None),
    )
    return no or enters(said, f"A member of the board of {claim.board} signed it.")


def _session(claim: BoardSession) -> Verdict | None:
    if claim.scheme != scheme().id:
        return refused("The session is about another scheme.")
    if claim.closes_on <= claim.opened_on:
        return refused("The session closes before it opens.")
    return None


def _about(said: Admitted, claim: RiskAssessment | Measure | Acceptance) -> Verdict | None:
    if isinstance(claim, Acceptance):
        return is_about_one_release(said)
    if said.is_about(named_digest("use", f"{claim.deployer}#{claim.use}")):
        return None
    return refused("The statement's subject is not the use that it names.")


def _texts(claim: RiskAssessment | Measure | Acceptance) -> Iterable[tuple[str, str]]:
    match claim:
        case Measure():
            return [("a topic", claim.topic), ("what was done", claim.text)]
        case Acceptance():
            return [
                ("what is accepted", claim.what), ("a reason", claim.reason),
                ("an owner", claim.owner),
            ]  # fmt: skip
        case _:
            return []


def _said(texts: Iterable[tuple[str, str]]) -> Verdict | None:
    missing = next((name for name, text in texts if not text.strip()), None)
    return refused(f"It does not name {missing}.") if missing else None


def _dated(claim: RiskAssessment | Measure | Acceptance) -> datetime:
    match claim:
        case RiskAssessment():
            return claim.assessed_on
        case Measure():
            return claim.decided_on
        case Acceptance():
            return claim.accepted_on


def _in_time(said: Admitted, dated: datetime, until: datetime | None) -> Verdict | None:
    assert said.admitted_at is not None  # noqa: S101 - `speaks` was asked first
    if dated > said.admitted_at:
        return refused("It is dated in the future.")
    if until is not None and until <= said.admitted_at:
        return refused("It has ended already.")
    return None
