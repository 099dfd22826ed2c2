"""Four cards of evidence: source, build, tests, reviews; each fact with who, when, digest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base.sizes import size
from sunlit.base.wording import fixed
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation
from sunlit.claims.lifecycle import Release
from sunlit.claims.openness import Licence
from sunlit.claims.privacy import Review
from sunlit.claims.provenance import Component, Dataset, Documentation, Provenance
from sunlit.claims.risk import RiskAssessment, RiskCode
from sunlit.rubric.attested import Attested, Discounted, weighed
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import about, by_deployer, datasets, signed_runs, stated
from sunlit.views.component_label import asked_on
from sunlit.views.component_tested import KINDS, attested_words, newest, test_words
from sunlit.views.component_words import Fact, Words, counted, fact, quoted, words

BUILDER: Final = "urn:sunlit:builder:run:v1"  # what `sunlit run` names itself
_DATASETS: Final = 8  # on the card; the evidence page has all


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One kind of evidence. Without facts nobody gave any; `asked_on` says since when asked."""

    name: str
    title: Words
    facts: tuple[Fact, ...]


def cards(evidence: Evidence) -> tuple[Card, ...]:
    """Return the four cards, in the same order always; an empty one says so."""
    return tuple(
        Card(
            name=name, title=title,
            facts=tuple(facts(evidence)) or (Fact(asked_on=asked_on(evidence, _ASKED[name])),),
        )
        for name, title, facts in _CARDS
    )  # fmt: skip


def _source(evidence: Evidence) -> Iterator[Fact]:
    release = evidence.release
    for said, claim in stated(evidence, Component)[-1:]:
        told = counted("%(count)d file, %(size)s", "%(count)d files, %(size)s",
                       claim.files, size=size(claim.bytes))  # fmt: skip
        yield fact(evidence, said, told, lead=words("Files"), digest=release)
    for said, licence in about(evidence, Licence):
        found = licence.expression or licence.declared
        if licence.covers == "component" and found:
            yield fact(evidence, said, quoted(found), lead=words("Licence"))
    for said, card in stated(evidence, Documentation):
        kind = words("Model card") if card.card == "model" else words("Dataset card")
        told = counted("%(count)d section filled in", "%(count)d sections filled in",
                       len(card.present))  # fmt: skip
        yield fact(evidence, said, told, lead=kind)
    for said, made in stated(evidence, Release)[-1:]:
        if made.release_id:
            yield fact(evidence, said, quoted(made.release_id), lead=words("Release"))


def _build(evidence: Evidence) -> Iterator[Fact]:
    for said, run, _ in signed_runs(evidence):
        yield fact(
            evidence, said, _run_words(run), lead=words("Training run"), digest=_subject(said)
        )
    for said, data in sorted(datasets(evidence)[:_DATASETS], key=lambda one: one[1].name):
        if not said.is_draft:
            yield fact(evidence, said, _data_words(data), lead=words("Data"), digest=_subject(said))


def _run_words(run: Provenance) -> Words:
    builder = "sunlit run" if run.run_details.builder.id == BUILDER else run.run_details.builder.id
    ended = run.run_details.metadata.finished_on if run.run_details.metadata else None
    inputs = len(run.build_definition.resolved_dependencies)
    if ended is None:
        return counted("%(count)d input, by %(builder)s", "%(count)d inputs, by %(builder)s",
                       inputs, builder=builder)  # fmt: skip
    return counted(
        "%(count)d input, by %(builder)s, finished %(on)s",
        "%(count)d inputs, by %(builder)s, finished %(on)s",
        inputs, builder=builder, on=ended,
    )  # fmt: skip


def _data_words(data: Dataset) -> Words:
    licence = (data.licence or "Not provided").removeprefix("LicenseRef-")
    if data.rows is None:
        return words("%(name)s, licence: %(licence)s", name=data.name, licence=licence)
    return counted(
        "%(name)s, %(count)s row, licence: %(licence)s",
        "%(name)s, %(count)s rows, licence: %(licence)s",
        data.rows, name=data.name, licence=licence,
    )  # fmt: skip


def _tests(evidence: Evidence) -> Iterator[Fact]:
    for said, test in newest(evidence):
        lead = KINDS.get(test.sunlit_kind or "") or quoted(test.sunlit_kind or "")
        report = test.sunlit_report.digest.get("sha256") if test.sunlit_report else None
        named = [it.digest["sha256"] for it in test.configuration if "sha256" in it.digest]
        digest = next((str(one) for one in (report, *named) if one), None)
        yield fact(evidence, said, test_words(test), lead=lead, digest=digest)


def _reviews(evidence: Evidence) -> Iterator[Fact]:
    known = {said.statement_id: (said, claim) for said, claim in evidence.current(Attestation)}
    for one in weighed(evidence):
        id_ = one.rests_on[0] if isinstance(one, Attested) else one.statement_id
        if id_ in known:
            yield from _review(evidence, *known[id_], one)
    for said, _ in about(evidence, Review):
        yield fact(evidence, said, words("The data was reviewed."), lead=words("Data review"))
    for said, assessment in evidence.current(RiskAssessment):
        if by_deployer(evidence, said).allowed and assessment.use == evidence.use:
            told = words("Impact %(raw)d of %(most)d, valid until %(until)s",
                         raw=assessment.impact_raw, most=assessment.impact_max,
                         until=assessment.valid_until)  # fmt: skip
            yield fact(evidence, said, told, lead=words("Impact assessment"))
    for said, code in about(evidence, RiskCode):
        if (code.use, code.deployer) == (evidence.use, evidence.deployer):
            told = words("Code %(digits)s, tier %(tier)s, valid until %(until)s",
                         digits=code.digits, tier=fixed(str(code.tier)),
                         until=code.valid_until)  # fmt: skip
            yield fact(evidence, said, told, lead=words("Board"))


def _review(
    evidence: Evidence, said: Admitted, claim: Attestation, one: Attested | Discounted
) -> Iterator[Fact]:
    report = str(claim.report.digest.get("sha256", "")) or None if claim.report else None
    if isinstance(one, Attested):
        lead = words("Independent check")
        yield fact(evidence, said, attested_words(claim), lead=lead, digest=report)
        return
    told = words("Does not count: %(reason)s", reason=one.reason)
    yield fact(evidence, said, told, lead=words("Independent check"), digest=report)


def _subject(said: Admitted) -> str | None:
    return next((it.digest["sha256"] for it in said.subjects if "sha256" in it.digest), None)


_CARDS: Final[tuple[tuple[str, Words, Callable[[Evidence], Iterator[Fact]]], ...]] = (
    ("source", words("Source"), _source),
    ("build", words("Build"), _build),
    ("tests", words("Tests"), _tests),
    ("reviews", words("Reviews"), _reviews),
)
_ASKED: Final[Mapping[str, str]] = {
    "source": "licence", "build": "provenance", "tests": "tests", "reviews": "reviews",
}  # fmt: skip
