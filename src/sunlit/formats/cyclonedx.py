"""CycloneDX 1.6: a component as an ML-BOM with CycloneDX Attestations (CDXA).

Written as plain JSON: the common Python library drops model cards and declarations. Its schema
does not notice references to nothing, so `dangling` looks for them.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from sunlit.formats.cyclonedx_claims import declarations, definitions
from sunlit.formats.losses import Exported, Facts, Taking

FORMAT: Final = "cyclonedx"
SCHEMA: Final = "http://cyclonedx.org/schema/bom-1.6.schema.json"
MEDIA: Final = "application/vnd.cyclonedx+json; version=1.6"
KINDS: Final[Mapping[str, str]] = {
    "model": "machine-learning-model", "dataset": "data", "database-snapshot": "data",
    "oci-image": "container", "code": "library",
}  # fmt: skip
ROWS: Final = ("uses", "mitigations", "logs")  # each a line of JSON
_ADDRESS: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?#][A-Za-z0-9/?#@!$&()*+,;=:%~._-]*)?"
)
TARGET: Final = "component"
# What has no member of its own stands among the properties, under our name for it.
PROPERTIES: Final = (
    "source", "source_digest", "source_licence", "retrieved_on", "register", "record", "kind",
    "target", "oms_root", "files", "bytes", "contract", "configuration", "changelog", "rollback",
    "code", "code_scheme", "tier", "board", "ceiling", "token_kind", "token_status",
    "token_issuer", "token_from", "token_until", "token_grant", "rubric", "engine", "oversight",
    "fallback", "break_glass", "owner", "publisher", "contact", "published_on", "stage",
    "released_on", "benefits",
)  # fmt: skip
LISTS: Final = (
    "blanks", "cut", "constraints", "jurisdictions", "data_classes", "open_findings", "model_files",
)  # fmt: skip


def to_cyclonedx(facts: Facts) -> Exported:
    """Return one component as a bill of materials."""
    take = Taking(facts)
    document = bom(take)
    return Exported(
        format=FORMAT, name="bom.cdx.json", media_type=MEDIA, data=written(document),
        losses=take.losses(), lacks=take.lacks(),
    )  # fmt: skip


def bom(take: Taking) -> dict[str, object]:
    """Return the document of one component."""
    component = _component(take)
    component["properties"] = _properties(take)
    document: dict[str, object] = {
        "$schema": SCHEMA, "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"timestamp": take.text("as_of"), "component": component},
    }  # fmt: skip
    if data := list(_datasets(take)):
        document["components"] = data
    if standards := definitions(take):
        document["definitions"] = standards
        document["declarations"] = declarations(take, TARGET)
    # The same facts are the same document: its number is made from them.
    number = uuid5(NAMESPACE_URL, json.dumps(document, sort_keys=True))
    return {**document, "serialNumber": f"urn:uuid:{number}"}


def written(document: object) -> bytes:
    """Return a JSON document for people and programs."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False).encode() + b"\n"


def _component(take: Taking) -> dict[str, object]:
    kind = KINDS.get(str(take.facts.get("kind", "")), "application")
    found: dict[str, object] = {"type": kind, "bom-ref": TARGET, "name": take.text("name")}
    for name, text in (
        ("version", take.text("version")),
        ("description", take.text("summary")),
        ("purl", take.text("purl")),
    ):
        found |= {name: text} if text else {}
    if digest := take.text("digest"):
        found["hashes"] = [{"alg": "SHA-256", "content": digest}]
    if licence := take.text("licence"):
        found["licenses"] = [{"license": {"name": licence}}]
    for name, organisation in (
        ("supplier", take.text("supplier")),
        ("manufacturer", take.text("maintainer")),
    ):
        found |= {name: {"name": organisation}} if organisation else {}
    homepage = str(take.facts.get("homepage") or "")
    if _ADDRESS.fullmatch(homepage):  # of several in one cell, none is an address
        take.text("homepage")
        found["externalReferences"] = [{"type": "website", "url": homepage}]
    if kind == "machine-learning-model":
        found["modelCard"] = _card(take)
    return found


def _card(take: Taking) -> dict[str, object]:
    considerations: dict[str, object] = {}
    cases = (*take.texts("intended_use"), *take.texts("permitted"))
    cases += tuple(row.text("description") for row in take.rows("uses"))
    limits = take.texts("prohibited")
    considerations |= {"useCases": list(dict.fromkeys(cases))} if cases else {}
    considerations |= {"technicalLimitations": list(limits)} if limits else {}
    trained = [
        {"ref": f"data-{number}"} for number, _ in enumerate(take.rows("datasets"), 1)
    ]  # fmt: skip
    card: dict[str, object] = {"considerations": considerations} if considerations else {}
    return card | ({"modelParameters": {"datasets": trained}} if trained else {})


def _datasets(take: Taking) -> Iterator[dict[str, object]]:
    for number, row in enumerate(take.rows("datasets"), 1):
        digest, licence = row.text("digest"), row.text("licence")
        found: dict[str, object] = {
            "type": "data", "bom-ref": f"data-{number}", "name": row.text("name"),
        }  # fmt: skip
        found |= {"hashes": [{"alg": "SHA-256", "content": digest}]} if digest else {}
        found |= {"licenses": [{"license": {"name": licence}}]} if licence else {}
        found["properties"] = [
            {"name": f"sunlit:{name}", "value": text}
            for name in ("source", "rows", "used_for", "columns", "sensitive_columns")
            if (text := row.text(name))
        ]
        yield found


def _properties(take: Taking) -> list[dict[str, str]]:
    """Everything that is one text or several, and no other member holds."""
    own = [name for name in take.facts if name.startswith("fields.")]
    pairs = [(name, take.text(name)) for name in (*PROPERTIES, *own)]
    # Only a model has a card, in which these have their place.
    if not _ADDRESS.fullmatch(str(take.facts.get("homepage") or "")):
        pairs.append(("homepage", take.text("homepage")))
    carded = take.facts.get("kind") == "model"
    lists = LISTS if carded else (*LISTS, "intended_use", "permitted", "prohibited")
    pairs += [(name, one) for name in lists for one in take.texts(name)]
    pairs += [(name, _line(row)) for name in ROWS for row in take.rows(name)]
    return [{"name": f"sunlit:{name}", "value": text} for name, text in pairs if text]


def _line(row: Taking) -> str:
    return json.dumps({name: row.text(name) for name in row.facts}, ensure_ascii=False)
