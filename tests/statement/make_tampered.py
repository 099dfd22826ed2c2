"""Write tests/fixtures/tampered/{envelope,passkey,folder,oms}-*. Run by hand to add a case.

    PYTHONPATH=src python tests/statement/make_tampered.py [part of a case's name ...]

Keys are made anew and thrown away at each run, so name the cases to write; without a name every
case is written again. Each folder holds `case.json` (what, check, artefact, expect_code, and what
the check needs) and the tampered artefact; tests/statement/test_tampered.py reads them.
"""

# ruff: noqa: E501 - what a case is stands on its line

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from sunlit.base.canonical import encode
from sunlit.statement import keys, oms, oms_verify
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, Signature, pae, sign
from sunlit.statement.encoding import encode_base64
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.manifest import read_manifest
from sunlit.statement.webauthn import USER_PRESENT, challenge_for
from sunlit.testing.webauthn import FakePasskey

HERE = Path(__file__).resolve().parents[1] / "fixtures/tampered"
SUBJECT = Subject("pkg:generic/city.example/outreach", {"sha256": "ab" * 32})
GOOD = Statement((SUBJECT,), "urn:sunlit:assurance:attestation:v1", {"result": "passed"})
OTHER = Statement((SUBJECT,), "urn:sunlit:assurance:attestation:v1", {"result": "failed"})
A, B, STRANGER = keys.generate(), keys.generate("ecdsa-p256"), keys.generate()

Case = tuple[dict[str, object], dict[str, bytes]]
CASES: dict[str, Callable[[], Case]] = {}


def case(name: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Register a case under its folder's name."""

    def register(make: Callable[[], Case]) -> Callable[[], Case]:
        CASES[name] = make
        return make

    return register


def envelope_case(
    name: str,
    what: str,
    code: str,
    data: bytes,
    *,
    trusted: tuple[keys.PublicKey | dict[str, object], ...] = (A.public,),
    threshold: int = 1,
) -> None:
    """Register an envelope that must be refused with `code`."""
    listed = [one.to_json() if isinstance(one, keys.PublicKey) else one for one in trusted]
    about = {
        "what": what, "check": "envelope", "artefact": "envelope.json",
        "keys": listed, "threshold": threshold, "expect_code": code,
    }  # fmt: skip
    CASES[name] = lambda: (about, {"envelope.json": data})


def signed(statement: Statement = GOOD, *signers: keys.Signer) -> Envelope:
    """Return an honest envelope."""
    return sign(statement.to_payload(), signers or (A,))


def with_payload(payload: bytes) -> bytes:
    """Return an honestly signed envelope around any payload."""
    return sign(payload, (A,)).to_bytes()


def edited(**fields: object) -> bytes:
    """Return an honest envelope with fields of its JSON replaced."""
    return encode({**signed().to_json(), **fields})


def envelopes() -> None:
    """Register the envelope cases."""
    good = signed()
    text = good.to_bytes()
    malformed, threshold = "statement.malformed-envelope", "statement.threshold"
    flipped = bytes([good.signatures[0].sig[0] ^ 1]) + good.signatures[0].sig[1:]
    by_stranger = STRANGER.sign(good.signed_bytes)
    twice = Signature(STRANGER.public.key_id, good.signatures[0].sig)
    standard = encode_base64(GOOD.to_payload())
    ecdsa = B.sign(good.signed_bytes)
    relabelled = pae("application/json", good.payload)
    add = envelope_case
    add("envelope-truncated", "the last 20 bytes are missing", "json.not-json", text[:-20])
    add(
        "envelope-payload-swapped",
        "another statement stands under the signature",
        threshold,
        Envelope(PAYLOAD_TYPE, OTHER.to_payload(), good.signatures).to_bytes(),
    )
    add(
        "envelope-signature-swapped",
        "the signature was made over another statement",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, signed(OTHER).signatures).to_bytes(),
    )
    add(
        "envelope-signature-bit",
        "one bit of the signature is flipped",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, (Signature("", flipped),)).to_bytes(),
    )
    add(
        "envelope-keyid-lies",
        "a stranger signed and wrote the trusted key's id",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, (Signature(A.public.key_id, by_stranger),)).to_bytes(),
    )
    add(
        "envelope-one-key-twice",
        "one signature stands twice, under two key ids",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, (*good.signatures, twice)).to_bytes(),
        trusted=(A.public, B.public),
        threshold=2,
    )
    add(
        "envelope-key-listed-twice",
        "one key is trusted twice and signed once",
        threshold,
        text,
        trusted=(A.public, A.public),
        threshold=2,
    )
    passkey_of_b = keys.PublicKey(
        "webauthn-es256", B.public.spki, "a.example", ("https://a.example",)
    )
    add(
        "envelope-key-of-two-kinds",
        "one key is trusted as a plain key and as a passkey",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, (Signature("", ecdsa),)).to_bytes(),
        trusted=(B.public, passkey_of_b),
        threshold=2,
    )
    add(
        "envelope-unknown-payload-type",
        "the payload is declared and signed as something else",
        "statement.payload-type",
        sign(good.payload, (A,), "application/json").to_bytes(),
    )
    add(
        "envelope-payload-type-relabelled",
        "signed as JSON, relabelled as a statement",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, (Signature("", A.sign(relabelled)),)).to_bytes(),
    )
    add(
        "envelope-payload-itself-signed",
        "the signature is over the payload, not over the PAE",
        threshold,
        Envelope(PAYLOAD_TYPE, good.payload, (Signature("", A.sign(good.payload)),)).to_bytes(),
    )
    add(
        "envelope-17-signatures",
        "more signatures than a verifier takes",
        malformed,
        edited(signatures=[{"sig": encode_base64(flipped)}] * 17),
    )
    add(
        "envelope-no-signature", "the list of signatures is empty", malformed, edited(signatures=[])
    )
    add(
        "envelope-key-twice-in-json",
        "the payload stands twice: parsers would disagree",
        "json.not-json",
        text.replace(b'{"payload":', b'{"payload":"e30=","payload":', 1),
    )
    add(
        "envelope-not-utf8",
        "a byte that is no UTF-8",
        "json.not-json",
        text.replace(b"vnd", b"v\xff"),
    )
    add(
        "envelope-mixed-base64",
        "both base64 alphabets in one text",
        malformed,
        edited(payload="-" + standard[1:5] + "+" + standard[6:]),
    )
    add(
        "envelope-white-space-in-base64",
        "a line feed inside base64",
        malformed,
        edited(payload=standard[:4] + "\n" + standard[4:]),
    )
    add(
        "envelope-loose-base64-bits",
        "bits are set after the last byte",
        malformed,
        edited(payload="eyJ9"[:2] + "J="),
    )
    add(
        "envelope-nested-too-deep",
        "brackets that would exhaust a parser",
        "json.not-json",
        b"[" * 100_000,
    )
    wrong_type = GOOD.to_payload().replace(b"Statement/v1", b"Statement/v2")
    add(
        "envelope-other-statement-type",
        "the payload is of another version of in-toto",
        "statement.malformed",
        with_payload(wrong_type),
    )
    add(
        "envelope-no-subject",
        "the statement is about nothing",
        "statement.malformed",
        with_payload(Statement((), GOOD.predicate_type, {}).to_payload()),
    )
    upper = Statement((Subject("x", {"sha256": "AB" * 32}),), GOOD.predicate_type, {})
    add(
        "envelope-upper-case-digest",
        "a digest with a second spelling",
        "statement.digest",
        with_payload(upper.to_payload()),
    )
    short = Statement((Subject("x", {"sha256": "ab" * 31}),), GOOD.predicate_type, {})
    add(
        "envelope-short-digest",
        "a digest that lost a byte",
        "statement.digest",
        with_payload(short.to_payload()),
    )
    corrects = Statement((SUBJECT,), GOOD.predicate_type, {"corrects": "yesterday's"})
    add(
        "envelope-corrects-nothing",
        "`corrects` names no statement",
        "statement.malformed",
        with_payload(corrects.to_payload()),
    )
    small = bytes.fromhex("302a300506032b6570032100") + bytes(32)
    add(
        "envelope-key-of-small-order",
        "a key with which anybody can sign",
        "key.malformed",
        text,
        trusted=({"kind": "ed25519", "public": encode_base64(small)},),
    )


def passkeys() -> None:
    """Register the passkey cases."""
    key = FakePasskey()
    message = pae(PAYLOAD_TYPE, GOOD.to_payload())
    other = challenge_for(pae(PAYLOAD_TYPE, OTHER.to_payload()))
    bad = {
        "passkey-other-challenge": ("other bytes were signed", key.assertion(message, challenge=other)),
        "passkey-other-origin": ("used on a phishing site", key.assertion(message, origin="https://b0ard.example")),
        "passkey-cross-origin": ("used in a frame of another site", key.assertion(message, crossOrigin=True)),
        "passkey-registration": ("it answers a registration", key.assertion(message, type="webauthn.create")),
        "passkey-other-party": ("made for another site", key.assertion(message, rp_id="other.example")),
        "passkey-not-present": ("nobody touched it", key.assertion(message, flags=0)),
        "passkey-not-verified": ("touched, and not unlocked", key.assertion(message, flags=USER_PRESENT)),
        "passkey-spare-bytes": ("bytes that nothing announces", key.assertion(message, extensions=b"!")),
        "passkey-bare-signature": ("plain ECDSA over the PAE", keys.PrivateKey(key.native).sign(message)),
        "passkey-not-canonical": ("white space in the assertion", key.assertion(message) + b" "),
    }  # fmt: skip
    for name, (what, signature) in bad.items():
        envelope = Envelope(PAYLOAD_TYPE, GOOD.to_payload(), (Signature("", signature),))
        envelope_case(name, what, "statement.threshold", envelope.to_bytes(), trusted=(key.public,))


FILES = {"config.json": b'{"layers":2}', "sub/model.py": b"print(1)\n", "weights.bin": b"\x00" * 64}


def folder_case(
    name: str, what: str, expected: str | list[str], change: dict[str, bytes | None],
    **more: object,
) -> None:  # fmt: skip
    """Register a component folder that is refused with a code, or differs from its manifest."""
    how = "expect_code" if isinstance(expected, str) else "expect_differences"

    def make() -> Case:
        work = HERE / ".work"
        write_files(work, FILES)
        manifest = read_manifest(work).to_bytes()
        shutil.rmtree(work)
        files = {
            f"folder/{at}": data for at, data in {**FILES, **change}.items() if data is not None
        }
        about = {
            "what": what, "check": "folder", "artefact": "folder", "manifest": "manifest.json",
            how: expected, **more,
        }  # fmt: skip
        return about, {**files, "manifest.json": manifest}

    CASES[name] = make


def manifest_case(name: str, what: str, code: str, old: bytes, new: bytes) -> None:
    """Register an honest folder with a manifest that was edited."""

    def make() -> Case:
        about, files = CASES["folder-byte-changed"]()
        del about["expect_differences"]
        honest = {f"folder/{at}": data for at, data in FILES.items()}
        assert old in files["manifest.json"]
        manifest = files["manifest.json"].replace(old, new)
        return {**about, "what": what, "expect_code": code}, {**honest, "manifest.json": manifest}

    CASES[name] = make


def folders() -> None:
    """Register the component folder cases."""
    weights = FILES["weights.bin"]
    folder_case(
        "folder-byte-changed",
        "one byte of the weights",
        ["changed weights.bin"],
        {"weights.bin": b"\x01" + weights[1:]},
    )
    folder_case(
        "folder-file-added",
        "a module that was not released",
        ["added evil.py"],
        {"evil.py": b"import os"},
    )
    folder_case(
        "folder-empty-file-added",
        "an empty module makes a package",
        ["added sub/__init__.py"],
        {"sub/__init__.py": b""},
    )
    folder_case(
        "folder-file-missing",
        "the configuration is gone",
        ["missing config.json"],
        {"config.json": None},
    )
    folder_case(
        "folder-file-renamed",
        "the same bytes under a name that gets loaded",
        ["renamed sub/model.py"],
        {"sub/model.py": None, "sub/conftest.py": FILES["sub/model.py"]},
    )
    folder_case(
        "folder-contents-swapped",
        "two files changed places",
        ["changed config.json", "changed weights.bin"],
        {"config.json": weights, "weights.bin": FILES["config.json"]},
    )
    folder_case(
        "folder-symlink-inside",
        "a link to another file of the folder",
        "manifest.symlink",
        {},
        links={"alias.bin": "weights.bin"},
    )
    folder_case(
        "folder-symlink-outside",
        "a file replaced by a link out of the folder",
        "manifest.symlink",
        {"config.json": None},
        links={"config.json": "/etc/hostname"},
    )
    folder_case(
        "folder-symlink-loop",
        "a link to the folder itself",
        "manifest.symlink",
        {},
        links={"sub/again": ".."},
    )
    manifest_case(
        "folder-manifest-traversal",
        "the manifest lists a file outside",
        "manifest.name",
        b'"config.json"',
        b'"../cfg.json"',
    )
    manifest_case(
        "folder-manifest-name-twice",
        "the manifest lists one name twice",
        "manifest.malformed",
        b'"sub/model.py"',
        b'"config.json"',
    )
    manifest_case(
        "folder-manifest-reordered",
        "the manifest is out of order",
        "manifest.malformed",
        b'"config.json"',
        b'"zonfig.json"',
    )
    manifest_case(
        "folder-manifest-spaced",
        "the manifest is spelled another way",
        "manifest.malformed",
        b'"size":12',
        b'"size": 12',
    )


SIGNER = keys.generate("ecdsa-p256")


def oms_case(
    name: str, what: str, code: str, bundle: Callable[[], bytes], change: dict[str, bytes | None]
) -> None:
    """Register a folder, or a bundle, that OMS verification must refuse."""

    def make() -> Case:
        files = {
            f"folder/{at}": data for at, data in {**FILES, **change}.items() if data is not None
        }
        native = load_der_public_key(SIGNER.public.spki)
        pem = native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        about: dict[str, object] = {
            "what": what, "check": "oms", "artefact": "folder", "bundle": "model.sig",
            "key": "key.pem", "expect_code": code,
        }  # fmt: skip
        return about, {**files, "model.sig": bundle(), "key.pem": pem}

    CASES[name] = make


def honest_bundle(files: dict[str, bytes] = FILES, signer: keys.PrivateKey = SIGNER) -> oms.Bundle:
    """Sign a folder."""
    work = HERE / ".work"
    write_files(work, files)
    try:
        return oms_verify.sign_folder(work, signer)
    finally:
        shutil.rmtree(work)


def bundle_saying(edit: Callable[[dict[str, Any]], object]) -> Callable[[], bytes]:
    """Return a maker of a bundle whose honestly signed statement was edited before signing."""

    def make() -> bytes:
        honest = honest_bundle()
        statement = json.loads(honest.envelope.payload)
        edit(statement)
        envelope = sign(encode(statement), (SIGNER,))
        return oms.Bundle("key", honest.hint, envelope).to_bytes()

    return make


def models() -> None:
    """Register the OMS cases."""
    first = {"config.json": b"X", "weights.bin": b"Y"}
    swapped = {"modeling_evil.py": b"X", "run_me.sh": b"Y"}
    nothing = dict.fromkeys(FILES)

    def honest() -> bytes:
        return honest_bundle().to_bytes()

    oms_case(
        "oms-two-folders-one-root",
        "other names over the same bytes: the root digest is equal",
        "oms.files-differ",
        lambda: honest_bundle(first).to_bytes(),
        {**nothing, **swapped},
    )
    oms_case(
        "oms-byte-changed",
        "one byte of the weights",
        "oms.digest-differs",
        honest,
        {"weights.bin": b"\x01" + FILES["weights.bin"][1:]},
    )
    oms_case(
        "oms-unsigned-file",
        "a file that was not signed",
        "oms.files-differ",
        honest,
        {"evil.py": b"import os"},
    )
    oms_case(
        "oms-file-missing",
        "a signed file is gone",
        "oms.files-differ",
        honest,
        {"config.json": None},
    )
    oms_case(
        "oms-ignored-by-signer",
        "the bundle asks to ignore the file that was added",
        "oms.files-differ",
        bundle_saying(lambda s: s["predicate"]["serialization"].update(ignore_paths=["evil.py"])),
        {"evil.py": b"import os"},
    )
    oms_case(
        "oms-root-wrong",
        "the signed root digest is of other resources",
        "oms.root",
        bundle_saying(lambda s: s["subject"][0]["digest"].update(sha256="0" * 64)),
        {},
    )
    oms_case(
        "oms-resource-twice",
        "a resource is listed twice",
        "oms.malformed-statement",
        bundle_saying(lambda s: s["predicate"]["resources"].append(s["predicate"]["resources"][0])),
        {},
    )
    oms_case(
        "oms-traversal",
        "a resource outside of the model",
        "oms.malformed-statement",
        bundle_saying(lambda s: s["predicate"]["resources"][0].update(name="../x")),
        {},
    )
    oms_case(
        "oms-hash-mixed",
        "a resource with a weaker hash than stated",
        "oms.malformed-statement",
        bundle_saying(lambda s: s["predicate"]["resources"][0].update(algorithm="md5")),
        {},
    )
    oms_case(
        "oms-other-predicate",
        "an attestation passed off as a model signature",
        "oms.predicate-type",
        bundle_saying(lambda s: s.update(predicateType="https://x.example/y")),
        {},
    )
    stranger = keys.generate("ecdsa-p256")
    oms_case(
        "oms-other-key",
        "signed by a key that is not the given one",
        "oms.bad-signature",
        lambda: honest_bundle(signer=stranger).to_bytes(),
        {},
    )

    def swapped_payload() -> bytes:
        one, two = honest_bundle(), honest_bundle(first)
        envelope = Envelope(PAYLOAD_TYPE, two.envelope.payload, one.envelope.signatures)
        return oms.Bundle("key", one.hint, envelope).to_bytes()

    def edited_bundle(**fields: object) -> bytes:
        return encode({**json.loads(honest()), **fields})

    oms_case(
        "oms-payload-swapped",
        "another statement under the signature",
        "oms.bad-signature",
        swapped_payload,
        {},
    )
    oms_case(
        "oms-media-type",
        "a bundle of an unknown version",
        "oms.malformed-bundle",
        lambda: edited_bundle(mediaType="application/vnd.dev.sigstore.bundle.v9+json"),
        {},
    )
    oms_case(
        "oms-no-material",
        "the bundle does not say how it was signed",
        "oms.malformed-bundle",
        lambda: edited_bundle(verificationMaterial={}),
        {},
    )
    oms_case("oms-truncated", "half of the bundle", "json.not-json", lambda: honest()[:400], {})


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files, by relative name, below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(wanted: list[str]) -> None:
    """Write the cases whose names hold one of `wanted`, or all."""
    envelopes()
    passkeys()
    folders()
    models()
    for name, make in CASES.items():
        if wanted and not any(part in name for part in wanted):
            continue
        about, files = make()
        folder = HERE / name
        if folder.exists():
            shutil.rmtree(folder)
        text = json.dumps(about, indent=2) + "\n"
        write_files(folder, {**files, "case.json": text.encode()})


if __name__ == "__main__":
    main(sys.argv[1:])
