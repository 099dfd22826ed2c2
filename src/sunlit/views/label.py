"""The safety label: what a token says, in eight lines that anyone can read.

The words are of this file, the facts of the grant alone; a blank is shown as "Not provided".
"""

from dataclasses import dataclass
from typing import Final

from sunlit.base.times import format_time
from sunlit.claims.lifecycle import TokenGrant, TokenKind
from sunlit.rubric.risk_code import scheme

BLANK: Final = "Not provided"
KINDS: Final = {
    TokenKind.FULL: "every control of the rubric held when it was given",
    TokenKind.RESTRICTED: "some controls were open when it was given",
    TokenKind.PILOT: "a short, limited trial",
}
OVERSIGHT: Final = {
    "human-decides": "A person decides; it only informs",
    "human-reviews": "It decides; a person reviews",
    "none": "No person looks at each case",
}


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One of the eight lines: its number, its question, its answer."""

    number: int
    title: str
    text: str

    def to_json(self) -> dict[str, object]:
        """Return the line for `--json`."""
        return {"number": self.number, "title": self.title, "text": self.text}


def label_lines(grant: TokenGrant, grant_id: str) -> tuple[LabelLine, ...]:
    """Return the eight lines of a grant."""
    answers = (
        ("What it is", _what(grant)),
        ("Who made it", grant.maintainer),
        ("Who independently tested it", _joined(grant.assessors)),
        ("How risky it is", _risk(grant)),
        ("What it may be used for", _allowed(grant)),
        ("What it may not be used for", _limits(grant)),
        ("Who oversees it, and without it", _oversight(grant)),
        ("Valid until, and how to check", _validity(grant, grant_id)),
    )
    return tuple(
        LabelLine(number, title, _one_line(text)) for number, (title, text) in enumerate(answers, 1)
    )


def label_text(grant: TokenGrant, grant_id: str) -> str:
    """Return the label as text: eight lines and no more."""
    return "".join(f"{line.title}: {line.text}\n" for line in label_lines(grant, grant_id))


def _one_line(text: str | None) -> str:
    # A control character in a claim must not draw a line of its own on a terminal.
    plain = "".join(it if it.isprintable() else " " for it in text or "")
    return " ".join(plain.split()) or BLANK


def _joined(items: tuple[str, ...]) -> str:
    return "; ".join(items)


def _what(grant: TokenGrant) -> str:
    version = f" {grant.version}" if grant.version else ""
    described = f"{grant.description.rstrip('.')}. " if grant.description else ""
    return f"{described}{grant.component}{version}, release sha256:{grant.release}"


def _risk(grant: TokenGrant) -> str:
    if len(grant.code) != 4 or not grant.code.isdigit():
        return ""
    area, impact, autonomy, gap = tuple(grant.code)
    digits = (
        f"area {area} ({_area(area)}), impact {impact} of 9, autonomy {autonomy} of 9, "
        f"{max(0, int(gap) - 1)} of 8 safeguards missing"
    )
    tier = f"tier {grant.tier}: " if grant.tier else ""
    return f"{tier}code {grant.code}: {digits}; suspended if the last digit exceeds {grant.ceiling}"


def _area(digit: str) -> str:
    areas = scheme().document.get("areas")
    row = areas.get(digit) if isinstance(areas, dict) else None
    return str(row.get("title", BLANK)) if isinstance(row, dict) else BLANK


def _allowed(grant: TokenGrant) -> str:
    where = f" in {', '.join(grant.jurisdictions)}" if grant.jurisdictions else ""
    data = f", with data: {', '.join(grant.data_classes)}" if grant.data_classes else ""
    return f"{_joined(grant.permitted)} (use {grant.use!r} by {grant.deployer}{where}{data})"


def _limits(grant: TokenGrant) -> str:
    parts = [*grant.prohibited, *(f"limit: {one}" for one in grant.constraints)]
    if grant.open_findings:
        parts.append(f"open when given: {', '.join(grant.open_findings)}")
    return "; ".join(parts)


def _oversight(grant: TokenGrant) -> str:
    oversight = OVERSIGHT.get(grant.oversight, grant.oversight) or BLANK
    fallback = (grant.fallback or BLANK).rstrip(".")
    glass = f" In an emergency: {grant.break_glass}" if grant.break_glass else ""
    return f"{oversight.rstrip('.')}. Without it: {fallback}.{glass}"


def _validity(grant: TokenGrant, grant_id: str) -> str:
    return (
        f"{format_time(grant.valid_until)}, a {grant.kind} token ({KINDS[grant.kind]}) by "
        f"{grant.issuer}; check: sunlit token verify DIR --trust FILE; grant {grant_id[:16]}, "
        f"status {grant.status_list} #{grant.status_index}"
    )
