"""What the pages of a bundle show, from what was gathered and checked."""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final

from sunlit.base.times import format_time
from sunlit.bundle import layout
from sunlit.bundle.grounds import chart
from sunlit.bundle.manifest import SECTIONS, Manifest
from sunlit.bundle.summary import as_text, headline, summary
from sunlit.bundle.verify import BundleVerification
from sunlit.bundle.view import BundleView, Fact, FileLine, Item, Section, Value
from sunlit.bundle.wording import one_line, short, spoken
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Vote
from sunlit.decision.content import Content
from sunlit.decision.record import Kind, Record
from sunlit.registry.bundle_parts import Gathered, Sources
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.finding import Outcome
from sunlit.views.data_words import TITLES as DATA_TITLES
from sunlit.views.data_words import clauses
from sunlit.views.dossier import BLANK, Dossier, Line, dossier
from sunlit.views.dossier_case import INPUT, PART
from sunlit.views.dossier_data import about, dataset_names

TITLES: Final = {
    "release": "The release and its token",
    "provenance": "What it is made from",
    "assurance": "Independent tests",
    "risk": "The use, the risk code, votes and dissents",
    "findings": "Findings under the rubric",
    "incidents": "Incidents by then",
    "exemptions": "Exemptions, holds and erasures in force",
    "human": "What humans did",
    "contest": "Contests and their results",
}
MAX_SAID: Final = 120  # characters of one field of a statement
_DIGEST: Final = re.compile(r"\b[0-9a-f]{40,}\b")
WHAT: Final = (
    (layout.RECORD_PROOF, "proof that the record stands in the decision log"),
    (layout.RECORD, "the record of the decision, byte for byte"),
    (layout.OPENING, "the values that are opened, with their salts"),
    (layout.LATER, "what came later"),
    ("log/", "the decision log's registration"),
    ("anchors/", "the anchors around the record"),
    ("token/", "the safety token as relied on"),
    (layout.INDEX, "list of the statements"),
    (layout.STATEMENTS, "a statement, or its receipt"),
    (layout.FINDINGS, "the findings as of the decision"),
    (layout.RUBRIC, "the rubric"),
    (layout.TRUST, "the trust file then in force: shown, never trusted"),
    (layout.VERIFIER, "a verifier for a browser: a convenience, never the proof"),
    (layout.RELEASES, "the file list of an earlier release"),
)


def view_of(
    sources: Sources, got: Gathered, conformity: Conformity | None, manifest: Manifest,
    checked: BundleVerification,
) -> BundleView:  # fmt: skip
    """Return all that index.html and bundle.pdf show."""
    record = sources.record
    later = [one for _, one, _ in got.later]
    told, drawn = _told(sources, got), chart(got.opening)
    return BundleView(
        title=f"Decision of {record.deployer} on {spoken(record.time)}",
        headline=headline(record, got.grant, later),
        summary=summary(
            record,
            got.grant,
            got.opening,
            later,
            _last(got, Kind.OUTCOME),
            _last(got, Kind.CONTEST_RESULT),
        ),
        decision=tuple(_facts(record, manifest)),
        values=tuple(_values(got, record)),
        dossier=tuple(_dossier(told, _sources(got), is_drawn=drawn is not None)),
        inputs=tuple(_inputs(told)),
        chart=drawn,
        challenge=tuple(_challenge(record, got)),
        checks=checked.checks,
        checked_at=format_time(checked.at),
        sections=tuple(_sections(got, sources, conformity)),
        files=tuple(_files(manifest)),
        made_at=format_time(manifest.made_at),
        made_by=manifest.made_by,
        as_of=format_time(manifest.as_of),
        tool=manifest.tool,
        decision_id=record.id,
        verifier_digest=_digest(manifest),
    )


def _digest(manifest: Manifest) -> str | None:
    found = manifest.files.get(layout.VERIFIER)
    return found[0] if found else None


def _facts(record: Record, manifest: Manifest) -> Iterator[Fact]:
    place = f"{manifest.decision.log} #{manifest.decision.index}"
    for title, value in (
        ("Record", record.id), ("Place in the decision log", place),
        ("Leaf hash", manifest.decision.leaf), ("Written, by the deployer's clock",
        format_time(record.time)), ("Deployer", record.deployer), ("Use", record.use),
        ("Place", record.jurisdiction), ("Class of data", record.data_class),
        ("Release", record.release), ("Token", record.token), ("Binding", record.binding),
        ("Oversight", record.oversight), ("State", record.state),
        ("Overridden", record.break_glass), ("Masked", ", ".join(record.masked)),
        ("Status list relied on", record.status),
    ):  # fmt: skip
        yield Fact(title=title, text=str(value or ""))


def _values(got: Gathered, record: Record) -> Iterator[Value]:
    yield from _opened(record.kind, got.opening)
    for _, later, content in got.later:
        yield from _opened(later.kind, content)


def _opened(kind: Kind, content: Content | None) -> Iterator[Value]:
    for name, one in sorted(content.fields.items()) if content else ():
        yield Value(
            record=str(kind), name=name, type=one.type, text=as_text(one),
            size=len(one.value), sha256=sha256(one.value).hexdigest(),
        )  # fmt: skip


def _last(got: Gathered, kind: Kind) -> Content | None:
    found = [content for _, one, content in got.later if one.kind is kind]
    return found[-1] if found else None


def _told(sources: Sources, got: Gathered) -> Dossier:
    directory = sources.history.directory
    statements = [said for _, said in got.statements]
    keys = {key for said in statements for key in said.signers}
    names = {key: name for key in keys if (name := directory.organisation_of(key)) is not None}
    return dossier(
        sources.record, got.opening, got.grant, statements,
        later=[one for _, one, _ in got.later], organisations=names,
    )  # fmt: skip


def _sources(got: Gathered) -> Mapping[str, str]:
    """Return the file of a statement, or of a later record, by what the dossier calls it."""
    said = {
        f"statement {one.statement_id[:16]}": f"{layout.STATEMENTS}{row.file}{layout.ENTRY}"
        for row, one in got.statements
    }
    later = {f"record {one.id}": name + layout.RECORD_SUFFIX for name, one, _ in got.later}
    return said | later


def _dossier(told: Dossier, files: Mapping[str, str], *, is_drawn: bool) -> Iterator[Section]:
    elsewhere = (INPUT, PART) if is_drawn else (INPUT,)
    for section in told.sections:
        items = tuple(_fact(line, files) for line in section.lines if line.group not in elsewhere)
        name = section.title.lower().replace(" ", "-")
        yield Section(name=name, title=section.title, question=section.question, items=items)


def _fact(line: Line, files: Mapping[str, str]) -> Item:
    who, _, named = (line.source or "").rpartition(", ")
    file = files.get(named)
    by = (who or "later record") if file else line.source
    return Item(
        title=line.label, lines=(line.value or BLANK,), by=by, file=file,
        when=format_time(line.when) if line.when else None,
    )  # fmt: skip


def _inputs(told: Dossier) -> Iterator[Fact]:
    for section in told.sections:
        for line in section.lines:
            if line.group == INPUT:
                yield Fact(title=line.label.removeprefix("Input "), text=line.value or "")


def _challenge(record: Record, got: Gathered) -> Iterator[str]:
    yield (
        f"Write to {record.deployer} and name this record: {record.id}, or the check code on the "
        "letter. The contest, and the answer to it, become records that point to this one."
    )
    if got.grant is not None:
        yield f"Until it is answered, this may be asked for instead: {got.grant.fallback}"
    yield (
        "Whoever doubts the record itself can have it checked from a trust file that came by "
        "another way: sunlit verify BUNDLE --trust FILE."
    )


def _sections(got: Gathered, sources: Sources, conformity: Conformity | None) -> Iterator[Section]:
    items: dict[str, list[Item]] = {name: [] for name in SECTIONS}
    names = dataset_names([said for _, said in got.statements])
    for row, said in got.statements:
        if row.section in items:
            path = f"{layout.STATEMENTS}{row.file}{layout.ENTRY}"
            items[row.section].append(_statement(said, path, sources, names))
    for finding in conformity.findings if conformity else ():
        mark = "" if finding.outcome is Outcome.HOLDS else f" To mend: {finding.mend}"
        items["findings"].append(
            Item(
                title=f"{finding.control} {finding.title}: {finding.outcome}",
                lines=(finding.reason + mark,), file=layout.FINDINGS,
            )
        )  # fmt: skip
    for name, later, _ in got.later:
        contest = later.kind in (Kind.CONTEST, Kind.CONTEST_RESULT)
        items["contest" if contest else "human"].append(
            Item(
                title=str(later.kind), lines=tuple(filter(None, [later.result])),
                when=format_time(later.time), by=later.role, file=name + layout.RECORD_SUFFIX,
            )
        )  # fmt: skip
    for name in SECTIONS:
        yield Section(name=name, title=TITLES[name], items=tuple(items[name]))


def _statement(said: Admitted, path: str, sources: Sources, names: Mapping[str, str]) -> Item:
    claim = said.claim
    signers = sources.history.directory.organisations(said)
    lines = _of_data(said, names) or _lines(claim.to_predicate(), _known(sources.record))
    return Item(
        title=_title(said), lines=tuple(lines), by=", ".join(sorted(signers)),
        when=format_time(said.admitted_at) if said.admitted_at else None, file=path,
    )  # fmt: skip


def _of_data(said: Admitted, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is said of training data in plain words; nothing of other claims."""
    words = clauses(said.claim)
    return (", ".join(about(said, names)), *words) if words else ()


def _title(said: Admitted) -> str:
    title = DATA_TITLES.get(type(said.claim)) or _words(type(said.claim).__name__).capitalize()
    if isinstance(said.claim, Vote) and said.claim.dissent:
        title += " (dissent)"
    return title


def _known(record: Record) -> frozenset[str]:
    """Return what each statement would say again: the page says it once, for all of them."""
    return frozenset(filter(None, (record.use, record.deployer, record.release)))


def _lines(predicate: Mapping[str, object], known: frozenset[str]) -> Iterator[str]:
    """Yield the plain fields of a statement, digests cut short; the file has all."""
    for name, value in predicate.items():
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in value)
        text = ", ".join(value) if isinstance(value, list) and is_list else value
        if isinstance(text, str | int) and _says(str(text)) and text not in known:
            said = one_line(_DIGEST.sub(_shortened, str(text)), MAX_SAID)
            yield f"{_words(name).removeprefix('sunlit_')}: {said}"


def _says(text: str) -> bool:
    """Say whether a field tells a reader anything: a list of digests does not."""
    return any(one.isalnum() for one in _DIGEST.sub("", text).replace("sha256", ""))


def _words(name: str) -> str:
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _shortened(match: re.Match[str]) -> str:
    return short(match[0])


def _files(manifest: Manifest) -> Iterator[FileLine]:
    for path, (digest, size) in sorted(manifest.files.items()):
        what = next((words for start, words in WHAT if path.startswith(start)), "")
        yield FileLine(path=path, size=size, sha256=digest, what=what)
