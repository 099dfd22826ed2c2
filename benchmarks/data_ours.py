"""Sunlit's side of `benchmarks.data`, each work in a process of its own.

python -m benchmarks.data_ours spans   DOCUMENTS OUT
python -m benchmarks.data_ours text    DOCUMENTS      the engine alone, as Presidio is measured
python -m benchmarks.data_ours scan    PLACE          `sunlit data scan`, reading included
python -m benchmarks.data_ours columns COLUMNS OUT    label {name: values}
python -m benchmarks.data_ours mask    PLACE PLAN OUT KEY
python -m benchmarks.data_ours risk    PLACE --memory 2GB
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import measured, say

if TYPE_CHECKING:
    from sunlit.producers.data.mask import Masking
    from sunlit.producers.data.scan import Scanned

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a time is asked for, and none is measured
PSEUDONYMS: Final = ("email", "phone", "nhs_no", "postcode", "ni_number", "name")


def spans(asked: argparse.Namespace) -> None:
    """Write what is found in each document, one JSON line a document."""
    from sunlit.recognise.engine import Engine  # noqa: PLC0415 - imports are not timed
    from sunlit.recognise.recognisers import shipped  # noqa: PLC0415 - imports are not timed

    engine, texts = Engine(shipped()), _documents(asked.place)
    found, took = measured(lambda: [engine.find(text) for text in texts])
    lines = [[(one.start, one.end, one.kind, one.confidence) for one in each] for each in found]
    asked.out.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    say(took, documents=len(texts))


def text(asked: argparse.Namespace) -> None:
    """Look through texts with the engine and count."""
    from sunlit.recognise.engine import Engine  # noqa: PLC0415 - imports are not timed
    from sunlit.recognise.recognisers import shipped  # noqa: PLC0415 - imports are not timed

    engine, texts = Engine(shipped()), _documents(asked.place)
    engine.find(texts[0])  # what is loaded at first use is not measured
    found, took = measured(lambda: sum(1 for _ in engine.find_many(texts)))
    size = sum(len(one.encode()) for one in texts)
    say(took, bytes=size, documents=len(texts), found=found)


def scan_place(asked: argparse.Namespace) -> None:
    """Scan a dataset as the command does: digest, reading, every value, intervals."""
    with _few(asked.place) as few:
        _scan(str(few))
    done, took = measured(lambda: _scan(str(asked.place)))
    found = {one.column: one.kind for one in reversed(done.claim.found)}
    looked = sum(one.get("looked", 0) for one in done.detail["columns"])
    size = asked.place.stat().st_size
    say(took, rows=done.claim.rows, bytes=size, found=found, looked=looked)


def columns(asked: argparse.Namespace) -> None:
    """Label the columns of {name: values} and write {name: kind}."""
    read = json.loads(asked.place.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "columns.parquet"
        pq.write_table(pa.table(read), place)
        done, took = measured(lambda: _scan(str(place)))
    labels = {one["name"]: one["label"] for one in done.detail["columns"] if one["label"]}
    asked.out.write_text(json.dumps(labels), encoding="utf-8")
    say(took, rows=done.claim.rows, columns=len(read))


def mask_place(asked: argparse.Namespace) -> None:
    """Mask a table as the command does: read, mask, write, scan again."""
    from sunlit.producers.data.mask import mask  # noqa: PLC0415 - imports are not timed
    from sunlit.producers.data.source import open_source  # noqa: PLC0415 - imports are not timed

    masking = _masking(asked.key)

    def work(place: Path) -> int:
        with open_source(str(place)) as source:
            out = asked.out.with_name(f"masked-{place.name}")
            return mask(source, masking, out=out, at=AT).claim.rows_out

    with _few(asked.place) as few:
        work(few)
    rows, took = measured(lambda: work(asked.place))
    say(took, values=rows * len(PSEUDONYMS))


def mask_pass(asked: argparse.Namespace) -> None:
    """Read and mask a table, and keep nothing of it."""
    from sunlit.producers.data.mask import prepare  # noqa: PLC0415 - imports are not timed
    from sunlit.producers.data.source import open_source  # noqa: PLC0415 - imports are not timed
    from sunlit.producers.data.source_engine import DuckEngine  # noqa: PLC0415 - the same

    masking = _masking(asked.key)

    def work(place: Path) -> int:
        with open_source(str(place)) as source:
            bound = prepare(source, masking, DuckEngine("1GB"))
            return sum(batch.num_rows for batch in bound.batches(source, None))

    with _few(asked.place) as few:
        work(few)
    rows, took = measured(lambda: work(asked.place))
    say(took, values=rows * len(PSEUDONYMS))


def _masking(key: Path) -> "Masking":
    from sunlit.producers.data.mask import Masking  # noqa: PLC0415 - imports are not timed
    from sunlit.recognise.masking_key import load_key  # noqa: PLC0415 - imports are not timed
    from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule  # noqa: PLC0415 - the same
    from sunlit.recognise.recognisers import shipped  # noqa: PLC0415 - imports are not timed

    rules = [ColumnRule(name, Rule("pseudonym")) for name in PSEUDONYMS]
    plan = MaskPlan(columns=(*rules, ColumnRule("note", Rule("drop"))))
    return Masking(plan=plan, recognisers=shipped(), key=load_key(f"file:{key}"))


def klt(asked: argparse.Namespace) -> None:
    """Measure k, l and t alone: the two groupings, the file read by DuckDB."""
    from sunlit.producers.data.risk import classes  # noqa: PLC0415 - imports are not timed
    from sunlit.producers.data.source import open_source  # noqa: PLC0415 - imports are not timed

    keys = asked.quasi.split(",")

    def work(place: Path) -> dict[str, float]:
        with open_source(str(place), memory=asked.memory) as source:
            held = source.table()
            found = classes.histogram(classes.class_sizes(held, keys))
            spread = classes.diversity(held, keys, asked.sensitive, found.rows)
        return {"k": found.k, "l": spread.distinct, "t": spread.equal or 0.0}

    with _few(asked.place) as few:
        work(few)
    figures, took = measured(lambda: work(asked.place))
    say(took, figures=figures, versions={"duckdb": version("duckdb")})


@contextmanager
def _few(place: Path) -> Iterator[Path]:
    """Give the first rows of a dataset: what is loaded at first use is not measured."""
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / f"few{place.suffix}"
        if place.suffix == ".parquet":
            with pq.ParquetFile(place) as file:
                pq.write_table(pa.Table.from_batches([next(file.iter_batches(100))]), few)
        else:
            with place.open(encoding="utf-8") as lines:
                few.write_text("".join(islice(lines, 100)), encoding="utf-8")
        yield few


def _scan(place: str) -> "Scanned":
    from sunlit.producers.data.scan import scan  # noqa: PLC0415 - imports are not timed
    from sunlit.producers.data.source import open_source  # noqa: PLC0415 - imports are not timed
    from sunlit.recognise.recognisers import shipped  # noqa: PLC0415 - imports are not timed

    with open_source(place) as source:
        return scan(source, recognisers=shipped(), at=AT)


def _documents(place: Path) -> list[str]:
    return [json.loads(line)["text"] for line in place.read_text("utf-8").split("\n") if line]


def main() -> None:
    """Do what is asked and print one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    works = {
        "spans": spans, "text": text, "scan": scan_place, "columns": columns,
        "pass": mask_pass, "mask": mask_place, "klt": klt,
    }  # fmt: skip
    parser.add_argument("work", choices=list(works))
    parser.add_argument("place", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--key", type=Path)
    parser.add_argument("--memory", default="2GB")
    parser.add_argument("--quasi", default="")
    parser.add_argument("--sensitive", default="")
    asked = parser.parse_args()
    works[asked.work](asked)


if __name__ == "__main__":
    main()
