"""Scanning a dataset: what personal data it seems to hold, and how sure that is.

`scan(source, recognisers=..., at=...)` gives the claim and `detail`, the JSON report. Keys of
`detail` (shares are floats between 0 and 1, intervals Wilson's 95 %; no value of any person):

    format            "sunlit-data-scan/1"
    tool, scanned_on  such as "sunlit 0.5.0", "2026-11-22T12:00:00Z"
    headline          one sentence for people
    sensitive         true where a review is needed
    grounds           list of sentences: why
    dataset           {name, digest: {sha256, ...}, shape: "table" | "text", files: number,
                       bytes, unread: [{name, why}]}
    rows              rows, or documents
    recognisers       {digest, count}
    names             null, or {model, digest, looked: [{column | null, looked, of}]}
    columns           of a table, in order: [{name, type, values (neither null nor blank),
                       nulls (and blanks), looked, sampled,
                       free_text, words (mean), label: kind | null, category | null,
                       by | null, confidence | null, notes: [sentence], finds: [find]}]
    text              of documents: null, or {documents, with_any, characters, encoded,
                       finds: [find]}; a find has `times` here: finds in all documents
    find              {kind, title, category, by: "values" | "name" | "both", hits, rows (looked
                       at), rate, low, high, confidence, label: bool, shapes: [masked shape]}
    sampled           null: every value was looked at for every kind; else {kinds: [{kind,
                       title}], of, looked}: frequent patterns, so that of `of` values only
                       `looked` were looked at for these kinds (hits are scaled up)
    not_looked        [{name, why}]: columns that hold no text and were not looked at
    free_text         names of columns that hold prose
    quasi_identifiers, special_category, criminal_offence: names of columns
    residual          null (nothing is prose), or {estimate, high, looked, unit: "values" |
                       "documents", names: sentence, kinds: [{kind, hits, recall, low, high,
                       missed}], method: sentence}
    interval          how intervals were computed
    limits            [sentence]: what this cannot tell
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, Final

from sunlit import __version__
from sunlit.claims.privacy import Scan
from sunlit.producers.data.arrow import Array
from sunlit.producers.data.scan_decide import judge
from sunlit.producers.data.scan_detail import Seen, claim_of, detail_of
from sunlit.producers.data.scan_look import ColumnLook, look
from sunlit.producers.data.scan_names import NamesLook, NamesModel, look_for_names, names_model
from sunlit.producers.data.scan_text import TextLook
from sunlit.producers.data.source import Source
from sunlit.recognise.columns import all_name_kinds
from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import Recognisers

TOOL: Final = f"sunlit {__version__}"
NOT_TEXT: Final = ("BLOB", "BOOLEAN", "FLOAT", "DOUBLE", "BIT", "INTERVAL", "TIME")

Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Scanned:
    """The claim about a dataset, and the report that it names (see this module's docstring)."""

    claim: Scan
    detail: dict[str, Any] = field(repr=False)


def scan(
    source: Source,
    *,
    recognisers: Recognisers,
    at: datetime,
    ner: bool = False,
    every_name: bool = False,
    progress: Told | None = None,
) -> Scanned:
    """Look through a dataset.

    `ner` looks for names with a language model, in a sample of each prose column or of the
    documents; `every_name` in all of them. `progress` hears (bytes, bytes in all), roughly.

    Raises:
        MalformedError: `data.malformed`, `data.encoding`.
        VerificationError: `data.changed`, `data.names-model`.
        UnavailableError: `data.no-memory`, `data.no-reader`, `recognise.no-engine`.
    """
    told: Told = progress or _silent
    model = names_model() if ner or every_name else None  # before hours of other work
    engine = _engine(recognisers)
    seen = _text(source, engine, told) if source.shape == "text" else _table(source, engine, told)
    if model is not None:
        seen.names = _names(source, seen, model, whole=every_name, told=told)
    source.check()
    detail = detail_of(source, seen, recognisers, TOOL, at)
    _hide_names(detail["dataset"]["unread"], engine)
    return Scanned(claim_of(detail, at), detail)


def _hide_names(unread: list[dict[str, str]], engine: Engine) -> None:
    """Take names of files that hold personal data out of what goes into the claim."""
    for number, one in enumerate(unread, start=1):
        plain = str(PurePosixPath(one["name"]).with_suffix(""))  # `.png` is no end of an address
        found = engine.find(one["name"]) or engine.find(plain)
        if found:
            shown = f"file {number}, whose name seems to hold: {found[0].kind}"
            one |= {"name": shown, "why": one["why"].replace(one["name"], shown)}


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


@lru_cache(maxsize=2)
def _engine(recognisers: Recognisers) -> Engine:
    return Engine(recognisers)  # compiling takes a second; a gate scans many datasets


def _text(source: Source, engine: Engine, told: Told) -> Seen:
    look_at = TextLook()
    for batch in source.batches():
        look_at.batch(batch, engine)
        told(look_at.characters, max(source.size, look_at.characters))
    look_at.finish()
    return Seen(rows=look_at.documents, text=look_at)


def _table(source: Source, engine: Engine, told: Told) -> Seen:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    chosen = [one for one in source.columns if not one.type.startswith(NOT_TEXT)]
    looks = {one.name: ColumnLook(one.name, one.type) for one in source.columns}
    rows = done = 0
    for batch in source.batches():
        for one in source.columns:
            if one in chosen:
                look(looks[one.name], _as_text(batch.column(one.name), pa), engine)
            else:
                _count(looks[one.name], batch.column(one.name))
        rows, done = rows + batch.num_rows, done + batch.nbytes
        told(done, max(source.size, done))
    named, forms = all_name_kinds(list(looks)), set(engine.recognisers.kinds)
    judged = {name: judge(one, named.get(name, ()), forms) for name, one in looks.items()}
    skipped = [one.name for one in source.columns if one not in chosen]
    return Seen(rows=rows, columns=looks, judged=judged, not_looked=skipped)


def _as_text(values: Array, pa: Any) -> Array:  # noqa: ANN401 - the module
    return values if pa.types.is_string(values.type) else values.cast(pa.string())


def _count(column: ColumnLook, values: Array) -> None:
    column.nulls += values.null_count
    column.values += len(values) - values.null_count


def _names(
    source: Source, seen: Seen, model: NamesModel, *, whole: bool, told: Told
) -> tuple[NamesModel, Sequence[NamesLook]]:
    prose = [name for name, one in seen.judged.items() if one.is_prose]
    if seen.text is None and not prose:
        return model, ()
    return model, look_for_names(source, prose, seen.rows, whole=whole, told=told)
