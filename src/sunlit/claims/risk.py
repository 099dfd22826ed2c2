"""What can go wrong, what is done about it, and who accepted what is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sunlit.claims.base import Claim, of_type
from sunlit.claims.provenance import Resource


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

    `not_needed_ground` is a legal ground, signed; without it `evidence` names what was done. A
    promise names neither: only its `owner` and when it is `due`.
    """

    practice: str
    use: str
    deployer: str
    evidence: str | None = None
    evidence_digest: str | None = None
    not_needed_ground: str | None = None
    valid_until: datetime
    owner: str | None = None
    due: datetime | None = None


@of_type("urn:sunlit:risk:assessment:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAssessment(Claim):
    """A deployer's answers to the questions of a use. Subject: the use.

    `answers` maps a question of the set named by `questions` (its digest) to the values chosen;
    `impact_raw` of `impact_max` is the score that follows. `row` is the row of the 12 x 8
    register (`UC01`-`UC12`) that the use belongs to, `facts` what decides which controls apply,
    for example `personal-data` = `yes`.
    """

    use: str
    deployer: str
    component: str | None = None
    questions: str
    answers: Mapping[str, object]
    impact_raw: int
    impact_max: int
    autonomy_level: int
    area: int
    row: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    assessed_on: datetime
    valid_until: datetime


@of_type("urn:sunlit:risk:acceptance:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Claim):
    """Somebody who may accepts a risk that is left, for a time. Subject: the release.

    It never turns a finding: it is shown beside it. `what` is a control or a practice.
    """

    use: str
    deployer: str
    what: str
    reason: str
    owner: str
    accepted_on: datetime
    valid_until: datetime


@of_type("urn:sunlit:risk:measure:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Claim):
    """What a deployer did for a duty that no tool can look at. Subject: the use.

    `topic` is the word that a control asks for, for example `dpa2018-s62-logging`; `evidence`
    names the document by digest.
    """

    use: str
    deployer: str
    topic: str
    text: str
    evidence: Resource | None = None
    owner: str | None = None
    decided_on: datetime
    valid_until: datetime


@of_type("urn:sunlit:risk:session:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSession(Claim):
    """A board opens a vote. Subject: the release. `closes_on` is when votes should be in.

    `documents` names what the members are given: statements by id, reports by digest.
    """

    board: str
    release: str
    use: str
    deployer: str
    scheme: str
    opened_on: datetime
    closes_on: datetime
    documents: tuple[Resource, ...] = ()
    note: str | None = None


@of_type("urn:sunlit:risk:recusal:v1", family="risk")
@dataclass(frozen=True, slots=True, kw_only=True)
class Recusal(Claim):
    """A board member stands aside, with a reason. Subject: the release."""

    board: str
    release: str
    use: str
    deployer: str
    reason: str
    recused_on: datetime
