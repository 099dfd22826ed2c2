"""PyRIT's SQLite memory (Microsoft, MIT) -> counts of its attack results.

The bytes are read into memory: no file is opened, no journal is looked for, nothing is written.
A database from elsewhere is hostile until shown otherwise: only plain tables are read, its schema
is not trusted, and queries stop after a bound. PyRIT does not record how many attacks were planned,
so the caller says it, or the result is incomplete.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.formats.foreign import (
    MAX_REPORT,
    Node,
    inner,
    malformed,
    moment,
    printable,
    read_object,
    text,
    too_large,
    unknown_version,
)  # fmt: skip
from sunlit.formats.redteam_report import Answer, RedTeamReport, Tally

MAGIC: Final = b"SQLite format 3\x00"
KNOWN: Final = {"8d1e3f5a7b9c": "1.1.0"}  # schema revision (Alembic) -> PyRIT
MAX_ROWS: Final = 200_000
MAX_STEPS: Final = 200  # times a million steps of SQLite's machine
MAX_TEXT: Final = 100_000
TABLES: Final = (
    "pyrit_memory_alembic_version", "AttackResultEntries", "ScoreEntries", "PromptMemoryEntries",
)  # fmt: skip
# Sorted afterwards, in Python: SQLite would write each row out whole, and one text may be in all.
_QUERY: Final = """
SELECT a.timestamp || ' ' || a.id,
       a.objective, a.outcome, a.atomic_attack_identifier, a.timestamp, a.pyrit_version,
       s.score_value, s.score_type, s.scorer_class_identifier, p.converted_value
FROM "AttackResultEntries" AS a
LEFT JOIN "ScoreEntries" AS s ON s.id = a.last_score_id
LEFT JOIN "PromptMemoryEntries" AS p ON p.id = a.last_response_id
LIMIT ?
"""
Key = tuple[str, str]


@dataclass(slots=True)
class _Seen:
    counts: dict[Key, Counter[str]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    targets: list[Node] = field(default_factory=list)


def is_sqlite(head: bytes) -> bool:
    """Whether a file that starts so is a SQLite database."""
    return head.startswith(MAGIC)


def read_pyrit(data: bytes, planned: int | None = None) -> RedTeamReport:
    """Read a database; `planned` is how many attacks the campaign was to make.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`, `foreign.unknown-version`.
    """
    if len(data) > MAX_REPORT:
        raise too_large("the database", f"at most {MAX_REPORT} bytes", f"{len(data)} bytes")
    if data[18:20] == b"\x02\x02":
        raise malformed("the database keeps part of its rows in another file", "no journal (WAL)")
    try:
        with closing(sqlite3.connect(":memory:")) as opened:
            revision, seen = _rows(opened, data)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise malformed("the database cannot be read, or takes too long") from error
    return _report(revision, seen, planned)


def _rows(opened: sqlite3.Connection, data: bytes) -> tuple[str, _Seen]:
    opened.deserialize(data)
    opened.execute("PRAGMA trusted_schema = OFF")
    opened.execute("PRAGMA query_only = ON")
    opened.execute("PRAGMA cell_size_check = ON")
    opened.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_REPORT)
    spent = iter(range(MAX_STEPS))
    opened.set_progress_handler(lambda: next(spent, None) is None, 1_000_000)
    _check_tables(opened)
    found = opened.execute('SELECT version_num FROM "pyrit_memory_alembic_version"').fetchmany(2)
    revision = str(found[0][0]) if len(found) == 1 else "none"
    if revision not in KNOWN:
        raise unknown_version(
            "PyRIT", printable(revision), f"the schema of PyRIT {', '.join(KNOWN.values())}",
            "open the database with PyRIT 1.1.0, which brings it to this schema",
        )  # fmt: skip
    seen = _Seen()
    rows: list[tuple[str, tuple[object, ...]]] = []
    held = 0
    for place, *row in opened.execute(_QUERY, (MAX_ROWS + 1,)):
        rows.append((str(place), tuple(row)))
        # One answer that all attacks refer to is small on disk, and as often here as there are.
        held += sum(len(one) for one in row if isinstance(one, str | bytes))
        if len(rows) > MAX_ROWS or held > MAX_REPORT:
            raise too_large("the database", f"at most {MAX_ROWS} attacks, {MAX_REPORT} characters")
    for _, row_ in sorted(rows, key=lambda one: one[0]):
        _take(seen, row_)
    return revision, seen


def _check_tables(opened: sqlite3.Connection) -> None:
    """A view, or a virtual table, of the right name could run anything."""
    for name in TABLES:
        found = opened.execute(
            "SELECT type, sql FROM sqlite_master WHERE name = ? COLLATE NOCASE", (name,)
        ).fetchall()
        plain = len(found) == 1 and found[0][0] == "table"
        if not plain or not str(found[0][1]).upper().startswith("CREATE TABLE"):
            raise malformed("the database is no memory of PyRIT", f"the table {name}")


def _take(seen: _Seen, row: tuple[object, ...]) -> None:
    texts = [one if isinstance(one, str) else "" for one in row]
    objective, outcome, attack, at, version, value, form, scorer, answer = texts
    spec = _children(_object(attack), "attack_technique", "attack")
    by = _object(scorer)
    probe = text(spec, "class_name") or "attack"
    detector = text(by, "class_name") or "no scorer"
    word = _word(outcome, value, form)
    seen.counts.setdefault((probe, detector), Counter())[word] += 1
    seen.times.append(at)
    seen.versions.add(printable(version, 40))
    target = _children(spec, "objective_target")
    if target not in seen.targets and len(seen.targets) < 10:
        seen.targets.append(target)
    mark = text(by, "substring", 1000)
    seen.answers.append(
        Answer(
            probe=probe, question=objective[:MAX_TEXT], answer=answer[:MAX_TEXT],
            marks=(mark,) if mark else (),
            said={} if word == "none" else {detector: word == "hit"},
        )
    )  # fmt: skip


def _word(outcome: str, value: str, form: str) -> str:
    word = {"success": "hit", "failure": "miss"}.get(outcome.lower(), "none")
    scored = {"true": "hit", "false": "miss"}.get(value.lower()) if form == "true_false" else None
    if word != "none" and scored is not None and word != scored:
        raise malformed("an attack's outcome contradicts its own last score")
    return word


def _object(written: str) -> Node:
    try:
        return read_object(written.encode(), "an identifier", limit=MAX_TEXT)
    except MalformedError:
        return {}  # older rows have none; it names things and counts nothing


def _children(node: Node, *names: str) -> Node:
    for name in names:
        node = inner(node, "children", name)
    return node


def _report(revision: str, seen: _Seen, planned: int | None) -> RedTeamReport:
    target: Mapping[str, object] = seen.targets[0] if seen.targets else {}
    times = sorted(filter(None, (moment(one) for one in seen.times)))
    total = sum(sum(one.values()) for one in seen.counts.values())
    sampling = {
        name: value if isinstance(value, int) else repr(value)
        for name in ("temperature", "seed", "max_completion_tokens", "top_p")
        if isinstance(value := target.get(name), int | float)
    }
    return RedTeamReport(
        tool="PyRIT", tool_version=", ".join(sorted(filter(None, seen.versions))),
        format_version=revision, model=text(target, "model_name"),
        target=text(target, "class_name"),
        started=times[0] if times else None, ended=times[-1] if times else None,
        why_incomplete=_why(seen, total, planned), tallies=tuple(_tallies(seen)),
        answers=tuple(seen.answers), sampling=sampling,
        unrecorded=tuple(one for one in ("temperature", "seed") if one not in sampling),
        not_tested=_not_tested(total, planned),
    )  # fmt: skip


def _tallies(seen: _Seen) -> Iterator[Tally]:
    for (probe, detector), own in sorted(seen.counts.items()):
        yield Tally(
            probe=probe, detector=detector, count=own["hit"], rows=own["hit"] + own["miss"],
            undecided=own["none"],
        )  # fmt: skip


def _why(seen: _Seen, total: int, planned: int | None) -> str:
    open_ = sum(own["none"] for own in seen.counts.values())
    reasons = {
        "PyRIT does not record how many attacks were planned, and --planned does not say it":
            planned is None,
        f"it holds {total} of {planned} planned attacks": planned is not None and total < planned,
        f"{open_} attacks ended undetermined or with an error": open_ > 0,
        "it holds no attack": total == 0,
        "its attacks went to more than one target": len(seen.targets) > 1,
    }  # fmt: skip
    return "; ".join(reason for reason, holds in reasons.items() if holds)


def _not_tested(total: int, planned: int | None) -> tuple[tuple[str, str], ...]:
    if planned is None or planned <= total:
        return ()
    return ((f"{planned - total} of {planned} attacks", "they are not in the database"),)
