"""Write spec/vectors/oms. Run by hand; tests read the result.

    PYTHONPATH=src python tests/statement/make_oms_vectors.py VERSION=PYTHON [VERSION=PYTHON ...]

Each PYTHON has that version of model-signing (see spec/vectors/oms/README.md for how). The last one
named also signs with a certificate. Keys are made anew and thrown away, so every run writes
everything again.
"""

# ruff: noqa: E501 - what a case is stands on its line

import base64
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sunlit.base.canonical import encode
from sunlit.base.times import parse_time
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, Signature, pae

HERE = Path(__file__).resolve().parents[2] / "spec/vectors/oms"

Case = tuple[str, dict[str, Any] | bytes, str | None]  # what, the bundle, code of the refusal

# "sub.z" sorts before "sub/a" by code points and after it by parts of paths.
MODEL = {
    "config.json": b'{"kind":"linear"}\n',
    "notes.txt": b"A note that nobody needs to sign.\n",
    "sub/a": b"abc" * 100,
    "sub.z": b"z",
    "weights.bin": bytes(range(250)) * 10,
}
CURVES: dict[str, ec.EllipticCurve] = {
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
}
# Every Config starts as one for keyless signatures, for which the versions before 1.1.0 ask the
# network, whatever method follows. Nothing else is changed.
OFFLINE = """from model_signing import hashing, signing
signing.Config.use_sigstore_signer = lambda self, **_: self
"""
COMMAND = OFFLINE + "from model_signing._cli import main; main()"  # python -m model_signing
SIGN_KEY = "sign key --private_key {key}.pem --signature model.sig"
SIGN_CERTIFICATE = (
    "sign certificate --private_key p256.pem --signing_certificate leaf.pem"
    " --certificate_chain root.pem --signature model.sig model"
)
BY_COMMAND: dict[str, tuple[str, str, list[str]]] = {
    "folder-p256": ("p256", "model", []),
    "folder-p384": ("p384", "model", []),
    "folder-p521": ("p521", "model", []),
    "single-file": ("p256", "model/weights.bin", []),
    "ignored-path": ("p384", "--ignore-paths model/notes.txt model", ["notes.txt"]),
}
BY_LIBRARY = {
    "shards": "use_shard_serialization(shard_size=1000)",
    "blake2b": 'use_file_serialization(hashing_algorithm="blake2")',
    "blake2b-shards": 'use_shard_serialization(hashing_algorithm="blake2", shard_size=1000)',
    "blake3": 'use_file_serialization(hashing_algorithm="blake3")',
}
REFUSED = {
    "1.1.0/blake3": "oms.unsupported-hash",
    "1.1.1/blake3": "oms.unsupported-hash",
    # Before 1.0 `hash_type` was "sha256-sharded-1000"; the specification knows only "sha256".
    "0.3.1/shards": "oms.malformed-statement",
    "0.3.1/blake2b-shards": "oms.malformed-statement",
}
LIBRARY_CALL = """config = signing.Config().use_elliptic_key_signer(private_key="p256.pem")
config.set_hashing_config(hashing.Config().{how}).sign("model", "model.sig")
"""
NOT_BEFORE, NOT_AFTER = (parse_time(f"20{year}-01-01T00:00:00Z") for year in (26, 36))


def run(python: str, work: Path, arguments: list[str]) -> bytes | None:
    """Run model-signing in `work`; return the signature that it writes, or None if it cannot."""
    done = subprocess.run([python, "-c", *arguments], cwd=work, check=False, capture_output=True)
    signature = work / "model.sig"
    if done.returncode or not signature.exists():
        sys.stderr.write(f"left out: {arguments[-1]}: {done.stderr.decode().strip()[-200:]}\n")
        return None
    data = signature.read_bytes()
    signature.unlink()
    return data


def signed_by(version: str, python: str, work: Path) -> dict[str, dict[str, object]]:
    """Sign in every way that this version offers; return what cases.json says of each."""
    made: dict[str, dict[str, object]] = {}
    ways: dict[str, tuple[str, str, list[str], list[str]]] = {}
    for name, (key, rest, may_ignore) in BY_COMMAND.items():
        command = f"{SIGN_KEY.format(key=key)} {rest}"
        arguments = [COMMAND, *command.split()]
        ways[name] = (key, f"python -m model_signing {command}", arguments, may_ignore)
    for name, how in BY_LIBRARY.items():
        arguments = [OFFLINE + LIBRARY_CALL.format(how=how)]
        ways[name] = ("p256", f"hashing.Config().{how}", arguments, [])
    for name, (key, said, arguments, may_ignore) in ways.items():
        data = run(python, work, arguments)
        if data is None:
            continue
        path = f"signed/{version}/{name}.sig"
        write(path, data)
        made[path] = {
            "writer": f"model-signing {version}",
            "how": said,
            "key": f"keys/{key}.pub.pem",
            "model": "model/weights.bin" if name == "single-file" else "model",
            "may_ignore": may_ignore,
            "expect_code": REFUSED.get(f"{version}/{name}"),
        }
    return made


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """Certify a key. Nobody's name or address stands in it."""
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .sign(by, hashes.SHA256())
    )


def bundles(
    key_bundle: dict[str, Any],
    cert_bundle: dict[str, Any],
    signer: Callable[[bytes], bytes],
    leaf: x509.Certificate,
) -> None:
    """Write bundles that are well formed, and bundles that are not, in one way each."""
    material, envelope = key_bundle["verificationMaterial"], key_bundle["dsseEnvelope"]
    entry = {
        "logIndex": "0",
        "logId": {"keyId": base64.b64encode(bytes(32)).decode()},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": "1767225600",
        "canonicalizedBody": base64.b64encode(b"{}").decode(),
    }
    raw = {"rawBytes": base64.b64encode(leaf.public_bytes(Encoding.DER)).decode()}
    keyless = {"certificate": raw, "tlogEntries": [entry]}
    two = {**envelope, "signatures": envelope["signatures"] * 2}
    cases: dict[str, Case] = {
        "valid/key": ("as model-signing wrote it", key_bundle, None),
        "valid/certificate": ("a self-made certificate, as model-signing wrote it", cert_bundle, None),
        "valid/sigstore": ("of the keyless form, with the self-made certificate and a log entry that says nothing", {**key_bundle, "verificationMaterial": keyless}, None),
        "invalid/empty": ("no bytes", b"", "json.not-json"),
        "invalid/truncated": ("cut in half", encode(key_bundle)[:400], "json.not-json"),
        "invalid/missing-envelope": ("no dsseEnvelope", without(key_bundle, "dsseEnvelope"), "statement.malformed-envelope"),
        "invalid/missing-verification-material": ("no verificationMaterial", without(key_bundle, "verificationMaterial"), "oms.malformed-bundle"),
        "invalid/missing-media-type": ("no mediaType", without(key_bundle, "mediaType"), "oms.malformed-bundle"),
        "invalid/missing-tlog-entries": ("keyless, without log entries", {**key_bundle, "verificationMaterial": {**keyless, "tlogEntries": []}}, "oms.malformed-bundle"),
        "invalid/two-materials": ("a key and a certificate", {**key_bundle, "verificationMaterial": {**material, **keyless}}, "oms.malformed-bundle"),
        "invalid/two-signatures": ("one envelope, two signatures", {**key_bundle, "dsseEnvelope": two}, "oms.malformed-bundle"),
        "invalid/missing-signature": ("an envelope that nobody signed", {**key_bundle, "dsseEnvelope": {**envelope, "signatures": []}}, "statement.malformed-envelope"),
        "invalid/wrong-payload-type": ("an envelope of text", {**key_bundle, "dsseEnvelope": {**envelope, "payloadType": "text/plain"}}, "oms.malformed-bundle"),
    }  # fmt: skip
    cases |= payloads(key_bundle, signer)
    for name, (_, value, _) in cases.items():
        write(f"bundles/{name}.bundle.json", value if isinstance(value, bytes) else encode(value))
    about = {name: {"what": what, "expect_code": code} for name, (what, _, code) in cases.items()}
    write_json("bundles/cases.json", about)


def payloads(key_bundle: dict[str, Any], signer: Callable[[bytes], bytes]) -> dict[str, Case]:
    """Return bundles that are well formed and honestly signed, and say what none may say."""
    statement = json.loads(base64.b64decode(key_bundle["dsseEnvelope"]["payload"]))
    predicate = statement["predicate"]
    changes: dict[str, tuple[str, str, dict[str, Any]]] = {
        "wrong-predicate": ("a statement of another kind", "oms.predicate-type", {"predicateType": "https://slsa.dev/provenance/v1"}),
        "wrong-root": ("a root digest of other resources", "oms.root", {"subject": [{"name": "model", "digest": {"sha256": "0" * 64}}]}),
        "missing-resources": ("a statement without resources", "oms.malformed-statement", {"predicate": without(predicate, "resources")}),
        "missing-serialization": ("a statement that does not say how it hashed", "oms.malformed-statement", {"predicate": without(predicate, "serialization")}),
        "missing-subject": ("a statement about nothing", "statement.malformed", {"subject": []}),
    }  # fmt: skip
    cases: dict[str, Case] = {}
    for name, (what, code, change) in changes.items():
        payload = encode({**statement, **change})
        signature = Signature("", signer(pae(PAYLOAD_TYPE, payload)))
        changed = Envelope(PAYLOAD_TYPE, payload, (signature,)).to_json()
        cases[f"invalid-payload/{name}"] = (what, {**key_bundle, "dsseEnvelope": changed}, code)
    return cases


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a copy that lacks a member."""
    return {key: part for key, part in value.items() if key != name}


def write(path: str, data: bytes) -> None:
    """Write one file below the vectors' folder."""
    (HERE / path).parent.mkdir(parents=True, exist_ok=True)
    (HERE / path).write_bytes(data)


def write_json(path: str, value: object) -> None:
    """Write one file for people to read too."""
    write(path, (json.dumps(value, indent=2) + "\n").encode())


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a private key in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def main(pythons: dict[str, str]) -> None:
    """Write every vector."""
    for part in ("model", "keys", "signed", "bundles"):
        shutil.rmtree(HERE / part, ignore_errors=True)
    keys = {name: ec.generate_private_key(curve) for name, curve in CURVES.items()}
    root = ec.generate_private_key(CURVES["p256"])
    leaf = certificate("Sunlit test vector", keys["p256"], "Sunlit test root", root)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, data in MODEL.items():
            write(f"model/{name}", data)
        shutil.copytree(HERE / "model", work / "model")
        for name, key in keys.items():
            (work / f"{name}.pem").write_bytes(pem(key))
            public = key.public_key()
            write(f"keys/{name}.pub.pem", public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))  # fmt: skip
        authority = certificate("Sunlit test root", root, "Sunlit test root", root)
        (work / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
        (work / "root.pem").write_bytes(authority.public_bytes(Encoding.PEM))
        made: dict[str, dict[str, object]] = {}
        for version, python in pythons.items():
            made |= signed_by(version, python, work)
        newest, python = list(pythons.items())[-1]
        by_certificate = run(python, work, [COMMAND, *SIGN_CERTIFICATE.split()])
    write_json("signed/cases.json", made)
    by_key = (HERE / f"signed/{newest}/folder-p256.sig").read_bytes()
    if by_certificate is None:
        raise SystemExit(1)

    def sign(message: bytes) -> bytes:
        return keys["p256"].sign(message, ec.ECDSA(hashes.SHA256()))

    bundles(json.loads(by_key), json.loads(by_certificate), sign, leaf)


if __name__ == "__main__":
    main(dict(argument.split("=", 1) for argument in sys.argv[1:]))
