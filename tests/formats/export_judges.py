"""Independent judges of exports: each returns what is wrong, nothing where all is well."""

import csv
import gzip
import io
import json
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import jsonschema  # type: ignore[import-untyped]
import pyshacl
import rdflib
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from sunlit.formats.losses import Exported
from sunlit.formats.nl_write import CATEGORIES, LENGTHS, STATUSES
from sunlit.formats.omb import COLUMNS, read_omb
from sunlit.formats.publiccode_write import problems as publiccode_problems

FIXTURES: Final = Path(__file__).parents[1] / "fixtures" / "exports"


@cache
def _strict() -> JsonStrictValidator:
    return JsonStrictValidator(SchemaVersion.V1_6)


@cache
def _shapes() -> rdflib.Graph:
    data = gzip.decompress((FIXTURES / "mldcat-ap-SHACL.ttl.gz").read_bytes())
    return rdflib.Graph().parse(data=data, format="turtle")


@cache
def _metadata() -> jsonschema.Draft7Validator:
    path = FIXTURES / "govuk-publishing-api-atrs-metadata.schema.json"
    return jsonschema.Draft7Validator(json.loads(path.read_bytes()))


def cyclonedx(data: bytes) -> object:
    """Judge by CycloneDX's own library, and look for references to nothing."""
    return _strict().validate_str(data.decode()) or dangling(json.loads(data)) or None


def mldcat(data: bytes) -> object:
    """Judge by SEMIC's shapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's own reader uses what rdflib deprecates
        graph = rdflib.Graph().parse(data=data, format="json-ld")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=_shapes())
    return None if conforms and len(graph) else text


def atrs(data: bytes) -> object:
    """Judge the metadata by GOV.UK's schema; of the rest there is none."""
    document = json.loads(data)
    return list(_metadata().iter_errors(document["metadata"])) or (
        None if {"tier_1", "tier_2"} <= set(document) else "tiers"
    )


def judged(found: Exported) -> object:
    """Judge a document by its format's judge."""
    return judged_bytes(found.format, found.data)


def judged_bytes(form: str, data: bytes) -> object:
    """Judge bytes by a format's judge."""
    known: dict[str, Callable[[bytes], object]] = {
        "cyclonedx": cyclonedx,
        "mldcat-ap": mldcat,
        "atrs": atrs,
        "nl-register": lambda it: nl_problems(json.loads(it)) or None,
        "publiccode": lambda it: publiccode_problems(yaml.safe_load(it)) or None,
        "omb": rows,
    }
    return known[form](data)


def rows(data: bytes) -> object:
    """Judge by our own reader: it takes what our own writer wrote."""
    found = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    read = read_omb(data)
    return None if len(found) == len(read.records) and set(found[0]) == set(COLUMNS) else "columns"


def dangling(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return references that lead to nothing, which the schema does not notice."""
    given, asked = set[str](), set[str]()
    _walk(document, given, asked)
    return tuple(sorted(asked - given))


_REFERS: Final = frozenset({
    "ref", "assessor", "requirement", "target", "claims", "counterClaims", "evidence",
    "counterEvidence",
})  # fmt: skip


def _walk(value: object, given: set[str], asked: set[str]) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "bom-ref":
                given.add(str(inner))
            elif name in _REFERS:
                asked.update(_names(inner))
            _walk(inner, given, asked)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner, given, asked)


def _names(value: object) -> list[str]:
    names = value if isinstance(value, list) else [value]
    return [one for one in names if isinstance(one, str)]


def nl_problems(records: object) -> tuple[str, ...]:
    """Return what of the standard a list of records does not keep; null is a blank."""
    rows = records if isinstance(records, list) else [None]
    return tuple(problem for row in rows for problem in _row_problems(row))


def _row_problems(row: object) -> list[str]:
    if not isinstance(row, Mapping):
        return ["no object"]
    found = [
        name
        for name, most in LENGTHS.items()
        if not isinstance(text := row.get(name), str | None) or len(text or "") > most
    ]
    found += ["status"] if row.get("status") not in (*STATUSES, None) else []
    category = row.get("publication_category")
    return found + (["publication_category"] if category not in (*CATEGORIES, None) else [])
