"""What can go wrong, what is done about it, and who accepted what is left."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sunlit.claims.base import Claim, of_type


class Tier(StrEnum):
    """How much independent assessment a use needs."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@of_type("urn:sunlit:risk:use:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class Use(Claim):
    """What a deployer uses a component for.

    Subject: `named_digest("use", deployer + "#" + id)`. `area` is the number of the EU AI Act's
    Annex III area (1-8) or 9 for none; `prohibited_practice` the Article 5 letter, if any.
    `need` is what the deployer wants to know, `target` what the model predicts, `target_fits`
    why the second serves the first. `oversight` is `human-decides`, `human-reviews` or
    `none`; `fallback` what staff do when the component may not be used.
    """

    id: str
    deployer: str
    component: str
    description: str
    area: int
    owner: str | None = None
    further_areas: tuple[int, ...] = ()
    prohibited_practice: str | None = None
    need: str | None = None
    target: str | None = None
    target_fits: str | None = None
    oversight: str | None = None
    fallback: str | None = None
    break_glass: str | None = None
    jurisdictions: tuple[str, ...] = ()
    data_classes: tuple[str, ...] = ()
    permitted: tuple[str, ...] = ()
    prohibited: tuple[str, ...] = ()
    minimum_binding: str | None = None
    affected: str | None = None


@of_type("urn:sunlit:risk:vote:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(Claim):
    """One board member's vote on D1-D3 and the ceiling for D4. Subject: the release.

    `impact_raw` is the raw score of the Canadian Algorithmic Impact Assessment, `impact_max`
    its maximum; `autonomy_level` is Parasuraman, Sheridan and Wickens 1-10. `for_code` are the
    three digits and the ceiling as the scheme computes them; a dissent carries its reason and
    is published. Of a member's votes the one with the latest `voted_on` counts, in whatever
    order logs are read; a vote without one was cast when it entered its log.
    """

    board: str
    release: str
    use: str
    deployer: str
    scheme: str
    area: int
    impact_raw: int
    impact_max: int
    autonomy_level: int
    ceiling: int
    dissent: str | None = None
    voted_on: datetime | None = None
    valid_until: datetime


@of_type("urn:sunlit:risk:code:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCode(Claim):
    """The board's code, published when k of its n members agree. Subject: the release.

    `digits` are D1-D3 as voted; `ceiling` is the highest D4 that the board accepts. D4 itself
    is computed and dated whenever somebody asks. `scheme_digest` is the scheme file's.
    """

    board: str
    release: str
    use: str
    deployer: str
    scheme: str
    scheme_digest: str
    digits: str
    ceiling: int
    tier: Tier
    votes: tuple[str, ...]
    dissents: tuple[str, ...] = ()
    valid_until: datetime


@of_type("urn:sunlit:risk:mitigation:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation(Claim):
    """Evidence for one of the eight practices M1-M8. Subject: the release.

    `not_needed_ground` is a legal ground, signed; without it `evidence` names what was done.
    """

    practice: str
    use: str
    deployer: str
    evidence: str | None = None
    evidence_digest: str | None = None
    not_needed_ground: str | None = None
    valid_until: datetime
