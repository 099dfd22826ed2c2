"""The sections about this case: rationale, responsibility, data."""

import json
from collections.abc import Iterator
from typing import Final

from sunlit.base.errors import SunlitError
from sunlit.claims.provenance import Component, Dataset
from sunlit.claims.risk import Use
from sunlit.guard.explain.document import Explanation, NoExplanation, checked
from sunlit.guard.explain.methods import Estimand
from sunlit.views.dossier_data import training_data
from sunlit.views.dossier_lines import Facts, Line, Value
from sunlit.views.label import OVERSIGHT

INPUT: Final = "input"
PART: Final = "contribution"
SHOWN: Final = 10  # contributions by name; the others are summed up in one line
MAX_TEXT: Final = 2000  # characters of one value
MAX_INPUTS: Final = 200  # lines
_STATES: Final = {
    "released": "The output was released at once",
    "proposed": "The output was a proposal: nothing until a person decides",
    "opened": "The output was sent as it was made",
}
_ESTIMANDS: Final = {
    Estimand.PATH_DEPENDENT: "each feature's part in going from the average of the training data "
    "to this output (path-dependent)",
    Estimand.INTERVENTIONAL: "each feature's part in going from the average of the background "
    "rows to this output (interventional)",
    Estimand.TERMS: "the terms that the model itself adds up",
}
_LATER: Final = (
    ("outcome", "What a person decided"),
    ("contest", "Objection"),
    ("contest-result", "Answer to the objection"),
    ("review", "Review of the break-glass use"),
)


def rationale(facts: Facts) -> Iterator[Line]:
    """Yield what came out, and how it follows from the input."""
    yield facts.opens("What came out", shown(facts.opened("output")))
    yield facts.recorded("How it was meant", _STATES.get(facts.record.state or ""))
    yield facts.stated("What the model estimates", *facts.told(Component, "target"))
    yield facts.stated("Why that answers the question", *facts.told(Use, "target_fits"))
    found = facts.opened("explanation")
    if found is None:
        yield Line("Explanation", None)
        return
    match checked(found.type, found.value):
        case Explanation() as explanation:
            yield from _explained(facts, explanation)
        case NoExplanation(code=code, reason=reason):
            yield facts.opens("Explanation", f"None: {reason} ({code})")
        case SunlitError() as error:
            yield facts.opens("Explanation", f"Does not hold: {error.what} ({error.code})")
        case None:
            yield facts.opens("Explanation (not checked)", shown(found))


def _explained(facts: Facts, found: Explanation) -> Iterator[Line]:
    scale = f"on the {found.link} scale" + (f", for class {found.target}" if found.target else "")
    yield facts.opens("Explanation", f"{found.method} by {found.library}, {scale}")
    yield facts.opens("What the numbers mean", _ESTIMANDS[found.estimand])
    if found.background:
        yield facts.opens("Background rows", f"sha256:{found.background}")
    yield facts.opens("Starting value", f"{found.base:.4g}")
    ordered = sorted(found.terms, key=lambda one: -abs(one.contribution))
    for one in ordered[:SHOWN]:
        seen = f" (value {one.value})" if one.value is not None else ""
        yield facts.opens(f"Part of {one.name}", f"{one.contribution:+.4g}{seen}", PART)
    if rest := ordered[SHOWN:]:
        total = sum(one.contribution for one in rest)
        yield facts.opens(f"Part of {len(rest)} others", f"{total:+.4g}", PART)
    yield facts.opens(
        "Adds up to",
        f"{found.raw:.4g}, the model's own output, but for {found.residual:.1g} "
        f"(allowed {found.tolerance:.1g})",
    )


def responsibility(facts: Facts) -> Iterator[Line]:
    """Yield who decided, who made it, who let it be used, and which person had a say."""
    record, grant = facts.record, facts.grant
    yield facts.recorded("Who decided", record.deployer)
    yield facts.stated("Who owns the use", *facts.told(Use, "owner"))
    yield facts.stated("Who made the component", *facts.told(Component, "maintainer"))
    yield facts.stated("Contact", *facts.told(Component, "contact"))
    yield facts.granted("Who allowed it", grant.issuer if grant else None)
    oversight = OVERSIGHT.get(record.oversight or "", record.oversight or "")
    yield facts.recorded("Human oversight", oversight)
    if record.break_glass:
        yield facts.recorded("Break-glass", f"used against the refusal {record.break_glass}")
    for kind, label in _LATER:
        found = [one for one in facts.later if one.kind == kind]
        for one in found:
            said = " by ".join(filter(None, [one.result or "recorded", one.role]))
            yield Line(label, said, f"record {one.id}", one.time)
        if not found and (kind != "review" or record.break_glass):
            yield Line(label, None)


def data(facts: Facts) -> Iterator[Line]:
    """Yield what went in, and what the component was made and tested with."""
    record = facts.record
    yield facts.recorded("Class of data", record.data_class)
    yield facts.recorded("Place", record.jurisdiction)
    if record.masked:
        yield facts.recorded("Hidden from the component", ", ".join(record.masked))
    yield from _inputs(facts)
    datasets = list(facts.said(Dataset))
    for said, dataset in datasets:
        yield facts.stated(f"Dataset {dataset.name}", _dataset(dataset), said)
    if not datasets:
        yield Line("Datasets", None)
    yield from training_data(facts)


def _inputs(facts: Facts) -> Iterator[Line]:
    found = facts.opened("input")
    document = _json(found) if found else None
    if not isinstance(document, dict) or not document:
        yield facts.opens("Input", shown(found))
        return
    for name, value in list(document.items())[:MAX_INPUTS]:
        yield facts.opens(f"Input {_cut(name)}", _cut(_text(value)) or '""', INPUT)
    if len(document) > MAX_INPUTS:
        yield facts.opens("Further inputs", f"{len(document) - MAX_INPUTS}, not shown here")


def _dataset(dataset: Dataset) -> str:
    sensitive = dataset.sensitive_columns
    looked = "nobody looked" if sensitive is None else ", ".join(sensitive) or "none found"
    parts = [
        f"used for {', '.join(dataset.used_for)}" if dataset.used_for else "",
        f"{dataset.rows} rows" if dataset.rows is not None else "",
        f"licence {dataset.licence}" if dataset.licence else "licence not provided",
        f"from {dataset.source}" if dataset.source else "source not provided",
        f"sensitive columns: {looked}",
    ]
    return "; ".join(part for part in parts if part)


def shown(found: Value | None) -> str | None:
    """Return an opened value as text that fits on a page; other bytes by their size."""
    if found is None:
        return None
    document = _json(found)
    if document is not None:
        return _cut(_text(document))
    if found.type.startswith("text/"):
        return _cut(found.value.decode("utf-8", "replace"))
    return f"{len(found.value)} bytes of type {found.type}"


def _json(found: Value) -> object:
    kind = found.type.partition(";")[0].strip()
    if kind != "application/json" and not kind.endswith("+json"):
        return None
    try:
        value: object = json.loads(found.value)
    except (ValueError, RecursionError):
        return None
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()  # JSON may hold half a surrogate pair
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}... ({len(text)} characters)"
