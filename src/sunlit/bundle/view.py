"""What the pages of a bundle show: plain frozen data, from which HTML and PDF are made.

Every text is plain text: the pages escape it. Nothing here is evidence; the files are.
"""

from dataclasses import dataclass
from typing import Final

from sunlit.bundle.outcome import Check

NONE_RECORDED: Final = "none recorded"

# What a bundle cannot tell, as in spec/bundle.md; shown wherever checks are shown.
LIMITS: Final = (
    (
        "Whether the component was also used without the guard. Compare the counts in the "
        "anchors with the case system's own."
    ),
    "Whether the decision was right.",
    "Whether what was typed in was true.",
    "Statements, and later records, that exist and are not in this bundle.",
    "Who the person is.",
    (
        "When the record was written, between the anchor before it and the anchor after it, "
        "other than by the deployer's own clock."
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a summary list. An empty `text` is shown as "not recorded"."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One opened value. `text` is None where it is not text; then the digest stands for it."""

    record: str  # which record it belongs to: "decision", "outcome", "contest", ...
    name: str  # "input", "output", "explanation", ...
    type: str
    text: str | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of a section: a statement, a later record, a part of the explanation."""

    title: str
    lines: tuple[str, ...] = ()
    when: str | None = None  # YYYY-MM-DDTHH:MM:SSZ
    by: str | None = None  # the organisation or role that says so
    file: str | None = None  # its path in the bundle


@dataclass(frozen=True, slots=True)
class Part:
    """What one input did to the estimate: `amount` below zero lowered it."""

    name: str
    value: str | None
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The parts of an explanation, largest first; `summary` is the chart in one sentence."""

    headline: str
    subtitle: str
    summary: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page. Without items it is shown as "none recorded"."""

    name: str
    title: str
    items: tuple[Item, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file of the bundle. Not listed: manifest.json, index.html and bundle.pdf."""

    path: str
    size: int
    sha256: str
    what: str  # one plain phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleView:
    """All that index.html and bundle.pdf show, in their order.

    `headline` is one sentence; `summary` answers in sentences: what was decided, which
    component, under which token, on what grounds, with which human, can it be challenged.
    `checks` are those that were run when the bundle was made, at `checked_at`, with the trust
    file of whoever made it: the page says so, and that they prove nothing to a reader.
    """

    title: str
    headline: str
    summary: tuple[Fact, ...]
    decision: tuple[Fact, ...]
    values: tuple[Value, ...]
    dossier: tuple[Section, ...]  # the six types of explanation
    challenge: tuple[str, ...]  # how to challenge it
    checks: tuple[Check, ...]
    checked_at: str
    sections: tuple[Section, ...]  # release, provenance, ... as in the manifest, in its order
    files: tuple[FileLine, ...]
    made_at: str
    made_by: str
    as_of: str
    tool: str
    decision_id: str
    inputs: tuple[Fact, ...] = ()  # what went in, name by name: shown with the dossier's data
    chart: Chart | None = None  # of the explanation that is opened
    verifier_digest: str | None = None  # SHA-256 of verify.html
    limits: tuple[str, ...] = LIMITS
