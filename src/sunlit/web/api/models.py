"""What the API answers with. Names are in camelCase on the wire; a blank is null or empty."""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Model(BaseModel):
    """A document of the API."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, from_attributes=True, frozen=True
    )


class Problem(BaseModel):
    """A problem document (RFC 9457). `code` is in docs/reference/errors.md."""

    type: str
    title: str
    status: int
    code: str | None = None
    what: str | None = None
    expected: str | None = None
    got: str | None = None
    mend: str | None = None


class Page(Model, Generic[T]):
    """Some of many: the next ones are at `next`, which is null on the last page."""

    items: list[T]
    total: int | None = Field(default=None, description="How many there are in all, if counted.")
    next: str | None = Field(default=None, description="Give it as `after` for the next page.")


class FacetCount(Model):
    """How many things have a value of a facet."""

    value: str
    count: int


class Component(Model):
    """One thing in the catalogue: a component, or a record of another register (`source`)."""

    key: str
    component: str
    name: str
    version: str | None
    summary: str | None
    kind: str | None
    owner: str | None
    source: str
    register_: str | None = Field(alias="register", validation_alias="register")
    used_by: list[str]
    areas: list[int]
    status: str
    kind_of_token: str | None
    valid_until: str | None
    tier: str | None
    code: str | None
    next_review: str | None
    due: str
    open_problems: int
    blanks: int
    updated: str
    permitted: list[str]
    prohibited: list[str]


class Components(Page[Component]):
    """A page of the catalogue, with counts by facet."""

    facets: dict[str, list[FacetCount]]


class Position(Model):
    """How much of a log was looked at."""

    origin: str
    size: int


class UseOf(Model):
    """One use of a component by one deployer."""

    id: str
    deployer: str
    description: str
    area: int


class ComponentDetail(Model):
    """A component: what it is, who keeps it, what it is used for, from which logs."""

    key: str
    purl: str
    name: str
    kind: str | None
    version: str | None
    release: str = Field(description="Hex SHA-256 of the newest release; empty where none.")
    maintainers: list[str]
    uses: list[UseOf]
    logs: list[Position]
    at: str


class Labels(Model):
    """The safety label of each use: its lines, who said each fact, when, on what evidence."""

    component: str
    name: str
    at: str
    labels: list[dict[str, Any]]


class Releases(Model):
    """Every release, the newest first."""

    component: str
    releases: list[dict[str, Any]]


class Finding(Model):
    """The answer to one control: HOLDS, FAILS or UNKNOWN, and what it rests on."""

    control: str
    title: str
    outcome: str
    reason: str
    rests_on: list[str]
    expires: str | None
    mend: str | None


class Findings(Model):
    """All answers for one use; with the rubric, the engine and the logs anybody gets the same."""

    component: str
    release: str
    use: str | None
    deployer: str | None
    outcome: str
    rubric: str
    engine: str
    at: str
    digest: str
    logs: list[Position]
    findings: list[Finding]


class Loss(Model):
    """A fact that a format does not take as it is, and why."""

    fact: str
    how: str
    reason: str


class ExportInfo(Model):
    """A format, what it loses of this component, and what it asks that nobody said."""

    format: str
    file: str
    losses: list[Loss]
    lacks: list[str]


class Organisation(Model):
    """An organisation that a log of the node knows."""

    id: str
    name: str
    register_: str | None = Field(alias="register", validation_alias="register")
    register_id: str | None
    jurisdiction: str | None
    parents: list[str]
    is_root: bool
    logs: list[str]


class Organisations(Model):
    """Every organisation, by name."""

    items: list[Organisation]


class RegisterOf(Model):
    """How many records of a register the node holds."""

    register_: str = Field(alias="register", validation_alias="register")
    records: int


class Registers(Model):
    """The registers whose records were taken over."""

    items: list[RegisterOf]


class Record(Model):
    """One record of another register, as it was found. Nobody signed what it says."""

    register_: str = Field(alias="register", validation_alias="register")
    record: str
    title: str
    publisher: str
    source: str
    source_digest: str
    licence: str
    retrieved_on: str
    published_on: str | None
    fields: dict[str, str]
    blanks: list[str]
    cut: list[str]
    statement: str
    log: str
    index: int


class Log(Model):
    """A transparency log of the node; its C2SP files are under `path`."""

    key: str
    origin: str
    organisation: str
    vkey: str
    size: int
    root: str
    path: str


class Logs(Model):
    """The node's logs."""

    items: list[Log]


class Entry(Model):
    """Where a statement stands: its log, its place, when it was admitted, of what kind it is."""

    log: str
    index: int
    statement: str
    admitted: str
    predicate_type: str
    organisation: str


class Entries(Page[Entry]):
    """A page of a log's entries, in the log's order."""


class Statement(Model):
    """A statement: every place where it is logged, and the envelope, to be checked by anybody."""

    statement: str
    places: list[Entry]
    envelope: dict[str, Any]
    predicate: dict[str, Any]
    subjects: list[dict[str, Any]]


class Receipt(Model):
    """A statement was admitted: where, with the entry and the C2SP tlog-proof, both in base64."""

    submission: str
    state: str
    statement: str
    log: str
    index: int
    entry: str
    proof: str


class Submission(Model):
    """What has become of a submission: `waiting`, or `admitted` with its receipt."""

    submission: str
    state: str
    receipt: Receipt | None = None
    receipts: list[Receipt] = Field(
        default=[], description="Of those that entered right before it, where several did."
    )
    refusal: dict[str, str] | None = Field(
        default=None, description="Why it was refused: code, what, expected, got, mend, family."
    )
