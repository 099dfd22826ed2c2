"""The safety label of one use: eight lines, always in the same order, each with who says it.

A line without a fact is a blank line and stays: "Not provided". There is no score: a number would
say that things can be added up which cannot.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sunlit.base.times import parse_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.provenance import Component
from sunlit.claims.risk import RiskCode
from sunlit.rubric.contested import contests
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import declared_use, stated
from sunlit.rubric.votes import ballots
from sunlit.views.component_label_parts import Label, Line, SignedBy
from sunlit.views.component_problems import Problem, open_problems
from sunlit.views.component_registered import registrations
from sunlit.views.component_tested import limits, tested
from sunlit.views.component_token import Permission, permission
from sunlit.views.component_words import Fact, Words, computed, counted, fact, quoted, words
from sunlit.views.limit_words import limit_words

BRIEF: Final = 300  # characters of others' words; their statement, which is linked, has them all
OVERSIGHT: Final = {
    "human-decides": words("Yes. A person decides; it only informs."),
    "human-reviews": words("Yes. It decides, and a person reviews."),
    "none": words("No. No person looks at each case."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What every line looks at."""

    evidence: Evidence
    conformity: Conformity
    permission: Permission
    problems: tuple[Problem, ...]


def brief(text: str) -> Words:
    """Return others' words as a label has room for them."""
    return quoted(text, BRIEF)


def label(evidence: Evidence, conformity: Conformity) -> Label:
    """Return the label of the use that the evidence is about. Pure."""
    seen = _Seen(
        evidence=evidence, conformity=conformity, permission=permission(evidence),
        problems=open_problems(evidence),
    )  # fmt: skip
    declared, code = declared_use(evidence), published_code(evidence)
    published = code.code if isinstance(code, Published) else None
    return Label(
        use=evidence.use or "", deployer=evidence.deployer or "",
        component=evidence.component or "",
        description=declared[1].description if declared else "",
        release=evidence.release, at=evidence.at, permission=seen.permission,
        lines=tuple(
            Line(number=number, title=title, facts=_asked(seen, tuple(facts(seen))))
            for number, (title, facts) in enumerate(_LINES, 1)
        ),
        holds=sum(one.outcome is Outcome.HOLDS for one in conformity.findings),
        asked=len(conformity.findings), code=published.digits if published else None,
        tier=str(published.tier) if published else None,
        signed=_signed(evidence, published), ends=_ends(seen),
    )  # fmt: skip


# --- the eight lines ----------------------------------------------------------------------------


def _verdict(seen: _Seen) -> Iterator[Fact]:
    found = seen.permission
    told = found.change or found.said
    if told is not None:
        yield fact(seen.evidence, told, found.verdict)
    else:
        yield computed(found.verdict, seen.evidence.at)
    if found.reason and not found.state.allows:
        yield fact(seen.evidence, told, brief(found.reason), lead=words("Why")) if told else Fact()
    yield computed(_checks(seen.conformity), seen.evidence.at)


def _checks(conformity: Conformity) -> Words:
    held = [one for one in conformity.findings if one.outcome is Outcome.HOLDS]
    failed = sum(one.outcome is Outcome.FAILS for one in conformity.findings)
    asked = len(conformity.findings)
    unknown = asked - len(held) - failed
    # The words that the page of evidence says of each. No verb but the first hangs on a count:
    # three counts would take eight patterns.
    return counted(
        "%(count)d check applies. Holds: %(held)d. Fails: %(failed)d. Not known: %(unknown)d.",
        "%(count)d checks apply. Holds: %(held)d. Fails: %(failed)d. Not known: %(unknown)d.",
        asked, held=len(held), failed=failed, unknown=unknown,
    )  # fmt: skip


def _purpose(seen: _Seen) -> Iterator[Fact]:
    may, not_ = words("May be used for"), words("Must not be used for")
    grant, said = seen.permission.grant, seen.permission.said
    declared = declared_use(seen.evidence)
    if grant is not None and said is not None:
        yield from _each(seen, said, may, grant.permitted)
        yield from _each(seen, said, not_, grant.prohibited)
    elif declared is not None:
        meant = declared[1].permitted or (declared[1].description,)
        yield from _each(seen, declared[0], words("Meant to be used for"), meant)
        yield from _each(seen, declared[0], not_, declared[1].prohibited)
    else:
        yield from (Fact(lead=may), Fact(lead=not_))


def _each(seen: _Seen, said: Admitted, lead: Words, texts: Iterable[str]) -> Iterator[Fact]:
    filled = [text for text in texts if text.strip()]
    yield from (fact(seen.evidence, said, brief(text), lead=lead) for text in filled)
    if not filled:
        yield Fact(lead=lead)


def _affected(seen: _Seen) -> Iterator[Fact]:
    declared = declared_use(seen.evidence)
    if declared is not None and (declared[1].affected or "").strip():
        yield fact(seen.evidence, declared[0], brief(declared[1].affected or ""))


def _human(seen: _Seen) -> Iterator[Fact]:
    declared = declared_use(seen.evidence)
    if declared is None:
        return
    said, use, _ = declared
    if use.oversight:
        yield fact(seen.evidence, said, OVERSIGHT.get(use.oversight) or brief(use.oversight))
    if use.fallback:
        yield fact(seen.evidence, said, brief(use.fallback), lead=words("Without it"))
    if use.break_glass:
        yield fact(seen.evidence, said, brief(use.break_glass), lead=words("In an emergency"))


def _tested(seen: _Seen) -> Iterator[Fact]:
    return tested(seen.evidence)


def _limits(seen: _Seen) -> Iterator[Fact]:
    grant, said = seen.permission.grant, seen.permission.said
    if grant is not None and said is not None:
        for text in grant.constraints:
            told = limit_words(text, BRIEF)
            yield fact(seen.evidence, said, told, lead=words("Limit of the permission"))
    yield from limits(seen.evidence)


def _problems(seen: _Seen) -> Iterator[Fact]:
    against = [one for one in contests(seen.evidence) if one.stands]
    for one in against:
        yield fact(
            seen.evidence, one.said, brief(one.claim.finding),
            lead=words("An assessor found"),
        )  # fmt: skip
    if seen.problems:
        yield computed(
            counted("%(count)d reported problem is open.", "%(count)d reported problems are open.",
                    len(seen.problems)),
            seen.evidence.at,
        )  # fmt: skip
    if not against and not seen.problems:
        yield computed(words("No open problem is recorded here."), seen.evidence.at)


def _review(seen: _Seen) -> Iterator[Fact]:
    ends, lead = _ends(seen), words("Next review by")
    if ends is not None:
        yield computed(words("%(on)s", on=ends), seen.evidence.at, lead=lead)
    else:
        yield Fact(lead=lead)
    complain = words("Complain to")
    yield _contact(seen.evidence, complain) or Fact(lead=complain)


def _contact(evidence: Evidence, lead: Words) -> Fact | None:
    """Return where the deployer can be written to, else the maintainer."""
    for said, claim in reversed(registrations(evidence)):
        if claim.contact and claim.organisation == evidence.deployer:
            return fact(evidence, said, brief(claim.contact), lead=lead)
    for said, component in reversed(stated(evidence, Component)):
        if component.contact:
            return fact(evidence, said, brief(component.contact), lead=lead)
    return None


_LINES: Final[tuple[tuple[Words, Callable[[_Seen], Iterator[Fact]]], ...]] = (
    (words("Verdict"), _verdict),
    (words("What it may be used for"), _purpose),
    (words("People affected"), _affected),
    (words("Human check required"), _human),
    (words("Tested by"), _tested),
    (words("Known limits"), _limits),
    (words("Open problems"), _problems),
    (words("Next review, and who to complain to"), _review),
)


# --- beside the lines ---------------------------------------------------------------------------


def _asked(seen: _Seen, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Say of blanks since when they were asked for; a line without a fact is a blank."""
    asked = asked_on(seen.evidence, "contact")
    return tuple(
        replace(one, asked_on=asked) if one.is_blank and _is_contact(one) else one
        for one in facts or (Fact(),)
    )


def _is_contact(one: Fact) -> bool:
    return one.lead is not None and one.lead.text == "Complain to"


def asked_on(evidence: Evidence, name: str) -> datetime | None:
    """Return since when a registration asks for a fact that it does not have, None for never."""
    found = [claim.asked_on for _, claim in registrations(evidence) if name in claim.asked]
    return next((one for one in reversed(found) if one is not None), None)


def _signed(evidence: Evidence, code: RiskCode | None) -> SignedBy | None:
    trust = evidence.directory.trust
    board = trust.board(code.board) if trust and code else None
    if board is None or code is None:
        return None
    said = next((one for one, claim in evidence.current(RiskCode) if claim == code), None)
    if said is None:
        return None
    # Two members who vote alike say the same statement: members are counted, not statements.
    votes = sum(it.statement in code.votes for it in ballots(evidence, board, scheme()))
    return SignedBy(
        board=code.board, votes=votes, members=len(board.keys), on=said.admitted_at,
        statement=said.statement_id,
    )  # fmt: skip


def _ends(seen: _Seen) -> datetime | None:
    """Return when the first thing ends that the permission or a finding relies on."""
    code = published_code(seen.evidence)
    ends = [parse_time(seen.conformity.expires)] if seen.conformity.expires else []
    if isinstance(code, Published):
        ends.append(code.code.valid_until)
    if seen.permission.grant is not None and seen.permission.state.allows:
        ends.append(seen.permission.grant.valid_until)
    return min(ends, default=None)
