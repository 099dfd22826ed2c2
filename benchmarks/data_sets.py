"""The labelled sets that detectors are measured on: the project's own two, and a public one.

The public one is presidio-research's `synth_dataset_v2.json` (MIT; names and addresses in it come
from FakeNameGenerator, CC BY-SA), read from where PRESIDIO_RESEARCH points and never kept here.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

from tests.data_corpus.corpus import Document, Truth, build

ROOT: Final = Path(__file__).parent.parent
NOTES: Final = ROOT / "examples" / "case-notes"
PUBLIC_FILE: Final = "synth_dataset_v2.json"
# What presidio-research calls the kinds that need no model of names; other labels are left out.
PUBLIC_KINDS: Final = {
    "CREDIT_CARD": "card", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "IBAN_CODE": "iban",
    "US_SSN": "us-ssn", "IP_ADDRESS": "ip-address",
}  # fmt: skip
NAMED: Final = frozenset({"person", "address", "organisation"})  # the kinds that a model finds


def own(*, small: bool) -> list[Document]:
    """Return the project's corpus, in full or a sixth of it."""
    return build(each=20, empty=260) if small else build()


def case_notes() -> list[Document]:
    """Return the made-up notes of the example; those without anybody in them are negatives."""
    notes = _lines(NOTES / "notes.jsonl")
    found = []
    for note, truth in zip(notes, _lines(NOTES / "truth.jsonl"), strict=True):
        spans = tuple(Truth(start, end, kind, is_said=True) for start, end, kind in truth["spans"])
        found.append(Document(note["note"], spans, "" if spans else "patrol"))
    return found


def public(place: Path | None = None) -> list[Document] | None:
    """Return presidio-research's set, or None where it is not at hand."""
    said = place or os.environ.get("PRESIDIO_RESEARCH")
    if not said:
        return None
    found = Path(said)
    if found.is_dir():
        found = next(iter(sorted(found.rglob(PUBLIC_FILE))), found / PUBLIC_FILE)
    if not found.is_file():
        return None
    return [_public(one) for one in json.loads(found.read_text(encoding="utf-8"))]


def _public(one: dict[str, list[dict[str, str | int]]]) -> Document:
    spans = sorted(
        (int(span["start_position"]), int(span["end_position"]), PUBLIC_KINDS[span["entity_type"]])
        for span in one["spans"]
        if span["entity_type"] in PUBLIC_KINDS
    )
    truths = tuple(Truth(start, end, kind, is_said=True) for start, end, kind in spans)
    return Document(str(one["full_text"]), truths, "" if one["spans"] else "nothing labelled")


def _lines(place: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in place.read_text("utf-8").split("\n") if line]
