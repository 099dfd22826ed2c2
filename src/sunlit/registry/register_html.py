"""The register as one HTML page: no script, nothing fetched, colour never alone (WCAG 2.2 AA)."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Final

from sunlit.base.times import format_time
from sunlit.bundle.pages.environment import shown, source_hash
from sunlit.rubric.matrix import matrix
from sunlit.rubric.mitigations import State
from sunlit.rubric.risk_code import scheme
from sunlit.views.register import OUTSIDE, Cell, Line, Register

# A sign, a word and a colour: whoever misses one has the others.
SIGNS: Final = {
    State.IN_PLACE: ("●", "place", "valid evidence, signed and not ended"),
    State.DUE: ("◐", "due", "promised, with an owner and a date that has not passed"),
    State.MISSING: ("✕", "missing", "answered, but nothing valid shows it"),
    State.NOT_NEEDED: ("—", "unneeded", "a signed legal ground says that it is not needed"),
    State.NOT_ANSWERED: ("○", "blank", "nobody answered; this is not the same as no"),
}


def register_html(found: Register) -> bytes:
    """Return the page; the same register gives the same bytes."""
    css = files("sunlit.registry").joinpath("register.css").read_text("utf-8")
    policy = (
        f"default-src 'none'; style-src {source_hash(css)}; base-uri 'none'; form-action 'none'"
    )
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Risk register of {_text(found.organisation)}</title>\n<style>{css}</style>\n"
        "</head>\n<body>\n<main>\n"
    )
    return (head + "\n".join(_body(found)) + "\n</main>\n</body>\n</html>\n").encode()


def _text(text: object) -> str:
    return escape(shown(text))


def _body(found: Register) -> Iterator[str]:
    counts = "; ".join(f"{word.lower()}: {found.count(word)}" for word in SIGNS)
    yield f"<h1>Risk register of {_text(found.organisation)}</h1>"
    yield (
        f"<p>As of {format_time(found.at)}: {len(found.lines)} uses of AI, eight practices each. "
        f"Cells {_text(counts)}. Nothing was typed in: each cell follows from signed statements, "
        "and changes when they end.</p>"
    )
    yield f"<p>The rows, and which law asks for what: {_text(matrix().note)}</p>"
    yield from _legend()
    yield from _table(found)
    yield "<h2>What is behind each cell</h2>"
    for one in found.lines:
        yield from _details(one)
    if not found.lines:
        yield "<p>No use is declared here.</p>"
    yield "<h2>How to compute this again</h2>"
    logs = ", ".join(f"{_text(log.origin)} at size {log.size}" for log in found.logs) or "no log"
    yield (
        f"<p>Log: {logs}. Scheme {_text(scheme().id)}, <code>{scheme().digest}</code>. Matrix "
        f"{_text(matrix().id)}, <code>{matrix().digest}</code>. Rubric <code>{_text(found.rubric)}"
        "</code>.</p>"
    )


def _legend() -> Iterator[str]:
    yield '<h2>Signs</h2>\n<dl class="legend">'
    for state, (sign, name, meaning) in SIGNS.items():
        mark = f'<span class="state {name}"><span aria-hidden="true">{sign}</span> {state}</span>'
        yield f"<dt>{mark}</dt><dd>{meaning}</dd>"
    for basis, meaning in matrix().meaning.items():
        yield f"<dt>{_text(basis)}</dt><dd>{_text(meaning)}</dd>"
    yield "</dl>"


def _table(found: Register) -> Iterator[str]:
    yield (
        '<h2>Uses by practices</h2>\n<div class="scroll" role="region" tabindex="0" '
        'aria-label="Uses by practices, scrolls sideways">\n<table>\n'
        "<caption>Each of the twelve uses, which law asks for a practice, and where each declared "
        'use stands</caption>\n<thead><tr><th scope="col">Use</th><th scope="col">Code</th>'
    )
    for name, title in matrix().columns.items():
        yield f'<th scope="col">{name}<small>{_text(title)}</small></th>'
    yield '<th scope="col">Live</th></tr></thead>'
    for id_, row in matrix().rows.items():
        yield f'<tbody><tr><th scope="rowgroup" colspan="2">{id_} {_text(row.title)}'
        yield f"<small>{_text(row.legal_basis)}</small></th>"
        yield "".join(f'<td class="law">{_text(basis)}</td>' for basis in row.basis.values())
        uses = found.in_row(id_)
        yield f'<td class="law">{_uses(len(uses))}</td></tr>'
        yield from (_line(one) for one in uses)
        yield "</tbody>"
    if outside := found.in_row(OUTSIDE):
        title = "Outside the twelve, or not assessed"
        yield f'<tbody><tr><th scope="rowgroup" colspan="11">{title}</th></tr>'
        yield from (_line(one) for one in outside)
        yield "</tbody>"
    yield "</table>\n</div>"


def _uses(number: int) -> str:
    return "no use declared" if number == 0 else "1 use" if number == 1 else f"{number} uses"


def _line(one: Line) -> str:
    cells = "".join(_cell(cell) for cell in one.cells)
    alarm = '<small class="alarm">above the ceiling</small>' if one.above_ceiling else ""
    code = (
        f"<td><code>{one.code}</code><small>{_text(one.tier or 'no tier')}"
        f"{f', gap up to {one.ceiling} accepted' if one.ceiling else ''}</small>{alarm}</td>"
    )
    return (
        f'<tr><th scope="row">{_text(one.use)}<small>{_text(one.description)}</small>'
        f"<small>{_text(one.deployer)}</small></th>{code}{cells}<td>{_live(one)}</td></tr>"
    )


def _cell(cell: Cell) -> str:
    sign, name, _ = SIGNS[cell.state]
    notes = []
    if cell.expires:
        notes.append(f"until {cell.expires[:10]}")
    if cell.due:
        notes.append(f"by {cell.due:%Y-%m-%d}")
    if cell.owner:
        notes.append(_text(cell.owner))
    if cell.accepted:
        notes.append("risk accepted for a time")
    small = "".join(f"<small>{note}</small>" for note in notes)
    return (
        f'<td class="{name}"><span class="state"><span aria-hidden="true">{sign}</span> '
        f"{cell.state}</span>{small}</td>"
    )


def _live(one: Line) -> str:
    live = one.live
    age = "none" if live.attestation_age is None else f"{live.attestation_age} days old"
    lapse = (
        "nothing"
        if live.next_lapse is None
        else f"{live.next_lapse[:10]} ({live.days_to_lapse} days)"
    )
    parts = {
        "newest attestation": age, "lapses next": lapse, "drift": live.drift or "not tested",
        "open incidents": live.incidents,
    }  # fmt: skip
    return "".join(f"<small>{name}: {_text(text)}</small>" for name, text in parts.items())


def _details(one: Line) -> Iterator[str]:
    release = f"<code>{_text(one.release)}</code>" if one.release else "not named"
    yield f"<details><summary>{_text(one.use)} by {_text(one.deployer)}: code {one.code}</summary>"
    yield f"<p>{_text(one.component)}, release {release}</p>\n<dl>"
    for cell in one.cells:
        yield f"<dt>{cell.practice} {_text(matrix().columns[cell.practice])}: {cell.state}</dt>"
        law = f" Law: {_text(matrix().meaning[cell.basis])}" if cell.basis else ""
        yield f"<dd>{_text(cell.why)}{law}</dd>"
        yield from (f"<dd>{_text(text)}</dd>" for text in cell.accepted)
        yield from (f"<dd>statement <code>{_text(id_)}</code></dd>" for id_ in cell.statements)
    yield "</dl></details>"
