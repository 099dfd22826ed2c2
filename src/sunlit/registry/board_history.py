"""How a code moved: judged again at each time when something changed, with the reason.

Nothing is read from a record of moves: a statement that was admitted and evidence that ended
are the only causes, and both have a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sunlit.authority.history import History
from sunlit.base.times import format_time, parse_time
from sunlit.base.wording import Text, fixed, joined, text
from sunlit.claims.risk import BoardSession, Recusal, RiskCode, Use, Vote
from sunlit.registry.assure import Question, engine_digest, judge
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.wiring import RULES
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import evaluate
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.mitigations import Gap, mitigation_gap
from sunlit.rubric.published import Published, published_code
from sunlit.views.entry_words import on_day
from sunlit.views.practices import practice_title

MAX_TIMES: Final = 2_000  # evaluations of one history; the newest are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The code from a time on, and why it moved there."""

    at: datetime
    code: str
    ceiling: int | None
    why: tuple[str, ...]
    lacking: tuple[str, ...] = ()

    @property
    def above(self) -> bool:
        """Tell whether the gap is above the ceiling from then on."""
        return self.ceiling is not None and int(self.code[3]) > self.ceiling

    def to_json(self) -> dict[str, object]:
        """Return the move for `--json`."""
        return {
            "at": format_time(self.at),
            "code": self.code,
            "ceiling": self.ceiling,
            "aboveCeiling": self.above,
            "why": list(self.why),
            "lacking": list(self.lacking),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    code: str
    ceiling: int | None
    gap: Gap
    published: str
    ends: tuple[str, ...]


def board_history(
    history: History, component: ComponentFolder, question: Question, use: Use
) -> tuple[Move, ...]:
    """Return every move of the code up to the question's time, and each vote and session."""
    asked = replace(question, use=use.id, deployer=use.deployer)
    return moves_of(judge(component, (), (), history, asked).evidence, asked.rubric, use)


def moves_of(whole: Evidence, rubric: Rubric, use: Use) -> tuple[Move, ...]:
    """Return every move of the code up to the evidence's time, and each vote and session. Pure."""
    bearing = whole.statements
    todo = sorted({said.admitted_at for said in bearing if said.admitted_at is not None})
    moves: list[Move] = []
    before, done = None, set[datetime]()
    for _ in range(MAX_TIMES):
        if not todo:
            break
        at = todo.pop(0)
        if at > whole.at or at in done:
            continue
        done.add(at)
        stand = _stand(whole, rubric, at)
        todo = sorted({*todo, *(parse_time(end) for end in stand.ends)} - done)
        why = (*_acts(whole, at, use), *_moved(before, stand))
        if why:
            moves.append(Move(at=at, code=stand.code, ceiling=stand.ceiling, why=why,
                              lacking=stand.gap.lacking))  # fmt: skip
        before = stand
    return tuple(moves)


def _stand(whole: Evidence, rubric: Rubric, at: datetime) -> _Stand:
    """Judge as of a time: of the log only what it held by then."""
    held = tuple(it for it in whole.statements if it.admitted_at is None or it.admitted_at <= at)
    evidence = replace(whole, at=at, statements=held)
    findings = evaluate(rubric, evidence, RULES, engine=engine_digest()).findings
    evidence = replace(evidence, findings=findings)
    code, gap = published_code(evidence), mitigation_gap(evidence)
    published = code.code if isinstance(code, Published) else None
    ends = [one.expires for one in gap.practices] + [it.expires for it in findings if it.practices]
    if published is not None:
        ends.append(format_time(published.valid_until))
    return _Stand(
        code=f"{published.digits if published else '000'}{gap.digit}",
        ceiling=published.ceiling if published else None, gap=gap,
        published=code if isinstance(code, str) else "", ends=tuple(end for end in ends if end),
    )  # fmt: skip


def _acts(whole: Evidence, at: datetime, use: Use) -> Iterator[str]:
    """Say who of the board did what at that time: dissents with their reasons."""
    for said in whole.statements:
        claim = said.claim
        if said.admitted_at != at or not isinstance(
            claim, Vote | RiskCode | BoardSession | Recusal
        ):
            continue
        if (claim.use, claim.deployer) == (use.id, use.deployer):
            who = joined((_member(whole, claim.board, key) for key in said.signers), ", ")
            yield _act(who, claim)


def _member(whole: Evidence, board: str, key: str) -> Text:
    """Name a member as the board's page does: by the place of the key in the trust file."""
    named = whole.directory.trust.board(board) if whole.directory.trust else None
    keys = [one.public.key_id for one in named.keys] if named else []
    if key in keys:
        return text("Member %(seat)s", seat=str(keys.index(key) + 1))
    return text("Somebody with the key %(key)s", key=key[:12])


def _act(who: Text, claim: Vote | RiskCode | BoardSession | Recusal) -> Text:
    match claim:
        case Vote(dissent=None):
            return text("%(who)s voted: impact score %(raw)s, fourth digit of up to %(ceiling)s.",
                        who=who, raw=str(claim.impact_raw), ceiling=claim.ceiling)  # fmt: skip
        case Vote():
            return text("%(who)s dissented: %(why)s", who=who, why=claim.dissent or "")
        case RiskCode():
            return text("%(board)s published %(digits)s, with a fourth digit of up to %(ceiling)s.",
                        board=claim.board, digits=claim.digits, ceiling=claim.ceiling)  # fmt: skip
        case BoardSession():
            return text("%(board)s opened a session until %(day)s.", board=claim.board,
                        day=on_day(claim.closes_on))  # fmt: skip
        case Recusal():
            return text("%(who)s stood aside: %(why)s", who=who, why=claim.reason)


def _moved(before: _Stand | None, now: _Stand) -> Iterator[str]:
    """Say which practice moved, and what became of the published code."""
    if before is None:
        return
    states = {item.name: item.state for item in before.gap.practices}
    for item in now.gap.practices:
        if states.get(item.name, item.state) is not item.state:
            yield text(
                "%(practice)s, %(title)s: from “%(before)s” to “%(after)s”. %(why)s",
                practice=item.name, title=practice_title(item.name),
                before=fixed(str(states[item.name])), after=fixed(str(item.state)), why=item.why,
            )  # fmt: skip
    if before.code[:3] != now.code[:3] and now.published:
        yield now.published
    if before.code[3] != now.code[3]:
        yield text("The fourth digit: from %(before)s to %(after)s.", before=before.code[3],
                   after=now.code[3])  # fmt: skip
