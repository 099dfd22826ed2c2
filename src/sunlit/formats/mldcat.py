"""MLDCAT-AP 3.1 as JSON-LD: models, datasets, and everything else as a catalogued resource.

The profile asks of a model when it was made, its files and what it was trained on. Where nobody
said, the text is "Not provided": the shapes want a literal, and a date that nobody gave is none.
A record of another register is a `dcat:Resource` in a catalogue record, never a model: nobody
has said that it is one.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote

from sunlit.formats.losses import NOT_PROVIDED, Exported, Facts, Taking

FORMAT: Final = "mldcat-ap"
MEDIA: Final = "application/ld+json"
CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "it6": "http://data.europa.eu/it6/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
LICENCES: Final = "http://spdx.org/licenses/"
Node = dict[str, object]


def to_mldcat(facts: Facts) -> Exported:
    """Return one component with its catalogue record."""
    take = Taking(facts)
    nodes = list(_of(take))
    return _exported(nodes, take)


def to_mldcat_catalogue(
    views: Sequence[Facts], *, title: str, publisher: str, uri: str
) -> Exported:
    """Return a catalogue of many components, as its publisher shows it at `uri`."""
    takes = [Taking(facts) for facts in views]
    nodes = [node for take in takes for node in _of(take)]
    records = [
        {"@id": str(node["@id"])} for node in nodes if node.get("@type") == "dcat:CatalogRecord"
    ]
    catalogue: Node = {
        "@id": uri, "@type": "dcat:Catalog", "dct:title": title,
        "dct:description": "What signed statements say, and what other registers do.",
        "dct:publisher": _agent(publisher), "dcat:record": records,
    }  # fmt: skip
    losses = {loss.fact: loss for take in takes for loss in take.losses()}
    lacks = dict.fromkeys(lack for take in takes for lack in take.lacks())
    return Exported(
        format=FORMAT, name="catalogue.jsonld", media_type=MEDIA,
        data=_written([catalogue, *nodes]), losses=tuple(losses.values()), lacks=tuple(lacks),
    )  # fmt: skip


def _exported(nodes: list[Node], take: Taking) -> Exported:
    return Exported(
        format=FORMAT, name="component.jsonld", media_type=MEDIA, data=_written(nodes),
        losses=take.losses(), lacks=take.lacks(),
    )  # fmt: skip


def _written(nodes: list[Node]) -> bytes:
    document = {"@context": CONTEXT, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _of(take: Taking) -> Iterator[Node]:
    kind = take.text("kind")
    about = _iri(take)
    if kind == "model":
        yield from _model(take, about)
    else:
        yield _resource(take, about, "dcat:Dataset" if kind == "dataset" else "dcat:Resource")
    yield {
        "@id": f"{about}#record", "@type": "dcat:CatalogRecord",
        "dct:modified": _time(take.text("as_of")), "foaf:primaryTopic": {"@id": about},
        "dct:description": _provenance(take),
    }  # fmt: skip


def _iri(take: Taking) -> str:
    if take.facts.get("register"):
        register, record = take.text("register"), take.text("record")
        return f"urn:sunlit:record:{quote(register, safe='')}:{quote(record, safe='')}"
    return f"urn:sunlit:release:{take.text('digest') or quote(take.text('purl'), safe='')}"


def _provenance(take: Taking) -> str:
    if source := take.text("source"):
        got = f"{take.text('retrieved_on')}, SHA-256 {take.text('source_digest')}"
        return (
            f"Found in {source}, got {got}, licence of the record {take.text('source_licence')}; "
            "signed by nobody as to its truth."
        )
    return "From statements in transparency logs, signed by whoever said each."


def _model(take: Taking, about: str) -> Iterator[Node]:
    purl, version = take.text("purl"), take.text("version")
    made = take.wanted("released_on", take.text("released_on"))
    node = _resource(take, about, "it6:MachineLearningModel")
    node |= {"dct:identifier": purl, "dcat:version": version or NOT_PROVIDED}
    take.wanted("version", version)
    node["dct:created"] = _time(made) if made else NOT_PROVIDED
    for name, key in (("intended_use", "it6:intendedUse"), ("prohibited", "it6:limitations")):
        if text := take.text(name):
            node[key] = text
    files, trained = list(_files(take, about)), list(_datasets(take, about))
    node["it6:hasFile"], node["it6:trainedOn"] = _links(files), _links(trained)
    yield node
    yield from files
    yield from trained
    for name, kind in (
        ("spdx:checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm"),
        ("urn:sunlit:format:not-stated", "skos:Concept"),
    ):
        yield {"@id": name, "@type": kind}


def _files(take: Taking, about: str) -> Iterator[Node]:
    """Yield the files that hold weights; the whole release where none is named."""
    names = take.texts("model_files")
    take.wanted("model_files", names[0] if names else "")
    # What is checked is the release as a whole: its digest is of the list of all its files.
    digest = take.text("digest")
    for name in names or ("release",):
        url = f"{about}:file:{quote(name, safe='')}"
        file: Node = {
            "@id": f"{url}#file", "@type": "it6:File", "dct:identifier": name, "dct:title": name,
            "dct:format": {"@id": "urn:sunlit:format:not-stated"},
            "it6:url": {"@id": url, "@type": "dcat:Resource"},
        }  # fmt: skip
        yield file if names else {**file, "spdx:checksum": _checksum(digest)}


def _checksum(digest: str) -> Node:
    return {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": digest},
    }


def _datasets(take: Taking, about: str) -> Iterator[Node]:
    rows = list(take.rows("datasets"))
    take.wanted("datasets", "known" if rows else "")
    for number, row in enumerate(rows, 1):
        columns = row.text("columns")
        told = f"{row.text('rows') or '?'} rows; columns: {columns or NOT_PROVIDED}"
        node: Node = {
            "@id": f"{about}:data:{row.text('digest') or number}", "@type": "dcat:Dataset",
            "dct:title": row.text("name") or NOT_PROVIDED, "dct:description": told,
            "it6:collectionDate": NOT_PROVIDED,
        }  # fmt: skip
        take.wanted("datasets.collection_date", "")
        if source := row.text("source"):
            node["it6:dataProvenance"] = source
        if licence := row.text("licence"):
            node["dct:license"] = _licence(licence)
        yield node
    if not rows:
        yield {
            "@id": f"{about}:data:not-stated", "@type": "dcat:Dataset", "dct:title": NOT_PROVIDED,
            "dct:description": NOT_PROVIDED, "it6:collectionDate": NOT_PROVIDED,
        }  # fmt: skip


def _resource(take: Taking, about: str, kind: str) -> Node:
    # A catalogue record's topic is a resource; the shapes do not infer that a model is one.
    kinds = list(dict.fromkeys((kind, "dcat:Resource")))
    node: Node = {"@id": about, "@type": kinds, "dct:title": take.text("name")}
    if summary := take.text("summary"):
        node["dct:description"] = summary
    if kind == "dcat:Dataset":
        node |= {"dct:description": summary or NOT_PROVIDED, "it6:collectionDate": NOT_PROVIDED}
        take.wanted("collection_date", "")
    maintainer = take.text("maintainer")
    publisher = take.text("publisher")
    if kind == "it6:MachineLearningModel":
        node |= {"it6:hasProvider": _agent(maintainer)} if maintainer else {}
    else:
        who = maintainer or publisher
        node |= {"dct:publisher": _agent(who)} if who else {}
        known = (take.text("purl"), take.text("version"), take.text("digest"))
        node |= {"dct:identifier": [one for one in known if one]} if any(known) else {}
    if licence := take.text("licence"):
        node["dct:license"] = _licence(licence)
    if (homepage := take.text("homepage")).startswith(("https://", "http://")):
        node["dcat:landingPage"] = _page(homepage)
    return node


def _page(address: str) -> Node:
    return {"@id": quote(address, safe=":/?#[]@!$&'()*+,;=%~-._"), "@type": "foaf:Document"}


def _agent(name: str) -> Node:
    return {
        "@id": f"urn:sunlit:organisation:{quote(name, safe='')}",
        "@type": "foaf:Agent",
        "foaf:name": name,
    }


def _licence(expression: str) -> Node:
    return {
        "@id": f"{LICENCES}{quote(expression, safe='')}",
        "@type": "dct:LicenseDocument",
        "dct:title": expression,
    }


def _time(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}


def _links(nodes: list[Node]) -> list[dict[str, str]]:
    return [{"@id": str(node["@id"])} for node in nodes]
