"""May this claim about risk enter? Deployers declare, members vote, k of n publish."""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.capabilities.risk.admission_words import admit_boards, admit_deployers
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.names import named_digest
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Measure,
    Mitigation,
    Recusal,
    RiskAssessment,
    RiskCode,
    Use,
    Vote,
)
from sunlit.rubric.entry import before, enters, first_no, not_ours, refused, sentence, speaks
from sunlit.rubric.finding import Verdict
from sunlit.rubric.published import stated
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.votes import NotYet, may_vote, publishable, recused, why_invalid


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit each claim only from whoever has to say it."""
    match said.claim:
        case Use():
            return _use(said, said.claim, directory)
        case Vote():
            return _vote(said, said.claim, history, directory)
        case RiskCode():
            return _code(said, said.claim, history, directory)
        case Mitigation():
            return _mitigation(said, said.claim, directory)
        case RiskAssessment() | Measure() | Acceptance():
            return admit_deployers(said, said.claim, directory)
        case BoardSession() | Recusal():
            return admit_boards(said, said.claim, directory)
        case _:
            return not_ours(said)


def _use(said: Admitted, use: Use, directory: Directory) -> Verdict:
    no = first_no(
        speaks(said, directory, Role.OPERATOR, use.deployer),
        None
        if said.is_about(named_digest("use", f"{use.deployer}#{use.id}"))
        else refused("The statement's subject is not the use that it describes."),
        None
        if {use.area, *use.further_areas} <= set(range(1, 10))
        else refused("An area is a number from 1 to 9."),
    )
    return no or enters(said, f"An operator of {use.deployer} signed it.")


def _about(said: Admitted, release: str) -> Verdict | None:
    if said.is_about(release):
        return None
    return refused("The statement's subject is not the release that it names.")


def _vote(said: Admitted, vote: Vote, history: Sequence[Admitted], directory: Directory) -> Verdict:
    no = speaks(said, directory, Role.BOARD, vote.board) or _about(said, vote.release)
    if no is not None:
        return no
    evidence = before(said, history, directory, release=vote.release, use=(vote.use, vote.deployer))
    if (reason := why_invalid(evidence, vote, scheme())) is not None:
        return refused(reason)
    if vote.valid_until <= evidence.at:
        return refused("It has ended already.")
    if vote.voted_on is not None and vote.voted_on > evidence.at:
        return refused("It is dated in the future.")
    if vote.dissent is not None and not vote.dissent.strip():
        return refused("A dissent carries its reason.")
    if recused(evidence, vote.board) & set(said.signers):
        return refused("Who stood aside does not vote.")
    answers = [may_vote(evidence, vote.board, said, signer) for signer in said.signers]
    if denied := [answer for answer in answers if not answer.allowed]:
        return refused(sentence(denied[0].reason))
    return enters(said, f"A member of the board of {vote.board} signed it.")


def _code(
    said: Admitted, code: RiskCode, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = speaks(said, directory, Role.BOARD, code.board) or _about(said, code.release)
    board = directory.trust.board(code.board) if directory.trust else None
    if no is not None or board is None:
        return no or refused("The trust file names no such board.")
    evidence = before(said, history, directory, release=code.release, use=(code.use, code.deployer))
    agreed = publishable(evidence, board)
    if isinstance(agreed, NotYet):
        return refused(agreed.reason)
    if (
        stated(code) != stated(agreed)
        or (code.votes, code.dissents) != (agreed.votes, agreed.dissents)
        or code.valid_until > agreed.valid_until
    ):
        return refused("The code is not the one that the board's votes carry.")
    return enters(said, "The board's votes carry it.")


def _mitigation(said: Admitted, claim: Mitigation, directory: Directory) -> Verdict:
    if claim.practice not in scheme().practices:
        return refused("A practice is one of M1-M8.")
    promised = bool(claim.owner and claim.owner.strip()) and claim.due is not None
    if not (claim.evidence or claim.not_needed_ground or promised):
        return refused(
            "It names neither evidence nor a legal ground, and promises nothing: that takes an "
            "owner and a date."
        )
    no = speaks(said, directory, Role.OPERATOR, claim.deployer)
    # That the law asks for nothing is for the deployer to say, who answers for the use.
    if no is not None and not claim.not_needed_ground:
        no = speaks(said, directory, Role.MAINTAINER)
    return no or enters(said, "Who answers for the use, or keeps the component, signed it.")
