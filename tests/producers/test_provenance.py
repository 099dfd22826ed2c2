"""Records of how files came about count when their outputs are files of the folder."""

import json
from pathlib import Path

from sunlit.claims.provenance import Dataset, Provenance
from sunlit.producers.provenance import ProvenanceProducer
from sunlit.registry.producing import ComponentFolder
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import generate
from tests.producers.folders import claims, codes, written

DATA = "d" * 64


def run_of(digest: str) -> Statement:
    """Return provenance of one output."""
    return Statement(
        (Subject("model.txt", {"sha256": digest}),),
        Provenance.TYPE,
        {
            "buildDefinition": {
                "buildType": "urn:x:y",
                "externalParameters": {},
                "resolvedDependencies": [{"name": "data", "digest": {"sha256": DATA}}],
            },
            "runDetails": {"builder": {"id": "urn:x:z"}},
        },
    )


def dataset(digest: str) -> Statement:
    """Return a description of data."""
    return Statement((Subject("data", {"sha256": digest}),), Dataset.TYPE, {"name": "data"})


def model(tmp_path: Path) -> str:
    """Write a model and return its digest."""
    return written(tmp_path, {"model.txt": "tree\n"}).manifest.files[0].sha256


def kept(tmp_path: Path, name: str, data: bytes) -> ComponentFolder:
    """Return the folder with a record below `.sunlit/provenance`."""
    return written(tmp_path, {f".sunlit/provenance/{name}": data})


def test_a_record_of_a_file_here_counts_with_the_data_it_read(tmp_path: Path) -> None:
    """A description of other data does not come along, and none comes twice."""
    lines = [run_of(model(tmp_path)), dataset(DATA), dataset(DATA), dataset("e" * 64)]
    data = b"\n".join(one.to_payload() for one in lines)
    folder = kept(tmp_path, "a.intoto.jsonl", data)

    produced = ProvenanceProducer().produce(folder)

    assert len(claims(produced, Provenance)) == len(claims(produced, Dataset)) == 1
    assert codes(produced) == []
    assert ProvenanceProducer().inputs(folder) == [".sunlit/provenance/a.intoto.jsonl"]


def test_an_envelope_is_read_as_what_it_says(tmp_path: Path) -> None:
    """Whoever admits it signs it anew."""
    envelope = sign(run_of(model(tmp_path)).to_payload(), [generate()])
    folder = kept(tmp_path, "a.dsse.json", envelope.to_bytes())

    assert len(claims(ProvenanceProducer().produce(folder), Provenance)) == 1


def test_a_record_of_other_files_does_not_count(tmp_path: Path) -> None:
    """The model was trained again, or swapped."""
    model(tmp_path)
    produced = ProvenanceProducer().produce(kept(tmp_path, "a.json", run_of("0" * 64).to_payload()))

    assert produced.drafts == ()
    assert codes(produced) == ["producer.other-files", "producer.no-provenance"]


def test_a_broken_record_is_noted(tmp_path: Path) -> None:
    """And the folder without any record is, too."""
    produced = ProvenanceProducer().produce(kept(tmp_path, "a.json", b"{"))

    assert codes(produced) == ["producer.bad-provenance", "producer.no-provenance"]


def test_an_openlineage_event_with_digests_counts(tmp_path: Path) -> None:
    """One output without a digest is named as such."""
    version = {"version": {"datasetVersion": f"sha256:{model(tmp_path)}"}}
    event = {
        "eventType": "COMPLETE",
        "run": {"runId": "r"},
        "inputs": [{"namespace": "s", "name": "d", "facets": {"own": {"digest": DATA}}}],
        "outputs": [{"namespace": "f", "name": "model.txt", "facets": version}, {"name": "log"}],
    }
    folder = written(tmp_path, {".sunlit/lineage/e.json": json.dumps(event)})

    produced = ProvenanceProducer().produce(folder)

    (claim,) = claims(produced, Provenance)
    assert claim.build_definition.resolved_dependencies[0].digest == {"sha256": DATA}
    assert codes(produced) == ["producer.lineage-without-digests"]


def test_an_event_file_may_stand_in_the_folder(tmp_path: Path) -> None:
    """Where sunlit.toml says so; without digests it proves nothing."""
    event = {"eventType": "COMPLETE", "run": {}, "outputs": [{"name": "model.txt"}]}
    folder = written(tmp_path, {
        "sunlit.toml": '[provenance]\nopenlineage = ["runs/*.json"]\n',
        "runs/e.json": json.dumps(event),
    })  # fmt: skip

    produced = ProvenanceProducer().produce(folder)

    assert codes(produced) == ["producer.lineage-without-digests", "producer.no-provenance"]
