"""Independent attestations: which count for the release, which do not, and why."""

from collections.abc import Iterable, Iterator

from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, ChangePlan, Result, Withdrawal
from sunlit.rubric.assessing import Attested, Discounted, counts, may_assess, may_warn
from sunlit.rubric.change_plan import changed, inherited, meets
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import about

__all__ = [
    "Attested", "Discounted", "attestations", "changed", "counts", "distinct", "may_assess",
    "may_warn", "meets", "weighed",
]  # fmt: skip


def attestations(evidence: Evidence) -> tuple[Attested, ...]:
    """Return the attestations that count for the release and the use, passed or not."""
    return tuple(one for one in weighed(evidence) if isinstance(one, Attested))


def weighed(evidence: Evidence) -> tuple[Attested | Discounted, ...]:
    """Return every attestation of the release, also one carried over, as it counts or does not."""
    return evidence.once("weighed", lambda: _weighed(evidence))


def _weighed(evidence: Evidence) -> tuple[Attested | Discounted, ...]:
    direct = [counts(evidence, said, claim) for said, claim in about(evidence, Attestation)]
    carried = [
        inherited(evidence, said, plan)
        for said, plan in evidence.current(ChangePlan)
        if not said.is_about(evidence.release)
    ]
    return (*direct, *_taken_back(evidence), *carried)


def _taken_back(evidence: Evidence) -> Iterator[Discounted]:
    """Yield the attestations of the release that nobody stands by any more."""
    left = {said.statement_id for said, _ in evidence.current(Attestation)}
    for said in evidence.statements:
        claim = said.claim
        gone = said.statement_id not in left and said.is_about(evidence.release)
        if gone and isinstance(claim, Attestation):
            yield Discounted(
                assessor=claim.assessor,
                statement_id=said.statement_id,
                reason=_why_taken_back(evidence, said),
            )


def _why_taken_back(evidence: Evidence, said: Admitted) -> str:
    for other in evidence.statements:
        claim = other.claim
        if isinstance(claim, Withdrawal) and claim.statement == said.statement_id:
            return text("It was withdrawn: %(why)s", why=plain(claim.reason))
    return "Its assessor replaced it."


def plain(text: str, limit: int = 200) -> str:
    """Return somebody's words for one line: printable, without line ends, not long."""
    flat = " ".join("".join(it if it.isprintable() else " " for it in text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}\N{HORIZONTAL ELLIPSIS}"


def distinct(evidence: Evidence, found: Iterable[Attested]) -> list[Attested]:
    """Return one passed attestation an organisation, the longest lasting first.

    Organisations that share one above them, or are one above the other, count once.
    """
    passed = [attested for attested in found if attested.result is Result.PASSED]
    chosen: list[Attested] = []
    counted: set[str] = set()  # with all above them; `parents` names the organisation too
    for attested in sorted(passed, key=lambda it: (it.expires, it.assessor), reverse=True):
        line = evidence.directory.parents(attested.assessor)
        if not line & counted:
            chosen.append(attested)
            counted |= line
    return chosen
