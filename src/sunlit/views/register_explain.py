"""A risk code explained: each digit, where it comes from, what lowers D4, what lapses next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sunlit.base.times import format_time
from sunlit.base.wording import fixed, text
from sunlit.claims.risk import Vote
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.mitigations import Gap, Practice, State, mitigation_gap
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.risk_code import Scheme, autonomy_levels, scheme

NEXT: Final = 5  # lapses that are listed
MITIGATE: Final = (
    "sunlit use mitigate {path} --use {use} --practice {name} --evidence TEXT --home HOME"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """One digit: its value, what that says, what it follows from."""

    name: str
    value: str
    says: str
    because: str
    statements: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the digit for `--json`."""
        return {
            "digit": self.name,
            "value": self.value,
            "says": self.says,
            "because": self.because,
            "statements": list(self.statements),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A whole explanation. `lower` maps a practice that is a gap to what would close it."""

    code: str
    at: str
    digits: tuple[Digit, ...]
    tier: str | None
    tier_why: tuple[str, ...]
    ceiling: int | None
    practices: tuple[Practice, ...]
    lower: Mapping[str, tuple[str, ...]]
    lapses: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, object]:
        """Return the explanation for `--json`."""
        return {
            "code": self.code,
            "at": self.at,
            "scheme": scheme().id,
            "digits": [digit.to_json() for digit in self.digits],
            "tier": self.tier,
            "tierWhy": list(self.tier_why),
            "ceiling": self.ceiling,
            "practices": [_practice(item) for item in self.practices],
            "wouldLowerD4": {name: list(ways) for name, ways in self.lower.items()},
            "lapsesNext": [{"at": at, "what": what} for at, what in self.lapses],
        }


def _practice(item: Practice) -> dict[str, object]:
    return {
        "practice": item.name,
        "state": str(item.state),
        "why": item.why,
        "statements": list(item.behind),
        "expires": item.expires,
        "owner": item.owner,
        "due": format_time(item.due) if item.due else None,
    }


def explained(evidence: Evidence, conformity: Conformity, path: str = ".") -> Explained:
    """Explain the code of a release under a use as of the evidence's time. Pure."""
    seen = replace(evidence, findings=conformity.findings)
    known, code, gap = scheme(), published_code(seen), mitigation_gap(seen)
    published = code.code if isinstance(code, Published) else None
    digits = published.digits if published else "000"
    return Explained(
        code=f"{digits}{gap.digit}", at=format_time(evidence.at),
        digits=(*_voted(seen, known, code), _gap_digit(gap)),
        tier=str(published.tier) if published else None,
        tier_why=tuple(_tier_why(known, digits)), ceiling=published.ceiling if published else None,
        practices=gap.practices, lower=dict(_lower(conformity, gap, seen, path)),
        lapses=tuple(sorted(_lapses(conformity, gap, code))[:NEXT]),
    )  # fmt: skip


def _voted(evidence: Evidence, known: Scheme, code: Published | str) -> Iterator[Digit]:
    if isinstance(code, str):
        for name, says in (
            ("D1", text("area: not assessed")), ("D2", text("impact: not assessed")),
            ("D3", text("autonomy: not assessed")),
        ):  # fmt: skip
            yield Digit(name=name, value="0", says=says, because=code)
        return
    carried = set(code.code.votes)
    vote = next(it for said, it in evidence.current(Vote) if said.statement_id in carried)
    digits, votes = code.code.digits, code.code.votes
    because = (
        text("%(count)s votes that agree", count=len(votes))
        if len(votes) > 1
        else text("a vote that members share")
    )
    yield Digit(name="D1", value=digits[0], says=_area(known, digits[0]), because=because,
                statements=votes)  # fmt: skip
    assessed = assessment(evidence)
    of_both = because if assessed is None else text(
        "%(votes)s; the deployer assessed %(score)s", votes=because,
        score=str(assessed.claim.impact_raw),
    )  # fmt: skip
    also = (assessed.said.statement_id,) if assessed else ()
    yield Digit(name="D2", value=digits[1], because=of_both, statements=(*votes, *also),
                says=text("impact raw score %(raw)s of %(most)s", raw=str(vote.impact_raw),
                          most=str(vote.impact_max)))  # fmt: skip
    yield Digit(
        name="D3", value=digits[2],
        says=text("autonomy level %(level)s: %(meaning)s", level=str(vote.autonomy_level),
                  meaning=fixed(autonomy_levels()[vote.autonomy_level])),
        because=because, statements=votes,
    )  # fmt: skip


def _area(known: Scheme, digit: str) -> str:
    areas = known.document.get("areas")
    area = areas.get(digit) if isinstance(areas, Mapping) else None
    if not isinstance(area, Mapping):
        return text("area not assessed")
    return text("area %(title)s", title=fixed(str(area["title"])))


def _gap_digit(gap: Gap) -> Digit:
    open_ = len(gap.lacking)
    says = text("mitigation gap: not assessed") if gap.digit == 0 else text(
        "mitigation gap: %(open)s of %(all)s practices open", open=str(open_),
        all=str(len(gap.practices)),
    )  # fmt: skip
    return Digit(
        name="D4", value=str(gap.digit), says=says,
        because=text("computed from findings and statements, never voted"), statements=gap.rests_on,
    )  # fmt: skip


def _tier_why(known: Scheme, digits: str) -> Iterator[str]:
    """Give the reason of each row of the tier table that matches and gives the highest tier."""
    tier, tiers = known.tier(digits), known.document.get("tiers")
    rows = tiers.get("rows") if isinstance(tiers, Mapping) else None
    if tier is None or not isinstance(rows, list):
        return
    area, impact, autonomy = (int(digit) for digit in digits)
    for row, written in zip(known.rows, rows, strict=True):
        if row.tier is tier and row.matches(area, impact, autonomy):
            yield str(written.get("why"))


def _lower(
    conformity: Conformity, gap: Gap, evidence: Evidence, path: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    own = MITIGATE.replace("{path}", path).replace("{use}", evidence.use or "USE")
    for item in gap.practices:
        if item.evidenced:
            continue
        asking = [it for it in conformity.findings if item.name in it.practices]
        ways = [f"{it.control}: {it.mend}" for it in asking if it.mend]
        yield item.name, tuple(ways) or (own.replace("{name}", item.name),)


def _lapses(conformity: Conformity, gap: Gap, code: Published | str) -> Iterator[tuple[str, str]]:
    for item in gap.practices:
        if item.expires is not None and item.state in {State.IN_PLACE, State.NOT_NEEDED}:
            yield item.expires, f"the evidence of {item.name}"
        if item.due is not None:
            yield format_time(item.due), f"the promise of {item.name} by {item.owner}"
    if isinstance(code, Published):
        yield format_time(code.code.valid_until), "the risk code"
    for finding in conformity.findings:
        if finding.expires is not None and not finding.practices:
            yield finding.expires, f"{finding.control}: {finding.title}"
