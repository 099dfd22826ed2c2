"""What can go wrong, and what is done about it? Pure rules."""

from collections.abc import Mapping
from typing import Final

from sunlit.base.wording import both, fixed, joined, text
from sunlit.claims.assurance import Result
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Tier, Use
from sunlit.rubric.applies import OVERSIGHT
from sunlit.rubric.attested import attestations
from sunlit.rubric.evaluate import DECLARE_USE, VOTE
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.mitigations import mitigation_gap
from sunlit.rubric.published import Published, published_code, tier_of
from sunlit.rubric.quorum import Quorum, not_quorate
from sunlit.rubric.standing import about, declared_use, uses, when

OPEN: Final = "sunlit board open {path} --use {use} --days 14 --home HOME"
NO_USE: Final = "The deployer has not signed this use."


def _is_said(text: str | None) -> bool:
    return bool(text and text.strip())


def use_declared(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the deployer's operator signed what the component is used for."""
    del parameters
    found = declared_use(evidence)
    if found is None:
        return Verdict.unknown(NO_USE, mend=DECLARE_USE)
    said, use, answer = found
    stated = {text("a description"): use.description, text("who is affected"): use.affected}
    if missing := [name for name, value in stated.items() if not _is_said(value)]:
        return Verdict.fails(
            text("It does not say %(what)s.", what=both(missing)), [said.statement_id]
        )
    if use.area not in range(1, 10):
        return Verdict.fails("The area is none of 1-9.", [said.statement_id])
    return Verdict.holds(
        text("%(who)s declares the use %(use)s.", who=use.deployer, use=use.id),
        [said.statement_id],
        expires=when(answer.expires),
    )


def use_not_prohibited(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the deployer signed that it is no prohibited practice; any word that it is fails.

    Even a draft, or somebody else's word on the same use, is enough to fail.
    """
    del parameters
    for said, use in uses(evidence):
        if use.prohibited_practice is not None:
            return Verdict.fails(
                "The use is a prohibited practice (Article 5 of the EU AI Act).",
                [said.statement_id],
                mend=f"Do not use it for this. Declare another use: {DECLARE_USE}",
            )
    found = declared_use(evidence)
    if found is None:
        return Verdict.unknown(NO_USE, mend=DECLARE_USE)
    said, use, answer = found
    return Verdict.holds(
        text("%(who)s declares no prohibited practice.", who=use.deployer),
        [said.statement_id],
        expires=when(answer.expires),
    )


def target_valid(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the model predicts what the use needs: argued, and above tier low attested."""
    del parameters
    found = declared_use(evidence)
    if found is None:
        return Verdict.unknown(NO_USE, mend=DECLARE_USE)
    said, use, answer = found
    if (reason := _target_problem(evidence, use)) is not None:
        return Verdict.fails(reason, [said.statement_id], mend=DECLARE_USE)
    judged = [it for it in attestations(evidence) if "target-validity" in it.scopes]
    for attested in judged:
        if attested.result is Result.FAILED:
            return Verdict.fails(
                text(
                    "%(who)s attests that the target does not serve the need.",
                    who=attested.assessor,
                ),
                attested.rests_on,
            )
    code = published_code(evidence)
    if not isinstance(code, Published):
        return Verdict.unknown(
            joined((text("Whether it takes an attestation hangs on the tier."), fixed(code))),
            [said.statement_id],
            mend=VOTE,
        )
    rests_on, ends = [said.statement_id, *code.rests_on], [answer.expires, code.code.valid_until]
    if code.code.tier is not Tier.LOW:
        passed = [attested for attested in judged if attested.result is Result.PASSED]
        if not passed:
            return Verdict.unknown(
                "No independent assessor accredited for target-validity attests that the target "
                "serves the need.",
                rests_on,
            )
        best = max(passed, key=lambda attested: (attested.expires, attested.assessor))
        rests_on, ends = [*rests_on, *best.rests_on], [*ends, best.expires]
    return Verdict.holds(
        "The use says why what the model predicts serves what it needs to know.",
        dict.fromkeys(rests_on),
        expires=when(*ends),
    )


def _target_problem(evidence: Evidence, use: Use) -> str | None:
    stated = {
        text("what it needs to know"): use.need,
        text("what the model predicts"): use.target,
        text("why the one serves the other"): use.target_fits,
    }
    if missing := [name for name, value in stated.items() if not _is_said(value)]:
        return text("The use does not say %(what)s.", what=joined(missing, ", "))
    for _, component in about(evidence, Component):
        if _is_said(component.target) and _plain(component.target) != _plain(use.target):
            return "The use and the component name different targets of the model."
    return None


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split()).rstrip(".")


def risk_code_published(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the board's votes carry a published, unexpired code; recounted here.

    How the board has to go about it are parameters: `min-votes`, `needs-session`,
    `min-days-open` (see `rubric.quorum`).
    """
    found = published_code(evidence)
    if not isinstance(found, Published):
        return Verdict.unknown(found)
    if (lacking := not_quorate(evidence, found, Quorum.read(parameters))) is not None:
        return Verdict.unknown(lacking, found.rests_on, mend=OPEN)
    return Verdict.holds(
        text(
            "%(board)s gives the code %(code)s, tier %(tier)s, and accepts a gap up to "
            "%(ceiling)s.",
            board=found.code.board,
            code=str(found.code.digits),
            tier=fixed(found.code.tier),
            ceiling=str(found.code.ceiling),
        ),
        found.rests_on,
        expires=when(found.code.valid_until),
    )


def gap_within_ceiling(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when D4, computed from all other findings now, is at most the board's ceiling."""
    del parameters
    code = published_code(evidence)
    if not isinstance(code, Published):
        return Verdict.unknown(joined((text("There is no ceiling yet."), fixed(code))),
                               mend=VOTE)  # fmt: skip
    gap = mitigation_gap(evidence)
    if gap.digit == 0:  # it reads as the lowest digit, and is none
        return Verdict.unknown("Nobody has answered any of the eight practices.", code.rests_on)
    if gap.digit > code.code.ceiling:
        lacking = ", ".join(gap.lacking)
        return Verdict.fails(
            text(
                "The gap is %(gap)s, above the ceiling %(ceiling)s: %(practices)s lack valid "
                "evidence.",
                gap=str(gap.digit),
                ceiling=str(code.code.ceiling),
                practices=lacking,
            ),
            dict.fromkeys([*code.rests_on, *gap.rests_on]),
            mend=f"sunlit use mitigate {{path}} --use {{use}} --deployer {{deployer}} "
            f"--practice {gap.lacking[0]} --evidence TEXT --home HOME",
        )
    return Verdict.holds(
        text(
            "The gap is %(gap)s, the ceiling %(ceiling)s.",
            gap=str(gap.digit),
            ceiling=str(code.code.ceiling),
        ),
        dict.fromkeys([*code.rests_on, *gap.rests_on]),
        expires=min(filter(None, [when(code.code.valid_until), gap.expires])),
    )


def oversight_stated(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the use states human oversight and a manual fallback."""
    del parameters
    found = declared_use(evidence)
    if found is None:
        return Verdict.unknown(NO_USE, mend=DECLARE_USE)
    said, use, answer = found
    stated = {text("who oversees it"): use.oversight,
              text("what staff do without it"): use.fallback}  # fmt: skip
    if missing := [name for name, value in stated.items() if not _is_said(value)]:
        why = text("The use does not say %(what)s.", what=both(missing))
        return Verdict.fails(why, [said.statement_id])
    ends = [answer.expires]
    rests_on = [said.statement_id]
    if use.oversight not in OVERSIGHT:
        known = ", ".join(sorted(OVERSIGHT))
        return Verdict.fails(
            text("The oversight is none of %(known)s.", known=known), rests_on, mend=DECLARE_USE
        )
    if use.oversight == "none":
        code = published_code(evidence)
        tier = tier_of(evidence)
        if tier is not Tier.LOW or not isinstance(code, Published):
            return Verdict.fails(
                "Nobody oversees it, and that is accepted for tier low only.", rests_on
            )
        rests_on, ends = [*rests_on, *code.rests_on], [*ends, code.code.valid_until]
    return Verdict.holds(
        text(
            "Oversight: %(oversight)s. Staff can work without it.",
            oversight=fixed(use.oversight.replace("-", " ")),
        ),
        rests_on,
        expires=when(*ends),
    )
