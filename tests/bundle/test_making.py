"""Bundles as they are made: of every kind of decision, closed, erased, as of later, for a court."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.bundle import layout
from sunlit.bundle.inspection import CHUNK, seal, unseal
from sunlit.bundle.manifest import SECTIONS, Manifest
from sunlit.bundle.view import BundleView
from sunlit.claims.lifecycle import Status
from sunlit.decision.record import Kind
from sunlit.registry.bundle import Made, Wish, make_bundle
from sunlit.registry.bundle_inspection import Inspection
from sunlit.rubric.control import Rubric
from tests.bundle.cases import checked, files_of, made
from tests.decisions import World, copied

DAY = timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A copy of the played world to write to."""
    return copied(tmp_path / "world")


def bundle(world: World, name: str = "chosen", **wish: object) -> Made:
    """Make the bundle of a decision."""
    pointer = world.pointers[name]
    asked = Wish(decision=f"{pointer.log}#{pointer.index}", **wish)  # type: ignore[arg-type]
    return make_bundle(world.store, world.deployer, asked, world.clock)


def refused(world: World, name: str = "chosen", **wish: object) -> SunlitError:
    """Return why no bundle is made."""
    with pytest.raises(SunlitError) as caught:
        bundle(world, name, **wish)
    return caught.value


@pytest.mark.parametrize(
    ("name", "not_done"),
    [
        ("chosen", set()), ("earlier", set()), ("released", set()), ("stream", set()),
        ("broken", set()), ("undecided", {"human"}), ("unfinished", {"human"}),
        ("unreviewed", set()), ("elsewhere", {"anchors"}),
    ],
)  # fmt: skip
def test_every_kind_of_decision_makes_a_bundle(name: str, not_done: set[str]) -> None:
    """Nothing fails; what nobody has recorded or anchored yet is Not done, and said."""
    found = made(name).checked

    assert {check.name for check in found.checks if check.outcome != "Passed"} == not_done
    assert all(check.outcome != "Failed" for check in found.checks)


def test_break_glass_is_told_with_its_review() -> None:
    """Whoever reads check 8 learns that the guard was overridden, and what came of it."""
    assert "its review says: justified" in made("broken").checked.check("use").words
    assert "no review" in made("unreviewed").checked.check("use").words


def test_who_opens_contents_says_so_first(world: World) -> None:
    """An access record with the office is written; a closed bundle writes none."""
    log = world.pointers["chosen"].log

    def accesses() -> list[str]:
        rows = world.store.records(log)
        return [str(one.role) for _, one, _ in rows if one.kind is Kind.ACCESS]

    before = accesses()
    bundle(world, fields=())
    assert accesses() == before
    bundle(world, role="court office")
    assert accesses() == [*before, "court office"]


def test_a_closed_bundle_opens_nothing_and_is_the_same_each_time(world: World) -> None:
    """Check 6 is Not done; the same inputs and the same clock give the same bytes."""
    one, other = bundle(world, fields=()), bundle(world, fields=())

    assert one.data == other.data
    assert one.checked.check("opening").code == "bundle.closed"
    assert not [path for path in one.manifest.files if path.endswith("opening.json")]
    assert one.checked.exit_code == 3


def test_names_of_people_stay_closed_unless_they_are_named(world: World) -> None:
    """The usual fields hold no actor, case, trace or check code."""
    names = {
        row["name"]
        for path, data in files_of(bundle(world).data).items()
        if path.startswith("decision/") and path.endswith("opening.json")
        for row in json.loads(data)["fields"]
    }
    assert names == {"input", "output", "reasons", "grounds"}


def test_after_an_erasure_the_proofs_still_hold(world: World) -> None:
    """Nothing opens any more; record, anchors and token pass as before."""
    world.store.erase(world.pointers["released"])

    done = bundle(world, "released")

    assert done.checked.check("opening").outcome == "Not done"
    assert done.checked.passed("record", "anchors", "token", "use", "statements", "findings")
    assert any("erased" in note for note in done.notes)


def test_as_of_a_later_time_more_is_shown_and_no_finding_changes(world: World) -> None:
    """A suspension after the decision is in the bundle; the findings are those of the decision."""
    from sunlit.claims.lifecycle import TokenStatus
    from sunlit.registry.admit import open_ledger
    from sunlit.registry.mirror import take_over
    from sunlit.registry.status import change_status
    from tests.registry.telling import ISSUER_KEY

    world.clock.at += DAY
    grant = bundle(world, fields=()).checked.shown
    assert grant is not None
    assert grant.record is not None
    token = str(grant.record.token)
    with open_ledger(world.issuer, world.clock) as ledger:
        change_status(
            ledger, token, Status.SUSPENDED, "Looked into", signer=ISSUER_KEY, at=world.clock.at
        )
    world.cosigned("issuer")
    with open_ledger(world.deployer, world.clock) as ledger:
        take_over(
            ledger, world.issuer.log_directory, world.clock.at, lambda _at, _of: None
        )  # fmt: skip
    world.cosigned("deployer")

    then = bundle(world, fields=())
    later = bundle(world, fields=(), as_of=world.clock.at)

    assert later.manifest.sections["release"] == then.manifest.sections["release"] + 1
    assert TokenStatus.TYPE.encode() not in b"".join(files_of(then.data).values())
    assert files_of(later.data)[layout.FINDINGS] != b""
    assert later.checked.passed("statements", "findings", "token")


def test_what_is_no_decision_or_lies_ahead_makes_no_bundle(world: World) -> None:
    """A refusal, an unknown record, a time before the decision."""
    at = world.store  # the record's time is known to be after the world's start
    assert refused(world, "refused").code == "bundle.not-a-decision"
    assert refused(world, as_of=world.clock.at - 30 * DAY).code == "bundle.as-of"
    with pytest.raises(VerificationError, match="no such record"):
        make_bundle(at, world.deployer, Wish(decision="ab" * 16), world.clock)


def test_without_the_tokens_folder_no_bundle_is_made(world: World) -> None:
    """It is said where the folder is looked for."""
    (world.store.root / "token" / "grant.entry.json").unlink()

    error = refused(world)

    assert error.code == "bundle.no-token"
    assert "tokens" in str(error.mend)


def test_what_was_not_kept_is_not_done_and_noted(world: World) -> None:
    """No rubric of that digest, no status list: the checks that need them do not pass."""
    for path in (world.store.root / "status").iterdir():
        path.unlink()
    none: tuple[Rubric, ...] = ()

    done = bundle(world, rubrics=none)

    assert done.checked.check("token").outcome == "Failed"
    assert done.checked.check("findings").outcome == "Not done"
    assert len(done.notes) == 2
    assert done.manifest.sections["findings"] == 0


def test_another_trust_file_than_the_guards_is_said(world: World) -> None:
    """The version that the record names is gone: the present one is shown, with a note."""
    from sunlit.authority.trustfile import TrustFile
    from sunlit.testing.authority import signed_trust

    newer = signed_trust(replace(TrustFile.read(world.trust.read_bytes()), version=2))
    for path in (world.deployer.trust_path, world.store.root / "trust.json"):
        path.write_bytes(newer)

    assert any("version 2; version 1" in note for note in bundle(world).notes)


class Kept:
    """Pages that keep what they were given."""

    def __init__(self) -> None:
        self.views: list[BundleView] = []

    def index_html(self, view: BundleView) -> bytes:
        self.views.append(view)
        return b"<h1>index</h1>"

    def verify_html(self) -> bytes:
        return b"<h1>verify</h1>"

    def pdf(self, view: BundleView) -> None:
        assert view is self.views[-1]


def test_the_pages_show_what_was_found(world: World) -> None:
    """Headline, six answers, checks, nine sections in order, every file with its digest."""
    kept, pointer = Kept(), world.pointers["chosen"]
    wish = Wish(decision=f"{pointer.log}#{pointer.index}")

    done = make_bundle(world.store, world.deployer, wish, world.clock, kept)

    (view,) = kept.views
    assert "outreach officer changed it" in view.headline
    assert "write: no" in view.summary[0].text
    assert "then a contest was answered by the head of outreach: upheld" in view.headline
    assert view.inputs
    assert [section.name for section in view.sections] == list(SECTIONS)
    assert [len(section.items) for section in view.sections] == [
        done.manifest.sections[name] for name in SECTIONS
    ]
    assert len(view.dossier) == 6
    assert view.checks == done.checked.checks
    assert {"input", "output", "reasons"} <= {value.name for value in view.values}
    assert {line.path for line in view.files} == set(done.manifest.files) - {layout.INDEX_PAGE}
    assert all(line.what for line in view.files)
    assert view.verifier_digest == done.manifest.files[layout.VERIFIER][0]
    assert checked(done.data).holds


def test_the_manifest_reads_what_it_wrote() -> None:
    """Byte for byte, with an inspection list too."""
    manifest = made().manifest

    assert Manifest.parse(manifest.to_bytes()) == manifest
    more = replace(manifest, inspection=({"file": "x", "size": 1},))
    assert Manifest.parse(more.to_bytes()) == more
    for document in (b"{}", b'{"format":"sunlit-bundle/1","kind":"decision"}', b"[]"):
        with pytest.raises(MalformedError):
            Manifest.parse(document)


# --- for a court ------------------------------------------------------------------------------


def test_code_and_data_reach_only_the_court(world: World, tmp_path: Path) -> None:
    """The sealed file opens with the court's key alone; the manifest says what is in it."""
    key = X25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "court.pem").write_bytes(pem)
    (tmp_path / "data.csv").write_bytes(b"age\n41\n")
    out = tmp_path / "x.sunlit-inspection"
    asked = Inspection.of(
        out, model=world.model, data=tmp_path / "data.csv", order="Order 17",
        court=tmp_path / "court.pem",
    )  # fmt: skip

    done = bundle(world, fields=(), inspection=asked)

    (row,) = done.manifest.inspection
    plain = io.BytesIO()
    with out.open("rb") as sealed:
        found = unseal(sealed, plain, key)
    assert (found.order, found.leaf) == ("Order 17", world.pointers["chosen"].leaf)
    with zipfile.ZipFile(plain) as inner:
        assert inner.read("data/data.csv") == b"age\n41\n"
        assert sorted(inner.namelist()) == sorted(row["files"])  # type: ignore[call-overload]
    assert row["size"] == out.stat().st_size
    assert b"leaf_value" not in out.read_bytes()  # of the model
    with out.open("rb") as sealed, pytest.raises(VerificationError, match="does not open"):
        unseal(sealed, io.BytesIO(), X25519PrivateKey.generate())


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_a_sealed_file_of_any_size_opens_and_no_part_can_be_lost(size: int) -> None:
    """Chunks cannot be cut off, moved or changed, and the first line is bound in."""
    key, sealed, plain = X25519PrivateKey.generate(), io.BytesIO(), io.BytesIO()
    seal(io.BytesIO(b"x" * size), sealed, key.public_key(), order="1", leaf="ab")
    data = sealed.getvalue()

    unseal(io.BytesIO(data), plain, key)

    assert plain.getvalue() == b"x" * size
    line, _, rest = data.partition(b"\n")
    for bad in (
        data[:-1], data + b"x", line + b"\n" + rest[: CHUNK + 16] * 2,
        line.replace(b'"order":"1"', b'"order":"2"') + b"\n" + rest,
    ):  # fmt: skip
        if bad != data:
            with pytest.raises(VerificationError):
                unseal(io.BytesIO(bad), io.BytesIO(), key)
    for bad in (b"", b"{}\n", line.replace(b"inspection/1", b"inspection/2"), line[:-3] + b"\n"):
        with pytest.raises(MalformedError):
            unseal(io.BytesIO(bad), io.BytesIO(), key)


def test_an_order_that_is_not_whole_is_refused(tmp_path: Path, world: World) -> None:
    """All of it, an X25519 key, and folders that can be read."""
    court, out = tmp_path / "court.pem", tmp_path / "out"
    court.write_bytes(b"no key")
    with pytest.raises(MalformedError, match="all of what a court orders"):
        Inspection.of(None, model=world.model, data=None, order=None, court=None)
    with pytest.raises(MalformedError, match="all of what a court orders"):
        Inspection.of(out, model=world.model, data=None, order=None, court=None)
    with pytest.raises(MalformedError, match="no public key"):
        Inspection.of(out, model=world.model, data=None, order="1", court=court)
    wrong = Ed25519PrivateKey.generate().public_key()
    court.write_bytes(wrong.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(MalformedError, match="no public key"):
        Inspection.of(out, model=world.model, data=None, order="1", court=court)
    good = X25519PrivateKey.generate().public_key()
    asked = Inspection(out=tmp_path / "no" / "x", model=world.model, data=None, order="1",
                       court=good)  # fmt: skip
    with pytest.raises(UnavailableError):
        asked.seal("ab")
    assert Inspection.of(None, model=None, data=None, order=None, court=None) is None
