"""Whose data, how exposed, who reviewed it: scans, measurements, masks, reviews, syntheses.

Every claim here is about a dataset, by digest: a file's SHA-256, a folder's manifest digest, or
for a table of a database the digest of its rows (spec/data.md). No value of any person stands in
one: names of columns, kinds, counts and shares do. Shares and risks lie between 0 and 1.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sunlit.claims.base import Claim, of_type
from sunlit.claims.provenance import Resource


class Decision(StrEnum):
    """What a reviewer says of a dataset and a purpose."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One kind of personal data in one column (None: in text).

    `kind` is a recogniser's id, `category` one of `identifier`, `contact`, `financial`, `health`,
    `location`, `person`, `secret`, `special-category`, `criminal-offence`, `quasi-identifier`.
    `hits` of `rows` values (or documents) held it; `rate` with `low` and `high` is the share that
    is real after validation, with its 95 % interval. `by` says what it rests on: `values`,
    `name` (the column's name), or `both`.
    """

    column: str | None = None
    kind: str
    category: str
    by: str
    rows: int
    hits: int
    rate: Decimal
    low: Decimal
    high: Decimal
    confidence: Decimal


@of_type("urn:sunlit:privacy:scan:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Claim):
    """What personal data a dataset seems to hold. Subject: the dataset.

    `recognisers` is the digest of the recognisers that looked; `names_model` names what looked
    for names, None where nothing did. `rows` counts rows or documents. `found` holds the most
    telling finds; `not_listed` counts those that stand in the report only. `free_text` names
    columns that hold prose, which is sensitive by default. `sensitive` says whether a review is
    needed; `grounds` why. `residual` estimates the share of documents or values that hold an
    identifier that was not found, `residual_high` is its upper end. `unread` names files that
    could not be looked at.
    """

    tool: str
    recognisers: str
    names_model: str | None = None
    files: int
    rows: int
    columns: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    not_listed: int = 0
    free_text: tuple[str, ...] = ()
    sensitive: bool
    grounds: tuple[str, ...] = ()
    residual: Decimal | None = None
    residual_high: Decimal | None = None
    unread: tuple[str, ...] = ()
    report: Resource | None = None
    scanned_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure with its interval, and what it is held against.

    `attribute` is the column it is about, if one. `met` is None where no threshold applies or
    where the figure could not be had; `note` says why in the second case.
    """

    name: str
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    attribute: str | None = None
    threshold: Decimal | None = None
    source: str | None = None
    met: bool | None = None
    note: str | None = None


@of_type("urn:sunlit:privacy:reidentification:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reidentification(Claim):
    """How likely a person in a dataset is to be re-identified. Subject: the dataset.

    `chosen` is `searched` or `declared`; `left_out` are columns that the search found and a
    declaration leaves out. `risk` is the upper end of the figure by which `profile` judges, and
    `threshold` that profile's; both stand again among `figures`. A null is a value of its own.
    """

    tool: str
    profile: str
    rows: int
    classes: int
    quasi_identifiers: tuple[str, ...] = ()
    chosen: str
    left_out: tuple[str, ...] = ()
    sensitive_attributes: tuple[str, ...] = ()
    population: int | None = None
    figures: tuple[Figure, ...] = ()
    risk: Decimal
    threshold: Decimal
    seed: int | None = None
    report: Resource | None = None
    measured_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedColumn:
    """What was done to one column (None: to text): a method of the mask plan."""

    column: str | None = None
    method: str
    changed: int


@of_type("urn:sunlit:privacy:mask:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Mask(Claim):
    """A dataset was masked after a plan. Subject: what came out.

    `source` and `plan` are named by digest; `key_id` tells one pseudonym key from another and
    is no way to it. `survivors` counts what a second scan, with `recognisers`, still found of
    the kinds that the plan masks: a mask with survivors is never made.
    """

    tool: str
    source: Resource
    plan: Resource
    recognisers: str
    columns: tuple[MaskedColumn, ...] = ()
    rows_in: int
    rows_out: int
    survivors: int = 0
    key_id: str | None = None
    report: Resource | None = None
    masked_on: datetime


@of_type("urn:sunlit:privacy:minimisation:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Minimisation(Claim):
    """What a purpose needs of a dataset, and what was dropped. Subject: what came out.

    `used_by` says where the needed columns are known from: `model`, `pipeline`, `provenance` or
    `declared`; `kept` are columns that are kept though unused, each with its reason.
    """

    tool: str
    source: Resource
    purpose: str
    used: tuple[str, ...] = ()
    used_by: str
    model: Resource | None = None
    dropped: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    report: Resource | None = None
    minimised_on: datetime


@of_type("urn:sunlit:privacy:review-request:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest(Claim):
    """An independent review is asked for. Subject: the dataset.

    `went_on` says that training started all the same (`sunlit run --review-later`).
    """

    component: str | None = None
    purpose: str
    reasons: tuple[str, ...] = ()
    went_on: bool = False
    opened_on: datetime


@of_type("urn:sunlit:privacy:review:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Claim):
    """A reviewer of another organisation accepts a dataset for a purpose, or refuses it.

    Subject: the dataset. `statements` are the scan and the measurement that were reviewed, by
    id; `component` is the bare purl that may be trained, None for any of any maintainer's.
    """

    reviewer: str
    decision: Decision
    purpose: str
    component: str | None = None
    statements: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    reasons: str
    no_conflict_declared: bool = False
    reviewed_on: datetime
    valid_until: datetime


@of_type("urn:sunlit:privacy:synthesis:v1", family="privacy")
@dataclass(frozen=True, slots=True, kw_only=True)
class Synthesis(Claim):
    """A dataset was made up after another. Subject: what came out.

    `epsilon` and `delta` are the differential-privacy budget, None where the method gives none.
    """

    tool: str
    source: Resource
    method: str
    library: str
    epsilon: Decimal | None = None
    delta: Decimal | None = None
    seed: int | None = None
    rows: int
    utility: tuple[Figure, ...] = ()
    privacy: tuple[Figure, ...] = ()
    report: Resource | None = None
    synthesised_on: datetime
