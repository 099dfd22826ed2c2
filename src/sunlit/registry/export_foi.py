"""An as-of export for a freedom-of-information request, with its redaction schedule.

What was in the log at a time, each statement whole and checkable, unless the schedule leaves out
some of its fields or all of it. Then the export says what was left out, on which ground and which
office decided, with a salted digest: the office keeps the salts, and with one it can show later
that it left out what it says. A redacted statement's signature can no longer be checked; the
log's entry can.

Schedule (JSON): `{"v": 1, "reference": TEXT, "decidedBy": OFFICE, "rules": [{"statement": ID or
"type": PREDICATE TYPE, "fields": [NAME, ...] (none: the whole statement), "ground": TEXT}]}`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.registry.home import Home
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement

FORMAT: Final = "sunlit-foi/1"
MAX_RULES: Final = 1_000
MAX_TEXT: Final = 500  # characters
LINKS: Final = frozenset({"corrects", "supersedes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Leaves out fields, or all, of one statement or of all of a type, on a ground."""

    ground: str
    statement: str | None = None
    type: str | None = None
    fields: tuple[str, ...] = ()

    def covers(self, statement_id: str, predicate_type: str) -> bool:
        """Tell whether the rule is about this statement."""
        return self.statement == statement_id or self.type == predicate_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Who decided, under which reference, what is left out."""

    reference: str
    decided_by: str
    rules: tuple[Rule, ...] = ()


@dataclass(slots=True)
class FoiExport:
    """The document to give, and the salts to keep: digest -> salt, both hex."""

    document: dict[str, object]
    salts: dict[str, str] = field(default_factory=dict)
    unused: tuple[Rule, ...] = ()

    @property
    def summary(self) -> str:
        """Say in words what is given and what is left out."""
        given, left_out = self.document.get("statements"), self.document.get("leftOut")
        whole = [len(it) if isinstance(it, list) else 0 for it in (given, left_out)]
        fields = len(self.salts)
        return (
            f"{whole[0]} {_count(whole[0], 'statement')} given, {fields} "
            f"{_count(fields, 'field')} of them left out; {whole[1]} "
            f"{_count(whole[1], 'statement')} left out whole"
        )


def _count(number: int, one: str) -> str:
    return one if number == 1 else f"{one}s"


def read_schedule(data: bytes) -> Schedule:
    """Read a redaction schedule.

    Raises:
        MalformedError: `foi.schedule`, `json.*`.
    """
    document = canonical.decode_object(data, what="the schedule")
    rules = document.get("rules", [])
    if document.get("v") != 1 or not isinstance(rules, list) or len(rules) > MAX_RULES:
        raise _malformed("it is of another version, or has no list of rules")
    return Schedule(
        reference=_text(document, "reference"), decided_by=_text(document, "decidedBy"),
        rules=tuple(_rule(one, number) for number, one in enumerate(rules, 1)),
    )  # fmt: skip


def _rule(value: object, number: int) -> Rule:
    if not isinstance(value, Mapping):
        raise _malformed(f"rule {number} is no object")
    fields = value.get("fields", [])
    named = [value.get(name) for name in ("statement", "type")]
    if sum(isinstance(one, str) and bool(one) for one in named) != 1:
        raise _malformed(f"rule {number} names not exactly one of statement and type")
    if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
        raise _malformed(f"rule {number} has fields that are no list of names")
    if LINKS & set(fields):
        raise _malformed(f"rule {number} leaves out what a statement replaces")
    statement, type_ = (one if isinstance(one, str) else None for one in named)
    return Rule(
        ground=_text(value, "ground"), statement=statement, type=type_, fields=tuple(fields)
    )


def _text(document: Mapping[str, object], name: str) -> str:
    found = document.get(name)
    if not isinstance(found, str) or not 0 < len(found.strip()) <= MAX_TEXT:
        raise _malformed(f"{name!r} is no text of 1 to {MAX_TEXT} characters")
    return found


def _malformed(what: str) -> MalformedError:
    return MalformedError(
        "foi.schedule", f"the redaction schedule is malformed: {what}",
        expected='{"v": 1, "reference": ..., "decidedBy": OFFICE, "rules": [...]}',
        mend="see docs/node/exporting.md for one to copy",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Statements of a home's own log, which had `size` entries at the time that is asked for."""

    home: Home
    size: int
    said: tuple[Admitted, ...]


def foi_export(
    asked: Asked, schedule: Schedule, at: datetime, salt: Callable[[], bytes]
) -> FoiExport:
    """Return what a home's log held at a time, with the schedule applied.

    `salt` gives 32 random bytes each time.

    Raises:
        UnavailableError: `foi.nothing` where there is no statement.
    """
    if not asked.said:
        raise UnavailableError(
            "foi.nothing", "the log held nothing about this at that time",
            mend="check the name and the time: sunlit log show --home HOME",
        )  # fmt: skip
    reader, out = asked.home.reader(), FoiExport({})
    rows, left_out, used = list[object](), list[object](), set[Rule]()
    for one in asked.said:
        assert one.index is not None  # noqa: S101 - statements of a log have a place
        entry = reader.entry(one.index)
        rules = [rule for rule in schedule.rules if rule.covers(one.statement_id, _type(entry))]
        used.update(rules)
        whole = next((rule for rule in rules if not rule.fields), None)
        if whole is not None:
            left_out.append(_left_out(one, entry, whole, schedule))
        else:
            rows.append(_row(one, entry, rules, schedule, out.salts, salt))
    out.document = {
        "format": FORMAT, "reference": schedule.reference, "asOf": format_time(at),
        "log": {"origin": asked.home.origin, "size": asked.size,
                "root": reader.root(asked.size).hex()},
        "decidedBy": schedule.decided_by, "statements": rows, "leftOut": left_out,
        "counts": {"statements": len(asked.said), "given": len(rows), "leftOut": len(left_out),
                   "fieldsLeftOut": len(out.salts)},
    }  # fmt: skip
    out.unused = tuple(rule for rule in schedule.rules if rule not in used)
    return out


def _type(entry: bytes) -> str:
    return _statement(entry).predicate_type


def _statement(entry: bytes) -> Statement:
    return Statement.parse(Envelope.from_json(Entry.parse(entry).envelope).payload)


def _place(one: Admitted, entry: bytes) -> dict[str, object]:
    return {
        "statement": one.statement_id, "index": one.index,
        "admitted": format_time(one.admitted_at) if one.admitted_at else None,
        "leafHash": leaf_hash(entry).hex(), "predicateType": _type(entry),
    }  # fmt: skip


def _left_out(one: Admitted, entry: bytes, rule: Rule, schedule: Schedule) -> dict[str, object]:
    # The leaf hash is the digest: whoever is shown the entry later can check that it is this one.
    return {**_place(one, entry), "ground": rule.ground, "decidedBy": schedule.decided_by}


def _row(
    one: Admitted, entry: bytes, rules: Sequence[Rule], schedule: Schedule,
    salts: dict[str, str], salt: Callable[[], bytes],
) -> dict[str, object]:  # fmt: skip
    grounds = {name: rule.ground for rule in rules for name in rule.fields}
    predicate = dict(_statement(entry).predicate)
    hidden = [name for name in predicate if name in grounds]
    if not hidden:
        envelope = Entry.parse(entry).envelope
        return {**_place(one, entry), "redacted": [], "envelope": dict(envelope)}
    redacted = []
    for name in hidden:
        fresh = salt()
        digest = sha256(fresh + canonical.encode({name: predicate.pop(name)})).hexdigest()
        salts[digest] = fresh.hex()
        redacted.append({
            "field": name, "digest": digest, "ground": grounds[name],
            "decidedBy": schedule.decided_by,
        })  # fmt: skip
    subjects = [subject.to_json() for subject in one.subjects]
    return {
        **_place(one, entry), "redacted": redacted, "subject": subjects, "predicate": predicate,
    }  # fmt: skip
