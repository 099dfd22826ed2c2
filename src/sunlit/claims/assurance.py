"""Who independently tested it, and how well: test results, attestations, plans, withdrawals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sunlit.claims.base import Claim, of_type
from sunlit.claims.provenance import Resource


class Result(StrEnum):
    """The results of in-toto's test-result v0.1."""

    PASSED = "PASSED"
    WARNED = "WARNED"
    FAILED = "FAILED"


class Module(StrEnum):
    """The nine modules of the UK Cross-Government AI Testing and Assurance Framework."""

    DATA_VALIDATION = "data-validation"
    FUNCTIONALITY = "functionality"
    BIAS_AND_FAIRNESS = "bias-and-fairness"
    EXPLAINABILITY = "explainability"
    ROBUSTNESS_AND_ADVERSARIAL = "robustness-and-adversarial"
    PERFORMANCE = "performance"
    INTEGRATION = "integration"
    USER_ACCEPTANCE_AND_ETHICS = "user-acceptance-and-ethics"
    CONTINUOUS_MONITORING = "continuous-monitoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measured figure with the threshold it was held against.

    `better` is `higher` or `lower`; `group` names a part of the data, None for all of it. Of
    `rows` observations `count` were so; `low` and `high` bound the figure at 95 % by `method`;
    `detector` names what decided each observation.
    """

    name: str
    value: Decimal
    threshold: Decimal | None = None
    better: str | None = None
    group: str | None = None
    rows: int | None = None
    count: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    method: str | None = None
    detector: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """What decides whether an attack succeeded, and how often it errs on known answers.

    Of `positives` known successes it missed `missed`; of `negatives` known refusals and
    harmless answers it called `false_alarms` a success. `calibrated_on` names these answers by
    digest. Without calibration the counts are None: nobody knows how often it errs.
    """

    id: str
    version: str | None = None
    calibrated_on: Resource | None = None
    positives: int | None = None
    missed: int | None = None
    negatives: int | None = None
    false_alarms: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTested:
    """What was left out, and why."""

    what: str
    reason: str


@of_type("https://in-toto.io/attestation/test-result/v0.1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult(Claim):
    """in-toto test-result v0.1. Subject: the release that was tested.

    `sunlit_kind` says what was tested: `artefact-safety`, `performance`, `fairness`,
    `red-team`, `robustness`, `drift`, `security`; `sunlit_module` which of the nine modules that
    belongs to. `configuration` names what the test ran with: the test data by digest, settings.
    `sunlit_complete` is False where the run ended early: then it shows nothing but failures.
    `sunlit_binding` says how it is known which bytes answered: `files-verified`, `declared` or
    `endpoint-only`. `sunlit_sampling` holds temperature, seed and whatever else was asked for;
    `sunlit_network` is `blocked`, `loopback` or `open`; `sunlit_report` names the raw report.
    """

    __test__ = False  # pytest: this is no test class

    result: Result
    configuration: tuple[Resource, ...] = ()
    url: str | None = None
    passed_tests: tuple[str, ...] = ()
    warned_tests: tuple[str, ...] = ()
    failed_tests: tuple[str, ...] = ()
    sunlit_kind: str | None = None
    sunlit_tool: str | None = None
    sunlit_tool_version: str | None = None
    sunlit_metrics: tuple[Metric, ...] = ()
    sunlit_tested_on: datetime | None = None
    sunlit_valid_until: datetime | None = None
    sunlit_module: str | None = None
    sunlit_complete: bool | None = None
    sunlit_binding: str | None = None
    sunlit_detectors: tuple[Detector, ...] = ()
    sunlit_sampling: Mapping[str, object] = field(default_factory=dict)
    sunlit_not_tested: tuple[NotTested, ...] = ()
    sunlit_network: str | None = None
    sunlit_contract: str | None = None
    sunlit_report: Resource | None = None


@of_type("urn:sunlit:assurance:weight-binding:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class WeightBinding(Claim):
    """Somebody who could look says that an endpoint served exactly these files. Subject: release.

    An endpoint proves nothing about the weights behind it. `endpoint` is the digest of the
    endpoint's configuration or a name, never an address with a secret; `method` how it is known,
    for example that the assessor started the server from files whose digests they checked.
    """

    endpoint: str
    method: str
    bound_by: str
    bound_from: datetime
    valid_until: datetime


@of_type("urn:sunlit:assurance:counter-evidence:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class CounterEvidence(Claim):
    """What speaks against a statement. Subject: as that statement's; it is kept and shown.

    `assessor` is the organisation that brings it, accredited for `scope` or not.
    """

    statement: str
    assessor: str
    scope: str
    finding: str
    method: str | None = None
    report: Resource | None = None
    found_on: datetime


@of_type("urn:sunlit:assurance:reply:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Claim):
    """The right of reply: what who was assessed says beside a finding. Subject: the release.

    It never changes the finding. `control` is the control's id, `statements` what it answers.
    """

    organisation: str
    text: str
    control: str | None = None
    statements: tuple[str, ...] = ()
    replied_on: datetime


@of_type("urn:sunlit:assurance:effort:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Effort(Claim):
    """What one piece of assurance took: days from start to end, working days, money.

    Subject: the release. `activity` is a word such as `bias-audit`, `red-team`, `attestation` or
    `assessment`; `cost` is in `currency` (ISO 4217). A blank stays blank.
    """

    organisation: str
    activity: str
    started_on: datetime
    ended_on: datetime
    person_days: Decimal | None = None
    cost: Decimal | None = None
    currency: str | None = None
    contract: str | None = None


@of_type("urn:sunlit:assurance:attestation:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Claim):
    """An assessor's word over exact digests. Subject: the release (and whatever else was seen).

    `assessor` is the organisation, `scope` what was looked at (for example `performance`,
    `fairness`, `target-validity`), `use` the use it was assessed for, None for any.
    """

    assessor: str
    scope: tuple[str, ...]
    method: str
    result: Result
    assessed_on: datetime
    valid_until: datetime
    tool: str | None = None
    tool_version: str | None = None
    use: str | None = None
    contract: str | None = None
    no_conflict_declared: bool = False
    report: Resource | None = None
    limits: str | None = None


@of_type("urn:sunlit:assurance:change-plan:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan(Claim):
    """Changes an assessor agreed to in advance. Subject: the release it starts from.

    A release within the plan inherits the attestation once its signed retests pass.
    `permitted` are changes in words; `may_change` are file name patterns that may differ from
    the attested release; `retests` are test kinds; `limits` are metrics that the retests must
    meet.
    """

    assessor: str
    attestation: str
    permitted: tuple[str, ...]
    may_change: tuple[str, ...]
    retests: tuple[str, ...]
    limits: tuple[Metric, ...] = ()
    valid_until: datetime


@of_type("urn:sunlit:assurance:withdrawal:v1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal(Claim):
    """Somebody takes back a statement of their organisation. Subject: as that statement's."""

    statement: str
    reason: str
