"""Nobody votes on what they assessed, by a second key either. Pure: who holds a key comes in.

A log knows keys, and `rubric.votes` leaves out the vote of a key that judged. Whose keys these are
only the node knows at which people sign in. So the same question is asked of people, both when a
vote is handed in and when the code is made: somebody may judge between the two.
"""

from collections.abc import Callable, Collection, Iterable

from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import RiskCode
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.votes import work_on

Holders = Callable[[Collection[str]], frozenset[str]]
"""Tells who holds any of these keys: ids of people, none for a key that is nobody's here."""

STAND_ASIDE = text(
    "the member stands aside with that seat; then the votes of the others are counted again"
)


def votes_apart(evidence: Evidence, code: RiskCode, holders: Holders) -> Verdict:
    """Tell whether none of those whose votes carry a code made or assessed the release.

    FAILS rests on the vote and on what its voter signed of the release. UNKNOWN rests on votes
    by keys that nobody here holds: whose they are has to be known from elsewhere.
    """
    work = work_on(evidence)
    judges = holders({key for said in work for key in said.signers})
    carrying = [said for said in evidence.statements if said.statement_id in set(code.votes)]
    nobodys: list[str] = []
    for vote in carrying:
        if both := holders(vote.signers) & judges:
            own = next(said for said in work if holders(said.signers) & both)
            return Verdict.fails(
                text("A member voted on what they made or assessed, with another key."),
                (vote.statement_id, own.statement_id),
                mend=STAND_ASIDE,
            )
        if not all(holders((key,)) for key in vote.signers):
            nobodys.append(vote.statement_id)
    if nobodys or not carrying:
        return Verdict.unknown(
            text(
                "Nobody who signs in here holds the keys of some seats, so this node cannot tell "
                "whether they assessed it with another key."
            ),
            nobodys,
            mend=text("ask the chair: the log shows only that no key both voted and assessed"),
        )
    return Verdict.holds(
        text("None of those who carry the code made or assessed it, with any key of theirs."),
        _ids(carrying),
    )


def _ids(said: Iterable[Admitted]) -> tuple[str, ...]:
    return tuple(one.statement_id for one in said)
