"""The safety label: what a token says, in eight lines that anyone can read.

The words are of this file, the facts of the grant alone; a blank is shown as "Not provided".
"""

from dataclasses import dataclass
from typing import Final

from sunlit.base.times import format_time
from sunlit.base.wording import ENGLISH, fixed, joined, text, told
from sunlit.claims.lifecycle import TokenGrant, TokenKind
from sunlit.rubric.risk_code import scheme

BLANK: Final = text("Not provided")
KINDS: Final = {
    TokenKind.FULL: text("every control of the rubric held when it was given"),
    TokenKind.RESTRICTED: text("some controls were open when it was given"),
    TokenKind.PILOT: text("a short, limited trial"),
}
OVERSIGHT: Final = {
    "human-decides": text("A person decides; it only informs"),
    "human-reviews": text("It decides; a person reviews"),
    "none": text("No person looks at each case"),
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


def label_lines(grant: TokenGrant, grant_id: str, language: str = ENGLISH) -> tuple[LabelLine, ...]:
    """Return the eight lines of a grant."""
    answers = (
        (text("What it is"), _what(grant)),
        (text("Who made it"), grant.maintainer),
        (text("Who independently tested it"), _joined(grant.assessors)),
        (text("How risky it is"), _risk(grant)),
        (text("What it may be used for"), _allowed(grant)),
        (text("What it may not be used for"), _limits(grant)),
        (text("Who oversees it, and without it"), _oversight(grant)),
        (text("Valid until, and how to check"), _validity(grant, grant_id)),
    )
    return tuple(
        LabelLine(number, told(title, language), _one_line(told(answer or "", language), language))
        for number, (title, answer) in enumerate(answers, 1)
    )


def label_text(grant: TokenGrant, grant_id: str, language: str = ENGLISH) -> str:
    """Return the label as text: eight lines and no more."""
    lines = label_lines(grant, grant_id, language)
    return "".join(f"{line.title}: {line.text}\n" for line in lines)


def _one_line(answer: str, language: str) -> str:
    # A control character in a claim must not draw a line of its own on a terminal.
    plain = "".join(it if it.isprintable() else " " for it in answer)
    return " ".join(plain.split()) or told(BLANK, language)


def _joined(items: tuple[str, ...]) -> str:
    return "; ".join(items)


def _what(grant: TokenGrant) -> str:
    version = f" {grant.version}" if grant.version else ""
    described = f"{grant.description.rstrip('.')}. " if grant.description else ""
    return text(
        "%(component)s, release sha256:%(release)s", release=grant.release,
        component=f"{described}{grant.component}{version}",
    )  # fmt: skip


def _risk(grant: TokenGrant) -> str:
    if len(grant.code) != 4 or not grant.code.isdigit():
        return ""
    area, impact, autonomy, gap = tuple(grant.code)
    code = text(
        "code %(code)s: area %(area)s (%(title)s), impact %(impact)s of 9, autonomy %(autonomy)s "
        "of 9, %(missing)s of 8 safeguards missing; suspended if the last digit exceeds "
        "%(ceiling)s",
        code=grant.code,
        area=area,
        title=_area(area),
        impact=impact,
        autonomy=autonomy,
        missing=str(max(0, int(gap) - 1)),
        ceiling=str(grant.ceiling),
    )
    if not grant.tier:
        return code
    return joined([text("tier %(tier)s:", tier=fixed(str(grant.tier))), code])


def _area(digit: str) -> str:
    areas = scheme().document.get("areas")
    row = areas.get(digit) if isinstance(areas, dict) else None
    return fixed(str(row["title"])) if isinstance(row, dict) and "title" in row else BLANK


def _allowed(grant: TokenGrant) -> str:
    parts = [text("use %(use)s by %(who)s", use=repr(grant.use), who=grant.deployer)]
    if grant.jurisdictions:
        parts.append(text(" in %(places)s", places=", ".join(grant.jurisdictions)))
    if grant.data_classes:
        parts.append(text(", with data: %(classes)s", classes=", ".join(grant.data_classes)))
    return text("%(uses)s (%(whose)s)", uses=_joined(grant.permitted), whose=joined(parts, ""))


def _limits(grant: TokenGrant) -> str:
    limits = (text("limit: %(limit)s", limit=one) for one in grant.constraints)
    parts: list[str] = [*grant.prohibited, *limits]
    if grant.open_findings:
        parts.append(text("open when given: %(checks)s", checks=", ".join(grant.open_findings)))
    return joined(parts, "; ")


def _oversight(grant: TokenGrant) -> str:
    oversight = OVERSIGHT.get(grant.oversight) or grant.oversight.rstrip(".") or BLANK
    parts = [text(
        "%(oversight)s. Without it: %(fallback)s.", oversight=oversight,
        fallback=grant.fallback.rstrip(".") if grant.fallback else BLANK,
    )]  # fmt: skip
    if grant.break_glass:
        parts.append(text("In an emergency: %(way)s", way=grant.break_glass))
    return joined(parts)


def _validity(grant: TokenGrant, grant_id: str) -> str:
    return text(
        "%(until)s, a %(kind)s token (%(meaning)s) by %(issuer)s; check: sunlit token verify DIR "
        "--trust FILE; grant %(grant)s, status %(list)s #%(index)s",
        until=format_time(grant.valid_until), kind=fixed(str(grant.kind)),
        meaning=KINDS[grant.kind], issuer=grant.issuer, grant=grant_id[:16],
        list=grant.status_list, index=str(grant.status_index),
    )  # fmt: skip
