"""Tables, licences, events and sunlit.toml: read, or refused with one documented code."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.formats import tabular
from sunlit.formats.licence_ids import HF_IDS, is_osi_approved, read_licence
from sunlit.formats.licence_texts import recognise
from sunlit.formats.openlineage import read_events
from sunlit.formats.sunlit_toml import SunlitToml, read_toml
from sunlit.formats.sunlit_toml_write import Proposal, new_document
from sunlit.formats.tabular import look_at_table, sensitive_columns
from sunlit.formats.test_report import Figure, judge, read_report

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "benefits-outreach"
EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-22T04:09:45.253996+00:00",
    "producer": "https://agency.example/platform",
    "run": {"runId": "r1"},
    "job": {
        "namespace": "agency", "name": "train",
        "facets": {"sourceCodeLocation": {"url": "https://forge.example/a", "version": "8d1cf2f"}},
    },
    "inputs": [{"namespace": "s3", "name": "claims"}],
    "outputs": [
        {"name": "m", "facets": {"x": 1, "version": {"datasetVersion": "A" * 64}}}
    ],
}  # fmt: skip


# --- licences -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expression", "approved"),
    [
        ("apache-2.0", "Apache-2.0", True),
        ("MIT or Apache-2.0", "MIT OR Apache-2.0", True),
        ("CC0-1.0 OR MIT", "CC0-1.0 OR MIT", True),
        ("CC0-1.0 AND MIT", "CC0-1.0 AND MIT", False),
        ("MIT AND LicenseRef-x", "MIT AND LicenseRef-x", None),
        ("GPL-2.0-only WITH Classpath-exception-2.0",
         "GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("OpenMDW-1.0", "OpenMDW-1.0", False),
        ("EUPL-1.2", "EUPL-1.2", True),
        ("LicenseRef-x", "LicenseRef-x", None),
        ("Apache Software License", "Apache-2.0", True),
        ("foo bar", None, None),
        ("MIT AND foo", None, None),
        ("(MIT", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_expressions_are_read_and_judged(
    text: str, expression: str | None, approved: object
) -> None:
    """AND needs all, OR needs one; what no list knows stays unknown."""
    reading = read_licence(text)

    assert (reading.expression, reading.osi_approved) == (expression, approved)


@pytest.mark.parametrize("licence_id", sorted(HF_IDS))
def test_every_hub_id_means_an_spdx_licence_or_none(licence_id: str) -> None:
    """`llama3.1` or `openrail` are no SPDX licences, whatever a parser makes of them."""
    reading = read_licence(licence_id, hugging_face=True)

    mapped = HF_IDS[licence_id]
    assert reading.expression == mapped
    assert mapped is None or is_osi_approved(mapped) is not None


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ((ROOT / "LICENSE").read_bytes(), "Apache-2.0"),
        (b"# SPDX-License-Identifier: MIT\n", "MIT"),
        (
            b"Redistribution and use in source and binary forms, ... Neither the name",
            "BSD-3-Clause",
        ),
        (b"Redistribution and use in source and binary forms, with", "BSD-2-Clause"),
        (b"Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
    ],
    ids=["apache", "identifier", "bsd3", "bsd2", "nc"],
)
def test_licence_texts_are_recognised(text: bytes, expression: str) -> None:
    """By phrases that only that licence has."""
    reading = recognise(text)

    assert reading is not None
    assert reading.expression == expression


def test_an_unknown_text_is_not_guessed() -> None:
    """Its reader must look."""
    assert recognise(b"Do what you like.") is None


@given(st.text(max_size=80))
def test_any_text_is_read_as_a_licence(text: str) -> None:
    """Never an error, and never approved without an expression."""
    reading = read_licence(text)

    assert reading.osi_approved is None or reading.expression


# --- tables ---------------------------------------------------------------------------------


def test_a_survey_table_seems_sensitive() -> None:
    """By its codes, with what each seems to be."""
    table = look_at_table(EXAMPLE / "data" / "acs-public-coverage-2018-test.parquet")

    assert table.rows == 5_000
    assert table.sensitive["RAC1P"] == "ethnicity"
    assert table.sensitive["DIS"] == table.sensitive["PUBCOV"] == "health"
    assert "SCHL" not in table.sensitive


def test_names_are_told_in_any_spelling_and_codes_only_in_company() -> None:
    """`MIL` alone may be anything."""
    names = ["dateOfBirth", "MARITAL_STATUS", "first-name", "MIL", "colour"]

    assert sensitive_columns(names) == {
        "dateOfBirth": "identifier", "MARITAL_STATUS": "family", "first-name": "identifier",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""), ("a.csv", b"\xff\xfe\x00"), ("a.parquet", b"PAR1 no"), ("a.tsv", b"\x00"),
        ("a.csv", b"a\n" + b'"' + b"x" * 200_000),
    ],
    ids=["empty", "not-utf8", "no-parquet", "nul", "wide"],
)  # fmt: skip
def test_a_table_that_is_none_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    """Its name promised one."""
    path = tmp_path / name
    path.write_bytes(data)
    if name.endswith(".tsv"):
        assert look_at_table(path).columns == ("\x00",)
        return

    with pytest.raises(MalformedError) as caught:
        look_at_table(path)

    assert caught.value.code == "tabular.malformed"


def test_a_missing_reader_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Parquet needs an extra; CSV never does."""
    monkeypatch.setattr(tabular, "find_spec", lambda name: None)

    with pytest.raises(UnavailableError) as caught:
        look_at_table(tmp_path / "a.parquet")

    assert caught.value.code == "tabular.no-reader"


# --- OpenLineage ----------------------------------------------------------------------------


def test_an_event_becomes_provenance() -> None:
    """Digests where a facet holds one; names elsewhere."""
    (run,) = read_events(json.dumps([{**EVENT, "eventType": "START"}, EVENT]).encode())

    assert run.outputs[0].digest == {"sha256": "a" * 64}
    definition = run.provenance.build_definition
    assert [one.digest for one in definition.resolved_dependencies] == [{}, {}]
    assert definition.resolved_dependencies[1].uri == "git+https://forge.example/a@8d1cf2f"
    metadata = run.provenance.run_details.metadata
    assert metadata is not None
    assert metadata.started_on == metadata.finished_on
    assert metadata.invocation_id == "r1"


def test_a_line_for_each_event_is_read_too() -> None:
    """As the file transport of the client writes them; odd fields are left out."""
    whole: dict[str, Any] = {**EVENT, "eventTime": "yesterday", "job": 3, "outputs": 4}
    whole["inputs"] = [{"name": "x"}]
    lines = json.dumps({**whole, "eventTime": "2026-01-01"}) + "\n\n" + json.dumps(whole)
    commit: dict[str, Any] = json.loads(json.dumps(EVENT))
    commit["job"]["facets"]["sourceCodeLocation"]["version"] = "c" * 40

    runs = read_events(lines.encode())

    assert [len(one.outputs) for one in runs] == [0, 0]
    (exact,) = read_events(json.dumps(commit).encode())
    source = exact.provenance.build_definition.resolved_dependencies[1]
    assert source.digest == {"gitCommit": "c" * 40}


@pytest.mark.parametrize("data", [b"\xff", b"{", b"3", b'{"run": 1}', b"[" * 5000])
def test_what_is_no_event_is_refused(data: bytes) -> None:
    """Nothing of it is used."""
    with pytest.raises(MalformedError) as caught:
        read_events(data)

    assert caught.value.code == "lineage.malformed"


# --- sunlit.toml ----------------------------------------------------------------------------


def test_the_examples_file_is_as_its_schema_says() -> None:
    """And so is an empty one."""
    schema = json.loads((ROOT / "spec/schemas/sunlit-toml.schema.json").read_text())
    text = (EXAMPLE / "sunlit.toml").read_text()

    jsonschema.validate(tomllib.loads(text), schema)
    jsonschema.validate({}, schema)
    said = read_toml(text.encode())
    assert said.unknown == ()
    assert said.datasets[0].used_for == ("training",)
    assert read_toml(b"") == SunlitToml(found=True)


@pytest.mark.parametrize(
    "text",
    [
        "x = ", "schema = 2", "component = 1", "[component]\nkind = 'robot'",
        "[component]\npurl = 1", "[tests]\nreports = 'a'", "[tests]\nreports = [1]",
        "dataset = 1", "dataset = [1]", "[[dataset]]\npath = 'x'", "#" * 300_000, "a = '\ud800'",
    ],
    ids=str,
)  # fmt: skip
def test_a_malformed_file_is_refused(text: str) -> None:
    """With the key that is wrong."""
    with pytest.raises(MalformedError) as caught:
        read_toml(text.encode("utf-8", "surrogatepass"))

    assert caught.value.code == "toml.malformed"


def test_unknown_keys_are_named() -> None:
    """With the tables that they stand in."""
    text = '# mine\nextra = 1\n[component]\nown = "x" # why\nversion = "1"\n'
    text += '[[dataset]]\nname = "d"\nz = 1\n'
    assert read_toml(text.encode()).unknown == ("component.own", "dataset[0].z", "extra")


@given(st.dictionaries(st.sampled_from(["version", "description", "target"]), st.text(max_size=60)))
def test_whatever_was_found_is_written_so_that_it_reads_back(found: dict[str, str]) -> None:
    """Quotes, newlines and control characters included."""
    document = new_document(Proposal(
        component=found, model_files=("a b", 'q"'), model_card="R.md",
        datasets=[{"name": "d", "path": "d.csv"}, {"name": "e", "licence": "MIT"}],
    ))  # fmt: skip

    said = read_toml(document.encode())

    for key, value in found.items():
        assert getattr(said, key) == (value.replace("\n", " ").strip() or None)
    assert said.model_files == ("a b", 'q"')


# --- test reports ---------------------------------------------------------------------------


def test_the_schema_of_reports_is_one() -> None:
    """It is published, so it must hold by itself."""
    schema = json.loads((ROOT / "spec/schemas/test-report.schema.json").read_text())

    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_figure_is_kept_as_it_was_written() -> None:
    """A text stays the text; a number becomes its shortest text."""
    resource = {"digest": {"sha256": "0" * 64}}
    report = read_report(json.dumps({
        "format": "sunlit-test-report/1", "kind": "k", "tested": [resource],
        "metrics": [{"name": "a", "value": "0.80"}, {"name": "b", "value": 0.1, "group": "g"}],
    }).encode())  # fmt: skip

    assert [str(one.value) for one in judge(report).metrics] == ["0.80", "0.1"]
    assert Figure(name="a", value=Decimal(1), group="g").label == "a [g]"
