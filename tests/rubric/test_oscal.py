import json
from collections.abc import Callable
from typing import Any

import pytest

from sunlit.base.errors import MalformedError
from sunlit.rubric import read_catalog, read_profile
from sunlit.rubric.core import CATALOG_FILE, PROFILE_FILE
from sunlit.rubric.risk_code import data_file


def catalog() -> dict[str, Any]:
    """Return the core catalog as JSON values."""
    document: dict[str, Any] = json.loads(data_file(CATALOG_FILE))
    return document


def profile() -> dict[str, Any]:
    """Return the core profile as JSON values."""
    document: dict[str, Any] = json.loads(data_file(PROFILE_FILE))
    return document


def encoded(document: object) -> bytes:
    """Return JSON bytes."""
    return json.dumps(document).encode()


def test_the_core_is_read_in_document_order() -> None:
    """Controls keep the order in which people read them."""
    read = read_catalog(data_file(CATALOG_FILE))

    assert list(read.controls)[:2] == ["prov-1", "prov-2"]
    assert read.groups["prov-1"] == "What is it made from, by whom, how?"
    assert len(read.digest) == 64


def test_controls_outside_groups_are_read() -> None:
    """OSCAL allows controls directly in the catalog, and catalogs without any."""
    document = catalog()
    document["catalog"]["controls"] = document["catalog"].pop("groups")[0]["controls"]

    assert read_catalog(encoded(document)).groups["prov-1"] == ""


def test_a_profile_is_read() -> None:
    """Imports, values and additions are what resolving needs."""
    document = profile()
    document["profile"]["imports"][0] = {
        "href": "core-catalog.json",
        "include-controls": [{"with-ids": ["prov-1"]}],
        "exclude-controls": [{"with-ids": ["prov-2"]}],
    }
    document["profile"]["modify"]["alters"] = [
        {"control-id": "prov-1", "adds": [{"props": [{"name": "x", "value": "y"}]}]}
    ]

    read = read_profile(encoded(document))

    assert read.imports[0].include == frozenset({"prov-1"})
    assert read.imports[0].exclude == {"prov-2"}
    assert read.parameters["assu-4.high"] == ("2",)
    assert read.additions[0].control == "prov-1"


BAD_CATALOGS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "no catalog": ("rubric.malformed", lambda d: d.pop("catalog")),
    "no metadata": ("rubric.malformed", lambda d: d["catalog"].pop("metadata")),
    "blank title": ("rubric.malformed", lambda d: d["catalog"]["metadata"].update(title=" ")),
    "old version": (
        "rubric.oscal-version",
        lambda d: d["catalog"]["metadata"].update({"oscal-version": "1.1.2"}),
    ),
    "groups no list": ("rubric.malformed", lambda d: d["catalog"].update(groups={})),
    "group no object": ("rubric.malformed", lambda d: d["catalog"].update(groups=["x"])),
    "bad id": (
        "rubric.malformed",
        lambda d: d["catalog"]["groups"][0]["controls"][0].update(id="1 2"),
    ),
    "twice": (
        "rubric.duplicate-id",
        lambda d: d["catalog"]["groups"][0]["controls"][0].update(id="prov-2"),
    ),
    "nested": (
        "rubric.unsupported",
        lambda d: d["catalog"]["groups"][0]["controls"][0].update(controls=[]),
    ),
}


@pytest.mark.parametrize("case", BAD_CATALOGS)
def test_a_bad_catalog_is_refused(case: str) -> None:
    """What decides an answer is checked, and each refusal has its code."""
    code, spoil = BAD_CATALOGS[case]
    document = catalog()
    spoil(document)

    with pytest.raises(MalformedError) as caught:
        read_catalog(encoded(document))

    assert caught.value.code == code


BAD_PROFILES: dict[str, tuple[str, Callable[[Any], object]]] = {
    "no imports": ("rubric.malformed", lambda p: p.pop("imports")),
    "no href": ("rubric.malformed", lambda p: p["imports"][0].pop("href")),
    "with-ids no list": (
        "rubric.malformed",
        lambda p: p.update(imports=[{"href": "x", "include-controls": [{"with-ids": "a"}]}]),
    ),
    "matching": (
        "rubric.unsupported",
        lambda p: p.update(imports=[{"href": "x", "include-controls": [{"matching": []}]}]),
    ),
    "removes": (
        "rubric.unsupported",
        lambda p: p["modify"].update(alters=[{"control-id": "prov-1", "removes": []}]),
    ),
    "changed props": (
        "rubric.unsupported",
        lambda p: p["modify"]["set-parameters"][0].update(props=[]),
    ),
    "unknown modification": ("rubric.unsupported", lambda p: p["modify"].update(other=1)),
    "add by id": (
        "rubric.unsupported",
        lambda p: p["modify"].update(
            alters=[{"control-id": "prov-1", "adds": [{"by-id": "prov-1_smt"}]}]
        ),
    ),
    "set twice": (
        "rubric.duplicate-id",
        lambda p: p["modify"]["set-parameters"].append(p["modify"]["set-parameters"][0]),
    ),
}


@pytest.mark.parametrize("case", BAD_PROFILES)
def test_a_bad_profile_is_refused(case: str) -> None:
    """A part of OSCAL that is not applied must not look as if it were."""
    code, spoil = BAD_PROFILES[case]
    document = profile()
    spoil(document["profile"])

    with pytest.raises(MalformedError) as caught:
        read_profile(encoded(document))

    assert caught.value.code == code
