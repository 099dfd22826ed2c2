"""Who tested it, when, with which result, between which bounds; and what nobody tested."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, Metric, NotTested, Result, TestResult
from sunlit.claims.bias import BiasAudit
from sunlit.claims.provenance import Documentation
from sunlit.rubric.attested import attestations
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import about, by_tester, kind_of, stated
from sunlit.views.component_words import Fact, Words, counted, fact, quoted, words
from sunlit.views.scopes import scope_titles

KINDS: Final = {
    "performance": words("Performance"),
    "fairness": words("Fairness"),
    "robustness": words("Robustness"),
    "red-team": words("Attacks"),
    "drift": words("Drift"),
    "security": words("Security"),
    "artefact-safety": words("Safety of its files"),
}
SHORT: Final = {"auc": "AUC", "ece": "ECE", "psi": "PSI"}  # figures known by their letters
_SHOWN: Final = 2  # overall figures of one test on the label
_LIMITS: Final = 6  # what was not tested, on the label
_PLACES: Final = Decimal("0.0001")


def tested(evidence: Evidence) -> Iterator[Fact]:
    """Yield who attests independently, then the newest test of each kind whose word counts."""
    known = {said.statement_id: (said, claim) for said, claim in evidence.current(Attestation)}
    for one in attestations(evidence):
        if one.rests_on[0] in known:
            said, claim = known[one.rests_on[0]]
            yield fact(evidence, said, attested_words(claim), lead=words("Independently"))
    for said, test in newest(evidence):
        lead = KINDS.get(test.sunlit_kind or "") or quoted(test.sunlit_kind or "")
        yield fact(evidence, said, test_words(test), lead=lead)


def attested_words(claim: Attestation) -> Words:
    """Return an attestation in one sentence."""
    return words(
        _ATTESTED[claim.result], assessor=claim.assessor, on=claim.assessed_on,
        scope=scope_titles(claim.scope),
    )  # fmt: skip


_ATTESTED: Final = {
    Result.PASSED: words("Passed: %(assessor)s looked at %(scope)s on %(on)s.").text,
    Result.WARNED: words("Passed with warnings: %(assessor)s looked at %(scope)s on %(on)s.").text,
    Result.FAILED: words("Failed: %(assessor)s looked at %(scope)s on %(on)s.").text,
}
_TESTED: Final = {
    Result.PASSED: words("Passed. %(figures)s").text,
    Result.WARNED: words("Passed with warnings. %(figures)s").text,
    Result.FAILED: words("Failed. %(figures)s").text,
}


def newest(evidence: Evidence) -> tuple[tuple[Admitted, TestResult], ...]:
    """Return the last test of each kind about the release by somebody whose word counts."""
    latest: dict[str, tuple[Admitted, TestResult]] = {}
    for said, test in about(evidence, TestResult):
        kind = test.sunlit_kind or ""
        if not said.is_draft and by_tester(evidence, said, kind_of(test) or kind).allowed:
            latest[kind] = (said, test)
    order = [*KINDS, *sorted(set(latest) - set(KINDS))]
    return tuple(latest[kind] for kind in order if kind in latest)


def test_words(test: TestResult) -> Words:
    """Return a test's result with its first figures, each between its bounds."""
    return words(_TESTED[test.result], figures=_capital("; ".join(figures(test.sunlit_metrics))))


test_words.__test__ = False  # type: ignore[attr-defined]  # pytest: this is no test


def figures(metrics: Sequence[Metric]) -> Iterator[str]:
    """Yield the first overall figures, each with its bounds and how far groups lie apart."""
    named: dict[str, list[Metric]] = {}
    for metric in metrics:
        named.setdefault(metric.name, []).append(metric)
    for name in list(named)[:_SHOWN]:
        overall = next((it for it in named[name] if it.group is None), None)
        whole = f" {number(overall.value)}{_bounds(overall)}" if overall else ""
        groups = _apart([it.value for it in named[name] if it.group is not None])
        spoken = SHORT.get(name) or name.replace("-", " ").replace("_", " ")
        yield spoken + whole + (f", {groups}" if groups else "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _bounds(one: Metric) -> str:
    if one.low is None or one.high is None:
        return ""
    return f" ({number(one.low)} to {number(one.high)})"


def _apart(groups: Iterable[Decimal]) -> str:
    values = sorted(groups)
    return f"by group {number(values[0])} to {number(values[-1])}" if values else ""


def number(value: Decimal) -> str:
    """Return a figure with at most four places."""
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        return str(value)[:24]
    short = value.quantize(_PLACES).normalize()
    return format(short, "f")


def limits(evidence: Evidence) -> Iterator[Fact]:
    """Yield what assessors limit their word to, what nobody tested, what the card leaves out."""
    counting = {one.rests_on[0] for one in attestations(evidence)}
    for said, claim in evidence.current(Attestation):
        if said.statement_id in counting and (claim.limits or "").strip():
            yield fact(evidence, said, quoted(claim.limits or ""), lead=words("Assessor's limit"))
    yield from _not_tested(evidence)
    for said, card in stated(evidence, Documentation):
        lacking = (*card.empty, *card.missing)
        if card.card == "model" and lacking and not said.is_draft:
            yield fact(
                evidence, said, quoted(", ".join(lacking)), lead=words("Missing in its model card")
            )


def _not_tested(evidence: Evidence) -> Iterator[Fact]:
    claims: tuple[tuple[Admitted, TestResult | BiasAudit], ...]
    claims = (*newest(evidence), *_audits(evidence))
    found = [(said, one) for said, claim in claims for one in left_out(claim)]
    for said, one in found[:_LIMITS]:
        told = words("%(what)s: %(reason)s", what=one.what, reason=one.reason)
        yield fact(evidence, said, told, lead=words("Not tested"))
    if len(found) > _LIMITS:
        more = counted("and %(count)d more", "and %(count)d more", len(found) - _LIMITS)
        yield fact(evidence, found[-1][0], more, lead=words("Not tested"))


def left_out(claim: TestResult | BiasAudit) -> tuple[NotTested, ...]:
    """Return what a test or audit says that it left out."""
    return claim.not_analysed if isinstance(claim, BiasAudit) else claim.sunlit_not_tested


def _audits(evidence: Evidence) -> Iterator[tuple[Admitted, BiasAudit]]:
    for said, claim in about(evidence, BiasAudit):
        if not said.is_draft and by_tester(evidence, said, kind_of(claim) or "").allowed:
            yield said, claim
