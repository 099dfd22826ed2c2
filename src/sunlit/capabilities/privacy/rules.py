"""Whose data, how exposed, who reviewed it? Pure rules about the datasets that runs name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from math import floor
from typing import Final

from sunlit.authority.answer import Answer
from sunlit.base.wording import fixed, joined, text
from sunlit.capabilities.privacy.datasets import (
    Trained,
    is_recent,
    measurements,
    scanned,
    scans,
    trained_on,
)
from sunlit.capabilities.privacy.limits import missed
from sunlit.capabilities.privacy.reviews import (
    Reviewed,
    acceptance,
    accepted,
    accepted_as_it_is,
    refusal,
    reviews,
)
from sunlit.claims.admitted import Admitted
from sunlit.claims.privacy import Reidentification, Scan
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome, Verdict
from sunlit.rubric.standing import when

REVIEW: Final = "sunlit review accept {digest} --reasons TEXT --no-conflict --home HOME"
TRAIN_AGAIN: Final = "sunlit run --component {path} --input DATA --output MODEL -- python train.py"
MASK: Final = f"mask what the review names, then: {TRAIN_AGAIN}"
MEASURE: Final = "measure again what it is about, and take the wrong measurement back"
SHOWN: Final = 3  # grounds or columns in a reason


def training_data_scanned(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each dataset of a signed run was scanned, whole and recently enough."""
    age = _age(parameters)

    def ask(digest: str, name: str) -> Verdict:
        found = scans(evidence, digest)
        recent = [one for one in found if is_recent(evidence, one[0], one[1], age)]
        if not recent:
            old = text("The scan of %(data)s is too old.", data=name)
            why = old if found else text("%(data)s was never scanned.", data=name)
            return Verdict.unknown(why, [said.statement_id for said, _, _ in found])
        whole = [one for one in recent if not one[1].unread]
        if not whole:
            return _unread(digest, name, recent, reviews(evidence, digest), age)
        said, scan, answer = whole[-1]
        return Verdict.holds(
            text("%(data)s was scanned: %(rows)s rows or documents.", data=name, rows=scan.rows),
            [said.statement_id],
            expires=when(scanned(said, scan) + age, answer.expires),
        )

    return _each(evidence, ask)


def _unread(
    digest: str,
    name: str,
    recent: Sequence[tuple[Admitted, Scan, Answer]],
    known: Iterable[Reviewed],
    age: timedelta,
) -> Verdict:
    """Hold when somebody independent who saw what was not read accepts the dataset as it is."""
    said, scan, answer = recent[-1]
    lacking = ", ".join(scan.unread[:SHOWN])
    rests_on = [one.statement_id for one, _, _ in recent]
    if (by := accepted_as_it_is(known, [scan])) is None:
        return Verdict.unknown(
            text("%(data)s was not looked at whole: %(unread)s.", data=name, unread=lacking),
            rests_on,
            mend=REVIEW.replace("{digest}", digest),
        )  # fmt: skip
    return Verdict.holds(
        text(
            "%(data)s was scanned, save what no tool could read (%(unread)s); %(who)s reviewed it.",
            data=name,
            unread=lacking,
            who=by.review.reviewer,
        ),
        [said.statement_id, *by.rests_on],
        expires=when(scanned(said, scan) + age, answer.expires, by.expires),
    )


def sensitive_data_reviewed(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when an independent reviewer accepts each dataset that a scan calls sensitive.

    An accredited reviewer's refusal fails it, whatever others say, while it is in force.
    """
    del parameters

    def ask(digest: str, name: str) -> Verdict:
        known = reviews(evidence, digest)
        if (refused := refusal(known)) is not None:
            return Verdict.fails(
                text("%(who)s refuses %(data)s for training.", who=refused.review.reviewer,
                     data=name), refused.rests_on, mend=MASK,
            )  # fmt: skip
        found = scans(evidence, digest)
        if not found:
            return Verdict.unknown(
                text("Whether %(data)s is sensitive is not known: nobody scanned it.", data=name)
            )
        by = [(said, accepted(known, scan)) for said, scan, _ in found if scan.sensitive]
        open_ = [said for said, review in by if review is None]
        if open_:
            grounds = [one for said, scan, _ in found if said in open_ for one in scan.grounds]
            listed = ", ".join(dict.fromkeys(grounds[:SHOWN])) or text("see the scan")
            return Verdict.fails(
                text("%(data)s is sensitive (%(grounds)s), and no independent review accepts it.",
                     data=name, grounds=listed),
                [said.statement_id for said in open_], mend=REVIEW.replace("{digest}", digest),
            )  # fmt: skip
        chosen = [review for _, review in by if review is not None]
        if not by and all(scan.unread for _, scan, _ in found):
            unread = accepted_as_it_is(known, [scan for _, scan, _ in found])
            if unread is None:
                return Verdict.unknown(
                    text("%(data)s was not looked at whole, so it may be sensitive.", data=name),
                    mend=REVIEW.replace("{digest}", digest),
                )  # fmt: skip
            chosen = [unread]
        return _accepted(name, chosen, [said for said, _, _ in found])

    return _each(evidence, ask)


def _accepted(name: str, chosen: Iterable[Reviewed], found: Iterable[Admitted]) -> Verdict:
    said = [one.statement_id for one in found]
    by = list({one.rests_on: one for one in chosen}.values())
    if not by:
        return Verdict.holds(
            text("No scan finds %(data)s sensitive.", data=name), said, evidences=False
        )
    return Verdict.holds(
        joined(acceptance(name, one) for one in by),
        [*said, *(id_ for one in by for id_ in one.rests_on)],
        expires=when(*(one.expires for one in by)),
    )


def reidentification_within_threshold(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each dataset's risk, at its upper end, is within the threshold or was accepted.

    One profile that the rubric allows is enough; under it every measurement counts, so that a
    second one with fewer columns hides nothing. Columns that a declaration leaves out count only
    with a review.
    """
    allowed = frozenset(parameters.get("profiles", "").split("\n"))
    limit = Decimal(parameters.get("max-risk", "1"))

    def ask(digest: str, name: str) -> Verdict:
        found = [one for one in measurements(evidence, digest) if one[1].profile in allowed]
        known = reviews(evidence, digest)
        if not found:
            return _unmeasured(evidence, digest, name, known)
        rows = {scan.rows for _, scan, _ in scans(evidence, digest) if _counts_rows(scan)}
        if rows and (other := next((one for one in found if one[1].rows not in rows), None)):
            return Verdict.fails(
                text("A measurement of %(data)s is of %(rows)s rows, and it has %(all)s.",
                     data=name, rows=other[1].rows, all=max(rows)),
                [other[0].statement_id], mend=MEASURE,
            )  # fmt: skip
        verdicts = []
        for profile in dict.fromkeys(measured.profile for _, measured, _ in found):
            under = [one for one in found if one[1].profile == profile]
            verdicts.append(_profile(digest, name, [one[:2] for one in under], known, limit))
        return next((one for one in verdicts if one.outcome is Outcome.HOLDS), verdicts[0])

    return _each(evidence, ask)


def _unmeasured(evidence: Evidence, digest: str, name: str, known: Iterable[Reviewed]) -> Verdict:
    """Hold for text, which has no classes to count, when somebody independent accepts it.

    Only where every scan that counts finds no column, and nobody measured it under any profile.
    """
    looked = scans(evidence, digest)
    seen = [scan for _, scan, _ in looked]
    if not seen or any(scan.columns for scan in seen) or measurements(evidence, digest):
        why = text("How easily a person in %(data)s is singled out is not measured.", data=name)
        return Verdict.unknown(why)
    rests_on = [said.statement_id for said, _, _ in looked]
    by = accepted_as_it_is(known, seen)
    if by is None:
        return Verdict.unknown(
            text("No re-identification figure can be measured for text, and nobody independent "
                 "reviewed %(data)s.", data=name), rests_on,
            mend=REVIEW.replace("{digest}", digest),
        )  # fmt: skip
    return Verdict.holds(
        text(
            "No re-identification figure can be measured for text; %(who)s reviewed %(data)s.",
            who=by.review.reviewer,
            data=name,
        ),
        [*rests_on, *by.rests_on],
        expires=when(by.expires),
    )


def _counts_rows(scan: Scan) -> bool:
    return bool(scan.columns) and not scan.unread


def _profile(
    digest: str,
    name: str,
    found: Sequence[tuple[Admitted, Reidentification]],
    known: Iterable[Reviewed],
    limit: Decimal,
) -> Verdict:
    rests_on, ends, worst = [], [], Decimal(0)
    for said, measured in found:
        rests_on.append(said.statement_id)
        worst = max(worst, measured.risk)
        wrong = _wrong(name, measured, limit)
        if wrong is None:
            continue
        by = [one for one in known if one.covers_risk(measured)]
        if not by:
            return Verdict.fails(
                wrong, [said.statement_id], mend=REVIEW.replace("{digest}", digest)
            )
        chosen = max(by, key=lambda one: one.expires)
        rests_on += chosen.rests_on
        ends.append(chosen.expires)
    within = text("as a reviewer accepts")
    if not ends:
        within = text("within %(profile)s", profile=found[0][1].profile)
    return Verdict.holds(
        text(
            "The risk to single out a person in %(data)s is at most %(risk)s, %(within)s.",
            data=name,
            risk=_share(worst),
            within=within,
        ),
        rests_on,
        expires=when(*ends),
    )


def _share(risk: Decimal) -> Decimal:
    """Return a risk with at most three decimals, never as less than it is."""
    return Decimal(f"{risk.quantize(Decimal('0.001'), ROUND_CEILING).normalize():f}")


def _wrong(name: str, measured: Reidentification, limit: Decimal) -> str | None:
    threshold = min(measured.threshold, limit)
    if measured.risk > threshold:
        return text("The risk to single out a person in %(data)s is up to %(risk)s; the threshold "
                    "is %(limit)s (%(profile)s).", data=name, risk=_share(measured.risk),
                    limit=Decimal(f"{threshold.normalize():f}"),
                    profile=measured.profile)  # fmt: skip
    if over := missed(measured):
        return text("%(data)s: %(figure)s misses its threshold (%(profile)s).", data=name,
                    figure=over[0], profile=measured.profile)  # fmt: skip
    if measured.left_out:
        listed = ", ".join(measured.left_out[:SHOWN])
        return text("The measurement of %(data)s leaves out columns that tell people apart: "
                    "%(columns)s.", data=name, columns=listed)  # fmt: skip
    return None


def _age(parameters: Mapping[str, str]) -> timedelta:
    return timedelta(days=floor(Decimal(parameters.get("max-age-days", "365"))))


def _each(evidence: Evidence, ask: Callable[[str, str], Verdict]) -> Verdict:
    """Ask for each dataset of the signed runs: any FAILS fails, else any UNKNOWN is."""
    trained = trained_on(evidence)
    if not isinstance(trained, Trained):
        return trained
    answers = [ask(digest, name) for digest, name in trained.named.items()]
    for outcome in (Outcome.FAILS, Outcome.UNKNOWN):
        worst = next((one for one in answers if one.outcome is outcome), None)
        if worst is not None:
            return worst
    return Verdict.holds(
        joined(fixed(one.reason) for one in answers),
        dict.fromkeys([*trained.rests_on, *(id_ for one in answers for id_ in one.rests_on)]),
        expires=min(
            (time for time in (when(trained.expires), *(one.expires for one in answers)) if time),
            default=None,
        ),
        evidences=any(one.evidences for one in answers),
    )
