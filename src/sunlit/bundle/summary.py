"""Six plain answers about a decision: what, by which component, under what, why, who, and then."""

from collections.abc import Sequence
from typing import Final

from sunlit.base.times import format_time
from sunlit.bundle.view import Fact
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.content import Content, Field
from sunlit.decision.record import Binding, Kind, Record, State

MAX_SHOWN: Final = 400  # characters of a value in a summary
NOT_OPENED: Final = "recorded, and not opened here"
BINDINGS: Final = {
    Binding.FILES_VERIFIED: "the guard had hashed the very files that it was loaded from",
    Binding.DECLARED: "on the word of whoever ran it: no file was hashed",
    Binding.ENDPOINT_ONLY: "an endpoint answered: nothing ties the answer to the release",
}
RESULTS: Final = {
    "confirmed": "confirmed it", "changed": "changed it", "declined": "declined it",
    "upheld": "upheld", "withdrawn": "withdrawn",
}  # fmt: skip


def headline(record: Record, grant: TokenGrant | None, later: Sequence[Record]) -> str:
    """Return one sentence: who used what for what, when, and what became of it."""
    what = grant.component if grant else "a component"
    return (
        f"On {format_time(record.time)} {record.deployer} used {what} for "
        f"{record.use}. {_state(record, later)}"
    )


def summary(
    record: Record, grant: TokenGrant | None, opening: Content | None, later: Sequence[Record],
    outcome: Content | None = None,
) -> tuple[Fact, ...]:  # fmt: skip
    """Return the six answers, in their order; `outcome` is what is opened of the last outcome."""
    decided = outcome.fields.get("output") if outcome else None
    changed = f" What the human decided: {shown(decided)}" if decided else ""
    return (
        Fact(
            title="What was decided",
            text=f"{_output(record, opening)} {_state(record, later)}{changed}",
        ),
        Fact(title="By which component", text=_component(record, grant)),
        Fact(title="Under which token", text=_token(record, grant)),
        Fact(title="On what grounds", text=_grounds(record, opening)),
        Fact(title="With which human", text=_human(record, later)),
        Fact(title="Can it be challenged", text=_challenged(record, later)),
    )


def _output(record: Record, opening: Content | None) -> str:
    if "output" not in record.commit:
        return "No output stands in this record."
    one = opening.fields.get("output") if opening else None
    return (
        f"The component's output is {NOT_OPENED}."
        if one is None
        else f"The component's output: {shown(one)}."
    )


def shown(one: Field, limit: int = MAX_SHOWN) -> str:
    """Return a value as text on one line, cut to `limit` characters; else its size."""
    text = as_text(one)
    if text is None:
        return f"{len(one.value)} bytes of {one.type[:80]}"
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= limit else f"{flat[:limit]}…"


def as_text(one: Field) -> str | None:
    """Return a value that is text or JSON as text, None for all else."""
    if not one.type.startswith("text/") and "json" not in one.type:
        return None
    try:
        return one.value.decode()
    except UnicodeDecodeError:
        return None


def _state(record: Record, later: Sequence[Record]) -> str:
    if record.state is State.PROPOSED:
        return _proposed(later)
    if record.state is State.OPENED:
        ends = [one for one in later if one.kind is Kind.CLOSED]
        if not ends:
            return "It was released as a stream; no record here says that it ended."
        return f"It was released as a stream, which ended: {ends[-1].result}."
    return "It took effect as the component gave it."


def _proposed(later: Sequence[Record]) -> str:
    outcomes = [one for one in later if one.kind is Kind.OUTCOME]
    if not outcomes:
        return "It was a proposal, and is undecided by the records here."
    last = outcomes[-1]
    did = RESULTS.get(str(last.result), f"decided ({last.result})")
    return f"It was a proposal; {last.role or 'a human'} {did}."


def _component(record: Record, grant: TokenGrant | None) -> str:
    if grant is None:
        return f"The release with manifest digest {record.release}."
    how = BINDINGS.get(record.binding, "") if record.binding else ""
    return f"{grant.component} {grant.version or ''}, release {record.release}; {how}."


def _token(record: Record, grant: TokenGrant | None) -> str:
    if grant is None:
        return f"The token of grant {record.token}."
    glass = "" if record.break_glass is None else (
        f" The guard was overridden in an emergency ({record.break_glass})."
    )  # fmt: skip
    return (
        f"A {grant.kind} token of {grant.issuer}, code {grant.code}, valid until "
        f"{format_time(grant.valid_until)}, for: {'; '.join(grant.permitted)}.{glass}"
    )


def _grounds(record: Record, opening: Content | None) -> str:
    if "explanation" not in record.commit:
        return "No explanation was recorded."
    if opening is None or "explanation" not in opening.fields:
        return f"An explanation is {NOT_OPENED}."
    return "An explanation was recorded, and is opened here."


def _human(record: Record, later: Sequence[Record]) -> str:
    acts = [one for one in later if one.kind in (Kind.OUTCOME, Kind.REVIEW)]
    told = "; ".join(
        f"{one.role or 'a human'}, {one.kind} on {format_time(one.time)}: {one.result}"
        for one in acts
    )
    asked = f"The arrangement was: {record.oversight}."
    return f"{asked} {told}." if told else f"{asked} No human's act is recorded here."


def _challenged(record: Record, later: Sequence[Record]) -> str:
    contests = [one for one in later if one.kind is Kind.CONTEST]
    answers = [one for one in later if one.kind is Kind.CONTEST_RESULT]
    who = f"Yes, with {record.deployer}; name the record {record.id}."
    if not contests:
        return f"{who} Nobody has, by the records here."
    last = f"answered: {answers[-1].result}" if answers else "not answered yet"
    return f"{who} It was contested on {format_time(contests[-1].time)}, {last}."
