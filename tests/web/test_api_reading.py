"""The API answers what the pages show, typed, with ETags, and problems as documents."""

import csv
import json
from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from sunlit.node.exporting import FORMATS
from sunlit.web.api import catalogue_export
from sunlit.web.api.models import Problem
from tests.formats.export_judges import judged_bytes
from tests.rubric.story import DEPLOYER, PURL, USE

API = "/api/v1"


@pytest.fixture(scope="module")
def key(shared_client: TestClient) -> str:
    """The key of the component that the story is about."""
    return str(component(shared_client)["key"])


def component(client: TestClient) -> dict[str, Any]:
    """Return the one own component of the catalogue."""
    items = client.get(f"{API}/components?source=own").json()["items"]
    assert len(items) == 1
    return dict(items[0])


def test_the_document_of_the_api_is_valid_and_names_no_page(shared_client: TestClient) -> None:
    """OpenAPI 3.1, only what is below /api/v1, and every route with its problems."""
    document = shared_client.get(f"{API}/openapi.json").json()
    validate(document)

    assert document["openapi"].startswith("3.1")
    assert all(path.startswith(API) for path in document["paths"])
    for path in document["paths"].values():
        for operation in path.values():
            assert {"400", "422", "429", "503"} <= set(operation["responses"])


def test_the_catalogue_is_paged_by_cursor(shared_client: TestClient) -> None:
    """Page by page it holds the same as at once, each thing once."""
    whole = shared_client.get(f"{API}/components").json()
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = shared_client.get(f"{API}/components", params={"limit": 1} | (
            {"after": after} if after else {})).json()  # fmt: skip
        found += [one["key"] for one in page["items"]]
        after = page["next"]

    assert found == [one["key"] for one in whole["items"]]
    assert len(found) == whole["total"] == 4
    assert {one["value"] for one in whole["facets"]["source"]} == {"own", "omb"}


def test_a_component_says_what_it_is_and_for_what(shared_client: TestClient, key: str) -> None:
    """The same names as in the log."""
    found = shared_client.get(f"{API}/components/{key}").json()

    assert found["purl"] == PURL
    assert [(one["deployer"], one["id"]) for one in found["uses"]] == [(DEPLOYER, USE)]
    assert found["logs"]


def test_label_findings_and_releases_are_given(shared_client: TestClient, key: str) -> None:
    """Eight lines, every control, every release."""
    label = shared_client.get(f"{API}/components/{key}/label").json()
    findings = shared_client.get(
        f"{API}/components/{key}/findings", params={"deployer": DEPLOYER, "use": USE}
    ).json()
    releases = shared_client.get(f"{API}/components/{key}/releases").json()

    assert [one["number"] for one in label["labels"][0]["lines"]] == list(range(1, 9))
    assert {one["outcome"] for one in findings["findings"]} <= {"HOLDS", "FAILS", "UNKNOWN"}
    assert findings["outcome"] == "HOLDS"
    assert releases["releases"][0]["version"] == "1.0"


@pytest.mark.parametrize("form", FORMATS)
def test_a_component_of_the_log_passes_the_judge_of_each_format(
    shared_client: TestClient, key: str, form: str
) -> None:
    """From statements, over the wire; publiccode.yml is refused while nobody said where it is."""
    found = shared_client.get(f"{API}/components/{key}/exports/{form}")
    told = shared_client.get(f"{API}/components/{key}/exports/{form}/losses")

    if form == "publiccode":
        assert (found.status_code, found.json()["code"]) == (409, "export.lacks")
    else:
        assert judged_bytes(form, found.content) is None
        assert told.json()["format"] == form


def test_the_page_offers_the_same_document(shared_client: TestClient, key: str) -> None:
    """A download for people, under a name of ours."""
    found = shared_client.get(f"/components/{key}/export/cyclonedx")
    losses = shared_client.get(f"/components/{key}/export/cyclonedx/losses")

    assert 'filename="bom.cdx.json"' in found.headers["content-disposition"]
    assert found.content == shared_client.get(f"{API}/components/{key}/exports/cyclonedx").content
    assert losses.json()["format"] == "cyclonedx"


def test_records_say_where_they_were_found(shared_client: TestClient) -> None:
    """Hostile text is text; what nobody filled in is among the blanks."""
    registers = shared_client.get(f"{API}/registers").json()["items"]
    listed = shared_client.get(f"{API}/records/omb").json()
    found = shared_client.get(f"{API}/records/omb/US-3").json()
    export = shared_client.get(f"{API}/records/omb/US-3/exports/cyclonedx")
    losses = shared_client.get(f"{API}/records/omb/US-3/exports/omb/losses")

    assert registers == [{"register": "omb", "records": 3}]
    assert listed["total"] == 3
    assert found["blanks"] == ["Risks"]
    assert found["licence"] == "CC0-1.0"
    assert "<script>" in found["title"]
    assert judged_bytes("cyclonedx", export.content) is None
    assert losses.json()["format"] == "omb"


def test_organisations_and_the_register_are_given(shared_client: TestClient) -> None:
    """By name, and every use with its eight cells."""
    names = [one["id"] for one in shared_client.get(f"{API}/organisations").json()["items"]]
    one = shared_client.get(f"{API}/organisations/{DEPLOYER}").json()
    register = shared_client.get(f"{API}/register", params={"organisation": DEPLOYER}).json()

    assert DEPLOYER in names
    assert one["id"] == DEPLOYER
    assert len(register["lines"][0]["cells"]) == 8


def test_a_log_is_read_entry_by_entry(shared_client: TestClient) -> None:
    """Each entry once, with its statement, and with the proof that the log holds it."""
    log = shared_client.get(f"{API}/logs").json()["items"][0]
    found, after = [], None
    while True:
        page = shared_client.get(f"{API}/logs/{log['key']}/entries", params={"limit": 30} | (
            {"after": after} if after else {})).json()  # fmt: skip
        found += page["items"]
        after = page["next"]
        if after is None:
            break
    entry = shared_client.get(f"{API}/logs/{log['key']}/entries/3").json()
    statement = shared_client.get(f"{API}/statements/{found[3]['statement']}").json()

    assert [one["index"] for one in found] == list(range(log["size"]))
    assert entry["statement"] == found[3]["statement"]
    assert statement["places"][0]["index"] == 3
    assert statement["envelope"]["signatures"]


def test_what_was_read_is_not_sent_again(shared_client: TestClient) -> None:
    """The ETag is asked about, and nothing is read for the answer."""
    first = shared_client.get(f"{API}/components")
    again = shared_client.get(f"{API}/components", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/components/nothing", 404),
        ("/components/nothing/exports/omb", 404),
        ("/components?limit=0", 422),
        ("/components?sort=colour", 400),
        ("/components?after=%C3%A9", 400),
        ("/records/omb/none", 404),
        ("/records/_zz/none", 404),
        ("/organisations/nobody.example", 404),
        ("/logs/nothing/entries", 404),
        ("/statements/abc", 422),
        (f"/statements/{'0' * 64}", 404),
        (f"/submissions/{'0' * 64}", 404),
        ("/components?at=x", 200),
        ("/register?at=then", 404),
    ],
)
def test_a_problem_is_a_document(shared_client: TestClient, path: str, status: int) -> None:
    """By RFC 9457, whatever it is."""
    found = shared_client.get(API + path)

    assert found.status_code == status
    if status != 200:
        assert found.headers["content-type"] == "application/problem+json"
        assert Problem.model_validate(json.loads(found.content)).status == status


def test_an_unknown_use_and_a_bad_entry_are_not_there(shared_client: TestClient, key: str) -> None:
    """Names that nothing has."""
    log = shared_client.get(f"{API}/logs").json()["items"][0]
    use = shared_client.get(f"{API}/components/{key}/findings?use=none")
    entry = shared_client.get(f"{API}/logs/{log['key']}/entries/99999")
    form = shared_client.get(f"{API}/components/{key}/exports/docx")

    assert [use.status_code, entry.status_code, form.status_code] == [404, 404, 404]


def test_the_whole_catalogue_is_one_document(shared_client: TestClient, key: str) -> None:
    """As rows it is what the page's files hold; in a format's words it passes that one's judge."""
    rows = shared_client.get(f"{API}/components/export/json").json()
    lines = list(
        csv.DictReader(shared_client.get(f"{API}/components/export/csv").text.splitlines())
    )
    own = next(one for one in rows["rows"] if one["key"] == key)
    narrowed = shared_client.get(f"{API}/components/export/json?source=own").json()

    assert rows["total"] == len(rows["rows"]) == len(lines) > narrowed["total"] > 0
    assert rows == shared_client.get("/components.json").json()
    assert own["permitted"]
    assert own["used_by"]
    for form in ("mldcat-ap", "omb"):
        found = shared_client.get(f"{API}/components/export/{form}?source=own")
        assert judged_bytes(form, found.content) is None


def test_a_catalogue_that_is_too_large_or_of_no_format_is_refused(
    shared_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thing of a catalogue in a format's words is judged anew: there are bounds."""
    monkeypatch.setattr(catalogue_export, "MOST_JUDGED", 1)
    many = shared_client.get(f"{API}/components/export/omb")
    none = shared_client.get(f"{API}/components/export/atrs")

    assert (many.status_code, many.json()["code"]) == (409, "export.too-many")
    assert (none.status_code, none.json()["code"]) == (404, "export.no-such-format")


@pytest.mark.parametrize(
    "path", [f"{API}/components", f"{API}/components/export/csv", "/components", "/components.json"]
)
def test_what_rests_on_the_catalogue_is_kept_until_it_changes(
    shared_client: TestClient, path: str
) -> None:
    """By a tag that asks the cards alone, whatever the minute; another search has another tag."""
    first = shared_client.get(path)
    again = shared_client.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = shared_client.get(f"{path}?sort=name", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])
    assert other.status_code == 200
