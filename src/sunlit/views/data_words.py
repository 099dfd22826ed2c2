"""What a claim about training data says, in plain words: no value of any person stands in one.

`title` and `clauses` are for whoever reads a statement without knowing its fields, as a court
does. A claim says what its signer says; whether that counts is for the findings.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from sunlit.base.times import format_time
from sunlit.claims.base import Claim
from sunlit.claims.privacy import (
    Decision,
    Figure,
    Found,
    Mask,
    MaskedColumn,
    Minimisation,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.claims.provenance import Resource

TITLES: Final[Mapping[type[Claim], str]] = {
    Scan: "Searched for personal data",
    Minimisation: "Reduced to what is needed",
    Mask: "Masked",
    Synthesis: "Made up after other data",
    Reidentification: "Measured how easily a person is recognised",
    ReviewRequest: "Review asked for",
    Review: "Review of the data",
}
SHOWN: Final = 8  # of a list; how many more there are is said
MAX_NAME: Final = 60  # characters of a column's, a file's or a tool's name
MAX_TEXT: Final = 400
METHODS: Final[Mapping[str, str]] = {
    "keep": "kept", "drop": "dropped", "redact": "replaced by a label",
    "pseudonym": "replaced by pseudonyms", "hash": "replaced by hashes",
    "generalise": "made coarser", "date-shift": "shifted in time", "clip": "cut off at the ends",
    "round": "rounded", "noise": "blurred by noise", "suppress": "emptied",
    "text": "masked inside its texts",
}  # fmt: skip
_USED_BY: Final = {
    "model": "as the model shows", "pipeline": "as the pipeline shows",
    "provenance": "as the training run shows", "declared": "as declared, not measured",
}  # fmt: skip


def clauses(claim: Claim) -> tuple[str, ...]:
    """Return what a claim about data says, clause by clause; nothing of other claims."""
    words = _WORDS.get(type(claim))
    return tuple(words(claim)) if words else ()


def share(value: Decimal) -> str:
    """Return a share in per cent, to one place, never rounded to none or all of it."""
    if not 0 <= value <= 1:
        return f"{_cut(str(value))} (no share)"
    cents = (value * 100).quantize(Decimal("0.1"))
    if cents == 0 < value:
        return "under 0.1 %"
    if cents == 100 and value < 1:
        return "over 99.9 %"
    return f"{cents.normalize():f} %"


def _scan(claim: Scan) -> Iterator[str]:
    yield f"{claim.rows:,} rows in {_count(claim.files, 'file')}"
    if not claim.names_model and (claim.free_text or not claim.columns):
        yield "names of people in texts were not looked for"
    yield from _found(claim)
    if claim.free_text:
        yield f"prose, which may hold anything: {_listed(claim.free_text)}"
    if claim.unread:
        yield f"not looked at: {_listed(claim.unread)}"
    if claim.residual is not None:
        end = claim.residual if claim.residual_high is None else claim.residual_high
        yield f"missed, as estimated: {share(claim.residual)} (up to {share(end)})"
    if claim.sensitive:
        grounds = "; ".join(_cut(one, MAX_TEXT) for one in claim.grounds[:SHOWN])
        yield f"sensitive, so an independent review is needed{': ' if grounds else ''}{grounds}"
    else:
        yield "not sensitive by this search"
    yield f"with {_cut(claim.tool)}"


def _found(claim: Scan) -> Iterator[str]:
    """Yield what was found by looking at values, then what columns are only called."""
    named = [f"{_plain(one.kind)} in {_column(one)}" for one in claim.found if one.by == "name"]
    seen = [
        f"{_plain(one.kind)} in {_column(one)} ({one.hits:,} of {one.rows:,})"
        for one in claim.found if one.by != "name"
    ]  # fmt: skip
    if seen:
        yield f"found: {_listed(seen, MAX_TEXT)}"
    if named:
        yield f"by what columns are called: {_listed(named, MAX_TEXT)}"
    if claim.not_listed:
        yield f"and {_count(claim.not_listed, 'find')} more, in its report"
    if not claim.found and not claim.not_listed:
        yield "nothing personal was found"


def _column(one: Found) -> str:
    return "texts" if one.column is None else _cut(one.column)


def _measured(claim: Reidentification) -> Iterator[str]:
    within = "within" if claim.risk <= claim.threshold else "over"
    yield (
        f"risk up to {share(claim.risk)}, {within} the {share(claim.threshold)} of the profile "
        f"{_cut(claim.profile)}"
    )
    yield from _unmet(claim.figures)
    chosen = "as a search found" if claim.chosen == "searched" else "as declared"
    yield f"people told apart by {_listed(claim.quasi_identifiers) or 'nothing'}, {chosen}"
    if claim.left_out:
        yield f"left out, though the search found them: {_listed(claim.left_out)}"
    among = "" if claim.population is None else f", out of a population of {claim.population:,}"
    yield f"{claim.rows:,} rows{among}"


def _unmet(figures: Iterable[Figure]) -> Iterator[str]:
    missed = [
        _plain(one.name) + ("" if one.attribute is None else f" of {_cut(one.attribute)}")
        for one in figures if one.met is False
    ]  # fmt: skip
    if missed:
        yield f"over its own limit: {_listed(missed)}"


def _masked(claim: Mask) -> Iterator[str]:
    yield f"made from {_named(claim.source)} after {_named(claim.plan)}"
    yield f"{claim.rows_out:,} of {claim.rows_in:,} rows"
    if claim.columns:
        done = [_done(one) for one in claim.columns[:SHOWN]]
        more = len(claim.columns) - len(done)
        yield ", ".join([*done, *([f"{more} more"] if more else [])])
    if claim.survivors:
        yield f"searched again: {claim.survivors:,} still found of what the plan masks"
    else:
        yield "searched again: nothing left of what the plan masks"


def _done(one: MaskedColumn) -> str:
    where = "texts" if one.column is None else _cut(one.column)
    return f"{where} {METHODS.get(one.method, _plain(one.method))} ({one.changed:,})"


def _minimised(claim: Minimisation) -> Iterator[str]:
    yield f"made from {_named(claim.source)}, for: {_cut(claim.purpose, MAX_TEXT)}"
    yield f"used, {_USED_BY.get(claim.used_by, _cut(claim.used_by))}: {_listed(claim.used)}"
    yield f"dropped: {_listed(claim.dropped) or 'nothing'}"
    if claim.kept:
        yield f"kept though unused: {_listed(claim.kept, MAX_TEXT)}"


def _made_up(claim: Synthesis) -> Iterator[str]:
    yield f"{claim.rows:,} made-up rows after {_named(claim.source)}"
    yield f"by {_cut(claim.method)} ({_cut(claim.library)})"
    if claim.epsilon is None:
        yield "without a differential-privacy guarantee"
    else:
        delta = "" if claim.delta is None else f", delta {_cut(str(claim.delta))}"
        yield f"differentially private: epsilon {_cut(str(claim.epsilon))}{delta}"
    yield from _unmet((*claim.privacy, *claim.utility))


def _asked(claim: ReviewRequest) -> Iterator[str]:
    yield f"for {_cut(claim.purpose, MAX_TEXT)} of {claim.component or 'any component'}"
    if claim.reasons:
        yield f"because of {_listed(claim.reasons, MAX_TEXT)}"
    if claim.went_on:
        yield "training went on before there was an answer"


def _reviewed(claim: Review) -> Iterator[str]:
    word = "accepts" if claim.decision is Decision.ACCEPT else "refuses"
    end = f" until {format_time(claim.valid_until)}"
    yield (
        f"{_cut(claim.reviewer)} {word} it for {_cut(claim.purpose, MAX_TEXT)} of "
        f"{claim.component or 'any component'}{end}"
    )
    if claim.conditions:
        yield f"on condition: {_listed(claim.conditions, MAX_TEXT)}"
    yield f"reasons: {_cut(claim.reasons, MAX_TEXT)}"
    yield (
        "declares no conflict of interest" if claim.no_conflict_declared
        else "does not declare that there is no conflict of interest"
    )  # fmt: skip


def _named(one: Resource) -> str:
    digest = str(one.digest.get("sha256") or "")[:12]
    known = f"sha256 {digest}…" if digest else "unnamed"
    return f"{_cut(one.name)} ({known})" if one.name else known


def _listed(names: Iterable[str], limit: int = MAX_NAME) -> str:
    every = [_cut(one, limit) for one in names]
    more = [f"{len(every) - SHOWN} more"] if len(every) > SHOWN else []
    return ", ".join([*every[:SHOWN], *more])


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _plain(name: str) -> str:
    return _cut(name).replace("-", " ")


def _cut(text: str, limit: int = MAX_NAME) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else f"{flat[:limit]}…"


_WORDS: Final[Mapping[type[Claim], Callable[[Any], Iterator[str]]]] = {
    Scan: _scan, Reidentification: _measured, Mask: _masked, Minimisation: _minimised,
    Synthesis: _made_up, ReviewRequest: _asked, Review: _reviewed,
}  # fmt: skip
