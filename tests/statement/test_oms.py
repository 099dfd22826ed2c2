"""OpenSSF Model Signing: our own signatures, what is refused, and what others may write."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.statement import oms_verify
from sunlit.statement.dsse import sign
from sunlit.statement.keys import PrivateKey, generate
from sunlit.statement.manifest import read_manifest
from sunlit.statement.oms import Bundle, ModelStatement, Resource, root_digest
from sunlit.statement.oms_keys import ModelKey, ModelPrivateKey
from sunlit.testing.webauthn import FakePasskey

TAMPERED = Path(__file__).resolve().parents[1] / "fixtures/tampered"
SIGNER = generate("ecdsa-p256")
KEY = ModelKey.from_spki(SIGNER.public.spki)
OTHER_KEY = ModelKey(ec.generate_private_key(ec.SECP384R1()).public_key())
FILES = {"config.json": b"{}", "sub/a": b"abc", "sub.z": b"", "weights.bin": b"0123456789"}


def write(root: Path, files: dict[str, bytes]) -> Path:
    """Write files below `root` and return it."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def private_pem(curve: ec.EllipticCurve) -> bytes:
    """Return a new private key in PEM."""
    native = ec.generate_private_key(curve)
    return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


CURVES = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_folder_survives_being_signed(tmp_path: Path, curve: ec.EllipticCurve) -> None:
    """On each curve: sign, write, read, verify, with the signature in the folder."""
    signer = ModelPrivateKey.from_pem(private_pem(curve))
    write(tmp_path, {**FILES, ".git/HEAD": b"", ".sunlit/x": b"", ".gitignore": b""})
    heard: list[tuple[int, int]] = []

    bundle = oms_verify.sign_folder(
        tmp_path, signer, progress=lambda done, total: heard.append((done, total))
    )
    (tmp_path / "model.sig").write_bytes(bundle.to_bytes())
    read = Bundle.parse((tmp_path / "model.sig").read_bytes())
    model = oms_verify.verify_folder(tmp_path, read, signer.public)

    assert read == bundle
    assert bundle.hint == signer.public.hint
    assert [one.name for one in model.resources] == sorted(FILES)
    assert heard[-1] == (15, 15)


def test_our_own_keys_sign_models_too(tmp_path: Path) -> None:
    """A P-256 key of a person or organisation is enough, for a folder or a single file."""
    write(tmp_path, FILES)

    bundle = oms_verify.sign_folder(tmp_path / "config.json", SIGNER)

    model = oms_verify.verify_folder(tmp_path / "config.json", bundle, KEY)
    assert [one.name for one in model.resources] == ["config.json"]


@pytest.mark.parametrize(
    ("signer", "code"), [(generate(), "oms.key"), (FakePasskey(), "oms.bad-signature")]
)
def test_a_key_of_another_kind_signs_no_model(
    tmp_path: Path, signer: PrivateKey | FakePasskey, code: str
) -> None:
    """A bundle that nobody would accept is not handed out."""
    write(tmp_path, FILES)

    with pytest.raises(SunlitError) as refused:
        oms_verify.sign_folder(tmp_path, signer)

    assert refused.value.code == code


def test_an_empty_model_is_not_signed(tmp_path: Path) -> None:
    """And has no root digest."""
    (tmp_path / ".gitignore").write_bytes(b"")

    with pytest.raises(MalformedError) as refused:
        oms_verify.sign_folder(tmp_path, SIGNER)

    assert refused.value.code == "oms.empty"
    assert oms_verify.oms_root(read_manifest(tmp_path)) is None


def test_the_root_digest_follows_from_the_manifest(tmp_path: Path) -> None:
    """No file is read twice for the sake of interoperability."""
    write(tmp_path, {**FILES, ".gitattributes": b"x", "sub/.gitignore": b"y"})

    model = ModelStatement.parse(oms_verify.sign_folder(tmp_path, SIGNER).envelope.payload)

    assert oms_verify.oms_root(read_manifest(tmp_path)) == model.root


def test_two_folders_of_one_root_digest_are_two_releases(tmp_path: Path) -> None:
    """The root digest does not bind names; the manifest digest does, and so does verification."""
    first = write(tmp_path / "first", {"config.json": b"X", "weights.bin": b"Y"})
    second = write(tmp_path / "second", {"modeling_evil.py": b"X", "run_me.sh": b"Y"})
    one, two = read_manifest(first), read_manifest(second)
    bundle = oms_verify.sign_folder(first, SIGNER)

    assert oms_verify.oms_root(one) == oms_verify.oms_root(two)
    assert one.digest != two.digest
    with pytest.raises(SunlitError) as refused:
        oms_verify.verify_folder(second, bundle, KEY)
    assert refused.value.code == "oms.files-differ"


def sharded(files: dict[str, bytes], size: int, hash_type: str) -> ModelStatement:
    """Hash files in shards, in the simplest way."""
    resources = tuple(
        Resource(
            f"{name}:{start}:{min(start + size, len(data))}",
            hashlib.new(hash_type, data[start : start + size]).hexdigest(),
            hash_type,
        )
        for name, data in sorted(files.items())
        for start in range(0, len(data), size)
    )
    return ModelStatement("m", resources, hash_type, size)


def bundle_of(model: ModelStatement) -> Bundle:
    """Sign a statement as it is."""
    return Bundle("key", KEY.hint, sign(model.to_payload(), [SIGNER]))


@pytest.mark.parametrize("hash_type", ["sha256", "blake2b"])
@pytest.mark.parametrize("size", [1, 3, 10, 1000])
def test_shards_are_verified(tmp_path: Path, size: int, hash_type: str) -> None:
    """Whatever the size of a shard; empty files have none."""
    write(tmp_path, FILES)

    oms_verify.verify_folder(tmp_path, bundle_of(sharded(FILES, size, hash_type)), KEY)

    (tmp_path / "weights.bin").write_bytes(b"0123456!89")
    with pytest.raises(SunlitError) as refused:
        oms_verify.verify_folder(tmp_path, bundle_of(sharded(FILES, size, hash_type)), KEY)
    assert refused.value.code == "oms.digest-differs"


def test_a_large_file_in_shards_is_read_in_chunks(tmp_path: Path) -> None:
    """Shards end inside chunks and chunks inside shards."""
    files = {"big": bytes(range(256)) * 4000}
    write(tmp_path, files)

    oms_verify.verify_folder(tmp_path, bundle_of(sharded(files, 300_007, "sha256")), KEY)


def test_blake3_is_not_verified(tmp_path: Path) -> None:
    """It is optional in the specification, and said so here."""
    write(tmp_path, {"a": b"x"})
    model = ModelStatement("m", (Resource("a", "ab" * 32, "blake3"),), "blake3")

    with pytest.raises(UnavailableError) as refused:
        oms_verify.verify_folder(tmp_path, bundle_of(model), KEY)

    assert refused.value.code == "oms.unsupported-hash"


def test_a_file_that_grows_while_it_is_verified_is_found(tmp_path: Path) -> None:
    """Bytes beyond the last shard do not go by unseen."""
    write(tmp_path, {"a": b"x", "b": b"y" * 10})
    bundle = oms_verify.sign_folder(tmp_path, SIGNER)

    def progress(_done: int, _total: int) -> None:
        with (tmp_path / "b").open("ab") as file:
            file.write(b"more")

    with pytest.raises(UnavailableError) as refused:
        oms_verify.verify_folder(tmp_path, bundle, KEY, progress=progress)

    assert refused.value.code == "manifest.changed-while-reading"


def test_a_refusal_names_at_most_five_files(tmp_path: Path) -> None:
    """A message stays readable whatever happened to a folder."""
    write(tmp_path, {"a": b"x"})
    bundle = oms_verify.sign_folder(tmp_path, SIGNER)
    write(tmp_path, {f"new{n}": b"" for n in range(8)})

    with pytest.raises(SunlitError, match="and 3 more"):
        oms_verify.verify_folder(tmp_path, bundle, KEY)


def statement(edit: Callable[[Any], object]) -> bytes:
    """Return an honest statement, edited."""
    document = json.loads(sharded({"a": b"x"}, 5, "sha256").to_payload())
    edit(document)
    return encode(document)


def serialization(**fields: object) -> Callable[[Any], object]:
    """Return an edit of the serialization."""
    return lambda document: document["predicate"]["serialization"].update(fields)


def resource(**fields: object) -> Callable[[Any], object]:
    """Return an edit of the resource."""
    return lambda document: document["predicate"]["resources"][0].update(fields)


def predicate(**fields: object) -> Callable[[Any], object]:
    """Return an edit of the predicate."""
    return lambda document: document["predicate"].update(fields)


def numbered(*edits: Callable[[Any], object]) -> list[Any]:
    """Give each edit an id of its own."""
    return [pytest.param(edit, id=str(number)) for number, edit in enumerate(edits)]


@pytest.mark.parametrize(
    "edit",
    numbered(
        predicate(serialization=None),
        predicate(resources=None),
        predicate(resources=[]),
        predicate(resources=["a"]),
        serialization(hash_type=None),
        serialization(hash_type="md5"),
        serialization(ignore_paths="x"),
        serialization(ignore_paths=[7]),
        serialization(allow_symlinks="no"),
        serialization(method="files"),
        serialization(method="shards", shard_size=None),
        serialization(method="shards", shard_size=0),
        serialization(method="shards", shard_size=True),
        serialization(method="other", shard_size=None),
        resource(digest="AB" * 32),
        resource(digest="ab" * 20),
        resource(digest=None),
        resource(name=None),
        resource(name="/a"),
        resource(name="a/"),
        resource(name="a/./b"),
        resource(name=""),
        lambda document: document["subject"].append(document["subject"][0]),
        lambda document: document["subject"][0].update(name=""),
    ),
)
def test_a_malformed_statement_is_refused(edit: Callable[[Any], object]) -> None:
    """Each field has one form."""
    with pytest.raises(MalformedError) as refused:
        ModelStatement.parse(statement(edit))

    assert refused.value.code == "oms.malformed-statement"


@pytest.mark.parametrize(
    "edit",
    numbered(
        resource(algorithm="sha256-sharded-5"),
        resource(media_type="text/plain"),
        serialization(allow_symlinks=True),
        lambda document: document["predicate"]["serialization"].pop("ignore_paths"),
    ),
)
def test_what_other_writers_write_is_read(edit: Callable[[Any], object]) -> None:
    """model-signing's name for sharded hashes, unknown fields, and absent ones."""
    assert ModelStatement.parse(statement(edit)).shard_size == 5


def test_a_shard_size_may_be_written_as_a_fraction() -> None:
    """Protocol buffers know only doubles; a real fraction is refused."""
    payload = statement(lambda _: None)

    read = ModelStatement.parse(payload.replace(b'"shard_size":5', b'"shard_size":5.0'))

    assert read.shard_size == 5
    with pytest.raises(MalformedError):
        ModelStatement.parse(payload.replace(b'"shard_size":5', b'"shard_size":5.5'))


HONEST = json.loads(bundle_of(sharded({"a": b"x"}, 5, "sha256")).to_bytes())


@pytest.mark.parametrize(
    "fields",
    [
        {"mediaType": None},
        {"verificationMaterial": None},
        {"verificationMaterial": {"publicKey": {"hint": 7}}},
        {"verificationMaterial": {"publicKey": {}, "certificate": {}, "tlogEntries": [{}]}},
        {"dsseEnvelope": None},
        {"dsseEnvelope": {**HONEST["dsseEnvelope"], "payloadType": "text/plain"}},
        {
            "dsseEnvelope": {
                **HONEST["dsseEnvelope"],
                "signatures": HONEST["dsseEnvelope"]["signatures"] * 2,
            }
        },
    ],
)
def test_a_malformed_bundle_is_refused(fields: dict[str, object]) -> None:
    """Each part has one form."""
    with pytest.raises(MalformedError) as refused:
        Bundle.parse(encode({**HONEST, **fields}))

    assert refused.value.code in ("oms.malformed-bundle", "statement.malformed-envelope")


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail_in_any_other_way(junk: bytes) -> None:
    """Junk is malformed, never a library's exception."""
    for read in (Bundle.parse, ModelStatement.parse, ModelKey.from_pem, ModelKey.from_spki):
        with pytest.raises(MalformedError):
            read(junk)
    with pytest.raises(MalformedError):
        ModelPrivateKey.from_pem(junk)


names = st.text("ab./:", min_size=1, max_size=8).filter(
    lambda name: not {"", ".", ".."} & set(name.split("/"))
)


@given(st.lists(names, min_size=1, max_size=5, unique=True))
def test_a_statement_survives_its_payload(listed: list[str]) -> None:
    """Parsing undoes writing, in code point order."""
    resources = tuple(Resource(name, "ab" * 32) for name in sorted(listed))
    model = ModelStatement("m", resources)

    assert ModelStatement.parse(model.to_payload()) == model
    assert model.root == root_digest(resources)


def test_keys_that_sign_no_models_are_refused() -> None:
    """Ed25519 and other curves."""
    other = ec.generate_private_key(ec.SECP256K1()).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    for read, key in (
        (ModelKey.from_pem, pem),
        (ModelKey.from_spki, generate().public.spki),
        (ModelPrivateKey.from_pem, private_pem(ec.SECP256K1())),
        (ModelPrivateKey.from_pem, generate().to_pem()),
        (ModelPrivateKey.from_pem, SIGNER.to_pem(b"secret")),
    ):
        with pytest.raises(MalformedError) as refused:
            read(key)
        assert refused.value.code == "oms.key"


def test_a_hint_never_decides(tmp_path: Path) -> None:
    """A bundle with another key's hint verifies by the key that made it, and by no other."""
    write(tmp_path, FILES)
    honest = oms_verify.sign_folder(tmp_path, SIGNER)

    lying = Bundle("key", OTHER_KEY.hint, honest.envelope)

    assert oms_verify.verify_folder(tmp_path, lying, KEY).resources
    with pytest.raises(SunlitError) as refused:
        oms_verify.verify_folder(tmp_path, lying, OTHER_KEY)
    assert refused.value.code == "oms.bad-signature"


def test_the_swap_is_kept_as_a_fixture(tmp_path: Path) -> None:
    """The fixture's two roots really are equal, so it shows what it says."""
    case = TAMPERED / "oms-two-folders-one-root"
    shutil.copytree(case / "folder", tmp_path / "folder")
    signed = ModelStatement.parse(Bundle.parse((case / "model.sig").read_bytes()).envelope.payload)

    assert oms_verify.oms_root(read_manifest(tmp_path / "folder")) == signed.root
