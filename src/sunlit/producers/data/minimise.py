"""What a purpose needs of a dataset, what it does not, and a dataset without that.

The report's JSON document, `detail`:

    format     "sunlit-data-minimise/1"
    tool, minimised_on, purpose
    source     name, digest, rows (null where nothing was written), columns (number)
    used_by    `model`, `pipeline`, `provenance`, `declared`
    file       {name, sha256} of what says so, or null;  kind of model, or null
    ignored    inputs that the model takes and never looks at
    columns    [{column, type, state (`used`, `kept`, `dropped`), reason (why it is kept, or null),
               kinds [{kind, category}] (by its name)}]
    output     {name, sha256, rows} or null
    headline, text   one sentence
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sunlit import __version__
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time
from sunlit.claims.privacy import Minimisation
from sunlit.claims.provenance import Resource
from sunlit.producers.data import mask_write
from sunlit.producers.data.arrow import Batch, Schema
from sunlit.producers.data.minimise_used import Used
from sunlit.producers.data.source import Source
from sunlit.producers.data.words import many
from sunlit.recognise.columns import name_kinds
from sunlit.statement.intoto import Subject

TOOL: Final = f"sunlit {__version__}"
MAX_PURPOSE: Final = 1_000  # characters
MAX_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Minimised:
    """The report's document; the claim and whom it is about, where a dataset was written."""

    detail: dict[str, Any]
    claim: Minimisation | None = None
    subject: Subject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    used: tuple[str, ...]
    kept: tuple[str, ...]
    dropped: tuple[str, ...]


def minimise(
    source: Source, used: Used, *, purpose: str, keep: Mapping[str, str], at: datetime,
    out: Path | None = None, overwrite: bool = False,
) -> Minimised:  # fmt: skip
    """Say which columns the purpose does not need; with `out`, write the dataset without them.

    `keep` is column -> reason, for columns that are kept though unused.

    Raises:
        MalformedError: `minimise.*`, `data.*`.
        VerificationError: `data.changed`.
        UnavailableError: `data.*`.
    """
    if not 0 < len(purpose.strip()) <= MAX_PURPOSE:
        raise MalformedError(
            "minimise.purpose", "a purpose says in words what the data is for",
            expected=f"1 to {MAX_PURPOSE} characters", got=f"{len(purpose.strip())}",
        )  # fmt: skip
    chosen = choose(source, used, keep)
    detail = _detail(source, used, purpose, keep, chosen)
    detail["minimised_on"] = format_time(at)
    if out is None:
        return Minimised(detail)
    digest, rows = _write(source, (*chosen.used, *chosen.kept), out, overwrite=overwrite)
    detail["output"] = {"name": out.name, "sha256": digest, "rows": rows}
    detail["source"]["rows"] = rows
    claim = Minimisation(
        tool=TOOL, source=Resource(name=source.name, digest=dict(source.digest)),
        purpose=purpose.strip(), used=chosen.used, used_by=used.used_by,
        model=used.file if used.used_by == "model" else None, dropped=chosen.dropped,
        kept=tuple(f"{name}: {keep[name].strip()}" for name in chosen.kept), minimised_on=at,
    )  # fmt: skip
    return Minimised(detail, claim, Subject(out.name, {"sha256": digest}))


def choose(source: Source, used: Used, keep: Mapping[str, str]) -> _Chosen:
    """Return which of the dataset's columns are used, kept and dropped, in its order.

    Raises:
        MalformedError: `minimise.nothing-used`, `minimise.not-there`, `minimise.kept`.
    """
    names = [one.name for one in source.columns]
    if not used.columns or source.shape != "table":
        raise MalformedError(
            "minimise.nothing-used", "no column of a table is known to be used",
            expected="a table, and at least one column that is used",
            mend="name columns with --used, --model, --pipeline or --provenance",
        )  # fmt: skip
    found = {column: _place(column, names) for column in used.columns}
    missing = [column for column, name in found.items() if name is None]
    if missing:
        raise MalformedError(
            "minimise.not-there", "the dataset lacks columns that are used",
            expected=f"some of {', '.join(names[:20])}", got=", ".join(missing[:20]),
            mend="name the data's own columns with --used or --pipeline, for example where a "
            "pipeline makes others of them before the model sees them",
        )  # fmt: skip
    _check_kept(keep, names)
    needed = set(found.values())
    return _Chosen(
        used=tuple(name for name in names if name in needed),
        kept=tuple(name for name in names if name in keep and name not in needed),
        dropped=tuple(name for name in names if name not in needed and name not in keep),
    )


def _place(column: str, names: list[str]) -> str | None:
    """Return the dataset's name of a column; LightGBM writes white space as `_`."""
    if column in names:
        return column
    same = [name for name in names if re.sub(r"\s", "_", name) == column]
    return same[0] if len(same) == 1 else None


def _check_kept(keep: Mapping[str, str], names: list[str]) -> None:
    for name, reason in keep.items():
        if name not in names or not 0 < len(reason.strip()) <= MAX_REASON:
            raise MalformedError(
                "minimise.kept", f"{name!r} cannot be kept",
                expected=f"a column of the dataset, and a reason of 1 to {MAX_REASON} characters",
                mend='--keep COLUMN="why it is needed though the model does not use it"',
            )  # fmt: skip


def _write(
    source: Source, columns: tuple[str, ...], out: Path, *, overwrite: bool
) -> tuple[str, int]:
    """Return the digest of what was written, and how many rows it has."""
    form = mask_write.form_of(out, "table")
    mask_write.expect_free(out, replace=overwrite)
    order = [one.name for one in source.columns if one.name in columns]
    counted = [0]
    batches = _counted(source.batches(order), counted)
    with mask_write.beside(out) as folder:
        made = folder / out.name
        first = next(batches, None)
        schema, all_ = (
            _schema(source, order, first),
            chain([] if first is None else [first], batches),
        )
        mask_write.write(form, made, schema, all_)
        with made.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        mask_write.put(made, out, replace=overwrite)
    return digest, counted[0]


def _counted(batches: Iterator[Batch], counted: list[int]) -> Iterator[Batch]:
    for batch in batches:
        counted[0] += len(batch)
        yield batch


def _schema(source: Source, order: list[str], first: Batch | None) -> Schema:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if first is not None:
        return first.schema
    del source  # without a row there is no type that anybody could miss
    return pa.schema([(name, pa.string()) for name in order])


def _detail(
    source: Source, used: Used, purpose: str, keep: Mapping[str, str], chosen: _Chosen
) -> dict[str, Any]:
    columns = [
        {
            "column": one.name, "type": one.type, "state": _state(one.name, chosen),
            "reason": keep[one.name].strip() if one.name in chosen.kept else None,
            "kinds": [{"kind": it.kind, "category": it.category} for it in name_kinds(one.name)],
        }
        for one in source.columns
    ]  # fmt: skip
    file, text = used.file, _text(columns)
    return {
        "format": "sunlit-data-minimise/1", "headline": text, "tool": TOOL,
        "purpose": purpose.strip(),
        "source": {
            "name": source.name, "digest": dict(source.digest), "rows": None,
            "columns": len(columns),
        },
        "used_by": used.used_by, "kind": used.kind, "ignored": list(used.ignored),
        "file": None if file is None else {"name": file.name, **file.digest},
        "columns": columns, "output": None, "text": text,
    }  # fmt: skip


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _state(name: str, chosen: _Chosen) -> str:
    return "used" if name in chosen.used else "kept" if name in chosen.kept else "dropped"


def _text(columns: list[dict[str, Any]]) -> str:
    by = {
        state: [one for one in columns if one["state"] == state]
        for state in ("used", "kept", "dropped")
    }
    told = [one["column"] for one in by["dropped"] if one["kinds"]]
    said = (
        f"{len(by['used']):,} of {many(len(columns), 'column')} {_are(len(by['used']))} used, "
        f"{len(by['kept']):,} more {_are(len(by['kept']))} kept, "
        f"{len(by['dropped']):,} can be dropped"
    )
    return f"{said}, among them {', '.join(told)}." if told else f"{said}."
