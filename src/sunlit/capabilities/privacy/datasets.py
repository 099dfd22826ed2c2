"""Which datasets trained a release, and what was found out about each. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sunlit.authority.answer import Answer, earliest
from sunlit.base.wording import text
from sunlit.capabilities.privacy.reviews import SCOPE
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.privacy import Reidentification, Scan
from sunlit.claims.provenance import Dataset, Provenance, Resource
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import by_tester, maintainers, signed_runs

C = TypeVar("C", bound=Claim)
PROGRAM: Final = "program"  # the role of an input that is no data
NO_RUN: Final = "No signed training run has a file of this release as its output."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """The datasets that signed runs name: digest -> name, and the runs that say so."""

    named: dict[str, str]
    rests_on: tuple[str, ...]
    expires: datetime | None


def trained_on(evidence: Evidence) -> Trained | Verdict:
    """Return the datasets of all signed training runs, or why they are not known."""
    return evidence.once("trained on", lambda: _trained_on(evidence))


def _trained_on(evidence: Evidence) -> Trained | Verdict:
    found = signed_runs(evidence)
    if not found:
        return Verdict.unknown(NO_RUN)
    named: dict[str, str] = {}
    rests_on = tuple(said.statement_id for said, _, _ in found)
    described = _described(evidence)
    for _, run, _ in found:
        if nameless := unnamed(run):
            return Verdict.unknown(
                text("A training run names %(input)s by no SHA-256.", input=nameless[0]), rests_on
            )
        data = data_of(run, described)
        if not data:
            return Verdict.unknown("A training run names none of its data by digest.", rests_on)
        named |= data
    ends = (answer.expires for _, _, answer in found)
    return Trained(named=named, rests_on=rests_on, expires=earliest(*ends))


def data_of(run: Provenance, described: Collection[str] = ()) -> dict[str, str]:
    """Return digest -> name of a run's data: all inputs with a SHA-256 that are no programs.

    What a statement describes as a dataset is data, whatever role a run gives it.
    """
    inputs = [one for one in run.build_definition.resolved_dependencies if "sha256" in one.digest]
    return {
        str(one.digest["sha256"]): one.name
        or text("dataset %(digest)s", digest=str(one.digest["sha256"])[:12])
        for one in inputs
        if not _is_program(one) or str(one.digest["sha256"]) in described
    }


def unnamed(run: Provenance) -> tuple[str, ...]:
    """Return what a run read that no SHA-256 names, without programs and their source code."""
    return tuple(
        one.name or one.uri or text("an input")
        for one in run.build_definition.resolved_dependencies
        if "sha256" not in one.digest and not _is_program(one) and not _is_source(one)
    )


def _is_program(one: Resource) -> bool:
    return one.annotations.get("role") == PROGRAM


def _is_source(one: Resource) -> bool:
    return "gitCommit" in one.digest or (one.uri or "").startswith("git+")


def _described(evidence: Evidence) -> frozenset[str]:
    """Return the digests that anybody calls a dataset, or looked at as one."""
    return frozenset(
        subject.digest["sha256"]
        for said in evidence.statements
        if isinstance(said.claim, Dataset | Scan | Reidentification)
        for subject in said.subjects
        if "sha256" in subject.digest
    )


def scans(evidence: Evidence, digest: str) -> tuple[tuple[Admitted, Scan, Answer], ...]:
    """Return the scans of a dataset by a maintainer, or by an assessor accredited for it."""
    return _found(evidence, digest, Scan)


def measurements(
    evidence: Evidence, digest: str
) -> tuple[tuple[Admitted, Reidentification, Answer], ...]:
    """Return the measurements of a dataset that count."""
    return _found(evidence, digest, Reidentification)


def _found(
    evidence: Evidence, digest: str, kind: type[C]
) -> tuple[tuple[Admitted, C, Answer], ...]:
    keepers = maintainers(evidence)
    return tuple(
        (said, claim, answer)
        for said, claim in evidence.current(kind)
        if said.is_about(digest) and (answer := by_tester(evidence, said, SCOPE, keepers)).allowed
    )


def is_recent(evidence: Evidence, said: Admitted, scan: Scan, age: timedelta) -> bool:
    """Tell whether a scan is no older than `age`, and not dated in the future."""
    return scanned(said, scan) <= evidence.at < scanned(said, scan) + age


def scanned(said: Admitted, scan: Scan) -> datetime:
    """Return when it was scanned: as it says, or its entry where that is earlier."""
    return min(day for day in (scan.scanned_on, said.admitted_at) if day is not None)
