"""Write a store's records as Parquet, one row a record.

Rows hold what stands in the leaves, commitments included. Contents only with permission: the
caller records the access first. Rows are written a group at a time, so memory stays flat.
"""

import os
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import UnavailableError
from sunlit.decision.content import Content
from sunlit.decision.record import Pointer, Record
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash
from sunlit.registry.decision_contents import ContentReader
from sunlit.registry.decision_index import Progress
from sunlit.registry.decisions import content_or_why

GROUP: Final = 4096  # rows held at once
_TEXTS: Final = (
    "token", "release", "use", "deployer", "jurisdiction", "data_class", "binding", "oversight",
    "state", "status", "break_glass", "code", "role", "result",
)  # fmt: skip


def export(
    store: DecisionStore, path: Path, *, opened: bool = False, progress: Progress | None = None
) -> int:
    """Write every acknowledged record of the store to a Parquet file; return how many.

    Columns: log, index, leaf, id, kind, time (UTC), the leaf's fields in snake case, of_log,
    of_index, of_leaf, masked, commit (name to hex), content (`closed`, `kept`, `erased`,
    `unreadable`); and with `opened` values and types, each by the field's name.

    Raises:
        UnavailableError: `export.needs`, `export.cannot-write`, and as reading a log raises.
        VerificationError: as reading a log or a content raises.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError as error:
        raise UnavailableError(
            "export.needs", "pyarrow is not installed, which writes Parquet",
            mend="pip install 'sunlit[data]'",
        ) from error  # fmt: skip
    schema = _schema(pa, opened=opened)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    done = 0
    try:
        # For the owner only from its first byte on: it may hold contents.
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
        with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
            rows = _rows(store, opened=opened)
            while group := list(islice(rows, GROUP)):
                writer.write_table(pa.Table.from_pylist(group, schema=schema))
                done += len(group)
                if progress is not None:
                    progress(done, done + GROUP)
        temporary.replace(path)
    except OSError as error:
        raise UnavailableError(
            "export.cannot-write", "the file could not be written", got=error.strerror,
            mend="free some space, or name another file with -o",
        ) from error  # fmt: skip
    finally:
        temporary.unlink(missing_ok=True)
    return done


def _schema(pa: Any, *, opened: bool) -> Any:  # noqa: ANN401 - pyarrow has no types
    text = pa.string()
    named = [
        ("log", text), ("index", pa.int64()), ("leaf", text), ("id", text), ("kind", text),
        ("time", pa.timestamp("s")), *((name, text) for name in _TEXTS),
        ("trust", pa.int64()), ("masked", pa.list_(text)), ("of_log", text),
        ("of_index", pa.int64()), ("of_leaf", text), ("commit", pa.map_(text, text)),
        ("content", text),
    ]  # fmt: skip
    if opened:
        named += [("values", pa.map_(text, pa.binary())), ("types", pa.map_(text, text))]
    return pa.schema(named)


def _rows(store: DecisionStore, *, opened: bool) -> Iterator[dict[str, object]]:
    reader = ContentReader(store)
    for folder in store.logs():
        for place, record, leaf in store.records(folder.origin):
            pointer = Pointer(log=folder.origin, index=place, leaf=leaf_hash(leaf).hex())
            row = _row(pointer, record)
            if opened:
                content, state = content_or_why(reader, pointer)
                row |= {"content": state.partition(":")[0], **_opened(content)}
            yield row


def _row(pointer: Pointer, record: Record) -> dict[str, object]:
    of = record.of
    texts = {name: getattr(record, name) for name in _TEXTS}
    return {
        "log": pointer.log, "index": pointer.index, "leaf": pointer.leaf, "id": record.id,
        "kind": str(record.kind), "time": record.time.astimezone(UTC).replace(tzinfo=None),
        **{name: None if value is None else str(value) for name, value in texts.items()},
        "trust": record.trust, "masked": list(record.masked),
        "of_log": of and of.log, "of_index": None if of is None else of.index,
        "of_leaf": of and of.leaf, "content": "closed",
        "commit": [(name, str(value)) for name, value in record.commit.items()],
    }  # fmt: skip


def _opened(content: Content | None) -> dict[str, object]:
    if content is None:
        return {"values": None, "types": None}
    return {
        "values": [(name, one.value) for name, one in content.fields.items()],
        "types": [(name, one.type) for name, one in content.fields.items()],
    }
