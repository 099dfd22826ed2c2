"""How much is found, and how much is found that is not there: Sunlit beside Presidio, in one run.

python -m benchmarks.data_accuracy [--scale quick|full] [--json] [--public PATH]
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks import contender, data_sets
from benchmarks.contender import MissingError, Run
from benchmarks.parts import OURS, Part, Row, Target
from benchmarks.render import show
from tests.data_corpus import columns
from tests.data_corpus.corpus import CHECKED, Document, to_lines
from tests.data_corpus.score import Found, Rate, Score, kinds_table, score, table

TITLE: Final = "What is found: accuracy on labelled text and columns"
TEXT: Final = (
    "Typed recall is the share of labelled values of which one finding of the right kind covers at "
    "least 80 %; masked recall counts findings of any kind; intervals are exact, 95 % "
    "(Clopper-Pearson). Half of the corpus's values stand beside a word that says what they are, "
    "half are bare. "
    "*Checksum and format kinds* are the 26 that a check digit or a form of their own tells apart; "
    "*all kinds* adds passports, crime and custody references and dates of birth, which without a "
    "word beside them are any number.\n\n"
    "**The corpus and the recognisers come from one project.** They were written by different "
    "authors, the corpus without a look at the rules, and the rules mended by kinds of mistakes "
    "only, never by texts; it is still no sample of anybody's real files. Presidio is given all "
    "its British, European and American recognisers, most of them off by default, and eleven "
    "countries of telephone numbers. It reports every date, which is no mistake in its own terms: "
    "its dates are not held against it in negatives and in columns of dates."
)
NO_NER: Final = "Presidio without NER, 0.5"
VARIANTS: Final = (
    # name, with the model's names, lowest score
    (NO_NER, False, 0.5), ("Presidio without NER, 0", False, 0.0),
    ("Presidio with NER, 0.5", True, 0.5), ("Presidio with NER, 0", True, 0.0),
)  # fmt: skip
ROWS: Final = {"quick": 10, "full": 40}  # of a column, that presidio-structured looks at
DATE: Final = "date-of-birth"  # what Presidio's DATE_TIME counts as
DATES: Final = ("opened_on", "updated_at")  # neutral columns of dates
Lines = list[list[tuple[int, int, str | None, float]]]


def measure(*, small: bool, public: Path | None = None) -> Part:
    """Run every contender over every set."""
    versions: dict[str, str] = {}
    notes: list[str] = []
    corpus = data_sets.own(small=small)
    own = _scores(corpus, versions, notes)
    rows = [*_corpus_rows(own), *_column_rows(small=small, versions=versions, notes=notes)]
    notes += ["### The project's corpus", table(own), "By kind: typed recall and precision."]
    notes.append(kinds_table({name: own[name] for name in (OURS, NO_NER) if name in own}))
    notes += _families(own)
    notes += _set("The case notes of the example", data_sets.case_notes(), versions)
    found = data_sets.public(public)
    if found is None:
        notes.append("presidio-research's public set was not at hand (PRESIDIO_RESEARCH).")
    else:
        notes += _set("presidio-research's public set", found, versions)
    return Part(
        name="data-accuracy", title=TITLE, text=TEXT, rows=rows, versions=versions,
        notes=[one for one in notes if one],
    )  # fmt: skip


def _set(title: str, documents: Sequence[Document], versions: dict[str, str]) -> list[str]:
    notes: list[str] = []
    scores = _scores(documents, versions, notes)
    kinds = sorted({span.kind for one in documents for span in one.spans} - data_sets.NAMED)
    lines = [_line(["", *scores]), _line(["---"] * (1 + len(scores)))]
    for kind in (*kinds, None):
        chosen = [kind] if kind else kinds
        cells = [
            f"{one.typed(said=True, kinds=chosen)}; precision {one.precision(chosen)}"
            for one in scores.values()
        ]
        lines.append(_line([kind or "all of these", *cells]))
    counted = f"{len(documents)} documents; typed recall and precision."
    return [*notes, f"### {title}", counted, "\n".join(lines)]


def _scores(
    documents: Sequence[Document], versions: dict[str, str], notes: list[str]
) -> dict[str, Score]:
    """Return a score for each contender; one that is missing is said to be."""
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder) / "documents.jsonl", Path(folder) / "spans.jsonl"
        place.write_text("\n".join(to_lines(list(documents))), encoding="utf-8")
        contender.ours("spans", place, out)
        scores = {OURS: _score(documents, out, 0, is_ours=True)}
        for name, ner, lowest in VARIANTS:
            if lowest:
                try:
                    run = _presidio(place, out, ner=ner)
                except MissingError as missing:
                    notes.append(str(missing))
                    return scores
                versions.update(run.versions)
            scores[name] = _score(documents, out, lowest)
    return scores


def _presidio(place: Path, out: Path, *, ner: bool) -> Run:
    options = ["--ner"] if ner else []
    return contender.presidio("spans", place, out, "--threshold", "0", *options)


def _score(
    documents: Sequence[Document], out: Path, lowest: float, *, is_ours: bool = False
) -> Score:
    lines: Lines = [json.loads(line) for line in out.read_text("utf-8").split("\n")]
    found = {
        one.text: [
            Found(start, end, kind)
            for start, end, kind, sure in line
            if sure >= lowest and not (one.family and kind == DATE and not is_ours)
        ]
        for one, line in zip(documents, lines, strict=True)
    }
    return score(documents, found.__getitem__)


def _corpus_rows(scores: Mapping[str, Score]) -> list[Row]:
    """Return the figures that have a target."""
    wanted: list[tuple[str, str, float, Callable[[Score], Rate]]] = [
        (
            "typed recall with a word beside it",
            "typed-said",
            0.95,
            lambda one: one.typed(said=True),
        ),
        ("typed recall, bare", "typed-bare", 0.85, lambda one: one.typed(said=False)),
    ]
    rows = []
    for what, name, bound, read in wanted:
        rates = {who: read(one) for who, one in scores.items()}
        rows.append(_row(f"{what} ({len(CHECKED)} checksum and format kinds)", name, bound, rates))
    flagged = {who: one.negatives for who, one in scores.items()}
    return [*rows, _row("hard negatives flagged", "negatives", 0.06, flagged, at_least=False)]


def _row(
    what: str, name: str, bound: float, rates: Mapping[str, Rate], *, at_least: bool = True
) -> Row:
    return Row(
        what=what, unit="share", samples={who: [rate.share or 0.0] for who, rate in rates.items()},
        target=Target(
            name=f"data-{name}", text=f"at {'least' if at_least else 'most'} {bound:g}",
            measured=rates[OURS].share or 0.0, bound=bound, at_least=at_least,
        ),
    )  # fmt: skip


def _families(scores: Mapping[str, Score]) -> list[str]:
    chosen = {name: scores[name] for name in (OURS, NO_NER) if name in scores}
    lines = [_line(["hard negatives flagged, by family", *chosen])]
    lines.append(_line(["---"] * (1 + len(chosen))))
    lines += [
        _line([family, *(str(one.flagged[family]) for one in chosen.values())])
        for family in scores[OURS].flagged
    ]
    return ["\n".join(lines)]


def _column_rows(*, small: bool, versions: dict[str, str], notes: list[str]) -> list[Row]:
    """Return the share of labelled columns that each contender names rightly."""
    made = columns.build()
    rows = ROWS["quick" if small else "full"]
    right: dict[str, Rate] = {}
    wrong: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder) / "columns.json", Path(folder) / "labels.json"
        place.write_text(json.dumps({one.name: one.values for one in made}), encoding="utf-8")
        contender.ours("columns", place, out)
        right[OURS], wrong[OURS] = _labelled(made, json.loads(out.read_text("utf-8")), is_ours=True)
        for threshold in ("0", "0.5"):
            name = f"presidio-structured, {threshold}"
            try:
                run = contender.presidio(
                    "columns", place, out, "--rows", str(rows), "--threshold", threshold
                )
            except MissingError as missing:
                notes.append(str(missing))
                break
            versions.update(run.versions)
            right[name], wrong[name] = _labelled(made, json.loads(out.read_text("utf-8")))
    notes += [f"Columns that {who} names wrongly: {', '.join(one) or 'none'}."
              for who, one in wrong.items()]  # fmt: skip
    what = f"columns named rightly, of {len(made)} (presidio-structured by {rows} rows of each)"
    return [_row(what, "columns", 0.9, right)]


def _labelled(
    made: Sequence[columns.Labelled], labels: Mapping[str, str], *, is_ours: bool = False
) -> tuple[Rate, list[str]]:
    wrong = [
        f"{one.name} ({labels.get(one.name, 'nothing')})"
        for one in made
        if labels.get(one.name) != one.kind
        and (is_ours or one.name not in DATES or labels.get(one.name) != DATE)
    ]
    return Rate(len(made) - len(wrong), len(made)), wrong


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--scale", choices=["quick", "full"], default="full")
    parser.add_argument("--public", type=Path, help="presidio-research's set, or its repository")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    show(measure(small=asked.scale == "quick", public=asked.public), as_json=asked.json)


if __name__ == "__main__":
    main()
