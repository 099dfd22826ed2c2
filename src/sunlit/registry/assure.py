"""The main job: look at a component's folder, gather what was said of it, answer every control.

1. digests; 2. producers, each kept by the digest of its input; 3. with a key: sign and admit
what they found; 4. gather the statements that bear on this release; 5. evaluate the rubric.
Without a key the drafts are unsigned, and controls that hang on a signer are UNKNOWN.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from sunlit import __version__
from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.base.errors import SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.registry.admit import Ledger
from sunlit.registry.bearing import Matter, bearing_on
from sunlit.registry.ports import ResultCache
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced, Producer, cache_key
from sunlit.registry.wiring import RULES
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import Conformity, Position, evaluate
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import by_maintainer, maintainers
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, sign
from sunlit.statement.intoto import Statement
from sunlit.statement.keys import Signer

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What came of looking: the findings, and what producers could not find out."""

    conformity: Conformity
    component: ComponentFolder
    drafts: tuple[Draft, ...]
    notes: tuple[Note, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: of which use by which deployer, under which rubric, as of when.

    `manifests` are the files of releases from which change plans start, as far as known.
    """

    at: datetime
    rubric: Rubric
    use: str | None = None
    deployer: str | None = None
    path: str = "."
    manifests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def look(
    component: ComponentFolder,
    producers: Iterable[Producer],
    *,
    cache: ResultCache | None,
    say: Say,
) -> tuple[tuple[Draft, ...], tuple[Note, ...]]:
    """Run the producers; an input that was seen before is not looked at again."""
    drafts: list[Draft] = []
    notes: list[Note] = []
    for producer in producers:
        say(producer.name)
        produced = _produced(producer, component, cache)
        drafts.extend(produced.drafts)
        notes.extend(produced.notes)
    return tuple(drafts), tuple(notes)


def _produced(
    producer: Producer, component: ComponentFolder, cache: ResultCache | None
) -> Produced:
    if cache is None:
        return producer.produce(component)
    key = cache_key(producer, component)
    kept = cache.get_result(key)
    if kept is not None:
        try:
            return Produced.from_bytes(kept)
        except SunlitError:
            kept = None  # written by another version: look again
    produced = producer.produce(component)
    cache.put_result(key, produced.to_bytes())
    return produced


def payload_of(draft: Draft) -> bytes:
    """Return the statement that says the draft, as bytes to sign."""
    return Statement(
        subjects=draft.subjects,
        predicate_type=draft.claim.TYPE,
        predicate=draft.claim.to_predicate(),
    ).to_payload()


def as_said(draft: Draft) -> Admitted:
    """Return a draft as rules see it: nobody signed it, no log holds it."""
    envelope = Envelope(PAYLOAD_TYPE, payload_of(draft), ())
    return Admitted(claim=draft.claim, statement_id=envelope.statement_id, subjects=draft.subjects)


def admit_drafts(ledger: Ledger, drafts: Iterable[Draft], signer: Signer) -> int:
    """Sign what was found and admit what the log does not hold yet; return how many were new."""
    before = ledger.log.size
    held = {
        said.statement_id
        for said in ledger.history.statements
        if signer.public.key_id in said.signers
    }
    for draft in drafts:
        envelope = sign(payload_of(draft), [signer])
        if envelope.statement_id not in held:
            ledger.admit(envelope)
    return ledger.log.size - before


def judge(
    component: ComponentFolder,
    drafts: Sequence[Draft],
    notes: Sequence[Note],
    history: History | None,
    question: Question,
) -> Assessment:
    """Gather what bears on this release, and answer every control. Pure."""
    evidence = evidence_for(component, drafts, history, question)
    conformity = evaluate(
        question.rubric, evidence, RULES, engine=engine_digest(),
        logs=positions(history.statements if history else ()), path=question.path,
    )  # fmt: skip
    return Assessment(
        conformity=conformity, component=component, drafts=tuple(drafts), notes=tuple(notes),
        evidence=evidence,
    )  # fmt: skip


def evidence_for(
    component: ComponentFolder,
    drafts: Sequence[Draft],
    history: History | None,
    question: Question,
) -> Evidence:
    """Gather what bears on this release. Pure."""
    known = history.statements if history else ()
    digests = {entry.name: entry.sha256 for entry in component.manifest.files}
    matter = Matter(
        release=component.release, files=tuple(digests.values()), component=component.purl,
        use=question.use, deployer=question.deployer,
    )  # fmt: skip
    evidence = Evidence(
        release=component.release,
        component=component.purl,
        use=question.use,
        deployer=question.deployer,
        at=question.at,
        directory=history.directory if history else Directory.empty(),
        statements=bearing_on(known, matter),
        files=digests,
        manifests=question.manifests,
    )
    loose = _not_said(drafts, evidence)
    return replace(evidence, statements=bearing_on(known + loose, matter))


def _not_said(drafts: Iterable[Draft], evidence: Evidence) -> tuple[Admitted, ...]:
    """Return the drafts that no maintainer stands by.

    What was only logged does not do: else a bad finding could be hidden by signing the same
    words and withdrawing them, or by letting somebody sign them whose word does not count.
    """
    keepers = maintainers(evidence)
    held = {
        said.statement_id
        for said, _ in evidence.current(Claim)
        if by_maintainer(evidence, said, keepers).allowed
    }
    return tuple(said for said in map(as_said, drafts) if said.statement_id not in held)


def positions(known: Iterable[Admitted]) -> tuple[Position, ...]:
    """Return how much of each log was looked at."""
    sizes: dict[str, int] = {}
    for said in known:
        if said.origin is not None and said.index is not None:
            sizes[said.origin] = max(sizes.get(said.origin, 0), said.index + 1)
    return tuple(Position(origin=origin, size=size) for origin, size in sizes.items())


@cache
def engine_digest() -> str:
    """Return what computes the answers: the version, and the digest of Sunlit's own modules."""
    digest = sha256()
    root = Path(str(files("sunlit")))
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\x00" + path.read_bytes())
    return f"sunlit/{__version__} sha256:{digest.hexdigest()}"
