"""spec/vectors/oms: what model-signing signed over the years, and bundles of every form."""

import json
from pathlib import Path
from typing import Any

import pytest

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.statement import oms_verify
from sunlit.statement.oms import Bundle, ModelStatement
from sunlit.statement.oms_keys import ModelKey

VECTORS = Path(__file__).resolve().parents[2] / "spec/vectors/oms"
SIGNED: dict[str, dict[str, Any]] = json.loads((VECTORS / "signed/cases.json").read_bytes())
BUNDLES: dict[str, dict[str, Any]] = json.loads((VECTORS / "bundles/cases.json").read_bytes())


def bundle_bytes(name: str) -> bytes:
    """Return the bundle of one case."""
    return (VECTORS / f"bundles/{name}.bundle.json").read_bytes()


def of_kind(kind: str) -> list[str]:
    """Return the names of the cases in one folder of bundles."""
    return [name for name in BUNDLES if name.startswith(f"{kind}/")]


def verify(path: str) -> ModelStatement:
    """Verify a signature of model-signing as its case says."""
    case = SIGNED[path]
    key = ModelKey.from_pem((VECTORS / case["key"]).read_bytes())
    bundle = Bundle.parse((VECTORS / path).read_bytes())
    return oms_verify.verify_folder(
        VECTORS / case["model"], bundle, key, may_ignore=case["may_ignore"]
    )


def test_no_vector_goes_unread() -> None:
    """Every file that is there has a case, and every case a file."""
    signatures = {str(one.relative_to(VECTORS)) for one in VECTORS.glob("signed/*/*.sig")}
    bundles = {
        str(one.relative_to(VECTORS / "bundles")).removesuffix(".bundle.json")
        for one in VECTORS.glob("bundles/*/*")
    }

    assert signatures == set(SIGNED)
    assert bundles == set(BUNDLES)


@pytest.mark.parametrize("path", [path for path, case in SIGNED.items() if not case["expect_code"]])
def test_what_model_signing_signed_over_the_years_is_verified(path: str) -> None:
    """Raw key bytes in place of a hint, null key ids, a file named ".", shards, three curves."""
    assert verify(path).resources


@pytest.mark.parametrize("path", [path for path, case in SIGNED.items() if case["expect_code"]])
def test_what_is_not_supported_is_said_so(path: str) -> None:
    """BLAKE3, and the way in which shards were named before 1.0."""
    with pytest.raises(SunlitError) as refused:
        verify(path)

    assert refused.value.code == SIGNED[path]["expect_code"]


@pytest.mark.parametrize("version", ["0.3.1", "1.0.1", "1.1.0", "1.1.1"])
def test_what_the_signer_ignored_the_verifier_must_allow(version: str) -> None:
    """The signer left a file out; without the caller's word it may not stand there."""
    path = f"signed/{version}/ignored-path.sig"
    key = ModelKey.from_pem((VECTORS / SIGNED[path]["key"]).read_bytes())
    bundle = Bundle.parse((VECTORS / path).read_bytes())

    with pytest.raises(SunlitError) as refused:
        oms_verify.verify_folder(VECTORS / "model", bundle, key)

    assert refused.value.code == "oms.files-differ"
    assert "notes.txt" in str(refused.value)


@pytest.mark.parametrize("name", of_kind("valid"))
def test_a_valid_bundle_is_read(name: str) -> None:
    """Bundle and statement are well formed, and the root digest is recomputed."""
    bundle = Bundle.parse(bundle_bytes(name))

    model = ModelStatement.parse(bundle.envelope.payload)

    assert name == f"valid/{bundle.method}"
    assert model.name == "model"


@pytest.mark.parametrize("name", of_kind("invalid"))
def test_an_invalid_bundle_is_refused(name: str) -> None:
    """The bundle itself is malformed."""
    with pytest.raises(MalformedError) as refused:
        Bundle.parse(bundle_bytes(name))

    assert refused.value.code == BUNDLES[name]["expect_code"]


@pytest.mark.parametrize("name", of_kind("invalid-payload"))
def test_an_invalid_payload_is_refused(name: str) -> None:
    """The bundle is well formed and honestly signed, and what it says is no model signature."""
    key = ModelKey.from_pem((VECTORS / "keys/p256.pub.pem").read_bytes())
    bundle = Bundle.parse(bundle_bytes(name))

    with pytest.raises(MalformedError) as refused:
        oms_verify.verify_bundle(bundle, key)

    assert refused.value.code == BUNDLES[name]["expect_code"]


@pytest.mark.parametrize("name", ["valid/certificate", "valid/sigstore"])
def test_certificates_and_keyless_signatures_are_not_verified(name: str) -> None:
    """What is not checked is never called good."""
    key = ModelKey.from_pem((VECTORS / "keys/p256.pub.pem").read_bytes())
    bundle = Bundle.parse(bundle_bytes(name))

    with pytest.raises(UnavailableError) as refused:
        oms_verify.verify_bundle(bundle, key)

    assert refused.value.code == "oms.unsupported-method"
