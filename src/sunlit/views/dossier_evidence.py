"""The sections about the component: fairness, safety and performance, impact."""

from collections.abc import Iterator
from typing import Final

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, Metric, TestResult
from sunlit.claims.risk import Mitigation, RiskCode, Use
from sunlit.views.dossier_lines import Facts, Line

FAIRNESS: Final = "fairness"
_BINDINGS: Final = {
    "files-verified": "The guard hashed the very files that the model was loaded from",
    "declared": "Whoever runs the model says which release it is",
    "endpoint-only": "An endpoint answered; nothing ties it to a release",
}


def fairness(facts: Facts) -> Iterator[Line]:
    """Yield tests and independent checks of fairness, group by group."""
    yield from _tests(facts, [FAIRNESS], "Test of fairness")
    yield from _attestations(facts, "Independent check of fairness", is_fairness=True)


def safety(facts: Facts) -> Iterator[Line]:
    """Yield what was tested, by whom, under which token, code and safeguards."""
    record, grant = facts.record, facts.grant
    yield facts.recorded("Which files answered", _BINDINGS.get(record.binding or ""))
    yield facts.recorded("Release", f"sha256:{record.release}" if record.release else None)
    yield from _tests(facts, ["performance"], "Test of performance")
    others = sorted({
        said.sunlit_kind for _, said in facts.said(TestResult) if said.sunlit_kind
    } - {FAIRNESS, "performance"})  # fmt: skip
    for kind in others:
        yield from _tests(facts, [kind], f"Test of {kind}")
    yield from _attestations(facts, "Independent check", is_fairness=False)
    token = f"{grant.kind}, valid until {format_time(grant.valid_until)}" if grant else None
    yield facts.granted("Safety token", token)
    yield facts.granted("Open when it was given", ", ".join(grant.open_findings) if grant else None)
    safeguards = list(facts.said(Mitigation))
    for said, one in safeguards:
        why = one.evidence or (
            f"not needed: {one.not_needed_ground}" if one.not_needed_ground else None
        )
        yield facts.stated(f"Safeguard {one.practice}", why, said)
    if not safeguards:
        yield Line("Safeguards", None)


def impact(facts: Facts) -> Iterator[Line]:
    """Yield what it is used for, on whom, how risky that is, and what it may not do."""
    grant = facts.grant
    yield facts.stated("What it is used for", *facts.told(Use, "description"))
    yield facts.stated("Who is affected", *facts.told(Use, "affected"))
    yield facts.stated("What was wanted to be known", *facts.told(Use, "need"))
    code, said = facts.told(RiskCode, "digits")
    tier, _ = facts.told(RiskCode, "tier")
    yield facts.stated("Risk, as voted", f"{code} (first three digits), tier {tier}", said)
    yield facts.granted("Risk code when allowed", grant.code if grant else None)
    yield facts.granted("May be used for", "; ".join(grant.permitted) if grant else None)
    yield facts.granted("May not be used for", "; ".join(grant.prohibited) if grant else None)
    yield facts.granted("Limits", "; ".join(grant.constraints) if grant else None)
    yield facts.granted("What staff do without it", grant.fallback if grant else None)
    yield facts.granted("In an emergency", grant.break_glass if grant else None)
    # No claim holds the way to object: the organisation's letter must say it.
    yield Line("How to object", None)


def _tests(facts: Facts, kinds: list[str], label: str) -> Iterator[Line]:
    found = [(said, one) for said, one in facts.said(TestResult) if one.sunlit_kind in kinds]
    for said, one in found:
        tool = f", with {one.sunlit_tool}" if one.sunlit_tool else ""
        yield facts.stated(label, f"{one.result}{tool}", said)
        yield from _metrics(facts, one.sunlit_metrics, said)
        for words, names in (("Failed", one.failed_tests), ("Warned of", one.warned_tests)):
            if names:
                yield facts.stated(words, "; ".join(names), said)
    if not found:
        yield Line(label, None)


def _metrics(facts: Facts, metrics: tuple[Metric, ...], said: Admitted) -> Iterator[Line]:
    for one in metrics:
        group = f", {one.group}" if one.group else ""
        least = "at least" if one.better != "lower" else "at most"
        parts = [
            str(one.value),
            f"wanted {least} {one.threshold}" if one.threshold is not None else "no threshold",
            f"{one.rows} rows" if one.rows is not None else "",
        ]
        yield facts.stated(f"{one.name}{group}", "; ".join(part for part in parts if part), said)


def _attestations(facts: Facts, label: str, *, is_fairness: bool) -> Iterator[Line]:
    found = [
        (said, one)
        for said, one in facts.said(Attestation)
        if any((FAIRNESS in scope) is is_fairness for scope in one.scope)
    ]
    for said, one in found:
        limits = f"; limits: {one.limits}" if one.limits else ""
        text = f"{one.result}, {', '.join(one.scope)}: {one.method} (by {one.assessor}){limits}"
        yield facts.stated(label, text, said)
    if not found:
        yield Line(label, None)
