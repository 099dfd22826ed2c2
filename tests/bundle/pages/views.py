"""What pages are made of, filled by hand: a whole one, a bare one, a hostile one."""

from dataclasses import replace
from typing import Final

from sunlit.bundle.outcome import NAMES, Check, Outcome
from sunlit.bundle.view import BundleView, Chart, Fact, FileLine, Item, Part, Section, Value

HOSTILE: Final = "<script>alert(1)</script>\"'&{{7*7}}\u202egnp.exe\x07"
LONG: Final = "0123456789abcdef" * 16
SIX: Final = ("Rationale", "Responsibility", "Data", "Fairness", "Safety and performance", "Impact")
PARTS: Final = (
    "release", "provenance", "assurance", "risk", "findings", "incidents", "exemptions", "human",
    "contest",
)  # fmt: skip


def checks() -> tuple[Check, ...]:
    """Return one check of each outcome, and more that passed."""
    words = {"anchors": Outcome.FAILED, "findings": Outcome.NOT_DONE}
    return tuple(
        Check(
            number=number, name=name, outcome=words.get(name, Outcome.PASSED),
            words=f"What check {number} found, in a sentence.",
        )
        for number, name in enumerate(NAMES, 1)
    )  # fmt: skip


def chart(text: str = "age", parts: int = 20) -> Chart:
    """Return a chart with parts to both sides and one of nothing, the largest first."""
    return Chart(
        headline="What moved the estimate, most first", subtitle=f"On the scale of {text}",
        summary=f"The estimate was lowered most by {text}.",
        parts=(
            Part(text, text, -2.5), Part("income", None, 1.25),
            *(Part(f"other {number}", "1", 0.5) for number in range(parts - 3)),
            Part("nothing", "0", 0.0),
        ),
    )  # fmt: skip


def view(text: str = "Something that is recorded") -> BundleView:
    """Return a whole view in which `text` stands wherever a text can."""
    item = Item(
        title=text, lines=(text, "A second line."), when="2026-03-02T11:30:00Z", by=text,
        file="statements/00001.entry.json",
    )  # fmt: skip
    return BundleView(
        title=f"Decision of {text}",
        headline="A case officer confirmed what the component proposed: a letter was written.",
        summary=(
            Fact(title="What was decided", text=f"{text} on 2 March 2026 at 11:30 (UTC)."),
            Fact(title="By whom", text=""),
        ),
        decision=(Fact(title="Decision log", text=LONG), Fact(title="Number", text="2")),
        values=(
            Value(record="decision", name="input", type="application/json", text=text, size=12,
                  sha256="ab" * 32),
            Value(record="decision", name="picture", type="image/png", text=None, size=99,
                  sha256="cd" * 32),
            Value(record="outcome", name="reasons", type="text/plain", text="x" * 20_001,
                  size=20_001, sha256="ef" * 32),
        ),
        dossier=tuple(
            Section(
                name=name.lower(), title=name, question=f"{name}?",
                items=(item, item, Item(title="Not said", lines=("Not provided",))),
            )
            for name in SIX
        ),
        inputs=tuple(Fact(title=f"{text} {number}", text=text) for number in range(4)),
        chart=chart(text),
        challenge=(f"Write to {text}.", "The law gives a month."),
        checks=checks(),
        checked_at="2026-03-02T12:00:00Z",
        sections=tuple(
            Section(name=name, title=name.capitalize(), items=(item,) if name == "risk" else ())
            for name in PARTS
        ),
        files=(
            FileLine(path="decision/record.json", size=512, sha256=LONG[:64], what="the record"),
            FileLine(path="verify.html", size=100_000, sha256="ab" * 32, what="a checker"),
        ),
        made_at="2026-03-02T11:55:00Z", made_by="benefits.example.gov",
        as_of="2026-03-02T11:55:00Z", tool="sunlit", decision_id="ab" * 16,
        verifier_digest="12" * 32,
    )  # fmt: skip


def bare() -> BundleView:
    """Return a view of which everything that may be empty is."""
    return replace(
        view(), summary=(), decision=(), values=(), dossier=(), challenge=(), checks=(),
        sections=(), files=(), limits=(), inputs=(), chart=None, verifier_digest=None,
    )  # fmt: skip
