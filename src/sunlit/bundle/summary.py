"""Six plain answers about a decision: what, by which component, under what, why, who, and then."""

from collections.abc import Sequence
from typing import Final

from sunlit.base.purl import called
from sunlit.bundle.grounds import grounds
from sunlit.bundle.view import Fact
from sunlit.bundle.wording import one_line, role, short, spoken, told
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.content import Content, Field
from sunlit.decision.record import Binding, Kind, Record, State

MAX_SHOWN: Final = 400  # characters of a value in a summary
MAX_REASONS: Final = 200
NOT_OPENED: Final = "recorded, and not opened here"
MISFIT: Final = "recorded, and what is opened does not fit the record"
BINDINGS: Final = {
    Binding.FILES_VERIFIED: "the guard had hashed the very files that it was loaded from",
    Binding.DECLARED: "on the word of whoever ran it: no file was hashed",
    Binding.ENDPOINT_ONLY: "an endpoint answered: nothing ties the answer to the release",
}
RESULTS: Final = {
    "confirmed": "confirmed it", "changed": "changed it", "declined": "declined it",
}  # fmt: skip
# What came of a contest, as the end of "then a contest ...".
ANSWERS: Final = {
    "changed": "led to a change by {}", "upheld": "was answered by {}: upheld",
    "withdrawn": "was withdrawn, says {}",
}  # fmt: skip
OVERSIGHT: Final = {
    "human-decides": "a person decides, and the component only informs",
    "human-reviews": "the component decides, and a person reviews",
    "none": "no person looks at each case",
}


def headline(record: Record, grant: TokenGrant | None, later: Sequence[Record]) -> str:
    """Return two sentences: who used what for what, when, and what became of it."""
    what = called(grant.component) if grant else "a component"
    return (
        f"On {spoken(record.time)} {record.deployer} used {what} for "
        f"{record.use}. {_became(record, later)}"
    )


def summary(
    record: Record, grant: TokenGrant | None, opening: Content | None, later: Sequence[Record],
    outcome: Content | None = None, answer: Content | None = None, *, is_misfit: bool = False,
) -> tuple[Fact, ...]:  # fmt: skip
    """Return the six answers, in their order.

    `outcome` and `answer` are what is opened of the last outcome and of the last answer to a
    contest. `is_misfit`: what is opened does not fit the record (check 6), so it is not shown.
    """
    decided = outcome.fields.get("output") if outcome else None
    changed = f" What the human decided: {_plainly(decided)}." if decided else ""
    is_recorded = "explanation" in record.commit
    output = _output(record, opening, MISFIT if is_misfit else NOT_OPENED)
    return (
        Fact(
            title="What was decided",
            text=f"{output} {_became(record, later)}{changed}",
        ),
        Fact(title="By which component", text=_component(record, grant)),
        Fact(title="Under which token", text=_token(record, grant)),
        Fact(
            title="On what grounds",
            text=grounds(opening, is_recorded=is_recorded, is_misfit=is_misfit),
        ),
        Fact(title="With which human", text=_human(record, later, outcome)),
        Fact(title="Can it be challenged", text=_challenged(record, later, answer)),
    )


def _output(record: Record, opening: Content | None, why_not: str) -> str:
    if "output" not in record.commit:
        return "No output stands in this record."
    one = opening.fields.get("output") if opening else None
    return (
        f"The component's output is {why_not}."
        if one is None
        else f"The component's output: {_plainly(one)}."
    )


def _plainly(one: Field) -> str:
    """Return a value in words where it is a small JSON object, else as it stands."""
    text = as_text(one) if "json" in one.type else None
    words = told(text) if text is not None else None
    return shown(one) if words is None else one_line(words, MAX_SHOWN)


def _because(content: Content | None) -> str:
    one = content.fields.get("reasons") if content else None
    return f"; reasons: “{shown(one, MAX_REASONS)}”" if one else ""


def shown(one: Field, limit: int = MAX_SHOWN) -> str:
    """Return a value as text on one line, cut to `limit` characters; else its size."""
    text = as_text(one)
    if text is None:
        return f"{len(one.value)} bytes of {one.type[:80]}"
    return one_line(text, limit)


def as_text(one: Field) -> str | None:
    """Return a value that is text or JSON as text, None for all else."""
    if not one.type.startswith("text/") and "json" not in one.type:
        return None
    try:
        return one.value.decode()
    except UnicodeDecodeError:
        return None


def _became(record: Record, later: Sequence[Record]) -> str:
    """Say what became of it, the answer to a contest too."""
    contests = [one for one in later if one.kind is Kind.CONTEST]
    if not contests:
        return _state(record, later)
    answers = [one for one in later if one.kind is Kind.CONTEST_RESULT]
    if not answers:
        then = "was made, which is not answered yet"
    else:
        result = str(answers[-1].result)
        then = ANSWERS.get(result, f"was answered by {{}}: {_plain(result)}")
        then = then.format(role(answers[-1].role))
    return f"{_state(record, later).removesuffix('.')}; then a contest {then}."


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


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
    return f"It was a proposal; {role(last.role)} {did}."


def _component(record: Record, grant: TokenGrant | None) -> str:
    if grant is None:
        return f"The release with manifest digest {short(record.release)}."
    how = BINDINGS.get(record.binding, "") if record.binding else ""
    name = called(grant.component)
    whole = f" ({grant.component})" if name != grant.component else ""
    version = f" {grant.version}" if grant.version else ""
    return f"{name}{version}{whole}, release {short(record.release)}; {how}."


def _token(record: Record, grant: TokenGrant | None) -> str:
    if grant is None:
        return f"The token of grant {short(record.token)}."
    glass = "" if record.break_glass is None else (
        f" The guard was overridden in an emergency ({record.break_glass})."
    )  # fmt: skip
    return (
        f"A {grant.kind} token of {grant.issuer}, risk code {grant.code}, valid until "
        f"{spoken(grant.valid_until)}, for: {'; '.join(grant.permitted)}.{glass}"
    )


def _human(record: Record, later: Sequence[Record], outcome: Content | None) -> str:
    acts = [one for one in later if one.kind in (Kind.OUTCOME, Kind.REVIEW)]
    told_ = "; ".join(
        f"{role(one.role)}, {one.kind} on {spoken(one.time)}: {one.result}" for one in acts
    )
    asked = f"The arrangement was: {OVERSIGHT.get(str(record.oversight), record.oversight)}."
    if not told_:
        return f"{asked} No human's act is recorded here."
    return f"{asked} {told_[0].upper()}{told_[1:]}{_because(outcome)}."


def _challenged(record: Record, later: Sequence[Record], answer: Content | None) -> str:
    contests = [one for one in later if one.kind is Kind.CONTEST]
    answers = [one for one in later if one.kind is Kind.CONTEST_RESULT]
    who = f"Yes, with {record.deployer}; name the record {record.id}."
    if not contests:
        return f"{who} Nobody has, by the records here."
    last = "not answered yet"
    if answers:
        end = answers[-1]
        last = f"answered: {end.result}, by {role(end.role)} on {spoken(end.time)}"
    return f"{who} It was contested on {spoken(contests[-1].time)}, {last}{_because(answer)}."
