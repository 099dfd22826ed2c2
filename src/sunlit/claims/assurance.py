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


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measured figure with the threshold it was held against.

    `better` is `higher` or `lower`; `group` names a part of the data, None for all of it.
    """

    name: str
    value: Decimal
    threshold: Decimal | None = None
    better: str | None = None
    group: str | None = None
    rows: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@of_type("https://in-toto.io/attestation/test-result/v0.1", family="assurance")
@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult(Claim):
    """in-toto test-result v0.1. Subject: the release that was tested.

    `sunlit_kind` says what was tested: `artefact-safety`, `performance`, `fairness`, ...
    `configuration` names what the test ran with: the test data by digest, settings.
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
