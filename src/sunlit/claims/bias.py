"""How a component treats groups of people: the counts cube and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sunlit.claims.assurance import Metric, NotTested
from sunlit.claims.base import Claim, of_type
from sunlit.claims.provenance import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a counts cube. `group` maps each of some attributes to a value.

    `tp`, `fp`, `fn`, `tn` count people by prediction and outcome; without outcomes `selected` of
    `rows` are counted and the four are None. A suppressed cell holds no count at all.
    """

    group: Mapping[str, object] = field(default_factory=dict)
    rows: int | None = None
    selected: int | None = None
    tp: int | None = None
    fp: int | None = None
    fn: int | None = None
    tn: int | None = None
    suppressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A column by which people were told apart, and the characteristic that it stands for.

    `characteristic` is a word of the Equality Act 2010 (`age`, `disability`, `race`, `sex`, ...)
    or another. `unknown` counts rows without a value, None where they are too few to be shown or
    none. `reference` is the group that ratios and
    differences are taken against, `reference_rule` why that one: `most-selected`, `largest` or
    `named`. `excluded` lists groups outside the ratios, each with its reason.
    """

    name: str
    characteristic: str
    unknown: int | None = None
    reference: str | None = None
    reference_rule: str | None = None
    excluded: tuple[NotTested, ...] = ()


@of_type("urn:sunlit:assurance:bias-audit:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class BiasAudit(Claim):
    """How a component treats groups of people: the public counts cube, and what follows from it.

    Subject: the release (and its model files). `data` names the audited rows by digest.
    `favourable` says which prediction is good for a person, `outcome` what is known to have
    been right (None: no outcomes were at hand), `threshold` where a score was cut. `cube` holds
    the public cells: marginals and intersections with at least `floor` people, others
    suppressed; `commitment` is the salted commitment to the full cube, which is guarded.
    `rows` people are in it: those of groups too small to be shown are in no public figure
    (`excluded` names the groups). With `adverse`, who is selected is treated badly by it.
    Intersections named in `left_to_report` stand with their cells in the report only.
    `figures` are rates, ratios and differences that the public cells support, `intervals` how
    they are bounded. `not_analysed` lists characteristics without data, each with its reason.
    """

    data: Resource
    rows: int
    favourable: str
    attributes: tuple[Attribute, ...]
    cube: tuple[Cell, ...]
    commitment: str
    floor: int
    figures: tuple[Metric, ...] = ()
    outcome: str | None = None
    threshold: str | None = None
    adverse: bool = False
    left_to_report: tuple[str, ...] = ()
    intervals: Mapping[str, object] = field(default_factory=dict)
    not_analysed: tuple[NotTested, ...] = ()
    binding: str | None = None
    tool: str
    tool_version: str
    data_kind: str | None = None
    audited_on: datetime
    valid_until: datetime | None = None
    contract: str | None = None
    report: Resource | None = None
