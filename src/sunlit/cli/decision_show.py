"""What `sunlit decision show` prints: plain words first, digests last."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sunlit.base.times import format_time

if TYPE_CHECKING:
    from sunlit.decision.content import Content
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.decision_anchors import Since
    from sunlit.registry.decisions import Case, Seen

BLANK: Final = "(blank)"
SHOWN: Final = 2000  # characters of one value
TERMS: Final = 5  # of an explanation
BINDINGS: Final = {
    "files-verified": "the guard hashed the very files that the model was loaded from",
    "declared": "whoever runs the model said which release it is; no file was hashed",
    "endpoint-only": "an endpoint answered; nothing ties it to a release",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All that is printed of one record."""

    store: "DecisionStore"
    case: "Case"
    kept: str
    anchored: "Since | str"
    opened: "Content | None" = None


def document(shown: Shown) -> dict[str, object]:
    """Return what `show --json` prints."""
    from sunlit.base.canonical import decode_object
    from sunlit.registry.decisions import state_words

    seen = shown.case.seen
    anchored = shown.anchored
    return {
        **_placed(seen),
        "record": decode_object(seen.leaf, what="the record"),
        "state": state_words(shown.case) if seen.record.state else None,
        "component": component_of(shown.store, seen.record.token),
        "undecided": shown.case.undecided, "unfinished": shown.case.unfinished,
        "needsReview": shown.case.unreviewed, "openContests": shown.case.open_contests,
        "content": shown.kept,
        "unchangedSince": None if isinstance(anchored, str) else format_time(anchored.at),
        "anchor": anchored if isinstance(anchored, str) else {
            "log": anchored.origin, "index": anchored.index, "statement": anchored.statement,
            "size": anchored.size,
        },
        "later": [
            {**_placed(one), "record": decode_object(one.leaf, what="a record")}
            for one in shown.case.later
        ],
        "opened": None if shown.opened is None else {
            name: {"type": one.type, "value": base64.b64encode(one.value).decode()}
            for name, one in sorted(shown.opened.fields.items())
        },
    }  # fmt: skip


def _placed(seen: "Seen") -> dict[str, object]:
    row = seen.row
    return {
        "log": row.log, "index": row.place, "leaf": row.leaf, "signed": seen.signed,
    }  # fmt: skip


def lines(shown: Shown) -> Iterator[str]:
    """Yield what `show` prints for people."""
    seen = shown.case.seen
    record = seen.record
    yield f"{_KINDS.get(str(record.kind), str(record.kind))} {record.id}"
    for name, text in _facts(shown).items():
        yield f"  {name + ':':<13} {text}"
    yield f"Later records: {len(shown.case.later) or 'none'}"
    for one in shown.case.later:
        yield f"  {_later(one)}"
    yield f"Unchanged since: {_since(shown.anchored)}"
    yield f"Record: {seen.row.log}#{seen.row.place}, leaf {seen.row.leaf}"
    if not seen.signed:
        yield "  It is written durably; no signed checkpoint stands for it yet."
    yield f"Contents: {_kept(shown)}"
    for name, commitment in sorted(record.commit.items()):
        yield f"  {name:<12} {_value(shown, name) or f'closed, committed to as {commitment}'}"


def _facts(shown: Shown) -> Mapping[str, str]:
    from sunlit.registry.decisions import state_words

    record = shown.case.seen.record
    facts = {"When": f"{format_time(record.time)}, by the guard's own clock"}
    if record.kind != "decision":
        about = record.of
        facts |= {
            "About": BLANK if about is None else f"{about.log}#{about.index}",
            "Use": record.use or BLANK, "Code": record.code or BLANK,
            "By role": record.role or BLANK, "Result": record.result or BLANK,
        }  # fmt: skip
        return facts
    binding = str(record.binding)
    facts |= {
        "State": state_words(shown.case),
        "Component": component_of(shown.store, record.token) or BLANK,
        "Release": record.release or BLANK,
        "Use": f"{record.use} by {record.deployer}",
        "Where": f"{record.jurisdiction or BLANK}; class of data: {record.data_class or BLANK}",
        "Token": record.token or BLANK,
        "Which model": f"{binding}: {BINDINGS.get(binding, BLANK)}",
        "Grounds": _grounds(shown),
        "Human": human(shown.case),
        "Break-glass": _break_glass(shown.case),
        "Contested": _contested(shown.case),
        "Masked": ", ".join(record.masked) or "nothing",
        "Status list": record.status or BLANK,
        "Trust file": BLANK if record.trust is None else f"version {record.trust}",
    }
    return facts


_KINDS: Final = {
    "decision": "Decision", "refusal": "Refusal", "closed": "End of a stream",
    "outcome": "A human's outcome", "contest": "Contest", "contest-result": "Answer to a contest",
    "review": "Review", "access": "Access to contents",
}  # fmt: skip


def component_of(store: "DecisionStore", token: str | None) -> str | None:
    """Return which component and version the token is for, where the store has its grant."""
    from sunlit.base.errors import SunlitError
    from sunlit.claims.lifecycle import TokenGrant
    from sunlit.log.entry import Entry
    from sunlit.runtime.folder import read_parts
    from sunlit.statement.dsse import Envelope
    from sunlit.statement.intoto import Statement

    try:
        entry = read_parts(store.root / "token").entry
        envelope = Envelope.from_json(Entry.parse(entry or b"").envelope)
        if envelope.statement_id != token:
            return None  # another token is in use by now
        grant = TokenGrant.from_predicate(Statement.parse(envelope.payload).predicate)
    except SunlitError:
        return None
    return f"{grant.component} {grant.version or BLANK}"


def _grounds(shown: Shown) -> str:
    if "explanation" not in shown.case.seen.record.commit:
        return f"{BLANK}: no explanation was recorded"
    if shown.opened is None:
        return f"closed: {_kept(shown)}"
    from sunlit.base.canonical import decode_object
    from sunlit.base.errors import SunlitError

    try:
        found = decode_object(shown.opened.fields["explanation"].value, what="the explanation")
    except (KeyError, SunlitError):
        return "opened below"
    if found.get("method") == "none":
        return f"none: {found.get('reason', BLANK)}"
    return f"{found.get('method', BLANK)}: {_terms(found.get('contributions')) or 'opened below'}"


def _terms(contributions: object) -> str:
    """Return the largest contributions of an explanation, largest first."""
    if not isinstance(contributions, list):
        return ""
    found: list[tuple[float, str, object]] = []
    for one in contributions:
        if isinstance(one, dict):
            try:
                found.append((float(one["contribution"]), str(one["name"]), one.get("value")))
            except (KeyError, TypeError, ValueError):
                continue
    found.sort(key=lambda one: -abs(one[0]))
    return ", ".join(f"{name} = {value} ({by:+.3g})" for by, name, value in found[:TERMS])


def human(case: "Case") -> str:
    """Say who decided in the end, by role."""
    outcome, oversight = case.outcome, case.seen.record.oversight or BLANK
    if outcome is None:
        return f"no human's outcome is recorded; the token asks for: {oversight}"
    corrected = (
        " (it corrects an earlier one)" if len(case.of_kind(outcome.record.kind)) > 1 else ""
    )
    return f"{outcome.record.role or BLANK}: {outcome.record.result or BLANK}{corrected}"


def _break_glass(case: "Case") -> str:
    record = case.seen.record
    if record.break_glass is None:
        return "no"
    from sunlit.decision.record import Kind

    found = case.of_kind(Kind.REVIEW)
    if not found:
        return f"yes, over {record.break_glass}; NOT REVIEWED yet"
    by = found[-1].record
    return f"yes, over {record.break_glass}; reviewed by {by.role or BLANK}: {by.result or BLANK}"


def _contested(case: "Case") -> str:
    from sunlit.decision.record import Kind

    contests, results = case.of_kind(Kind.CONTEST), case.of_kind(Kind.CONTEST_RESULT)
    if not contests:
        return "no"
    answered = f"answered: {results[-1].record.result or BLANK}" if results else "not answered"
    waiting = f"; {case.open_contests} without an answer" if case.open_contests else ""
    return f"{len(contests)} contest{'s' * (len(contests) > 1)}; {answered}{waiting}"


def _later(seen: "Seen") -> str:
    record, row = seen.record, seen.row
    said = " ".join(filter(None, (record.result, record.role and f"by {record.role}")))
    return f"{format_time(record.time)}  {record.kind:<14} {said or BLANK}  {row.log}#{row.place}"


def _since(anchored: "Since | str") -> str:
    if isinstance(anchored, str):
        return anchored
    return f"{format_time(anchored.at)}, entry {anchored.index} of {anchored.origin}"


def _kept(shown: Shown) -> str:
    if shown.opened is not None:
        return "opened; this access is recorded"
    if shown.kept == "kept":
        return "kept, encrypted; --open --ground TEXT --role ROLE opens them, which is recorded"
    return shown.kept


def _value(shown: Shown, name: str) -> str | None:
    if shown.opened is None or name not in shown.opened.fields:
        return None
    one = shown.opened.fields[name]
    try:
        text = one.value.decode()
    except UnicodeDecodeError:
        return f"{len(one.value)} bytes of {one.type}"
    shown_text = "".join(char if char.isprintable() else " " for char in text[:SHOWN])
    return shown_text + (f" ... ({len(text)} characters)" if len(text) > SHOWN else "")
