"""`sunlit bundle` and `sunlit verify`, as people use them."""

import json
from pathlib import Path
from typing import Final

import jsonschema  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from referencing import Registry, Resource

from tests.cli.doors import Door
from tests.decisions import World, copied

ROOT: Final = Path(__file__).parents[2]
BUNDLES: Final = ROOT / "tests" / "fixtures" / "bundles"
AT: Final = ("--at", "2026-02-01T00:00:00Z")
FIXTURE: Final = (BUNDLES / "decision.zip", "--trust", BUNDLES / "trust.json", *AT)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A played deployment, and the machine's clock set to its time."""
    world = copied(tmp_path / "world")
    world.set_clock(monkeypatch)
    return world


def asked(world: World, name: str = "chosen") -> tuple[object, ...]:
    """Return the words that ask for a bundle of a decision."""
    pointer = world.pointers[name]
    store = ("--store", world.store.root, "--home", world.deployer.root)
    return ("bundle", f"{pointer.log}#{pointer.index}", *store, "-o", world.root / "d.zip")


def schemas() -> Registry:
    """Return all published schemas by their names."""
    documents = [json.loads(path.read_bytes()) for path in (ROOT / "spec/schemas").glob("*.json")]
    return Registry().with_resources(
        (one["$id"], Resource.from_contents(one)) for one in documents if "$id" in one
    )


def test_verify_tells_the_decision_first_and_its_limits_last(sunlit: Door) -> None:
    """Headline, six answers, eleven numbered lines, a verdict, what this cannot tell."""
    done = sunlit("verify", *FIXTURE)

    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("On 1 January 2026 at 05:20 (UTC) city.example used ")
    assert done.out.index("What was decided") < done.out.index(" 1 files")
    assert done.out.index("Every check passed.") < done.out.index("What this cannot tell you")
    assert sum(" Passed " in line for line in lines) == 11


def test_verify_prints_one_json_document_of_the_schema(sunlit: Door, tmp_path: Path) -> None:
    """For a good bundle and for one that cannot be read."""
    schema = json.loads((ROOT / "spec/schemas/bundle.schema.json").read_bytes())
    broken = tmp_path / "broken.zip"
    broken.write_bytes((BUNDLES / "decision.zip").read_bytes()[:-40])

    for path, code in ((BUNDLES / "decision.zip", 0), (broken, 1)):
        done = sunlit("verify", path, "--trust", BUNDLES / "trust.json", *AT, "--json")
        assert done.code == code
        jsonschema.Draft202012Validator(schema, registry=schemas()).validate(json.loads(done.out))


def test_verify_names_the_right_command_for_a_tokens_folder(sunlit: Door, tmp_path: Path) -> None:
    """Wrong usage, and told which command it is for; another folder is told it is none."""
    folder = tmp_path / "model.token"
    folder.mkdir()

    done = sunlit("verify", folder, *FIXTURE[1:])
    assert done.code == 2
    assert "sunlit token verify" in done.err
    assert sunlit("verify", tmp_path, *FIXTURE[1:]).code == 2


def test_a_bundle_is_made_and_a_stranger_verifies_it(world: World, sunlit: Door) -> None:
    """Pages and all; the digest printed is the zip's."""
    from hashlib import sha256

    done = sunlit(*asked(world), "--open", "output, reasons", "--json")

    made = world.root / "d.zip"
    document = json.loads(done.out)
    assert (done.code, document["notes"]) == (0, [])
    assert document["sha256"] == sha256(made.read_bytes()).hexdigest()
    found = sunlit("verify", made, "--trust", world.trust)
    assert found.code == 0
    assert "What the human decided: write: no." in found.out


def test_a_closed_bundle_ends_with_3_and_says_why(world: World, sunlit: Door) -> None:
    """Nothing is opened: check 6 could not be done; --open beside it is wrong usage."""
    done = sunlit(*asked(world, "elsewhere"), "--closed")

    assert done.code == 3
    assert "No anchor covers the record yet." in done.out
    assert "opening      Not done" in done.out
    assert sunlit(*asked(world), "--closed", "--open", "input").code == 2


def test_a_court_opens_what_was_sealed_for_it(world: World, sunlit: Door) -> None:
    """The sealed file is listed; its content comes out with the key, and only beside its bundle."""
    key = X25519PrivateKey.generate()
    court, private = world.root / "court.pem", world.root / "court.key"
    court.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    sealed, plain = world.root / "x.sunlit-inspection", world.root / "code.zip"
    ordered = ("--inspection", sealed, "--model", world.model, "--order", "17", "--court", court)
    opening = ("--inspection", sealed, "--key", private, "--into", plain)

    assert sunlit(*asked(world), "--closed", *ordered).code == 3
    made = (world.root / "d.zip", "--trust", world.trust)
    assert sunlit("verify", *made, *opening).code == 3
    assert plain.read_bytes().startswith(b"PK")

    assert sunlit("verify", *FIXTURE, *opening).code == 1  # the manifest of another bundle
    assert sunlit("verify", *made, *opening[:2]).code == 2
    private.write_bytes(b"no key")
    assert sunlit("verify", *made, *opening).code == 2
    sealed.unlink()
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert sunlit("verify", *made, *opening).code == 3
