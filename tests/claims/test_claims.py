"""Claims are read strictly, written back faithfully, and keep what they do not know."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.claims import Claim, Opaque, claim_types, read_claim
from sunlit.claims.assurance import Attestation, Metric, Result, TestResult
from sunlit.claims.authority import Key, Role
from sunlit.claims.codec import json_name
from sunlit.claims.lifecycle import Status, status_after
from sunlit.claims.names import named_digest
from sunlit.claims.provenance import Provenance
from sunlit.claims.risk import Use

AT = datetime(2026, 11, 22, tzinfo=UTC)
ATTESTATION: Mapping[str, object] = {
    "assessor": "lab.example",
    "scope": ["performance"],
    "method": "held-out data",
    "result": "PASSED",
    "assessedOn": "2026-11-22T00:00:00Z",
    "validUntil": "2027-11-22T00:00:00Z",
}
PROVENANCE: Mapping[str, object] = {
    "buildDefinition": {
        "buildType": "urn:x",
        "externalParameters": {"a": 1},
        "resolvedDependencies": [{"uri": "file:x", "digest": {"sha256": "00"}, "mystery": 1}],
        "laterField": True,
    },
    "runDetails": {
        "builder": {"id": "urn:b"},
        "metadata": {"startedOn": "2026-11-22T00:00:00Z"},
    },
}


def test_every_type_is_registered_once_with_a_family() -> None:
    """Each class knows its predicate type and family; ours are versioned URNs."""
    types = claim_types()

    assert len(types) == len(set(types.values()))
    assert all(kind.FAMILY for kind in types.values())
    assert all(uri.startswith(("urn:sunlit:", "https://")) for uri in types)


def test_an_unknown_type_is_opaque_and_kept_whole() -> None:
    """A predicate of another type is kept as it stands, never interpreted."""
    claim = read_claim("urn:other:v9", {"a": [1, {"b": None}]})

    assert isinstance(claim, Opaque)
    assert claim.predicate_type == "urn:other:v9"
    assert claim.to_predicate() == {"a": [1, {"b": None}]}


def test_unknown_fields_survive_reading_and_writing() -> None:
    """A reader older than the writer loses nothing."""
    predicate = {**ATTESTATION, "futureField": {"x": 1}, "supersedes": "ab"}

    claim = read_claim(Attestation.TYPE, predicate)

    assert claim.supersedes == "ab"
    assert claim.extra == {"futureField": {"x": 1}}
    assert claim.to_predicate() == {**predicate, "noConflictDeclared": False}


def test_foreign_predicates_keep_unknown_fields_at_every_depth() -> None:
    """SLSA provenance comes back as it was, nested unknown fields included."""
    written = read_claim(Provenance.TYPE, PROVENANCE).to_predicate()

    definition = written["buildDefinition"]
    assert isinstance(definition, dict)
    assert definition["laterField"] is True
    assert definition["resolvedDependencies"][0]["mystery"] == 1


@given(
    st.text(max_size=8),
    st.decimals(allow_nan=False, allow_infinity=False, places=6),
    st.integers(0, 10**6) | st.none(),
)
def test_a_test_result_survives_writing_and_reading(
    name: str, value: Decimal, rows: int | None
) -> None:
    """Writing and reading are inverse, figures exact."""
    claim = TestResult(
        result=Result.PASSED,
        sunlit_kind="performance",
        sunlit_metrics=(Metric(name=name, value=value, rows=rows),),
        sunlit_tested_on=AT,
    )

    assert TestResult.from_predicate(claim.to_predicate()) == claim


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"assessor": None}, "assessor"),
        ({"assessor": 5}, "assessor"),
        ({"scope": "performance"}, "scope"),
        ({"scope": [1]}, "scope[0]"),
        ({"result": "MAYBE"}, "result"),
        ({"result": ["PASSED"]}, "result"),
        ({"noConflictDeclared": "yes"}, "noConflictDeclared"),
        ({"report": []}, "report"),
    ],
)
def test_a_field_of_the_wrong_kind_is_named(change: Mapping[str, object], field: str) -> None:
    """The error names the field and never repeats its value."""
    with pytest.raises(MalformedError) as caught:
        read_claim(Attestation.TYPE, {**ATTESTATION, **change})

    assert caught.value.code == "claim.malformed"
    assert f"the field {field} " in str(caught.value)


def test_a_missing_field_is_named() -> None:
    """A required field that is not there is an error, not a blank."""
    with pytest.raises(MalformedError, match="the field method is malformed"):
        read_claim(Attestation.TYPE, {k: v for k, v in ATTESTATION.items() if k != "method"})


@pytest.mark.parametrize("value", ["x", None, True, "NaN", [], "1e999999999999999999999"])
def test_a_figure_must_be_a_finite_decimal(value: object) -> None:
    """Neither words nor infinities pass for measurements."""
    with pytest.raises(MalformedError):
        read_claim(
            TestResult.TYPE,
            {"result": "PASSED", "sunlit_metrics": [{"name": "a", "value": value}]},
        )


def test_a_number_in_a_foreign_document_is_read_exactly_as_written() -> None:
    """JSON numbers of others become decimals; ours are written as texts."""
    claim = read_claim(
        TestResult.TYPE, {"result": "PASSED", "sunlit_metrics": [{"name": "a", "value": 0.1}]}
    )

    assert isinstance(claim, TestResult)
    assert claim.sunlit_metrics[0].value == Decimal("0.1")
    assert claim.to_predicate()["sunlit_metrics"] == [{"name": "a", "value": "0.1"}]


def test_names_are_written_in_camel_case() -> None:
    """snake_case here, camelCase there, the vendor prefix kept."""
    assert json_name("admitted_at") == "admittedAt"
    assert json_name("sunlit_tool_version") == "sunlit_toolVersion"


def test_enums_and_mappings_are_read() -> None:
    """Roles are closed words; a key's JSON is kept as it stands."""
    claim = read_claim(Key.TYPE, {"organisation": "o", "key": {"kind": "x"}, "roles": ["board"]})

    assert isinstance(claim, Key)
    assert claim.roles == (Role.BOARD,)
    assert claim.key == {"kind": "x"}


def test_null_means_not_given() -> None:
    """An optional field may be null."""
    use = read_claim(
        Use.TYPE,
        {"id": "u", "deployer": "d", "component": "c", "description": "x", "area": 5, "need": None},
    )

    assert isinstance(use, Use)
    assert use.need is None


def test_names_of_different_kinds_have_different_digests() -> None:
    """A use cannot pass for an organisation of the same name."""
    assert named_digest("use", "a") != named_digest("organisation", "a")


def test_claims_are_frozen() -> None:
    """Nobody changes what was said."""
    claim: Claim = read_claim(Attestation.TYPE, ATTESTATION)

    with pytest.raises(AttributeError):
        claim.corrects = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("", Status.VALID),
        ("suspended", Status.SUSPENDED),
        ("suspended valid", Status.VALID),
        ("invalid valid", Status.INVALID),
        ("invalid suspended", Status.INVALID),
    ],
)
def test_the_last_status_counts_and_revoked_is_final(said: str, status: Status) -> None:
    """The status list, the catalogue, a component's page and the figures ask the same function."""
    assert status_after(map(Status, said.split())) is status
