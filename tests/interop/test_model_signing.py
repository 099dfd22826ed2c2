"""Bundles go both ways between us and model-signing, the reference implementation of OMS.

It runs in a process of its own: it brings its own libraries, warnings and logging.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from sunlit.base.errors import SunlitError
from sunlit.statement import oms_verify
from sunlit.statement.oms import Bundle
from sunlit.statement.oms_keys import ModelKey, ModelPrivateKey

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("model_signing") is None, reason="the extra `interop` is absent"
    ),
    pytest.mark.timeout(120),  # each run of model-signing imports for half a second or more
]

# "sub.z" sorts before "sub/a" by code points and after it by parts of paths.
FILES = {"config.json": b"{}", "sub/a": b"abc" * 700, "sub.z": b"z", "empty": b""}
CURVES = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]

SIGN = """
import sys
from model_signing import hashing, signing
key, model, out = sys.argv[1:]
shards = hashing.Config().use_shard_serialization
files = hashing.Config().use_file_serialization
for name, how in {
    "files": files(),
    "shards": shards(shard_size=1000),
    "blake2b": files(hashing_algorithm="blake2"),
    "blake2b-shards": shards(hashing_algorithm="blake2", shard_size=1000),
}.items():
    config = signing.Config().use_elliptic_key_signer(private_key=key)
    config.set_hashing_config(how).sign(model, f"{out}/{name}.sig")
"""


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python in a new process."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def write(root: Path, files: dict[str, bytes]) -> Path:
    """Write files below `root` and return it."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def key_files(folder: Path, curve: ec.EllipticCurve) -> tuple[Path, Path]:
    """Write a new key; return the files of its private and public half."""
    native = ec.generate_private_key(curve)
    private, public = folder / "key.pem", folder / "key.pub.pem"
    private.write_bytes(native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        native.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def theirs(model: Path, signature: Path, public: Path) -> int:
    """Return the exit code of model-signing's own verification."""
    arguments = ("--signature", signature, "--public_key", public, model)
    return run("-m", "model_signing", "verify", "key", *arguments).returncode


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_model_signing_accepts_our_bundles(tmp_path: Path, curve: ec.EllipticCurve) -> None:
    """Beside the folder, inside of it, and no more once a byte has changed."""
    private, public = key_files(tmp_path, curve)
    model = write(tmp_path / "model", {**FILES, ".sunlit/draft": b"x", ".gitignore": b"x"})
    bundle = oms_verify.sign_folder(model, ModelPrivateKey.from_pem(private.read_bytes()))
    (tmp_path / "out.sig").write_bytes(bundle.to_bytes())
    (model / "model.sig").write_bytes(bundle.to_bytes())

    assert theirs(model, model / "model.sig", public) == 0
    assert theirs(model, tmp_path / "out.sig", public) == 0
    (model / "config.json").write_bytes(b"[]")
    assert theirs(model, tmp_path / "out.sig", public) != 0


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_we_accept_the_bundles_of_model_signing(tmp_path: Path, curve: ec.EllipticCurve) -> None:
    """Whole files and shards, SHA-256 and BLAKE2b, and no more once a byte has changed."""
    private, public = key_files(tmp_path, curve)
    model = write(tmp_path / "model", FILES)
    key = ModelKey.from_pem(public.read_bytes())
    signed = run("-c", SIGN, private, model, tmp_path)
    assert signed.returncode == 0, signed.stderr
    bundles = [Bundle.parse(path.read_bytes()) for path in sorted(tmp_path.glob("*.sig"))]

    assert [bundle.hint for bundle in bundles] == [key.hint] * 4
    for bundle in bundles:
        oms_verify.verify_folder(model, bundle, key)

    (model / "config.json").write_bytes(b"[]")
    for bundle in bundles:
        with pytest.raises(SunlitError) as refused:
            oms_verify.verify_folder(model, bundle, key)
        assert refused.value.code == "oms.digest-differs"
