"""The review board: members vote on D1-D3 and a ceiling, and k of n publish the code."""

from dataclasses import dataclass, replace
from datetime import datetime

from sunlit.authority.history import History
from sunlit.authority.trust_parts import Board
from sunlit.base.errors import VerificationError
from sunlit.claims.risk import BoardSession, Recusal, Use, Vote
from sunlit.registry.admit import Ledger
from sunlit.registry.assure import Question, judge
from sunlit.registry.manifests import keep_manifest, kept_manifests
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import Said, find_use, say
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.control import Rubric
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.mitigations import Gap, mitigation_gap
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.quorum import no_session, quorum_of, sessions, too_few
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.votes import Ballot, NotYet, ballots, publishable, recusals
from sunlit.statement.keys import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one member thinks: the scores of which the scheme makes digits, and the ceiling.

    Scores that are None are those that the deployer assessed.
    """

    impact_raw: int | None
    autonomy_level: int | None
    ceiling: int
    valid_until: datetime
    area: int | None = None
    dissent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a board stands on a release under a use. `published` may be a reason why not."""

    use: Use
    published: Published | str
    gap: Gap
    ballots: tuple[Ballot, ...]
    sessions: tuple[BoardSession, ...] = ()
    recusals: tuple[Recusal, ...] = ()

    @property
    def code(self) -> str:
        """The four digits; D1-D3 are 000 while no code is published."""
        digits = self.published.code.digits if isinstance(self.published, Published) else "000"
        return f"{digits}{self.gap.digit}"

    def to_json(self) -> dict[str, object]:
        """Return the standing for `--json`."""
        published = self.published if isinstance(self.published, Published) else None
        return {
            "use": self.use.id,
            "deployer": self.use.deployer,
            "scheme": scheme().id,
            "code": self.code,
            "published": published.code.to_predicate() if published else None,
            "why": None if published else str(self.published),
            "lackingPractices": list(self.gap.lacking),
            "ballots": [
                {
                    "member": one.member,
                    "statement": one.statement,
                    "digits": one.digits,
                    "ceiling": one.vote.ceiling,
                    "dissent": one.vote.dissent,
                }
                for one in self.ballots
            ],
            "sessions": [one.to_predicate() for one in self.sessions],
            "recusals": [one.to_predicate() for one in self.recusals],
        }


def vote(
    ledger: Ledger,
    component: ComponentFolder,
    use: Use,
    board: str,
    judgement: Judgement,
    signer: Signer,
) -> Said:
    """Admit a member's vote.

    Raises:
        MalformedError: `risk.out-of-range`.
        VerificationError: `board.unknown`, `board.no-assessment`, `admit.refused`,
            `admit.unknown-signer`.
    """
    find_board(ledger.history, board)
    known, area = scheme(), judgement.area or use.area
    impact, autonomy = _scores(ledger, component, use, judgement)
    known.digits(area=area, impact_raw=impact, autonomy_level=autonomy)
    claim = Vote(
        board=board, release=component.release, use=use.id, deployer=use.deployer,
        scheme=known.id, area=area, impact_raw=impact, impact_max=known.maximum,
        autonomy_level=autonomy, ceiling=judgement.ceiling,
        dissent=judgement.dissent, voted_on=ledger.now(), valid_until=judgement.valid_until,
    )  # fmt: skip
    return say(ledger, claim, component.subject(), signer)


def _scores(
    ledger: Ledger, component: ComponentFolder, use: Use, judgement: Judgement
) -> tuple[int, int]:
    impact, autonomy = judgement.impact_raw, judgement.autonomy_level
    if impact is not None and autonomy is not None:
        return impact, autonomy
    evidence = Evidence(
        release=component.release, component=component.purl, use=use.id, deployer=use.deployer,
        at=ledger.now(), directory=ledger.history.directory,
        statements=ledger.history.statements,
    )  # fmt: skip
    found = assessment(evidence)
    if found is None:
        raise VerificationError(
            "board.no-assessment", "no assessment of the use gives the scores",
            mend="name --impact-raw and --autonomy-level, or let the deployer run: "
            "sunlit risk assess PATH --use USE --answers FILE --home HOME",
        )  # fmt: skip
    claim = found.claim
    return (
        claim.impact_raw if impact is None else impact,
        claim.autonomy_level if autonomy is None else autonomy,
    )


def publish(
    ledger: Ledger, component: ComponentFolder, question: Question, board: str, signer: Signer
) -> Said:
    """Publish the code that k of the board's n members agree on.

    Raises:
        VerificationError: `board.unknown`, `board.not-yet`, `board.no-quorum`, `admit.refused`.
    """
    manifests = kept_manifests(ledger.home, ledger.history)
    question = replace(question, manifests=manifests)
    evidence = judge(component, (), (), ledger.history, question).evidence
    code = publishable(evidence, find_board(ledger.history, board))
    if not isinstance(code, NotYet) and (why := _lacking(evidence, board, question.rubric)):
        raise VerificationError(
            "board.no-quorum", why,
            mend="sunlit board open PATH --use USE --home HOME, or let more members vote",
        )  # fmt: skip
    if isinstance(code, NotYet):
        raise VerificationError(
            "board.not-yet", code.reason, expected=f"{code.needed} members who agree",
            got=str(code.agreeing),
            mend="sunlit board show PATH --use USE --home HOME, to see the votes",
        )  # fmt: skip
    keep_manifest(ledger.home, component)
    return say(ledger, code, component.subject(), signer)


def _lacking(evidence: Evidence, board: str, rubric: Rubric) -> str | None:
    """Say what the rubric asks of the board and is not so yet."""
    quorum = quorum_of(rubric)
    return no_session(evidence, board, quorum, evidence.at) or too_few(evidence, board, quorum)


def standing(
    history: History, component: ComponentFolder, question: Question, board: str
) -> Standing:
    """Tell where the board stands, and the mitigation gap as computed now.

    Raises:
        VerificationError: `board.unknown`, `use.unknown`, `use.ambiguous`.
    """
    use = find_use(history, question.use or "", question.deployer)
    found = judge(component, (), (), history, question)
    evidence = replace(found.evidence, findings=found.conformity.findings)
    return Standing(
        use=use, published=published_code(evidence), gap=mitigation_gap(evidence),
        ballots=ballots(evidence, find_board(history, board), scheme()),
        sessions=tuple(claim for _, claim in sessions(evidence, board)),
        recusals=tuple(claim for _, claim in recusals(evidence, board)),
    )  # fmt: skip


def question_for(rubric: Rubric, use: Use, at: datetime, path: str = ".") -> Question:
    """Return the question that a use asks."""
    return Question(at=at, rubric=rubric, use=use.id, deployer=use.deployer, path=path)


def find_board(history: History, organisation: str) -> Board:
    """Return the board that the trust file names.

    Raises:
        VerificationError: `board.unknown`.
    """
    trust = history.directory.trust
    found = trust.board(organisation) if trust else None
    if found is None:
        raise VerificationError(
            "board.unknown", f"the trust file names no review board of {organisation}",
            mend="name it with --board, or get a trust file that names it and run: "
            "sunlit trust update FILE --home HOME",
        )  # fmt: skip
    return found
