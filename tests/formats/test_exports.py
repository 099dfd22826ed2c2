"""Exports pass judges that are not ours, and what they lose is listed completely."""

import json
from collections.abc import Callable

import pytest
import yaml

from sunlit.base.errors import VerificationError
from sunlit.formats.losses import Exported, How, Taking, leaves, only_known
from sunlit.formats.mldcat import to_mldcat_catalogue
from sunlit.formats.omb import COLUMNS
from sunlit.formats.omb_write import to_omb, to_omb_catalogue
from sunlit.formats.publiccode_write import problems
from sunlit.formats.register_file import FoundRegister
from sunlit.node.exporting import FORMATS
from tests.formats.export_judges import dangling, judged, mldcat, nl_problems
from tests.formats.export_views import record_views, whole_view, word, worded
from tests.formats.registers import atrs, nl, omb

KINDS = ("model", "dataset", "code", "hosted-service", "oci-image")


def exported(name: str, kind: str = "model") -> Exported:
    """Return everything known in a format."""
    return FORMATS[name](whole_view(kind))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_component_passes_the_judge_of_its_format(name: str, kind: str) -> None:
    """A model, a dataset, code, a service, an image: of each everything is known."""
    assert judged(exported(name, kind)) is None


@pytest.mark.parametrize("name", FORMATS)
def test_losses_are_everything_that_the_document_does_not_hold(name: str) -> None:
    """Each fact has a word of its own: it stands in the document, or among the losses."""
    found = exported(name)
    text = found.data.decode()
    lost = {one.fact: one for one in found.losses}
    told = worded(whole_view())

    assert told
    for fact in told:
        left_out = fact in lost and lost[fact].how is How.LEFT_OUT
        assert (word(fact) not in text) is (fact in lost), fact
        assert left_out == (fact in lost and lost[fact].how is not How.OTHER_WORDS), fact
    assert all(one.reason for one in found.losses)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_listed_that_nobody_knew(name: str) -> None:
    """The list is of facts, so a blank is no loss."""
    known = {"name": "N", "register": "r", "record": "1", "as_of": "2026-11-01T00:00:00Z"}
    facts = {**known, "homepage": "https://x.example/", "licence": "MIT", "summary": "S",
             "maintainer": ("m.example",), "purl": "pkg:generic/n" + "x" * 99}  # fmt: skip

    assert {one.fact for one in FORMATS[name](facts).losses} <= set(leaves(facts))


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_facts_are_the_same_document(name: str) -> None:
    """Nothing is drawn by lot: whoever exports again gets the same bytes."""
    assert exported(name).data == exported(name).data


@pytest.mark.parametrize("name", [one for one in FORMATS if one != "publiccode"])
@pytest.mark.parametrize("register", [omb, atrs, nl], ids=["omb", "atrs", "nl"])
def test_some_records_of_each_register_pass_in_each_format(
    name: str, register: Callable[[], FoundRegister]
) -> None:
    """The first records, the last one, and the longest; all of them in the long run."""
    views = record_views(register())
    longest = max(views, key=lambda facts: len(str(facts)))

    for facts in (*views[:2], views[-1], longest):
        assert judged(FORMATS[name](facts)) is None


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", [one for one in FORMATS if one != "publiccode"])
def test_every_imported_record_passes_in_each_format(name: str) -> None:
    """All 3,754 of them."""
    for register in (omb(), atrs(), nl()):
        for facts in record_views(register):
            found = FORMATS[name](facts)
            assert judged(found) is None, facts["record"]


def test_a_catalogue_of_everything_conforms() -> None:
    """Models, datasets and others' records in one graph."""
    views = [whole_view(), whole_view("dataset"), *record_views(atrs())[:5]]
    found = to_mldcat_catalogue(views, title="T", publisher="office.example", uri="urn:x:all")

    assert mldcat(found.data) is None
    assert found.data.count(b"dcat:CatalogRecord") == 7


def test_the_judge_of_graphs_notices_what_is_missing() -> None:
    """Without it a judge that passes everything would not be noticed."""
    document = json.loads(exported("mldcat-ap").data)
    model = next(one for one in document["@graph"] if "it6:trainedOn" in one)
    del model["it6:trainedOn"]

    assert "trainedOn" in str(mldcat(json.dumps(document).encode()))


def test_references_to_nothing_are_noticed() -> None:
    """CycloneDX's schema does not look where a reference leads."""
    document = json.loads(exported("cyclonedx").data)
    assert dangling(document) == ()

    document["declarations"]["claims"][0]["target"] = "nowhere"
    assert dangling(document) == ("nowhere",)


def test_unknown_is_no_conformance_and_failing_is_a_counter_claim() -> None:
    """Three answers stay three: a blank is neither for nor against."""
    document = json.loads(exported("cyclonedx").data)
    rows = document["declarations"]["attestations"][0]["map"]
    scores = [row.get("conformance", {}).get("score") for row in rows]

    assert scores == [1, 0, None]
    assert "counterClaims" in rows[1]
    assert set(rows[2]) == {"requirement"}


def test_publiccode_is_refused_where_nobody_said_what_it_asks() -> None:
    """It has no blanks, so no document is better than one that makes something up."""
    facts = {name: value for name, value in whole_view().items() if name != "licence"}
    with pytest.raises(VerificationError, match="nobody has said") as caught:
        FORMATS["publiccode"](facts)

    assert "licence" in (caught.value.got or "")


def test_publiccode_finds_the_address_of_code_in_a_package_url() -> None:
    """A package URL of a known host says where the code is."""
    facts = dict(whole_view()) | {"purl": "pkg:github/gov/tool@1.0", "homepage": "",
                                  "contact": "", "summary": "s" * 400}  # fmt: skip
    document = yaml.safe_load(FORMATS["publiccode"](only_known(facts)).data)

    assert document["url"] == "https://github.com/gov/tool"
    assert document["maintenance"] == {"type": "none"}
    assert len(document["description"]["en"]["shortDescription"]) == 150


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"url": "nowhere"}, "url"),
        ({"legal": {"license": "my own"}}, "legal.license"),
        ({"maintenance": {"type": "contract"}}, "maintenance.type"),
        ({"maintenance": {"type": "internal"}}, "maintenance.type"),
        ({"developmentStatus": "done"}, "developmentStatus"),
        ({"description": {}}, "description.features"),
        ({"localisation": None}, "localisation.availableLanguages"),
    ],
)
def test_the_check_of_publiccode_notices_what_is_wrong(
    broken: dict[str, object], name: str
) -> None:
    """The specification's minimum, field by field."""
    document = yaml.safe_load(exported("publiccode").data)

    assert problems(document) == ()
    assert name in problems(document | broken)


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ([{"name": "x" * 101}], "name"),
        ([{"status": "Klaar"}], "status"),
        ([{"publication_category": "Laag"}], "publication_category"),
        ([3], "no object"),
        ({}, "no object"),
    ],
)
def test_the_check_of_the_dutch_register_notices_what_is_wrong(broken: object, name: str) -> None:
    """Its bounds and its words."""
    assert name in nl_problems(broken)


def test_a_record_of_the_inventory_comes_back_as_its_row() -> None:
    """Out and in again: the fields are what they were, and blanks are blanks."""
    record = omb().records[100]
    (facts,) = (one for one in record_views(omb()) if one["record"] == record.record)
    header, row = to_omb(facts).data.decode().split("\r\n", 1)
    back = to_omb_catalogue([facts])

    assert header == ",".join(COLUMNS)
    assert all(text.splitlines()[0] in row for text in record.fields.values())
    assert back.data == to_omb(facts).data


def test_a_cell_that_a_spreadsheet_would_run_is_quoted() -> None:
    """Whoever wrote the record does not write a formula into somebody's spreadsheet."""
    facts = dict(whole_view()) | {"name": '=HYPERLINK("https://x.example")'}

    assert "'=HYPERLINK" in to_omb(facts).data.decode()


def test_a_text_that_is_cut_is_listed_as_cut() -> None:
    """Bounded, and said so."""
    take = Taking({"name": "x" * 20})

    assert take.text("name", 10) == "x" * 9 + "…"
    assert [one.how for one in take.losses()] == [How.CUT]
    assert only_known({"a": "", "b": (), "c": ({"d": None},)}) == {}
