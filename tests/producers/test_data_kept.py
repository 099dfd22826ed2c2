"""What `assure` knows of training data: kept, or found where the bytes are at hand."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.claims.base import Claim
from sunlit.claims.privacy import Figure, Reidentification, ReviewRequest, Scan
from sunlit.claims.provenance import Provenance, Resource
from sunlit.formats.sunlit_toml import DatasetEntry
from sunlit.producers.data_kept import DataProducer, training_data
from sunlit.registry.data_keep import FOLDER, keep
from sunlit.registry.ports import Measured, Scanned
from sunlit.registry.producing import ComponentFolder, Produced
from sunlit.registry.run import digest_of
from sunlit.statement.hashing import Progress
from sunlit.statement.intoto import Statement, Subject
from sunlit.testing.clock import SetClock
from tests.capabilities.privacy.datasets_told import SENSITIVE
from tests.registry.data_tools import FakeDataTools
from tests.rubric.story import measured, run

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A component that was trained on a table in it, a folder beside it, and one elsewhere."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "people.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (model / "model.txt").write_text("tree", encoding="utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.csv").write_text("a\n1\n", encoding="utf-8")
    (model / "sunlit.toml").write_text(
        'schema = 1\n[component]\npurl = "pkg:generic/x"\n'
        '[[dataset]]\nname = "more"\npath = "../more"\nprofile = "public-release"\n'
        '[[dataset]]\nname = "gone"\npath = "gone.csv"\n[[dataset]]\nname = "far"\n',
        encoding="utf-8",
    )
    return model


def trained(place: Path, *data: Resource) -> None:
    """Keep a record of a run on the data."""
    build = replace(run().build_definition, resolved_dependencies=data)
    claim: Provenance = replace(run(), build_definition=build)
    subject = Subject("model.txt", digest_of(place / "model.txt"))
    line = Statement((subject,), claim.TYPE, claim.to_predicate()).to_payload()
    folder = place / ".sunlit" / "provenance"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.intoto.jsonl").write_bytes(line + b"\n")


def resource(path: Path, role: str | None = "data") -> Resource:
    """Return a file or folder as a run names it."""
    return Resource(
        name=path.name, digest=digest_of(path), annotations={"role": role} if role else {}
    )


def produced(place: Path, tools: FakeDataTools) -> Produced:
    """Run the producer."""
    return DataProducer(tools, SetClock(AT)).produce(ComponentFolder.read(place))


def kinds(found: Produced) -> list[type[Claim]]:
    """Return what was drafted."""
    return [type(draft.claim) for draft in found.drafts]


def test_data_is_scanned_again_by_other_recognisers(place: Path) -> None:
    """Newer ones may find more; what was measured stays, and the next look finds it done."""
    trained(place, resource(place / "people.csv"))
    tools = FakeDataTools()
    produced(place, tools)
    newer = replace(tools.scan_claim, recognisers="22" * 32, rows=7)
    tools.present, tools.scan_claim, tools.looked = newer.recognisers, newer, []

    found = produced(place, tools)

    assert tools.looked == ["scan people.csv"]
    assert kinds(found) == [Reidentification, Scan]
    assert [one.claim.rows for one in found.drafts if isinstance(one.claim, Scan)] == [7]
    assert kinds(produced(place, tools)) == [Reidentification, Scan]
    assert len(tools.looked) == 1
    assert DataProducer(tools, SetClock(AT)).tool_version() == newer.recognisers


@pytest.mark.parametrize("kept", [SENSITIVE, replace(SENSITIVE, found=())])
def test_a_scan_by_other_recognisers_hides_nothing_that_was_found(place: Path, kept: Scan) -> None:
    """An agency's own recognisers may know more than the shipped ones."""
    trained(place, resource(place / "people.csv"))
    produced(place, FakeDataTools(scan_claim=replace(kept, recognisers="33" * 32)))

    for _ in range(2):
        found = produced(place, FakeDataTools())
        scans = [one.claim for one in found.drafts if isinstance(one.claim, Scan)]
        assert sorted(one.sensitive for one in scans) == [False, True]


def test_a_kept_scan_counts_where_the_data_cannot_be_scanned_again(place: Path) -> None:
    """It is elsewhere, or nothing here can read it; without recognisers nothing is compared."""
    trained(place, resource(place / "people.csv"))
    produced(place, FakeDataTools())
    error = UnavailableError("x.x", "no")

    found = produced(place, FakeDataTools(present="22" * 32, error=error))
    assert Scan in kinds(found)
    assert [note.blocks for note in found.notes] == [False]

    tools = FakeDataTools(present=None)
    assert Scan in kinds(produced(place, tools))
    (place / "people.csv").unlink()
    tools.present = "22" * 32
    assert Scan in kinds(produced(place, tools))
    assert tools.looked == []


def test_data_is_scanned_again_where_that_is_asked_for(place: Path) -> None:
    """So it is with `--no-cache`."""
    trained(place, resource(place / "people.csv"))
    tools = FakeDataTools()
    produced(place, tools)

    DataProducer(tools, SetClock(AT), again=True).produce(ComponentFolder.read(place))

    assert tools.looked == ["scan people.csv", "measure people.csv", "scan people.csv"]


def test_training_data_is_scanned_and_measured_once(place: Path) -> None:
    """What was found is kept with its report, and found again without looking."""
    trained(place, resource(place / "people.csv"))
    tools = FakeDataTools()

    first, second = produced(place, tools), produced(place, tools)

    assert kinds(first) == [Scan, Reidentification]
    assert tools.looked == ["scan people.csv", "measure people.csv"]
    assert sorted(d.claim.TYPE for d in second.drafts) == sorted(d.claim.TYPE for d in first.drafts)
    scan = next(draft.claim for draft in first.drafts if isinstance(draft.claim, Scan))
    assert scan.report is not None
    assert len(list((place / FOLDER).glob("*.json"))) == 2
    assert not first.notes


def test_a_folder_beside_the_component_is_at_hand_where_the_toml_names_it(place: Path) -> None:
    """And it is measured as the toml says."""
    trained(place, resource(place.parent / "more", role=None))
    tools = FakeDataTools()

    produced(place, tools)

    assert tools.looked == ["scan more", "measure more"]
    assert [said and said.profile for said in tools.said] == ["public-release"]


def test_data_that_is_not_at_hand_is_said(place: Path) -> None:
    """With the command that scans it where it is."""
    far = Resource(digest={"sha256": "12" * 32})
    program = resource(place / "model.txt", role="program")
    trained(place, far, far, program, Resource(uri="git+https://example"))
    found = produced(place, FakeDataTools())

    assert kinds(found) == []
    assert [note.code for note in found.notes] == ["producer.no-data"] * 2
    assert "121212121212" in found.notes[0].reason
    assert all(note.blocks for note in found.notes)


def test_what_was_found_elsewhere_counts(place: Path) -> None:
    """Somebody scanned it where it is, and laid the drafts here."""
    digest = {"sha256": "12" * 32}
    trained(place, Resource(name="far.csv", digest=digest))
    keep(place, [(SENSITIVE, (Subject("far.csv", digest),))], {})
    keep(place, [(measured(), (Subject("far.csv", digest),))], {})

    found = produced(place, FakeDataTools())

    assert set(kinds(found)) == {Scan, Reidentification, ReviewRequest}
    assert not found.notes


def test_sensitive_or_risky_data_opens_a_review_once(place: Path) -> None:
    """The request says why; it is the same one each time."""
    trained(place, resource(place / "people.csv"))
    figure = Figure(name="k", value=Decimal(1), met=False)
    risky = replace(measured(), figures=(figure,), left_out=("postcode",))
    tools = FakeDataTools(scan_claim=replace(SENSITIVE, grounds=()), measure_claim=risky)

    first, second = produced(place, tools), produced(place, tools)

    (request,) = (it.claim for it in first.drafts if isinstance(it.claim, ReviewRequest))
    assert request in [draft.claim for draft in second.drafts]
    assert request.component == "pkg:generic/x"
    assert request.reasons == (
        "a scan calls it sensitive",
        "the risk of re-identification is over the threshold (controlled-training)",
        "columns that tell people apart were left out of the measurement",
    )


def test_what_cannot_be_looked_at_is_a_note(place: Path) -> None:
    """Nothing that could not be seen becomes a pass."""
    trained(place, resource(place / "people.csv"))
    error = UnavailableError("producer.needs-data", "nothing here can look", mend="pip install it")
    found = produced(place, FakeDataTools(error=error))

    assert kinds(found) == []
    assert [note.mend for note in found.notes] == ["pip install it"] * 2


def test_a_folder_that_takes_no_drafts_is_looked_at_all_the_same(place: Path) -> None:
    """The answer is there; it is found again the next time."""
    trained(place, resource(place / "people.csv"))
    (place / FOLDER).write_text("in the way", encoding="utf-8")
    found = produced(place, FakeDataTools(scan_claim=SENSITIVE))

    assert kinds(found) == [Scan, Reidentification, ReviewRequest]
    assert {note.code for note in found.notes} == {"home.cannot-write"}
    assert not any(note.blocks for note in found.notes)


def test_a_broken_draft_is_said_and_found_again(place: Path) -> None:
    """It does not keep the others from being read."""
    trained(place, resource(place / "people.csv"))
    (place / FOLDER).mkdir()
    (place / FOLDER / "x-scan.intoto.jsonl").write_text("no json\n", encoding="utf-8")
    found = produced(place, FakeDataTools())

    assert kinds(found) == [Scan, Reidentification]
    assert len(found.notes) == 1


def test_the_answer_hangs_on_records_and_drafts(place: Path) -> None:
    """So a cached answer is not taken for a newer one."""
    trained(place, resource(place / "people.csv"))
    producer = DataProducer(FakeDataTools(), SetClock(AT))
    before = producer.inputs(ComponentFolder.read(place))
    producer.produce(ComponentFolder.read(place))
    after = producer.inputs(ComponentFolder.read(place))

    assert len(before) == 1
    assert len(after) == 5
    assert producer.tool_version() == FakeDataTools().present
    assert producer.name == "privacy"


def test_a_dataset_that_cannot_be_read_is_not_at_hand(place: Path) -> None:
    """A socket, a device: the manifest refuses it, and the dataset stays elsewhere."""
    trained(place, resource(place / "people.csv"))
    (place.parent / "more" / "link").symlink_to(place.parent / "nowhere")
    component = ComponentFolder.read(place)

    assert [one.name for one in training_data(component)] == ["people.csv"]


def test_bytes_that_changed_before_they_were_looked_at_are_not_kept(place: Path) -> None:
    """A claim about a digest is about the bytes that were read, for a scan and a measurement."""

    class Swapped(FakeDataTools):
        def scan(self, path: Path, *, at: datetime, progress: Progress | None = None) -> Scanned:
            return replace(super().scan(path, at=at, progress=progress), digest={"sha256": "00"})

        def measure(self, path: Path, said: DatasetEntry | None, *, at: datetime) -> Measured:
            return replace(super().measure(path, said, at=at), digest={"sha256": "00"})

    trained(place, resource(place / "people.csv"))
    found = produced(place, Swapped())

    assert kinds(found) == []
    assert [note.code for note in found.notes] == ["producer.data-changed"] * 2
