"""The report of a scan as plain data (keys: `scan.py`), and the claim that sums it up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final

from sunlit.base.proportion import as_decimal
from sunlit.base.times import format_time
from sunlit.claims.privacy import Found, Scan
from sunlit.producers.data.scan_decide import Find, Judged
from sunlit.producers.data.scan_look import ColumnLook
from sunlit.producers.data.scan_names import NamesLook, NamesModel
from sunlit.producers.data.scan_residual import LOOKED, NOT_LOOKED, Residual, residual
from sunlit.producers.data.scan_text import TextLook
from sunlit.producers.data.scan_words import grounds_of, headline_of, limits_of
from sunlit.producers.data.source import Source
from sunlit.recognise.recognisers import DECOY, Recognisers

FORMAT: Final = "sunlit-data-scan/1"
INTERVAL: Final = (
    "Wilson score interval, 95 %, of the values; where a sample was looked at, of the sample"
)
METHOD: Final = (
    "For each kind found in prose: finds x (1 - recall) / recall, with the recall measured on "
    "labelled made-up text; the upper end takes the intervals' far ends. An estimate, no promise."
)
MOST_FOUND: Final = 80  # finds in a claim; an entry of a log holds 65,535 bytes
MOST_COLUMNS: Final = 300
MOST_NAMED: Final = 100


@dataclass(slots=True)
class Seen:
    """What a look through a dataset gave."""

    rows: int
    columns: Mapping[str, ColumnLook] = field(default_factory=dict)
    judged: Mapping[str, Judged] = field(default_factory=dict)
    text: TextLook | None = None
    names: tuple[NamesModel, Sequence[NamesLook]] | None = None
    not_looked: Sequence[str] = ()

    def finds(self, column: str | None) -> list[Find]:
        """Return all finds of one column, or of the documents, names included."""
        own = self.text.finds() if self.text else self.judged[column or ""].finds
        looked = self.names[1] if self.names else ()
        return [*own, *(find for one in looked if one.column == column for find in one.finds())]


def detail_of(
    source: Source, seen: Seen, recognisers: Recognisers, tool: str, at: datetime
) -> dict[str, Any]:
    """Return the report of a scan."""
    titles = _titles(recognisers)
    detail: dict[str, Any] = {
        "format": FORMAT, "tool": tool, "scanned_on": format_time(at),
        "dataset": {
            "name": source.name, "digest": dict(source.digest), "shape": source.shape,
            "files": len(source.files), "bytes": source.size,
            "unread": [{"name": name, "why": why} for name, why in source.reasons.items()],
        },
        "rows": seen.rows,
        "recognisers": {"digest": recognisers.digest, "count": len(recognisers)},
        "names": _names(seen),
        "columns": [_column(seen, name, titles) for name in seen.columns],
        "text": _text(seen, titles),
        "not_looked": [{"name": name, "why": "holds no text"} for name in seen.not_looked],
        "residual": _residual(seen), "interval": INTERVAL,
    }  # fmt: skip
    detail |= _lists(detail["columns"])
    grounds = grounds_of(detail)
    detail |= {"sensitive": bool(grounds), "grounds": grounds, "limits": limits_of(detail)}
    return detail | {"headline": headline_of(detail)}


def _names(seen: Seen) -> dict[str, Any] | None:
    if seen.names is None:
        return None
    model, looks = seen.names
    looked = [{"column": one.column, "looked": one.looked, "of": one.of} for one in looks]
    return {"model": model.name, "digest": model.digest, "looked": looked}


def _titles(recognisers: Recognisers) -> dict[str, str]:
    """Return what each kind is called; of several recognisers, what their titles begin with."""
    found: dict[str, list[str]] = {}
    for one in recognisers:
        if one.category != DECOY:
            found.setdefault(one.kind, []).append(one.title)
    return {kind: _common(titles) or kind.replace("-", " ") for kind, titles in found.items()}


def _common(titles: Sequence[str]) -> str:
    if len(titles) == 1:
        return titles[0]
    words = [[word.strip(",:") for word in title.split()] for title in titles]
    same = [column[0] for column in takewhile(_alike, zip(*words, strict=False))]
    return " ".join(same) if len(same) > 1 else ""  # one word says too little


def _alike(words: tuple[str, ...]) -> bool:
    return len(set(words)) == 1


def _column(seen: Seen, name: str, titles: Mapping[str, str]) -> dict[str, Any]:
    look, judged = seen.columns[name], seen.judged[name]
    label = judged.label
    return {
        "name": name, "type": look.type, "values": look.values, "nulls": look.nulls,
        "looked": look.looked, "sampled": _sampled(look, titles), "free_text": judged.is_prose,
        "words": round(look.words / max(1, look.measured), 1),
        "label": label.kind if label else None, "category": label.category if label else None,
        "by": label.by if label else None,
        "confidence": round(label.confidence, 3) if label else None,
        "notes": list(judged.notes),
        "finds": [_find(one, titles) for one in _ordered(seen.finds(name))],
    }  # fmt: skip


def _sampled(look: ColumnLook, titles: Mapping[str, str]) -> dict[str, Any] | None:
    parts = look.drawn
    if not any(one.rows for one in parts.values()):
        return None
    widest = max(parts.values(), key=lambda one: one.rows)
    named = [{"kind": kind, "title": titles.get(kind, kind)} for kind in sorted(parts)]
    return {"kinds": named, "of": widest.rows, "looked": widest.looked}


def _text(seen: Seen, titles: Mapping[str, str]) -> dict[str, Any] | None:
    if seen.text is None:
        return None
    text = seen.text
    finds = [
        _find(one, titles) | {"times": text.times.get(one.kind, one.hits)}
        for one in _ordered(seen.finds(None))
    ]
    return {
        "documents": text.documents, "with_any": text.with_any, "characters": text.characters,
        "encoded": text.encoded, "finds": finds,
    }  # fmt: skip


def _ordered(finds: Iterable[Find]) -> list[Find]:
    return sorted(finds, key=lambda one: (not one.label, -one.rate, -one.confidence, one.kind))


def _find(one: Find, titles: Mapping[str, str]) -> dict[str, Any]:
    low, high = one.interval
    return {
        "kind": one.kind, "title": titles.get(one.kind) or one.title or one.kind,
        "category": one.category, "by": one.by, "hits": one.hits, "rows": one.rows,
        "rate": round(one.rate, 6), "low": round(low, 6), "high": round(high, 6),
        "confidence": round(one.confidence, 3), "label": one.label, "shapes": list(one.shapes),
    }  # fmt: skip


def _lists(columns: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    def having(category: str) -> list[str]:
        return [
            one["name"] for one in columns
            if any(find["category"] == category for find in one["finds"])
        ]  # fmt: skip

    return {
        "free_text": [one["name"] for one in columns if one["free_text"]],
        "quasi_identifiers": having("quasi-identifier"),
        "special_category": having("special-category"),
        "criminal_offence": having("criminal-offence"),
    }


def _residual(seen: Seen) -> dict[str, Any] | None:
    looked, hits, unit = _prose(seen)
    found = residual(hits, looked)
    if found is None:
        return None
    return {
        "estimate": round(found.estimate, 6), "high": round(found.high, 6), "looked": found.looked,
        "unit": unit, "names": LOOKED if seen.names else NOT_LOOKED, "method": METHOD,
        "kinds": list(_missed(found)),
    }  # fmt: skip


def _missed(found: Residual) -> Iterator[dict[str, Any]]:
    for one in found.kinds:
        yield {
            "kind": one.kind, "hits": one.hits, "recall": round(one.recall, 4),
            "low": round(one.low, 4), "high": round(one.high, 4), "missed": round(one.missed, 2),
        }  # fmt: skip


def _prose(seen: Seen) -> tuple[int, dict[str, int], str]:
    """Return texts looked at, and how many of them held each kind (a sample's, scaled up)."""
    wholes: dict[str | None, int]
    if seen.text:
        wholes = {None: seen.text.documents}
    else:
        prose = [name for name, one in seen.judged.items() if one.is_prose]
        wholes = {name: seen.columns[name].looked for name in prose}
    hits = dict[str, int]()
    for name, whole in wholes.items():
        for one in seen.finds(name):
            if one.by != "name":
                hits[one.kind] = hits.get(one.kind, 0) + round(one.rate * whole)
    return sum(wholes.values()), hits, "documents" if seen.text else "values"


def claim_of(detail: Mapping[str, Any], at: datetime) -> Scan:
    """Return the claim; what does not fit into it stands in the report and is counted."""
    text = detail["text"]
    every = [(None, one) for one in text["finds"]] if text else [
        (column["name"], one) for column in detail["columns"] for one in column["finds"]
    ]  # fmt: skip
    # The labels first, then what is frequent and sure.
    every.sort(key=lambda pair: (not pair[1]["label"], -pair[1]["rate"], -pair[1]["confidence"]))
    rest, names = detail["residual"], detail["names"]
    return Scan(
        tool=detail["tool"], recognisers=detail["recognisers"]["digest"],
        names_model=f"{names['model']} sha256:{names['digest']}" if names else None,
        files=detail["dataset"]["files"], rows=detail["rows"],
        columns=tuple(one["name"] for one in detail["columns"])[:MOST_COLUMNS],
        found=tuple(_found(name, one) for name, one in every[:MOST_FOUND]),
        not_listed=max(0, len(every) - MOST_FOUND),
        free_text=tuple(detail["free_text"])[:MOST_NAMED], sensitive=detail["sensitive"],
        grounds=tuple(detail["grounds"]),
        residual=_share(rest, "estimate"), residual_high=_share(rest, "high"),
        unread=tuple(one["name"] for one in detail["dataset"]["unread"])[:MOST_NAMED],
        scanned_on=at,
    )  # fmt: skip


def _share(rest: Mapping[str, Any] | None, name: str) -> Decimal | None:
    return as_decimal(rest[name]) if rest else None


def _found(column: str | None, one: Mapping[str, Any]) -> Found:
    return Found(
        column=column, kind=one["kind"], category=one["category"], by=one["by"], rows=one["rows"],
        hits=one["hits"], rate=as_decimal(one["rate"]), low=as_decimal(one["low"]),
        high=as_decimal(one["high"]), confidence=as_decimal(one["confidence"]),
    )  # fmt: skip
