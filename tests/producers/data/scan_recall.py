"""Measures the recall that `scan_recall.json` holds: `python -m tests.producers.data.scan_recall`.

Identifiers on the labelled corpus (tests/data_corpus), names on the made-up case notes of
examples/case-notes. A value counts as found when four fifths of its characters were, as its kind;
a name when half of it was, as any kind that the model finds.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import shipped
from tests.data_corpus.corpus import build

ROOT: Final = Path(__file__).resolve().parents[3]
TABLE: Final = ROOT / "src/sunlit/producers/data/scan_recall.json"
NOTES: Final = ROOT / "examples/case-notes"
NAMES: Final = ("address", "person")
Counts = dict[str, list[int]]


def kinds() -> Counts:
    """Return kind -> [found, of] on the labelled corpus."""
    engine, counts = Engine(shipped()), Counts()
    for document in build():
        found = engine.find(document.text)
        for span in document.spans:
            pair = counts.setdefault(span.kind, [0, 0])
            pair[1] += 1
            pair[0] += any(
                one.kind == span.kind
                and min(one.end, span.end) - max(one.start, span.start)
                >= 0.8 * (span.end - span.start)
                for one in found
            )
    return dict(sorted(counts.items()))


def names() -> Counts:
    """Return kind -> [found, of] on the made-up case notes; needs the extra [ner]."""
    from sunlit.producers.data.scan_names import names_in

    counts = Counts()
    for text, spans in _notes():
        found = [(start, end) for _, start, end in names_in(text)]
        for start, end, kind in spans:
            if kind in NAMES:
                pair = counts.setdefault(kind, [0, 0])
                pair[1] += 1
                covered = sum(max(0, min(end, two) - max(start, one)) for one, two in found)
                pair[0] += covered >= 0.5 * (end - start)
    return dict(sorted(counts.items()))


def _notes() -> Iterator[tuple[str, list[tuple[int, int, str]]]]:
    truth = (NOTES / "truth.jsonl").read_text("utf-8").splitlines()
    notes = (NOTES / "notes.jsonl").read_text("utf-8").splitlines()
    for note, spans in zip(notes, truth, strict=True):
        yield json.loads(note)["note"], json.loads(spans)["spans"]


def kept() -> Mapping[str, Counts]:
    """Return the table as it is kept."""
    table: Mapping[str, Counts] = json.loads(TABLE.read_text("utf-8"))
    return table


def main() -> None:
    """Measure, and write the table anew."""
    table = {
        "about": "Recall on made-up text: [values found, values there]. Kinds: tests/data_corpus; "
        "names: examples/case-notes. Written by tests/producers/data/scan_recall.py.",
        "kinds": kinds(), "names": names(),
    }  # fmt: skip
    lines = json.dumps(table, indent=1).replace("[\n   ", "[").replace(",\n   ", ", ")
    TABLE.write_text(lines.replace("\n  ]", "]") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
